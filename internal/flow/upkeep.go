package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/stream"
)

// upkeep makes sure that every channel is read, checked and counted: the jobs
// continue themselves, this begins them where they are missing.
func (h *House) upkeep(ctx context.Context, tx *store.Tx, _ time.Time) error {
	all, err := channel.Everywhere(ctx, tx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if err := h.tend(ctx, tx, c); err != nil {
			return err
		}
	}
	if err := channel.Sweep(ctx, tx); err != nil {
		return err
	}
	if err := stream.ForgetAsides(ctx, tx); err != nil { // first: it goes by the keys
		return err
	}
	_, err = stream.ForgetSeen(ctx, tx, tx.Now.AddDate(0, 0, -45))
	return err
}

// cares are the recurring works of a channel.
func (h *House) cares(c channel.Channel) []jobs.Kind[channelArgs] {
	all := []jobs.Kind[channelArgs]{readKind(), measureKind(), insightsKind(), checkKind()}
	if h.asked(c.Network) {
		all = append(all, subscribeKind())
	}
	return all
}

// tend begins the recurring work of one channel; what exists is left alone, but for a
// network that knows an address that is ours no more.
func (h *House) tend(ctx context.Context, tx *store.Tx, c channel.Channel) error {
	for _, k := range h.cares(c) {
		if err := h.recur(ctx, tx, k, channelArgs{Workspace: c.Workspace, Channel: c.ID}, tx.Now); err != nil {
			return err
		}
	}
	if h.asked(c.Network) && c.Knocks.Hook != "" && c.Knocks.Hook != h.Hook(c.Network) {
		return h.soon(ctx, tx, subscribeKind(), c)
	}
	return nil
}

// hurry does the recurring work of a channel now: what waits because the network
// refused a key need not wait any longer.
func (h *House) hurry(ctx context.Context, tx *store.Tx, c channel.Channel) error {
	for _, k := range h.cares(c) {
		if err := h.soon(ctx, tx, k, c); err != nil {
			return err
		}
	}
	return nil
}

// soon does one recurring work of a channel now.
func (h *House) soon(ctx context.Context, tx *store.Tx, k jobs.Kind[channelArgs], c channel.Channel) error {
	of := channelArgs{Workspace: c.Workspace, Channel: c.ID}
	job, fresh, err := jobs.Insert(ctx, tx, k, jobs.New{Workspace: c.Workspace, Lane: lane(c.ID, k.Name), Key: c.ID}, of)
	if err == nil && !fresh {
		err = jobs.Move(ctx, tx, c.Workspace, job, tx.Now)
	}
	if fault.Is(err, fault.Conflict) {
		return nil // it runs already
	}
	return err
}

// Hasten asks every network now: after time has passed fast, nobody waits for the
// next round in the slow time that follows.
func (h *House) Hasten(ctx context.Context) error {
	return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		all, err := channel.Everywhere(ctx, tx)
		for _, c := range all {
			if err == nil {
				err = h.hurry(ctx, tx, c)
			}
		}
		return err
	})
}

// recur inserts recurring work of a channel; it has a lane of its own kind, so
// that reading never waits for counting.
func (h *House) recur(ctx context.Context, tx *store.Tx, k jobs.Kind[channelArgs], of channelArgs, at time.Time) error {
	_, _, err := jobs.Insert(ctx, tx, k, jobs.New{Workspace: of.Workspace, Lane: lane(of.Channel, k.Name), Key: of.Channel, At: at}, of)
	return err
}

// channelArgs name the channel that recurring work is about.
type channelArgs struct {
	Workspace string `json:"workspace"`
	Channel   string `json:"channel"`
}
