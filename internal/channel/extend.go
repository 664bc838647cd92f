package channel

import (
	"context"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Standing gives the channel of a workspace that is connected as an account, if there is one.
func Standing(ctx context.Context, tx *store.Tx, workspace string, name network.Name, a network.Account) (c Channel, there bool, err error) {
	all, err := store.All[Channel](ctx, tx, read+"where workspace = $1 and network = $2 and base = $3 and account_id = $4 and removed_at is null", workspace, name, a.Base, a.ID)
	if err != nil || len(all) == 0 {
		return c, false, err
	}
	return all[0], true, nil
}

// Extend keeps what an account lets us do since a second consent; its keys are kept already.
func Extend(ctx context.Context, tx *store.Tx, c Channel, a network.Account) error {
	_, err := tx.Exec(ctx, "update channel set granted = $1, alias = $2, limits = $3 where id = $4 and workspace = $5 and removed_at is null",
		a.Granted, a.Granted.Alias, a.Limits, c.ID, c.Workspace)
	return err
}
