package app

import (
	"archive/tar"
	"compress/flate"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/store"
)

// unpack reads a backup to its end. Rows go into the database as they come, what is a file
// into a folder.
func (r *returning) unpack(from string) error {
	in, err := os.Open(from) //nolint:gosec // the operator names it
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "The backup cannot be read.")
	}
	defer in.Close() //nolint:errcheck // only read
	stat, err := in.Stat()
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "The backup cannot be read.")
	}
	zip, err := gzip.NewReader(&heard{ctx: r.ctx, from: in, now: Progress{Part: "backup", Of: stat.Size()}, told: r.told})
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "This is no backup of Kith.")
	}
	for archive := tar.NewReader(zip); ; {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return damaged(err)
		}
		if err := r.take(head, archive); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, zip); err != nil { //nolint:gosec // to the sum at its end, and kept nowhere
		return damaged(err)
	}
	if r.made.IsZero() {
		return fault.New(fault.Invalid, "The backup is empty.")
	}
	return nil
}

func (r *returning) take(head *tar.Header, from io.Reader) error {
	name, first := head.Name, r.made.IsZero()
	rows := strings.HasPrefix(name, rowsOf)
	if !ours(name) || first != (name == databaseFile || name == describedBy) || rows && !r.shape {
		return fault.New(fault.Invalid, "This is no backup of Kith: it holds “%s”.", name)
	}
	switch {
	case name == describedBy:
		return r.describe(from)
	case rows:
		text, err := io.ReadAll(from)
		if err != nil {
			return unread(err)
		}
		return r.into.Rows(r.ctx, path.Base(path.Dir(name)), text)
	}
	if err := write(filepath.Join(r.dir, filepath.FromSlash(name)), from, head.ModTime); err != nil {
		return err
	}
	if name != databaseFile {
		r.names = append(r.names, name)
		return nil
	}
	if r.made = head.ModTime; r.into == nil {
		return nil
	}
	return r.move()
}

// describe begins with the tables that a copy of PostgreSQL says it has.
func (r *returning) describe(from io.Reader) error {
	var d described
	if err := json.NewDecoder(from).Decode(&d); err != nil {
		return unread(err)
	}
	if d.Made.IsZero() || d.Schema <= 0 {
		return damaged(nil)
	}
	if r.into == nil {
		return fault.New(fault.Invalid, "This is a backup of a Kith on PostgreSQL.").
			WithHint("Give the address of an empty PostgreSQL database with --db. It cannot go back into SQLite.")
	}
	r.made, r.shape = d.Made, true
	return r.into.Begin(r.ctx, d.Shape)
}

// move fills PostgreSQL with a database of SQLite.
func (r *returning) move() error {
	old, err := store.Open(r.ctx, filepath.Join(r.dir, databaseFile))
	if err != nil {
		return err
	}
	defer old.Close()
	return old.CopyOut(r.ctx, store.Copying{
		Begin: func(s store.Shape) error { return r.into.Begin(r.ctx, s) },
		Rows:  func(table string, rows []byte) error { return r.into.Rows(r.ctx, table, rows) },
		Terms: inbox.Terms,
	})
}

func write(path string, from io.Reader, at time.Time) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return noRoom(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // checked by ours
	if err != nil {
		return noRoom(err)
	}
	if _, err = io.Copy(f, from); err != nil {
		return errors.Join(unread(err), f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close(), os.Chtimes(path, at, at)); err != nil {
		return noRoom(err)
	}
	return nil
}

// unread says what it means that a part of a backup could not be taken over.
func unread(err error) error {
	var broken flate.CorruptInputError
	var text *json.SyntaxError
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.As(err, &broken) || errors.As(err, &text) {
		return damaged(err)
	}
	return noRoom(err)
}

func damaged(err error) error {
	return fault.Wrap(fault.Invalid, err, "The backup is damaged.").WithHint("Nothing was started from it; use another one.")
}

// heard tells how far something has been read, and stops when nobody wants it any more.
type heard struct {
	ctx  context.Context //nolint:containedctx // io.Reader has no place for it
	from io.Reader
	now  Progress
	told func(Progress)
}

// Read reads on while the context lives.
func (h *heard) Read(into []byte) (int, error) {
	if err := h.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := h.from.Read(into)
	h.now.Done += int64(n)
	h.told(h.now)
	return n, err
}
