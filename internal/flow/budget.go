package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// Where a network counts calls, reading takes of the same as publishing. So a reader
// leaves what is needed for what is to go out, and a tenth for what people do by hand;
// what is left to it, it spreads over the time until the network counts anew.

// budget is how it stands with a network's calls.
type budget struct {
	quota network.Quota
	used  int
	kept  int       // for what is to go out and what people do by hand
	ends  time.Time // then it is counted anew, or something becomes free
	with  int       // so many channels share it
}

// left is what reading may take.
func (b budget) left() int { return b.quota.Max - b.used - b.kept }

// wait is how long to wait after a reading that mostly costs so much: at least the
// usual time, and no longer than until there is more.
func (b budget) wait(now time.Time, cost float64, usual time.Duration) time.Duration {
	rest := max(b.ends.Sub(now), 0)
	if float64(b.left()) < cost {
		return max(usual, rest)
	}
	return max(usual, min(rest, time.Duration(float64(rest)*cost*float64(max(b.with, 1))/float64(max(b.left(), 1)))))
}

// budgetOf says how it stands with the calls of a channel's network; limited is false
// where no number of them is known.
func (h *House) budgetOf(ctx context.Context, tx *store.Tx, c channel.Channel) (b budget, limited bool, err error) {
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return b, false, nil //nolint:nilerr // a network that this version does not know
	}
	q, limited := spread(d.Profile())
	if !limited {
		return b, false, nil
	}
	k, err := h.called(ctx, tx, c, d.Profile(), q)
	if err != nil {
		return b, false, err
	}
	return k.budget(tx.Now), true, nil
}

// spread is the quota of calls that reading leaves something of.
func spread(p network.Profile) (network.Quota, bool) {
	for _, q := range p.Quotas {
		if q.Spread() {
			return q, true
		}
	}
	return network.Quota{}, false
}

// budget is what is left of it to those who read.
func (k called) budget(now time.Time) budget {
	b := budget{quota: k.of, with: k.channels, ends: now.Add(time.Hour)} // bit by bit something becomes free
	if k.of.Daily != "" {
		_, b.ends = publish.Day(k.of, now)
	}
	for _, t := range k.taken {
		b.used += t.N
	}
	for _, t := range k.kept {
		if t.At.Before(b.ends) {
			b.kept += t.N
		}
	}
	b.kept += b.quota.Max / 10
	return b
}

// spare asks whether a channel may be read or counted now, and how it stands.
func (h *House) spare(ctx context.Context, c channel.Channel) (b budget, limited bool, err error) {
	err = store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		b, limited, err = h.budgetOf(ctx, tx, c)
		return err
	})
	if over, is := spent(c, h.DB.Now()); is && (!limited || b.left() > 0) {
		return over, true, err
	}
	return b, limited, err
}

// mayCount asks whether the figures of an account may be asked for now: calls are left
// over what is to go out, and money over what reading it has cost.
func (h *House) mayCount(ctx context.Context, c channel.Channel, conn network.Conn) (bool, error) {
	if b, limited, err := h.spare(ctx, c); err != nil || limited && b.left() <= 0 {
		return false, err
	}
	broke, err := conn.Purse.Spent(ctx)
	return err == nil && !broke, err
}

// saved is why a channel is not read although it could be.
func saved(label string) error {
	return fault.New(fault.Throttled, "What is left of the calls that %s allows is kept for what is to go out.", label).
		WithHint("It is read again when the network counts anew.")
}
