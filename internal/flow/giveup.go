package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/store"
)

// unwanted forgets an upload that is no file of ours; another fault leaves it.
func (h *House) unwanted(ctx context.Context, actor access.Actor, uploadID string, cause error) error {
	if fault.Is(cause, fault.Invalid) {
		if err := h.GiveUp(context.WithoutCancel(ctx), actor, uploadID); err != nil {
			h.Log.WarnContext(ctx, "an upload that is refused stays behind", "upload", uploadID, "error", err)
		}
	}
	return cause
}

// GiveUp forgets an upload and what came of it.
func (h *House) GiveUp(ctx context.Context, actor access.Actor, uploadID string) error {
	var pieces []media.Piece
	if err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		u, err := media.GetUpload(ctx, tx, actor, uploadID)
		if err != nil {
			return err
		}
		if pieces, err = media.Pieces(ctx, tx, u); err != nil {
			return err
		}
		return media.Drop(ctx, tx, u)
	}); err != nil {
		return err
	}
	h.discard(ctx, pieces...)
	return nil
}

// discard deletes stored pieces; the sweep takes what stays behind.
func (h *House) discard(ctx context.Context, pieces ...media.Piece) {
	for _, p := range pieces {
		if err := h.Blobs.Delete(ctx, p.Blob); err != nil {
			h.Log.WarnContext(ctx, "a piece of an upload stays behind", "key", p.Blob, "error", err)
		}
	}
}
