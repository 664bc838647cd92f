package inbox

import (
	"context"

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

// TurnOf says whether it is an answer's turn. One that is unclear was accepted, as far
// as anybody knows: nothing waits for it.
func TurnOf(ctx context.Context, tx *store.Tx, workspace, messageID string) (Turn, error) {
	before, err := store.One[string](ctx, tx, `select b.sending from answer_after a
		join message m on m.id = a.message_id and m.workspace = a.workspace and m.sending = 'sending'
		join message b on b.id = a.after_id and b.workspace = a.workspace
		where a.message_id = $1 and a.workspace = $2`, messageID, workspace)
	switch {
	case fault.Is(err, fault.NotFound):
		return TurnNow, nil
	case before == due, before == claimed:
		return TurnLater, err
	case before == failed:
		return TurnNever, err
	}
	return TurnNow, err
}

// detach lets an answer go by itself when the one before it failed: a person wants it
// so.
func detach(ctx context.Context, tx *store.Tx, m Message) error {
	_, err := tx.Exec(ctx, `delete from answer_after where message_id = $1 and workspace = $2
		and exists (select 1 from message b where b.id = answer_after.after_id and b.workspace = answer_after.workspace and b.sending = 'failed')`, m.ID, m.Workspace)
	return err
}
