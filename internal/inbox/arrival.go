package inbox

import (
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

// Arrival is an event with what the house knows about it.
type Arrival struct {
	Workspace   string
	ChannelID   string
	Network     network.Name
	Event       network.Event
	PersonID    string // "" when we said it ourselves, elsewhere
	Publication string // ours, that it is about
	FromUs      bool
	Changed     bool // the first we hear of it is that its author changed its words
	words       []string
}

// Ready makes an arrival ready while no transaction is open: taking a text apart
// takes longer than writing it.
func (a Arrival) Ready() Arrival {
	a.Event.Text, a.Event.At = text.Clean(a.Event.Text), a.Event.At.Truncate(time.Microsecond) // as it will be read again
	a.Event.Author.Name, a.Event.Author.Handle = text.Clean(a.Event.Author.Name), text.Clean(a.Event.Author.Handle)
	switch a.Event.Kind {
	case network.Comment, network.Mention, network.Direct, network.Ours:
		a.words = terms(Message{Workspace: a.Workspace, ChannelID: a.ChannelID, Text: a.Event.Text, AuthorName: or(a.Event.Author.Name, a.Event.Author.Handle)})
	}
	return a
}

func (a Arrival) slot(remote string) slot { return slot{a.Workspace, a.ChannelID, remote} }

// above is the message that an arrival answers, "" when it answers none.
func (a Arrival) above() string {
	if a.Event.Kind == network.Direct || a.Event.Private || a.Event.Parent == a.Event.Post {
		return ""
	}
	return a.Event.Parent
}

// thread says to which conversation an arrival belongs unless what it answers is
// known.
func (a Arrival) thread() thread {
	at := thread{a.Workspace, a.ChannelID, "comments", a.Event.ID}
	switch {
	case a.Event.Kind == network.Direct || a.Event.Private:
		at.kind, at.name = "direct", a.Event.Thread
	case a.Event.Kind == network.Mention && a.Publication == "":
		at.kind = Mention
	case a.above() != "":
		at.name = a.above()
	}
	return at
}
