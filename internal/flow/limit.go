package flow

import (
	"context"
	"math/big"
	"strings"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// SetReadingBudget says what may be spent on reading a channel in a month; an empty amount:
// as much as it costs. What waits for it goes on at once.
func (h *House) SetReadingBudget(ctx context.Context, actor access.Actor, channelID, amount string) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := actor.May(access.Connect, channelID); err != nil {
			return err
		}
		c, err := channel.Get(ctx, tx, actor.Workspace, channelID)
		if err != nil {
			return err
		}
		d, err := h.Networks.Get(c.Network)
		if err != nil {
			return err
		}
		b, err := budgeted(d.Profile(), amount, "amount")
		if err != nil {
			return err
		}
		if err := b.keep(ctx, tx, c); err != nil {
			return err
		}
		h.tell(tx, c.Workspace, "channels", c.ID)
		return h.hurry(ctx, tx, c)
	})
}

// limit is what may be spent in a month on reading, before there is a channel.
type limit struct{ amount, currency string }

// budgeted reads what may be spent on a network, from a field of a form.
func budgeted(p network.Profile, amount, field string) (limit, error) {
	currency := readingCurrency(p)
	if currency == "" {
		return limit{}, fault.New(fault.Invalid, "%s takes no money for reading, as far as Kith knows.", p.Label)
	}
	if amount != "" {
		n, good := new(big.Rat).SetString(amount)
		if !good || n.Sign() <= 0 || strings.Trim(amount, "0123456789.") != "" || len(amount) > 12 {
			return limit{}, fault.New(fault.Invalid, "A budget is more than nothing.").On(field)
		}
	}
	return limit{amount, currency}, nil
}

func (l limit) keep(ctx context.Context, tx *store.Tx, c channel.Channel) error {
	return channel.KeepReadingBudget(ctx, tx, channel.ReadingBudget{Channel: c.ID, Workspace: c.Workspace, Amount: l.amount, Currency: l.currency})
}

// readingCurrency is in what a network takes money for reading; "": it takes none.
func readingCurrency(p network.Profile) string {
	for _, price := range p.Prices {
		if network.IsReading(price.What) {
			return price.Currency
		}
	}
	return ""
}
