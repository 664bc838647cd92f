package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// onlyKnocks says that a network is heard by webhooks alone: nothing can be asked for.
func (h *House) onlyKnocks(name network.Name) bool {
	d, err := h.Networks.Get(name)
	return err == nil && network.Can(d, network.ActWebhook) && !network.Can(d, network.ActPoll)
}

// attentive is how often a house notes that it is there.
const attentive = 10 * time.Minute

// attended notes up to when a channel is complete that is heard by webhooks alone: up to
// the last moment of which the network says that it knocks, or knocked. It goes on
// knocking for as long as its reach, and what is older than that when we come back may
// be missing.
func (h *House) attended(ctx context.Context, job *jobs.Job, args channelArgs, c channel.Channel) error {
	if !h.onlyKnocks(c.Network) {
		return nil // a person does everything there
	}
	if stands := h.Public && c.Knocks.Stands(h.Hook(c.Network)); stands {
		until := c.Knocks.Seen
		if c.WebhookAt.After(until) {
			until = c.WebhookAt
		}
		if until.After(c.CompleteUntil) {
			c.SilentSince = time.Time{} // nobody was asked: a check says whether it answers
			if _, err := h.heard(ctx, c, network.Reading{Next: c.Cursor}, c.Told, until); err != nil {
				return err
			}
		}
	} else if err := h.unasked(ctx, c); err != nil {
		return err
	}
	return h.laterBy(ctx, job, readKind(), args, nil, func(ctx context.Context, tx *store.Tx) (time.Duration, error) {
		now, err := channel.Get(ctx, tx, args.Workspace, args.Channel)
		if err == nil && now.Knocks.Seen.After(c.Knocks.Seen) {
			return 0, nil // it was asked meanwhile, and could not move a look that ran
		}
		if fault.Is(err, fault.NotFound) {
			err = nil // removed: the next round finds that out
		}
		return max(attentive, h.rhythm()), err
	})
}

// unasked opens the gap of a channel that nobody tells anything.
func (h *House) unasked(ctx context.Context, c channel.Channel) error {
	return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		from := lastTold(c)
		if tx.Now.Sub(from) < attentive {
			return nil
		}
		h.tell(tx, c.Workspace, "channels", c.ID)
		return channel.Miss(ctx, tx, c.Workspace, c.ID, channel.Untold, network.Span{From: from})
	})
}

// lastTold is up to when a channel was certainly told everything: from then on something
// may be missing.
func lastTold(c channel.Channel) time.Time {
	last := c.CompleteUntil
	if c.Knocks.Seen.After(last) {
		last = c.Knocks.Seen
	}
	if last.IsZero() {
		return c.CreatedAt
	}
	return last
}

// breath is how long it may take to be asked for the first time.
const breath = time.Minute

// toldAgain ends the gap of a channel whose network knocks now, and lets it be noted how
// complete that makes it. What nobody knew of until it was found is a gap, too: the network
// does not tell it afterwards.
func (h *House) toldAgain(ctx context.Context, tx *store.Tx, c channel.Channel, stood bool) error {
	if err := channel.Told(ctx, tx, c.Workspace, c.ID); err != nil {
		return err
	}
	if err := h.soon(ctx, tx, readKind(), c); err != nil || stood {
		return err
	}
	if from := lastTold(c); tx.Now.Sub(from) >= breath {
		return channel.Miss(ctx, tx, c.Workspace, c.ID, channel.Untold, network.Span{From: from, To: tx.Now})
	}
	return nil
}
