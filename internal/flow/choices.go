package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// Choices asks a network what an account may choose for an option: its boards,
// its playlists, the audiences it allows today.
func (h *House) Choices(ctx context.Context, actor access.Actor, channelID string, asked network.Choosing) ([]network.Choice, error) {
	if err := actor.May(access.Compose, channelID); err != nil {
		return nil, err
	}
	c, conn, err := h.conn(ctx, actor.Workspace, channelID)
	if err != nil {
		return nil, err
	}
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return nil, err
	}
	for _, o := range d.Profile().Options {
		if o.Name != asked.Option {
			continue
		}
		chooser, ok := d.(network.Chooser)
		if !o.Account || !ok {
			return o.Choices, nil
		}
		all, err := chooser.Choices(ctx, conn, asked)
		h.ailing(ctx, c, err)
		return all, err
	}
	return nil, fault.New(fault.NotFound, "There is no such option.")
}
