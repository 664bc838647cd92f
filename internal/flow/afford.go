package flow

import (
	"context"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// Afforded is what going out at a moment takes.
type Afforded struct {
	Rooms []publish.Room
	Money Money
}

// Afford says what the quotas of a channel's network say of parts that are to go
// out at a moment, and what they cost.
func (h *House) Afford(ctx context.Context, tx *store.Tx, actor access.Actor, channelID string, contents []publish.Content, hand publish.Hand, due time.Time) (Afforded, error) {
	if err := actor.May(access.Compose, channelID); err != nil {
		return Afforded{}, err
	}
	c, err := channel.Get(ctx, tx, actor.Workspace, channelID)
	if err != nil {
		return Afforded{}, err
	}
	if h.byHand(c.Network, hand) {
		return Afforded{}, nil
	}
	_, calls, err := h.callsOf(ctx, tx, c, contents)
	if err != nil {
		return Afforded{}, err
	}
	rooms, err := h.rooms(ctx, tx, c, contents, calls, due, beside{})
	if err != nil {
		return Afforded{}, err
	}
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return Afforded{}, err
	}
	said := Afforded{Rooms: rooms}
	said.Money = moneyOf(d.Profile(), publish.Priced(d.Profile(), contents...))
	return said, nil
}

// affords refuses what the quotas have no room for, and says when they have.
func (h *House) affords(ctx context.Context, tx *store.Tx, c channel.Channel, contents []publish.Content, calls int, due time.Time, with beside) error {
	rooms, err := h.rooms(ctx, tx, c, contents, calls, due, with)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(rooms, func(r publish.Room) bool { return !r.Fits })
	if i < 0 {
		return nil
	}
	label := string(c.Network)
	if d, err := h.Networks.Get(c.Network); err == nil {
		label = d.Profile().Label
	}
	full := rooms[i]
	if never := slices.IndexFunc(rooms, func(r publish.Room) bool { return r.Quota.Max > 0 && r.Needs > r.Quota.Max }); never >= 0 {
		full = rooms[never] // what never fits is told first
	}
	if full.Next.IsZero() && full.Quota.Name == network.Calls {
		return fault.New(fault.Invalid, "%s: this takes about %d calls, and %s never allows more than %d.", c.Handle, full.Needs, label, full.Quota.Max).On("due_at").
			WithHint("Subtitles, covers and first comments take calls of their own: bring some of them by hand.")
	}
	if full.Next.IsZero() {
		return fault.New(fault.Invalid, "%s: %s never takes that many posts at once.", c.Handle, label).On("due_at").
			WithHint("Make fewer parts of it.")
	}
	next, err := sayable(ctx, tx, c.Workspace, full.Next)
	if err != nil {
		return err
	}
	taken := fault.New(fault.Invalid, "%s: %s takes %d posts in that time, and they are taken.", c.Handle, label, full.Quota.Max)
	switch full.Quota.Name {
	case network.Calls:
		taken = fault.New(fault.Invalid, "%s: this takes about %d of the %d calls that %s allows in that time, and too few are left.", c.Handle, full.Needs, full.Quota.Max, label)
	case publish.OfReels:
		taken = fault.New(fault.Invalid, "%s: %s takes %d reels in that time, and they are taken.", c.Handle, label, full.Quota.Max)
	case publish.OfDrafts:
		taken = fault.New(fault.Invalid, "%s: %s takes %d drafts in that time, and they are taken.", c.Handle, label, full.Quota.Max)
	case publish.OfContainers:
		taken = fault.New(fault.Invalid, "%s: %s takes %d files in that time, and there are more.", c.Handle, label, full.Quota.Max)
	}
	return taken.On("due_at").WithHint("The next possible time is %s.", next)
}

// sayable is a moment by the clock of a workspace, rounded up: a minute that has begun is
// too early.
func sayable(ctx context.Context, tx *store.Tx, workspace string, at time.Time) (string, error) {
	w, err := team.GetWorkspace(ctx, tx, workspace)
	return at.Add(time.Minute - time.Microsecond).Truncate(time.Minute).In(w.Clock()).Format("2006-01-02 15:04"), err
}
