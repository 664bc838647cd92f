package ingest_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/kithhq/kith/internal/ingest"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/stream"
)

func empty(t testing.TB) *store.DB {
	t.Helper()
	db := storetest.SQLite(t)
	t.Cleanup(db.Close)
	return db
}

// child is the process that is killed: a door on loopback before a stream.
func child() bool {
	dir := os.Getenv("KITH_TEST_CHILD")
	if dir == "" {
		return false
	}
	s, err := stream.Open(context.Background(), stream.Options{Dir: dir})
	if err != nil {
		panic(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	panic(http.Serve(l, ingest.New(ingest.Options{Facts: s, Knocker: knocker, Channels: channels}).Handler()))
}

// A process is killed while webhooks pour in. What it answered with 202 is in
// the stream, once it is read, in order per person, exactly once.
func TestAKilledDoorLosesNothingItAnswered(t *testing.T) {
	dir := t.TempDir()
	var mu sync.Mutex
	answered := map[string]bool{}
	for round := range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "KITH_TEST_CHILD="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		address, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 20}}
		var wait sync.WaitGroup
		kill, enough := sync.OnceFunc(func() { _ = cmd.Process.Kill() }), len(answered)+400
		for person := range 12 {
			wait.Go(func() {
				for n := range 100_000 {
					a, b := fmt.Sprintf("%d/%06d/%d", round, n, person), fmt.Sprintf("%d/%06d/%d", round, n, person+100)
					data := body(told{"page", fmt.Sprint(person), a}, told{"page", fmt.Sprint(person + 100), b})
					r, err := http.NewRequest(http.MethodPost, "http://"+strings.TrimSpace(address)+"/hooks/test/app", bytes.NewReader(data))
					if err != nil {
						t.Error(err)
						return
					}
					r.Header.Set("Signature", sign(data))
					answer, err := client.Do(r)
					if err != nil {
						return // killed
					}
					_ = answer.Body.Close()
					mu.Lock()
					if answer.StatusCode == http.StatusAccepted {
						answered[a], answered[b] = true, true
					}
					if len(answered) >= enough {
						kill()
					}
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		kill()
		_ = cmd.Wait()
		client.CloseIdleConnections()
	}
	db := storetest.SQLite(t)
	defer db.Close()
	s, err := stream.Open(t.Context(), stream.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	last, times := map[string]string{}, map[string]int{}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read := 0
	var in sync.Mutex
	all := make(chan struct{})
	lags, err := s.Lags(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	waiting := 0
	for _, l := range lags {
		waiting += int(l.Waiting)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Run(ctx, db, func(_ context.Context, facts []stream.Fact) (stream.Apply, error) {
			in.Lock()
			defer in.Unlock()
			for _, f := range facts {
				key := strings.TrimPrefix(f.Key, f.Channel+" ")
				if times[key]++; times[key] == 1 {
					if key <= last[f.Person] {
						t.Errorf("%s after %s", key, last[f.Person])
					}
					last[f.Person] = key
				}
			}
			if read += len(facts); read == waiting {
				close(all)
			}
			return func(context.Context, *store.Tx) error { return nil }, nil
		})
	}()
	<-all
	cancel()
	<-done
	for key := range answered {
		if times[key] != 1 {
			t.Errorf("%s was answered and is there %d times", key, times[key])
		}
	}
	t.Logf("%d facts answered in 3 killed doors, %d in the stream (%s)", len(answered), waiting, filepath.Base(dir))
}
