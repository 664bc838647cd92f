package stream

import (
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/kithhq/kith/internal/fault"
)

// Item is one piece of news: something changed, ask for it.
type Item struct {
	Topic string    `json:"topic"`
	ID    string    `json:"id,omitempty"`
	At    time.Time `json:"at"`
	// Refetch: news were lost before this item; ask for everything on the screen.
	Refetch bool `json:"-"`
}

// News tells open screens of a workspace what changed. It may be lost.
type News struct {
	conn *nats.Conn
	sub  *nats.Subscription
	mu   sync.Mutex
	of   map[string]map[*Subscriber]bool // workspace →
}

// Subscriber hears the news of one workspace on C.
type Subscriber struct {
	C         <-chan Item
	news      *News
	workspace string
	c         chan Item
	lost      bool // news were dropped; the next that fits says so
	closed    bool
}

const newsSubject = "kith.news."

func newNews(conn *nats.Conn) (*News, error) {
	n := &News{conn: conn, of: map[string]map[*Subscriber]bool{}}
	var err error
	// One subject per workspace: it is the same in one process and in a cluster.
	n.sub, err = conn.Subscribe(newsSubject+"*", func(m *nats.Msg) {
		var item Item
		if json.Unmarshal(m.Data, &item) == nil {
			n.hand(strings.TrimPrefix(m.Subject, newsSubject), item)
		}
	})
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "News cannot be told.")
	}
	return n, nil
}

// Tell tells everyone who listens in a workspace. It never blocks, so it may
// run after a commit. workspace is an identifier of ours.
func (n *News) Tell(workspace string, item Item) {
	if workspace == "" || strings.ContainsAny(workspace, ".*> \t\r\n") {
		return
	}
	if data, err := json.Marshal(item); err == nil {
		_ = n.conn.Publish(newsSubject+workspace, data) // news may be lost
	}
}

// Listeners is how many listen.
func (n *News) Listeners() (all int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, of := range n.of {
		all += len(of)
	}
	return all
}

// Subscribe begins to listen; Close the subscriber.
func (n *News) Subscribe(workspace string) *Subscriber {
	c := make(chan Item, 64)
	s := &Subscriber{C: c, c: c, news: n, workspace: workspace}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.of[workspace] == nil {
		n.of[workspace] = map[*Subscriber]bool{}
	}
	n.of[workspace][s] = true
	return s
}

func (n *News) hand(workspace string, item Item) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for s := range n.of[workspace] {
		// The last place is kept for the word that news were lost, so that a slow
		// subscriber learns it even when no further news comes.
		switch {
		case len(s.c) < cap(s.c)-1:
			item := item
			item.Refetch = s.lost
			s.lost = false
			s.c <- item
		case !s.lost:
			s.lost = true
			item := item
			item.Refetch = true
			s.c <- item
		}
	}
}

// Close ends listening; C is closed.
func (s *Subscriber) Close() {
	s.news.mu.Lock()
	defer s.news.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	delete(s.news.of[s.workspace], s)
	if len(s.news.of[s.workspace]) == 0 {
		delete(s.news.of, s.workspace)
	}
	close(s.c)
}

func (n *News) close() {
	_ = n.sub.Unsubscribe() // the connection ends next
	n.mu.Lock()
	var all []*Subscriber
	for _, of := range n.of {
		for s := range of {
			all = append(all, s)
		}
	}
	n.mu.Unlock()
	for _, s := range all {
		s.Close()
	}
}
