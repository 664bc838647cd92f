package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// laneAhead is where files are handed over that take a while, one after the other, so
// that what is due on the channel does not wait for them. Nothing that is done there can
// be seen by anybody.
const laneAhead = "ahead"

// soonAgain is when what could not be handed over is tried again, and looked at again
// where the channel is out of order.
const (
	soonAgain = time.Minute
	mending   = 5 * time.Minute
)

// goAhead hands over the files of a post before its time. What can be seen is left for
// the time itself, and so is everything that cannot be done now.
func (h *House) goAhead(ctx context.Context, job *jobs.Job, args sendArgs) error {
	var next publish.Claimed
	ended := false
	err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		next, ended, err = h.takeAhead(ctx, tx, job, args)
		return err
	})
	if err != nil || ended {
		return err
	}
	_, err = h.sendPart(ctx, job, args, next)
	return err
}

// takeAhead claims what is to be handed over. ended: nothing is, here and now.
func (h *House) takeAhead(ctx context.Context, tx *store.Tx, job *jobs.Job, args sendArgs) (next publish.Claimed, ended bool, err error) {
	if err := jobs.Hold(ctx, tx, job); err != nil {
		return next, false, err
	}
	p, err := publish.GetPublication(ctx, tx, args.Workspace, args.Publication)
	if err != nil {
		return next, false, err
	}
	c, err := channel.Get(ctx, tx, args.Workspace, args.Channel)
	if err != nil && !fault.Is(err, fault.NotFound) { // of what is removed, the first act says so at its time
		return next, false, err
	}
	if err != nil || h.byHand(c.Network, p.Hand) {
		return next, true, h.leaveIt(ctx, tx, job, args, time.Time{}, time.Time{})
	}
	if c.Health == "broken" && tx.Now.Before(p.DueAt) {
		return next, true, h.leaveIt(ctx, tx, job, args, tx.Now.Add(mending), time.Time{})
	}
	next, ready, err := publish.Prepare(ctx, tx, args.Workspace, args.Publication, job.Token(), h.stepsOf(c))
	switch {
	case err != nil:
		return next, false, err
	case next.Done():
		return next, true, jobs.Settle(ctx, tx, job)
	case ready:
		return next, true, h.leaveIt(ctx, tx, job, args, time.Time{}, time.Time{})
	}
	h.tell(tx, args.Workspace, "posts", args.Publication)
	return next, false, nil
}

// leaveIt ends a job that hands over, and begins the next one: at a moment, if that is
// before the time of the post, else the one that publishes it. Where the network said
// that it takes nothing before a moment, held, nothing is tried before; otherwise a post
// whose time has come waits no longer.
func (h *House) leaveIt(ctx context.Context, tx *store.Tx, job *jobs.Job, args sendArgs, again, held time.Time) error {
	if err := jobs.Settle(ctx, tx, job); err != nil {
		return err
	}
	p, err := publish.GetPublication(ctx, tx, args.Workspace, args.Publication)
	if err != nil {
		return err
	}
	if again.After(tx.Now) && again.Before(p.DueAt) {
		return queueIn(ctx, tx, p, job.Key, laneAhead, again)
	}
	return queueIn(ctx, tx, p, job.Key, lanePosts, latest(latest(tx.Now, p.DueAt), held))
}

// notYet records that something could not be handed over, by what its failure proves;
// false: it will never be taken, and the person hears of it now.
func (h *House) notYet(ctx context.Context, tx *store.Tx, job *jobs.Job, args sendArgs, next publish.Claimed, cause error) (bool, error) {
	var again, held time.Time
	switch fault.KindOf(cause) {
	case fault.Throttled, fault.Unavailable:
		again = tx.Now.Add(max(fault.After(cause), soonAgain))
		held = tx.Now.Add(fault.After(cause))
	case fault.Denied: // the channel is out of order, which is said there: it may be mended in time
		again = tx.Now.Add(mending)
	default:
		return false, nil
	}
	text, _ := fault.Shown(cause)
	if err := publish.Release(ctx, tx, next.Part, text); err != nil {
		return true, err
	}
	return true, h.leaveIt(ctx, tx, job, args, again, held)
}
