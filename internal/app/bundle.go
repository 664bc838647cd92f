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

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// A backup holds, in this order: the database, the master key if the data folder has it, the
// files. The database is the file of SQLite, or what PostgreSQL copies: a description, and
// the rows of each table in pieces.
const (
	databaseFile = "kith.db"
	describedBy  = "database.json"
	rowsOf       = "tables/" // tables/message/000001
	filesOf      = "files/"
)

// described is what a copy of PostgreSQL says of itself.
type described struct {
	Made time.Time `json:"made"`
	store.Shape
}

// ours says whether a name is one that Backup writes: no path tricks.
func ours(name string) bool {
	return name == databaseFile || name == describedBy || name == secret.KeyFile ||
		(strings.HasPrefix(name, filesOf) || strings.HasPrefix(name, rowsOf)) && filepath.IsLocal(name)
}

// Progress is how far a backup, or putting one back, has come.
type Progress struct {
	Part     string // database, files; of one that is put back: backup
	Done, Of int64  // bytes; nobody knows of how many where Of is 0
}

// bundle is a backup that is being written. It has its name when it is whole.
type bundle struct {
	ctx    context.Context //nolint:containedctx // for io.Writer, which has no place for it
	name   string
	out    *os.File
	zip    *gzip.Writer
	tar    *tar.Writer
	count  int // of files
	now    Progress
	told   func(Progress)
	placed bool
}

func newBundle(ctx context.Context, name string, told func(Progress)) (*bundle, error) {
	if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Wrap(fault.Invalid, err, "The backup cannot be written there.").WithHint("Name a file that does not exist yet, in a folder that this user may write to.")
	}
	out, err := os.OpenFile(name+".part", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names it
	if errors.Is(err, fs.ErrExist) {
		return nil, fault.Wrap(fault.Conflict, err, "There is the beginning of such a backup already.").WithHint("If none is being written now, delete %s.part: it was cut off.", name)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "The backup cannot be written there.").WithHint("Name a file in a folder that this user may write to.")
	}
	b := &bundle{ctx: ctx, name: name, out: out, zip: gzip.NewWriter(out), told: told}
	b.tar = tar.NewWriter(b.zip)
	return b, nil
}

// begin says what comes now, and how much of it.
func (b *bundle) begin(part string, of int64) { b.now = Progress{Part: part, Of: of} }

// Write counts what has been written, and stops when nobody wants it any more.
func (b *bundle) Write(text []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := b.tar.Write(text)
	if err != nil {
		err = fault.Wrap(fault.Unavailable, err, "The backup cannot be written to its end.").WithHint("Is the disk full?")
	}
	b.now.Done += int64(n)
	b.told(b.now)
	return n, err
}

func (b *bundle) add(name string, bytes int64, at time.Time, from io.Reader) error {
	if err := b.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: bytes, ModTime: at}); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The backup cannot be written to its end.").WithHint("Is the disk full?")
	}
	_, err := io.CopyN(b, from, bytes)
	return err
}

// file adds one that lies somewhere.
func (b *bundle) file(path, name string) error {
	f, err := os.Open(path) //nolint:gosec // within the data folder
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	stat, err := f.Stat()
	if err != nil {
		return err
	}
	b.count++
	return b.add(name, stat.Size(), stat.ModTime(), f)
}

// place gives the backup its name.
func (b *bundle) place() error {
	err := errors.Join(b.ctx.Err(), b.tar.Close(), b.zip.Close(), b.out.Sync(), b.out.Close())
	if err == nil {
		err = os.Rename(b.out.Name(), b.name)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(b.name))
	}
	if err != nil && b.ctx.Err() == nil {
		return fault.Wrap(fault.Unavailable, err, "The backup cannot be written to its end.").WithHint("Is the disk full?")
	}
	b.placed = err == nil
	return err
}

// drop ends it; what has no name yet is gone.
func (b *bundle) drop() {
	if b.placed {
		return
	}
	_ = b.out.Close()           // half a backup is none
	_ = os.Remove(b.out.Name()) // as well
}

func syncFolder(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the operator names it
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
