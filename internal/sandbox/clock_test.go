package sandbox

import (
	"sync"
	"testing"
	"time"
)

// Several move the clock at once: it goes forward by all of it, and never back.
func TestTheClockGoesForwardByAllOfIt(t *testing.T) {
	c := newClock(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), true)
	start := c.Now()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 5000 {
				before := c.Now()
				c.Advance(time.Second)
				if now := c.Now(); now.Before(before.Add(time.Second)) {
					t.Errorf("%v after %v", now, before)
				}
			}
		})
	}
	all.Wait()
	if moved := c.Now().Sub(start); moved != 40_000*time.Second {
		t.Errorf("it moved by %v", moved)
	}
}
