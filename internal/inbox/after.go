package inbox

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// After records that an answer goes after another one.
func After(ctx context.Context, tx *store.Tx, m, before Message) error {
	_, err := tx.Exec(ctx, "insert into answer_after (message_id, workspace, after_id) values ($1, $2, $3)", m.ID, m.Workspace, before.ID)
	return err
}

// Turn is what keeps an answer from being sent.
type Turn int

// The answer goes now, it waits for the one before it, or that one failed.
const (
	TurnNow Turn = iota
	TurnLater
	TurnNever
)

// untold is how long an answer waits for an unclear one that reads like it: while that
// one is looked for, this one could be taken for it.
const untold = 10 * time.Minute

// TurnOf says whether it is an answer's turn. One that is unclear was accepted, as far
// as anybody knows: nothing waits for it but what reads alike, and that for a while.
func TurnOf(ctx context.Context, tx *store.Tx, workspace, messageID string) (Turn, error) {
	before, err := store.One[ahead](ctx, tx, `select b.sending, b.claimed_at, case when b.text = m.text then 1 else 0 end from answer_after a
		join message m on m.id = a.message_id and m.workspace = a.workspace and m.sending = 'sending'
		join message b on b.id = a.after_id and b.workspace = a.workspace
		where a.message_id = $1 and a.workspace = $2`, messageID, workspace)
	switch {
	case fault.Is(err, fault.NotFound):
		return TurnNow, nil
	case err != nil:
		return TurnNow, err
	case before.Sending == due, before.Sending == claimed,
		before.Sending == unclear && before.Alike && before.ClaimedAt.Add(untold).After(tx.Now):
		return TurnLater, err
	case before.Sending == failed:
		return TurnNever, err
	}
	return TurnNow, err
}

// ahead is the answer before another one.
type ahead struct {
	Sending   string
	ClaimedAt time.Time
	Alike     bool
}

// Behind gives the answers that were to follow one and failed with it: none of them was
// ever sent. They are due again.
func Behind(ctx context.Context, tx *store.Tx, m Message) (all []Message, err error) {
	for {
		next, err := store.One[string](ctx, tx, `select n.id from answer_after a join message n on n.id = a.message_id and n.workspace = a.workspace
			where a.after_id = $1 and a.workspace = $2 and n.sending = 'failed' and n.claimed_at is null`, m.ID, m.Workspace)
		if fault.Is(err, fault.NotFound) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		if m, err = Get(ctx, tx, m.Workspace, next); err != nil {
			return nil, err
		}
		if err := DueAgain(ctx, tx, m); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
}

// detach lets an answer go by itself when the one before it failed: a person wants it
// so.
func detach(ctx context.Context, tx *store.Tx, m Message) error {
	_, err := tx.Exec(ctx, `delete from answer_after where message_id = $1 and workspace = $2
		and exists (select 1 from message b where b.id = answer_after.after_id and b.workspace = answer_after.workspace and b.sending = 'failed')`, m.ID, m.Workspace)
	return err
}
