package app

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/stream"
)

// Restore puts a backup into a data folder that has no database, or into an empty
// PostgreSQL. The stream's folder may be there: facts that are newer than the backup are
// applied again. Everything is unpacked and prepared beside its place, and the database is
// put into it last: what fails on the way leaves no house that could be started.
func Restore(ctx context.Context, c config.Config, from string, told func(Progress)) (files int, err error) {
	if told == nil {
		told = func(Progress) {}
	}
	defer func() {
		if err != nil && ctx.Err() != nil {
			err = fault.Wrap(fault.Unavailable, ctx.Err(), "The backup was not put back, because that was stopped; nothing was changed.")
		}
	}()
	if err := cmp.Or(c.Check(), forReal(c.Data)); err != nil {
		return 0, err
	}
	for _, name := range []string{databaseFile, databaseFile + "-wal", databaseFile + "-shm"} {
		if _, err := os.Stat(filepath.Join(c.Data, name)); err == nil {
			return 0, fault.New(fault.Conflict, "There is a database in %s already.", c.Data).
				WithHint("Move kith.db, kith.db-wal and kith.db-shm away first; leave the folder facts: it holds what came in since the backup.")
		}
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return 0, noRoom(err)
	}
	release, err := stream.Hold(filepath.Join(c.Data, "facts"))
	if err != nil {
		return 0, err
	}
	defer release()
	r := &returning{ctx: ctx, c: c, told: told}
	if r.dir, err = os.MkdirTemp(c.Data, "restore-"); err != nil {
		return 0, noRoom(err)
	}
	defer os.RemoveAll(r.dir) //nolint:errcheck // a folder for temporary files
	if c.DB != "" {
		if r.into, err = store.NewRefill(ctx, c.DB); err != nil {
			return 0, err
		}
		defer r.into.Close()
	}
	if err := r.unpack(from); err != nil {
		return 0, err
	}
	if err := r.prepare(); err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return r.place()
}

// returning is a backup that is being put back.
type returning struct {
	ctx   context.Context //nolint:containedctx // one work, with many steps
	c     config.Config
	told  func(Progress)
	dir   string        // where it is unpacked
	into  *store.Refill // nil: SQLite
	shape bool          // it is one of PostgreSQL
	made  time.Time
	names []string // what was unpacked beside the database
}

// prepare lets the database know that it comes out of a backup.
func (r *returning) prepare() error {
	if r.into != nil {
		return r.into.Prepare(r.ctx, r.ready)
	}
	path := filepath.Join(r.dir, databaseFile)
	db, err := store.Open(r.ctx, path)
	if err != nil {
		return err
	}
	err = r.ready(db)
	db.Close()
	if err != nil {
		return err
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Internal, "the restored database was not written to its end")
	}
	return nil
}

func (r *returning) ready(db *store.DB) error {
	if err := r.opens(db); err != nil {
		return err
	}
	return lookFirst(r.ctx, r.c, db, r.made)
}

// opens says whether the master key that the house will have is that of the backup.
func (r *returning) opens(db *store.DB) error {
	folder := r.c.Data
	if slices.Contains(r.names, secret.KeyFile) && r.c.Key == "" {
		folder = r.dir
		there, err := os.ReadFile(filepath.Join(r.c.Data, secret.KeyFile))
		came, other := os.ReadFile(filepath.Join(r.dir, secret.KeyFile)) //nolint:gosec // unpacked by us
		if other == nil && err == nil && !bytes.Equal(bytes.TrimSpace(there), bytes.TrimSpace(came)) {
			return fault.New(fault.Conflict, "There is another master key in %s than in the backup.", r.c.Data).
				WithHint("Move %s away first, and keep it: it opens the database that was there, and newer backups.", secret.KeyFile)
		}
	}
	master, err := secret.FindMaster(folder, r.c.Key)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Invalid, "The backup holds no master key.").WithHint("It was in KITH_KEY when the backup was made: give it there again.")
	}
	if err == nil {
		_, err = secret.Look(r.ctx, db, master)
	}
	return err
}

// place puts everything where a house looks for it; the database is the last of it. What has
// begun here is not stopped any more.
func (r *returning) place() (int, error) {
	names := r.names
	if r.c.Key != "" {
		names = slices.DeleteFunc(names, func(name string) bool { return name == secret.KeyFile })
	}
	if r.into == nil {
		names = append(names, databaseFile)
	}
	for _, name := range names {
		to := filepath.Join(r.c.Data, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.Rename(filepath.Join(r.dir, filepath.FromSlash(name)), to)); err != nil {
			return 0, noRoom(err)
		}
	}
	if r.into == nil {
		return len(names), nil
	}
	return len(names) + 1, r.into.Place(context.WithoutCancel(r.ctx))
}

// lookFirst lets what a restored database takes for due be looked for on the networks.
func lookFirst(ctx context.Context, c config.Config, db *store.DB, made time.Time) error {
	known, err := Networks(c)
	if err != nil {
		return err
	}
	return store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error { return flow.Restored(ctx, tx, made, known.set) })
}

// Restored lets a PostgreSQL database know that it was put back from a copy of a moment, by
// other means than Restore.
func Restored(ctx context.Context, c config.Config, made time.Time) error {
	if c.DB == "" {
		return fault.New(fault.Invalid, "This is for a PostgreSQL database that was put back by other means.").WithHint("Give its address with --db; kith restore does it by itself.")
	}
	if made.IsZero() || made.After(time.Now()) {
		return fault.New(fault.Invalid, "The moment of the copy is missing, or has not come yet.").WithHint("Give --made the time at which the copy was begun, as 2026-11-22T03:00:00Z.")
	}
	db, err := store.Open(ctx, c.Database())
	if err != nil {
		return err
	}
	defer db.Close()
	return lookFirst(ctx, c, db, made)
}

func noRoom(err error) error {
	return fault.Wrap(fault.Unavailable, err, "The backup could not be put back.").WithHint("Is there room in the data folder, and may this user write to it?")
}
