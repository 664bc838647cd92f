package sandbox

import (
	"container/heap"
	"sync"
	"time"
)

// Clock is the stage's own time: it can be set, sped up and stopped. What is due fires in order of its stage time; moving the
// clock forward fires what lies on the way before the move returns, so a frozen stage is deterministic. An event must not move
// the clock itself. How it hurries without leaving anybody behind is in pace.go.
type Clock struct {
	mu      sync.Mutex
	at      time.Time // stage time at anchor
	anchor  time.Time // real time
	speed   float64   // as asked for
	engaged int       // who is at work: see Engage
	hurry   *hurry
	watcher func()
	due     dueHeap
	n       int64
	timer   *time.Timer
	closed  bool

	firing sync.Mutex // one event at a time
}

func newClock(start time.Time, frozen bool) *Clock {
	now := time.Now()
	if start.IsZero() {
		start = now
	}
	c := &Clock{at: start.UTC(), anchor: now, speed: 1}
	if frozen {
		c.speed = 0
	}
	return c
}

// Now is the stage's time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	rate := c.rate()
	if rate == 0 {
		return c.at
	}
	now := c.at.Add(time.Duration(float64(time.Since(c.anchor)) * rate))
	if c.speed > 1 && len(c.due) > 0 && c.due[0].at.Before(now) {
		return c.due[0].at // what is due happens in its own moment, however busy the machine is
	}
	return now
}

func (c *Clock) rebase(t time.Time) {
	c.at, c.anchor = t.UTC(), time.Now()
}

// Speed is how many stage seconds pass in a real one.
func (c *Clock) Speed() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speed
}

// SetSpeed changes how fast time passes; 0 stops it. It ends a hurry.
func (c *Clock) SetSpeed(speed float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hurry = nil
	c.setSpeed(speed)
}

func (c *Clock) setSpeed(speed float64) {
	c.rebase(c.now())
	c.speed = max(speed, 0)
	c.arm()
	if c.watcher != nil {
		go c.watcher()
	}
}

// Advance moves the clock forward and fires what becomes due, in order. Those who do so
// at once move it by all of it: none takes it back to where it was for them.
func (c *Clock) Advance(d time.Duration) {
	c.firing.Lock()
	defer c.firing.Unlock()
	c.set(c.Now().Add(d))
}

// Set moves the clock to t. Moving backwards fires nothing.
func (c *Clock) Set(t time.Time) {
	c.firing.Lock()
	defer c.firing.Unlock()
	c.set(t)
}

func (c *Clock) set(t time.Time) {
	for {
		c.mu.Lock()
		if len(c.due) == 0 || c.due[0].at.After(t) {
			c.rebase(t)
			c.arm()
			c.mu.Unlock()
			return
		}
		e := heap.Pop(&c.due).(*event)
		if e.at.After(c.now()) {
			c.rebase(e.at)
		}
		c.mu.Unlock()
		e.fire()
	}
}

// After calls fire once the stage has moved on by d.
func (c *Clock) After(d time.Duration, fire func()) (cancel func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.plan(c.now().Add(max(d, 0)), fire)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if e.index >= 0 {
			heap.Remove(&c.due, e.index)
		}
	}
}

func (c *Clock) plan(at time.Time, fire func()) *event {
	c.n++
	e := &event{at: at, n: c.n, fire: fire}
	heap.Push(&c.due, e)
	c.arm()
	return e
}

// arm sets the real timer for the next event; mu is held.
func (c *Clock) arm() {
	if c.timer != nil {
		c.timer.Stop()
	}
	rate := c.rate()
	if c.closed || rate == 0 || len(c.due) == 0 {
		return
	}
	wait := time.Duration(float64(c.due[0].at.Sub(c.now())) / rate)
	c.timer = time.AfterFunc(max(wait, 0), c.tick)
}

func (c *Clock) tick() {
	c.firing.Lock()
	defer c.firing.Unlock()
	for {
		c.mu.Lock()
		if c.closed || len(c.due) == 0 || c.due[0].at.After(c.now()) {
			c.arm()
			c.mu.Unlock()
			return
		}
		if e := c.due[0]; c.speed > 1 && e.at.After(c.at) {
			c.rebase(e.at)
		}
		e := heap.Pop(&c.due).(*event)
		c.mu.Unlock()
		e.fire()
	}
}

func (c *Clock) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.due = nil
	if c.timer != nil {
		c.timer.Stop()
	}
}

type event struct {
	at    time.Time
	n     int64 // order among events of the same moment
	index int
	fire  func()
}

type dueHeap []*event

func (h dueHeap) Len() int { return len(h) }
func (h dueHeap) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].n < h[j].n
	}
	return h[i].at.Before(h[j].at)
}
func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}
func (h *dueHeap) Push(x any) {
	e := x.(*event)
	e.index = len(*h)
	*h = append(*h, e)
}
func (h *dueHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	old[len(old)-1] = nil
	e.index = -1
	*h = old[:len(old)-1]
	return e
}
