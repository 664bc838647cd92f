package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/store"
)

// sweepFaces is the job that forgets pictures which nobody is shown any more.
func sweepFaces() jobs.Kind[struct{}] { return jobs.Kind[struct{}]{Name: "faces.sweep", Attempts: 3} }

func (h *House) sweepFaces(ctx context.Context, _ *jobs.Job, _ struct{}) error {
	if err := media.SweepFitted(ctx, h.Blobs, time.Now()); err != nil {
		return err
	}
	return media.SweepPortraits(ctx, h.Blobs, time.Now())
}

// sweepUploads is the job that forgets files which never came whole.
func sweepUploads() jobs.Kind[struct{}] {
	return jobs.Kind[struct{}]{Name: "uploads.sweep", Attempts: 3}
}

func (h *House) sweepUploads(ctx context.Context, _ *jobs.Job, _ struct{}) error {
	if err := store.Do(ctx, h.DB, media.Forget); err != nil {
		return err
	}
	return media.SweepPieces(ctx, h.Blobs, time.Now())
}

func (h *House) sweepDaily(ctx context.Context, tx *store.Tx, _ time.Time) error {
	for _, k := range []jobs.Kind[struct{}]{sweepFaces(), sweepUploads(), sweepFiles()} {
		if _, _, err := jobs.Insert(ctx, tx, k, jobs.New{Key: "all", Lane: k.Name}, struct{}{}); err != nil {
			return err
		}
	}
	if err := channel.ForgetPurchases(ctx, tx); err != nil {
		return err
	}
	return channel.ForgetUses(ctx, tx)
}
