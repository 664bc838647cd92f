package bluesky

import (
	"net/http"
	"net/url"
	"sync"
	"time"
)

// clocks are how far the clocks of servers are from ours. A server takes what we sign
// only where it is as old as the server thinks that it should be; so who refuses that
// is believed about the time. Nobody else is: a Date that stands on an answer may be of
// whoever passed it on.
type clocks struct {
	mu sync.Mutex
	of map[string]clock // by origin
}

type clock struct {
	told time.Duration // how far ahead its last answer said that it is
	off  time.Duration // what we reckon with
}

const (
	// agreed is how far clocks may be apart without a word about it.
	agreed = 10 * time.Second
	// mostOff is what no clock is off that is set at all.
	mostOff = 24 * time.Hour
)

func origins(at *url.URL) string { return at.Scheme + "://" + at.Host }

// hear keeps what an answer says.
func (c *clocks) hear(at *url.URL, header http.Header, now time.Time) {
	date, err := http.ParseTime(header.Get("Date"))
	told := date.Sub(now)
	if err != nil || told.Abs() > mostOff {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil || len(c.of) >= manyNonces {
		c.of = map[string]clock{}
	}
	one := c.of[origins(at)]
	one.told = told
	c.of[origins(at)] = one
}

// now is what time it is at a server.
func (c *clocks) now(at *url.URL, ours time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return ours.Add(c.of[origins(at)].off)
}

// doubted is that a server refused what we signed. It says whether we reckon with
// another time there from now on.
func (c *clocks) doubted(at *url.URL) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	one := c.of[origins(at)]
	switch {
	case (one.told - one.off).Abs() > agreed:
		one.off = one.told
	case one.off != 0: // what was told did not help
		one.off = 0
	default:
		return false
	}
	c.of[origins(at)] = one
	return true
}
