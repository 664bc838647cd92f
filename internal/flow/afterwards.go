package flow

import (
	"context"
	"strings"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// afterwards records what follows a part that is published, and cannot keep it back: its
// subtitles, and the covers of its videos.
func (h *House) afterwards(ctx context.Context, tx *store.Tx, c channel.Channel, part publish.Part, ref network.Ref) error {
	if err := h.closed(ctx, tx, c, part); err != nil {
		return err
	}
	if err := h.subtitled(ctx, tx, c, part, ref); err != nil {
		return err
	}
	if u := part.Step.Uncovered; u != nil {
		for _, a := range part.Content.Media {
			if a.ID == u.Media {
				return publish.Uncovered(ctx, tx, part, a.Cover, *u)
			}
		}
	}
	kind, _ := c.Limits.Of(part.Content.Kind)
	takes := kind.Media.Video.Cover
	if takes == nil || !takes.Later || strings.HasPrefix(ref.ID, "said:") {
		return nil
	}
	files, _, err := described(ctx, tx, part.Workspace, part.Content.Media)
	if err != nil {
		return err
	}
	due := false
	for _, m := range files {
		if m.Cover == nil || kind.Media.Video.Covers(m, len(files)) != nil {
			continue // why not was said before it was scheduled
		}
		due = true
		if err := publish.Cover(ctx, tx, part, m.ID, m.Cover.ID); err != nil {
			return err
		}
	}
	if !due {
		return nil
	}
	return h.queueCovers(ctx, tx, c, part.PublicationID)
}

func (h *House) queueCovers(ctx context.Context, tx *store.Tx, c channel.Channel, publicationID string) error {
	_, _, err := jobs.Insert(ctx, tx, coverKind(), jobs.New{Workspace: c.Workspace, Lane: lane(c.ID, lanePosts), Key: publicationID},
		coverArgs{Workspace: c.Workspace, Channel: c.ID, Publication: publicationID})
	return err
}

// closed records that a post was published with its comments closed, where that was chosen.
func (h *House) closed(ctx context.Context, tx *store.Tx, c channel.Channel, part publish.Part) error {
	if part.Position > 0 || len(part.Content.Options) == 0 {
		return nil
	}
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return err
	}
	if !d.Profile().Closing.Closed(part.Content.Options) {
		return nil
	}
	return publish.Close(ctx, tx, part.Workspace, part.PublicationID, true)
}
