package flow

import (
	"context"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// conn opens a channel for a call to its network.
func (h *House) conn(ctx context.Context, workspace, channelID string) (channel.Channel, network.Conn, error) {
	var c channel.Channel
	var beside []network.Name
	err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if c, err = channel.Get(ctx, tx, workspace, channelID); err == nil {
			beside, err = h.beside(ctx, tx, c)
		}
		return err
	})
	if err != nil {
		return c, network.Conn{}, err
	}
	conn, err := c.Conn(h.Keys)
	h.ailing(ctx, c, err)
	conn.Beside, conn.Renew, conn.Meter = beside, h.renewer(c), h.meter(c)
	conn.Pace = h.pacer(c)
	conn.Purse = h.purse(c)
	if err == nil && !conn.App.Known() {
		conn.App = h.Apps[h.Networks.Host(c.Network)]
		if h.Networks.Host(c.Network) != c.Network {
			conn.App, err = h.App(ctx, c.Network)
		}
	}
	return c, conn, err
}

// ailing marks a channel whose key the network refused, so that a person sees
// it and can mend it. c is the channel as the call began: if it was connected
// again meanwhile, the refusal is not about its key of now.
func (h *House) ailing(ctx context.Context, c channel.Channel, cause error) {
	if !fault.Is(cause, fault.Denied) {
		return
	}
	text, hint := fault.Shown(cause)
	if err := store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, c.Workspace, "channels", c.ID)
		return channel.Ailing(ctx, tx, c, text, hint)
	}); err != nil {
		h.Log.WarnContext(ctx, "a broken channel could not be marked", "channel", c.ID, "error", err)
	}
}

// silent notes that a network does not answer to a question, so that nobody is shown a
// connection that is not there. The next answer ends it.
func (h *House) silent(ctx context.Context, c channel.Channel, cause error) {
	if !c.SilentSince.IsZero() || !fault.Is(cause, fault.Unavailable) && !fault.Is(cause, fault.Uncertain) || ctx.Err() != nil {
		return
	}
	if err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, c.Workspace, "channels", c.ID)
		return channel.Unanswered(ctx, tx, c.Workspace, c.ID)
	}); err != nil {
		h.Log.WarnContext(ctx, "that a network is silent could not be noted", "channel", c.ID, "error", err)
	}
}
