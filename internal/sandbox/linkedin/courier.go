package linkedin

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// courier brings webhooks: at least once, again every five minutes of stage time for eight hours while the answer is not 2xx, ten
// notifications at most in one body, and only of public posts.
type courier struct {
	n       *Network
	ctx     context.Context // ends with the stage
	end     context.CancelFunc
	mu      sync.Mutex
	idle    *sync.Cond
	fresh   []*news
	late    *news   // reordered: waits for the next one
	crowd   []*news // waits for company
	queue   []delivery
	busy    bool
	pending int
	sent    int
	failed  int
}

type delivery struct {
	page  string
	news  []*news
	first time.Time
}

const (
	retry  = 5 * time.Minute
	giveUp = 8 * time.Hour
	batch  = 10
)

func newCourier(n *Network) *courier {
	c := &courier{n: n}
	c.idle = sync.NewCond(&c.mu)
	c.ctx, c.end = context.WithCancel(context.Background())
	return c
}

// take keeps news until wake: the network's mutex is held by the caller.
func (c *courier) take(one *news) {
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
		if one.source.visibility == "PUBLIC" || !slices.Contains([]string{"LIKE", "COMMENT", "SHARE"}, one.action) {
			c.weigh(one)
		}
	}
}

func (c *courier) strikes(k sandbox.Kind) (sandbox.Mishap, bool) {
	return c.n.stage.Weather.Strikes(Name, sandbox.Hook, k)
}

func (c *courier) weigh(one *news) {
	if _, ok := c.strikes(sandbox.HookLost); ok {
		return
	}
	if m, ok := c.strikes(sandbox.HookDelayed); ok {
		c.later(m.Sec(30), func() { c.post([]*news{one}) })
		return
	}
	if _, ok := c.strikes(sandbox.HookCrowded); ok {
		c.crowd = append(c.crowd, one)
		if len(c.crowd) == 1 {
			c.later(time.Second, c.gather)
		}
		if len(c.crowd) >= batch {
			c.gather()
		}
		return
	}
	if _, ok := c.strikes(sandbox.HookReordered); ok && c.late == nil {
		c.late = one
		c.later(5*time.Second, c.overtake)
		return
	}
	c.post([]*news{one})
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
		c.post([]*news{c.late})
		c.late = nil
	}
}

// post plans a delivery for each Page that is told of.
func (c *courier) post(all []*news) {
	of := map[string][]*news{}
	for _, one := range all {
		of[one.page] = append(of[one.page], one)
	}
	copies := 1
	if m, ok := c.strikes(sandbox.HookTwice); ok {
		copies = max(m.Copies, 2)
	}
	for page, some := range of {
		for range copies {
			c.enqueue(delivery{page, some, c.n.stage.Clock.Now()})
		}
	}
}

func (c *courier) enqueue(d delivery) {
	c.queue = append(c.queue, d)
	c.pending++
	if !c.busy {
		c.busy = true
		go c.work()
	}
}

func (c *courier) work() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.queue) > 0 {
		d := c.queue[0]
		c.queue = c.queue[1:]
		c.mu.Unlock()
		brought, wanted := c.bring(d)
		c.mu.Lock()
		switch {
		case brought:
			c.sent++
		case wanted:
			c.failed++
			if c.n.stage.Clock.Now().Add(retry).Sub(d.first) < giveUp {
				c.later(retry, func() { c.enqueue(d) })
			}
		}
		c.pending--
		c.idle.Broadcast()
	}
	c.busy = false
}

// bring delivers to everybody who subscribed and may still see it.
func (c *courier) bring(d delivery) (brought, wanted bool) {
	defer c.n.stage.Clock.Engage()()
	type door struct{ url, subscriber string }
	var doors []door
	c.n.mu.Lock()
	for _, h := range c.n.hooks {
		if p, ok := c.n.pages[d.page[len(pagePrefix):]]; ok && h.page == d.page && slices.Contains(administering(), p.roles[h.member.id]) {
			doors = append(doors, door{h.url, h.member.urn()})
		}
	}
	secret := c.n.options.ClientSecret
	c.n.mu.Unlock()
	brought = len(doors) > 0
	for _, to := range doors {
		data := body(d.news, to.subscriber)
		r, err := http.NewRequestWithContext(c.ctx, http.MethodPost, to.url, bytes.NewReader(data))
		if err != nil {
			return false, false
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-LI-Signature", Sign(secret, data))
		res, err := c.n.options.Client.Do(r)
		if err != nil {
			brought = false
			continue
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // nobody reads it
		_ = res.Body.Close()                                         // nothing is left to learn
		brought = brought && res.StatusCode/100 == 2
	}
	return brought, len(doors) > 0
}

// Settle waits until every webhook that is on its way has been answered once. What waits for its moment on the stage's clock is not on
// its way yet.
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
