package inbox

import (
	"context"

	"github.com/kithhq/kith/internal/store"
)

// Suspect makes the answers unclear, in all workspaces, that have not been sent
// according to this database. It is for a database that was restored.
func Suspect(ctx context.Context, tx *store.Tx) ([]Message, error) {
	all, err := store.All[Message](ctx, tx, "select "+messageColumns+" from message where from_us = 1 and sending in ('sending', 'claimed')")
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if m.Sending == due {
			if err := move(ctx, tx, m, "claimed_at = $5", m.At); err != nil {
				return nil, err
			}
		}
		if err := Doubt(ctx, tx, m, "Kith was restored from a backup; this may have been sent since."); err != nil {
			return nil, err
		}
	}
	return all, nil
}
