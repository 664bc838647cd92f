package secret_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func TestASecretIsNeverPrinted(t *testing.T) {
	type holder struct {
		Password secret.Text
		Many     []secret.Text
		By       map[string]secret.Text
	}
	s := secret.Text("hunter2")
	h := holder{s, []secret.Text{s}, map[string]secret.Text{"k": s}}
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))
	logger.Info("x", "s", s, "h", h)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", s, "h", h, "p", &h)
	js, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	all := log.String() + string(js)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T%v", "%10.3s", "%!"} {
		all += fmt.Sprintf(verb, s) + fmt.Sprintf(verb, h) + fmt.Sprintf(verb, &h) + fmt.Sprintf(verb, &s)
	}
	all += fmt.Sprint(s, h) + fmt.Errorf("wrapped: %v", s).Error()
	if strings.Contains(all, "hunter2") || strings.Contains(all, "68756e74") {
		t.Fatalf("printed: %s", all)
	}
	if s.Reveal() != "hunter2" || !strings.Contains(all, "•••") {
		t.Fatal("the text is lost or not marked")
	}
	var back holder
	if err := json.Unmarshal([]byte(`{"Password":"in"}`), &back); err != nil || back.Password.Reveal() != "in" {
		t.Fatal("a secret cannot be read from JSON")
	}
}

func key(b byte) []byte {
	k := make([]byte, 32)
	k[0] = b
	return k
}

func ring(t *testing.T, db *store.DB, master []byte) *secret.Keyring {
	t.Helper()
	k, err := secret.Open(t.Context(), db, master)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestASealedTextOpensOnlyInItsRow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		k := ring(t, db, key(1))
		sealed := must[string](t)(k.Seal("channel/settings/1", "token"))
		again := must[string](t)(k.Seal("channel/settings/1", "token"))
		if sealed == again || strings.Contains(sealed, "token") {
			t.Fatal("sealing is not random")
		}
		if must[secret.Text](t)(k.Open("channel/settings/1", sealed)) != "token" {
			t.Fatal("not what was sealed")
		}
		if _, err := k.Open("channel/settings/2", sealed); !fault.Is(err, fault.Internal) {
			t.Fatalf("it opens in another row: %v", err)
		}
		for i := range sealed {
			bent := sealed[:i] + string(sealed[i]^1) + sealed[i+1:]
			if got, err := k.Open("channel/settings/1", bent); err == nil {
				t.Fatalf("bent at %d it opens as %q", i, got.Reveal())
			}
		}
	})
}

func TestOldTextsOpenAfterRotationAndInOtherProcesses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		k, other := ring(t, db, key(1)), ring(t, db, key(1))
		old := must[string](t)(k.Seal("r", "old"))
		storetest.Do(t, db, k.Rotate)
		fresh := must[string](t)(k.Seal("r", "fresh"))
		if strings.Split(old, ".")[1] == strings.Split(fresh, ".")[1] {
			t.Fatal("the key in use did not change")
		}
		for _, ring := range []*secret.Keyring{k, other, ring(t, db, key(1))} {
			if must[secret.Text](t)(ring.Open("r", old)) != "old" || must[secret.Text](t)(ring.Open("r", fresh)) != "fresh" {
				t.Fatal("a text is lost")
			}
		}
		moved, changed, err := k.Reseal("r", old)
		if err != nil || !changed || strings.Split(moved, ".")[1] != strings.Split(fresh, ".")[1] {
			t.Fatalf("not resealed: %v %v", changed, err)
		}
		if _, changed, _ := k.Reseal("r", moved); changed {
			t.Fatal("resealed twice")
		}
		if must[secret.Text](t)(k.Open("r", moved)) != "old" {
			t.Fatal("resealing changed the text")
		}
	})
}

func TestAnotherMasterKeyOpensNothingUntilRewrapped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		k := ring(t, db, key(1))
		sealed := must[string](t)(k.Seal("r", "x"))
		if _, err := secret.Open(t.Context(), db, key(2)); !fault.Is(err, fault.Denied) {
			t.Fatalf("got %v", err)
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error { return k.Rewrap(ctx, tx, key(2)) })
		if _, err := secret.Open(t.Context(), db, key(1)); !fault.Is(err, fault.Denied) {
			t.Fatalf("the old master key still opens: %v", err)
		}
		if must[secret.Text](t)(ring(t, db, key(2)).Open("r", sealed)) != "x" {
			t.Fatal("a text is lost")
		}
		storetest.Do(t, db, k.Rotate) // the same keyring goes on with the new master key
		ring(t, db, key(2))
	})
}

func TestTheFirstKeyIsMadeOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var wait sync.WaitGroup
		for range 6 {
			wait.Go(func() {
				if _, err := secret.Open(t.Context(), db, key(1)); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			n, err := store.One[int](ctx, tx, "select count(*) from secret_key")
			if n != 1 {
				t.Errorf("%d keys", n)
			}
			return err
		})
	})
}

func TestTheMasterKeyFileIsMadeOnceAndGuarded(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	keys := make([][]byte, 8)
	var wait sync.WaitGroup
	for i := range keys {
		wait.Go(func() {
			var err error
			if keys[i], err = secret.MasterKey(data, ""); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for _, k := range keys {
		if string(k) != string(keys[0]) || len(k) != 32 {
			t.Fatal("several keys")
		}
	}
	path := filepath.Join(data, secret.KeyFile)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info, err)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Fatalf("left behind: %v", left)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.MasterKey(data, ""); !fault.Is(err, fault.Denied) {
		t.Fatalf("a readable key is taken: %v", err)
	}
	for _, given := range []secret.Text{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", secret.Text(strings.Repeat("0", 64))} {
		if k, err := secret.MasterKey(data, given); err != nil || len(k) != 32 {
			t.Errorf("%q: %v", given.Reveal(), err)
		}
	}
	if _, err := secret.MasterKey(data, "short"); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

func TestTokensDifferAndDigestsDoNotTell(t *testing.T) {
	a, b := secret.Token(), secret.Token()
	if a == b || len(a) != 43 || strings.ContainsAny(a, "+/=") {
		t.Fatalf("%s %s", a, b)
	}
	if secret.Digest("") != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" || secret.Digest(a) == secret.Digest(b) {
		t.Fatal("not SHA-256")
	}
}
