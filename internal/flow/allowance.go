package flow

import (
	"context"
	"math/big"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// Where a network takes money for what it tells, whoever connects channels may say how
// much of it is to be spent on a channel in a month. When it is used up, the channel is not
// read and not counted until the month ends or the budget is raised; what is to go out goes
// out, and people are answered. What the network tells by itself goes on and is paid.

// Allowance is how it stands with what may be spent on reading a channel.
type Allowance struct {
	Budget channel.ReadingBudget
	Spent  string    // of it in this month, a decimal number
	Ends   time.Time // then it is counted anew
}

// Empty says that nothing is left.
func (a Allowance) Empty() bool { return compare(a.Spent, a.Budget.Amount) >= 0 }

func compare(a, b string) int {
	x, good := new(big.Rat).SetString(a)
	y, fine := new(big.Rat).SetString(b)
	if !good || !fine {
		return -1
	}
	return x.Cmp(y)
}

// monthOf is the month of a moment, by a clock.
func monthOf(at time.Time, zone *time.Location) (from, until time.Time) {
	at = at.In(zone)
	from = time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, zone)
	return from, from.AddDate(0, 1, 0)
}

// allowanceOf says how it stands with a channel; limited is false where it has no budget.
func (h *House) allowanceOf(ctx context.Context, tx *store.Tx, c channel.Channel) (a Allowance, limited bool, err error) {
	if a.Budget, limited, err = channel.ReadingBudgetOf(ctx, tx, c.Workspace, c.ID); err != nil || !limited {
		return a, false, err
	}
	w, err := team.GetWorkspace(ctx, tx, c.Workspace)
	if err != nil {
		return a, false, err
	}
	a.Spent, a.Ends, err = spentReading(ctx, tx, c, a.Budget.Currency, w.Clock())
	return a, true, err
}

// spentReading is what reading a channel cost in this month, and when that ends.
func spentReading(ctx context.Context, tx *store.Tx, c channel.Channel, currency string, zone *time.Location) (spent string, ends time.Time, err error) {
	from, until := monthOf(tx.Now, zone)
	// Uses are kept by hours of UTC. Where a month begins within one, that hour is of the month before, as it is where spending is told.
	all, err := channel.Spent(ctx, tx, c.Workspace, c.ID, from.Add(time.Hour-time.Microsecond))
	sum, _ := network.Sum(readings(all, currency))
	return sum.Amount, until, err
}

// readings are the amounts that were spent on what the network tells.
func readings(spent []channel.Spending, currency string) (all []network.Price) {
	for _, s := range spent {
		if network.IsReading(s.What) && (currency == "" || s.Currency == currency) {
			all = append(all, network.Price{What: s.What, Amount: network.Price{Amount: s.Price}.Times(s.N), Currency: s.Currency})
		}
	}
	return all
}

// paused says whether a channel has nothing left to be read with, and notes that, and that
// it has something again: open screens hear of both.
func (h *House) paused(ctx context.Context, c channel.Channel, purse network.Purse) (bool, error) {
	empty, err := purse.Spent(ctx)
	was := !c.PausedSince.IsZero()
	switch {
	case err != nil:
	case empty:
		h.unread(ctx, c, channel.Paused, !was, func(ctx context.Context, tx *store.Tx) error {
			return channel.Pause(ctx, tx, c.Workspace, c.ID)
		})
	case was:
		err = store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
			h.tell(tx, c.Workspace, "channels", c.ID)
			return channel.Resume(ctx, tx, c.Workspace, c.ID)
		})
	}
	return empty, err
}

// untilPaid is how long a channel that is paused waits: not beyond the month, and not at
// all where the budget was raised while that was found out.
func (h *House) untilPaid(c channel.Channel) func(context.Context, *store.Tx) (time.Duration, error) {
	return func(ctx context.Context, tx *store.Tx) (time.Duration, error) {
		a, limited, err := h.allowanceOf(ctx, tx, c)
		if err != nil || !limited || !a.Empty() {
			return 0, err
		}
		return min(max(recount, h.rhythm()), a.Ends.Sub(tx.Now)), nil
	}
}
