package flow

import (
	"context"
	"slices"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/store"
)

// Undo takes a ruling back: its messages are shown again, here and on the
// network, and the person's record says that it was undone and why.
func (h *House) Undo(ctx context.Context, actor access.Actor, rulingID, why string) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := actor.May(access.Moderate); err != nil {
			return err
		}
		r, err := moderate.Get(ctx, tx, actor.Workspace, rulingID)
		if err != nil {
			return err
		}
		all, err := judged(ctx, tx, actor, r)
		if err != nil {
			return err
		}
		if err := moderate.Close(ctx, tx, r, moderate.Undone, actor.Name, why); err != nil {
			return err
		}
		h.tell(tx, actor.Workspace, "rules", r.ID)
		stands, err := moderate.Also(ctx, tx, r)
		if err != nil {
			return err
		}
		for _, m := range all {
			if slices.ContainsFunc(stands, func(also moderate.Ruling) bool { return slices.Contains(also.MessageIDs, m.ID) }) {
				continue // other words of it were ruled of as well
			}
			if m.State != inbox.Held && m.State != inbox.Hidden {
				continue
			}
			if err := h.change(ctx, tx, m, false, ""); err != nil {
				return err
			}
		}
		return nil
	})
}

// Uphold confirms a ruling: somebody looked and agrees.
func (h *House) Uphold(ctx context.Context, actor access.Actor, rulingID string) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := actor.May(access.Moderate); err != nil {
			return err
		}
		r, err := moderate.Get(ctx, tx, actor.Workspace, rulingID)
		if err != nil {
			return err
		}
		if _, err := judged(ctx, tx, actor, r); err != nil {
			return err
		}
		h.tell(tx, actor.Workspace, "rules", r.ID)
		return moderate.Close(ctx, tx, r, moderate.Upheld, actor.Name, "")
	})
}

// judged gives the messages of a ruling to whoever may moderate all of them: to close it
// is nobody else's.
func judged(ctx context.Context, tx *store.Tx, actor access.Actor, r moderate.Ruling) ([]inbox.Message, error) {
	all := make([]inbox.Message, len(r.MessageIDs))
	for i, id := range r.MessageIDs {
		m, err := inbox.Get(ctx, tx, actor.Workspace, id)
		if err == nil {
			err = mayOn(actor, access.Moderate, m.ChannelID, noVerdict)
		}
		if err != nil {
			return nil, err
		}
		all[i] = m
	}
	return all, nil
}
