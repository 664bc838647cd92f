package bluesky

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

const (
	startLimit = 3 * time.Minute // a cold start on a busy machine; 30 s are usual
	stopLimit  = 20 * time.Second
)

// harness is the node process that holds the network, spoken to by lines of JSON.
type harness struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	exited chan struct{} // closed when its last line has been read

	mu      sync.Mutex
	last    int
	waiting map[string]chan<- answer
}

type answer struct {
	ID     string          `json:"id"`
	OK     bool            `json:"ok"`
	Result json.RawMessage `json:"result"`
	Refused
}

// start starts PostgreSQL, Redis and the harness, each after the one it needs, and gives the way to stop them all.
func start(t tools) (_ *Network, err error) {
	dir, err := os.MkdirTemp("", "kith-bluesky-")
	if err != nil {
		return nil, err
	}
	stops := []func(){func() { _ = os.RemoveAll(dir) }}
	stop := sync.OnceFunc(func() {
		for i := len(stops) - 1; i >= 0; i-- {
			stops[i]()
		}
	})
	defer func() {
		if err != nil {
			stop()
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()

	database, end, err := postgres(ctx, t, dir)
	if err != nil {
		return nil, err
	}
	stops = append(stops, end)
	redis, end, err := redis(ctx, t, dir)
	if err != nil {
		return nil, err
	}
	stops = append(stops, end)

	n := &Network{stop: stop}
	n.harness, err = launch(ctx, t, dir, n, "DB_POSTGRES_URL="+database, "REDIS_HOST="+redis)
	if err != nil {
		return nil, err
	}
	stops = append(stops, n.harness.end)
	return n, nil
}

// launch starts the harness and waits for its first line, which says where the network is.
func launch(ctx context.Context, t tools, dir string, n *Network, env ...string) (*harness, error) {
	tmp := filepath.Join(dir, "tmp")
	if err := os.Mkdir(tmp, 0o700); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "harness.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(t.node, "--import", "./loopback.mjs", "--import", "./documents.mjs", "start.mjs") //nolint:noctx // it ends with its stdin, see end
	cmd.Dir = t.dir
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp, "NODE_ENV=test", "LOG_ENABLED=false", "NODE_NO_WARNINGS=1")
	cmd.Env = append(cmd.Env, env...)
	cmd.Stderr = log
	h := &harness{cmd: cmd, exited: make(chan struct{}), waiting: map[string]chan<- answer{}}
	if h.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan []byte, 1)
	go h.read(stdout, ready)
	select {
	case line := <-ready:
		if err := json.Unmarshal(line, n); err != nil {
			h.end()
			return nil, fmt.Errorf("bluesky: the first line of the harness is %q: %w", line, err)
		}
		return h, nil
	case <-h.exited:
		err = errors.New("bluesky: the harness ended before it was ready")
	case <-ctx.Done():
		err = fmt.Errorf("bluesky: the harness is not ready after %v", startLimit)
	}
	h.end()
	return nil, fmt.Errorf("%w\n%s", err, tail(log.Name()))
}

// read hands every line to whoever waits for it; the first line goes to ready.
func (h *harness) read(stdout io.Reader, ready chan<- []byte) {
	defer close(h.exited)
	lines := bufio.NewReader(stdout)
	for first := true; ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		if !bytes.HasPrefix(line, []byte("{")) {
			continue // not ours: a library spoke
		}
		if first {
			first = false
			ready <- line
			continue
		}
		var a answer
		if json.Unmarshal(line, &a) != nil {
			continue
		}
		h.mu.Lock()
		waiter := h.waiting[a.ID]
		delete(h.waiting, a.ID)
		h.mu.Unlock()
		if waiter != nil {
			waiter <- a
		}
	}
}

func (h *harness) do(ctx context.Context, command Command) (json.RawMessage, error) {
	line := make(Command, len(command)+1)
	for k, v := range command {
		line[k] = v
	}
	answered := make(chan answer, 1)
	h.mu.Lock()
	h.last++
	id := strconv.Itoa(h.last)
	line["id"] = id
	raw, err := json.Marshal(line)
	if err == nil {
		h.waiting[id] = answered
		_, err = h.stdin.Write(append(raw, '\n'))
	}
	h.mu.Unlock()
	if err != nil {
		return nil, fmt.Errorf("bluesky: %w", err)
	}
	select {
	case a := <-answered:
		if !a.OK {
			return nil, &a.Refused
		}
		return a.Result, nil
	case <-h.exited:
		return nil, errors.New("bluesky: the harness has ended")
	case <-ctx.Done():
		h.mu.Lock()
		delete(h.waiting, id)
		h.mu.Unlock()
		return nil, ctx.Err()
	}
}

// end closes its stdin, which asks it to close cleanly, and kills it if it does not.
func (h *harness) end() {
	_ = h.stdin.Close()
	kill := time.AfterFunc(stopLimit, func() { _ = h.cmd.Process.Kill() })
	defer kill.Stop()
	<-h.exited
	_ = h.cmd.Wait()
}

// tail is the end of a log, for an error message.
func tail(name string) string {
	raw, err := os.ReadFile(name)
	if err != nil {
		return err.Error()
	}
	return string(raw[max(0, len(raw)-4000):])
}
