package bluesky

import (
	"encoding/json"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// notification is what we keep of one line of the list of notifications.
type notification struct {
	URI     string      `json:"uri"`
	CID     string      `json:"cid"`
	Author  profileView `json:"author"`
	Reason  string      `json:"reason"`
	About   string      `json:"reasonSubject"`
	Record  record      `json:"record"`
	Indexed string      `json:"indexedAt"`
}

// body is the driver's own form of a fact: exactly one of its fields.
type body struct {
	Note *notification `json:"note,omitempty"`
	Chat *chatLine     `json:"chat,omitempty"`
	Gone *gone         `json:"gone,omitempty"`
}

// gone is a message that its author took away.
type gone struct {
	URI    string `json:"uri"`
	Thread string `json:"thread"`
}

// splitNotes takes a page of notifications apart, in the order of the page.
// Lines that are none of ours to know are left out.
func splitNotes(account string, page []byte) (events []network.Raw, next string, err error) {
	var got struct {
		Cursor string            `json:"cursor"`
		Notes  []json.RawMessage `json:"notifications"`
	}
	if json.Unmarshal(page, &got) != nil {
		return nil, "", fault.New(fault.Unavailable, "Bluesky answered something we do not understand.")
	}
	for _, one := range got.Notes {
		var n notification
		if json.Unmarshal(one, &n) != nil || !told(n.Reason) {
			continue
		}
		n = notification{clip(n.URI, 2048), clip(n.CID, 256), n.Author.lean(), clip(n.Reason, 64), clip(n.About, 2048), n.Record.lean(), clip(n.Indexed, 64)}
		if _, _, _, ok := splitURI(n.URI); !ok || n.Author.DID == "" {
			continue
		}
		data, err := json.Marshal(body{Note: &n})
		if err != nil {
			continue // never: it has just been read
		}
		events = append(events, network.Raw{Account: account, Person: n.Author.DID, Key: n.Reason + " " + n.URI + " " + n.CID,
			At: moment(n.Indexed), Body: data})
	}
	return events, clip(got.Cursor, 4096), nil
}

// told says whether a notification is of a kind that becomes an event.
func told(reason string) bool {
	switch reason {
	case "reply", "mention", "quote", "like", "repost", "follow", "like-via-repost", "repost-via-repost":
		return true
	}
	return false
}

// Decode reads the driver's own form.
func (*Driver) Decode(conn network.Conn, raw network.Raw) ([]network.Event, error) {
	var b body
	if json.Unmarshal(raw.Body, &b) != nil {
		return nil, fault.New(fault.Invalid, "This is no event of Bluesky.")
	}
	switch {
	case b.Note != nil:
		return b.Note.event(conn)
	case b.Chat != nil:
		return b.Chat.event(conn)
	case b.Gone != nil:
		id := clip(b.Gone.URI, 2048)
		if _, _, _, ok := splitURI(id); ok {
			return []network.Event{{Kind: network.Deleted, Ref: network.Ref{ID: id}, Author: network.Author{ID: didOf(id)}, At: raw.At,
				Thread: clip(b.Gone.Thread, 2048), Post: ours(conn, clip(b.Gone.Thread, 2048))}}, nil
		}
	}
	return nil, fault.New(fault.Invalid, "This is no event of Bluesky.")
}

// ours gives an address back if it is a record of our account.
func ours(conn network.Conn, uri string) string {
	if uri != "" && didOf(uri) == conn.Account {
		return uri
	}
	return ""
}

func (n *notification) event(conn network.Conn) ([]network.Event, error) {
	r := n.Record.lean()
	at := strong{n.URI, n.CID}.lean()
	if _, _, _, ok := splitURI(at.URI); !ok || n.Author.DID == "" {
		return nil, fault.New(fault.Invalid, "This is no event of Bluesky.")
	}
	e := network.Event{Author: n.Author.author(), At: moment(n.Indexed), Ref: refTo(at, rootOf(r.Reply))}
	about := clip(n.About, 2048)
	if r.Subject != nil && strings.HasPrefix(r.Subject.URI, "at://") {
		about = r.Subject.URI // what was liked; a like through a repost names the repost besides
	}
	switch n.Reason {
	case "reply", "mention", "quote":
		e.Text, e.Media = r.Text, r.attachments(e.Author.ID)
		if len(e.Text) > textMost {
			e.Text, e.Truncated = clip(e.Text, textMost), true
		}
		e.Kind, e.Thread = network.Mention, at.URI
		if r.Reply != nil {
			e.Thread, e.Parent = r.Reply.Root.URI, r.Reply.Parent.URI
		}
		if n.Reason == "reply" {
			e.Kind = network.Comment
			e.Post = firstOf(ours(conn, e.Thread), ours(conn, e.Parent), ours(conn, about))
		} else {
			e.Post = firstOf(ours(conn, about), ours(conn, e.Thread))
		}
	case "like", "like-via-repost":
		e.Kind, e.Post, e.Thread = network.Reaction, ours(conn, about), about
	case "repost", "repost-via-repost":
		e.Kind, e.Post, e.Thread = network.Repost, ours(conn, about), about
	case "follow":
		e.Kind = network.Follow
	default:
		return nil, nil
	}
	return []network.Event{e}, nil
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
