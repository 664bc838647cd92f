package flow

import (
	"bytes"
	"context"
	"io"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/media"
)

// Files gives the files of a publication that a person publishes.
func (h *House) Files(ctx context.Context, actor access.Actor, publicationID string) ([]Handed, error) {
	p, all, err := h.planOf(ctx, actor.Workspace, publicationID)
	if err != nil {
		return nil, err
	}
	if err := mayOn(actor, access.Read, p.ChannelID, noPublication); err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].State == HandedWorking {
			if err := h.found(ctx, &all[i]); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// found looks whether a file was made to fit already.
func (h *House) found(ctx context.Context, one *Handed) error {
	key := media.FittedKey(one.Media, one.Fit)
	made, err := h.Blobs.Open(ctx, key)
	if err == nil {
		defer made.Close() //nolint:errcheck // it was only read
		one.State = HandedReady
		one.Bytes, err = made.Seek(0, io.SeekEnd)
		return err
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	why, err := h.Blobs.Open(ctx, key+".none")
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer why.Close() //nolint:errcheck // it was only read
	words, err := io.ReadAll(io.LimitReader(why, 4096))
	text, hint, _ := bytes.Cut(words, []byte("\n"))
	one.State, one.Why, one.Hint = HandedFailed, string(text), string(hint)
	return err
}

// OpenFile opens a file that a person publishes, as it fits.
func (h *House) OpenFile(ctx context.Context, actor access.Actor, publicationID string, n int) (Handed, io.ReadSeekCloser, error) {
	all, err := h.Files(ctx, actor, publicationID)
	if err != nil {
		return Handed{}, nil, err
	}
	if n < 0 || n >= len(all) {
		return Handed{}, nil, fault.New(fault.NotFound, "This post has no such file.")
	}
	one, key := all[n], all[n].Media.Key
	if one.State == HandedReady {
		key = media.FittedKey(one.Media, one.Fit)
	}
	if one.State == HandedWorking {
		return one, nil, fault.New(fault.NotFound, "This file is still being made.").WithHint("Try again in a moment.")
	}
	f, err := h.Blobs.Open(ctx, key)
	return one, f, err
}
