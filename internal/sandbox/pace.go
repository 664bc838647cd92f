package sandbox

import "time"

// A clock that hurries must not leave behind who lives by it, or a schedule would go out an hour late because a machine was slow
// for six seconds. Two rules see to it. Time never passes an event that has not fired: what is due fires in its own moment. And
// while somebody is at work, who says so by Engage, time passes as in life: a network's answer takes as many of its seconds as
// it would, a lease lasts as long. So a fast clock is fast only through the time in which nothing happens, and a slow machine
// makes the clock slower instead of everybody late.

// hurrying is how fast time passes on the way to a moment: an hour in a second.
const hurrying = 3600

// hurry is a way to a moment, after which the usual speed comes back.
type hurry struct {
	until time.Time
	usual float64
}

// rate is how fast time passes now; mu is held.
func (c *Clock) rate() float64 {
	if c.engaged > 0 {
		return min(c.speed, 1)
	}
	return c.speed
}

// Engage says that somebody is at work: until release, time passes no faster than in life.
func (c *Clock) Engage() (release func()) {
	c.work(1)
	once := make(chan struct{}, 1)
	once <- struct{}{}
	return func() {
		select {
		case <-once:
			c.work(-1)
		default:
		}
	}
}

func (c *Clock) work(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.speed > 1 && (c.engaged == 0 || c.engaged+n == 0) {
		c.rebase(c.now())
		c.engaged += n
		c.arm()
		return
	}
	c.engaged += n
}

// Hurry lets time pass as fast as everybody can follow until t, and then as before.
func (c *Clock) Hurry(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !t.After(c.now()) {
		return
	}
	way := &hurry{until: t.UTC(), usual: c.speed}
	if c.hurry != nil {
		way.usual = c.hurry.usual
	}
	c.hurry = way
	c.setSpeed(hurrying)
	c.plan(way.until, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.hurry == way { // nobody has changed their mind
			c.hurry = nil
			c.setSpeed(way.usual)
		}
	})
}

// Watch calls told, in a goroutine of its own, whenever there is another speed to ask for. One watches at a time.
func (c *Clock) Watch(told func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watcher = told
}

// Until is where the clock hurries to; zero when it does not.
func (c *Clock) Until() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hurry == nil {
		return time.Time{}
	}
	return c.hurry.until
}
