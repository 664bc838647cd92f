package media

import (
	"context"
	"iter"
	"path"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/store"
)

// Held is a file as the sweep looks at it.
type Held struct {
	ID          string
	UnusedSince time.Time // zero: something names it, as far as was looked
}

// Shelved counts the files of everybody.
func Shelved(ctx context.Context, tx *store.Tx) (int64, error) {
	return store.One[int64](ctx, tx, "select count(*) from media")
}

// Holders are the workspaces that have files.
func Holders(ctx context.Context, tx *store.Tx) ([]string, error) {
	return store.All[string](ctx, tx, "select distinct workspace from media order by workspace")
}

// Shelf gives files of a workspace in order of their ids, those after one of them.
func Shelf(ctx context.Context, tx *store.Tx, workspace, after string, most int) ([]Held, error) {
	return store.All[Held](ctx, tx, "select id, unused_since from media where workspace = $1 and id > $2 order by id limit $3", workspace, after, most)
}

// Naming gives every text of this room that names files of a workspace: an upload says
// what became of it to whoever asks again. Subtitles name the video that they are part of.
func Naming(ctx context.Context, tx *store.Tx, workspace string) iter.Seq2[string, error] {
	return store.Each[string](ctx, tx, "select media_id from upload where workspace = $1", workspace)
}

// Unused notes since when nothing has named a file; Used, that something does.
func Unused(ctx context.Context, tx *store.Tx, workspace, mediaID string) error {
	_, err := tx.Exec(ctx, "update media set unused_since = $1 where workspace = $2 and id = $3 and unused_since is null", tx.Now, workspace, mediaID)
	return err
}

// Used forgets that nothing named a file.
func Used(ctx context.Context, tx *store.Tx, workspace, mediaID string) error {
	_, err := tx.Exec(ctx, "update media set unused_since = null where workspace = $1 and id = $2 and unused_since is not null", workspace, mediaID)
	return err
}

// Discard forgets a file that nothing has named since before a moment, with its
// subtitles. Its bytes are strays from now on, to be deleted after the commit.
func Discard(ctx context.Context, tx *store.Tx, workspace, mediaID string, before time.Time) error {
	all, err := store.All[Stray](ctx, tx, "select blob, bytes from media where workspace = $1 and id = $2 and unused_since <= $3", workspace, mediaID, before)
	if err != nil || len(all) == 0 {
		return err
	}
	for _, text := range []string{"delete from subtitle where workspace = $1 and media_id = $2", "delete from media where workspace = $1 and id = $2"} {
		if _, err := tx.Exec(ctx, text, workspace, mediaID); err != nil {
			return err
		}
	}
	return Suspect(ctx, tx, all, tx.Now)
}

// Stray is bytes in the blob store that no file is made of.
type Stray struct {
	Blob  string
	Bytes int64
}

const files = "media/"

// Strays gives bytes that may go by now.
func Strays(ctx context.Context, tx *store.Tx, most int) ([]Stray, error) {
	return store.All[Stray](ctx, tx, "select blob, bytes from stray where due_at <= $1 order by due_at, blob limit $2", tx.Now, most)
}

// Loose gives those of which no file is made: an older database that was restored may
// know some of them.
func Loose(ctx context.Context, tx *store.Tx, all []Stray) (loose []Stray, err error) {
	for _, s := range all {
		n, err := store.One[int](ctx, tx, "select count(*) from media where id = $1", path.Base(s.Blob))
		if err != nil {
			return nil, err
		}
		if n == 0 {
			loose = append(loose, s)
		}
	}
	return loose, nil
}

// Gone forgets strays: their bytes are deleted, or belong to a file after all.
func Gone(ctx context.Context, tx *store.Tx, all []Stray) error {
	for _, s := range all {
		if _, err := tx.Exec(ctx, "delete from stray where blob = $1", s.Blob); err != nil {
			return err
		}
	}
	return nil
}

// Recent is how old bytes are at least before somebody asks which file they are of: a
// file is written down when its last byte has come.
const Recent = 2 * time.Hour

// Bytes walks over the bytes of files that are not new.
func Bytes(ctx context.Context, blobs blob.Store, now time.Time) iter.Seq2[Stray, error] {
	return func(yield func(Stray, error) bool) {
		for f, err := range blobs.All(ctx) {
			if err == nil && (!strings.HasPrefix(f.Key, files) || now.Sub(f.At) < Recent) {
				continue
			}
			if !yield(Stray{f.Key, f.Bytes}, err) || err != nil {
				return
			}
		}
	}
}

// Suspect notes bytes of which no file is made, to be deleted if that is still so when
// they are due.
func Suspect(ctx context.Context, tx *store.Tx, loose []Stray, due time.Time) error {
	for _, s := range loose {
		if _, err := tx.Exec(ctx, "insert into stray (blob, bytes, due_at) values ($1, $2, $3) on conflict do nothing", s.Blob, s.Bytes, due); err != nil {
			return err
		}
	}
	return nil
}

// Stock is how many bytes of files there are, and how many of them nothing names, for
// whoever runs the house.
func Stock(ctx context.Context, tx *store.Tx) (kept, unused int64, err error) {
	type sum struct{ Kept, Unused int64 }
	s, err := store.One[sum](ctx, tx, "select coalesce(sum(bytes), 0), coalesce(sum(case when unused_since is not null then bytes end), 0) from media")
	return s.Kept, s.Unused, err
}
