package publish

import (
	"context"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Sharing are the publications on a channel that share another post, and of which it is
// not settled for good what its author thinks of that.
func Sharing(ctx context.Context, tx *store.Tx, workspace, channelID string) (map[string]bool, error) {
	ids, err := store.All[string](ctx, tx, `select id from publication where workspace = $1 and channel_id = $2 and state = 'published'
		and options like '%"`+network.OptionReshare+`":%' and shared not in ('rejected', 'revoked', 'deleted')`, workspace, channelID)
	all := map[string]bool{}
	for _, id := range ids {
		all[id] = true
	}
	return all, err
}

// Share records what the author of a shared post thinks of its being shared.
func Share(ctx context.Context, tx *store.Tx, workspace, publicationID string, is network.Sharing) error {
	_, err := tx.Exec(ctx, "update publication set shared = $1 where id = $2 and workspace = $3", string(is), publicationID, workspace)
	return err
}
