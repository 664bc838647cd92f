package flow

import (
	"context"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// missed records an act that did not succeed, by what its failure proves.
func (h *House) missed(ctx context.Context, tx *store.Tx, job *jobs.Job, args sendArgs, next publish.Claimed, cause error) error {
	if args.Ahead {
		if waits, err := h.notYet(ctx, tx, job, args, next, cause); waits || err != nil {
			return err
		}
	}
	switch fault.KindOf(cause) {
	case fault.Throttled, fault.Unavailable:
		text, _ := fault.Shown(cause)
		return publish.Release(ctx, tx, next.Part, text) // the runner tries again
	case fault.Uncertain:
		if err := publish.Doubt(ctx, tx, next.Part, "The network did not answer."); err != nil {
			return err
		}
		if err := h.doubt(ctx, tx, args); err != nil {
			return err
		}
		h.became(tx, args.Channel, "unclear")
	default:
		if err := publish.Fail(ctx, tx, next.Part, cause); err != nil {
			return err
		}
		h.became(tx, args.Channel, "failed")
	}
	return jobs.Settle(ctx, tx, job)
}

// stranded records that a publication's job gave up.
func (h *House) stranded(ctx context.Context, tx *store.Tx, _ *jobs.Job, args sendArgs, cause error) error {
	h.tell(tx, args.Workspace, "posts", args.Publication)
	doubtful, err := publish.Stranded(ctx, tx, args.Workspace, args.Publication, cause)
	if err != nil {
		return err
	}
	if !doubtful {
		h.became(tx, args.Channel, "failed")
		return nil
	}
	h.became(tx, args.Channel, "unclear")
	return h.doubt(ctx, tx, args)
}
