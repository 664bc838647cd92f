package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// RetryPost sends the failed rest of a publication again, after a person mended
// what was wrong.
func (h *House) RetryPost(ctx context.Context, actor access.Actor, publicationID string) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := publicationFor(ctx, tx, actor, access.Schedule, publicationID)
		if err != nil {
			return err
		}
		if err := h.affordsRest(ctx, tx, p); err != nil {
			return err
		}
		parts, err := publish.Sequence(ctx, tx, actor.Workspace, publicationID)
		if err != nil {
			return err
		}
		if err := publish.Retry(ctx, tx, actor.Workspace, publicationID); err != nil {
			return err
		}
		if err := h.dropAll(ctx, tx, p, parts); err != nil {
			return err
		}
		h.tell(tx, actor.Workspace, "posts", p.PostID)
		return h.queue(ctx, tx, p, latest(tx.Now, p.DueAt)) // what was refused ahead of its time keeps it
	})
}

// affordsRest refuses what is left of a publication where the quotas have no room now.
func (h *House) affordsRest(ctx context.Context, tx *store.Tx, p publish.Publication) error {
	c, err := channel.Get(ctx, tx, p.Workspace, p.ChannelID)
	if err != nil {
		return err
	}
	parts, err := publish.Sequence(ctx, tx, p.Workspace, p.ID)
	if err != nil {
		return err
	}
	var rest []publish.Content
	for _, part := range parts {
		if part.RemoteID == "" {
			rest = append(rest, part.Content)
		}
	}
	if len(rest) == 0 || len(rest) < len(parts) && !c.Limits.Thread { // a first comment is no post
		return nil
	}
	_, calls, err := h.callsOf(ctx, tx, c, rest)
	if err != nil {
		return err
	}
	return h.affords(ctx, tx, c, rest, calls, latest(tx.Now, p.DueAt), beside{})
}
