package flow

import (
	"context"
	"errors"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// subscribeKind sees to it that a network knocks at our address, again and again: what
// was asked for gets lost at the network, an app is registered later, an address changes.
func subscribeKind() jobs.Kind[channelArgs] {
	return jobs.Kind[channelArgs]{Name: "subscribe", Attempts: 1 << 30}
}

// How often it is looked whether a network knocks: often where nothing else tells of
// what happens, for up to the last look a channel is complete; and after a failure.
const (
	lookOften = 30 * time.Minute
	lookDaily = 24 * time.Hour
	lookAgain = time.Hour
)

func (h *House) subscribe(ctx context.Context, job *jobs.Job, args channelArgs) error {
	app, err := h.kept(ctx, args)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	c, conn, err := h.conn(ctx, args.Workspace, args.Channel)
	if fault.Is(err, fault.NotFound) || err == nil && !h.asked(c.Network) {
		return nil // removed meanwhile, or this house has no address any more: the chain ends here
	}
	wait := lookDaily
	if h.onlyKnocks(c.Network) {
		wait = lookOften
	}
	if err == nil {
		var cause error
		if cause, err = h.seeTo(ctx, c, conn); err == nil {
			err = cause
		}
	}
	if err != nil {
		wait = min(wait, lookAgain)
	}
	return h.laterBy(ctx, job, subscribeKind(), args, err, func(ctx context.Context, tx *store.Tx) (time.Duration, error) {
		if changed, err := h.changed(ctx, tx, c, app); changed || err != nil {
			return 0, err // whoever did that could not move a look that ran
		}
		return max(wait, 2*h.rhythm()), nil
	})
}

// seeTo looks whether a network knocks for a channel, asks it to where it does not, and
// keeps what came of it. cause is why it does not, or why nobody knows.
func (h *House) seeTo(ctx context.Context, c channel.Channel, conn network.Conn) (cause, err error) {
	subscriber, err := network.As[network.Subscriber](h.Networks, c.Network, network.ActWebhook)
	if err != nil {
		return nil, err
	}
	hook, before := h.Hook(c.Network), c.Knocks
	now := channel.Knocks{Hook: hook, Seen: before.Seen}
	if before.Stands(hook) {
		now.Since = before.Since
	}
	stood, cause := subscriber.Subscribed(ctx, conn, hook)
	partly := errors.Is(cause, network.ErrPartly)
	if partly {
		cause = nil // what there was to be told was told
	}
	lost := before.Lost || cause == nil && !stood
	if lost && !before.Lost {
		// Noted before it is mended: whoever looks after a fall in between finds it mended, and
		// would not tell that nothing was heard.
		before.Lost = true
		if err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error { return channel.Knocking(ctx, tx, c, before) }); err != nil {
			return nil, err
		}
	}
	var lacks error
	if cause == nil && (!stood || partly) {
		lacks, cause = subscriber.Subscribe(ctx, conn, hook)
	}
	if cause == nil && lost {
		now.Since = time.Time{} // it did not, whatever was thought
	}
	now.Lost = lost && cause != nil
	if ctx.Err() != nil {
		return nil, ctx.Err() // we are being stopped
	}
	if lacks != nil {
		now.Lacks, now.Instead = fault.Shown(lacks)
	}
	return cause, store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, c.Workspace, "channels", c.ID)
		if err := channel.Knocking(ctx, tx, c, learnt(before, now, cause, tx.Now)); err != nil || cause != nil || !h.onlyKnocks(c.Network) {
			return err
		}
		return h.toldAgain(ctx, tx, c, !lost)
	})
}

// learnt is what is known after a look at a moment. Pure: what is written may be written
// again, at a later moment.
func learnt(before, now channel.Knocks, cause error, at time.Time) channel.Knocks {
	switch {
	case cause != nil:
		now.Failing, now.Mend, now.Unset = before.Failing, mendOf(cause), errors.Is(cause, network.ErrNotSetUp)
		now.Error, now.Fix = fault.Shown(cause)
		if now.Failing.IsZero() {
			now.Failing = at
		}
		return now
	case now.Lacks != "" && now.Lacks == before.Lacks && before.Stands(now.Hook):
		now.Since = before.Since // as before: the rest of it is nothing new
	case now.Since.IsZero():
		now.Since = at
	}
	now.Seen = at
	return now
}

// mendOf says what mends that a network cannot be asked to knock.
func mendOf(cause error) string {
	switch fault.KindOf(cause) {
	case fault.Denied:
		return mendReconnect
	case fault.Invalid, fault.NotFound:
		return MendApp
	}
	return mendWait
}

// Hook is the address at which a network knocks: a guest at its host's.
func (h *House) Hook(name network.Name) string {
	return h.PublicURL + "/hooks/" + string(h.Networks.Host(name))
}

// Return is the address to which a network sends people back: of a guest its host's,
// which the app at the network knows.
func (h *House) Return(name network.Name) string {
	return h.PublicURL + "/connect/" + string(h.Networks.Host(name))
}
