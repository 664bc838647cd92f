package flow

import (
	"context"
	"slices"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
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
// its way already when the guest was connected. A private answer to a comment is told
// on the guest, too: it stays where it was given.
func (h *House) route(ctx context.Context, tx *store.Tx, c channel.Channel, all []inbox.Arrival) ([]inbox.Arrival, error) {
	if !slices.ContainsFunc(all, func(a inbox.Arrival) bool { return a.Event.Private }) {
		return all, nil
	}
	var kept []inbox.Arrival
	for _, a := range all {
		if a.Event.Private {
			for _, guest := range h.Networks.Guests(c.Network) {
				heir, there, err := channel.Beside(ctx, tx, c.Workspace, c.Account, guest)
				if err != nil {
					return nil, err
				}
				if there {
					a.ChannelID, a.Network = heir.ID, guest
					a = a.Ready()
				}
			}
			given, err := h.given(ctx, tx, c, a)
			if err != nil {
				return nil, err
			}
			if given {
				continue
			}
		}
		kept = append(kept, a)
	}
	return kept, nil
}

// given says whether an echo on a guest is of an answer that was given on its host.
func (h *House) given(ctx context.Context, tx *store.Tx, c channel.Channel, a inbox.Arrival) (bool, error) {
	host := h.Networks.Host(a.Network)
	if host == a.Network || a.Event.Kind != network.Ours {
		return false, nil
	}
	there := c.Network == host
	if !there {
		var err error
		if c, there, err = channel.Beside(ctx, tx, c.Workspace, c.Account, host); err != nil || !there {
			return false, err
		}
	}
	_, err := inbox.Known(ctx, tx, c.Workspace, c.ID, a.Event.ID)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// settle records that an answer exists. A guest that was told of it first forgets it.
func (h *House) settle(ctx context.Context, tx *store.Tx, m inbox.Message, sent network.Sent) error {
	if err := inbox.Settle(ctx, tx, m, sent); err != nil {
		return err
	}
	c, err := channel.Get(ctx, tx, m.Workspace, m.ChannelID)
	if fault.Is(err, fault.NotFound) {
		return nil // removed meanwhile
	}
	if err == nil {
		err = h.paidAnswer(ctx, tx, c, m)
	}
	if err != nil || !m.Private {
		return err
	}
	for _, guest := range h.Networks.Guests(c.Network) {
		beside, there, err := channel.Beside(ctx, tx, c.Workspace, c.Account, guest)
		if err == nil && there {
			err = inbox.Absorb(ctx, tx, c.Workspace, beside.ID, sent.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
