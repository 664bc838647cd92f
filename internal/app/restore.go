package app

import (
	"archive/tar"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// Restore puts a backup into a data folder that has no database. The stream's
// folder may be there: facts that are newer than the backup are applied again.
// Everything is unpacked and prepared in a folder of its own, and the database is put in
// its place last: what fails on the way leaves no house that could be started.
func Restore(ctx context.Context, c config.Config, from string) (files int, err error) {
	if c.DB != "" {
		return 0, fault.New(fault.Invalid, "PostgreSQL is put back by pg_restore.").
			WithHint("This puts a backup back that kith backup made of SQLite: leave --db and KITH_DB out.")
	}
	for _, name := range []string{"kith.db", "kith.db-wal", "kith.db-shm"} {
		if _, err := os.Stat(filepath.Join(c.Data, name)); err == nil {
			return 0, fault.New(fault.Conflict, "There is a database in %s already.", c.Data).
				WithHint("Move kith.db, kith.db-wal and kith.db-shm away first; leave the folder facts: it holds what came in since the backup.")
		}
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return 0, noRoom(err)
	}
	dir, err := os.MkdirTemp(c.Data, "restore-")
	if err != nil {
		return 0, noRoom(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	names, made, err := unpack(ctx, from, dir)
	if err != nil {
		return 0, err
	}
	if err := prepare(ctx, c, filepath.Join(dir, "kith.db"), made); err != nil {
		return 0, err
	}
	for i := range names { // the database is the first of them, and goes last
		name := names[(i+1)%len(names)]
		to := filepath.Join(c.Data, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.Rename(filepath.Join(dir, filepath.FromSlash(name)), to)); err != nil {
			return 0, noRoom(err)
		}
	}
	return len(names), nil
}

// unpack gives the names that a backup holds, the database first, and when it was made.
func unpack(ctx context.Context, from, dir string) (names []string, made time.Time, err error) {
	in, err := os.Open(from) //nolint:gosec // the operator names it
	if err != nil {
		return nil, made, fault.Wrap(fault.Invalid, err, "The backup cannot be read.")
	}
	defer in.Close() //nolint:errcheck // only read
	zip, err := gzip.NewReader(in)
	if err != nil {
		return nil, made, fault.Wrap(fault.Invalid, err, "This is no backup of Kith.")
	}
	archive := tar.NewReader(zip)
	for {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, made, damaged(err)
		}
		if !ours(head.Name) || (head.Name == "kith.db") != (len(names) == 0) {
			return nil, made, fault.New(fault.Invalid, "This is no backup of Kith: it holds “%s”.", head.Name)
		}
		if len(names) == 0 {
			made = head.ModTime
		}
		if err := errors.Join(ctx.Err(), write(filepath.Join(dir, filepath.FromSlash(head.Name)), archive, head.ModTime)); err != nil {
			return nil, made, err
		}
		names = append(names, head.Name)
	}
	if _, err := io.Copy(io.Discard, zip); err != nil { //nolint:gosec // to the sum at its end, and kept nowhere
		return nil, made, damaged(err)
	}
	if len(names) == 0 {
		return nil, made, fault.New(fault.Invalid, "The backup is empty.")
	}
	return names, made, nil
}

// prepare lets a database know that it comes out of a backup.
func prepare(ctx context.Context, c config.Config, path string, made time.Time) error {
	known, err := Networks(c)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, path)
	if err != nil {
		return err
	}
	err = store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error { return flow.Restored(ctx, tx, made, known.set) })
	db.Close()
	if err != nil || c.DB != "" {
		return err
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Internal, "the restored database was not written to its end")
	}
	return nil
}

// Restored lets a PostgreSQL database know that it was put back from a copy of a moment.
func Restored(ctx context.Context, c config.Config, made time.Time) error {
	if c.DB == "" {
		return fault.New(fault.Invalid, "This is for PostgreSQL that was put back by pg_restore.").WithHint("Give its address with --db; kith restore does it for SQLite by itself.")
	}
	if made.IsZero() || made.After(time.Now()) {
		return fault.New(fault.Invalid, "The moment of the copy is missing, or has not come yet.").WithHint("Give --made the time at which pg_dump began, as 2026-11-22T03:00:00Z.")
	}
	return prepare(ctx, c, c.Database(), made)
}

func damaged(err error) error {
	return fault.Wrap(fault.Invalid, err, "The backup is damaged.").WithHint("Nothing was started from it; use another one.")
}

func noRoom(err error) error {
	return fault.Wrap(fault.Unavailable, err, "The backup could not be put back.").WithHint("Is there room in the data folder, and may this user write to it?")
}

// ours says whether a name is one that Backup writes: no path tricks.
func ours(name string) bool {
	return name == "kith.db" || name == secret.KeyFile || strings.HasPrefix(name, "files/") && filepath.IsLocal(name)
}

func write(path string, from io.Reader, at time.Time) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return noRoom(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // checked by ours
	if err != nil {
		return noRoom(err)
	}
	_, err = io.Copy(f, from) //nolint:gosec // as large as the backup that the operator chose
	var broken flate.CorruptInputError
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.As(err, &broken) {
		return errors.Join(damaged(err), f.Close())
	}
	if err := errors.Join(err, f.Sync(), f.Close(), os.Chtimes(path, at, at)); err != nil {
		return noRoom(err)
	}
	return nil
}
