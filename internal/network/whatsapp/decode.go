package whatsapp

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
		return nil, fault.New(fault.Invalid, "This is no event of WhatsApp.")
	}
	f, ok := f.lean()
	if !ok {
		return nil, fault.New(fault.Invalid, "This is no event of WhatsApp.")
	}
	if f.Notice != nil && !f.Notice.of(conn.Account, conn.Handle) {
		return nil, nil // of another number of the same account
	}
	e := f.event(conn)
	if e.At = raw.At; !graph.Millis(f.Made).IsZero() {
		e.At = graph.Millis(f.Made)
	}
	if f.Notice != nil {
		m := f.Notice.said(e.At)
		e = network.Event{Kind: network.Noticed, Ref: e.Ref, At: e.At, Notice: &m}
	}
	return []network.Event{e}, nil
}

// event says what a lean fact means.
func (f fact) event(conn network.Conn) network.Event {
	thread := f.From.id()
	if f.Group != "" {
		thread = f.Group
	}
	e := network.Event{Kind: network.Direct, Ref: network.Ref{ID: f.ID}, Author: f.From.author(), Text: f.Text, Truncated: f.Partial, Thread: thread, Parent: f.Parent, Private: true}
	if len(e.Text) > textMost {
		e.Text, e.Truncated = graph.Clip(e.Text, textMost), true
	}
	for _, a := range f.Files {
		if a.File != "" {
			a.URL = network.Closed + a.File
		}
		e.Media = append(e.Media, network.Attachment{Type: a.Type, URL: a.URL, Alt: a.Alt})
	}
	known := extra{To: f.From.Phone, User: f.From.User, Group: f.Group, Ours: f.What == "ours" || f.What == "status"}
	e.Extra = known.raw()
	switch f.What {
	case "ours":
		e.Kind, e.Author = network.Ours, network.Author{ID: conn.Account}
	case "reaction":
		e.Kind, e.Removed = network.Reaction, f.Off
	case "edited":
		e.Kind = network.Edited
	case "unsent":
		e.Kind, e.Text, e.Media = network.Deleted, "", nil
	case "status":
		e.Kind, e.Key, e.Author, e.Text, e.Media = network.Receipt, f.Key, network.Author{}, "", nil
		switch f.Status {
		case "failed":
			e.Failure = failure(f.Code)
		case "delivered":
			e.Reached = network.Delivered
		case "read":
			e.Reached = network.Read
		}
	}
	return e
}

// author is a person as the inbox shows them: by their number, or by their
// username where they hide it.
func (p person) author() network.Author {
	a := network.Author{ID: p.id(), Name: p.Name}
	switch {
	case p.Phone != "":
		a.Handle, a.URL = "+"+p.Phone, "https://wa.me/"+p.Phone
	case p.Login != "":
		a.Handle = "@" + p.Login
	}
	return a
}
