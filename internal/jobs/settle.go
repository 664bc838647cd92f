package jobs

import (
	"context"
	"sync/atomic"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// Hold says whether this worker still holds the job, and keeps others from
// taking it over until the transaction ends. It gives Conflict when the lease
// was lost; the caller returns it and so undoes what it did.
func Hold(ctx context.Context, tx *store.Tx, j *Job) error {
	text := `select token from job_lane where workspace = $1 and lane = $2 and head = $3 and token = $4 and runner = $5`
	if tx.Postgres() {
		text += ` for update` // SQLite has one writer: nobody can take over meanwhile
	}
	_, err := store.One[int64](ctx, tx, text, j.Workspace, j.Lane, j.ID, j.token, j.runner)
	if fault.Is(err, fault.NotFound) || j.token == 0 {
		return fault.New(fault.Conflict, "Another worker has taken this over.")
	}
	return err
}

// Settle finishes the job as done in a transaction of its handler: both become
// durable together. The runner then only frees the lane.
func Settle(ctx context.Context, tx *store.Tx, j *Job) error {
	if err := Hold(ctx, tx, j); err != nil {
		return err
	}
	rows, err := tx.Exec(ctx, `update job set state = 'done', finished_at = $1, attempt = $2, error_kind = '', error_text = ''
		where workspace = $3 and id = $4 and state = 'open'`, tx.Now, j.Attempt, j.Workspace, j.ID)
	if err == nil && rows != 1 {
		return fault.New(fault.Conflict, "This is finished already.")
	}
	if j.settled != nil {
		tx.AfterCommit(j.settled)
	}
	return err
}

type progressMark struct{}

type progress struct {
	done, total atomic.Int64
	told        atomic.Bool
}

// Progress tells how far a handler is; screens see it within a second. ctx is
// the handler's own.
func Progress(ctx context.Context, done, total int64) {
	if p, ok := ctx.Value(progressMark{}).(*progress); ok {
		p.done.Store(done)
		p.total.Store(total)
		p.told.Store(true)
	}
}
