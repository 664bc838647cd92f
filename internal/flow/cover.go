package flow

import (
	"context"
	"slices"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

type coverArgs struct {
	Workspace   string `json:"workspace"`
	Channel     string `json:"channel"`
	Publication string `json:"publication"`
}

func coverKind() jobs.Kind[coverArgs] { return jobs.Kind[coverArgs]{Name: "cover"} }

// bringCovers is the way a cover follows a video that is out. Bringing one twice is as good
// as once, so there is nothing to look for after a lost answer.
func (h *House) bringCovers(ctx context.Context, job *jobs.Job, args coverArgs) error {
	for {
		var all []publish.Covered
		var i int
		var part publish.Part
		err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
			if err := jobs.Hold(ctx, tx, job); err != nil {
				return err
			}
			if all, err = publish.Covers(ctx, tx, args.Workspace, args.Publication); err != nil {
				return err
			}
			if i = slices.IndexFunc(all, publish.Covered.Due); i < 0 {
				return jobs.Settle(ctx, tx, job)
			}
			part, err = publish.GetPart(ctx, tx, args.Workspace, all[i].PartID)
			return err
		})
		if err != nil || i < 0 {
			return err
		}
		cause := h.bringCover(ctx, args, all[i], part)
		if fault.Is(cause, fault.Uncertain) {
			cause = fault.Wrap(fault.Unavailable, cause, "The network did not answer.")
		}
		if fault.Is(cause, fault.Throttled) || fault.Is(cause, fault.Unavailable) {
			return cause // the runner tries again
		}
		err = store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
			if err := jobs.Hold(ctx, tx, job); err != nil {
				return err
			}
			h.tell(tx, args.Workspace, "posts", args.Publication)
			return all[i].Close(ctx, tx, cause)
		})
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// bringCover asks the network to show a picture for a video.
func (h *House) bringCover(ctx context.Context, args coverArgs, due publish.Covered, part publish.Part) error {
	c, conn, err := h.conn(ctx, args.Workspace, args.Channel)
	if err != nil {
		return err
	}
	coverer, err := network.As[network.Coverer](h.Networks, c.Network, network.ActCover)
	if err != nil {
		return err
	}
	var files []network.Media
	var keys []string
	if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		files, keys, err = described(ctx, tx, args.Workspace, []publish.Attached{{ID: due.CoverID}})
		return err
	}); err != nil {
		return err
	}
	err = coverer.Cover(ctx, conn, part.Remote, h.openable(ctx, args.Workspace, files, keys)[0])
	h.ailing(ctx, c, err)
	return err
}

// strandedCovers records that the job gave up.
func (h *House) strandedCovers(ctx context.Context, tx *store.Tx, _ *jobs.Job, args coverArgs, cause error) error {
	all, err := publish.Covers(ctx, tx, args.Workspace, args.Publication)
	if err != nil {
		return err
	}
	h.tell(tx, args.Workspace, "posts", args.Publication)
	for _, c := range all {
		if err := c.Close(ctx, tx, cause); err != nil {
			return err
		}
	}
	return nil
}
