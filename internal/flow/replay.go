package flow

import (
	"context"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/stream"
	"github.com/kithhq/kith/internal/team"
)

// Replay lets something that was set aside come in once more. It is appended before
// that is noted: who falls in between has lost nothing, and a fact is applied once
// however often it is told.
func (h *House) Replay(ctx context.Context, actor access.Actor, id string) error {
	var a SetAside
	if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		a, err = h.Aside(ctx, tx, actor, id)
		return err
	}); err != nil {
		return err
	}
	return h.replay(ctx, actor, []stream.Aside{a.Aside})
}

func (h *House) replay(ctx context.Context, actor access.Actor, asides []stream.Aside) error {
	if err := h.Facts.Replay(ctx, asides); err != nil {
		return err
	}
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, actor.Workspace, "asides", "")
		return stream.Replayed(ctx, tx, actor.Workspace, asides)
	})
}

// ReplayMany lets the next of what was set aside come in once more, each once since a
// moment, and says how many that were and how many are left.
func (h *House) ReplayMany(ctx context.Context, actor access.Actor, since time.Time, most int) (done, left int, err error) {
	w := stream.Which{Channels: actor.Channels, Untried: since, Limit: most}
	var asides []stream.Aside
	if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if err := actor.May(access.Connect); err != nil {
			return err
		}
		if left, err = stream.CountAsides(ctx, tx, actor.Workspace, w); err != nil {
			return err
		}
		asides, err = stream.Asides(ctx, tx, actor.Workspace, w)
		return err
	}); err != nil {
		return 0, 0, err
	}
	if len(asides) == 0 {
		return 0, 0, nil
	}
	ctx = Beside(ctx, func(ctx context.Context, tx *store.Tx) error {
		return team.Record(ctx, tx, actor, "aside.replay", "aside:all", strconv.Itoa(len(asides)))
	})
	return len(asides), left - len(asides), h.replay(ctx, actor, asides)
}

// Discard gives something up that was set aside: nothing of it is kept.
func (h *House) Discard(ctx context.Context, tx *store.Tx, actor access.Actor, id string) error {
	a, err := h.Aside(ctx, tx, actor, id)
	if err != nil {
		return err
	}
	h.tell(tx, actor.Workspace, "asides", "")
	return stream.Discard(ctx, tx, actor.Workspace, a.Aside)
}
