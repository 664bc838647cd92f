package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/fault"
)

// How long /readyz takes at most, and what is too long for a part to be silent: what
// failed once and worked a moment ago is no outage, so that nothing flaps.
const (
	readyWithin = 800 * time.Millisecond
	moment      = 5 * time.Second
	silent      = 15 * time.Second // as long as the lease of a worker
)

// part is something that this house cannot do without.
type part struct {
	name string
	ask  func(ctx context.Context) error

	mu     sync.Mutex
	asking *asked
}

// asked is one question that is on its way: whoever comes meanwhile waits with it, so
// that a part which hangs is asked once.
type asked struct {
	done chan struct{}
	err  error
}

func (p *part) look(ctx context.Context) error {
	p.mu.Lock()
	q := p.asking
	if q == nil {
		q = &asked{done: make(chan struct{})}
		p.asking = q
		go func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), moment)
			defer cancel()
			q.err = p.ask(ctx)
			p.mu.Lock()
			p.asking = nil
			p.mu.Unlock()
			close(q.done)
		}()
	}
	p.mu.Unlock()
	select {
	case <-q.done:
		return q.err
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "It does not answer.")
	}
}

// parts are what /readyz asks, in its order.
func (a *App) parts() []*part {
	return []*part{
		{name: "database", ask: a.databaseReady},
		{name: "facts", ask: a.factsReady},
		{name: "jobs", ask: func(context.Context) error {
			if a.Runner.Silence() > silent {
				return fault.New(fault.Unavailable, "Jobs are not begun any more.").WithHint("The log says why. If it does not, start Kith again, and tell us.")
			}
			return nil
		}},
		{name: "disk", ask: func(context.Context) error {
			d, err := room(a.Config.Data)
			if err == nil {
				err = d.err()
			}
			if err == nil {
				err = writable(a.Config, ".ready")
			}
			return err
		}},
	}
}

// databaseReady asks the database. One that is busy and was written to a moment ago by
// the jobs is there.
func (a *App) databaseReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin/2)
	defer cancel()
	err := a.DB.Ping(ctx)
	if err != nil && a.Runner.Silence() < moment {
		return nil
	}
	return err
}

func (a *App) factsReady(ctx context.Context) error {
	select {
	case <-a.reading:
		return fault.New(fault.Unavailable, "Facts are not read any more.").WithHint("The log says why. Start Kith again.")
	default:
		return a.Facts.Ready(ctx)
	}
}

// Readiness is what a program is told at /readyz.
type Readiness struct {
	Ready bool        `json:"ready"`
	Parts []PartReady `json:"parts"`
}

// PartReady is how one part is.
type PartReady struct {
	Name  string `json:"name"`
	Ready bool   `json:"ready"`
	Text  string `json:"text,omitempty"` // our own words, never those of an error
}

// readiness asks all parts at once.
func readiness(ctx context.Context, parts []*part) Readiness {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	said := Readiness{Ready: true, Parts: make([]PartReady, len(parts))}
	var all sync.WaitGroup
	for i, p := range parts {
		all.Go(func() {
			said.Parts[i] = PartReady{Name: p.name, Ready: true}
			if err := p.look(ctx); err != nil {
				text, _ := fault.Shown(err)
				said.Parts[i].Ready, said.Parts[i].Text = false, text
			}
		})
	}
	all.Wait()
	for _, p := range said.Parts {
		said.Ready = said.Ready && p.Ready
	}
	return said
}

// readyz says whether this house can do its work now, and which part cannot: as lines,
// or as JSON for whoever asks for it.
func readyz(parts []*part) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		said := readiness(r.Context(), parts)
		status := http.StatusOK
		if !said.Ready {
			status = http.StatusServiceUnavailable
		}
		w.Header().Set("Cache-Control", "no-store")
		if strings.Contains(r.Header.Get("Accept"), "application/json") {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(said) // who does not listen is not told
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		fmt.Fprintln(w, map[bool]string{true: "ready", false: "not ready"}[said.Ready])
		for _, p := range said.Parts {
			fmt.Fprintln(w, strings.TrimSpace(p.Name+" "+map[bool]string{true: "ok", false: "– "}[p.Ready]+p.Text))
		}
	}
}
