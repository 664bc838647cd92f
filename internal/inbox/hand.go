package inbox

import (
	"context"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Hand gives the private conversations of one channel, with all that was said in
// them, to another one that stands for the same account. What that one knows
// already stays where it is.
func Hand(ctx context.Context, tx *store.Tx, workspace, from, to string, name network.Name) error {
	talks, err := store.All[Conversation](ctx, tx, "select "+conversationColumns+" from conversation where workspace = $1 and channel_id = $2 and kind = 'direct'", workspace, from)
	if err != nil {
		return err
	}
	for _, c := range talks {
		into, err := store.All[string](ctx, tx, "select id from conversation where workspace = $1 and channel_id = $2 and kind = 'direct' and thread = $3", workspace, to, c.Thread)
		if err != nil {
			return err
		}
		if len(into) > 0 {
			err = merge(ctx, tx, c, into[0], to)
		} else {
			_, err = tx.Exec(ctx, "update conversation set channel_id = $1, network = $2 where id = $3 and workspace = $4", to, name, c.ID, workspace)
			if err == nil {
				err = carry(ctx, tx, c, c.ID, to)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// merge puts what was said in a conversation into another one with the same person.
func merge(ctx context.Context, tx *store.Tx, c Conversation, into, to string) error {
	if err := carry(ctx, tx, c, into, to); err != nil {
		return err
	}
	known, err := store.All[Message](ctx, tx, "select "+messageColumns+" from message where workspace = $1 and conversation_id = $2 order by at, id", c.Workspace, c.ID)
	if err != nil {
		return err
	}
	for _, m := range known {
		if err := absorb(ctx, tx, m); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "delete from conversation where id = $1 and workspace = $2", c.ID, c.Workspace); err != nil {
		return err
	}
	last, err := store.One[Message](ctx, tx, "select "+messageColumns+" from message where workspace = $1 and conversation_id = $2 and state <> 'missing' order by at desc, id desc limit 1", c.Workspace, into)
	if err != nil {
		return err
	}
	since, err := waiting(ctx, tx, c.Workspace, into, nil)
	if err != nil {
		return err
	}
	state := "done"
	if !since.IsZero() {
		state = "open"
	}
	_, err = tx.Exec(ctx, `update conversation set count = count + $1, unread = unread + $2, held = held + $3, state = case when $4 = 'open' then 'open' else state end,
		last_at = $5, last_text = $6, last_from_us = $7, waiting_since = $8 where id = $9 and workspace = $10`,
		c.Count-len(known), c.Unread, c.Held, state, last.At, lastText(last), last.FromUs, since, into, c.Workspace)
	return err
}

// carry gives the messages of a conversation to another channel.
func carry(ctx context.Context, tx *store.Tx, c Conversation, into, to string) error {
	all, err := store.All[Message](ctx, tx, "select "+messageColumns+` from message m where workspace = $1 and conversation_id = $2 and channel_id <> $3
		and not exists (select 1 from message o where o.workspace = m.workspace and o.channel_id = $3 and o.remote_id = m.remote_id) order by at, id`, c.Workspace, c.ID, to)
	if err != nil {
		return err
	}
	for _, m := range all {
		if _, err := tx.Exec(ctx, "update message set channel_id = $1, conversation_id = $2 where id = $3 and workspace = $4", to, into, m.ID, m.Workspace); err != nil {
			return err
		}
		if err := carryReactions(ctx, tx, m, to); err != nil {
			return err
		}
		if m.State == Deleted || m.State == missing {
			continue // found by no search
		}
		m.ChannelID = to
		if err := tx.DropText(ctx, m.Seq); err != nil {
			return err
		}
		if err := tx.IndexText(ctx, m.Seq, terms(m)); err != nil {
			return err
		}
	}
	return nil
}
