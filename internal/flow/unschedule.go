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
		if err := maySchedule(actor, all); err != nil {
			return err
		}
		to := publish.Draft
		if cancel {
			to = publish.Cancelled
		}
		stopped, err := takeBack(ctx, tx, actor.Workspace, postID, to)
		if err != nil {
			return err
		}
		for _, s := range stopped {
			if err := h.dropAll(ctx, tx, s.Publication, s.Parts); err != nil {
				return err
			}
		}
		h.tell(tx, actor.Workspace, "posts", postID)
		return nil
	})
}

// takeBack stops what waits to leave, and the jobs that would send it.
func takeBack(ctx context.Context, tx *store.Tx, workspace, postID, to string) ([]publish.Stopped, error) {
	all, err := publish.Unschedule(ctx, tx, workspace, postID, to)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		// A job that has just begun finds nothing to claim; what has failed has none.
		if err := jobs.Cancel(ctx, tx, workspace, s.JobID); err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	return all, nil
}

// move takes back a post that waits as a whole, so that it can be given another moment
// in the same transaction: it never stands between two moments, and where the new one is
// refused the old one holds.
func (h *House) move(ctx context.Context, tx *store.Tx, post publish.Post, all []publish.Publication) (publish.Post, []publish.Stopped, error) {
	for _, p := range all {
		if p.State != publish.Scheduled {
			return post, nil, fault.New(fault.Conflict, "A part of this post has begun to leave, so it cannot be moved.").WithHint("Read it again.")
		}
	}
	before, err := takeBack(ctx, tx, post.Workspace, post.ID, publish.Draft)
	if err != nil {
		return post, nil, err
	}
	post, err = publish.Get(ctx, tx, post.Workspace, post.ID)
	return post, before, err
}
