package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/measure"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

func measureKind() jobs.Kind[channelArgs] {
	return jobs.Kind[channelArgs]{Name: "measure", Attempts: 1 << 30}
}

// measured is how many posts of a channel are looked at in one round.
const measured = 200

// measure asks for the counts of the posts whose time has come, and keeps them
// as the network gave them, with the followers of that moment beside them.
func (h *House) measure(ctx context.Context, job *jobs.Job, args channelArgs) error {
	c, conn, err := h.conn(ctx, args.Workspace, args.Channel)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return h.later(ctx, job, measureKind(), args, 5*time.Minute, err)
	}
	measurer, err := network.As[network.Measurer](h.Networks, c.Network, network.ActMeasure)
	if err != nil {
		return nil //nolint:nilerr // this network counts nothing for us
	}
	if h.denied(c, network.ActMeasure) != nil { // until the right is given
		return h.later(ctx, job, measureKind(), args, h.measureEvery(), nil)
	}
	if may, err := h.mayCount(ctx, c, conn); err != nil || !may {
		return h.later(ctx, job, measureKind(), args, max(recount, h.measureEvery()), err)
	}
	due, err := h.toMeasure(ctx, args)
	if err != nil || len(due) == 0 {
		return h.later(ctx, job, measureKind(), args, h.measureEvery(), err)
	}
	refs := make([]network.Ref, len(due))
	for i, p := range due {
		refs[i] = p.Remote
	}
	counts, err := measurer.Measure(ctx, conn, refs)
	if err != nil {
		h.ailing(ctx, c, err)
		return h.later(ctx, job, measureKind(), args, 5*time.Minute, err)
	}
	followers, sharing := h.followers(ctx, c), h.shared(ctx, c, conn, due)
	if err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		for _, p := range due {
			given, ok := counts[p.RemoteID]
			if !ok {
				continue // no answer is not zero
			}
			kept := network.Counts{}
			for name, n := range given {
				kept[name] = n
			}
			if followers >= 0 {
				kept[network.Followers] = followers
			}
			if err := measure.Keep(ctx, tx, args.Workspace, p.PublicationID, args.Channel, p.SentAt, kept, c.Network); err != nil {
				return err
			}
			h.tell(tx, args.Workspace, "posts", p.PublicationID)
		}
		for publication, is := range sharing {
			if err := publish.Share(ctx, tx, args.Workspace, publication, is); err != nil {
				return err
			}
			h.tell(tx, args.Workspace, "posts", publication)
		}
		return nil
	}); err != nil {
		return err
	}
	return h.later(ctx, job, measureKind(), args, h.measureEvery(), nil)
}

func (h *House) measureEvery() time.Duration { return max(4*h.rhythm(), time.Second) }

func (h *House) toMeasure(ctx context.Context, args channelArgs) ([]publish.Part, error) {
	var due []publish.Part
	err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		all, err := publish.Remembered(ctx, tx, args.Workspace, args.Channel, tx.Now.AddDate(0, 0, -91), measured)
		if err != nil {
			return err
		}
		for _, p := range all {
			if saidByHand(p.RemoteID) {
				continue // nobody knows what the network calls it
			}
			last, err := measure.Latest(ctx, tx, args.Workspace, p.PublicationID)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			if measure.Due(p.SentAt, last.TakenAt, tx.Now) {
				due = append(due, p)
			}
		}
		return nil
	})
	return due, err
}
