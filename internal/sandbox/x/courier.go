package x

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// courier brings webhooks: at least once, in order of each webhook only in good weather, again after a wait of stage time when
// the answer is not 200. X documents no several events in one body; [sandbox.HookCrowded] therefore does nothing here.
type courier struct {
	n       *Network
	ctx     context.Context // ends with the stage
	end     context.CancelFunc
	mu      sync.Mutex
	idle    *sync.Cond
	fresh   []news
	late    *news
	lanes   map[int64]*lane
	pending int
	sent    int
	failed  int
}

// lane is the deliveries to one webhook; a goroutine works on it while there are any.
type lane struct {
	queue []delivery
	busy  bool
}

type delivery struct {
	webhook int64
	body    []byte
	tries   int
}

const triesMost = 5

func newCourier(n *Network) *courier {
	c := &courier{n: n, lanes: map[int64]*lane{}}
	c.idle = sync.NewCond(&c.mu)
	c.ctx, c.end = context.WithCancel(context.Background())
	return c
}

// take keeps news until wake: the network's lock is held by the caller.
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

func (c *courier) weigh(one news) {
	if _, ok := c.n.strikes(sandbox.HookLost); ok {
		return
	}
	if m, ok := c.n.strikes(sandbox.HookDelayed); ok {
		c.later(m.Sec(30), func() { c.post(one) })
		return
	}
	if _, ok := c.n.strikes(sandbox.HookReordered); ok && c.late == nil {
		c.late = &one
		c.later(5*time.Second, c.overtake)
		return
	}
	c.post(one)
	c.overtake()
}

// later runs something under the courier's lock after a wait of stage time.
func (c *courier) later(wait time.Duration, do func()) {
	c.n.stage.Clock.After(wait, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		do()
	})
}

func (c *courier) overtake() {
	if c.late != nil {
		one := *c.late
		c.late = nil
		c.post(one)
	}
}

func (c *courier) post(one news) {
	text, err := json.Marshal(one.body)
	if err != nil {
		return
	}
	if _, odd := c.n.strikes(sandbox.UnknownFields); odd {
		text, _ = sandbox.Sprinkle(text)
	}
	copies := 1
	if m, ok := c.n.strikes(sandbox.HookTwice); ok {
		copies = max(m.Copies, 2)
	}
	for range copies {
		c.enqueue(delivery{webhook: one.webhook, body: text})
	}
}

func (c *courier) enqueue(d delivery) {
	l := c.lanes[d.webhook]
	if l == nil {
		l = &lane{}
		c.lanes[d.webhook] = l
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
			c.failed++
			if d.tries++; d.tries < triesMost {
				c.later(time.Second<<d.tries, func() { c.enqueue(d) })
			}
		}
		c.pending--
		c.idle.Broadcast()
	}
	l.busy = false
}

func (c *courier) bring(d delivery) bool {
	defer c.n.stage.Clock.Engage()()
	c.n.mu.Lock()
	h := c.n.webhooks[d.webhook]
	var to string
	if h != nil && h.valid {
		to = h.url
	}
	c.n.mu.Unlock()
	if to == "" {
		return true // nobody wants it any more
	}
	r, err := http.NewRequestWithContext(c.ctx, http.MethodPost, to, bytes.NewReader(d.body))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Twitter-Webhooks-Signature-OAuth2", Sign(c.n.options.Secret, d.body))
	if c.n.options.Consumer != "" {
		r.Header.Set("X-Twitter-Webhooks-Signature", Sign(c.n.options.Consumer, d.body))
	}
	res, err := c.n.options.Client.Do(r)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	if res.StatusCode == http.StatusOK {
		c.n.chargeEvent(d.body)
	}
	return res.StatusCode == http.StatusOK
}

// Settle waits until every webhook that is on its way has been answered once.
func (n *Network) Settle() {
	n.courier.wake()
	n.courier.mu.Lock()
	defer n.courier.mu.Unlock()
	for n.courier.pending > 0 {
		n.courier.idle.Wait()
	}
}

// Delivered says how many webhooks were answered with 200, and how many tries were not.
func (n *Network) Delivered() (sent, failed int) {
	n.courier.mu.Lock()
	defer n.courier.mu.Unlock()
	return n.courier.sent, n.courier.failed
}
