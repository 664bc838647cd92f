package store_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// A database of another Kith is refused before anything of it is changed: a newer one
// always, an older one by whoever only works beside the house.
func TestADatabaseOfAnotherKithIsLeftAlone(t *testing.T) {
	for engine, address := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "kith.db"), "postgres": storetest.PostgresURL(t)} {
		t.Run(engine, func(t *testing.T) {
			db, err := store.Open(t.Context(), address, store.AsItIs()) // a new one is made
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			newest := 0
			change := func(text string, args ...any) {
				t.Helper()
				storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
					if newest, err = store.One[int](ctx, tx, "select max(version_id) from goose_db_version"); err == nil {
						_, err = tx.Exec(ctx, text, args...)
					}
					return err
				})
			}
			change("insert into goose_db_version (version_id, is_applied) values (9999, " + map[string]string{"sqlite": "1", "postgres": "true"}[engine] + ")")
			for _, options := range [][]store.Option{nil, {store.AsItIs()}} {
				if _, err := store.Open(t.Context(), address, options...); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "newer") {
					t.Errorf("a newer database: %v", err)
				}
			}
			change("delete from goose_db_version where version_id = 9999")
			change("delete from goose_db_version where version_id = (select max(version_id) from goose_db_version)")
			if _, err := store.Open(t.Context(), address, store.AsItIs()); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "older") {
				t.Errorf("an older database, of before %d: %v", newest, err)
			}
		})
	}
}

// What keeps a PostgreSQL from being opened is said in one sentence, with what to do.
func TestWhyAPostgresIsNotOpened(t *testing.T) {
	address := storetest.PostgresURL(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	before, after, _ := strings.Cut(address, "?")
	for what, c := range map[string]struct{ address, says string }{
		"nobody listens": {"postgres://kith@" + closed + "/kith", "does not answer at " + closed},
		"no database":    {before + "_that_is_not_there?" + after, "There is no database"},
		"no user":        {strings.Replace(address, "kith@", "stranger@", 1), "does not let the user “stranger” in"},
	} {
		db, err := store.Open(t.Context(), c.address)
		if err == nil {
			db.Close()
		}
		text, hint := "", ""
		if err != nil {
			text, hint = fault.Shown(err)
		}
		if !fault.Is(err, fault.Unavailable) || !strings.Contains(text, c.says) || hint == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestADatabaseFileIsForItsUserAlone(t *testing.T) {
	dir := t.TempDir()
	db, err := store.Open(t.Context(), filepath.Join(dir, "kith.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all, err := filepath.Glob(filepath.Join(dir, "kith.db*"))
	if err != nil || len(all) < 2 {
		t.Fatalf("%v %v", all, err)
	}
	for _, name := range all {
		if stat, err := os.Stat(name); err != nil || stat.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, stat.Mode(), err)
		}
	}
}
