package flow

import (
	"sync"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
)

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

// meter counts what calls on a channel take, and what that costs.
func (h *House) meter(c channel.Channel) network.Meter {
	return func(what string, n int) { h.till.take(h.use(c, what), int64(n)) }
}
