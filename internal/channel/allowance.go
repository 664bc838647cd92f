package channel

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/store"
)

// ReadingBudget is what may be spent in a month on reading a channel.
type ReadingBudget struct {
	Channel   string
	Workspace string
	Amount    string // a decimal number
	Currency  string
	ChangedAt time.Time
}

const budgetColumns = "channel_id, workspace, amount, currency, changed_at"

// ReadingBudgets gives those of a workspace's channels that are connected.
func ReadingBudgets(ctx context.Context, tx *store.Tx, workspace string) ([]ReadingBudget, error) {
	return store.All[ReadingBudget](ctx, tx, "select "+budgetColumns+` from reading_budget where workspace = $1
		and channel_id in (select id from channel where workspace = $1 and removed_at is null) order by channel_id`, workspace)
}

// ReadingBudgetOf gives that of one channel, if it has one.
func ReadingBudgetOf(ctx context.Context, tx *store.Tx, workspace, channelID string) (b ReadingBudget, has bool, err error) {
	all, err := store.All[ReadingBudget](ctx, tx, "select "+budgetColumns+" from reading_budget where workspace = $1 and channel_id = $2", workspace, channelID)
	if err != nil || len(all) == 0 {
		return b, false, err
	}
	return all[0], true, nil
}

// KeepReadingBudget keeps what may be spent; an empty amount takes the limit away.
func KeepReadingBudget(ctx context.Context, tx *store.Tx, b ReadingBudget) error {
	if b.Amount == "" {
		_, err := tx.Exec(ctx, "delete from reading_budget where workspace = $1 and channel_id = $2", b.Workspace, b.Channel)
		return err
	}
	_, err := tx.Exec(ctx, "insert into reading_budget ("+budgetColumns+`) values ($1, $2, $3, $4, $5)
		on conflict (channel_id) do update set amount = excluded.amount, currency = excluded.currency, changed_at = excluded.changed_at where reading_budget.workspace = excluded.workspace`,
		b.Channel, b.Workspace, b.Amount, b.Currency, tx.Now)
	return err
}

// Watched says since when a channel has been read within a span, and for how long of it
// reading was paused: what it cost is of the rest.
func Watched(ctx context.Context, tx *store.Tx, c Channel, since time.Time) (begun time.Time, paused time.Duration, err error) {
	if begun = since; c.CreatedAt.After(since) {
		begun = c.CreatedAt
	}
	gaps, err := store.All[Gap](ctx, tx, "select "+gapColumns+" from gap where workspace = $1 and channel_id = $2 and reason = $3 and (to_at is null or to_at > $4) order by from_at", c.Workspace, c.ID, Paused, begun)
	for _, g := range gaps {
		from, to := g.From, g.To
		if from.Before(begun) {
			from = begun
		}
		if to.IsZero() || to.After(tx.Now) {
			to = tx.Now
		}
		paused += max(to.Sub(from), 0)
	}
	return begun, paused, err
}
