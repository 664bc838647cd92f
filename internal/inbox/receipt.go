package inbox

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// notNew merges what was told with what is known: nothing goes back, what was read was
// delivered, and of two moments the earlier one is right. A row that stays as it is
// does not count as changed.
const notNew = ` on conflict (message_id) do update set
	delivered_at = case when excluded.delivered_at < receipt.delivered_at then excluded.delivered_at else receipt.delivered_at end,
	read_at = case when receipt.read_at is null or excluded.read_at < receipt.read_at then excluded.read_at else receipt.read_at end
	where excluded.delivered_at < receipt.delivered_at or excluded.read_at is not null and (receipt.read_at is null or excluded.read_at < receipt.read_at)`

// reach notes how far messages of ours came: the one that is named, and all of the
// conversation until a moment where the network says so. It gives the conversation in
// which something changed.
func reach(ctx context.Context, tx *store.Tx, a Arrival) (conversation string, err error) {
	at, until := a.Event.At, a.Event.Until
	if at.IsZero() || at.After(tx.Now) { // a clock that is ahead of ours
		at = tx.Now
	}
	var read time.Time
	if a.Event.Reached == network.Read {
		read = at
	}
	if a.Event.ID != "" {
		m, err := answered(ctx, tx, a)
		switch {
		case fault.Is(err, fault.NotFound):
			return "", nil
		case err != nil:
			return "", err
		case !m.FromUs || former(m, a) || m.Sending != sent && m.Sending != claimed:
			return "", nil
		}
		n, err := tx.Exec(ctx, "insert into receipt (message_id, workspace, delivered_at, read_at) values ($1, $2, $3, $4)"+notNew, m.ID, m.Workspace, at, read)
		if err != nil {
			return "", err
		}
		if n > 0 {
			conversation = m.ConversationID
		}
		if written := m.begun(); !until.IsZero() && written.Before(until) {
			until = written // nothing is said of what came after it
		}
	}
	if until.IsZero() || a.Event.Thread == "" {
		return conversation, nil
	}
	talk, err := store.One[string](ctx, tx, "select id from conversation where workspace = $1 and channel_id = $2 and kind = 'direct' and thread = $3", a.Workspace, a.ChannelID, a.Event.Thread)
	if fault.Is(err, fault.NotFound) {
		return conversation, nil
	}
	if err != nil {
		return "", err
	}
	// What is still on its way may have been written before and sent after.
	n, err := tx.Exec(ctx, `insert into receipt (message_id, workspace, delivered_at, read_at)
		select id, workspace, cast($3 as bigint), cast($4 as bigint) from message
		where conversation_id = $1 and workspace = $2 and from_us = 1 and sending = 'sent' and at <= $5 and (claimed_at is null or claimed_at <= $5)
		and not exists (select 1 from receipt r where r.message_id = message.id and (r.read_at is not null or cast($4 as bigint) is null))`+notNew,
		talk, a.Workspace, at, read, until)
	if err == nil && n > 0 {
		conversation = talk
	}
	return conversation, err
}

// begun is when a message of ours left: nothing that the network says of the time
// before is about it.
func (m Message) begun() time.Time {
	if m.ClaimedAt.After(m.At) {
		return m.ClaimedAt
	}
	return m.At
}

// former says that something is told of a former try of an answer.
func former(m Message, a Arrival) bool { return m.RemoteID == "" && m.Remote.ID == a.Event.ID }

// inherit gives an answer what was told of it while it was taken for another one.
func inherit(ctx context.Context, tx *store.Tx, heir, twin Message) error {
	_, err := tx.Exec(ctx, `insert into receipt (message_id, workspace, delivered_at, read_at)
		select $1, workspace, delivered_at, read_at from receipt where message_id = $2`+notNew, heir.ID, twin.ID)
	return err
}

// forgetReceipt forgets what was told of a message that is none any more, or that is
// sent again.
func forgetReceipt(ctx context.Context, tx *store.Tx, m Message) error {
	_, err := tx.Exec(ctx, "delete from receipt where message_id = $1 and workspace = $2", m.ID, m.Workspace)
	return err
}
