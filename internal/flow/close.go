package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// CloseComments closes what people can write below a post of ours, or opens it again.
// Where the network deletes what is there, it is gone here, too.
func (h *House) CloseComments(ctx context.Context, actor access.Actor, publicationID string, on bool) error {
	var p publish.Publication
	var parts []publish.Part
	if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if p, err = publish.GetPublication(ctx, tx, actor.Workspace, publicationID); err == nil {
			parts, err = publish.Sequence(ctx, tx, actor.Workspace, publicationID)
		}
		return err
	}); err != nil {
		return err
	}
	if err := mayOn(actor, access.Moderate, p.ChannelID, noPublication); err != nil {
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
	if p.State != publish.Published || len(parts) == 0 || parts[0].RemoteID == "" || saidByHand(parts[0].RemoteID) {
		return fault.New(fault.Conflict, "This is not published.")
	}
	if err := closer.Close(ctx, conn, parts[0].Remote, on); err != nil {
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
