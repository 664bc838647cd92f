package bench

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
)

// process is a kith of its own.
type process struct {
	run *exec.Cmd
	url string
}

// spawn starts this very program as a server and waits until it is ready.
func spawn(ctx context.Context, data string, more ...string) (*process, time.Duration, error) {
	return launch(ctx, append([]string{"serve", "--data", data, "--log", "error"}, more...)...)
}

func launch(ctx context.Context, args ...string) (*process, time.Duration, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, 0, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, 0, err
	}
	address := l.Addr().String()
	_ = l.Close()                                                                                                      // only to find a free port
	p := &process{run: exec.CommandContext(ctx, self, append(args, "--listen", address)...), url: "http://" + address} //nolint:gosec // our own program
	p.run.Stderr = &complaints{}
	began := time.Now()
	if err := p.run.Start(); err != nil {
		return nil, 0, err
	}
	client := &http.Client{Timeout: time.Second}
	for time.Since(began) < time.Minute {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/readyz", http.NoBody)
		if err != nil {
			return nil, 0, err
		}
		if answer, err := client.Do(r); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return p, time.Since(began), nil
			}
		}
		pause(ctx, time.Millisecond)
	}
	p.stop()
	return nil, 0, fault.New(fault.Unavailable, "Kith was not ready within a minute.")
}

// complaints passes on what a kith has to complain of, without its welcome.
type complaints struct{ line []byte }

func (c *complaints) Write(said []byte) (int, error) {
	c.line = append(c.line, said...)
	for {
		line, rest, whole := bytes.Cut(c.line, []byte("\n"))
		if !whole {
			return len(said), nil
		}
		if bytes.HasPrefix(line, []byte("time=")) || bytes.HasPrefix(line, []byte("kith:")) {
			fmt.Fprintf(os.Stderr, "%s\n", line)
		}
		c.line = rest
	}
}

func (p *process) stop() {
	_ = p.run.Process.Signal(os.Interrupt)
	_ = p.run.Wait()
}

// resident reads the memory of a process, in megabytes.
func (p *process) resident() (float64, error) { return p.memory("VmRSS:") }

// peak reads the most memory that a process had since forget.
func (p *process) peak() (float64, error) { return p.memory("VmHWM:") }

// forget begins to watch for the most memory anew.
func (p *process) forget() error {
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.run.Process.Pid), []byte("5"), 0); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The peak of a process's memory is watched through /proc, which is not here.")
	}
	return nil
}

func (p *process) memory(what string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.run.Process.Pid))
	if err != nil {
		return 0, fault.Wrap(fault.Unavailable, err, "The memory of a process is read from /proc, which is not here.")
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, what); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024, err
		}
	}
	return 0, fault.New(fault.Unavailable, "The kernel does not tell the memory.")
}
