package jobs

import (
	"math/rand/v2"
	"time"

	"github.com/kithhq/kith/internal/fault"
)

// decision is what becomes of a job after a try.
type decision struct {
	state  State     // Ready = again
	at     time.Time // when again
	broken int       // tries that ended as Internal, this one included
}

// limits are what a kind says about giving up.
type limits struct {
	attempts int
	giveUp   time.Duration
}

const (
	defaultAttempts = 100
	defaultGiveUp   = 24 * time.Hour
	internalRetries = 3
	soon            = 200 * time.Millisecond
)

// decide is the one place that knows what an error means for a job.
func decide(l limits, j *Job, err error, now time.Time) decision {
	if err == nil {
		return decision{state: Done}
	}
	d := decision{state: Failed, broken: j.broken}
	switch kind := fault.KindOf(err); kind {
	case fault.Throttled, fault.Unavailable: // nothing happened: later, not before they say
		d.state, d.at = Ready, now.Add(max(fault.After(err), backoff(j.Attempt)))
	case fault.Conflict: // it changed meanwhile: a second look may find it settled
		if j.ErrorKind != kind.String() {
			d.state, d.at = Ready, now.Add(jitter(soon))
		}
	case fault.Internal: // our mistake: perhaps a passing one
		if d.broken++; d.broken <= internalRetries {
			d.state, d.at = Ready, now.Add(backoff(d.broken))
		}
	case fault.Invalid, fault.Denied, fault.NotFound: // repeating changes nothing
	case fault.Uncertain: // it may have happened: repeating may do it twice
	}
	begin := j.Due
	if j.Created.After(begin) {
		begin = j.Created
	}
	if d.state == Ready && (j.Attempt >= l.attempts || d.at.After(begin.Add(l.giveUp))) {
		d.state = Failed
	}
	return d
}

// backoff is how long to wait after the n-th try that failed.
func backoff(n int) time.Duration {
	steps := [...]time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute}
	return jitter(steps[min(max(n, 1), len(steps))-1])
}

// jitter adds up to a fifth, so that what failed together does not come back
// together.
func jitter(d time.Duration) time.Duration { return d + rand.N(d/5) }
