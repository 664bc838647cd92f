//go:build linux

package stream_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/stream"
)

// smallDisk gives a disk of so many bytes to a test, which is run again for it in a
// process with mounts of its own; there it gives the folder, here "".
func smallDisk(t *testing.T, size int) string {
	t.Helper()
	const env = "KITH_SMALL_DISK"
	if dir := os.Getenv(env); dir != "" {
		for _, m := range []struct {
			from, to, kind string
			flags          uintptr
			data           string
		}{{"none", "/", "", syscall.MS_REC | syscall.MS_PRIVATE, ""}, {"tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)}} {
			if err := syscall.Mount(m.from, m.to, m.kind, m.flags, m.data); err != nil {
				t.Fatal(err)
			}
		}
		t.Cleanup(func() { _ = syscall.Unmount(dir, 0) })
		return dir
	}
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v") //nolint:gosec // this very program
	again.Env = append(os.Environ(), env+"="+t.TempDir())
	again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		again.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		again.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
	}
	said, err := again.CombinedOutput()
	if errors.Is(err, fs.ErrPermission) {
		t.Skipf("this machine lets nobody mount a disk of their own: %v", err)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	return ""
}

// What came while the disk was full was refused; there is room again, and the house
// goes on: what was kept before is there, and what comes now is kept.
func TestAStreamGoesOnWhenThereIsRoomAgain(t *testing.T) {
	dir := smallDisk(t, 40<<20)
	if dir == "" {
		return
	}
	db := storetest.SQLite(t)
	table(t, db)
	s := open(t, filepath.Join(dir, "facts"))
	defer run(t, s, db, record)()
	large := func(n int) error {
		f := fact("a", n)
		f.Body = bytes.Repeat([]byte("x"), 1<<20)
		return s.Append(t.Context(), []stream.Fact{f})
	}
	keep(t, s, fact("a", 0))
	if err := s.Ready(t.Context()); err != nil {
		t.Fatalf("not ready: %v", err)
	}
	fill := filepath.Join(dir, "fill")
	if err := os.WriteFile(fill, make([]byte, 28<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	kept := 1
	var refusal error
	for refusal == nil {
		if refusal = large(kept); refusal == nil {
			kept++
		}
	}
	if !fault.Is(refusal, fault.Unavailable) || kept < 3 {
		t.Fatalf("after %d: %v", kept, refusal)
	}
	until(t, "it to say so", func() bool { return s.Ready(t.Context()) != nil })
	began := time.Now()
	if err := large(kept); !fault.Is(err, fault.Unavailable) || time.Since(began) > 5*time.Second {
		t.Errorf("refused after %v: %v", time.Since(began), err)
	}
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	until(t, "it to go on", func() bool { return s.Ready(t.Context()) == nil })
	for range 3 {
		if err := large(kept); err != nil {
			t.Fatal(err)
		}
		kept++
	}
	settled(t, s, db)
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
		n, err := store.One[int](ctx, tx, "select count(*) from seen_by_test")
		if n < kept || n > kept+1 { // of what was refused it is not known whether it is there
			t.Errorf("%d facts of %d", n, kept)
		}
		return err
	})
}
