package flow

import (
	"context"

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

// written is what a person wrote, without its files.
func written(c publish.Content) network.Part {
	return network.Part{Text: c.Text, Link: c.Link, Kind: c.Kind, Title: c.Title, Options: c.Options, Poll: c.Poll, Disclosure: c.Disclosure}
}
