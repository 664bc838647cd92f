package instagram

import (
	"encoding/json"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// Decode reads the driver's own form.
func (*Driver) Decode(conn network.Conn, raw network.Raw) ([]network.Event, error) {
	var f fact
	if json.Unmarshal(raw.Body, &f) != nil {
		return nil, fault.New(fault.Invalid, "This is no event of Instagram.")
	}
	f, ok := f.lean()
	if !ok {
		return nil, fault.New(fault.Invalid, "This is no event of Instagram.")
	}
	e, told := f.event(conn)
	if !told {
		return nil, nil
	}
	if e.At = raw.At; !graph.Millis(f.Made).IsZero() {
		e.At = graph.Millis(f.Made)
	}
	return []network.Event{e}, nil
}

// event says what a lean fact means; told is false for what is of no interest.
func (f fact) event(conn network.Conn) (e network.Event, told bool) {
	e = network.Event{Ref: network.Ref{ID: f.ID, URL: f.URL}, Author: f.From.author(), Text: f.Text, Truncated: f.Partial}
	if len(e.Text) > textMost {
		e.Text, e.Truncated = graph.Clip(e.Text, textMost), true
	}
	for _, a := range f.Files {
		e.Media = append(e.Media, network.Attachment{Type: a.Type, URL: a.URL})
	}
	ours := f.Ours || f.From.ID != "" && string(f.From.ID) == conn.Account || conn.Handle != "" && f.From.Username == conn.Handle
	switch f.What {
	case "message":
		e.Kind, e.Thread, e.Private = network.Direct, string(f.From.ID), true
		e.Extra = extra{To: string(f.From.ID)}.raw()
		if f.Ours {
			e.Kind, e.Author = network.Ours, network.Author{ID: conn.Account}
		}
		return e, true
	case "unsent":
		e.Kind, e.Thread, e.Private = network.Deleted, string(f.From.ID), true
		return e, true
	case "reacted", "taken": // a person has one reaction to a message, the last
		return network.Event{Kind: network.Reaction, Ref: network.Ref{ID: f.key()}, Author: e.Author, Text: f.Text, Thread: string(f.From.ID), Parent: f.ID,
			Removed: f.What == "taken", Private: true}, !f.Ours
	case "read": // and with it what we wrote before
		return network.Event{Kind: network.Receipt, Ref: network.Ref{ID: f.ID}, Reached: network.Read, Thread: string(f.From.ID), Until: graph.Millis(f.Made), Private: true}, true
	case "post":
		e.Kind, e.Post, e.Thread = network.Ours, f.ID, f.ID
		e.Author = network.Author{ID: conn.Account, Handle: conn.Handle}
		return e, true
	case "mention":
		e.Kind, e.Thread = network.Mention, f.ID
		media := f.Media
		if media == "" {
			media = f.ID
		}
		e.Extra = extra{Media: media, From: string(f.From.ID), Mention: true}.raw()
		return e, !ours
	case "comment", "deleted", "hidden", "shown":
	default:
		return e, false
	}
	if f.Media == "" {
		return e, false // below what, it is not said
	}
	e.Post, e.Thread, e.Parent = f.Media, f.Media, f.Parent
	if e.Parent == "" {
		e.Parent = f.Media
	}
	e.Extra = extra{Media: f.Media, Above: f.Parent, From: string(f.From.ID)}.raw()
	switch {
	case f.What == "deleted":
		e.Kind = network.Deleted
	case f.What == "hidden" || f.What == "shown":
		e.Kind, e.Removed = network.Hidden, f.What == "shown"
	case ours:
		e.Kind, e.Author.ID = network.Ours, conn.Account
	default:
		e.Kind = network.Comment
	}
	return e, true
}

func (p person) author() network.Author {
	a := network.Author{ID: string(p.ID), Handle: p.Username, Name: p.Username}
	if handle.MatchString(p.Username) {
		a.URL = "https://www.instagram.com/" + p.Username + "/"
	}
	return a
}
