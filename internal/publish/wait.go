package publish

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/store"
)

// Waiting is how much has its time on a channel, and the next of them.
type Waiting struct {
	Channel string
	N       int
	Next    time.Time
}

// Waits counts, for each channel of a workspace, the publications that a program is to
// bring out at their time. What a person publishes needs no connection.
func Waits(ctx context.Context, tx *store.Tx, workspace string) (map[string]Waiting, error) {
	by := map[string]Waiting{}
	for w, err := range store.Each[Waiting](ctx, tx, `select channel_id, count(*), min(due_at) from publication
		where workspace = $1 and state = 'scheduled' and hand not like '%"chosen":true%' group by channel_id`, workspace) {
		if err != nil {
			return nil, err
		}
		by[w.Channel] = w
	}
	return by, nil
}
