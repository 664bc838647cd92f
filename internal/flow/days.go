package flow

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/measure"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// daily asks for the days, and adds to ofNow what the network tells of this moment
// alone. whole: no day was left for when calls and money allow it again.
func (h *House) daily(ctx context.Context, c channel.Channel, conn network.Conn, insighter network.Insighter, how network.Insights, today time.Time, ofNow network.Counts) (whole bool, err error) {
	if how.Late == 0 && how.Back == 0 { // it has no days: what it tells is of now
		given, err := insighter.Insights(ctx, conn, today)
		if err == nil {
			maps.Copy(ofNow, given)
		}
		return true, h.untold(ctx, c, err)
	}
	known := map[string]bool{}
	if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		days, err := measure.Days(ctx, tx, c.Workspace, c.ID, today.AddDate(0, 0, -how.Back).Format(time.DateOnly))
		for _, d := range days {
			known[d.Day] = !onlyNow(d.Counts, how) || asked(d)
		}
		return err
	}); err != nil {
		return false, err
	}
	late := max(how.Late, 1)
	for back := 1; back <= max(late, how.Back); back++ {
		day := today.AddDate(0, 0, -back)
		if back > late && known[day.Format(time.DateOnly)] {
			continue
		}
		if may, err := h.mayCount(ctx, c, conn); err != nil || !may { // the day before may have been the last
			return false, err
		}
		given, err := insighter.Insights(ctx, conn, day)
		if err != nil {
			return true, h.untold(ctx, c, err)
		}
		kept := network.Counts{}
		for name, n := range given {
			if slices.Contains(how.Now, name) {
				ofNow[name] = n
			} else {
				kept[name] = n
			}
		}
		if err := h.keepDay(ctx, c, day, kept); err != nil {
			return false, err
		}
	}
	return true, nil
}

// untold gives what is to be tried again; else these figures are not for this
// account, and the rest of it is well.
func (h *House) untold(ctx context.Context, c channel.Channel, err error) error {
	if fault.Is(err, fault.Throttled) || fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Uncertain) {
		return err
	}
	if err != nil {
		h.Log.InfoContext(ctx, "a network does not tell the figures of an account", "channel", c.ID, "error", err)
	}
	return nil
}

// asked says that a day was asked for after its end.
func asked(d measure.Day) bool {
	day, err := time.Parse(time.DateOnly, d.Day)
	return err == nil && d.TakenAt.After(day.AddDate(0, 0, 2)) // whatever the zone
}

// onlyNow says that of a day nothing is known but what was asked for at that time.
func onlyNow(counts network.Counts, how network.Insights) bool {
	for name := range counts {
		if name != network.Followers && !slices.Contains(how.Now, name) {
			return false
		}
	}
	return true
}

func (h *House) keepDay(ctx context.Context, c channel.Channel, day time.Time, counts network.Counts) error {
	return store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, c.Workspace, "channels", c.ID)
		return measure.KeepDay(ctx, tx, c.Workspace, c.ID, day.Format(time.DateOnly), counts, c.Network)
	})
}
