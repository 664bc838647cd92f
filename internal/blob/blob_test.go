package blob_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/fault"
)

func TestAFileIsWholeOrNotThere(t *testing.T) {
	root := t.TempDir()
	files, err := blob.NewFiles(root)
	if err != nil {
		t.Fatal(err)
	}
	info, err := files.Put(t.Context(), "ab/cd.jpg", strings.NewReader("hello"))
	if err != nil || info.Bytes != 5 || info.SHA256[:8] != "2cf24dba" {
		t.Fatalf("%+v %v", info, err)
	}
	f, err := files.Open(t.Context(), "ab/cd.jpg")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(f)
	_ = f.Close()
	if string(text) != "hello" {
		t.Errorf("%q", text)
	}
	broken := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errors.New("cut")))
	if _, err := files.Put(t.Context(), "ab/half.jpg", broken); err == nil {
		t.Error("half a file was kept")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := files.Put(ended, "ab/late.jpg", strings.NewReader("x")); err == nil {
		t.Error("a cancelled file was kept")
	}
	var keys []string
	for info, err := range files.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, info.Key)
	}
	left, _ := filepath.Glob(filepath.Join(root, "ab", "*"))
	hidden, _ := filepath.Glob(filepath.Join(root, "ab", ".*"))
	if len(keys) != 1 || len(left) != 1 || len(hidden) != 0 {
		t.Errorf("left over: %v %v %v", keys, left, hidden)
	}
	for range 2 {
		if err := files.Delete(t.Context(), "ab/cd.jpg"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := files.Open(t.Context(), "ab/cd.jpg"); !fault.Is(err, fault.NotFound) {
		t.Errorf("deleted, but: %v", err)
	}
}

func FuzzKeys(f *testing.F) {
	for _, key := range []string{"a/b.jpg", "../x", "a/../b", "/etc/passwd", "a//b", ".hidden", "a\x00b", `a\b`, "C:x"} {
		f.Add(key)
	}
	root := f.TempDir()
	outside := filepath.Join(root, "outside")
	inside := filepath.Join(root, "inside")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		f.Fatal(err)
	}
	files, err := blob.NewFiles(inside)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if blob.Valid(key) {
			if p := filepath.Join(inside, key); !strings.HasPrefix(p, inside+string(filepath.Separator)) {
				t.Fatalf("%q leaves its folder", key)
			}
			return
		}
		if _, err := files.Open(t.Context(), key); !fault.Is(err, fault.Invalid) {
			t.Fatalf("%q was opened: %v", key, err)
		}
	})
}
