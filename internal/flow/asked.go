package flow

import (
	"context"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// asked says that a network is asked by a call to knock, and can reach us.
func (h *House) asked(name network.Name) bool {
	_, err := network.As[network.Subscriber](h.Networks, name, network.ActWebhook)
	return err == nil && h.Public
}

// askSoon looks now whether a network, or a guest of it, knocks for its channels, and how
// those are that ailed: our app there changes, and may have been what they ailed from.
func (h *House) askSoon(ctx context.Context, tx *store.Tx, workspace string, name network.Name) error {
	h.tell(tx, workspace, "channels", "")
	if err := channel.ForgetRefusal(ctx, tx, name); err != nil {
		return err
	}
	all, err := channel.Everywhere(ctx, tx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if h.Networks.Host(c.Network) != name {
			continue
		}
		if c.Health != "ok" {
			if err := h.soon(ctx, tx, checkKind(), c); err != nil {
				return err
			}
		}
		if h.asked(c.Network) {
			if err := h.soon(ctx, tx, subscribeKind(), c); err != nil {
				return err
			}
		}
	}
	return nil
}

// kept gives our app at the network of a channel as it is kept, sealed; "" where none is.
// It is only compared.
func (h *House) kept(ctx context.Context, of channelArgs) (app string, err error) {
	err = store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		app, err = h.keptFor(ctx, tx, of)
		return err
	})
	return app, err
}

func (h *House) keptFor(ctx context.Context, tx *store.Tx, of channelArgs) (string, error) {
	c, err := channel.Get(ctx, tx, of.Workspace, of.Channel)
	if err != nil {
		return "", err
	}
	return h.keptIn(ctx, tx, c)
}

func (h *House) keptIn(ctx context.Context, tx *store.Tx, c channel.Channel) (string, error) {
	kept, err := channel.GetApp(ctx, tx, h.Networks.Host(c.Network))
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return kept.Sealed, err
}

// changed says whether a network would be asked with another app or other keys by now.
func (h *House) changed(ctx context.Context, tx *store.Tx, c channel.Channel, app string) (bool, error) {
	if c.ID == "" {
		return false, nil // it could not even be read
	}
	if now, err := h.keptIn(ctx, tx, c); err != nil || now != app {
		return true, err
	}
	return channel.Reconnected(ctx, tx, c)
}
