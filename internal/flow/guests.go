package flow

import (
	"context"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Some networks are guests of another one (Profile.Host): they have its app, are
// told of at its address, and their accounts have the same ids. What is said there in
// private comes to the channel on the guest where there is one, and to the host's
// until then: so nothing gets lost and nothing comes twice.

// host gives the driver of the network whose guest one is; mostly itself.
func (h *House) host(d network.Driver) network.Driver {
	if host, err := h.Networks.Get(h.Networks.Host(d.Name())); err == nil {
		return host
	}
	return d
}

// beside gives the guests on which the account of a channel is connected, too.
func (h *House) beside(ctx context.Context, tx *store.Tx, c channel.Channel) (names []network.Name, err error) {
	for _, guest := range h.Networks.Guests(c.Network) {
		_, there, err := channel.Beside(ctx, tx, c.Workspace, c.Account, guest)
		if err != nil {
			return nil, err
		}
		if there {
			names = append(names, guest)
		}
	}
	return names, nil
}

// inherit gives a channel on a guest the conversations that came to the host's.
func (h *House) inherit(ctx context.Context, tx *store.Tx, c channel.Channel) error {
	host := h.Networks.Host(c.Network)
	if host == c.Network {
		return nil
	}
	before, there, err := channel.Beside(ctx, tx, c.Workspace, c.Account, host)
	if err != nil || !there {
		return err
	}
	h.tell(tx, c.Workspace, "inbox", "")
	return inbox.Hand(ctx, tx, c.Workspace, before.ID, c.ID, c.Network)
}

// route sends on what is private and came to the host's channel, because it was on
// its way already when the guest was connected.
func (h *House) route(ctx context.Context, tx *store.Tx, c channel.Channel, all []inbox.Arrival) ([]inbox.Arrival, error) {
	for i, a := range all {
		if a.Event.Kind != network.Direct && !a.Event.Private {
			continue
		}
		for _, guest := range h.Networks.Guests(c.Network) {
			heir, there, err := channel.Beside(ctx, tx, c.Workspace, c.Account, guest)
			if err != nil {
				return nil, err
			}
			if there {
				a.ChannelID, a.Network = heir.ID, guest
				all[i] = a.Ready()
			}
		}
	}
	return all, nil
}
