package sandbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Step is a moment in the life of a request at which the gate can stop it.
type Step string

// The steps.
const (
	Begun    Step = "request-begun" // headers and about half of the body are read
	Accepted Step = "accepted"      // written to the ledger, nothing of the answer sent yet
	Answered Step = "answered"      // the answer was flushed
)

// Stop says which requests are stopped or reported, and at which step.
type Stop struct {
	Step    Step   `json:"step"`
	Network string `json:"network"` // "" is any
	Action  Action `json:"action"`  // "" is any; groups as in weather
	Match   string `json:"match"`   // contained in the accepted text, or, at request-begun, in the part that was read
	Times   int    `json:"times"`   // 0 has no end
	Hold    bool   `json:"hold"`    // waits until released; otherwise it is only reported
}

// Arrival is a request that came to a stop.
type Arrival struct {
	N       int64     `json:"n"`
	At      time.Time `json:"at"`
	Step    Step      `json:"step"`
	Network string    `json:"network"`
	Action  Action    `json:"action"`
	Request int64     `json:"request"`
	Path    string    `json:"path"`
	Entry   *Entry    `json:"entry,omitempty"`
	Held    bool      `json:"held"`
}

// Gate stops requests at exact steps, so that a test can end the other process right there. A held request does not notice that
// its client is gone: as on a real network, what has arrived is dealt with when it is released.
type Gate struct {
	clock    *Clock
	on       atomic.Bool
	mu       sync.Mutex
	stops    []*Stop
	arrivals []Arrival
	held     map[int64]chan bool // true: go on; false: drop
	changed  chan struct{}
	hook     func(Arrival)
}

func newGate(c *Clock) *Gate {
	return &Gate{clock: c, held: map[int64]chan bool{}, changed: make(chan struct{})}
}

// Replace forgets the stops so far, holds on to whoever is held, and adds others.
func (g *Gate) Replace(stops ...Stop) error {
	g.mu.Lock()
	old := g.stops
	g.stops = nil
	g.mu.Unlock()
	err := g.Stop(stops...)
	if err != nil {
		g.mu.Lock()
		g.stops = old
		g.mu.Unlock()
	}
	return err
}

// Stop adds stops.
func (g *Gate) Stop(stops ...Stop) error {
	for _, s := range stops {
		if s.Step != Begun && s.Step != Accepted && s.Step != Answered {
			return fmt.Errorf("no step is called %q", s.Step)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range stops {
		g.stops = append(g.stops, &Stop{s.Step, s.Network, s.Action, s.Match, -s.Times, s.Hold})
	}
	g.on.Store(len(g.stops) > 0)
	return nil
}

// Hook is called for every arrival before it is held, in the request's own goroutine. Nil takes it away.
func (g *Gate) Hook(f func(Arrival)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.hook = f
}

// Clear forgets all stops and lets go whoever is held. Arrivals keep their numbers.
func (g *Gate) Clear() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stops = nil
	g.on.Store(false)
	for n := range g.held {
		g.release(n, true)
	}
}

// Release lets a held request go on or, with drop, cuts its connection.
func (g *Gate) Release(n int64, drop bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.release(n, !drop)
}

// ReleaseAll releases all that are held.
func (g *Gate) ReleaseAll(drop bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for n := range g.held {
		g.release(n, !drop)
	}
}

func (g *Gate) release(n int64, on bool) bool {
	ch, ok := g.held[n]
	if ok {
		ch <- on // buffered
		delete(g.held, n)
	}
	return ok
}

// Wait answers the arrivals after number n as soon as there is one, or none when the context ends.
func (g *Gate) Wait(ctx context.Context, n int64) []Arrival {
	for {
		g.mu.Lock()
		changed := g.changed
		if n = max(n, 0); n < int64(len(g.arrivals)) {
			found := slices.Clone(g.arrivals[n:])
			g.mu.Unlock()
			return found
		}
		g.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

// arrive plays one step; it answers false when the connection is to be cut.
func (g *Gate) arrive(a Arrival, text string) bool {
	if !g.on.Load() {
		return true
	}
	g.mu.Lock()
	stop := g.matching(a, text)
	if stop == nil {
		g.mu.Unlock()
		return true
	}
	a.N, a.At, a.Held = int64(len(g.arrivals))+1, g.clock.Now(), stop.Hold
	var wait chan bool
	if stop.Hold {
		wait = make(chan bool, 1)
		g.held[a.N] = wait
	}
	g.arrivals = append(g.arrivals, a)
	close(g.changed)
	g.changed = make(chan struct{})
	hook := g.hook
	g.mu.Unlock()
	if hook != nil {
		hook(a)
	}
	if wait == nil {
		return true
	}
	return <-wait
}

// matching finds the first stop for an arrival and uses it up. Times counts up to 0 from below; an endless stop started at 0.
func (g *Gate) matching(a Arrival, text string) *Stop {
	for i, s := range g.stops {
		aim := Mishap{Network: s.Network, Action: s.Action}
		if s.Step != a.Step || !aim.aims(a.Network, a.Action) || !strings.Contains(text, s.Match) {
			continue
		}
		if s.Times < 0 {
			if s.Times++; s.Times == 0 {
				g.stops = slices.Delete(g.stops, i, i+1)
				g.on.Store(len(g.stops) > 0)
			}
		}
		return s
	}
	return nil
}
