package outward

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/kithhq/kith/internal/fault"
)

// Pace is how fast one host is asked. Zero is 20 a second, 40 at once; a
// negative PerSecond is no pace at all. Exempt hosts are neighbours and are
// not paced.
type Pace struct {
	PerSecond float64
	Burst     int
}

type paces struct {
	pace Pace
	most time.Duration // who would have to wait longer is sent away
	mu   sync.Mutex
	of   map[string]*rate.Limiter
}

func newPaces(p Pace, most time.Duration) *paces {
	if p.PerSecond == 0 {
		p = Pace{PerSecond: 20, Burst: 40}
	}
	return &paces{pace: p, most: most, of: map[string]*rate.Limiter{}}
}

func (p *paces) limiter(host string) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l := p.of[host]; l != nil {
		return l
	}
	if len(p.of) >= 4096 { // a host that is not being paced right now need not be remembered
		for h, l := range p.of {
			if l.Tokens() >= float64(max(1, p.pace.Burst)) {
				delete(p.of, h)
			}
		}
	}
	l := rate.NewLimiter(rate.Limit(p.pace.PerSecond), max(1, p.pace.Burst))
	p.of[host] = l
	return l
}

// wait returns when the host may be asked.
func (p *paces) wait(ctx context.Context, host string) error {
	if p.pace.PerSecond < 0 {
		return nil
	}
	turn := p.limiter(host).Reserve()
	delay := turn.Delay()
	if delay == 0 {
		return nil
	}
	deadline, has := ctx.Deadline()
	if delay > p.most || (has && time.Until(deadline) < delay) {
		turn.Cancel()
		return fault.New(fault.Throttled, "We are asking %s too fast.", host).In(delay)
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		turn.Cancel()
		return fault.Wrap(fault.Unavailable, ctx.Err(), "Waiting to ask %s was given up.", host)
	}
}
