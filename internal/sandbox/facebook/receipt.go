package facebook

import "time"

const (
	arrives   = 2 * time.Second
	readAfter = 40 * time.Second
)

// reaches tells what becomes of a message of the Page's: delivered, and read by most. Every third delivery names no message, only the
// moment until which everything was delivered, as may happen. Who has blocked the Page gets nothing any more.
func (n *Network) reaches(m *message) {
	n.later(arrives, func() {
		if m.thread.shut {
			return
		}
		about := map[string]any{"watermark": n.stage.Clock.Now().UnixMilli()}
		if len(m.thread.messages)%3 != 0 {
			about["mids"] = []string{m.id}
		}
		n.tellChat(m.thread, "message_deliveries", "delivery", about)
	})
	if m.thread.with.person.Look%4 == 0 { // they do not let it be known
		return
	}
	n.later(readAfter, func() {
		if !m.thread.shut {
			n.tellChat(m.thread, "message_reads", "read", map[string]any{"watermark": n.stage.Clock.Now().UnixMilli()})
		}
	})
}

// later runs something under the network's mutex after a wait of stage time.
func (n *Network) later(wait time.Duration, do func()) {
	n.stage.Clock.After(wait, func() {
		n.mu.Lock()
		do()
		n.mu.Unlock()
		n.courier.Wake()
	})
}
