package inbox

import (
	"context"

	"github.com/kithhq/kith/internal/store"
)

// Keep writes what became of the tray. It is the last thing of a batch, because
// of [store.Tx.InsertFindable].
func (t *Tray) Keep(ctx context.Context, tx *store.Tx) error {
	if err := t.keepWaiting(ctx, tx); err != nil {
		return err
	}
	if err := t.keepTalks(ctx, tx); err != nil {
		return err
	}
	if err := t.keepKnown(ctx, tx); err != nil {
		return err
	}
	var rows [][]any
	var words [][]string
	for _, p := range t.papers {
		if !p.known {
			rows, words = append(rows, p.row()), append(words, p.words)
		}
	}
	if _, err := tx.InsertFindable(ctx, insertColumns(), rows, words); err != nil {
		return err
	}
	for _, p := range t.papers {
		if p.known && p.dropped {
			if err := tx.DropText(ctx, p.Seq); err != nil {
				return err
			}
		}
		if p.known && p.words != nil {
			if err := tx.IndexText(ctx, p.Seq, p.words); err != nil {
				return err
			}
		}
	}
	return t.keepNewest(ctx, tx)
}

// keepNewest looks for the newest message of the conversations of which it is not known.
func (t *Tray) keepNewest(ctx context.Context, tx *store.Tx) error {
	for _, c := range t.all {
		if !c.unsure {
			continue
		}
		m, err := store.One[Message](ctx, tx, "select "+messageColumns+` from message where workspace = $1 and conversation_id = $2 and state <> 'missing'
			order by at desc, id desc limit 1`, c.Workspace, c.ID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "update conversation set last_at = $1, last_text = $2, last_from_us = $3 where id = $4 and workspace = $5",
			m.At, lastText(m), m.FromUs, c.ID, c.Workspace); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tray) keepTalks(ctx context.Context, tx *store.Tx) error {
	var rows, keys [][]any
	for _, c := range t.all {
		switch {
		case !c.known:
			rows = append(rows, []any{c.ID, c.Workspace, c.ChannelID, c.Network, c.Kind, c.Thread, c.PersonID, c.PublicationID, c.Title, c.URL, c.State, c.Unread, c.Count, c.Held,
				c.LastAt, c.LastText, c.LastFromUs, c.WaitingSince, c.ClaimedBy, c.CreatedAt})
		case c.changed:
			keys = append(keys, []any{c.ID, c.PersonID, c.State, c.Unread, c.Count, c.Held, c.LastAt, c.LastText, c.LastFromUs, c.WaitingSince})
		}
	}
	if _, err := tx.Insert(ctx, "conversation ("+conversationColumns+")", 20, rows, ""); err != nil {
		return err
	}
	_, err := tx.ExecKeyed(ctx, `update conversation set person_id = k.column2, state = k.column3, unread = k.column4, count = k.column5, held = k.column6,
		last_at = k.column7, last_text = k.column8, last_from_us = k.column9, waiting_since = k.column10 from (keys) k where conversation.id = k.column1`, keys)
	return err
}

// keepKnown writes messages again that an event has changed: few, so one by one.
func (t *Tray) keepKnown(ctx context.Context, tx *store.Tx) error {
	for _, p := range t.papers {
		if !p.known || !p.changed {
			continue
		}
		if _, err := tx.Exec(ctx, `update message set remote = $1, parent_id = $2, person_id = $3, from_us = $4, author_name = $5, text = $6, at = $7,
			received_at = $8, url = $9, state = $10, sending = $11, media = $12, reason = $13, worded_at = $14 where id = $15`,
			p.Remote, p.ParentID, p.PersonID, p.FromUs, p.AuthorName, p.Text, p.At, p.ReceivedAt, p.URL, p.State, p.Sending, p.Media, p.Reason, p.WordedAt, p.ID); err != nil {
			return err
		}
	}
	return nil
}
