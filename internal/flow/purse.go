package flow

import (
	"context"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// purse pays for what is read on a channel. What an answer brought is counted before
// anything is made of it: whoever dies in between reads it again, and it is not counted
// twice.
func (h *House) purse(c channel.Channel) network.Purse {
	return network.Purse{
		Pay: func(ctx context.Context, at time.Time, things []network.Purchase) error {
			all := make([]channel.Purchased, len(things))
			for i, t := range things {
				all[i] = channel.Purchased{What: t.What, ID: t.ID, At: at, Use: h.use(c, t.Price)}
			}
			var paid bool
			if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
				paid, err = channel.AllPaid(ctx, tx, all)
				return err
			}); err != nil || paid {
				return err
			}
			return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error { return channel.Bought(ctx, tx, all) })
		},
		Empty: func(ctx context.Context) (empty bool, err error) {
			err = store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
				s, limited, err := h.allowanceOf(ctx, tx, c)
				empty = limited && s.Empty()
				return err
			})
			return empty, err
		},
	}
}

// use is something of a channel with what it costs.
func (h *House) use(c channel.Channel, what string) channel.Use {
	price := network.Price{What: what}
	if d, err := h.Networks.Get(c.Network); err == nil {
		prices := d.Profile().Prices
		if i := slices.IndexFunc(prices, func(p network.Price) bool { return p.What == what }); i >= 0 {
			price.Amount, price.Currency = prices[i].Amount, prices[i].Currency
		}
	}
	return channel.Use{Channel: c.ID, Workspace: c.Workspace, Network: c.Network, Price: price}
}

// paid counts prices that were paid on a channel.
func (h *House) paid(ctx context.Context, tx *store.Tx, c channel.Channel, prices []network.Price) error {
	uses := make([]channel.Use, len(prices))
	for i, p := range prices {
		uses[i] = channel.Use{Channel: c.ID, Workspace: c.Workspace, Network: c.Network, Price: p, N: 1}
	}
	return channel.Took(ctx, tx, uses...)
}

// paidAct counts an act of another sort that was done.
func (h *House) paidAct(ctx context.Context, tx *store.Tx, c channel.Channel, what string) error {
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return nil //nolint:nilerr // a network that this version does not know
	}
	return h.paid(ctx, tx, c, d.Profile().Priced(network.Act{For: what}))
}
