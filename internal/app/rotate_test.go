package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// ring opens a database with the master key of its data folder, or with a given one.
func ring(t *testing.T, c config.Config) (*secret.Keyring, *store.DB, error) {
	t.Helper()
	master, err := secret.MasterKey(c.Data, c.Key)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), c.Database())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	keys, err := secret.Open(t.Context(), db, master)
	return keys, db, err
}

func opens(t *testing.T, c config.Config, sealed string) {
	t.Helper()
	keys, _, err := ring(t, c)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := keys.Open("channel/keys/1", sealed); err != nil || text.Reveal() != "a key of a network" {
		t.Errorf("%v %v", text.Reveal(), err)
	}
}

func key(fill byte) secret.Text {
	return secret.Text(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{fill}, 32)))
}

func TestAMasterKeyIsReplaced(t *testing.T) {
	for engine, address := range map[string]string{"sqlite": "", "postgres": storetest.PostgresURL(t)} {
		t.Run(engine, func(t *testing.T) {
			c := config.Config{Data: t.TempDir(), DB: address}
			keys, db, err := ring(t, c)
			if err != nil {
				t.Fatal(err)
			}
			sealed, err := keys.Seal("channel/keys/1", "a key of a network")
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(c.Data, secret.KeyFile)
			first, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := app.Rotate(t.Context(), c, ""); err != nil {
				t.Fatal(err)
			}
			second, err := os.ReadFile(file)
			if err != nil || bytes.Equal(first, second) {
				t.Fatalf("the file holds the old key: %v", err)
			}
			opens(t, c, sealed)
			if text, err := keys.Open("channel/keys/1", sealed); err != nil || text == "" {
				t.Errorf("a house that runs has lost its keys: %v", err)
			}
			if all, err := filepath.Glob(file + "*"); err != nil || len(all) != 1 {
				t.Errorf("what stays behind: %v %v", all, err)
			}
			old := c
			old.Key = secret.Text(bytes.TrimSpace(first))
			if _, _, err := ring(t, old); !fault.Is(err, fault.Denied) {
				t.Errorf("the old key opens it: %v", err)
			}

			// The power goes between the commit and the new name of the file.
			next, err := secret.NextMaster(c.Data)
			if err != nil {
				t.Fatal(err)
			}
			keys, _, err = ring(t, c)
			if err != nil {
				t.Fatal(err)
			}
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error { return keys.Rewrap(ctx, tx, next) })
			if _, _, err := ring(t, c); !fault.Is(err, fault.Denied) {
				t.Fatalf("it is not interrupted: %v", err)
			}
			if err := app.Rotate(t.Context(), c, ""); err != nil {
				t.Fatal(err)
			}
			opens(t, c, sealed)
			// And before it.
			if _, err := secret.NextMaster(c.Data); err != nil {
				t.Fatal(err)
			}
			opens(t, c, sealed)
			if err := app.Rotate(t.Context(), c, ""); err != nil {
				t.Fatal(err)
			}
			opens(t, c, sealed)
		})
	}
}

func TestAMasterKeyThatIsGivenIsReplacedByOneThatIsGiven(t *testing.T) {
	c := config.Config{Data: t.TempDir(), Key: key(1)}
	keys, _, err := ring(t, c)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := keys.Seal("channel/keys/1", "a key of a network")
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]struct {
		with config.Config
		next secret.Text
	}{
		"no new key":              {c, ""},
		"half a key":              {c, "c2hvcnQ="},
		"no old key":              {config.Config{Data: c.Data}, key(2)},
		"a folder without a key":  {config.Config{Data: c.Data}, ""},
		"an old key of elsewhere": {config.Config{Data: c.Data, Key: key(9)}, key(2)},
	} {
		if err := app.Rotate(t.Context(), change.with, change.next); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v", what, err)
		}
	}
	opens(t, c, sealed)
	for range 2 { // whoever is not sure whether it was done does it again
		if err := app.Rotate(t.Context(), c, key(2)); err != nil {
			t.Fatal(err)
		}
	}
	c.Key = key(2)
	opens(t, c, sealed)
}
