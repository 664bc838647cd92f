package jobs

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/store"
)

// Count is how many open jobs of a kind are in a state: running, due, or waiting for
// their moment or their turn.
type Count struct {
	Kind, State string
	N           int
}

// Census counts the open jobs of all workspaces, and says since when the one is due that
// has waited longest for a worker; zero: none is. For whoever runs the house.
func Census(ctx context.Context, tx *store.Tx) (all []Count, oldest time.Time, err error) {
	all, err = store.All[Count](ctx, tx, `select j.kind, case when l.head is null then 'waiting' when l.runner <> '' then 'running' when l.run_at <= $1 then 'due' else 'waiting' end as stands, count(*)
		from job j left join job_lane l on l.workspace = j.workspace and l.lane = j.lane and l.head = j.id
		where j.state = 'open' group by j.kind, stands order by j.kind, stands`, tx.Now)
	if err != nil {
		return nil, oldest, err
	}
	due, err := store.All[time.Time](ctx, tx, `select run_at from job_lane where runner = '' and run_at <= $1 order by run_at limit 1`, tx.Now)
	if len(due) > 0 {
		oldest = due[0]
	}
	return all, oldest, err
}
