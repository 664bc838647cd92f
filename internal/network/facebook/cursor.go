package facebook

import (
	"net/url"
	"time"
)

// How far Read looks. Graph lists posts by when they were made, not by what
// happened below them, so each reading asks all recent posts for their newest
// comments, many in one call.
const (
	recent    = 30 * 24 * time.Hour // posts whose comments are read
	while     = 26 * time.Hour      // how far back the first reading goes
	overlap   = 2 * time.Minute     // what is accepted may be listed later
	callsMost = 40                  // in one Read; the rest comes with the next
)

// cursor is where Read left off.
type cursor struct {
	mark
	Sweep  *sweep           `json:"sweep,omitempty"` // one that is not over yet
	Felt   map[string]int64 `json:"felt,omitempty"`  // how many reactions were told, by post
	Talk   mark             `json:"talk,omitzero"`
	Watch  []watched        `json:"watch,omitempty"`
	Looked int64            `json:"looked,omitempty"`
}

// mark is how far one kind of thing was told, in Facebook's seconds: everything
// made before Since. It never asks our own graph.Clock what time it is there, only how
// long ago something was.
type mark struct {
	Since int64 `json:"since,omitempty"`
	Top   int64 `json:"top,omitempty"` // the newest ever seen
	At    int64 `json:"at,omitempty"`  // when we saw it, by our graph.Clock
}

// begin gives a mark its place for a first reading.
func (m *mark) begin(now time.Time) {
	if m.Since <= 0 || m.Top <= 0 || m.At <= 0 {
		*m = mark{Since: now.Add(-while).Unix(), Top: now.Add(-while).Unix(), At: now.Unix()}
	}
}

// see raises the mark to something new.
func (m *mark) see(made int64, now time.Time) {
	if made > m.Top {
		m.Top, m.At = made, now.Unix()
	}
}

// then is what Since becomes when a reading that begins now has ended: what is
// made while it goes on is not older than that.
func (m *mark) then(now time.Time) int64 {
	return max(m.Since, m.Top+max(now.Unix()-m.At, 0))
}

// floor is how far back a reading goes: what was accepted may be listed later.
func (m *mark) floor() int64 { return m.Since - int64(overlap/time.Second) }

// sweep is one walk over all recent posts.
type sweep struct {
	Floor int64            `json:"floor"`
	Then  int64            `json:"then"` // what Since becomes
	Place url.Values       `json:"place,omitempty"`
	Again bool             `json:"again,omitempty"` // the place was lost once: from the top again
	Over  bool             `json:"over,omitempty"`  // all posts were listed; what is left are comments
	Felt  map[string]int64 `json:"felt,omitempty"`
	Left  []rest           `json:"left,omitempty"`
}

// rest are the comments of a post that did not fit.
type rest struct {
	Post string `json:"post"`
	From int64  `json:"from"`
}
