package flow

import (
	"context"
	"io"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/store"
)

// Append keeps what comes of an upload from a byte on, piece by piece: each is
// durable and counted before the next is read, and what came before the line broke
// is kept as well.
func (h *House) Append(ctx context.Context, actor access.Actor, uploadID string, start int64, from io.Reader) (media.Upload, error) {
	u, err := h.Upload(ctx, actor, uploadID)
	if err == nil {
		err = u.At(start)
	}
	if err != nil {
		return u, err
	}
	ctx = context.WithoutCancel(ctx) // the one who sends may go; what they sent stays
	coming := &untilBroken{from: from}
	for !coming.ended && u.Received < u.Bytes {
		piece := media.Piece{Start: u.Received, Blob: u.PieceKey()}
		info, err := h.Blobs.Put(ctx, piece.Blob, io.LimitReader(coming, min(media.PieceBytes, u.Bytes-u.Received)))
		if err != nil {
			return u, err
		}
		piece.Bytes = info.Bytes
		if piece.Bytes == 0 {
			h.discard(ctx, piece)
			break
		}
		if piece.Start == 0 {
			if err := media.Promising(ctx, h.Blobs, piece, u.Bytes); err != nil {
				h.discard(ctx, piece)
				return u, h.unwanted(ctx, actor, uploadID, err)
			}
		}
		if err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
			now, err := media.Add(ctx, tx, actor, uploadID, piece)
			if err == nil {
				u = now
			}
			return err
		}); err != nil {
			if !fault.Is(err, fault.Uncertain) { // else it may be counted: the sweep knows
				h.discard(ctx, piece)
			}
			return u, err
		}
	}
	if n, _ := io.ReadFull(coming, make([]byte, 1)); n > 0 {
		return u, fault.New(fault.Invalid, "More came than was announced.").On("Upload-Length").WithHint("Send the file from its beginning.")
	}
	if coming.err != nil {
		return u, fault.Wrap(fault.Conflict, coming.err, "The upload ended too early.").WithHint("Ask where it stands, and go on there.")
	}
	return u, nil
}

// Upload gives where an upload stands.
func (h *House) Upload(ctx context.Context, actor access.Actor, uploadID string) (u media.Upload, err error) {
	err = store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		u, err = media.GetUpload(ctx, tx, actor, uploadID)
		return err
	})
	return u, err
}

// Finish makes a file of an upload that has come whole. Doing it again gives the
// same file; what is no file of ours is forgotten, as if it had come in one piece.
func (h *House) Finish(ctx context.Context, actor access.Actor, uploadID string) (kept media.Media, err error) {
	var u media.Upload
	var pieces []media.Piece
	if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if u, err = media.GetUpload(ctx, tx, actor, uploadID); err != nil {
			return err
		}
		if u.MediaID != "" {
			kept, err = media.Get(ctx, tx, actor.Workspace, u.MediaID)
			return err
		}
		pieces, err = media.Pieces(ctx, tx, u)
		return err
	}); err != nil || u.MediaID != "" {
		return kept, err
	}
	if u.Received < u.Bytes {
		return kept, fault.New(fault.Conflict, "This upload has not come whole yet.").WithHint("Ask where it stands, and go on there.")
	}
	whole := &joined{ctx: ctx, blobs: h.Blobs, pieces: pieces}
	f, err := media.Take(ctx, h.Blobs, actor.Workspace, whole)
	whole.close()
	if err != nil {
		return kept, h.unwanted(ctx, actor, uploadID, err)
	}
	err = h.effect(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error {
		if kept, err = media.Keep(ctx, tx, actor, f, u.Name, ""); err != nil {
			return err
		}
		return media.Become(ctx, tx, u, kept.ID)
	})
	if err != nil {
		if !fault.Is(err, fault.Uncertain) {
			h.discard(ctx, media.Piece{Blob: f.Key})
		}
		return kept, err
	}
	h.discard(context.WithoutCancel(ctx), pieces...)
	return kept, nil
}
