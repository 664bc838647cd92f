package publish

import (
	"context"
	"iter"

	"github.com/kithhq/kith/internal/store"
)

// Naming gives every text of this room that names files of a workspace: of posts,
// drafts and former words, of proofs, and of what became of files on networks.
func Naming(ctx context.Context, tx *store.Tx, workspace string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, text := range []string{
			"select parts from post where workspace = $1",
			"select coalesce(own_parts, '') || ' ' || options || ' ' || hand || ' ' || proof from publication where workspace = $1",
			"select content || ' ' || step from part where workspace = $1",
			"select before || ' ' || after from edit where workspace = $1",
			"select media_id || ' ' || cover_id from covered where workspace = $1",
			"select media_id from subtitled where workspace = $1",
		} {
			for named, err := range store.Each[string](ctx, tx, text, workspace) {
				if !yield(named, err) {
					return
				}
			}
		}
	}
}

// forget removes a publication that never left the house, and all that is of it.
func forget(ctx context.Context, tx *store.Tx, workspace, publicationID string) error {
	for _, text := range []string{
		"delete from part where publication_id = $1 and workspace = $2",
		"delete from covered where publication_id = $1 and workspace = $2",
		"delete from subtitled where publication_id = $1 and workspace = $2",
		"delete from edit where publication_id = $1 and workspace = $2",
		"delete from hand_step where publication_id = $1 and workspace = $2",
		"delete from publication where id = $1 and workspace = $2",
	} {
		if _, err := tx.Exec(ctx, text, publicationID, workspace); err != nil {
			return err
		}
	}
	return nil
}
