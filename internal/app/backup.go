package app

import (
	"archive/tar"
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

// Backup writes the database, the files and the master key into one archive,
// while Kith runs. The database comes first and is consistent in itself; files
// are never changed, so those that it names are there. Raw facts are left out:
// what they told is in the database, and what the stream still holds when an
// older backup is put back is applied again.
func Backup(ctx context.Context, c config.Config, to string) (files int, err error) {
	if c.DB != "" {
		return 0, fault.New(fault.Invalid, "PostgreSQL is copied by pg_dump.").
			WithHint("Run pg_dump on the database and copy the folder %s beside it.", c.Data)
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names it
	if err != nil {
		return 0, fault.Wrap(fault.Invalid, err, "The backup cannot be written there.").WithHint("Name a file that does not exist yet.")
	}
	defer func() {
		err = errors.Join(err, out.Close())
		if err != nil {
			_ = os.Remove(to) // half a backup is none
		}
	}()
	db, err := store.Open(ctx, c.Database())
	if err != nil {
		return 0, err
	}
	defer db.Close()
	dir, err := os.MkdirTemp(c.Data, "backup-")
	if err != nil {
		return 0, fault.Wrap(fault.Unavailable, err, "There is no room for the copy of the database.")
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	copied := filepath.Join(dir, "kith.db")
	if err := db.Backup(ctx, copied); err != nil {
		return 0, err
	}
	zip := gzip.NewWriter(out)
	archive := tar.NewWriter(zip)
	add := func(path, name string) error {
		files++
		return addFile(archive, path, name)
	}
	if err := add(copied, "kith.db"); err != nil {
		return files, err
	}
	if key := filepath.Join(c.Data, secret.KeyFile); c.Key == "" {
		if err := add(key, secret.KeyFile); err != nil {
			return files, err
		}
	}
	root := filepath.Join(c.Data, "files")
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && path == filepath.Join(root, "avatars") {
			return fs.SkipDir // they come and go, and networks have them
		}
		if err != nil || d.IsDir() || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		name, err := filepath.Rel(c.Data, path)
		if err != nil {
			return err
		}
		return add(path, filepath.ToSlash(name))
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return files, err
	}
	return files, errors.Join(archive.Close(), zip.Close(), out.Sync())
}

func addFile(archive *tar.Writer, path, name string) error {
	f, err := os.Open(path) //nolint:gosec // within the data folder
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	stat, err := f.Stat()
	if err != nil {
		return err
	}
	if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: stat.Size(), ModTime: stat.ModTime()}); err != nil {
		return err
	}
	_, err = io.CopyN(archive, f, stat.Size())
	return err
}

// Restore puts a backup into a data folder that has no database. The stream's
// folder may be there: facts that are newer than the backup are applied again.
func Restore(ctx context.Context, c config.Config, from string) (files int, err error) {
	if _, err := os.Stat(filepath.Join(c.Data, "kith.db")); err == nil {
		return 0, fault.New(fault.Conflict, "There is a database in %s already.", c.Data).
			WithHint("Move kith.db, kith.db-wal and kith.db-shm away first; leave the folder facts: it holds what came in since the backup.")
	}
	in, err := os.Open(from) //nolint:gosec // the operator names it
	if err != nil {
		return 0, fault.Wrap(fault.Invalid, err, "The backup cannot be read.")
	}
	defer in.Close() //nolint:errcheck // only read
	zip, err := gzip.NewReader(in)
	if err != nil {
		return 0, fault.Wrap(fault.Invalid, err, "This is no backup of Kith.")
	}
	archive := tar.NewReader(zip)
	for {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return files, fault.Wrap(fault.Invalid, err, "The backup is damaged.").WithHint("Nothing was started from it; use another one.")
		}
		if !ours(head.Name) {
			return files, fault.New(fault.Invalid, "This is no backup of Kith: it holds “%s”.", head.Name)
		}
		if err := errors.Join(ctx.Err(), write(filepath.Join(c.Data, filepath.FromSlash(head.Name)), archive, head.ModTime)); err != nil {
			return files, err
		}
		files++
	}
	if files == 0 {
		return 0, fault.New(fault.Invalid, "The backup is empty.")
	}
	db, err := store.Open(ctx, c.Database())
	if err != nil {
		return files, err
	}
	defer db.Close()
	return files, store.Do(ctx, db, flow.Restored)
}

// ours says whether a name is one that Backup writes: no path tricks.
func ours(name string) bool {
	return name == "kith.db" || name == secret.KeyFile || strings.HasPrefix(name, "files/") && filepath.IsLocal(name)
}

func write(path string, from io.Reader, at time.Time) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // checked by ours
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from) //nolint:gosec // as large as the backup that the operator chose
	return errors.Join(err, f.Sync(), f.Close(), os.Chtimes(path, at, at))
}
