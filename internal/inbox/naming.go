package inbox

import (
	"context"
	"iter"

	"github.com/kithhq/kith/internal/store"
)

// Naming gives every text of this room that names files of a workspace: what answers of
// ours carry, and what fills the holes of their templates.
func Naming(ctx context.Context, tx *store.Tx, workspace string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, text := range []string{
			"select media from message where workspace = $1 and from_us = 1 and media <> '[]'", // its index says the same
			"select filled from answer_template where workspace = $1",
		} {
			for named, err := range store.Each[string](ctx, tx, text, workspace) {
				if !yield(named, err) {
					return
				}
			}
		}
	}
}
