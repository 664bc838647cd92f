package flow

import (
	"context"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// sharing are the connected channels that one quota counts together.
func sharing(ctx context.Context, tx *store.Tx, c channel.Channel, q network.Quota) ([]string, error) {
	if q.Per != "app" {
		return []string{c.ID}, nil
	}
	return channel.Reading(ctx, tx, c.Network)
}

// takenOf is what was taken of a quota of calls since a moment, with what is in the till.
// Of an hour it is known how much it was and not when, so that it counts as its end: thus
// nothing is free again too soon.
func (h *House) takenOf(ctx context.Context, tx *store.Tx, c channel.Channel, q network.Quota, from time.Time) (all []publish.Taking, err error) {
	one := c.ID
	if q.Per == "app" {
		one = ""
	}
	hours, err := channel.TakenOf(ctx, tx, c.Network, one, network.Calls, from)
	for _, t := range hours {
		end := t.At.Add(time.Hour - time.Microsecond)
		if end.After(tx.Now) {
			end = tx.Now
		}
		all = append(all, publish.Taking{At: end, N: int(t.N)})
	}
	return append(all, publish.Taking{At: tx.Now, N: h.till.pending(c.Network, one, network.Calls)}), err
}

// calls is what counts for a quota of calls: what was taken, by whatever it was, and what
// is kept for what is to go out.
func (h *House) calls(ctx context.Context, tx *store.Tx, c channel.Channel, p network.Profile, q network.Quota, due time.Time, with beside) ([]publish.Taking, error) {
	known := with.known
	if known == nil || !known.about(q) {
		read, err := h.called(ctx, tx, c, p, q)
		if err != nil {
			return nil, err
		}
		known = &read
	}
	all := slices.Concat(known.taken, known.kept)
	if q.Per == "app" {
		all = append(all, publish.Taking{At: due, N: with.calls})
	}
	return all, nil
}

// called is how it stands with a quota of calls: what was taken of it, and what is kept
// for what is to go out, of so many channels together.
type called struct {
	of          network.Quota
	taken, kept []publish.Taking
	channels    int
}

// about says whether it was read for a quota, whatever number the network told since.
func (k called) about(q network.Quota) bool {
	q.Max = k.of.Max
	return q == k.of
}

// called reads how it stands with a quota of calls.
func (h *House) called(ctx context.Context, tx *store.Tx, c channel.Channel, p network.Profile, q network.Quota) (k called, err error) {
	k.of = q
	from := tx.Now.Add(-time.Duration(q.WindowS) * time.Second)
	if q.Daily != "" {
		from, _ = publish.Day(q, tx.Now)
	}
	if k.taken, err = h.takenOf(ctx, tx, c, q, from); err != nil {
		return k, err
	}
	channels, err := sharing(ctx, tx, c, q)
	if err != nil {
		return k, err
	}
	k.channels = len(channels)
	k.kept, err = publish.Reserved(ctx, tx, channels, p)
	return k, err
}

// callsOf is about how many calls parts take, each with what belongs to it; none where
// the network counts none.
func (h *House) callsOf(ctx context.Context, tx *store.Tx, c channel.Channel, contents []publish.Content) (each []int, sum int, err error) {
	d, err := h.Networks.Get(c.Network)
	if err != nil || !slices.ContainsFunc(d.Profile().Quotas, network.Quota.Spread) {
		return nil, 0, nil //nolint:nilerr // of a network that this version does not know, nothing is counted
	}
	parts := make([]network.Part, len(contents))
	for i, content := range contents {
		parts[i] = written(content)
		if parts[i].Media, _, err = described(ctx, tx, c.Workspace, content.Media); err != nil {
			return nil, 0, err
		}
		if err := voiced(ctx, tx, c.Workspace, parts[i].Media); err != nil {
			return nil, 0, err
		}
	}
	each = d.Profile().CallsOf(c.Limits, parts)
	for _, n := range each {
		sum += n
	}
	return each, sum, nil
}
