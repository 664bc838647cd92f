package flow

import (
	"context"

	"github.com/kithhq/kith/internal/store"
)

type besideKey struct{}

// Beside asks a way to write something in the very transaction in which it takes
// effect: what was done and that it was done cannot part.
func Beside(ctx context.Context, write func(ctx context.Context, tx *store.Tx) error) context.Context {
	return context.WithValue(ctx, besideKey{}, write)
}

// effect is the transaction in which a way takes effect, one for each way that a
// person asks for. Where a network was asked first, it is the one that records
// what the network did.
func (h *House) effect(ctx context.Context, do func(ctx context.Context, tx *store.Tx) error) error {
	beside, asked := ctx.Value(besideKey{}).(func(ctx context.Context, tx *store.Tx) error)
	return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := do(ctx, tx); err != nil || !asked {
			return err
		}
		return beside(ctx, tx)
	})
}
