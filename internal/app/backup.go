package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/blob"
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
func Backup(ctx context.Context, c config.Config, to string, told func(Progress)) (files int, err error) {
	if told == nil {
		told = func(Progress) {}
	}
	defer func() {
		if err != nil && ctx.Err() != nil {
			err = fault.Wrap(fault.Unavailable, ctx.Err(), "The backup was stopped; nothing of it is left.")
		}
	}()
	if err := cmp.Or(c.Check(), forReal(c.Data)); err != nil {
		return 0, err
	}
	b, err := newBundle(ctx, to, told)
	if err != nil {
		return 0, err
	}
	defer b.drop()
	db, err := store.Open(ctx, c.Database(), store.OnlyLook())
	if err != nil {
		return 0, err
	}
	defer db.Close()
	write := b.sqlite
	if c.DB != "" {
		write = b.postgres
	}
	if err := write(db, c.Data); err != nil {
		return 0, err
	}
	if key := filepath.Join(c.Data, secret.KeyFile); c.Key == "" {
		if err := b.file(key, secret.KeyFile); err != nil {
			return 0, fault.Wrap(fault.Invalid, err, "There is no master key in %s.", c.Data).WithHint("Is this the data folder, or is the key in KITH_KEY? Without it nothing that was sealed opens.")
		}
	}
	if err := b.files(c.Data); err != nil {
		return 0, err
	}
	return b.count, b.place()
}

// sqlite adds a copy of the file. It bears the moment at which it was begun: restoring asks
// what has gone out since.
func (b *bundle) sqlite(db *store.DB, data string) error {
	dir, err := os.MkdirTemp(data, "backup-")
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "There is no room for the copy of the database.")
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	copied := filepath.Join(dir, databaseFile)
	began := time.Now()
	if err := db.Backup(b.ctx, copied); err != nil {
		return err
	}
	stat, err := os.Stat(copied)
	if err == nil {
		err = os.Chtimes(copied, began, began)
	}
	if err != nil {
		return err
	}
	b.begin("database", stat.Size())
	return b.file(copied, databaseFile)
}

// postgres adds what the tables hold, piece by piece, without keeping it anywhere.
func (b *bundle) postgres(db *store.DB, _ string) error {
	made, pieces := time.Now().UTC(), map[string]int{}
	b.begin("database", 0)
	return db.CopyOut(b.ctx, store.Copying{
		Begin: func(s store.Shape) error {
			text, err := json.Marshal(described{made, s})
			if err != nil {
				return err
			}
			b.count++
			return b.add(describedBy, int64(len(text)), made, bytes.NewReader(text))
		},
		Rows: func(table string, rows []byte) error {
			pieces[table]++
			return b.add(fmt.Sprintf("%s%s/%06d", rowsOf, table, pieces[table]), int64(len(rows)), made, bytes.NewReader(rows))
		},
	})
}

func (b *bundle) files(data string) error {
	root := filepath.Join(data, filesOf)
	kept, err := blob.NewFiles(root)
	if err != nil {
		return err
	}
	var names []string
	var bytes int64
	for f, err := range kept.All(b.ctx) {
		if err != nil {
			return err
		}
		if strings.HasPrefix(f.Key, "avatars/") {
			continue // they come and go, and networks have them
		}
		names, bytes = append(names, f.Key), bytes+f.Bytes
	}
	b.begin("files", bytes)
	for _, name := range names {
		err := b.file(filepath.Join(root, filepath.FromSlash(name)), filesOf+name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // somebody has deleted it meanwhile
			return err
		}
	}
	return nil
}
