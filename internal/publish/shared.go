package publish

import (
	"context"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Sharing are those of these publications that share another post, and of which it is not
// settled for good what its author thinks of that, with what is known of it.
func Sharing(ctx context.Context, tx *store.Tx, workspace string, publications []string) (map[string]network.Sharing, error) {
	keys := make([][]any, len(publications))
	for i, id := range publications {
		keys[i] = []any{id, workspace}
	}
	found, err := store.Keyed[struct {
		ID string
		Is network.Sharing
	}](ctx, tx, `select id, shared from (keys) k cross join publication where id = k.column1 and workspace = k.column2 and state = 'published'
		and options like '%"`+network.OptionReshare+`":%' and shared not in ('rejected', 'revoked', 'deleted')`, keys)
	all := map[string]network.Sharing{}
	for _, f := range found {
		all[f.ID] = f.Is
	}
	return all, err
}

// Share records what the author of a shared post thinks of its being shared.
func Share(ctx context.Context, tx *store.Tx, workspace, publicationID string, is network.Sharing) error {
	_, err := tx.Exec(ctx, "update publication set shared = $1 where id = $2 and workspace = $3", string(is), publicationID, workspace)
	return err
}
