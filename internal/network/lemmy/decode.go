package lemmy

import (
	"encoding/json"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// body is the driver's own form of a fact.
type body struct {
	Comment *commentView `json:"comment,omitempty"`
	Edited  *commentView `json:"edited,omitempty"`
	Message *messageView `json:"message,omitempty"`
	Gone    *gone        `json:"gone,omitempty"`
	Hidden  *gone        `json:"hidden,omitempty"`
	Shown   bool         `json:"shown,omitempty"` // not hidden but shown again
}

type gone struct {
	ID     int64 `json:"id"`
	Person int64 `json:"person"`
}

// Decode reads the driver's own form.
func (*Driver) Decode(conn network.Conn, raw network.Raw) ([]network.Event, error) {
	var b body
	if json.Unmarshal(raw.Body, &b) != nil {
		return nil, strange()
	}
	switch {
	case b.Comment != nil:
		return b.Comment.event(conn, false)
	case b.Edited != nil:
		return b.Edited.event(conn, true)
	case b.Message != nil:
		return b.Message.event(conn)
	case b.Gone != nil && b.Gone.ID > 0:
		return []network.Event{b.Gone.event(network.Deleted, raw)}, nil
	case b.Hidden != nil && b.Hidden.ID > 0:
		e := b.Hidden.event(network.Hidden, raw)
		e.Removed = b.Shown
		return []network.Event{e}, nil
	}
	return nil, strange()
}

func strange() error { return fault.New(fault.Invalid, "This is no event of Lemmy.") }

func (g gone) event(kind network.EventKind, raw network.Raw) network.Event {
	return network.Event{Kind: kind, Ref: network.Ref{ID: name(kindComment, g.ID)}, Author: network.Author{ID: number(g.Person)}, At: raw.At}
}

func (v commentView) event(conn network.Conn, edited bool) ([]network.Event, error) {
	v = v.lean()
	if v.Comment.ID <= 0 || v.Comment.Post <= 0 || v.Creator.ID <= 0 {
		return nil, strange()
	}
	e := network.Event{Kind: network.Mention, Ref: v.ref(conn.Base), Author: v.Creator.author(), Text: v.Comment.Content, At: moment(v.Comment.Published),
		Thread: name(kindPost, v.Comment.Post), Parent: v.Comment.above(), Media: images(v.Comment.Content), Truncated: len(v.Comment.Content) >= textMost-4}
	e.Author.Said = e.ID
	if number(v.Post.Creator) == conn.Account {
		e.Kind, e.Post = network.Comment, e.Thread
	}
	switch {
	case edited:
		e.Kind, e.At = network.Edited, moment(v.Comment.Updated)
	case number(v.Creator.ID) == conn.Account:
		e.Kind = network.Ours
	}
	return []network.Event{e}, nil
}

// event of a message: one chat with a person, whoever wrote.
func (v messageView) event(conn network.Conn) ([]network.Event, error) {
	v = v.lean()
	if v.Message.ID <= 0 || v.Creator.ID <= 0 || v.Recipient.ID <= 0 {
		return nil, strange()
	}
	e := network.Event{Kind: network.Direct, Author: v.Creator.author(), Text: v.Message.Content, At: moment(v.Message.Published), Private: true,
		Media: images(v.Message.Content), Truncated: len(v.Message.Content) >= textMost-4}
	with := v.Creator.ID
	if number(v.Creator.ID) == conn.Account {
		e.Kind, with = network.Ours, v.Recipient.ID
	}
	e.Ref, e.Thread = ref("", kindMessage, v.Message.ID, extra{By: with}), "person/"+number(with)
	return []network.Event{e}, nil
}

// images are those that stand in a text as Markdown.
func images(said string) []network.Attachment {
	var all []network.Attachment
	for _, m := range picture.FindAllStringSubmatch(said, 16) {
		if strings.HasPrefix(m[1], "https://") || strings.HasPrefix(m[1], "http://") {
			alt, _, _ := strings.Cut(strings.TrimLeft(m[0], " \t\r\n![")+"]", "]")
			all = append(all, network.Attachment{Type: "image", URL: clip(m[1], 2048), Alt: clip(alt, 2048)})
		}
	}
	return all
}
