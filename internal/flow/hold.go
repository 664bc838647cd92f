package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// inReview is why a message is held that waits in the network's own queue.
const inReview = `{"key":"review","params":{}}`

// Hold puts somebody's comment into the network's own queue for review, or
// releases it.
func (h *House) Hold(ctx context.Context, actor access.Actor, messageID string, on bool) error {
	m, conn, c, err := h.message(ctx, actor, access.Moderate, messageID)
	if err != nil {
		return err
	}
	holder, err := able[network.Holder](h, c, network.ActHold)
	if err != nil {
		return err
	}
	if m.FromUs {
		return fault.New(fault.Invalid, "This is our own message.").WithHint("Delete it on the network instead.")
	}
	if err := holder.Hold(ctx, conn, m.Remote, on); err != nil {
		return unanswered(err)
	}
	return h.effect(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error {
		now, err := inbox.Get(ctx, tx, actor.Workspace, m.ID)
		if err != nil || now.State == inbox.Deleted {
			return err
		}
		h.tell(tx, actor.Workspace, "inbox", m.ConversationID)
		if on {
			return inbox.Move(ctx, tx, now, inbox.Held, inReview)
		}
		return inbox.Move(ctx, tx, now, inbox.Visible, "")
	})
}
