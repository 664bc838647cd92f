package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// Unschedule takes a post back to draft, or cancels it. What has begun to leave
// stays as it is.
func (h *House) Unschedule(ctx context.Context, actor access.Actor, postID string, cancel bool) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		all, err := publish.Publications(ctx, tx, actor.Workspace, postID)
		if err != nil {
			return err
		}
		for _, p := range all {
			if err := mayOn(actor, access.Schedule, p.ChannelID, noPost); err != nil {
				return err
			}
		}
		to := publish.Draft
		if cancel {
			to = publish.Cancelled
		}
		waiting, err := publish.Unschedule(ctx, tx, actor.Workspace, postID, to)
		if err != nil {
			return err
		}
		for _, job := range waiting {
			// A job that has just begun finds nothing to claim.
			if err := jobs.Cancel(ctx, tx, actor.Workspace, job); err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		h.tell(tx, actor.Workspace, "posts", postID)
		return nil
	})
}
