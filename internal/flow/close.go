package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// CloseComments closes what people can write below a post of ours, or opens it again.
// Where the network deletes what is there, it is gone here, too.
func (h *House) CloseComments(ctx context.Context, actor access.Actor, publicationID string, on bool) error {
	p, parts, err := h.onNetwork(ctx, actor, access.Moderate, publicationID)
	if err != nil {
		return err
	}
	c, conn, err := h.conn(ctx, actor.Workspace, p.ChannelID)
	if err != nil {
		return err
	}
	closer, err := able[network.Closer](h, c, network.ActClose)
	if err != nil {
		return err
	}
	ref, err := beginning(p, parts)
	if err != nil {
		return err
	}
	if err := closer.Close(ctx, conn, ref, on); err != nil {
		h.ailing(ctx, c, err)
		return unanswered(err)
	}
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return err
	}
	return h.effect(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, actor.Workspace, "posts", p.PostID)
		if err := publish.Close(ctx, tx, p.Workspace, p.ID, on); err != nil || !on || !d.Profile().Closing.Deletes {
			return err
		}
		gone, err := inbox.Emptied(ctx, tx, p.Workspace, p.ID)
		for _, conversation := range gone {
			h.tell(tx, actor.Workspace, "inbox", conversation)
		}
		return err
	})
}
