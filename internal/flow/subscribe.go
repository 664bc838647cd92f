package flow

import (
	"context"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// subscribeKind asks a network to knock. It is tried for about a day; until then,
// and if it never works, the channel is read.
func subscribeKind() jobs.Kind[channelArgs] {
	return jobs.Kind[channelArgs]{Name: "subscribe", Attempts: 20}
}

// subscribeSoon lets a network be asked to knock at our address, where that is
// done by a call and networks can reach us.
func (h *House) subscribeSoon(ctx context.Context, tx *store.Tx, c channel.Channel) error {
	if !h.Public {
		return nil
	}
	if _, err := network.As[network.Subscriber](h.Networks, c.Network, network.ActWebhook); err != nil {
		return nil //nolint:nilerr // it does not knock, or not by a call
	}
	_, _, err := jobs.Insert(ctx, tx, subscribeKind(), jobs.New{Workspace: c.Workspace, Lane: lane(c.ID, "subscribe"), Key: c.ID},
		channelArgs{Workspace: c.Workspace, Channel: c.ID})
	return err
}

func (h *House) subscribe(ctx context.Context, _ *jobs.Job, args channelArgs) error {
	c, conn, err := h.conn(ctx, args.Workspace, args.Channel)
	if fault.Is(err, fault.NotFound) {
		return nil // removed meanwhile
	}
	if err != nil {
		return err
	}
	subscriber, err := network.As[network.Subscriber](h.Networks, c.Network, network.ActWebhook)
	if err != nil {
		return err
	}
	err = subscriber.Subscribe(ctx, conn, h.Hook(c.Network))
	if fault.Is(err, fault.Uncertain) { // asking twice is as good as once
		err = fault.Wrap(fault.Unavailable, err, "It is not known whether the network will knock.")
	}
	return err
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
