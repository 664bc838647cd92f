package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

type dropArgs struct {
	Workspace string       `json:"workspace"`
	Channel   string       `json:"channel"`
	Step      network.Step `json:"step"`
	Since     time.Time    `json:"since"`
}

func dropKind() jobs.Kind[dropArgs] { return jobs.Kind[dropArgs]{Name: "drop"} }

// dropping is how long it is tried to forget something.
const dropping = 48 * time.Hour

// drop forgets at the network what was handed over for a post that does not go out as it
// was. What nobody can call back lapses there by itself. Between two tries the lane is
// left to what has to go out.
func (h *House) drop(ctx context.Context, job *jobs.Job, args dropArgs) error {
	c, conn, err := h.conn(ctx, args.Workspace, args.Channel)
	if fault.Is(err, fault.NotFound) {
		return nil // the channel is gone, and its keys with it
	}
	if err != nil {
		return err
	}
	dropper, ok := h.dropper(c.Network)
	if !ok {
		return nil
	}
	var kept []network.Step
	if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		kept, err = publish.Steps(ctx, tx, args.Workspace, args.Channel, tx.Now.Add(-dropping))
		return err
	}); err != nil {
		return err
	}
	cause := dropper.Drop(ctx, conn, args.Step, kept)
	h.ailing(ctx, c, cause)
	switch fault.KindOf(cause) {
	case fault.Throttled, fault.Unavailable, fault.Uncertain: // twice is as good as once
	default:
		return cause
	}
	if h.DB.Now().Sub(args.Since) > dropping {
		return cause
	}
	return store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := jobs.Settle(ctx, tx, job); err != nil {
			return err
		}
		return dropAt(ctx, tx, args, tx.Now.Add(max(fault.After(cause), soonAgain)))
	})
}

func dropAt(ctx context.Context, tx *store.Tx, args dropArgs, at time.Time) error {
	_, _, err := jobs.Insert(ctx, tx, dropKind(), jobs.New{Workspace: args.Workspace, Lane: lane(args.Channel, laneAhead), At: at}, args)
	return err
}

func (h *House) dropper(name network.Name) (network.Dropper, bool) {
	d, err := h.Networks.Get(name)
	if err != nil {
		return nil, false
	}
	dropper, ok := d.(network.Dropper)
	return dropper, ok
}

// dropAll intends to forget what parts of a publication had come to. It is done after
// whatever is still at it, and before anything is handed over anew.
func (h *House) dropAll(ctx context.Context, tx *store.Tx, p publish.Publication, parts []publish.Part) error {
	if _, ok := h.dropper(p.Network); !ok {
		return nil
	}
	if _, err := channel.Get(ctx, tx, p.Workspace, p.ChannelID); err != nil {
		return nil //nolint:nilerr // nobody can speak for it any more
	}
	for _, part := range parts {
		if !part.Begun() {
			continue
		}
		if err := dropAt(ctx, tx, dropArgs{Workspace: p.Workspace, Channel: p.ChannelID, Step: part.Step, Since: tx.Now}, tx.Now); err != nil {
			return err
		}
	}
	return nil
}

// carry gives publications that were given another moment what they had come to before,
// where that still holds then; the rest is dropped.
func (h *House) carry(ctx context.Context, tx *store.Tx, all []publish.Publication, before []publish.Stopped) error {
	for _, was := range before {
		left := was.Parts
		for _, p := range all {
			if p.ID != was.ID || len(left) == 0 || !left[0].Begun() {
				continue
			}
			d, err := h.Networks.Get(p.Network)
			if err != nil || d.Profile().Ahead == nil {
				continue
			}
			kept, err := publish.Carry(ctx, tx, p, left[0], d.Profile().Ahead.Until(left[0].Step))
			if err != nil {
				return err
			}
			if kept {
				left = left[1:]
			}
		}
		if err := h.dropAll(ctx, tx, was.Publication, left); err != nil {
			return err
		}
	}
	return nil
}
