package flow

import "sync"

// turns lets one after another of this process ask about a channel: a check may renew
// keys, and some networks' refresh tokens are good once. Drivers that must be right
// over several processes, too, renew by Conn.Renew.
type turns struct {
	mu sync.Mutex
	of map[string]*turn
}

type turn struct {
	sync.Mutex
	wanted int
}

// take waits for the turn of a channel; what it gives ends it.
func (t *turns) take(channelID string) (end func()) {
	t.mu.Lock()
	if t.of == nil {
		t.of = map[string]*turn{}
	}
	one := t.of[channelID]
	if one == nil {
		one = &turn{}
		t.of[channelID] = one
	}
	one.wanted++
	t.mu.Unlock()
	one.Lock()
	return func() {
		one.Unlock()
		t.mu.Lock()
		defer t.mu.Unlock()
		if one.wanted--; one.wanted == 0 {
			delete(t.of, channelID)
		}
	}
}
