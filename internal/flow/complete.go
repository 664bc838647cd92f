package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// quiet is how long a network may not answer before people are told that
// something may be missing. A network that tells less far back leaves less time.
const quiet = time.Hour

// heard moves the cursor of a channel past a page whose facts are durable, notes
// how far catching up has come, and what may have been missed.
func (h *House) heard(ctx context.Context, c channel.Channel, got network.Reading, told []network.QuotaUse, began time.Time) (channel.Channel, error) {
	reach := h.reach(c.Network)
	until, pages := c.CompleteUntil, c.Pages+1
	if !got.More {
		until, pages = began, 0
	}
	err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		if got.Lost != nil {
			if err := channel.Miss(ctx, tx, c.Workspace, c.ID, channel.Lost, *got.Lost); err != nil {
				return err
			}
		}
		// Nobody read for longer than the network tells: this house was not there.
		if told := began.Add(-reach); reach > 0 && c.Pages == 0 && !c.CompleteUntil.IsZero() && c.CompleteUntil.Before(told) {
			if err := channel.Miss(ctx, tx, c.Workspace, c.ID, channel.Lost, network.Span{From: c.CompleteUntil, To: told}); err != nil {
				return err
			}
		}
		if !got.More {
			if err := channel.Recover(ctx, tx, c.Workspace, c.ID, reach); err != nil {
				return err
			}
		}
		if pages > 0 || c.Pages > 0 || c.ReadingError != "" || !c.SilentSince.IsZero() {
			h.tell(tx, c.Workspace, "channels", c.ID) // its page shows how far it is
		}
		if !c.SilentSince.IsZero() {
			if err := channel.Answered(ctx, tx, c.Workspace, c.ID); err != nil {
				return err
			}
		}
		return channel.Heard(ctx, tx, c.Workspace, c.ID, got.Next, until, pages, told)
	})
	c.Cursor, c.CompleteUntil, c.Pages, c.ReadingError = got.Next, until, pages, ""
	c.SilentSince = time.Time{}
	return c, err
}

// unheard notes that a channel could not be read; after a while people are told
// since when something may be missing. It fills itself where the network tells
// far enough back.
func (h *House) unheard(ctx context.Context, c channel.Channel, cause error) {
	why, _ := fault.Shown(cause)
	h.unread(ctx, c, channel.Silent, why != c.ReadingError, func(ctx context.Context, tx *store.Tx) error {
		return channel.Unheard(ctx, tx, c.Workspace, c.ID, why)
	})
}

// unread notes why a channel was not read, where that is new, and after a while since when.
func (h *House) unread(ctx context.Context, c channel.Channel, reason string, fresh bool, note func(context.Context, *store.Tx) error) {
	if ctx.Err() != nil {
		return // we are being stopped
	}
	patience := quiet
	if reach := h.reach(c.Network); reach > 0 && reach < patience {
		patience = reach
	}
	if err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		if fresh {
			h.tell(tx, c.Workspace, "channels", c.ID)
			if err := note(ctx, tx); err != nil {
				return err
			}
		}
		if c.CompleteUntil.IsZero() || tx.Now.Sub(c.CompleteUntil) < patience {
			return nil
		}
		h.tell(tx, c.Workspace, "channels", c.ID)
		return channel.Miss(ctx, tx, c.Workspace, c.ID, reason, network.Span{From: c.CompleteUntil})
	}); err != nil {
		h.Log.WarnContext(ctx, "that a channel is silent could not be noted", "channel", c.ID, "error", err)
	}
}

func (h *House) reach(name network.Name) time.Duration {
	d, err := h.Networks.Get(name)
	if err != nil {
		return 0
	}
	return d.Profile().Reach
}

// Dismiss closes a gap by the word of a person, who has looked on the network.
func (h *House) Dismiss(ctx context.Context, actor access.Actor, gapID string) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		g, err := channel.GetGap(ctx, tx, actor.Workspace, gapID)
		if err != nil {
			return err
		}
		if !actor.Sees(g.Channel) {
			return fault.New(fault.NotFound, "There is no such gap.")
		}
		if err := actor.May(access.Reply); err != nil {
			return err
		}
		h.tell(tx, actor.Workspace, "channels", g.Channel)
		return channel.Dismiss(ctx, tx, actor.Workspace, gapID)
	})
}
