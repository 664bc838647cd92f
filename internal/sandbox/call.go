package sandbox

import (
	"context"
	"net/http"
	"time"
)

// Call is one request in hand, as the network's handler sees it through From. It belongs to that request's goroutine.
type Call struct {
	Seq     int64 // the stage's number of this request
	Network string
	Action  Action

	stage   *Stage
	drawn   []draw
	entries []Entry
	path    string
}

type draw struct {
	kind Kind
	m    Mishap
	hit  bool
}

type callKey struct{}

// From answers the call that a request's context carries. Outside of a stage it answers nil.
func From(ctx context.Context) *Call {
	c, _ := ctx.Value(callKey{}).(*Call)
	return c
}

// Now is the stage's time.
func (c *Call) Now() time.Time { return c.stage.Clock.Now() }

// Has draws, once per request and kind, whether a mishap strikes this call. Call it only where the mishap would be played: asking
// uses up one of its times.
func (c *Call) Has(k Kind) (Mishap, bool) {
	if c.stage.Weather.fine() {
		return Mishap{}, false
	}
	for _, d := range c.drawn {
		if d.kind == k {
			return d.m, d.hit
		}
	}
	m, hit := c.stage.Weather.Strikes(c.Network, c.Action, k)
	c.drawn = append(c.drawn, draw{k, m, hit})
	return m, hit
}

// ListedLate is how long what is being accepted stays out of lists, in stage time; 0 in good weather.
func (c *Call) ListedLate() time.Duration {
	if m, ok := c.Has(ListedLate); ok {
		return m.Sec(90)
	}
	return 0
}

// Twin says whether an identical earlier post is to be put there before this one is accepted, and when it was made.
func (c *Call) Twin() (time.Time, bool) {
	m, ok := c.Has(EarlierTwin)
	if !ok {
		return time.Time{}, false
	}
	return c.Now().Add(-m.Sec(3600)), true
}

// Accept writes the ledger: from here on the write has happened, whatever the other side gets to hear.
func (c *Call) Accept(e Entry) Entry {
	e.Request, e.Network = c.Seq, c.Network
	if e.Action == "" {
		e.Action = c.Action
	}
	e = c.stage.Ledger.Record(e)
	c.entries = append(c.entries, e)
	return e
}

// pass plays one step of the gate for this call, or cuts the connection.
func (c *Call) pass(s Step, text string) {
	a := Arrival{Step: s, Network: c.Network, Action: c.Action, Request: c.Seq, Path: c.path}
	if len(c.entries) > 0 {
		a.Entry, text = &c.entries[0], c.entries[0].Text
	}
	if !c.stage.Gate.arrive(a, text) {
		panic(http.ErrAbortHandler)
	}
}
