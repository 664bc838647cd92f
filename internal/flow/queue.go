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

// ahead is how long before its time the files of a publication are handed over, where
// they are not yet.
func (h *House) ahead(ctx context.Context, tx *store.Tx, p publish.Publication, parts []publish.Part) (time.Duration, error) {
	d, err := h.Networks.Get(p.Network)
	if err != nil || h.byHand(p.Network, p.Hand) || len(parts) == 0 || parts[0].RemoteID != "" || parts[0].Step.Public {
		return 0, nil //nolint:nilerr // of a network that this version does not know, the first act says so
	}
	if _, gradual := d.(network.Stepper); !gradual || d.Profile().Ahead == nil {
		return 0, nil
	}
	files, _, err := described(ctx, tx, p.Workspace, parts[0].Content.Media)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return d.Profile().Ahead.Before(files), err
}

// queue lets a publication leave at a moment: its files ahead of it, where they take a
// while.
func (h *House) queue(ctx context.Context, tx *store.Tx, p publish.Publication, at time.Time) error {
	parts, err := publish.Sequence(ctx, tx, p.Workspace, p.ID)
	if err != nil {
		return err
	}
	before, err := h.ahead(ctx, tx, p, parts)
	if err != nil {
		return err
	}
	key := p.ID
	if len(parts) > 0 { // of this scheduling: of a former one a job may still be on its way out
		key = parts[0].ID
	}
	if before > 0 {
		return queueIn(ctx, tx, p, key, laneAhead, latest(tx.Now, at.Add(-before)))
	}
	return queueIn(ctx, tx, p, key, lanePosts, at)
}

// queueIn inserts the one job of a publication. The job that goes on with it has its key.
func queueIn(ctx context.Context, tx *store.Tx, p publish.Publication, key, where string, at time.Time) error {
	job, _, err := jobs.Insert(ctx, tx, sendKind(), jobs.New{Workspace: p.Workspace, Lane: lane(p.ChannelID, where), Key: key, At: at},
		sendArgs{Workspace: p.Workspace, Publication: p.ID, Channel: p.ChannelID, Ahead: where == laneAhead})
	if err != nil {
		return err
	}
	return publish.Queued(ctx, tx, p.Workspace, p.ID, job)
}
