package flow

import (
	"context"
	"iter"
	"slices"

	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// sweepFiles is the job that removes files which nothing has named for a while: brought
// into a composer and never used, or of posts that are gone. It may end anywhere and
// begin again: what it has found and done stands in the rows.
func sweepFiles() jobs.Kind[struct{}] { return jobs.Kind[struct{}]{Name: "files.sweep", Attempts: 3} }

const (
	sweepShelf = 10_000 // files that are looked for at a time
	sweepBatch = 200    // and changed in one transaction
)

func (h *House) sweepFiles(ctx context.Context, _ *jobs.Job, _ struct{}) error {
	if h.KeepUnused <= 0 {
		return nil
	}
	if err := h.sweepStrays(ctx); err != nil { // what the last one did not come to
		return err
	}
	var workspaces []string
	var all, done int64
	if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if all, err = media.Shelved(ctx, tx); err == nil {
			workspaces, err = media.Holders(ctx, tx)
		}
		return err
	}); err != nil {
		return err
	}
	for _, workspace := range workspaces {
		for after := ""; ; {
			shelf, unused, err := h.shelf(ctx, workspace, after)
			if err != nil {
				return err
			}
			if err := h.clear(ctx, workspace, shelf, unused); err != nil {
				return err
			}
			done += int64(len(shelf))
			jobs.Progress(ctx, done, max(all, done))
			if len(shelf) < sweepShelf {
				break
			}
			after = shelf[len(shelf)-1].ID
		}
	}
	if err := h.suspectBytes(ctx); err != nil {
		return err
	}
	return h.sweepStrays(ctx)
}

// shelf reads some files of a workspace, and which of them nothing names at this moment.
func (h *House) shelf(ctx context.Context, workspace, after string) (shelf []media.Held, unused map[string]bool, err error) {
	err = store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		if shelf, err = media.Shelf(ctx, tx, workspace, after, sweepShelf); err != nil {
			return err
		}
		unused = map[string]bool{}
		for _, f := range shelf {
			unused[f.ID] = true
		}
		return unnamed(ctx, tx, workspace, unused)
	})
	return shelf, unused, err
}

// unnamed leaves of files those that nothing names. Every room says where it names some.
func unnamed(ctx context.Context, tx *store.Tx, workspace string, files map[string]bool) error {
	for _, room := range []func(context.Context, *store.Tx, string) iter.Seq2[string, error]{publish.Naming, inbox.Naming, media.Naming, team.Naming} {
		for text, err := range room(ctx, tx, workspace) {
			if err != nil {
				return err
			}
			for file := range id.Within(text) {
				delete(files, file)
			}
		}
	}
	return nil
}

// clear notes what is used again and what is not any more, and removes what has not been
// for long enough.
func (h *House) clear(ctx context.Context, workspace string, shelf []media.Held, unused map[string]bool) error {
	var noted []media.Held
	var old []string
	now := h.DB.Now()
	for _, f := range shelf {
		switch {
		case unused[f.ID] == f.UnusedSince.IsZero():
			noted = append(noted, f)
		case unused[f.ID] && !f.UnusedSince.After(now.Add(-h.KeepUnused)):
			old = append(old, f.ID)
		}
	}
	for batch := range slices.Chunk(noted, sweepBatch) {
		if err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
			for _, f := range batch {
				note := media.Used
				if unused[f.ID] {
					note = media.Unused
				}
				if err := note(ctx, tx, workspace, f.ID); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	for batch := range slices.Chunk(old, sweepBatch) {
		if err := h.remove(ctx, workspace, batch); err != nil {
			return err
		}
	}
	return nil
}
