package flow

import (
	"context"

	"github.com/kithhq/kith/internal/channel"
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
	charged  []channel.Purchased // what networks took for telling it
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
	}
	if h.tray, err = inbox.Lay(ctx, tx, said); err != nil {
		return err
	}
	heard := map[publish.Place][]string{} // who says what in this batch
	for _, a := range said {
		person := ""
		if somebody(a) {
			person = h.crowd.Known(h.face(a))
		}
		if m, known := h.tray.Known(a); known && !m.Unknown() && a.Event.Kind == network.Edited {
			person = m.PersonID // a network need not say whose words were changed
		}
		all := []string{person}
		where := at(a, a.Event.ID)
		if a.Event.Kind == network.Edited {
			all = append(all, heard[where]...) // the words may be of one of these
		}
		if somebody(a) {
			heard[where] = append(heard[where], person)
		}
		for _, person := range all {
			if somebody(a) || person != "" {
				statements = append(statements, moderate.Statement{Person: moderate.Person{Workspace: a.Workspace, ID: person}, At: a.Event.At})
			}
		}
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
	return a.Event.Kind == network.Noticed || a.Event.Kind == network.Charged || a.Event.Kind == network.Reaction || a.Event.Kind == network.Repost || a.Event.Kind == network.Follow || a.Event.Kind == network.Receipt
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
	if err := channel.Bought(ctx, tx, h.charged); err != nil {
		return err
	}
	return h.tray.Keep(ctx, tx)
}
