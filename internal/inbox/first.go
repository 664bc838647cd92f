package inbox

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/store"
)

// Approach is that we write to somebody first, who had not written for a while.
type Approach struct {
	Thread string // the person, as the network calls them
	At     time.Time
}

// Approached gives to whom some channels wrote first since a moment, each once and at
// the last time: with a template, when they had not written within a while. What waits
// goes out now, and what nobody knows about counts; what failed does not. Accounts of
// several workspaces may share a limit, so that none is named here.
func Approached(ctx context.Context, tx *store.Tx, channels []string, since time.Time, while time.Duration) ([]Approach, error) {
	last := map[string]time.Time{}
	var order []string
	for _, channel := range channels {
		all, err := store.All[Approach](ctx, tx, `select c.thread, max(case when m.claimed_at is null then $3 else m.claimed_at end)
			from message m join answer_template t on t.message_id = m.id join conversation c on c.id = m.conversation_id
			where m.channel_id = $1 and m.from_us = 1 and m.sending <> 'failed' and (m.claimed_at > $2 or m.sending = 'sending')
			and not exists (select 1 from message h where h.conversation_id = m.conversation_id and h.from_us = 0
				and h.at > coalesce(m.claimed_at, $3) - $4 and h.at <= coalesce(m.claimed_at, $3))
			group by c.thread`, channel, since, tx.Now, while.Microseconds())
		if err != nil {
			return nil, err
		}
		for _, a := range all {
			if known, there := last[a.Thread]; !there || a.At.After(known) {
				if !there {
					order = append(order, a.Thread)
				}
				last[a.Thread] = a.At
			}
		}
	}
	all := make([]Approach, len(order))
	for i, thread := range order {
		all[i] = Approach{thread, last[thread]}
	}
	return all, nil
}
