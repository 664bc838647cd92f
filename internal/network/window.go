package network

import (
	"cmp"
	"slices"
	"time"
)

// The kinds of windows: in a private conversation, and in private to somebody who
// spoke in public.
const (
	InDirect       = "direct"
	InPrivateReply = "private_reply"
)

// Writing is how it stands with writing to a person at a moment.
type Writing struct {
	Window Window    // in force, or the last that was
	Open   bool      // one may write
	Until  time.Time // when the window ends, or ended
}

// Writing says whether one may write to somebody who spoke last at a moment;
// limited is false where the network sets no time.
func (p Profile) Writing(kind string, since, now time.Time) (w Writing, limited bool) {
	all := slices.SortedFunc(slices.Values(p.Windows), func(a, b Window) int { return cmp.Compare(a.Hours, b.Hours) })
	for _, one := range all {
		if one.Kind != kind {
			continue
		}
		w, limited = Writing{Window: one, Until: since.Add(time.Duration(one.Hours) * time.Hour)}, true
		if now.Before(w.Until) {
			w.Open = true
			break
		}
	}
	return w, limited
}
