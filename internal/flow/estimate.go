package flow

import (
	"context"
	"math/big"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// How an estimate is made.
const (
	measuredSpan = 30 * 24 * time.Hour // what reading cost in this while
	leastSpan    = 24 * time.Hour      // and of less than a day, nothing is concluded
	monthDays    = 30
)

// Estimate is about what reading a channel costs in a month of 30 days: from what it cost
// lately, without the time in which it was paused; or, before a day has passed, from what
// its network's reader asks for.
type Estimate struct {
	Amount   string
	Currency string
	Hours    int    // of the time that it is from; 0: from the plan
	Assumes  string // of the plan: how much happens on the account
}

// Reading is how it stands with what reading a channel costs.
type Reading struct {
	Channel   channel.Channel
	Currency  string
	Spent     string // this month
	Ends      time.Time
	Allowance *Allowance // nil: nothing limits it
	Estimate  Estimate
}

// Paused says that it is not read because nothing may be spent on that: it was found out,
// and neither the month nor the budget is another one since.
func (r Reading) Paused() bool {
	return !r.Channel.PausedSince.IsZero() && r.Allowance != nil && r.Allowance.Empty()
}

// readingOf says how it stands; charged is false where the network takes no money for it.
func (h *House) readingOf(ctx context.Context, tx *store.Tx, c channel.Channel, zone *time.Location) (r Reading, charged bool, err error) {
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return r, false, nil //nolint:nilerr // a network that this version does not know
	}
	p := d.Profile()
	if r.Currency = readingCurrency(p); r.Currency == "" {
		return r, false, nil
	}
	r.Channel = c
	a, limited, err := h.allowanceOf(ctx, tx, c)
	if err != nil {
		return r, false, err
	}
	if limited {
		r.Allowance, r.Spent, r.Ends = &a, a.Spent, a.Ends
	} else if r.Spent, r.Ends, err = spentReading(ctx, tx, c, r.Currency, zone); err != nil {
		return r, false, err
	}
	r.Estimate, err = estimated(ctx, tx, c, p, r.Currency)
	return r, true, err
}

func estimated(ctx context.Context, tx *store.Tx, c channel.Channel, p network.Profile, currency string) (Estimate, error) {
	begun, paused, err := channel.Watched(ctx, tx, c, tx.Now.Add(-measuredSpan))
	if err != nil {
		return Estimate{}, err
	}
	span := tx.Now.Sub(begun) - paused
	if span < leastSpan {
		sum, _ := network.Sum(p.Reading.Month(p.Prices, monthDays))
		return Estimate{Amount: sum.Amount, Currency: currency, Assumes: p.Reading.Assumes}, nil
	}
	spent, err := channel.Spent(ctx, tx, c.Workspace, c.ID, begun)
	sum, _ := network.Sum(readings(spent, currency))
	amount, good := new(big.Rat).SetString(sum.Amount)
	if !good {
		amount = new(big.Rat)
	}
	amount.Mul(amount, big.NewRat(int64(monthDays*24*time.Hour), int64(span)))
	return Estimate{Amount: amount.FloatString(2), Currency: currency, Hours: int(span.Hours())}, err
}
