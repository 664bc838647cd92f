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
func (h *House) afterwards(ctx context.Context, tx *store.Tx, channelID string, part publish.Part, ref network.Ref) error {
	h.became(tx, channelID, "published")
	if err := h.closed(ctx, tx, channelID, part); err != nil {
		return err
	}
	if err := h.subtitled(ctx, tx, channelID, part, ref); err != nil {
		return err
	}
	if u := part.Step.Uncovered; u != nil {
		for _, a := range part.Content.Media {
			if a.ID == u.Media {
				return publish.Uncovered(ctx, tx, part, a.Cover, *u)
			}
		}
	}
	c, err := channel.Get(ctx, tx, part.Workspace, channelID)
	if err != nil {
		return err
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
	_, _, err = jobs.Insert(ctx, tx, coverKind(), jobs.New{Workspace: part.Workspace, Lane: lane(channelID, lanePosts), Key: part.PublicationID},
		coverArgs{Workspace: part.Workspace, Channel: channelID, Publication: part.PublicationID})
	return err
}

// closed records that a post was published with its comments closed, where that was chosen.
func (h *House) closed(ctx context.Context, tx *store.Tx, channelID string, part publish.Part) error {
	if part.Position > 0 || len(part.Content.Options) == 0 {
		return nil
	}
	c, err := channel.Get(ctx, tx, part.Workspace, channelID)
	if err != nil {
		return err
	}
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return err
	}
	if option := d.Profile().Closing.Option; option == "" || part.Content.Options[option] != "true" {
		return nil
	}
	return publish.Close(ctx, tx, part.Workspace, part.PublicationID, true)
}
