package graph

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// Courier brings webhooks: at least once, in order per account only in good weather, again after a wait of stage time when the answer is
// not 2xx, for at most 36 hours.
type Courier struct {
	Stage   *sandbox.Stage
	Network string // its name on the stage
	Object  string // what the bodies are about: page, instagram
	Secret  string // of the app: signs
	Client  *http.Client
	// To says where to, and whether anybody wants it.
	To func() (callback string, active bool)

	ctx     context.Context // ends with the stage
	end     context.CancelFunc
	mu      sync.Mutex
	idle    *sync.Cond
	fresh   []News
	late    *News  // reordered: waits for the next one
	crowd   []News // waits for company
	lanes   map[string]*lane
	pending int // deliveries that are on their way now
	sent    int
	failed  int
}

// lane is the deliveries to one account; a goroutine works on it while there are any.
type lane struct {
	queue []delivery
	busy  bool
}

type delivery struct {
	account string
	body    []byte
	first   time.Time
	tries   int
}

const giveUp = 36 * time.Hour

// Start makes a courier ready; its public fields are set.
func (c *Courier) Start() {
	c.lanes = map[string]*lane{}
	c.idle = sync.NewCond(&c.mu)
	c.ctx, c.end = context.WithCancel(context.Background())
}

// End ends what is on its way.
func (c *Courier) End() { c.end() }

// Take keeps news until Wake: the network's mutex is held by the caller.
func (c *Courier) Take(one News) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fresh = append(c.fresh, one)
}

// Wake sends what is new, as the weather wants it.
func (c *Courier) Wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.fresh) > 0 {
		one := c.fresh[0]
		c.fresh = c.fresh[1:]
		c.weigh(one)
	}
}

func (c *Courier) strikes(k sandbox.Kind) (sandbox.Mishap, bool) {
	return c.Stage.Weather.Strikes(c.Network, sandbox.Hook, k)
}

func (c *Courier) weigh(one News) {
	if _, ok := c.strikes(sandbox.HookLost); ok {
		return
	}
	if m, ok := c.strikes(sandbox.HookDelayed); ok {
		c.later(m.Sec(30), func() { c.post([]News{one}) })
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
	c.post([]News{one})
	c.overtake()
}

// later runs something under the courier's mutex after a wait of stage time.
func (c *Courier) later(wait time.Duration, do func()) {
	c.Stage.Clock.After(wait, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		do()
	})
}

func (c *Courier) gather() {
	if len(c.crowd) > 0 {
		c.post(c.crowd)
		c.crowd = nil
	}
}

func (c *Courier) overtake() {
	if c.late != nil {
		c.post([]News{*c.late})
		c.late = nil
	}
}

func (c *Courier) post(all []News) {
	d := delivery{account: all[0].Account, body: c.Body(all), first: c.Stage.Clock.Now()}
	copies := 1
	if m, ok := c.strikes(sandbox.HookTwice); ok {
		copies = max(m.Copies, 2)
	}
	for range copies {
		c.enqueue(d)
	}
}

func (c *Courier) enqueue(d delivery) {
	l := c.lanes[d.account]
	if l == nil {
		l = &lane{}
		c.lanes[d.account] = l
	}
	l.queue = append(l.queue, d)
	c.pending++
	if !l.busy {
		l.busy = true
		go c.work(l)
	}
}

func (c *Courier) work(l *lane) {
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
func (c *Courier) again(d delivery) {
	c.failed++
	wait := min(time.Second<<min(d.tries, 12), time.Hour)
	d.tries++
	if c.Stage.Clock.Now().Add(wait).Sub(d.first) < giveUp {
		c.later(wait, func() { c.enqueue(d) })
	}
}

func (c *Courier) bring(d delivery) bool {
	defer c.Stage.Clock.Engage()()
	callback, active := c.To()
	if !active {
		return true // nobody wants it any more
	}
	r, err := http.NewRequestWithContext(c.ctx, http.MethodPost, callback, bytes.NewReader(d.body))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Webhooks/1.0 (https://fb.me/webhooks)")
	new256, old := Sign(c.Secret, d.body)
	r.Header.Set("X-Hub-Signature-256", new256)
	r.Header.Set("X-Hub-Signature", old)
	res, err := c.Client.Do(r)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	return res.StatusCode/100 == 2
}

// Settle waits until every webhook that is on its way has been answered once. What waits for its moment on the stage's clock, late,
// crowded or to be tried again, is not on its way yet.
func (c *Courier) Settle() {
	c.Wake()
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.pending > 0 {
		c.idle.Wait()
	}
}

// Delivered says how many webhooks were answered with 2xx, and how many tries were not.
func (c *Courier) Delivered() (sent, failed int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sent, c.failed
}

// Challenge asks an address, as Meta does before it is used, whether it knows the verify token.
func Challenge(ctx context.Context, client *http.Client, callback, verifyToken string) error {
	u, err := url.Parse(callback)
	if err != nil {
		return err
	}
	challenge := "1158201444"
	q := u.Query()
	q.Set("hub.mode", "subscribe")
	q.Set("hub.challenge", challenge)
	q.Set("hub.verify_token", verifyToken)
	u.RawQuery = q.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil) //nolint:gosec // the callback is whatever the app says
	if err != nil {
		return err
	}
	r.Header.Set("User-Agent", "facebookplatform/1.0 (+http://developers.facebook.com)")
	res, err := client.Do(r) //nolint:gosec // see above
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	if res.StatusCode != http.StatusOK || strings.TrimSpace(string(body)) != challenge {
		return fmt.Errorf("the address answered %d and not the challenge", res.StatusCode)
	}
	return nil
}
