package jobs

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/store"
)

// Kind is one sort of intention and the type of what it needs to know. Kinds
// are values that never change; their name is in the database for good.
type Kind[T any] struct {
	Name     string
	Attempts int           // tries at most; 0 = 100
	GiveUp   time.Duration // no try begins this long after it was due; 0 = a day
}

// New says where and when a job runs.
type New struct {
	Workspace string
	Lane      string    // one at a time; "" = it waits for nobody
	Key       string    // at most one open job of this kind and key; "" = any number
	At        time.Time // zero = now
}

// Insert writes a job that runs once the transaction is durable. If an open job
// of the kind has the same key, it inserts nothing: the id is that job's and
// fresh is false.
func Insert[T any](ctx context.Context, tx *store.Tx, kind Kind[T], n New, args T) (job string, fresh bool, err error) {
	if kind.Name == "" {
		return "", false, fault.New(fault.Internal, "a kind of job without a name")
	}
	text, err := json.Marshal(args)
	if err != nil {
		return "", false, fault.Wrap(fault.Internal, err, "writing the arguments of a job")
	}
	job = id.New()
	var key any
	if n.Key != "" {
		key = n.Key
	}
	if n.Lane == "" {
		n.Lane = "job " + job
	}
	if n.At.IsZero() {
		n.At = tx.Now
	}
	rows, err := tx.Exec(ctx, `insert into job (id, workspace, kind, lane, key, args, state, due_at, run_at, created_at)
		values ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9) on conflict do nothing`,
		job, n.Workspace, kind.Name, n.Lane, key, string(text), n.At, n.At, tx.Now)
	if err != nil {
		return "", false, err
	}
	if rows == 0 {
		job, err = store.One[string](ctx, tx, `select id from job where workspace = $1 and kind = $2 and key = $3 and state = 'open'`,
			n.Workspace, kind.Name, key)
		return job, false, err
	}
	// The lane's row is locked even where nothing changes: a runner that is just
	// choosing the next head waits for us, or we for it.
	if _, err = tx.Exec(ctx, `insert into job_lane (workspace, lane, head, due_at, run_at) values ($1, $2, $3, $4, $5)
		on conflict (workspace, lane) do update set head = excluded.head, due_at = excluded.due_at, run_at = excluded.run_at
		where job_lane.runner = '' and (excluded.due_at, excluded.head) < (job_lane.due_at, job_lane.head)`,
		n.Workspace, n.Lane, job, n.At, n.At); err != nil {
		return "", false, err
	}
	if n.At.Before(tx.Now.Add(2 * look)) { // otherwise a runner looks in time to set its timer
		tx.Notify(topic, wake)
	}
	return job, true, nil
}

// The words that runners hear. A lost one costs at most one look.
const (
	topic  = "jobs"
	wake   = "wake"
	cancel = "cancel "
	look   = time.Second
)
