package flow

import (
	"context"
	"strings"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// voiced gives videos the subtitles that they have by now.
func voiced(ctx context.Context, tx *store.Tx, workspace string, files []network.Media) error {
	for i, m := range files {
		if !m.Video() {
			continue
		}
		all, err := media.Subtitles(ctx, tx, workspace, m.ID)
		if err != nil {
			return err
		}
		for _, s := range all {
			files[i].Subtitles = append(files[i].Subtitles, network.Subtitle{Lang: s.Lang, VTT: s.Body})
		}
	}
	return nil
}

// along leaves a part those subtitles and covers that go along with its videos.
func along(limits network.Limits, part network.Part) {
	kind, _ := limits.Of(part.Kind)
	takes := kind.Media.Video
	for i, m := range part.Media {
		if part.Media[i].Subtitles = nil; takes.Subtitles != nil && !takes.Subtitles.Later {
			part.Media[i].Subtitles, _ = takes.Captions(m)
		}
		if takes.Cover == nil || takes.Cover.Later || takes.Covers(m, len(part.Media)) != nil {
			part.Media[i].Cover = nil
		}
	}
}

// subtitled records what became of the subtitles of a part that is published: its video
// is out, whatever became of them. Those that the network takes afterwards are brought by
// a job of their own.
func (h *House) subtitled(ctx context.Context, tx *store.Tx, c channel.Channel, part publish.Part, ref network.Ref) error {
	files, _, err := described(ctx, tx, part.Workspace, part.Content.Media)
	if err != nil {
		return err
	}
	if err := voiced(ctx, tx, part.Workspace, files); err != nil {
		return err
	}
	kind, _ := c.Limits.Of(part.Content.Kind)
	known := part.Step.Subtitled
	later := 0
	for _, m := range files {
		fit, unfit := kind.Media.Video.Captions(m)
		known = append(known, unfit...)
		switch takes := kind.Media.Video.Subtitles; {
		case takes == nil:
		case takes.Later && !strings.HasPrefix(ref.ID, "said:"):
			n, err := publish.Subtitle(ctx, tx, part, m.ID, langs(fit))
			if err != nil {
				return err
			}
			later += n
		default:
			known = append(known, missing(part.Step.Subtitled, m.ID, fit)...)
		}
	}
	if err := publish.Settled(ctx, tx, part, known); err != nil || later == 0 {
		return err
	}
	return h.queueSubtitles(ctx, tx, part.Workspace, c.ID, part.PublicationID)
}

func langs(all []network.Subtitle) []string {
	var tags []string
	for _, s := range all {
		tags = append(tags, s.Lang)
	}
	return tags
}

// missing are subtitles of a video that went out without them.
func missing(known []network.Subtitled, mediaID string, fit []network.Subtitle) []network.Subtitled {
	there := map[string]bool{}
	for _, k := range known {
		there[k.Media+" "+k.Lang] = true
	}
	var all []network.Subtitled
	for _, s := range fit {
		if !there[mediaID+" "+s.Lang] {
			all = append(all, network.Subtitled{Media: mediaID, Lang: s.Lang, Why: "They were not with the video when it was handed over.", Hint: "Add them on the network itself."})
		}
	}
	return all
}

func (h *House) queueSubtitles(ctx context.Context, tx *store.Tx, workspace, channelID, publicationID string) error {
	_, _, err := jobs.Insert(ctx, tx, subtitleKind(), jobs.New{Workspace: workspace, Lane: lane(channelID, lanePosts), Key: publicationID},
		subtitleArgs{Workspace: workspace, Channel: channelID, Publication: publicationID})
	return err
}
