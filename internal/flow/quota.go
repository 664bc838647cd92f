package flow

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// longest is the while of the longest quota that is looked at.
const longest = 32 * 24 * time.Hour

// beside is what goes out on other channels of a network by the same act.
type beside struct {
	posts map[network.PostKind]int
	calls int
	known *called // how it stands with calls, where that was read already
}

// and is a beside with one more publication.
func (b beside) and(kind network.PostKind, posts, calls int) beside {
	all := maps.Clone(b.posts)
	if all == nil {
		all = map[network.PostKind]int{}
	}
	all[kind] += posts
	return beside{all, b.calls + calls, b.known}
}

// rooms holds parts, and the calls that they take, against the quotas of their network.
// What is scheduled counts, and what is taken back counts no more.
func (h *House) rooms(ctx context.Context, tx *store.Tx, c channel.Channel, contents []publish.Content, calls int, due time.Time, with beside) ([]publish.Room, error) {
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return nil, err
	}
	if due.Before(tx.Now) {
		due = tx.Now
	}
	var quotas []network.Quota
	booked := map[network.Quota][]publish.Taking{}
	for _, q := range d.Profile().Quotas {
		if !publish.Kept(q) || len(contents) > 0 && !publish.Counts(q, contents[0]) {
			continue
		}
		q = told(c, d.Profile().Quotas, q)
		quotas = append(quotas, q)
		if booked[q], err = h.booked(ctx, tx, c, d.Profile(), q, due, with); err != nil {
			return nil, err
		}
	}
	return publish.Rooms(quotas, contents, calls, c.Limits, func(q network.Quota) []publish.Taking { return booked[q] }, due), nil
}

// told is a quota with the number that the network itself gives for this account, which
// may be another one than is published: where one quota alone can be meant.
func told(c channel.Channel, all []network.Quota, q network.Quota) network.Quota {
	for _, other := range all {
		if other.Name == q.Name && other != q {
			return q
		}
	}
	for _, use := range c.Quotas {
		if use.Name == q.Name && use.Max > 0 {
			q.Max = use.Max
		}
	}
	return q
}

// booked is what counts for a quota of a channel's network.
func (h *House) booked(ctx context.Context, tx *store.Tx, c channel.Channel, p network.Profile, q network.Quota, due time.Time, with beside) ([]publish.Taking, error) {
	if q.Spread() {
		return h.calls(ctx, tx, c, p, q, due, with)
	}
	channels := []string{c.ID}
	if q.Per == "app" {
		var err error
		if channels, err = channel.On(ctx, tx, c.Network); err != nil {
			return nil, err
		}
	}
	all, err := publish.Booked(ctx, tx, channels, c.Limits.Thread, q, tx.Now.Add(-longest))
	if err != nil || q.Per != "app" {
		return elsewhere(c, q, all), err
	}
	for kind, n := range with.posts {
		if publish.Counts(q, publish.Content{Kind: kind}) {
			all = append(all, publish.Taking{At: due, N: n})
		}
	}
	return all, nil
}

// elsewhere adds what went out by other hands than ours, where the network says
// how much that is: as if it had all gone out when it was asked.
func elsewhere(c channel.Channel, q network.Quota, own []publish.Taking) []publish.Taking {
	for _, use := range c.Quotas {
		if use.Name != q.Name || c.QuotasAt.IsZero() || use.Max != q.Max && use.Max > 0 && q.Max > 0 {
			continue
		}
		ours := publish.Fit(q, own, c.QuotasAt, 0).Used
		if more := use.Used - ours; more > 0 {
			own = append(slices.Clone(own), publish.Taking{At: c.QuotasAt, N: more})
		}
	}
	return own
}
