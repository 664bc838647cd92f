package flow

import (
	"context"
	"slices"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// Withdraw deletes a publication on its network, part by part from the end.
func (h *House) Withdraw(ctx context.Context, actor access.Actor, publicationID string) error {
	p, parts, err := h.onNetwork(ctx, actor, access.Schedule, publicationID)
	if err != nil {
		return err
	}
	if p.State != publish.Published && p.State != publish.Failed {
		return fault.New(fault.Conflict, "This is %s, there is nothing to delete on the network.", p.State)
	}
	if slices.ContainsFunc(parts, func(part publish.Part) bool { return saidByHand(part.RemoteID) }) {
		return fault.New(fault.Invalid, "Kith does not know this post on the network, only that it is there.").WithHint("Delete it on the network itself.")
	}
	c, conn, err := h.conn(ctx, actor.Workspace, p.ChannelID)
	if err != nil {
		return err
	}
	deleter, err := able[network.Deleter](h, c, network.ActDelete)
	if err != nil {
		return err
	}
	for i := len(parts) - 1; i >= 0; i-- {
		if parts[i].RemoteID == "" {
			continue
		}
		if err := deleter.Delete(ctx, conn, parts[i].Remote); err != nil {
			return unanswered(err)
		}
	}
	return h.effect(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, actor.Workspace, "posts", p.PostID)
		for _, part := range parts {
			if part.RemoteID == "" {
				continue
			}
			if err := h.paidAct(ctx, tx, c, network.ForDelete); err != nil {
				return err
			}
		}
		return publish.Gone(ctx, tx, actor.Workspace, publicationID)
	})
}
