package flow

import (
	"context"
	"io"

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
