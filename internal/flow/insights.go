package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
)

func insightsKind() jobs.Kind[channelArgs] {
	return jobs.Kind[channelArgs]{Name: "insights", Attempts: 1 << 30}
}

// settled is how long after its midnight a day of a network is asked for.
const settled = 3 * time.Hour

// insights asks once a day for the figures of an account: of each day that is over
// and may have changed, or that nobody has asked for, and for the followers of now.
// Days are the network's own.
func (h *House) insights(ctx context.Context, job *jobs.Job, args channelArgs) error {
	c, conn, err := h.conn(ctx, args.Workspace, args.Channel)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return h.later(ctx, job, insightsKind(), args, time.Hour, err)
	}
	if may, err := h.mayCount(ctx, c, conn); err != nil || !may { // also the followers: what is not paid for is not counted
		return h.later(ctx, job, insightsKind(), args, max(recount, h.measureEvery()), err)
	}
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return err
	}
	how := d.Profile().Insights
	zone, err := time.LoadLocation(how.Zone)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "the days of a network")
	}
	now := h.DB.Now().In(zone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	ofNow := network.Counts{}
	if n := h.followers(ctx, c); n >= 0 {
		ofNow[network.Followers] = n
	}
	c, conn, err = h.conn(ctx, c.Workspace, c.ID) // that may have renewed the keys
	if err != nil {
		return err
	}
	whole := true
	if insighter, err := able[network.Insighter](h, c, network.ActInsights); err == nil {
		if whole, err = h.daily(ctx, c, conn, insighter, how, today, ofNow); err != nil {
			return h.later(ctx, job, insightsKind(), args, time.Hour, err)
		}
	}
	if len(ofNow) > 0 {
		if err := h.keepDay(ctx, c, today, ofNow); err != nil {
			return err
		}
	}
	if !whole { // the other days as soon as they may be asked for
		return h.later(ctx, job, insightsKind(), args, max(recount, h.measureEvery()), nil)
	}
	next := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, zone).Add(settled)
	return h.later(ctx, job, insightsKind(), args, max(next.Sub(now), time.Minute), nil)
}
