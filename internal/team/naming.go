package team

import (
	"context"
	"iter"

	"github.com/kithhq/kith/internal/store"
)

// Naming gives every text of this room that names files of a workspace: an answer that
// is given again names what it made.
func Naming(ctx context.Context, tx *store.Tx, workspace string) iter.Seq2[string, error] {
	return store.Each[string](ctx, tx, "select answer from idempotency where workspace = $1", workspace)
}
