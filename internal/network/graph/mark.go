package graph

import "time"

// Overlap is how much is read again: what is accepted may be listed later.
const Overlap = 2 * time.Minute

// Mark is how far one kind of thing was told, in Meta's seconds: everything made
// before Since. It never asks our own clock what time it is there, only how long
// ago something was.
type Mark struct {
	Since int64 `json:"since,omitempty"`
	Top   int64 `json:"top,omitempty"` // the newest ever seen
	At    int64 `json:"at,omitempty"`  // when we saw it, by our clock
}

// Begin gives a mark its place for a first reading, which goes back a while.
func (m *Mark) Begin(now time.Time, while time.Duration) {
	if m.Since <= 0 || m.Top <= 0 || m.At <= 0 {
		*m = Mark{Since: now.Add(-while).Unix(), Top: now.Add(-while).Unix(), At: now.Unix()}
	}
}

// See raises the mark to something new.
func (m *Mark) See(made int64, now time.Time) {
	if made > m.Top {
		m.Top, m.At = made, now.Unix()
	}
}

// Then is what Since becomes when a reading that begins now has ended: what is
// made while it goes on is not older than that.
func (m *Mark) Then(now time.Time) int64 {
	return max(m.Since, m.Top+max(now.Unix()-m.At, 0))
}

// After is what Since becomes when a reading that began at a moment has ended, and
// all that it saw was seen with See: nearer than Then, and as safe.
func (m *Mark) After(began time.Time) int64 {
	return max(m.Since, m.Top+began.Unix()-m.At)
}

// Floor is how far back a reading goes.
func (m *Mark) Floor() int64 { return m.Since - int64(Overlap/time.Second) }
