// Package storetest gives a test a real, empty database: SQLite in a folder of
// its own, and PostgreSQL started from its binaries as an unprivileged user.
package storetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/kithhq/kith/internal/store"
)

// Each runs a test on every engine, each time on an empty database.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite gives an empty SQLite database that goes with the test.
func SQLite(t testing.TB, options ...store.Option) *store.DB {
	t.Helper()
	data, err := made()
	if err != nil {
		t.Fatalf("making an empty database: %v", err)
	}
	path := filepath.Join(t.TempDir(), "kith.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, "sqlite:"+path, options)
}

// made is an empty database with all its tables. It is made once, for a hundred steps of the
// schema take longer than most tests, and every test gets a copy.
var made = sync.OnceValues(func() ([]byte, error) { //nolint:gochecknoglobals // the same for every test
	dir, err := os.MkdirTemp("", "kith-storetest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	path := filepath.Join(dir, "kith.db")
	db, err := store.Open(context.Background(), "sqlite:"+path)
	if err != nil {
		return nil, err
	}
	db.Close() // what stood beside the file is in it now
	return os.ReadFile(path)
})

// Postgres gives an empty PostgreSQL database that goes with the test.
func Postgres(t testing.TB, options ...store.Option) *store.DB {
	t.Helper()
	running := serving(t)
	if err := model(); err != nil {
		t.Fatalf("making an empty database: %v", err)
	}
	return open(t, running.create(t, "template model"), options)
}

func open(t testing.TB, address string, options []store.Option) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), address, options...)
	if err != nil {
		t.Fatalf("opening %s: %v", address, err)
	}
	t.Cleanup(db.Close)
	return db
}

// View and Do run a transaction that must succeed.
func View(t testing.TB, db *store.DB, read func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	if err := store.View(context.Background(), db, read); err != nil {
		t.Fatal(err)
	}
}

// Do runs a transaction that must succeed.
func Do(t testing.TB, db *store.DB, write func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	if err := store.Do(context.Background(), db, write); err != nil {
		t.Fatal(err)
	}
}
