package flow

import (
	"context"
	"io"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// part turns a claimed part into what a driver sends: files are named with how
// to open them, and read only when the driver asks.
func (h *House) part(ctx context.Context, c publish.Claimed) (network.Part, error) {
	var keys []string
	p := bare(c)
	if len(c.Part.Content.Media) == 0 {
		return p, nil
	}
	err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if p.Media, keys, err = described(ctx, tx, c.Part.Workspace, c.Part.Content.Media); err != nil {
			return err
		}
		return voiced(ctx, tx, c.Part.Workspace, p.Media)
	})
	p.Media = h.openable(ctx, c.Part.Workspace, p.Media, keys)
	return p, err
}

// bare is a claimed part without its files.
func bare(c publish.Claimed) network.Part {
	p := written(c.Part.Content)
	p.Key, p.After, p.Root, p.At, p.Step = c.Part.Key, c.After, c.Root, c.Part.ClaimedAt, c.Part.Step
	return p
}

// openable are files with how to read them; keys are where their bytes are.
func (h *House) openable(ctx context.Context, workspace string, files []network.Media, keys []string) []network.Media {
	for i, key := range keys {
		files[i].Open = func() (network.ReadCloser, error) { return h.Blobs.Open(ctx, key) }
		files[i].OpenAt = func(offset int64) (network.ReadCloser, error) { return h.openAt(ctx, key, offset) }
		id := files[i].ID
		files[i].Address = func() (string, error) { return h.address(workspace, id) }
	}
	return files
}

// written is what a person wrote, without its files.
func written(c publish.Content) network.Part {
	return network.Part{Text: c.Text, Link: c.Link, Kind: c.Kind, Title: c.Title, Options: c.Options, Poll: c.Poll, Disclosure: c.Disclosure}
}

func (h *House) openAt(ctx context.Context, key string, offset int64) (network.ReadCloser, error) {
	f, err := h.Blobs.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		_ = f.Close() // the first error counts
		return nil, fault.Wrap(fault.Internal, err, "reading a file from its middle")
	}
	return f, nil
}

// address signs a web address for a file, for networks that fetch files
// themselves.
func (h *House) address(workspace, mediaID string) (string, error) {
	if h.Address == nil {
		return "", fault.New(fault.Invalid, "This network fetches files from Kith, and this Kith has no public address.").
			WithHint("Start Kith with --public-url, so that networks can reach it.")
	}
	return h.Address(workspace, mediaID)
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
		all = append(all, network.Media{ID: m.ID, Name: m.Name, Type: m.Type, Bytes: m.Bytes, Width: m.Width, Height: m.Height, Alt: alt, Seconds: float64(m.Millis) / 1000})
	}
	return all, keys, nil
}

// fits holds parts against the limits of a channel and the choices of its network; or,
// where a person publishes them, against what its application takes.
func (h *House) fits(ctx context.Context, tx *store.Tx, c channel.Channel, contents []publish.Content, hand publish.Hand) ([]network.Problem, error) {
	parts := make([]network.Part, len(contents))
	for i, content := range contents {
		files, _, err := described(ctx, tx, c.Workspace, content.Media)
		if err != nil {
			return nil, err
		}
		if err := voiced(ctx, tx, c.Workspace, files); err != nil {
			return nil, err
		}
		parts[i] = written(content)
		parts[i].Media = files
	}
	d, err := h.Networks.Get(c.Network)
	if err != nil || len(parts) == 0 {
		return c.Limits.CheckParts(parts), nil //nolint:nilerr // of a network that is gone, the limits are known
	}
	p := d.Profile()
	switch {
	case p.Assisted == nil && !network.Can(d, network.ActPublish):
		why := p.Why(network.ActPublish)
		return []network.Problem{{Level: "error", Field: "kind", Key: "no_posts", Text: why.Why, Hint: why.Instead}}, nil
	case h.byHand(c.Network, hand):
		return network.HandProblems(p.ByHand(c.Limits).CheckParts(parts)), nil
	}
	problems := append(c.Limits.CheckParts(parts), p.CheckOptions(parts[0])...)
	return append(problems, p.Allowed(c.Granted, c.Limits, parts)...), nil
}

// Checked is what one channel says of a draft.
type Checked struct {
	Channel  channel.Channel
	Problems []network.Problem
	Counts   []network.Use
	Files    []Handed // where a person publishes
}

// Check says what channels would say of parts, before anything is scheduled.
func (h *House) Check(ctx context.Context, tx *store.Tx, actor access.Actor, channelID string, contents []publish.Content, hand publish.Hand) (Checked, error) {
	if err := actor.May(access.Compose, channelID); err != nil {
		return Checked{}, err
	}
	c, err := channel.Get(ctx, tx, actor.Workspace, channelID)
	if err != nil {
		return Checked{}, err
	}
	result := Checked{Channel: c}
	if result.Problems, err = h.fits(ctx, tx, c, contents, hand); err != nil {
		return Checked{}, err
	}
	if h.byHand(c.Network, hand) {
		if result.Files, err = h.Plan(ctx, tx, c, contents, hand); err != nil {
			return Checked{}, err
		}
	}
	for _, content := range contents {
		result.Counts = append(result.Counts, c.Limits.Text.Count(content.Text))
	}
	return result, nil
}
