package mastodon

import (
	"encoding/json"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// notice is what we keep of one notification.
type notice struct {
	ID      string  `json:"id"`
	Type    string  `json:"type"`
	Created string  `json:"created_at"`
	Account account `json:"account"`
	Status  *status `json:"status,omitempty"`
}

// root is the beginning of a thread.
type root struct {
	ID      string `json:"id"`
	Account string `json:"account"`
}

// body is the driver's own form of a fact.
type body struct {
	Notice *notice `json:"notice,omitempty"`
	Root   root    `json:"root,omitzero"`
	Edited *status `json:"edited,omitempty"` // a message that was changed
	Gone   *gone   `json:"gone,omitempty"`   // or taken away
}

type gone struct {
	ID     string `json:"id"`
	Person string `json:"person"`
}

// splitNotices takes a page of notifications apart, newest first as it comes.
// all are its lines, events those that become one; next is the place after it.
func splitNotices(page []byte) (all int, newest string, notices []notice, err error) {
	var lines []json.RawMessage
	if json.Unmarshal(page, &lines) != nil {
		return 0, "", nil, unclear(rest.Ask{})
	}
	for _, line := range lines {
		var n notice
		if json.Unmarshal(line, &n) != nil || !idSign.MatchString(n.ID) {
			// Its place can still be read: it must not stop those after it.
			var place struct {
				ID string `json:"id"`
			}
			if json.Unmarshal(line, &place) != nil || !idSign.MatchString(place.ID) {
				continue
			}
			n = notice{ID: place.ID}
		}
		if later(n.ID, newest) {
			newest = n.ID
		}
		if kept, ok := n.lean(); ok {
			notices = append(notices, kept)
		}
	}
	return len(lines), newest, notices, nil
}

// later compares ids: numbers grow longer, ULIDs are all of a length.
func later(a, b string) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}

func (n notice) lean() (notice, bool) {
	kept := notice{ID: n.ID, Type: clip(n.Type, 64), Created: clip(n.Created, 64), Account: n.Account.lean()}
	if n.Status != nil {
		s := n.Status.lean()
		kept.Status = &s
	}
	if !idSign.MatchString(kept.Account.ID) || kept.Status != nil && !idSign.MatchString(kept.Status.ID) {
		return kept, false
	}
	switch n.Type {
	case "follow":
		return kept, true
	case "mention", "favourite", "reblog", "quote":
		return kept, kept.Status != nil
	}
	return kept, false
}

func (n notice) raw(us string, top root) network.Raw {
	data, err := json.Marshal(body{Notice: &n, Root: top})
	if err != nil {
		panic(err) // strings alone
	}
	key := n.Type + " " + n.ID
	if n.Type == "mention" {
		key = n.Type + " " + n.Status.ID // an edit may tell of it once more
	}
	return network.Raw{Account: us, Person: n.Account.ID, Key: key, At: moment(n.Created), Body: data}
}

// Decode reads the driver's own form.
func (*Driver) Decode(conn network.Conn, raw network.Raw) ([]network.Event, error) {
	var b body
	if json.Unmarshal(raw.Body, &b) != nil {
		return nil, strange()
	}
	b.Root = root{clip(b.Root.ID, 64), clip(b.Root.Account, 64)}
	switch {
	case b.Notice != nil:
		n, ok := b.Notice.lean()
		if !ok || !idSign.MatchString(n.ID) {
			return nil, strange()
		}
		return []network.Event{n.event(conn, b.Root)}, nil
	case b.Edited != nil:
		s := b.Edited.lean()
		if !idSign.MatchString(s.ID) || s.Account.ID == "" {
			return nil, strange()
		}
		e := message(conn, s, b.Root)
		e.Kind, e.At = network.Edited, moment(s.Edited)
		return []network.Event{e}, nil
	case b.Gone != nil && idSign.MatchString(b.Gone.ID):
		return []network.Event{{Kind: network.Deleted, Ref: network.Ref{ID: b.Gone.ID}, Author: network.Author{ID: clip(b.Gone.Person, 64)}, At: raw.At}}, nil
	}
	return nil, strange()
}

func strange() error { return fault.New(fault.Invalid, "This is no event of Mastodon.") }

func (n notice) event(conn network.Conn, top root) network.Event {
	e := network.Event{Author: n.Account.author(), At: moment(n.Created), Ref: network.Ref{ID: n.Type + ":" + n.ID}}
	switch n.Type {
	case "follow":
		e.Kind = network.Follow
	case "favourite", "reblog":
		e.Kind, e.Post, e.Thread = network.Reaction, n.Status.ID, n.Status.ID
		if n.Type == "reblog" {
			e.Kind = network.Repost
		}
	default:
		e = message(conn, *n.Status, top)
	}
	return e
}

// message is a status that somebody addressed to us.
func message(conn network.Conn, s status, top root) network.Event {
	e := network.Event{Kind: network.Mention, Ref: s.ref(), Author: s.Account.author(), At: moment(s.Created), Thread: s.ID, Parent: s.Parent, Media: s.attachments()}
	e.Text, e.Truncated = s.text(conn.Account)
	if s.Parent != "" {
		e.Thread = s.Parent
	}
	if top.ID != "" {
		e.Thread = top.ID
	}
	switch {
	case top.Account == conn.Account:
		e.Post = top.ID
	case s.ParentOf == conn.Account:
		e.Post = s.Parent
	}
	switch {
	case s.Visibility == "direct":
		e.Kind, e.Thread = network.Direct, "direct:"+s.Account.ID // one chat with a person, however it began
	case s.Parent != "" && e.Post != "":
		e.Kind = network.Comment
	}
	if strings.HasPrefix(e.Thread, "direct:") && s.Account.ID == conn.Account {
		e.Kind, e.Private = network.Ours, true
	}
	return e
}
