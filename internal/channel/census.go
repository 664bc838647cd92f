package channel

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Count is how many channels of a network are as they are.
type Count struct {
	Network network.Name
	Health  string
	N       int
	Ending  int // of them, with keys that end before a moment
}

// Census counts the channels of all workspaces, for whoever runs the house.
func Census(ctx context.Context, tx *store.Tx, ending time.Time) ([]Count, error) {
	return store.All[Count](ctx, tx, `select network, health, count(*), coalesce(sum(case when keys_expire_at < $1 then 1 else 0 end), 0)
		from channel where removed_at is null group by network, health order by network, health`, ending)
}

// Networks says on which network each channel is, those that were removed as well.
func Networks(ctx context.Context, tx *store.Tx) (map[string]network.Name, error) {
	type row struct {
		ID      string
		Network network.Name
	}
	all := map[string]network.Name{}
	rows, err := store.All[row](ctx, tx, "select id, network from channel")
	for _, r := range rows {
		all[r.ID] = r.Network
	}
	return all, err
}
