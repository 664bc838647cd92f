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
	"time"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
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
	db, err := store.Open(ctx, c.Database(), store.OnlyLook())
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
	began := time.Now()
	if err := db.Backup(ctx, copied); err != nil {
		return 0, err
	}
	// Restoring asks what has gone out since this moment.
	if err := os.Chtimes(copied, began, began); err != nil {
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
