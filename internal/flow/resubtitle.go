package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// Subtitle brings the videos of a publication the subtitles that they lack: those that
// failed, and those that were added since.
func (h *House) Subtitle(ctx context.Context, actor access.Actor, publicationID string) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := publicationFor(ctx, tx, actor, access.Schedule, publicationID)
		if err != nil {
			return err
		}
		if p.State != publish.Published {
			return fault.New(fault.Conflict, "Nothing is published here: there is no video to subtitle.")
		}
		c, err := channel.Get(ctx, tx, p.Workspace, p.ChannelID)
		if err != nil {
			return err
		}
		kind, _ := c.Limits.Of(p.Kind)
		if takes := kind.Media.Video.Subtitles; takes == nil || !takes.Later {
			return fault.New(fault.Conflict, "This network takes no subtitles once the video is out.").WithHint("Add them on the network itself, or publish the video anew.")
		}
		parts, err := publish.Sequence(ctx, tx, p.Workspace, p.ID)
		if err != nil {
			return err
		}
		for _, part := range parts {
			if err := h.subtitled(ctx, tx, c, part, part.Remote); err != nil {
				return err
			}
		}
		h.tell(tx, actor.Workspace, "posts", p.PostID)
		return nil
	})
}
