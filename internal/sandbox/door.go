package sandbox

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Refusal is what the stage asks a network to say in its own words.
type Refusal struct {
	Kind       Kind // Throttled, ServerError or ErrorAfter
	Status     int  // what was asked for, or 429, 503, 500
	Asked      bool // the status was asked for, and is not only the usual one
	RetryAfter *int // seconds; nil: the header is left out. The stage sets the header itself
}

// Open puts a network on the stage and answers its handler with weather and gate around it.
func (s *Stage) Open(n Network) http.Handler {
	if n.Action == nil {
		n.Action = func(*http.Request) Action { return "" }
	}
	if n.Accounts == nil {
		n.Accounts = func() []Account { return nil }
	}
	if n.Refuse == nil {
		n.Refuse = func(w http.ResponseWriter, _ *http.Request, r Refusal) {
			http.Error(w, http.StatusText(r.Status), r.Status)
		}
	}
	s.mu.Lock()
	s.networks[n.Name] = n
	s.mu.Unlock()
	return &door{stage: s, network: n, pages: sync.Pool{New: func() any { return &answer{} }}}
}

type door struct {
	stage   *Stage
	network Network
	pages   sync.Pool
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := d.network.Action(r)
	call := &Call{Seq: d.stage.requests.Add(1), Network: d.network.Name, Action: a, stage: d.stage, path: r.URL.Path}
	r = r.WithContext(context.WithValue(r.Context(), callKey{}, call))
	date := d.stage.Clock.Now()
	if a == "" {
		d.consented(r)
	}
	if a == "" || a == Stream {
		w.Header().Set("Date", date.Format(http.TimeFormat))
		d.network.Handler.ServeHTTP(w, r)
		return
	}
	defer d.stage.Clock.Engage()() // what is asked is answered in the network's own seconds, however fast they pass
	if d.stage.Gate.on.Load() {
		call.pass(Begun, half(r))
	}
	if m, ok := call.Has(ClockSkew); ok {
		date = date.Add(m.Sec(-120))
	}
	w.Header().Set("Date", date.UTC().Format(http.TimeFormat))
	if d.stormy(call, w, r) {
		return
	}
	held := d.pages.Get().(*answer)
	held.reset()
	defer d.pages.Put(held)
	d.network.Handler.ServeHTTP(held, r)
	if len(call.entries) > 0 {
		call.pass(Accepted, "")
		for _, e := range call.entries {
			d.stage.Scripts.heard(e)
		}
	}
	watched := d.stage.Gate.on.Load()
	if watched { // the next request of the same client must not queue up behind an answer that the gate holds on to
		w.Header().Set("Connection", "close")
	}
	d.deliver(call, held, w, r)
	if watched {
		http.NewResponseController(w).Flush()
		call.pass(Answered, "")
	}
}

// consented hears that somebody went to a page of consent, to sign in anew: scenes that wait for it go on.
func (d *door) consented(r *http.Request) {
	if path := strings.ToLower(r.URL.Path); strings.Contains(path, "auth") && !strings.Contains(path, "token") {
		d.stage.Scripts.renewed(d.network.Name)
	}
}

// stormy plays the weather before acceptance and says whether the request ends here.
func (d *door) stormy(call *Call, w http.ResponseWriter, r *http.Request) bool {
	if m, ok := call.Has(Latency); ok {
		jitter := d.stage.spread(time.Duration(m.JitterMS) * time.Millisecond)
		pause(r.Context(), time.Duration(m.DelayMS)*time.Millisecond+jitter)
	}
	if _, ok := call.Has(Maintenance); ok {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, "<!doctype html><title>Back soon</title><h1>We are working on it</h1>")
		return true
	}
	if _, ok := call.Has(Cut); ok {
		half(r)
		panic(http.ErrAbortHandler)
	}
	if m, ok := call.Has(Throttled); ok {
		d.refuse(w, r, m, http.StatusTooManyRequests)
		return true
	}
	if m, ok := call.Has(ServerError); ok {
		d.refuse(w, r, m, http.StatusServiceUnavailable)
		return true
	}
	return false
}

func (d *door) refuse(w http.ResponseWriter, r *http.Request, m Mishap, usual int) {
	if m.Status != 0 {
		usual = m.Status
	}
	if m.RetryAfterS != nil {
		w.Header().Set("Retry-After", strconv.Itoa(*m.RetryAfterS))
	}
	d.network.Refuse(w, r, Refusal{Kind: m.Kind, Status: usual, Asked: m.Status != 0, RetryAfter: m.RetryAfterS})
}

// deliver plays the weather after acceptance. It leaves refusals of the network alone: only what succeeded can be lost.
func (d *door) deliver(call *Call, held *answer, w http.ResponseWriter, r *http.Request) {
	if held.status >= 400 {
		held.send(w)
		return
	}
	if m, ok := call.Has(ErrorAfter); ok {
		d.refuse(w, r, m, http.StatusInternalServerError)
		return
	}
	if _, ok := call.Has(LostAnswer); ok {
		panic(http.ErrAbortHandler)
	}
	if _, ok := call.Has(UnknownFields); ok {
		held.sprinkle()
	}
	if _, ok := call.Has(CutAnswer); ok {
		held.sendHalf(w)
		panic(http.ErrAbortHandler)
	}
	if m, ok := call.Has(SlowAnswer); ok {
		rest := held.sendHalf(w)
		pause(r.Context(), time.Duration(max(m.DelayMS, 1))*time.Millisecond)
		w.Write(rest)
		return
	}
	held.send(w)
}

// half reads about half of the body, at least a byte and at most 64 kB, puts it back for the handler and answers what it read.
func half(r *http.Request) string {
	if r.Body == nil || r.ContentLength == 0 {
		return ""
	}
	n := int64(512)
	if r.ContentLength > 0 {
		n = min(max(r.ContentLength/2, 1), 64<<10)
	}
	read := make([]byte, n)
	got, _ := io.ReadFull(r.Body, read)
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(read[:got]), r.Body), r.Body}
	return string(read[:got])
}

// pause waits in real time: latency is the wire's, not the stage's.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
