package flow

import (
	"context"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

type sendArgs struct {
	Workspace   string `json:"workspace"`
	Publication string `json:"publication"`
	Channel     string `json:"channel"`
	// Ahead: only what nobody can see is done, and the rest left for its time.
	Ahead bool `json:"ahead,omitempty"`
}

func sendKind() jobs.Kind[sendArgs] { return jobs.Kind[sendArgs]{Name: "send"} }

// send is the way a post goes out: claim, act, settle, part by part.
func (h *House) send(ctx context.Context, job *jobs.Job, args sendArgs) error {
	if args.Ahead {
		return h.goAhead(ctx, job, args)
	}
	for first := true; ; first = false {
		var next publish.Claimed
		ended := false
		err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
			next, ended, err = h.claim(ctx, tx, job, args, first)
			return err
		})
		if err != nil || ended {
			return err
		}
		if last, err := h.sendPart(ctx, job, args, next); err != nil || last {
			return err
		}
	}
}

// claim takes the next part of a publication. ended: nothing is left to do for this
// job, because all is out, somebody died while sending, or a person publishes it.
func (h *House) claim(ctx context.Context, tx *store.Tx, job *jobs.Job, args sendArgs, first bool) (next publish.Claimed, ended bool, err error) {
	if err := jobs.Hold(ctx, tx, job); err != nil {
		return next, false, err
	}
	c, err := channel.Get(ctx, tx, args.Workspace, args.Channel)
	if err != nil && !fault.Is(err, fault.NotFound) { // of what is removed, the first act says so
		return next, false, err
	}
	if first && err == nil {
		if handed, err := h.handOver(ctx, tx, job, args, c.Network); err != nil || handed {
			return next, handed, err
		}
	}
	if next, err = publish.Claim(ctx, tx, args.Workspace, args.Publication, job.Token(), h.stepsOf(c)); err != nil {
		return next, false, err
	}
	h.tell(tx, args.Workspace, "posts", args.Publication)
	if next.Former {
		h.became(tx, args.Channel, "unclear")
		if err := h.doubt(ctx, tx, args); err != nil {
			return next, false, err
		}
	}
	if next.Former || next.Done() {
		return next, true, jobs.Settle(ctx, tx, job)
	}
	return next, false, nil
}

// sendPart speaks to the network, act by act, each outside any transaction, and
// records what is known after each.
func (h *House) sendPart(ctx context.Context, job *jobs.Job, args sendArgs, next publish.Claimed) (last bool, err error) {
	kept := h.DB.Now()
	for {
		did, cause := h.act(ctx, args, next)
		if cause == nil && loose(did) && h.DB.Now().Sub(kept) < often && ctx.Err() == nil {
			did.Step.Since = next.Part.Step.Since
			next.Part.Step = did.Step
			continue
		}
		kept = h.DB.Now()
		cause = unseen(next.Part.Step, cause)
		var goOn bool
		// What the network did is a fact, even if we are being stopped.
		err = store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
			if err := jobs.Hold(ctx, tx, job); err != nil {
				return err
			}
			h.tell(tx, args.Workspace, "posts", args.Publication)
			last, goOn = true, false
			switch {
			case cause != nil:
				return h.missed(ctx, tx, job, args, next, cause)
			case did.Sent == nil && (did.Wait > 0 || args.Ahead && did.Step.Public):
				return h.pause(ctx, tx, job, args, next, did)
			case did.Sent == nil:
				goOn = true
				next.Part, err = publish.Reached(ctx, tx, next.Part, did.Step)
				return err
			}
			if err := h.settlePart(ctx, tx, args.Channel, next.Part, *did.Sent); err != nil {
				return err
			}
			if !next.Last {
				last = false
				return nil
			}
			return jobs.Settle(ctx, tx, job)
		})
		if err != nil {
			return true, err
		}
		if goOn {
			if ctx.Err() != nil {
				return true, ctx.Err() // we are being stopped: what is reached is kept
			}
			continue
		}
		if k := fault.KindOf(cause); cause != nil && !args.Ahead && (k == fault.Throttled || k == fault.Unavailable) {
			return true, cause
		}
		return last, nil
	}
}
