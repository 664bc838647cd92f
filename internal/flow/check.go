package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// CheckNow asks a network how a connection is, at the wish of a person.
func (h *House) CheckNow(ctx context.Context, actor access.Actor, channelID string) (channel.Channel, error) {
	if err := actor.May(access.Read, channelID); err != nil {
		return channel.Channel{}, err
	}
	if err := h.checkOne(ctx, actor.Workspace, channelID); err != nil && !fault.Is(err, fault.Denied) {
		return channel.Channel{}, err
	}
	c, _, err := h.conn(ctx, actor.Workspace, channelID)
	if err != nil || !h.asked(c.Network) {
		return c, err
	}
	return c, store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error { return h.soon(ctx, tx, subscribeKind(), c) })
}

func (h *House) check(ctx context.Context, job *jobs.Job, args channelArgs) error {
	app, err := h.kept(ctx, args)
	known := err == nil
	if known {
		err = h.checkOne(ctx, args.Workspace, args.Channel)
	}
	if fault.Is(err, fault.NotFound) {
		return nil // removed: the chain ends here
	}
	return h.laterBy(ctx, job, checkKind(), args, err, func(ctx context.Context, tx *store.Tx) (time.Duration, error) {
		now, err := h.keptFor(ctx, tx, args)
		if known && err == nil && now != app {
			return 0, nil // whoever entered it could not move a check that ran with the one before
		}
		if err != nil && !fault.Is(err, fault.NotFound) { // removed meanwhile: the next round sees it
			return 0, err
		}
		return max(checkEvery, 2*h.rhythm()), nil
	})
}

func (h *House) checkOne(ctx context.Context, workspace, channelID string) error {
	defer h.checks.take(channelID)()
	c, conn, err := h.conn(ctx, workspace, channelID)
	if err != nil {
		return err
	}
	driver, err := h.Networks.Get(c.Network)
	if err != nil {
		return err
	}
	checker, ok := driver.(network.Checker)
	if !ok {
		return nil
	}
	health, keys, err := checker.Check(ctx, conn)
	if err != nil {
		h.ailing(ctx, c, err)
		h.silent(ctx, c, err)
		return err
	}
	// Renewed keys may be the only ones that still open: they are kept even if
	// whoever asked has gone away.
	if err := store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, workspace, "channels", channelID)
		return channel.Checked(ctx, tx, h.Keys, c, health, keys)
	}); err != nil || health.State == "broken" {
		return err
	}
	return h.used(ctx, c)
}

// used asks how much of its quotas an account has used, where the network says.
// That it does not answer is no ailment of the connection.
func (h *House) used(ctx context.Context, c channel.Channel) error {
	quoter, err := network.As[network.Quoter](h.Networks, c.Network, network.ActQuota)
	if err != nil {
		return nil //nolint:nilerr // then what Kith counts itself is shown
	}
	c, conn, err := h.conn(ctx, c.Workspace, c.ID) // its keys may have been renewed just now
	if err != nil {
		return err
	}
	quotas, err := quoter.Quota(ctx, conn)
	if err != nil {
		h.Log.InfoContext(ctx, "how much of its quotas a channel has used is not known", "channel", c.ID, "error", err)
		return nil
	}
	return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		return channel.Used(ctx, tx, c.Workspace, c.ID, quotas)
	})
}

// followers asks for the audience of this moment, -1 when the network does not say.
func (h *House) followers(ctx context.Context, c channel.Channel) int64 {
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return -1
	}
	checker, ok := d.(network.Checker)
	if !ok {
		return -1
	}
	defer h.checks.take(c.ID)()
	c, conn, err := h.conn(ctx, c.Workspace, c.ID) // the keys may have been renewed meanwhile
	if err != nil {
		return -1
	}
	health, keys, err := checker.Check(ctx, conn)
	if err != nil {
		return -1
	}
	// Keys that were renewed on the way may be the only ones that still open.
	if err := store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
		return channel.Checked(ctx, tx, h.Keys, c, health, keys)
	}); err != nil {
		h.Log.WarnContext(ctx, "what the network said of a channel could not be kept", "channel", c.ID, "error", err)
	}
	return health.Followers
}
