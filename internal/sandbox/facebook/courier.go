package facebook

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// courier brings webhooks: at least once, in order per Page only in good weather, again after a wait of stage time when the answer is
// not 2xx, for at most 36 hours.
type courier struct {
	n       *Network
	ctx     context.Context // ends with the stage
	end     context.CancelFunc
	mu      sync.Mutex
	idle    *sync.Cond
	fresh   []news
	late    *news  // reordered: waits for the next one
	crowd   []news // waits for company
	lanes   map[string]*lane
	pending int // deliveries that are on their way now
	sent    int
	failed  int
}

// lane is the deliveries to one Page; a goroutine works on it while there are any.
type lane struct {
	queue []delivery
	busy  bool
}

type delivery struct {
	page  string
	body  []byte
	first time.Time
	tries int
}

const giveUp = 36 * time.Hour

func newCourier(n *Network) *courier {
	c := &courier{n: n, lanes: map[string]*lane{}}
	c.idle = sync.NewCond(&c.mu)
	c.ctx, c.end = context.WithCancel(context.Background())
	return c
}

// take keeps news until wake: the network's mutex is held by the caller.
func (c *courier) take(one news) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fresh = append(c.fresh, one)
}

// wake sends what is new, as the weather wants it.
func (c *courier) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.fresh) > 0 {
		one := c.fresh[0]
		c.fresh = c.fresh[1:]
		c.weigh(one)
	}
}

func (c *courier) strikes(k sandbox.Kind) (sandbox.Mishap, bool) {
	return c.n.stage.Weather.Strikes(Name, sandbox.Hook, k)
}

func (c *courier) weigh(one news) {
	if _, ok := c.strikes(sandbox.HookLost); ok {
		return
	}
	if m, ok := c.strikes(sandbox.HookDelayed); ok {
		c.later(m.Sec(30), func() { c.post([]news{one}) })
		return
	}
	if _, ok := c.strikes(sandbox.HookCrowded); ok {
		c.crowd = append(c.crowd, one)
		if len(c.crowd) == 1 {
			c.later(time.Second, c.gather)
		}
		if len(c.crowd) >= 8 {
			c.gather()
		}
		return
	}
	if _, ok := c.strikes(sandbox.HookReordered); ok && c.late == nil {
		c.late = &one
		c.later(5*time.Second, c.overtake)
		return
	}
	c.post([]news{one})
	c.overtake()
}

// later runs something under the courier's mutex after a wait of stage time.
func (c *courier) later(wait time.Duration, do func()) {
	c.n.stage.Clock.After(wait, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		do()
	})
}

func (c *courier) gather() {
	if len(c.crowd) > 0 {
		c.post(c.crowd)
		c.crowd = nil
	}
}

func (c *courier) overtake() {
	if c.late != nil {
		c.post([]news{*c.late})
		c.late = nil
	}
}

func (c *courier) post(all []news) {
	d := delivery{page: all[0].page, body: c.body(all), first: c.n.stage.Clock.Now()}
	copies := 1
	if m, ok := c.strikes(sandbox.HookTwice); ok {
		copies = max(m.Copies, 2)
	}
	for range copies {
		c.enqueue(d)
	}
}

func (c *courier) enqueue(d delivery) {
	l := c.lanes[d.page]
	if l == nil {
		l = &lane{}
		c.lanes[d.page] = l
	}
	l.queue = append(l.queue, d)
	c.pending++
	if !l.busy {
		l.busy = true
		go c.work(l)
	}
}

func (c *courier) work(l *lane) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(l.queue) > 0 {
		d := l.queue[0]
		l.queue = l.queue[1:]
		c.mu.Unlock()
		ok := c.bring(d)
		c.mu.Lock()
		if ok {
			c.sent++
		} else {
			c.again(d)
		}
		c.pending--
		c.idle.Broadcast()
	}
	l.busy = false
}

// again plans another try: after 1, 2, 4, … seconds and at most an hour.
func (c *courier) again(d delivery) {
	c.failed++
	wait := min(time.Second<<min(d.tries, 12), time.Hour)
	d.tries++
	if c.n.stage.Clock.Now().Add(wait).Sub(d.first) < giveUp {
		c.later(wait, func() { c.enqueue(d) })
	}
}

func (c *courier) bring(d delivery) bool {
	c.n.mu.Lock()
	h := c.n.hook
	c.n.mu.Unlock()
	if !h.active {
		return true // nobody wants it any more
	}
	r, err := http.NewRequestWithContext(c.ctx, http.MethodPost, h.callback, bytes.NewReader(d.body))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Webhooks/1.0 (https://fb.me/webhooks)")
	new256, old := Sign(c.n.options.AppSecret, d.body)
	r.Header.Set("X-Hub-Signature-256", new256)
	r.Header.Set("X-Hub-Signature", old)
	res, err := c.n.options.Client.Do(r)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	return res.StatusCode/100 == 2
}

// Settle waits until every webhook that is on its way has been answered once. What waits for its moment on the stage's clock, late,
// crowded or to be tried again, is not on its way yet.
func (n *Network) Settle() {
	n.courier.wake()
	n.courier.mu.Lock()
	defer n.courier.mu.Unlock()
	for n.courier.pending > 0 {
		n.courier.idle.Wait()
	}
}

// Delivered says how many webhooks were answered with 2xx, and how many tries were not.
func (n *Network) Delivered() (sent, failed int) {
	n.courier.mu.Lock()
	defer n.courier.mu.Unlock()
	return n.courier.sent, n.courier.failed
}
