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

// skew is how far a network's clock may be from ours. An identical post from
// longer before our claim is not ours.
const skew = 2 * time.Minute

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
	for i, s := range look.Near {
		if known[s.ID] || s.After != e.after || s.At.Before(e.from.Add(-skew)) ||
			publish.Fingerprint(s.Text, s.Media) != e.fingerprint {
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
	case !look.Complete:
		return cannotTell, nil
	}
	return absent, nil
}
