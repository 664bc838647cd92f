package flow

import (
	"context"

	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/measure"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/people"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// taking is one batch of arrivals on its way in. What they touch is read with
// one question for each room, changed in memory by one arrival after the other,
// and written together: a statement for each of them would cost more than the
// rows do.
type taking struct {
	*House
	arrivals []inbox.Arrival
	ours     map[publish.Place]string // parts of our publications
	crowd    *people.Crowd
	tray     *inbox.Tray
	docket   *moderate.Docket
	counted  measure.Tally
	told     map[news]bool
	news     []news
}

// look reads what the arrivals touch.
func (h *taking) look(ctx context.Context, tx *store.Tx) (err error) {
	var places []publish.Place
	var faces []people.Face
	for _, a := range h.arrivals {
		if a.Event.Post != "" {
			places = append(places, at(a, a.Event.Post))
		}
		if a.Event.Kind == network.Ours {
			places = append(places, at(a, a.Event.ID))
		}
		if somebody(a) {
			faces = append(faces, h.face(a))
		}
	}
	if h.ours, err = publish.Whose(ctx, tx, places); err != nil {
		return err
	}
	if h.crowd, err = people.Meet(ctx, tx, faces); err != nil {
		return err
	}
	var said []inbox.Arrival
	var statements []moderate.Statement
	for i := range h.arrivals {
		a := &h.arrivals[i]
		a.Publication = h.ours[at(*a, a.Event.Post)]
		if passing(*a) {
			continue
		}
		said = append(said, *a)
		if somebody(*a) {
			statements = append(statements, moderate.Statement{Person: moderate.Person{Workspace: a.Workspace, ID: h.crowd.Known(h.face(*a))}, At: a.Event.At})
		}
	}
	if h.tray, err = inbox.Lay(ctx, tx, said); err != nil {
		return err
	}
	h.docket, err = moderate.Open(ctx, tx, statements)
	return err
}

func at(a inbox.Arrival, remote string) publish.Place {
	return publish.Place{Workspace: a.Workspace, Channel: a.ChannelID, RemoteID: remote}
}

// face is whose an arrival is: on a network and its guests people have the same id.
func (h *taking) face(a inbox.Arrival) people.Face {
	return people.Face{Workspace: a.Workspace, Network: h.Networks.Host(a.Network), RemoteID: a.Event.Author.ID}
}

// somebody says whether an arrival comes from a person whom the network names.
func somebody(a inbox.Arrival) bool { return !a.FromUs && a.Event.Author.ID != "" }

// passing says whether an arrival is counted and not kept.
func passing(a inbox.Arrival) bool {
	return a.Event.Kind == network.Reaction || a.Event.Kind == network.Repost || a.Event.Kind == network.Follow || a.Event.Kind == network.Receipt
}

// take carries out one arrival.
func (h *taking) take(ctx context.Context, tx *store.Tx, a inbox.Arrival) error {
	if somebody(a) {
		a.PersonID = h.crowd.Recognize(h.face(a), a.Event.Author, a.Event.At).PersonID
	}
	switch a.Event.Kind {
	case network.Reaction, network.Repost, network.Follow:
		if !a.Event.Removed && !a.FromUs {
			h.counted.Add(a.Workspace, a.ChannelID, a.Event.At, string(a.Event.Kind))
		}
		return nil
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
		h.tell(a.Workspace, "inbox", "")
		h.tray.Edit(a)
		return nil
	case network.Ours:
		if h.ours[at(a, a.Event.ID)] != "" || a.Event.Parent == "" && !a.Event.Private {
			return nil // a post, not an answer
		}
	}
	return h.record(ctx, tx, a)
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

// keep writes what became of the batch.
func (h *taking) keep(ctx context.Context, tx *store.Tx) error {
	h.spread(tx)
	if err := h.crowd.Keep(ctx, tx); err != nil {
		return err
	}
	if err := h.counted.Keep(ctx, tx); err != nil {
		return err
	}
	if err := h.docket.Keep(ctx, tx); err != nil {
		return err
	}
	return h.tray.Keep(ctx, tx)
}
