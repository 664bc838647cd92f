package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/store"
)

// remove forgets files that nothing names, then their bytes. Everything that may name one
// is read again in the transaction that forgets it: a draft that is saved at the same
// time comes before it and keeps its files, or after it and hears that they are gone.
func (h *House) remove(ctx context.Context, workspace string, files []string) error {
	if err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		unused := map[string]bool{}
		for _, f := range files {
			unused[f] = true
		}
		if err := unnamed(ctx, tx, workspace, unused); err != nil {
			return err
		}
		for f := range unused {
			if err := media.Discard(ctx, tx, workspace, f, tx.Now.Add(-h.KeepUnused)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return h.sweepStrays(ctx)
}

// Bytes of which no file is made: their file was removed and the process died before
// they were, or it died between the bytes and the file. The rows of strays are written
// before bytes are deleted and removed after it, so that none is forgotten.

// sweepStrays deletes bytes that are due, unless a file is made of them after all.
func (h *House) sweepStrays(ctx context.Context) error {
	for {
		var due, loose []media.Stray
		if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
			if due, err = media.Strays(ctx, tx, sweepBatch); err == nil {
				loose, err = media.Loose(ctx, tx, due)
			}
			return err
		}); err != nil || len(due) == 0 {
			return err
		}
		for _, s := range loose {
			if err := h.Blobs.Delete(ctx, s.Blob); err != nil {
				return err
			}
			if h.Swept != nil {
				h.Swept(s.Bytes)
			}
		}
		if err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error { return media.Gone(ctx, tx, due) }); err != nil {
			return err
		}
	}
}

// suspectBytes notes bytes that no file is made of. They go later, if that is still so:
// whoever restored an older database may restore a newer one yet.
func (h *House) suspectBytes(ctx context.Context) error {
	var batch []media.Stray
	look := func() error {
		var loose []media.Stray
		if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
			loose, err = media.Loose(ctx, tx, batch)
			return err
		}); err != nil {
			return err
		}
		batch = batch[:0]
		if len(loose) == 0 {
			return nil
		}
		return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
			return media.Suspect(ctx, tx, loose, tx.Now.Add(h.KeepUnused))
		})
	}
	for s, err := range media.Bytes(ctx, h.Blobs, time.Now()) { // files have the machine's time
		if err != nil {
			return err
		}
		if batch = append(batch, s); len(batch) == sweepBatch {
			if err := look(); err != nil {
				return err
			}
		}
	}
	return look()
}
