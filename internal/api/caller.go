package api

import (
	"math"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/kithhq/kith/internal/fault"
)

// address is where a request comes from: through proxies that we trust, and no
// further than they vouch for.
func (d *Door) address(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	from := at.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && d.trusts(from); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		from = hop.Unmap()
	}
	return from.WithZone("").String()
}

func (d *Door) trusts(a netip.Addr) bool {
	for _, p := range d.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// pace holds back a caller who asks far faster than any person or program of
// good will.
type pace struct {
	mu    sync.Mutex
	each  map[string]*bucket
	limit rate.Limit
}

type bucket struct {
	*rate.Limiter
	used time.Time
}

const mostCallers = 20_000

func newPace(perSecond float64) *pace {
	if perSecond <= 0 {
		perSecond = 500
	}
	return &pace{each: map[string]*bucket{}, limit: rate.Limit(perSecond)}
}

func (p *pace) wait(caller string) *Problem {
	now := time.Now()
	p.mu.Lock()
	b := p.each[caller]
	if b == nil {
		if len(p.each) >= mostCallers {
			for k, old := range p.each {
				if now.Sub(old.used) > time.Minute || len(p.each) >= 2*mostCallers {
					delete(p.each, k)
				}
			}
		}
		b = &bucket{Limiter: rate.NewLimiter(p.limit, int(math.Ceil(2*float64(p.limit))))}
		p.each[caller] = b
	}
	b.used = now
	p.mu.Unlock()
	if b.AllowN(now, 1) {
		return nil
	}
	return problemOf(fault.New(fault.Throttled, "Too many requests at once.").In(time.Second).WithHint("Slow down."))
}
