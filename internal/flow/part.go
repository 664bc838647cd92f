package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// part turns a claimed part into what a driver sends: files are named with how
// to open them, and read only when the driver asks.
func (h *House) part(ctx context.Context, c publish.Claimed) (network.Part, error) {
	var keys []string
	p := network.Part{Key: c.Part.Key, Text: c.Part.Content.Text, Link: c.Part.Content.Link, After: c.After, Root: c.Root, At: c.Part.ClaimedAt}
	err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		p.Media, keys, err = described(ctx, tx, c.Part.Workspace, c.Part.Content.Media)
		return err
	})
	for i, key := range keys {
		p.Media[i].Open = func() (network.ReadCloser, error) { return h.Blobs.Open(ctx, key) }
	}
	return p, err
}

// described reads what is known of attached files, with the words of this post.
// keys are where their bytes are.
func described(ctx context.Context, tx *store.Tx, workspace string, attached []publish.Attached) (all []network.Media, keys []string, err error) {
	for _, a := range attached {
		m, err := media.Get(ctx, tx, workspace, a.ID)
		if err != nil {
			return nil, nil, err
		}
		alt := a.Alt
		if alt == "" {
			alt = m.Alt
		}
		keys = append(keys, m.Key)
		all = append(all, network.Media{ID: m.ID, Type: m.Type, Bytes: m.Bytes, Width: m.Width, Height: m.Height, Alt: alt})
	}
	return all, keys, nil
}

// check holds parts against the limits of a channel.
func check(ctx context.Context, tx *store.Tx, c channel.Channel, contents []publish.Content) ([]network.Problem, error) {
	parts := make([]network.Part, len(contents))
	for i, content := range contents {
		files, _, err := described(ctx, tx, c.Workspace, content.Media)
		if err != nil {
			return nil, err
		}
		parts[i] = network.Part{Text: content.Text, Link: content.Link, Media: files}
	}
	return c.Limits.CheckParts(parts), nil
}

// Checked is what one channel says of a draft.
type Checked struct {
	Channel  channel.Channel
	Problems []network.Problem
	Counts   []network.Use
}

// Check says what channels would say of parts, before anything is scheduled.
func (h *House) Check(ctx context.Context, tx *store.Tx, actor access.Actor, channelID string, contents []publish.Content) (Checked, error) {
	if err := actor.May(access.Compose, channelID); err != nil {
		return Checked{}, err
	}
	c, err := channel.Get(ctx, tx, actor.Workspace, channelID)
	if err != nil {
		return Checked{}, err
	}
	result := Checked{Channel: c}
	if result.Problems, err = check(ctx, tx, c, contents); err != nil {
		return Checked{}, err
	}
	for _, content := range contents {
		result.Counts = append(result.Counts, c.Limits.Text.Count(content.Text))
	}
	return result, nil
}
