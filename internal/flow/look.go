package flow

import (
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
)

// expected is what a look searches for.
type expected struct {
	fingerprint string
	from        time.Time // when we claimed it: it cannot be older, but for skew
	after       string    // the id it answers
}

// finding is what a look proves.
type finding int

const (
	found      finding = iota // it is there
	absent                    // it was not there, and would have been seen
	tooEarly                  // an accepted post may still be invisible
	cannotTell                // a person must look
)

// nearly is how far a network's clock mostly is from ours. A post with the same words
// from longer before our claim may be ours, where that clock is minutes behind, or an
// earlier one by another hand: a person is asked. One from before network.Skew is not
// ours.
const nearly = 2 * time.Minute

// between is the least time from one look that missed to the one that settles.
const between = 10 * time.Second

// decide says what a look proves. known are remote ids that stand for other
// parts of ours already.
func decide(e expected, look network.Look, known map[string]bool, now time.Time, delay time.Duration) (finding, *network.Seen) {
	if look.Exact != nil {
		return found, look.Exact
	}
	if look.Keyed {
		return absent, nil
	}
	var ours *network.Seen
	doubtful := false
	for i, s := range look.Near {
		if known[s.ID] || s.Apart || s.After != e.after || s.At.Before(e.from.Add(-network.Skew)) ||
			publish.Fingerprint(s.Text, s.Media) != e.fingerprint {
			continue
		}
		if s.Doubtful || s.At.Before(e.from.Add(-nearly)) {
			doubtful = true
			continue
		}
		if ours != nil {
			return cannotTell, nil
		}
		ours = &look.Near[i]
	}
	switch {
	case ours != nil:
		return found, ours
	case now.Before(e.from.Add(delay)):
		return tooEarly, nil
	case doubtful, !look.Complete:
		return cannotTell, nil
	}
	return absent, nil
}
