package stream_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/stream"
)

func copyDir(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(from, path)
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, rel)), 0o700); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// child is the process that is killed: it appends and applies facts, and says
// which it was promised to keep.
func child() bool {
	dir := os.Getenv("KITH_TEST_CHILD")
	if dir == "" {
		return false
	}
	ctx := context.Background()
	db, err := store.Open(ctx, os.Getenv("KITH_TEST_DB"))
	if err != nil {
		panic(err)
	}
	s, err := stream.Open(ctx, stream.Options{Dir: dir})
	if err != nil {
		panic(err)
	}
	go s.Run(ctx, db, record) //nolint:errcheck // killed before it returns
	round, _ := strconv.Atoi(os.Getenv("KITH_TEST_ROUND"))
	var mu sync.Mutex
	var wait sync.WaitGroup
	for p := range 16 {
		wait.Go(func() {
			for n := range 100_000 {
				f := fact(fmt.Sprint("person", p), round*100_000+n)
				if err := s.Append(ctx, []stream.Fact{f}); err != nil {
					panic(err)
				}
				mu.Lock()
				fmt.Println(f.Key)
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	return true
}

// A process is killed while it appends and applies. What was acknowledged is
// applied exactly once, in order per person.
func TestAKilledProcessLosesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) { db.Close() }) // says what is missing
	t.Run("sqlite", func(t *testing.T) { killed(t, "sqlite:"+filepath.Join(t.TempDir(), "kith.db")) })
	t.Run("postgres", func(t *testing.T) { killed(t, storetest.PostgresURL(t)) })
}

func killed(t *testing.T, address string) {
	db, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	table(t, db)
	db.Close()
	dir := t.TempDir()
	acknowledged := map[string]bool{}
	const rounds = 3
	for round := range rounds {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "KITH_TEST_CHILD="+dir, "KITH_TEST_DB="+address, fmt.Sprint("KITH_TEST_ROUND=", round))
		var complaint strings.Builder
		cmd.Stderr = &complaint
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		for n := 0; ; n++ {
			if n == 500+200*round {
				_ = cmd.Process.Kill()
			}
			line, err := lines.ReadString('\n')
			if err == io.EOF { // the last line may be cut: it was not fully told
				break
			}
			acknowledged[strings.TrimSpace(line)] = true
		}
		_ = cmd.Wait()
		if len(acknowledged) == 0 {
			t.Fatal(complaint.String())
		}
	}
	db, err = store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := open(t, dir)
	defer run(t, s, db, record)()
	settled(t, s, db)
	type row struct {
		Key, Person, Body string
	}
	last, applied := map[string]int{}, map[string]bool{}
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
		for r, err := range store.Each[row](ctx, tx, "select key, person, body from seen_by_test order by sequence") {
			if err != nil {
				return err
			}
			n, _ := strconv.Atoi(r.Body)
			if before, ok := last[r.Person]; ok && n <= before {
				t.Errorf("%s: %d after %d", r.Person, n, before)
			}
			last[r.Person], applied[r.Key] = n, true
		}
		return nil
	})
	for key := range acknowledged {
		if !applied[key] {
			t.Errorf("%s was acknowledged and is lost", key)
		}
	}
	t.Logf("%d facts acknowledged in %d killed processes, %d applied", len(acknowledged), rounds, len(applied))
	if len(acknowledged) < rounds*500 {
		t.Errorf("only %d facts were acknowledged", len(acknowledged))
	}
}
