package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// Cover brings the videos of a publication the covers that their network refused, once
// more: the pictures alone, never the videos.
func (h *House) Cover(ctx context.Context, actor access.Actor, publicationID string) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := publicationFor(ctx, tx, actor, access.Schedule, publicationID)
		if err != nil {
			return err
		}
		if p.State != publish.Published {
			return fault.New(fault.Conflict, "Nothing is published here: there is no video to give a cover.")
		}
		c, err := channel.Get(ctx, tx, p.Workspace, p.ChannelID)
		if err != nil {
			return err
		}
		kind, _ := c.Limits.Of(p.Kind)
		if takes := kind.Media.Video.Cover; takes == nil || !takes.Later {
			return fault.New(fault.Conflict, "This network takes no cover once the video is out.").WithHint("Choose it on the network itself, or publish the video anew.")
		}
		n, err := publish.CoverAgain(ctx, tx, p.Workspace, p.ID)
		if err != nil || n == 0 {
			return err
		}
		h.tell(tx, actor.Workspace, "posts", p.PostID)
		return h.queueCovers(ctx, tx, c, p.ID)
	})
}
