package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

func confirmKind() jobs.Kind[sendArgs] { return jobs.Kind[sendArgs]{Name: "confirm"} }

// doubt makes Kith look for an unclear publication. Looking has a lane of its
// own: only this publication waits for it.
func (h *House) doubt(ctx context.Context, tx *store.Tx, args sendArgs) error {
	return h.lookAt(ctx, tx, args, tx.Now)
}

func (h *House) lookAt(ctx context.Context, tx *store.Tx, args sendArgs, at time.Time) error {
	_, _, err := jobs.Insert(ctx, tx, confirmKind(), jobs.New{Workspace: args.Workspace, Lane: "confirm/" + args.Publication, Key: args.Publication, At: at}, args)
	return err
}

// lookAgain ends this look and begins another one later.
func (h *House) lookAgain(ctx context.Context, tx *store.Tx, job *jobs.Job, args sendArgs, at time.Time) error {
	if err := jobs.Settle(ctx, tx, job); err != nil {
		return err
	}
	return h.lookAt(ctx, tx, args, at)
}

// later gives the moment to look again: seldom enough not to bother the
// network, soon enough that a found post shows quickly.
func later(now, end time.Time) time.Time {
	if next := now.Add(15 * time.Second); next.Before(end) {
		return next
	}
	return end.Add(time.Second)
}

// goOn ends a look; the rest of the publication goes back to its channel's lane.
func (h *House) goOn(ctx context.Context, tx *store.Tx, job *jobs.Job, args sendArgs, more bool) error {
	if more {
		p, err := publish.GetPublication(ctx, tx, args.Workspace, args.Publication)
		if err != nil {
			return err
		}
		if err := h.queue(ctx, tx, p, latest(tx.Now, p.DueAt)); err != nil {
			return err
		}
	}
	return jobs.Settle(ctx, tx, job)
}

func (h *House) ask(ctx context.Context, job *jobs.Job, args sendArgs, p publish.Part, why string, seen []network.Seen) error {
	return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := publish.AskPerson(ctx, tx, p, why, seen); err != nil {
			return err
		}
		h.tell(tx, args.Workspace, "posts", args.Publication)
		return jobs.Settle(ctx, tx, job)
	})
}

// unconfirmed asks a person when looking has gone on for too long in vain.
func (h *House) unconfirmed(ctx context.Context, tx *store.Tx, _ *jobs.Job, args sendArgs, cause error) error {
	c, err := publish.Doubtful(ctx, tx, args.Workspace, args.Publication)
	if err != nil || c.Done() {
		return err
	}
	text, _ := fault.Shown(cause)
	h.tell(tx, args.Workspace, "posts", args.Publication)
	return publish.AskPerson(ctx, tx, c.Part, text, nil)
}
