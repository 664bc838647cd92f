package flow

import (
	"context"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// take carries out one arrival.
func (h *taking) take(ctx context.Context, tx *store.Tx, a inbox.Arrival) error {
	if somebody(a) {
		a.PersonID = h.crowd.Recognize(h.face(a), a.Event.Author, a.Event.At).PersonID
	}
	switch a.Event.Kind {
	case network.Noticed:
		return h.notified(ctx, tx, a)
	case network.Charged:
		c := channel.Channel{ID: a.ChannelID, Workspace: a.Workspace, Network: a.Network}
		h.charged = append(h.charged, channel.Purchased{What: "event", ID: a.Event.ID, At: tx.Now, Use: h.use(c, a.Event.Price)})
		return nil
	case network.Reaction, network.Repost, network.Follow:
		if !a.Event.Removed && !a.FromUs {
			h.counted.Add(a.Workspace, a.ChannelID, a.Event.At, string(a.Event.Kind))
		}
		return h.felt(ctx, tx, a)
	case network.Receipt:
		talk, settled, err := inbox.Witness(ctx, tx, a)
		if talk != "" {
			h.tell(a.Workspace, "inbox", talk)
		}
		if err == nil && settled != nil {
			err = h.paidTold(ctx, tx, *settled)
		}
		return err
	case network.Deleted:
		h.tell(a.Workspace, "inbox", "")
		return h.tray.Vanish(a)
	case network.Hidden:
		return h.noticed(ctx, tx, a)
	case network.Edited:
		if m, known := h.tray.Known(a); a.FromUs || known && !m.Unknown() {
			h.tell(a.Workspace, "inbox", "")
			return h.reworded(ctx, tx, a, m)
		}
		// The first we hear of it: it is judged and counted as what was said is.
		if a.Changed, a.Event.Kind = true, network.Comment; a.Event.Private {
			a.Event.Kind = network.Direct
		}
	case network.Ours:
		if h.ours[at(a, a.Event.ID)] != "" || a.Event.Parent == "" && !a.Event.Private {
			return nil // a post, not an answer
		}
	}
	return h.record(ctx, tx, a)
}

// felt keeps how somebody reacted in private: it is shown at the message.
func (h *taking) felt(ctx context.Context, tx *store.Tx, a inbox.Arrival) error {
	if a.Event.Kind != network.Reaction || a.FromUs {
		return nil
	}
	news, err := inbox.React(ctx, tx, a)
	if news {
		h.tell(a.Workspace, "inbox", "")
	}
	return err
}

// noticed follows what somebody hid or showed on the network itself.
func (h *taking) noticed(ctx context.Context, tx *store.Tx, a inbox.Arrival) error {
	m, known := h.tray.Known(a)
	if !known || m.State == inbox.Deleted {
		return nil
	}
	state, reason := inbox.Hidden, m.Reason // of a ruling of ours that the network tells back
	if a.Event.Removed {
		state, reason = inbox.Visible, ""
	} else if a.Event.Held {
		state, reason = inbox.Held, inReview
	}
	if m.State == state {
		return nil
	}
	// While a wish of ours is on its way there, this is what was before it.
	if wished, err := wishes(ctx, tx, m); err != nil || wished {
		return err
	}
	h.tell(a.Workspace, "inbox", m.ConversationID)
	return h.tray.Move(m, state, reason)
}

func (h *taking) record(ctx context.Context, tx *store.Tx, a inbox.Arrival) error {
	done := h.tray.Record(a)
	if !done.Fresh || a.FromUs {
		return nil
	}
	h.counted.Add(a.Workspace, a.ChannelID, a.Event.At, string(a.Event.Kind))
	h.tell(a.Workspace, "inbox", done.Message.ConversationID)
	if a.PersonID == "" {
		return nil // nobody can be judged whom the network does not name
	}
	h.crowd.Spoke(h.face(a), a.Event.At)
	return h.judge(ctx, tx, a, done.Message)
}

// reworded follows a change of words. They are judged as what is said anew: who is heard
// with harmless words may put others in their place.
func (h *taking) reworded(ctx context.Context, tx *store.Tx, a inbox.Arrival, before inbox.Message) error {
	done := h.tray.Edit(a)
	if a.FromUs || before.FromUs || !done.Reworded || before.PersonID == "" {
		return nil
	}
	a.PersonID = before.PersonID
	h.docket.Anew(moderate.Person{Workspace: a.Workspace, ID: a.PersonID}, before.ID, before.Spoken())
	return h.judge(ctx, tx, a, done.Message)
}
