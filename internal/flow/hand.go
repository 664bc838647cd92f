package flow

import (
	"context"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// byHand says that a person publishes: because no program can there, or because they
// chose to.
func (h *House) byHand(name network.Name, hand publish.Hand) bool {
	d, err := h.Networks.Get(name)
	return err == nil && d.Profile().Assisted != nil && (hand.Chosen || network.ByHandOnly(d))
}

// saidByHand says that a post is there by the word of a person alone.
func saidByHand(remoteID string) bool {
	return strings.HasPrefix(remoteID, "said:") || strings.HasPrefix(remoteID, "hand:")
}

// handOver gives a publication whose moment has come to a person, where it is one
// that a person publishes. handed: it was, and nothing is left to do for this job.
func (h *House) handOver(ctx context.Context, tx *store.Tx, job *jobs.Job, args sendArgs, on network.Name) (handed bool, err error) {
	p, err := publish.GetPublication(ctx, tx, args.Workspace, args.Publication)
	if err != nil || !h.byHand(on, p.Hand) {
		return false, err
	}
	if p.State == publish.Scheduled || p.State == publish.Publishing {
		if err := h.giveToPerson(ctx, tx, access.System(args.Workspace), args); err != nil {
			return true, err
		}
	}
	return true, jobs.Settle(ctx, tx, job)
}

func (h *House) giveToPerson(ctx context.Context, tx *store.Tx, actor access.Actor, args sendArgs) error {
	p, err := publish.HandOver(ctx, tx, actor, args.Publication)
	if err != nil {
		return err
	}
	h.tell(tx, args.Workspace, "posts", p.PostID)
	if err := h.prepare(ctx, tx, p); err != nil {
		return err
	}
	return h.remindAt(ctx, tx, args, tx.Now)
}

// ByHand lets a person publish what the network refused to take from Kith, what nobody
// came to the first time, or what is theirs to publish and they have the time now.
func (h *House) ByHand(ctx context.Context, actor access.Actor, publicationID string) error {
	return h.handed(ctx, actor, publicationID, func(ctx context.Context, tx *store.Tx, p publish.Publication) error {
		sooner := p.State == publish.Scheduled && h.byHand(p.Network, p.Hand)
		if p.State != publish.Failed && p.State != publish.Unconfirmed && !sooner {
			return fault.New(fault.Conflict, "Only what has failed is published by hand.").WithHint("Read it again.")
		}
		return h.giveToPerson(ctx, tx, actor, sendArgs{Workspace: p.Workspace, Publication: p.ID, Channel: p.ChannelID})
	})
}

// longestSnooze is how long something may be put off: after that it is another post.
const longestSnooze = 30 * 24 * time.Hour

// Snooze puts off what waits to be published by hand.
func (h *House) Snooze(ctx context.Context, actor access.Actor, publicationID string, until time.Time, why string) error {
	return h.handed(ctx, actor, publicationID, func(ctx context.Context, tx *store.Tx, p publish.Publication) error {
		if !until.After(tx.Now) || until.After(tx.Now.Add(longestSnooze)) {
			return fault.New(fault.Invalid, "This moment is past, or too far away.").On("until").WithHint("Choose one within the next thirty days.")
		}
		if err := publish.Snooze(ctx, tx, actor, p.ID, until, why); err != nil {
			return err
		}
		return h.remindAt(ctx, tx, sendArgs{Workspace: p.Workspace, Publication: p.ID, Channel: p.ChannelID}, until)
	})
}

// Skip says that nobody will publish something by hand, and why.
func (h *House) Skip(ctx context.Context, actor access.Actor, publicationID, why string) error {
	return h.handed(ctx, actor, publicationID, func(ctx context.Context, tx *store.Tx, p publish.Publication) error {
		if strings.TrimSpace(why) == "" {
			return fault.New(fault.Invalid, "The reason is missing.").On("reason").WithHint("Say in a few words why it is not published; it stays with the post.")
		}
		return publish.Skip(ctx, tx, actor, p.ID, why)
	})
}

// handed does something to a publication that its actor may publish.
func (h *House) handed(ctx context.Context, actor access.Actor, publicationID string, do func(ctx context.Context, tx *store.Tx, p publish.Publication) error) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := publicationFor(ctx, tx, actor, access.Schedule, publicationID)
		if err != nil {
			return err
		}
		h.tell(tx, actor.Workspace, "posts", p.PostID)
		return do(ctx, tx, p)
	})
}
