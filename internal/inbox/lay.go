package inbox

import (
	"context"

	"github.com/kithhq/kith/internal/store"
)

// Lay reads what arrivals touch. An arrival is made [Arrival.Ready] before.
func Lay(ctx context.Context, tx *store.Tx, all []Arrival) (*Tray, error) {
	t := &Tray{now: tx.Now, messages: map[slot]*paper{}, talks: map[string]*talk{}, threads: map[thread]*talk{}}
	var slots, ids, threads [][]any
	for _, a := range all {
		for _, remote := range []string{a.Event.ID, a.above()} {
			if _, asked := t.messages[a.slot(remote)]; !asked && remote != "" {
				t.messages[a.slot(remote)] = nil
				slots = append(slots, []any{a.Workspace, a.ChannelID, remote})
			}
		}
	}
	known, err := store.Keyed[Message](ctx, tx, "select "+messageColumns+` from (keys) k cross join message
		where workspace = k.column1 and channel_id = k.column2 and remote_id = k.column3`, slots)
	if err != nil {
		return nil, err
	}
	for _, m := range known {
		t.lie(&paper{Message: m, known: true})
		if _, asked := t.talks[m.ConversationID]; !asked && m.ConversationID != "" {
			t.talks[m.ConversationID] = nil
			ids = append(ids, []any{m.ConversationID})
		}
	}
	for _, a := range all {
		if _, asked := t.threads[a.thread()]; !asked && t.messages[a.slot(a.Event.ID)] == nil {
			t.threads[a.thread()] = nil
			threads = append(threads, []any{a.Workspace, a.ChannelID, a.thread().kind, a.thread().name})
		}
	}
	for _, ask := range []struct {
		where string
		keys  [][]any
	}{
		{"id = k.column1", ids},
		{"workspace = k.column1 and channel_id = k.column2 and kind = k.column3 and thread = k.column4", threads},
	} {
		talks, err := store.Keyed[Conversation](ctx, tx, "select "+conversationColumns+" from (keys) k cross join conversation where "+ask.where, ask.keys)
		if err != nil {
			return nil, err
		}
		for _, c := range talks {
			if t.talks[c.ID] == nil {
				t.add(&talk{Conversation: c, known: true})
			}
		}
	}
	return t, nil
}
