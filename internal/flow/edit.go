package flow

import (
	"context"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

type editArgs struct {
	Workspace string `json:"workspace"`
	Channel   string `json:"channel"`
	Edit      string `json:"edit"`
}

func editKind() jobs.Kind[editArgs] { return jobs.Kind[editArgs]{Name: "edit"} }

// edit is the way a change goes out: claim, change, settle.
func (h *House) edit(ctx context.Context, job *jobs.Job, args editArgs) error {
	var e publish.Edit
	var part publish.Part
	var former bool
	err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if err := jobs.Hold(ctx, tx, job); err != nil {
			return err
		}
		if e, part, err = publish.GetEdit(ctx, tx, args.Workspace, args.Edit); err != nil {
			return err
		}
		if e, former, err = publish.ClaimEdit(ctx, tx, e, job.Token()); err != nil {
			return err
		}
		if former {
			err = h.queueEdit(ctx, tx, args, confirmEditKind(), tx.Now)
		}
		if err != nil || e.ID != "" && !former {
			return err
		}
		return jobs.Settle(ctx, tx, job)
	})
	if err != nil || former || e.ID == "" {
		return err
	}
	ref, cause := h.reword(ctx, args, e, part)
	retry := fault.Is(cause, fault.Throttled) || fault.Is(cause, fault.Unavailable)
	err = store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := jobs.Hold(ctx, tx, job); err != nil {
			return err
		}
		h.tell(tx, args.Workspace, "posts", part.PublicationID)
		var err error
		switch {
		case retry:
			why, _ := fault.Shown(cause)
			return publish.ReleaseEdit(ctx, tx, e, why) // the runner tries again
		case fault.Is(cause, fault.Uncertain):
			if err = publish.DoubtEdit(ctx, tx, e); err == nil {
				err = h.queueEdit(ctx, tx, args, confirmEditKind(), tx.Now)
			}
		case cause != nil:
			err = publish.FailEdit(ctx, tx, e, cause)
		default:
			err = publish.SettleEdit(ctx, tx, e, part, ref)
		}
		if err != nil {
			return err
		}
		return jobs.Settle(ctx, tx, job)
	})
	if err == nil && retry {
		return cause
	}
	return err
}
