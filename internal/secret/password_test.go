package secret

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/kithhq/kith/internal/fault"
)

func TestAPasswordFitsOnlyItsHash(t *testing.T) {
	ctx := t.Context()
	stored, err := HashPassword(ctx, "correct horse")
	if err != nil || !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%s %v", stored, err)
	}
	for password, want := range map[Text]bool{"correct horse": true, "correct hors": false, "": false, "correct horse ": false} {
		if ok, err := CheckPassword(ctx, password, stored); ok != want || err != nil {
			t.Errorf("%q: %v %v", password.Reveal(), ok, err)
		}
	}
	if ok, err := CheckPassword(ctx, "", ""); ok || err != nil {
		t.Errorf("nobody signed in: %v %v", ok, err)
	}
	if again, _ := HashPassword(ctx, "correct horse"); again == stored {
		t.Error("no salt")
	}
}

// A vector of the reference implementation: password, somesalt, two passes over 64 MiB.
func TestAForeignHashIsUnderstood(t *testing.T) {
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if ok, err := CheckPassword(t.Context(), "password", reference); !ok || err != nil {
		t.Fatalf("%v %v", ok, err)
	}
}

func TestACrowdOfSignInsIsBounded(t *testing.T) {
	stored, err := HashPassword(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var wait sync.WaitGroup
	for range 40 {
		wait.Go(func() {
			if ok, err := CheckPassword(t.Context(), "x", stored); !ok || err != nil {
				t.Errorf("%v %v", ok, err)
			}
		})
	}
	wait.Wait()
	runtime.ReadMemStats(&after)
	if grown := (int64(after.HeapSys) - int64(before.HeapSys)) >> 20; grown > int64(3*19*cap(slots)+64) {
		t.Errorf("40 at once took %d MiB", grown)
	}
	for range cap(slots) {
		slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := CheckPassword(ctx, "x", stored); !fault.Is(err, fault.Unavailable) {
		t.Errorf("waiting cannot be stopped: %v", err)
	}
	for range cap(slots) {
		<-slots
	}
}

func FuzzPHC(f *testing.F) {
	for _, s := range []string{"", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "$argon2i$v=19$m=1,t=1,p=1$$", "$$$$$"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePHC(s)
		if err != nil {
			return
		}
		if p.String() != s {
			t.Fatalf("%q reads as %q", s, p)
		}
		if p.memory > 64*1024 || p.passes > 16 || p.threads > 16 || len(p.salt) > 64 || len(p.hash) > 64 {
			t.Fatalf("asks for too much: %+v", p)
		}
	})
}

func FuzzSealed(f *testing.F) {
	master, _ := newAEAD(make([]byte, 32))
	const key = "0190b6a0-0000-7000-8000-000000000000"
	f.Add(seal(master, key, "r", []byte("x"))) // the only text that anything has sealed with this key
	f.Add("k1." + key + ".")
	f.Add("k1..")
	f.Fuzz(func(t *testing.T, s string) {
		name, err := keyOf(s)
		if err != nil {
			return
		}
		if plain, err := open(master, name, "r", s); err == nil && string(plain) != "x" {
			t.Fatalf("forged: %q opens as %q", s, plain)
		}
	})
}
