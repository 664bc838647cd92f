package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Kind is a way in which things go wrong.
type Kind string

// The kinds. Those marked * are played by the network itself, which asks Call.Has; the others by the stage.
const (
	Latency       Kind = "latency"        // delay_ms + up to jitter_ms before anything else
	Throttled     Kind = "throttled"      // the network's rate limit; retry_after_s given or not (absent: no header)
	ServerError   Kind = "server_error"   // status (503) before acceptance
	Cut           Kind = "cut"            // the connection is cut half-way through the request
	LostAnswer    Kind = "lost_answer"    // accepted, then the connection closes without an answer
	CutAnswer     Kind = "cut_answer"     // accepted, then the connection closes in the middle of the answer
	SlowAnswer    Kind = "slow_answer"    // accepted, half of the answer, delay_ms, the rest
	ErrorAfter    Kind = "error_after"    // accepted, and answered with status (500) nevertheless
	UnknownFields Kind = "unknown_fields" // fields nobody announced, in every object of the answer
	Maintenance   Kind = "maintenance"    // everything answers 503 with a page that is not the API's
	ClockSkew     Kind = "clock_skew"     // the Date header is off by seconds
	ListedLate    Kind = "listed_late"    // * accepted, but in no list for seconds (90) of stage time
	EarlierTwin   Kind = "earlier_twin"   // * an identical post was already there, made seconds (3600) earlier, by another hand
	TokenExpired  Kind = "token_expired"  // *
	TokenRevoked  Kind = "token_revoked"  // *
	TokenReduced  Kind = "token_reduced"  // * scopes that are missing now
	Blocked       Kind = "blocked"        // * the network takes us for a spammer for a while and refuses
	HookTwice     Kind = "hook_twice"     // * a webhook comes copies (2) times
	HookReordered Kind = "hook_reordered" // * a webhook comes after the one that follows it
	HookDelayed   Kind = "hook_delayed"   // * a webhook comes seconds later
	HookLost      Kind = "hook_lost"      // * a webhook never comes
	HookCrowded   Kind = "hook_crowded"   // * several people's news in one body
)

// Kinds are all kinds of mishap.
func Kinds() []Kind {
	return []Kind{Latency, Throttled, ServerError, Cut, LostAnswer, CutAnswer, SlowAnswer, ErrorAfter, UnknownFields, Maintenance,
		ClockSkew, ListedLate, EarlierTwin, TokenExpired, TokenRevoked, TokenReduced, Blocked, HookTwice, HookReordered, HookDelayed,
		HookLost, HookCrowded}
}

// TokenKinds are what can befall keys.
func TokenKinds() []Kind { return []Kind{TokenExpired, TokenRevoked, TokenReduced} }

// ListKinds are what can befall a list of posts.
func ListKinds() []Kind { return []Kind{ListedLate, EarlierTwin} }

// HookKinds are what can befall webhooks.
func HookKinds() []Kind {
	return []Kind{HookTwice, HookReordered, HookDelayed, HookLost, HookCrowded}
}

// own says whether a kind is left to each network.
func (k Kind) own() bool {
	return k == Blocked || slices.Contains(slices.Concat(TokenKinds(), ListKinds(), HookKinds()), k)
}

// Mishap is one thing that goes wrong, for whom, and how often.
type Mishap struct {
	ID          string   `json:"id"`
	Network     string   `json:"network"` // "" is every network
	Action      Action   `json:"action"`  // "" is every action; "writes" and "reads" are groups
	Kind        Kind     `json:"kind"`
	Probability float64  `json:"probability"` // 0 and 1 mean always
	Times       int      `json:"times"`       // 0 has no end; n is the next n times
	Left        int      `json:"left"`        // how many of Times are still to come
	DelayMS     int      `json:"delay_ms,omitempty"`
	JitterMS    int      `json:"jitter_ms,omitempty"`
	Status      int      `json:"status,omitempty"`
	RetryAfterS *int     `json:"retry_after_s,omitempty"`
	Seconds     *float64 `json:"seconds,omitempty"`
	Copies      int      `json:"copies,omitempty"`
	Scopes      []string `json:"scopes,omitempty"`
}

// Group actions that a mishap can be aimed at.
const (
	AnyWrite Action = "writes"
	AnyRead  Action = "reads"
)

func (m *Mishap) aims(network string, a Action) bool {
	if m.Network != "" && m.Network != network {
		return false
	}
	switch m.Action {
	case "", a:
		return true
	case AnyWrite:
		return a.Writes()
	case AnyRead:
		return a == Read || a == Insights
	}
	return false
}

// Sec answers Seconds, or the kind's usual value.
func (m *Mishap) Sec(usual float64) time.Duration {
	if m.Seconds != nil {
		usual = *m.Seconds
	}
	return time.Duration(usual * float64(time.Second))
}

// Weather is the mishaps in force. In good weather it costs one atomic load.
type Weather struct {
	stage *Stage
	mu    sync.Mutex // writers
	n     int
	rules atomic.Pointer[[]*rule]
}

type rule struct {
	Mishap
	left atomic.Int64
}

func newWeather(s *Stage) *Weather {
	w := &Weather{stage: s}
	w.rules.Store(&[]*rule{})
	return w
}

// Add lets a mishap happen from now on and answers it with its id.
func (w *Weather) Add(m Mishap) (Mishap, error) {
	if !slices.Contains(Kinds(), m.Kind) {
		return m, fmt.Errorf("no mishap is called %q", m.Kind)
	}
	if m.Probability < 0 || m.Probability > 1 {
		return m, errors.New("a probability lies between 0 and 1")
	}
	if m.Times < 0 {
		return m, errors.New("times is a count, or 0 for no end")
	}
	if !w.stage.plays(m.Network, m.Kind) {
		return m, fmt.Errorf("%s does not play %q: nothing would happen. %s", m.Network, m.Kind, w.stage.players(m.Kind))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.n++
	r := &rule{Mishap: m}
	r.ID = fmt.Sprintf("w%d", w.n)
	r.left.Store(int64(m.Times))
	next := append(slices.Clone(*w.rules.Load()), r)
	w.rules.Store(&next)
	r.Mishap.Left = m.Times
	return r.Mishap, nil
}

// Must is Add for a mishap that is known to be well formed: in tests and presets.
func (w *Weather) Must(m Mishap) Mishap {
	m, err := w.Add(m)
	if err != nil {
		panic(err)
	}
	return m
}

// Set replaces all mishaps, or none when one is malformed.
func (w *Weather) Set(ms []Mishap) error {
	probe := newWeather(w.stage)
	for _, m := range ms {
		if _, err := probe.Add(m); err != nil {
			return err
		}
	}
	w.Clear()
	for _, m := range ms {
		w.Must(m)
	}
	return nil
}

// Remove ends one mishap.
func (w *Weather) Remove(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	old := *w.rules.Load()
	next := slices.DeleteFunc(slices.Clone(old), func(r *rule) bool { return r.ID == id })
	w.rules.Store(&next)
	return len(next) < len(old)
}

// Clear brings good weather.
func (w *Weather) Clear() { w.rules.Store(&[]*rule{}) }

// Forecast is the mishaps in force, those that are used up left out.
func (w *Weather) Forecast() []Mishap {
	all := []Mishap{}
	for _, r := range *w.rules.Load() {
		m := r.Mishap
		if m.Left = int(r.left.Load()); m.Times > 0 && m.Left <= 0 {
			continue
		}
		all = append(all, m)
	}
	return all
}

// Strikes draws whether a mishap of this kind happens to this action now, and uses it up.
func (w *Weather) Strikes(network string, a Action, k Kind) (Mishap, bool) {
	for _, r := range *w.rules.Load() {
		if r.Kind != k || !r.aims(network, a) {
			continue
		}
		if r.Probability > 0 && r.Probability < 1 && !w.stage.chance(r.Probability) {
			continue
		}
		if r.Times > 0 && r.left.Add(-1) < 0 {
			continue
		}
		return r.Mishap, true
	}
	return Mishap{}, false
}

func (w *Weather) fine() bool { return len(*w.rules.Load()) == 0 }
