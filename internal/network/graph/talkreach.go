package graph

import (
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/network"
)

// Reached is how far the Page's messages to a person came: those that are named, and
// all until a moment.
type Reached struct {
	With  Person   `json:"with"`
	Read  bool     `json:"read,omitempty"` // else delivered
	IDs   []string `json:"ids,omitempty"`
	Until int64    `json:"until,omitempty"` // milliseconds
	At    int64    `json:"at,omitempty"`    // when it was told, in milliseconds
}

// reachedMost is how many messages of one event are named.
const reachedMost = 50

// Lean keeps what is safe and bounded; ok is false where nothing can be done with it.
func (r Reached) Lean() (Reached, bool) {
	var known []string
	for _, id := range r.IDs[:min(len(r.IDs), reachedMost)] {
		if Known.MatchString(id) {
			known = append(known, id)
		}
	}
	r.With, r.IDs = Person{ID: r.With.Lean().ID}, known
	return r, r.With.ID != "" && (len(r.IDs) > 0 || !Millis(r.Until).IsZero())
}

// Reached reads what an event tells of deliveries and readings; told is when the body
// came, where the event does not say.
func (g Messaging) Reached(told time.Time) (Reached, bool) {
	r := Reached{With: g.Sender}
	at := g.Timestamp.When()
	if at.IsZero() {
		at = told
	}
	switch {
	case g.Delivery != nil:
		r.IDs, r.Until = g.Delivery.IDs, max(g.Delivery.Until.When().UnixMilli(), 0)
	case g.Read != nil:
		r.Read, r.Until = true, max(g.Read.Until.When().UnixMilli(), 0)
	default:
		return r, false
	}
	if at.IsZero() {
		at = Millis(r.Until)
	}
	r.At = max(at.UnixMilli(), 0)
	return r.Lean()
}

// Raw makes the fact of it.
func (r Reached) Raw(page string) network.Raw {
	key := "delivered "
	if r.Read {
		key = "read "
	}
	key += string(r.With.ID) + " " + strconv.FormatInt(r.Until, 10)
	if len(r.IDs) > 0 {
		key += " " + r.IDs[0]
	}
	return network.Raw{Account: page, Person: string(r.With.ID), Key: key, At: Millis(r.At), Body: Talk{Reached: &r}.body()}
}

func (r Reached) events() []network.Event {
	e := network.Event{Kind: network.Receipt, Reached: network.Delivered, At: Millis(r.At), Private: true}
	if r.Read {
		e.Reached = network.Read
	}
	var all []network.Event
	for _, id := range r.IDs {
		one := e
		one.Ref = network.Ref{ID: id}
		all = append(all, one)
	}
	if until := Millis(r.Until); !until.IsZero() {
		e.Thread, e.Until = string(r.With.ID), until
		all = append(all, e)
	}
	return all
}
