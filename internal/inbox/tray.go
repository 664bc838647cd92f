package inbox

import (
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

// Tray is the part of the inbox that one batch of events touches: read at once
// ([Lay]), changed in memory by one event after the other, and written at once
// ([Tray.Keep]).
type Tray struct {
	now      time.Time
	messages map[slot]*paper
	talks    map[string]*talk
	threads  map[thread]*talk
	papers   []*paper // the known, then the new in the order in which they came
	all      []*talk  // as well
}

// slot is where a message of a network lies.
type slot struct{ workspace, channel, remote string }

// thread is what a conversation is found by.
type thread struct{ workspace, channel, kind, name string }

type paper struct {
	Message
	known   bool     // there is a row of it
	changed bool     // which must be written again
	dropped bool     // it shall not be found by its former words
	words   []string // by which it shall be found from now on
}

type talk struct {
	Conversation
	known, changed bool
	stirred        bool // somebody else may wait for us now
	unsure         bool // which message is the newest one is seen when all are written
}

func (t *Tray) add(c *talk) {
	t.all = append(t.all, c)
	t.talks[c.ID], t.threads[thread{c.Workspace, c.ChannelID, c.Kind, c.Thread}] = c, c
}

func (t *Tray) lie(p *paper) {
	t.messages[slot{p.Workspace, p.ChannelID, p.RemoteID}] = p
	t.papers = append(t.papers, p)
}

// write puts a new message on the tray.
func (t *Tray) write(a Arrival, remote, state, conversation string) *paper {
	p := &paper{Message: Message{ID: id.New(), Workspace: a.Workspace, ChannelID: a.ChannelID, RemoteID: remote, ConversationID: conversation, State: state,
		Remote: network.Ref{ID: remote}, At: a.Event.At, ReceivedAt: t.now, Media: []network.Attachment{}}}
	t.lie(p)
	return p
}

// Record keeps what somebody said. Telling it twice changes nothing.
func (t *Tray) Record(a Arrival) Recorded {
	p := t.messages[a.slot(a.Event.ID)]
	switch {
	case p == nil:
		p = t.write(a, a.Event.ID, Visible, t.place(a))
		p.Private = a.Event.Kind == network.Direct || a.Event.Private
	case p.State != missing:
		t.born(p, a.Event.At)
		return Recorded{Message: p.Message}
	}
	p.Remote, p.ParentID, p.PersonID, p.FromUs = a.Event.Ref, a.Event.Parent, a.PersonID, a.FromUs
	p.AuthorName, p.Text = or(a.Event.Author.Name, a.Event.Author.Handle), a.Event.Text
	p.At, p.ReceivedAt, p.URL, p.State, p.changed = a.Event.At, t.now, a.Event.URL, Visible, true
	if p.Media = a.Event.Media; p.Media == nil {
		p.Media = []network.Attachment{}
	}
	if a.FromUs {
		p.Sending = sent
	}
	if p.WordedAt = (time.Time{}); a.Changed {
		p.WordedAt = a.Event.At
	}
	if p.words = a.words; p.words == nil {
		p.words = terms(p.Message)
	}
	if c := t.talks[p.ConversationID]; c != nil {
		c.follow(p.Message)
	}
	return Recorded{Message: p.Message, Fresh: true}
}

// place finds the conversation that an arrival belongs to, or begins it.
func (t *Tray) place(a Arrival) string {
	above := a.above()
	if known := t.messages[a.slot(above)]; above != "" && known != nil {
		return known.ConversationID
	}
	at := a.thread()
	c := t.threads[at]
	if c == nil {
		c = &talk{Conversation: Conversation{ID: id.New(), Workspace: a.Workspace, ChannelID: a.ChannelID, Network: a.Network, Kind: at.kind, Thread: at.name, PersonID: a.PersonID,
			PublicationID: a.Publication, URL: a.Event.URL, State: "open", LastAt: a.Event.At, CreatedAt: t.now}}
		t.add(c)
	}
	if above != "" && at.name == above && above != a.Event.ID {
		// What it answers is not known yet: a placeholder holds the place.
		t.write(a, above, missing, c.ID)
	}
	return c.ID
}

// follow keeps a conversation in step with a new message of it.
func (c *talk) follow(m Message) {
	// Of what comes in another order than it was said the list alone cannot tell who waits.
	if c.Count > 0 && (m.At.Before(c.LastAt) || m.At.Equal(c.LastAt) && c.LastFromUs && !m.FromUs) {
		c.stirred = true
	}
	c.Count++
	c.changed = true
	switch {
	case m.FromUs:
		c.WaitingSince = time.Time{}
	default:
		c.Unread++
		c.State, c.PersonID = "open", or(c.PersonID, m.PersonID)
		if c.WaitingSince.IsZero() || c.WaitingSince.After(m.At) {
			c.WaitingSince = m.At
		}
	}
	if !c.LastAt.After(m.At) {
		c.LastAt, c.LastText, c.LastFromUs = m.At, lastText(m), m.FromUs
	}
}

// lastText is what the list says of a message: nothing of one that is gone.
func lastText(m Message) string {
	if m.State == Deleted {
		return ""
	}
	return said(m.Text)
}

func said(words string) string { return text.Cut(strings.Join(strings.Fields(words), " "), 200) }

// Edit changes the text of a message after its author changed it.
func (t *Tray) Edit(a Arrival) Recorded {
	p := t.messages[a.slot(a.Event.ID)]
	if p == nil || p.State == missing {
		a.Changed = true
		return t.Record(a) // the first we hear of it
	}
	if p.State != Deleted && !p.outworded(a.Event.At) {
		if c := t.talks[p.ConversationID]; c != nil && c.LastAt.Equal(p.At) && c.LastText == lastText(p.Message) {
			c.LastText, c.changed = said(a.Event.Text), true
		}
		if p.late() { // it stays so until its beginning is told
			p.At = a.Event.At
			if c := t.talks[p.ConversationID]; c != nil {
				c.unsure, c.stirred, c.changed = true, true, true
			}
		}
		reworded := p.Text != a.Event.Text
		p.Text, p.WordedAt, p.changed = a.Event.Text, a.Event.At, true
		p.dropped, p.words = true, terms(p.Message)
		return Recorded{Message: p.Message, Reworded: reworded}
	}
	return Recorded{Message: p.Message}
}

// late says that a message came by a change of its words, so that nobody knows yet when
// it was said.
func (p *paper) late() bool { return !p.WordedAt.IsZero() && p.WordedAt.Equal(p.At) }

// outworded says whether words of a moment were changed since. Some networks tell with
// every change only when the message was made: then what comes last is the newest.
func (p *paper) outworded(at time.Time) bool {
	return at.Before(p.WordedAt) && (at.After(p.At) || p.late())
}

// born gives a message that came by a change of its words the moment at which it was said.
func (t *Tray) born(p *paper, at time.Time) {
	if p.State == Deleted || !p.late() || !at.Before(p.At) {
		return
	}
	if c := t.talks[p.ConversationID]; c != nil {
		c.unsure = c.unsure || c.LastAt.Equal(p.At)
		c.stirred, c.changed = true, true
	}
	p.At, p.changed = at, true
}

// Vanish records that a message is gone on the network. If we do not know it
// yet, a tombstone keeps it from coming alive when it comes.
func (t *Tray) Vanish(a Arrival) error {
	p := t.messages[a.slot(a.Event.ID)]
	if p == nil {
		t.write(a, a.Event.ID, Deleted, "").Remote = a.Event.Ref
		return nil
	}
	if p.State == Deleted {
		return nil
	}
	p.dropped, p.words = true, nil
	return t.Move(p.Message, Deleted, "")
}

// Kind is the kind of the conversation that a message is in.
func (t *Tray) Kind(m Message) string {
	if c := t.talks[m.ConversationID]; c != nil {
		return c.Kind
	}
	return ""
}

// Known gives a message by the network's id.
func (t *Tray) Known(a Arrival) (m Message, known bool) {
	if p := t.messages[a.slot(a.Event.ID)]; p != nil {
		return p.Message, true
	}
	return Message{}, false
}

// Unknown says that a message holds the place of one that has not come yet.
func (m Message) Unknown() bool { return m.State == missing }

// Move changes what people see of a message, and why, as the function does.
func (t *Tray) Move(m Message, state, reason string) error {
	p := t.messages[slot{m.Workspace, m.ChannelID, m.RemoteID}]
	if p.State == Deleted {
		return fault.New(fault.Conflict, "This message is gone on the network.")
	}
	if c := t.talks[p.ConversationID]; c != nil {
		c.stirred = c.stirred || stirs(p.Message, state, c.WaitingSince)
		if state == Deleted && c.LastAt.Equal(p.At) && c.LastText == lastText(p.Message) {
			c.LastText = "" // what is gone is not read in the list either
		}
		c.Held += withheld(state) - withheld(p.State)
		c.changed = true
	}
	p.State, p.Reason, p.changed = state, reason, true
	return nil
}
