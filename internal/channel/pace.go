package channel

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Paced takes a place in a quota of a short while, or says how long there is none. Calls
// are noted before they are made, so that a process that dies has used its place.
func Paced(ctx context.Context, tx *store.Tx, c Channel, q network.Quota) (wait time.Duration, err error) {
	while := time.Duration(q.WindowS)*time.Second + time.Second // their clock is not ours
	if _, err := tx.Exec(ctx, "delete from channel_pace where channel_id = $1 and quota = $2 and at <= $3", c.ID, q.Name, tx.Now.Add(-while)); err != nil {
		return 0, err
	}
	taken, err := store.All[time.Time](ctx, tx, "select at from channel_pace where channel_id = $1 and quota = $2 order by at", c.ID, q.Name)
	if err != nil {
		return 0, err
	}
	if over := len(taken) - q.Max; over >= 0 {
		return max(taken[over].Add(while).Sub(tx.Now), time.Second), nil
	}
	_, err = tx.Exec(ctx, "insert into channel_pace (workspace, channel_id, quota, at) values ($1, $2, $3, $4)", c.Workspace, c.ID, q.Name, tx.Now)
	return 0, err
}
