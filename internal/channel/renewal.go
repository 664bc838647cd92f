package channel

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// RenewalLife is how long whoever renews keys has for it; when they are gone by
// then, somebody else may try.
const RenewalLife = 2 * time.Minute

// BeginRenewal takes the right to renew the keys of a channel; mine is "" while
// somebody else has it. c is the channel as it is in this transaction.
func BeginRenewal(ctx context.Context, tx *store.Tx, c Channel) (mine string, err error) {
	mine = id.New()
	n, err := tx.Exec(ctx, `update channel set renewal = $1, renewal_until = $2 where id = $3 and workspace = $4 and keys = $5
		and (renewal = '' or renewal_until is null or renewal_until <= $6)`,
		mine, tx.Now.Add(RenewalLife), c.ID, c.Workspace, c.Keys, tx.Now)
	if err != nil || n == 0 {
		return "", err
	}
	return mine, nil
}

// EndRenewal gives the right back and keeps what was renewed; fresh is empty where
// nothing was. Keys that a person has brought by connecting again meanwhile stay:
// kept says whether the renewed ones are those of the channel now.
func EndRenewal(ctx context.Context, tx *store.Tx, ring *secret.Keyring, c Channel, mine string, fresh secret.Text) (kept bool, err error) {
	if fresh != "" {
		sealed, err := ring.Seal(row(c.ID), fresh)
		if err != nil {
			return false, err
		}
		n, err := tx.Exec(ctx, "update channel set keys = $1, keys_before = keys where id = $2 and workspace = $3 and keys = $4 and removed_at is null",
			sealed, c.ID, c.Workspace, c.Keys)
		if err != nil {
			return false, err
		}
		kept = n > 0
	}
	_, err = tx.Exec(ctx, "update channel set renewal = '', renewal_until = null where id = $1 and workspace = $2 and renewal = $3", c.ID, c.Workspace, mine)
	return kept, err
}
