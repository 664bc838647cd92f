package flow

import (
	"context"
	"encoding/json"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// judge holds a message against the workspace's rules. In shadow a verdict is
// written and nothing else happens.
func (h *taking) judge(ctx context.Context, tx *store.Tx, a inbox.Arrival, m inbox.Message) error {
	for _, r := range h.docket.Rules(a.Workspace) {
		subject := h.docket.Witness(moderate.Person{Workspace: a.Workspace, ID: a.PersonID}, m.ID, a.Event.At, r)
		subject.Changed = a.Event.Kind == network.Edited
		verdict := moderate.Judge(r, subject)
		if !verdict.Guilty {
			continue
		}
		ruling, hold := h.docket.Pronounce(r, subject, verdict)
		h.tell(a.Workspace, "rules", ruling)
		if !hold || m.State == inbox.Held || m.State == inbox.Hidden {
			continue
		}
		if err := h.hold(ctx, tx, m, verdict.Reason); err != nil {
			return err
		}
	}
	return nil
}

// hold keeps a message back for a reason and, where the network can, hides it.
func (h *taking) hold(ctx context.Context, tx *store.Tx, m inbox.Message, why moderate.Sentence) error {
	reason, err := json.Marshal(why)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "writing a reason")
	}
	if err := h.tray.Move(m, inbox.Held, string(reason)); err != nil {
		return err
	}
	if h.cannotHide(ctx, tx, m, h.tray.Kind(m)) != nil {
		return nil //nolint:nilerr // it stays held here, and the page says what to do by hand
	}
	return h.setHidden(ctx, tx, m, true, string(reason))
}
