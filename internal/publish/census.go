package publish

import (
	"context"

	"github.com/kithhq/kith/internal/store"
)

// Doubts is how many parts of a channel's posts nobody knows of whether they are out.
type Doubts struct {
	Channel string
	N       int
}

// CountDoubts counts them in all workspaces, for whoever runs the house.
func CountDoubts(ctx context.Context, tx *store.Tx) ([]Doubts, error) {
	return store.All[Doubts](ctx, tx, "select channel_id, count(*) from part where state = 'unclear' and state <> 'sent' group by channel_id order by channel_id")
}
