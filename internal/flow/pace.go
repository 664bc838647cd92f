package flow

import (
	"context"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// pacer lets a driver wait before calls that a network refuses in a burst: network.Conn.Pace.
// The places are counted in the database, as the posts of a channel may be sent by any
// process. What the facts of a network do not limit never waits.
func (h *House) pacer(c channel.Channel) func(context.Context, string) (time.Duration, error) {
	return func(ctx context.Context, quota string) (wait time.Duration, err error) {
		d, err := h.Networks.Get(c.Network)
		if err != nil {
			return 0, err
		}
		all := d.Profile().Quotas
		i := slices.IndexFunc(all, func(q network.Quota) bool { return q.Name == quota && q.Max > 0 && q.WindowS > 0 })
		if i < 0 {
			return 0, nil
		}
		return wait, store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
			wait, err = channel.Paced(ctx, tx, c, all[i])
			return err
		})
	}
}
