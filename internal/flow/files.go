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

// openable are files with how to read them; keys are where their bytes are, then those
// of their covers.
func (h *House) openable(ctx context.Context, workspace string, files []network.Media, keys []string) []network.Media {
	all := make([]*network.Media, 0, len(keys))
	for i := range files {
		all = append(all, &files[i])
	}
	for i := range files {
		if files[i].Cover != nil {
			all = append(all, files[i].Cover)
		}
	}
	for i, key := range keys {
		m := all[i]
		m.Open = func() (network.ReadCloser, error) { return h.Blobs.Open(ctx, key) }
		m.OpenAt = func(offset int64) (network.ReadCloser, error) { return h.openAt(ctx, key, offset) }
		id := m.ID
		m.Address = func() (string, error) { return h.address(workspace, id) }
	}
	return files
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
// keys are where their bytes are, then those of their covers.
func described(ctx context.Context, tx *store.Tx, workspace string, attached []publish.Attached) (all []network.Media, keys []string, err error) {
	var covers []string
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
		one := known(m, alt)
		one.Tags = a.Tags
		if a.Cover != "" {
			m, err := media.Get(ctx, tx, workspace, a.Cover)
			if err != nil {
				return nil, nil, err
			}
			cover := known(m, m.Alt)
			one.Cover, covers = &cover, append(covers, m.Key)
		}
		all = append(all, one)
	}
	return all, append(keys, covers...), nil
}

// known is what a driver is told of a file.
func known(m media.Media, alt string) network.Media {
	return network.Media{ID: m.ID, Name: m.Name, Type: m.Type, Bytes: m.Bytes, Width: m.Width, Height: m.Height, Alt: alt, Seconds: float64(m.Millis) / 1000}
}
