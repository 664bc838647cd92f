package publish

import (
	"context"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Reached keeps how far a part has come, before anything else is done with it.
// The time of the claim moves along: what comes next begins now.
func Reached(ctx context.Context, tx *store.Tx, p Part, s network.Step) (Part, error) {
	s.Since = p.Step.Since
	if err := move(ctx, tx, p, "step = $5, claimed_at = $6", s, tx.Now); err != nil {
		return p, err
	}
	p.Step, p.ClaimedAt = s, tx.Now
	return p, nil
}

// Pause gives a part back for a while in which the network is at work; it goes
// on from where it is.
func Pause(ctx context.Context, tx *store.Tx, p Part, s network.Step) error {
	p, err := Reached(ctx, tx, p, s)
	if err != nil {
		return err
	}
	return move(ctx, tx, p, "state = 'due'")
}
