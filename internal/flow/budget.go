package flow

import (
	"context"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// Where a network counts calls, reading takes of the same as publishing. So a reader
// leaves what is needed for what is to go out, and a tenth for what people do by hand;
// what is left to it, it spreads over the time until the network counts anew.

// spread is the least while of a quota that is spread: what is shorter is the
// business of Retry-After.
const spread = time.Hour

// budget is how it stands with a network's calls.
type budget struct {
	quota network.Quota
	used  int
	kept  int       // for what is to go out and what people do by hand
	ends  time.Time // then it is counted anew, or something becomes free
	with  int       // so many channels share it
}

// left is what reading may take.
func (b budget) left() int { return b.quota.Max - b.used - b.kept }

// wait is how long to wait after a reading that mostly costs so much: at least the
// usual time, and no longer than until there is more.
func (b budget) wait(now time.Time, cost float64, usual time.Duration) time.Duration {
	rest := max(b.ends.Sub(now), 0)
	if float64(b.left()) < cost {
		return max(usual, rest)
	}
	return max(usual, min(rest, time.Duration(float64(rest)*cost*float64(max(b.with, 1))/float64(max(b.left(), 1)))))
}

// budgetOf says how it stands with the calls of a channel's network; limited is false
// where no number of them is known.
func (h *House) budgetOf(ctx context.Context, tx *store.Tx, c channel.Channel) (b budget, limited bool, err error) {
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return b, false, nil //nolint:nilerr // a network that this version does not know
	}
	p := d.Profile()
	for _, q := range p.Quotas {
		if q.Name == network.Calls && q.Max > 0 && (q.Daily != "" || time.Duration(q.WindowS)*time.Second >= spread) {
			b.quota, limited = q, true
			break
		}
	}
	if !limited {
		return b, false, nil
	}
	from := tx.Now.Add(-time.Duration(b.quota.WindowS) * time.Second)
	b.ends = tx.Now.Add(spread) // bit by bit something becomes free
	if b.quota.Daily != "" {
		from, b.ends = publish.Day(b.quota, tx.Now)
	}
	one, channels := c.ID, []string{c.ID}
	if b.quota.Per == "app" {
		one = ""
		if channels, err = channel.Reading(ctx, tx, c.Network); err != nil {
			return b, false, err
		}
	}
	b.with = len(channels)
	hours, err := channel.TakenOf(ctx, tx, c.Network, one, network.Calls, from)
	for _, t := range hours {
		b.used += int(t.N)
	}
	b.used += h.till.pending(c.Network, one, network.Calls)
	if err != nil {
		return b, false, err
	}
	booked, err := publish.Booked(ctx, tx, channels, c.Limits.Thread, network.Quota{Name: publish.OfPosts}, tx.Now)
	for _, at := range booked {
		if !at.Before(tx.Now) && at.Before(b.ends) {
			b.kept += p.Costs("post")
		}
	}
	b.kept += b.quota.Max / 10
	return b, true, err
}

// spare asks whether a channel may be read or counted now, and how it stands.
func (h *House) spare(ctx context.Context, c channel.Channel) (b budget, limited bool, err error) {
	err = store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		b, limited, err = h.budgetOf(ctx, tx, c)
		return err
	})
	return b, limited, err
}

// saved is why a channel is not read although it could be.
func saved(label string) error {
	return fault.New(fault.Throttled, "What is left of the calls that %s allows is kept for what is to go out.", label).
		WithHint("It is read again when the network counts anew.")
}

// till holds what was taken and is not written down yet. What a process that dies had
// in it is lost: the network's own refusal is what counts.
type till struct {
	mu     sync.Mutex
	taken  map[channel.Use]int64
	mostly map[string]float64 // what a reading of a channel mostly costs
}

func (t *till) take(u channel.Use, n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken == nil {
		t.taken = map[channel.Use]int64{}
	}
	t.taken[u] += n
}

func (t *till) pending(name network.Name, channelID, what string) (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for u, k := range t.taken {
		if u.Network == name && u.Price.What == what && (channelID == "" || u.Channel == channelID) {
			n += int(k)
		}
	}
	return n
}

// empty gives what is in it, to be written down; back takes it again where that failed.
func (t *till) empty() (all []channel.Use) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for u, n := range t.taken {
		u.N = n
		all = append(all, u)
	}
	t.taken = nil
	return all
}

func (t *till) back(all []channel.Use) {
	for _, u := range all {
		n := u.N
		u.N = 0
		t.take(u, n)
	}
}

// cost learns what a reading of a channel cost, and gives what it mostly costs.
func (t *till) cost(channelID string, n int64) float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.mostly == nil {
		t.mostly = map[string]float64{}
	}
	before, known := t.mostly[channelID]
	switch {
	case n > 0 && known:
		t.mostly[channelID] = before*0.9 + float64(n)*0.1
	case n > 0:
		t.mostly[channelID] = float64(n)
	}
	return t.mostly[channelID]
}

// meter counts what calls on a channel take.
func (h *House) meter(c channel.Channel) network.Meter {
	return func(what string, n int) {
		h.till.take(channel.Use{Channel: c.ID, Workspace: c.Workspace, Network: c.Network, Price: network.Price{What: what}}, int64(n))
	}
}
