package flow

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
)

// Many networks say with every answer how much they still allow. Reading listens: once
// half is used it spreads what is left over the time until the network counts anew, and a
// fifth of all it leaves to what is to go out and to what people do.

// hearing is what a network said of its limits while it was asked.
type hearing struct {
	mu    sync.Mutex
	calls int
	tight map[string]network.QuotaUse // by name, those of which least is left
}

// listening hears what the answers to a channel's questions say of limits.
func (h *House) listening(ctx context.Context, c channel.Channel) (context.Context, *hearing) {
	said := &hearing{tight: map[string]network.QuotaUse{}}
	d, err := h.Networks.Get(c.Network)
	teller, tells := d.(network.Teller)
	if err != nil || !tells {
		return ctx, said
	}
	return outward.Listening(ctx, func(header http.Header, at time.Time) {
		all := teller.Told(header, at)
		said.mu.Lock()
		defer said.mu.Unlock()
		if len(all) > 0 {
			said.calls++
		}
		for _, u := range all {
			if known, there := said.tight[u.Name]; !there || u.Tighter(known) {
				said.tight[u.Name] = u
			}
		}
	}), said
}

// told is all of it, in a fixed order.
func (s *hearing) told() []network.QuotaUse {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []network.QuotaUse{}
	for _, name := range []string{network.Calls, network.Load} {
		if u, there := s.tight[name]; there {
			all = append(all, u)
		}
	}
	return all
}

// over says that reading has taken what it may.
func (s *hearing) over() bool {
	for _, u := range s.told() {
		if toldBudget(u).left() <= 0 {
			return true
		}
	}
	return false
}

// wait is how long to wait after a reading: at least the usual time.
func (s *hearing) wait(now time.Time, usual time.Duration) time.Duration {
	wait := usual
	for _, u := range s.told() {
		if u.Used*2 <= u.Max {
			continue
		}
		b := toldBudget(u)
		switch {
		case u.Name != network.Load:
			wait = max(wait, min(b.wait(now, float64(s.calls), usual), max(recount, usual)))
		case b.left() <= 0:
			wait = max(wait, recount)
		default: // of a share it is not known what a reading takes of it
			wait = max(wait, min(usual*time.Duration(u.Max)/time.Duration(b.left()), recount))
		}
	}
	return wait
}

// toldBudget is how it stands with a limit that the network tells.
func toldBudget(u network.QuotaUse) budget {
	return budget{quota: network.Quota{Name: u.Name, Max: u.Max}, used: u.Used, kept: u.Max / 5, ends: u.Resets, with: 1}
}

// spent is a limit of which the network said that nothing is left to reading, until it
// counts anew.
func spent(c channel.Channel, now time.Time) (b budget, is bool) {
	for _, u := range c.Told {
		if b = toldBudget(u); b.left() <= 0 && u.Resets.After(now) {
			return b, true
		}
	}
	return b, false
}
