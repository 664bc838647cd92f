package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/measure"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

func remindKind() jobs.Kind[sendArgs] { return jobs.Kind[sendArgs]{Name: "remind"} }

// remindAgain is when somebody is reminded once more of what they have not done.
func remindAgain() []time.Duration { return []time.Duration{15 * time.Minute, 2 * time.Hour} }

// handOver gives a publication whose moment has come to a person, where the
// network gives no program a way to publish. handed: it was, and nothing is left
// to do for this job.
func (h *House) handOver(ctx context.Context, job *jobs.Job, args sendArgs) (handed bool, err error) {
	err = store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		handed = false
		c, err := channel.Get(ctx, tx, args.Workspace, args.Channel)
		if fault.Is(err, fault.NotFound) {
			return nil // the first act says so
		}
		if err != nil {
			return err
		}
		d, err := h.Networks.Get(c.Network)
		if err != nil || d.Profile().Assisted == nil {
			return nil //nolint:nilerr // the first act says so
		}
		if err := jobs.Hold(ctx, tx, job); err != nil {
			return err
		}
		handed = true
		p, err := publish.GetPublication(ctx, tx, args.Workspace, args.Publication)
		if err != nil {
			return err
		}
		if p.State == publish.Scheduled || p.State == publish.Publishing {
			if err := h.giveToPerson(ctx, tx, args); err != nil {
				return err
			}
		}
		return jobs.Settle(ctx, tx, job)
	})
	return handed, err
}

func (h *House) giveToPerson(ctx context.Context, tx *store.Tx, args sendArgs) error {
	p, err := publish.HandOver(ctx, tx, args.Workspace, args.Publication)
	if err != nil {
		return err
	}
	h.tell(tx, args.Workspace, "posts", p.PostID)
	return h.remindAt(ctx, tx, args, tx.Now)
}

func (h *House) remindAt(ctx context.Context, tx *store.Tx, args sendArgs, at time.Time) error {
	_, _, err := jobs.Insert(ctx, tx, remindKind(), jobs.New{Workspace: args.Workspace, Lane: "remind/" + args.Publication, Key: args.Publication, At: at}, args)
	return err
}

// remind tells who must publish by hand, and again later while it is not done.
func (h *House) remind(ctx context.Context, job *jobs.Job, args sendArgs) error {
	return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := jobs.Hold(ctx, tx, job); err != nil {
			return err
		}
		p, still, err := publish.Reminded(ctx, tx, args.Workspace, args.Publication)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err := jobs.Settle(ctx, tx, job); err != nil || !still {
			return err
		}
		if err := h.callPerson(ctx, tx, p); err != nil {
			return err
		}
		h.tell(tx, args.Workspace, "posts", p.PostID)
		again := remindAgain()
		if p.Reminded > len(again) {
			return nil
		}
		return h.remindAt(ctx, tx, args, tx.Now.Add(again[p.Reminded-1]))
	})
}

// ByHand lets a person publish what the network refused to take from Kith.
func (h *House) ByHand(ctx context.Context, actor access.Actor, publicationID string) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := publish.GetPublication(ctx, tx, actor.Workspace, publicationID)
		if err != nil {
			return err
		}
		if err := actor.May(access.Schedule, p.ChannelID); err != nil {
			return err
		}
		if p.State != publish.Failed {
			return fault.New(fault.Conflict, "Only what has failed is published by hand.").WithHint("Read it again.")
		}
		return h.giveToPerson(ctx, tx, sendArgs{Workspace: p.Workspace, Publication: p.ID, Channel: p.ChannelID})
	})
}

// DoneByHand takes a person's word that it is published.
func (h *House) DoneByHand(ctx context.Context, actor access.Actor, publicationID, url, proof string) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := publish.GetPublication(ctx, tx, actor.Workspace, publicationID)
		if err != nil {
			return err
		}
		if err := actor.May(access.Schedule, p.ChannelID); err != nil {
			return err
		}
		if proof != "" {
			if _, err := media.Get(ctx, tx, actor.Workspace, proof); err != nil {
				return err
			}
		}
		h.tell(tx, actor.Workspace, "posts", p.PostID)
		return publish.Done(ctx, tx, actor.Workspace, publicationID, url, proof)
	})
}

// byHand is the source of counts that a person read off and typed in.
const byHand network.Name = "by_hand"

// CountByHand keeps what a person read off the network.
func (h *House) CountByHand(ctx context.Context, actor access.Actor, publicationID string, counts network.Counts) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := publish.GetPublication(ctx, tx, actor.Workspace, publicationID)
		if err != nil {
			return err
		}
		if err := actor.May(access.Measure, p.ChannelID); err != nil {
			return err
		}
		if _, err := network.As[network.Measurer](h.Networks, p.Network, network.ActMeasure); err == nil {
			return fault.New(fault.Invalid, "This network says its numbers itself.").WithHint("Kith asks it regularly.")
		}
		if p.State != publish.Published {
			return fault.New(fault.Conflict, "This is not published.").WithHint("Confirm that it is, then enter the numbers.")
		}
		h.tell(tx, actor.Workspace, "posts", p.PostID)
		return measure.Keep(ctx, tx, p.Workspace, p.ID, p.ChannelID, p.PublishedAt, counts, byHand)
	})
}
