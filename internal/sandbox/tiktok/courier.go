package tiktok

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// courier brings webhooks: one event in a body, at least once, again after a wait of stage time that doubles when the answer is not
// 200, for at most 72 hours.
type courier struct {
	n        *Network
	ctx      context.Context
	end      context.CancelFunc
	mu       sync.Mutex
	callback string
	fresh    []letter
	late     *letter // waits for the one after it
	going    sync.WaitGroup
	closed   bool
}

// letter is one event on its way. The two APIs have addresses and secrets of their own.
type letter struct {
	body  []byte
	about string // at the other API: the sort of events; "" at TikTok for Developers
}

const giveUp = 72 * time.Hour

func newCourier(n *Network) *courier {
	c := &courier{n: n}
	c.ctx, c.end = context.WithCancel(context.Background())
	return c
}

// close ends what is on its way.
func (c *courier) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.end()
	c.going.Wait()
}

// Callback is the address that was typed into the developer portal; "" sends nothing.
func (n *Network) Callback(address string) {
	n.courier.mu.Lock()
	defer n.courier.mu.Unlock()
	n.courier.callback = address
}

// take keeps an event until wake: the network's mutex is held by the caller.
func (c *courier) take(a *account, event string, content map[string]any) {
	c.keep(letter{}, c.n.options.ClientKey, a.id, event, content)
}

func (c *courier) keep(l letter, key, account, event string, content map[string]any) {
	inner, err := json.Marshal(content)
	if err != nil {
		return // plain values alone
	}
	l.body, err = json.Marshal(map[string]any{"client_key": key, "event": event, "create_time": c.n.now().Unix(), "user_openid": account, "content": string(inner)})
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if l.about != "" || c.callback != "" {
		c.fresh = append(c.fresh, l)
	}
}

// wake sends what is new, as the weather wants it.
func (c *courier) wake() {
	c.mu.Lock()
	all := c.fresh
	c.fresh = nil
	c.mu.Unlock()
	for _, l := range all {
		c.weigh(l)
	}
}

func (c *courier) strikes(k sandbox.Kind) (sandbox.Mishap, bool) {
	return c.n.stage.Weather.Strikes(Name, sandbox.Hook, k)
}

func (c *courier) weigh(l letter) {
	if _, ok := c.strikes(sandbox.HookLost); ok {
		return
	}
	if m, ok := c.strikes(sandbox.HookDelayed); ok {
		c.n.stage.Clock.After(m.Sec(30), func() { c.send(l, 0, c.n.now()) })
		return
	}
	c.mu.Lock()
	late := c.late
	c.late = nil
	if _, ok := c.strikes(sandbox.HookReordered); ok && late == nil {
		c.late = &l
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	copies := 1
	if m, ok := c.strikes(sandbox.HookTwice); ok {
		copies = max(m.Copies, 2)
	}
	for range copies {
		c.send(l, 0, c.n.now())
	}
	if late != nil {
		c.send(*late, 0, c.n.now())
	}
}

// send brings a body in the background, and plans another try when it is not taken.
func (c *courier) send(l letter, tries int, first time.Time) {
	c.mu.Lock()
	address, key := c.callback, c.n.options.ClientSecret
	if l.about != "" {
		address, key = c.n.told.to(l.about), c.n.options.BusinessSecret
	}
	if c.closed || address == "" {
		c.mu.Unlock()
		return
	}
	c.going.Add(1)
	c.mu.Unlock()
	go func() {
		defer c.going.Done()
		if c.bring(address, key, l.body) {
			return
		}
		wait := min(time.Second<<min(tries, 14), 4*time.Hour)
		if c.n.now().Add(wait).Sub(first) < giveUp {
			c.n.stage.Clock.After(wait, func() { c.send(l, tries+1, first) })
		}
	}()
}

// Sign gives the header field that TikTok signs a body with, at a moment.
func Sign(secret string, at time.Time, body []byte) string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(stamp + "."))
	m.Write(body)
	return "t=" + stamp + ",s=" + hex.EncodeToString(m.Sum(nil))
}

func (c *courier) bring(address, key string, body []byte) bool {
	defer c.n.stage.Clock.Engage()()
	r, err := http.NewRequestWithContext(c.ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "tiktok-webhook")
	r.Header.Set("Webhook-Schema-Version", "v1.0")
	r.Header.Set("Tiktok-Signature", Sign(key, c.n.now(), body))
	res, err := c.n.options.Client.Do(r)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	return res.StatusCode == http.StatusOK
}

// Settle waits until every webhook that is on its way has been answered once.
func (n *Network) Settle() {
	n.courier.wake()
	n.courier.going.Wait()
}
