package team

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// Request is a write that its sender may repeat.
type Request struct {
	Key    string // the sender's own
	Digest string // of method, path and body
}

// Answered gives the answer to a request that has had its effect already; an
// empty one when it has not. The same key for another request is a Conflict.
func Answered(ctx context.Context, tx *store.Tx, actor access.Actor, r Request) (answer string, status int, err error) {
	type row struct {
		Request, Answer string
		Status          int
	}
	was, err := store.One[row](ctx, tx, "select request, answer, status from idempotency where workspace = $1 and actor = $2 and key = $3",
		actor.Workspace, who(actor), r.Key)
	if fault.Is(err, fault.NotFound) {
		return "", 0, nil
	}
	if err != nil {
		return "", 0, err
	}
	if was.Request != r.Digest {
		return "", 0, fault.New(fault.Conflict, "This Idempotency-Key was used for another request.").On("Idempotency-Key").WithHint("Take a new key for each new request.")
	}
	return was.Answer, was.Status, nil
}

// Answer keeps the answer to a request in the transaction of its effect.
func Answer(ctx context.Context, tx *store.Tx, actor access.Actor, r Request, answer string, status int) error {
	_, err := tx.Exec(ctx, `insert into idempotency (workspace, actor, key, request, status, answer, at) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (workspace, actor, key) do update set status = excluded.status, answer = excluded.answer, at = excluded.at`,
		actor.Workspace, who(actor), r.Key, r.Digest, status, answer, tx.Now)
	return err
}

// Forget lets a request be tried again: it had no effect.
func Forget(ctx context.Context, tx *store.Tx, actor access.Actor, r Request) error {
	_, err := tx.Exec(ctx, "delete from idempotency where workspace = $1 and actor = $2 and key = $3", actor.Workspace, who(actor), r.Key)
	return err
}

// who keeps a person's keys apart from those of their programs.
func who(a access.Actor) string {
	if a.Token != "" {
		return "token:" + a.Token
	}
	return a.User
}
