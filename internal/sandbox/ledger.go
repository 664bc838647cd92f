package sandbox

import (
	"regexp"
	"sort"
	"strings"
	"sync"
	"time"
)

// Entry is one write that a network accepted from us. What people on the stage do is not in the ledger.
type Entry struct {
	Seq            int64     `json:"seq"`
	Request        int64     `json:"request"` // the stage's number of the request that brought it
	At             time.Time `json:"at"`
	Network        string    `json:"network"`
	Account        string    `json:"account"`
	Action         Action    `json:"action"`
	Object         string    `json:"object"`           // what was made or changed
	Parent         string    `json:"parent,omitempty"` // what it answers
	Shared         string    `json:"shared,omitempty"` // the post that it shares
	Link           string    `json:"link,omitempty"`   // the address that it shows as a link
	Text           string    `json:"text,omitempty"`
	Place          string    `json:"place,omitempty"`           // where it is said to be
	Trial          string    `json:"trial,omitempty"`           // who does not follow sees it first, and how the others come to
	Community      string    `json:"community,omitempty"`       // in which it stands, where that is a choice
	Files          int       `json:"files,omitempty"`           // how many it carries, where the network counts them
	ClientID       string    `json:"client_id,omitempty"`       // an identifier the client chose
	IdempotencyKey string    `json:"idempotency_key,omitempty"` // as sent, honoured or not
	Repeat         bool      `json:"repeat,omitempty"`          // recognized as a repetition: nothing new was made
}

// Ledger is every accepted write, in order. It judges crash tests.
type Ledger struct {
	clock   *Clock
	mu      sync.RWMutex
	entries []Entry
}

func newLedger(c *Clock) *Ledger { return &Ledger{clock: c} }

// Record writes an entry and answers it with its number and time.
func (l *Ledger) Record(e Entry) Entry {
	if e.At.IsZero() {
		e.At = l.clock.Now()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Seq = int64(len(l.entries)) + 1
	l.entries = append(l.entries, e)
	return e
}

// Filter says which entries are wanted; the zero value wants all.
type Filter struct {
	Network, Account string
	Action           Action
	After            int64  // entries with a greater number
	Text             string // contained in the text
}

// Entries answers what was written, oldest first.
func (l *Ledger) Entries(f Filter) []Entry {
	l.mu.RLock()
	defer l.mu.RUnlock()
	found := []Entry{}
	for _, e := range l.entries[min(max(f.After, 0), int64(len(l.entries))):] {
		if (f.Network == "" || e.Network == f.Network) && (f.Account == "" || e.Account == f.Account) &&
			(f.Action == "" || e.Action == f.Action) && strings.Contains(e.Text, f.Text) {
			found = append(found, e)
		}
	}
	return found
}

// Len is how many entries there are.
func (l *Ledger) Len() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.entries)
}

// Duplicate is a text that reached one account more than once.
type Duplicate struct {
	Marker  string  `json:"marker"`
	Entries []Entry `json:"entries"`
}

// Duplicates answers posts, replies and messages that were made more than once on the same account, told apart by what pattern
// finds in their text; nil compares whole texts. Texts in which pattern finds nothing are not judged. What was recognized as a
// repetition made nothing new and is no duplicate; what was deleted afterwards was still seen, and is one.
func (l *Ledger) Duplicates(pattern *regexp.Regexp) []Duplicate {
	type key struct {
		network, account, parent, marker string
	}
	groups := map[key][]Entry{}
	for _, e := range l.Entries(Filter{}) {
		if e.Repeat || e.Action != Publish && e.Action != Reply && e.Action != Message {
			continue
		}
		marker, parent := e.Text, e.Parent // the same words to two people are two answers
		if pattern != nil {
			if marker, parent = pattern.FindString(e.Text), ""; marker == "" {
				continue
			}
		}
		k := key{e.Network, e.Account, parent, marker}
		groups[k] = append(groups[k], e)
	}
	found := []Duplicate{}
	for k, es := range groups {
		if len(es) > 1 {
			found = append(found, Duplicate{Marker: k.marker, Entries: es})
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].Entries[0].Seq < found[j].Entries[0].Seq })
	return found
}
