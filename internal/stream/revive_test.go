//go:build linux

package stream_test

import (
	"bytes"
	"context"
	"errors"
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

// disk is one that can be full, and have room again.
type disk struct {
	dir        string
	full, free func() error
}

// smallDisk gives a disk of 40 MB to a test, which is run again for it in a process with
// mounts of its own. Where nobody may mount, that process may write no large file while
// the disk is full, which fails in the same place. In the first process there is none.
func smallDisk(t *testing.T) (d disk, there bool) {
	t.Helper()
	const mounted, limited = "KITH_SMALL_DISK", "KITH_SMALL_FILES"
	if d.dir = os.Getenv(mounted); d.dir != "" {
		return d.mounted(t), true
	}
	if d.dir = os.Getenv(limited); d.dir != "" {
		return d.limited(), true
	}
	again := func(env string, attr *syscall.SysProcAttr) ([]byte, error) {
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v") //nolint:gosec // this very program
		c.Env, c.SysProcAttr = append(os.Environ(), env+"="+t.TempDir()), attr
		return c.CombinedOutput()
	}
	own := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		own.Cloneflags |= syscall.CLONE_NEWUSER
		own.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
	}
	said, err := again(mounted, own)
	if errors.Is(err, fs.ErrPermission) || err != nil && bytes.Contains(said, []byte(noMounts)) {
		said, err = again(limited, &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL})
	}
	if err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	return d, false
}

const noMounts = "nothing may be mounted here:"

func (d disk) mounted(t *testing.T) disk {
	t.Helper()
	for _, m := range []struct {
		from, to, kind string
		flags          uintptr
		data           string
	}{{"none", "/", "", syscall.MS_REC | syscall.MS_PRIVATE, ""}, {"tmpfs", d.dir, "tmpfs", 0, "size=40m"}} {
		if err := syscall.Mount(m.from, m.to, m.kind, m.flags, m.data); err != nil {
			t.Fatal(noMounts, err)
		}
	}
	t.Cleanup(func() { _ = syscall.Unmount(d.dir, 0) })
	fill := filepath.Join(d.dir, "fill")
	d.full = func() error { return os.WriteFile(fill, make([]byte, 28<<20), 0o600) }
	d.free = func() error { return os.Remove(fill) }
	return d
}

func (d disk) limited() disk {
	var before syscall.Rlimit
	d.full = func() error {
		err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before)
		return errors.Join(err, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1000 << 10, Max: before.Max}))
	}
	d.free = func() error { return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before) }
	return d
}

// What came while the disk was full was refused; there is room again, and the house
// goes on: what was kept before is there, and what comes now is kept.
func TestAStreamGoesOnWhenThereIsRoomAgain(t *testing.T) {
	disk, there := smallDisk(t)
	if !there {
		return
	}
	db := storetest.SQLite(t)
	table(t, db)
	s := open(t, filepath.Join(disk.dir, "facts"))
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
	kept := 1
	for range 2 {
		if err := large(kept); err != nil {
			t.Fatal(err)
		}
		kept++
	}
	if err := disk.full(); err != nil {
		t.Fatal(err)
	}
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
	if err := disk.free(); err != nil {
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
