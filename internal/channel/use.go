package channel

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// kept is how long it is remembered what was used: two years can be compared.
const kept = 800 * 24 * time.Hour

// Use is something that was done on a channel so many times.
type Use struct {
	Channel   string
	Workspace string
	Network   network.Name
	Price     network.Price // its What says what; no amount: the network takes no money
	N         int64
}

// hour is what uses are counted by: quotas that are kept to have longer whiles.
func hour(at time.Time) time.Time { return at.UTC().Truncate(time.Hour) }

// Took counts what was done.
func Took(ctx context.Context, tx *store.Tx, uses ...Use) error {
	var rows [][]any
	for _, u := range together(uses) {
		if u.N > 0 {
			rows = append(rows, []any{u.Channel, u.Workspace, u.Network, hour(tx.Now), u.Price.What, u.Price.Amount, u.Price.Currency, u.N})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.Insert(ctx, "channel_use (channel_id, workspace, network, at, what, price, currency, n)", 8, rows,
		"on conflict (channel_id, at, what, price, currency) do update set n = channel_use.n + excluded.n")
	return err
}

// together makes one of those that are the same: a statement may meet a row once.
func together(uses []Use) []Use {
	at := map[Use]int{}
	var all []Use
	for _, u := range uses {
		n := u.N
		u.N, u.Price.Category, u.Price.Country = 0, "", ""
		i, there := at[u]
		if !there {
			i = len(all)
			at[u] = i
			all = append(all, u)
		}
		all[i].N += n
	}
	return all
}

// Spending is what was paid for one sort of act.
type Spending struct {
	What     string
	Price    string
	Currency string
	N        int64
}

// Spent gives what a channel cost since a moment, by the sort of act.
func Spent(ctx context.Context, tx *store.Tx, workspace, channelID string, since time.Time) ([]Spending, error) {
	return store.All[Spending](ctx, tx, `select what, price, currency, sum(n) from channel_use
		where channel_id = $1 and workspace = $2 and at >= $3 and price <> '' group by what, price, currency order by currency, what, price`, channelID, workspace, hour(since))
}

// Taken is so much of something in an hour.
type Taken struct {
	At time.Time
	N  int64
}

// TakenOf gives how often something was done since a moment, hour by hour: on one
// channel, or on all of its network where none is named.
func TakenOf(ctx context.Context, tx *store.Tx, name network.Name, channelID, what string, since time.Time) ([]Taken, error) {
	return store.All[Taken](ctx, tx, `select at, sum(n) from channel_use
		where network = $1 and what = $2 and at >= $3 and ($4 = '' or channel_id = $4) group by at order by at`, name, what, hour(since), channelID)
}

// ForgetUses forgets what was used long ago.
func ForgetUses(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, "delete from channel_use where at < $1", tx.Now.Add(-kept))
	return err
}

// Account is a channel that something was paid on; one that was removed still has a name.
type Account struct {
	ID      string
	Network network.Name
	Handle  string
}

// Accounts gives the channels of a workspace, also those that were removed.
func Accounts(ctx context.Context, tx *store.Tx, workspace string) ([]Account, error) {
	return store.All[Account](ctx, tx, "select id, network, handle from channel where workspace = $1 order by created_at, id", workspace)
}

// Payment is what was paid on a channel for one sort of act.
type Payment struct {
	Channel  string
	What     string
	Price    string
	Currency string
	N        int64
}

// Paid gives what a workspace paid from a moment to another.
func Paid(ctx context.Context, tx *store.Tx, workspace string, from, until time.Time) ([]Payment, error) {
	return store.All[Payment](ctx, tx, `select channel_id, what, price, currency, sum(n) from channel_use
		where workspace = $1 and at >= $2 and at < $3 and price <> '' group by channel_id, what, price, currency order by channel_id, currency, what, price`, workspace, from, until)
}
