package inbox

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/store"
)

// Who waits for us is whoever wrote what is shown, after our last word. That is
// kept in the conversation; when a message is held, hidden, shown or gone it may
// be somebody else.

// stirs says whether it may, given since when somebody waits.
func stirs(m Message, state string, since time.Time) bool {
	switch {
	case m.FromUs: // an answer that is gone has answered nobody
		return state == Deleted
	case (m.State == Visible) == (state == Visible):
		return false
	case state == Visible:
		return since.IsZero() || since.After(m.At)
	}
	return since.Equal(m.At)
}

// wait keeps a conversation in step with a message that is about to be in
// another state; mostly an older one waits, and nothing changes.
func wait(ctx context.Context, tx *store.Tx, m Message, state string) error {
	if m.ConversationID == "" { // a tombstone
		return nil
	}
	c, err := GetConversation(ctx, tx, m.Workspace, m.ConversationID)
	if err != nil || !stirs(m, state, c.WaitingSince) {
		return err
	}
	since, err := waiting(ctx, tx, m.Workspace, m.ConversationID, nil)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "update conversation set waiting_since = $1 where id = $2 and workspace = $3", since, m.ConversationID, m.Workspace)
	return err
}

// waiting finds since when somebody waits in a conversation; the papers of a
// batch count as they lie there and not as they were kept.
func waiting(ctx context.Context, tx *store.Tx, workspace, conversation string, papers []*paper) (time.Time, error) {
	type moment struct{ At time.Time }
	args := []any{workspace, conversation}
	other := ""
	for _, p := range papers {
		if p.known {
			args = append(args, p.ID)
			other += ", $" + strconv.Itoa(len(args))
		}
	}
	if other != "" {
		other = " and id not in (" + strings.TrimPrefix(other, ", ") + ")"
	}
	ours, err := store.One[moment](ctx, tx, "select max(at) from message where workspace = $1 and conversation_id = $2 and from_us = 1 and state <> 'deleted'"+other, args...)
	if err != nil {
		return time.Time{}, err
	}
	last := ours.At
	for _, p := range papers {
		if p.FromUs && p.State != Deleted && p.At.After(last) {
			last = p.At
		}
	}
	var from int64 // no time is not the beginning of time
	if !last.IsZero() {
		from = last.UnixMicro()
	}
	args = append(args, from)
	theirs, err := store.One[moment](ctx, tx, "select min(at) from message where workspace = $1 and conversation_id = $2 and from_us = 0 and state = 'visible'"+other+
		" and at > $"+strconv.Itoa(len(args)), args...)
	since := theirs.At
	for _, p := range papers {
		if !p.FromUs && p.State == Visible && p.At.After(last) && (since.IsZero() || p.At.Before(since)) {
			since = p.At
		}
	}
	return since, err
}

// keepWaiting finds anew who waits where an event may have changed it.
func (t *Tray) keepWaiting(ctx context.Context, tx *store.Tx) error {
	for _, c := range t.all {
		if !c.stirred {
			continue
		}
		var papers []*paper
		for _, p := range t.papers {
			if p.ConversationID == c.ID {
				papers = append(papers, p)
			}
		}
		var err error
		if c.WaitingSince, err = waiting(ctx, tx, c.Workspace, c.ID, papers); err != nil {
			return err
		}
	}
	return nil
}
