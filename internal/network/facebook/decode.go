package facebook

import (
	"encoding/json"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

func noEvent() error { return fault.New(fault.Invalid, "This is no event of Facebook.") }

// Decode reads the driver's own form.
func (*Driver) Decode(conn network.Conn, raw network.Raw) ([]network.Event, error) {
	var f fact
	if json.Unmarshal(raw.Body, &f) != nil {
		return nil, noEvent()
	}
	if f.Change == nil {
		return f.Events(conn.Account)
	}
	c, ok := f.Change.lean()
	if !ok {
		return nil, noEvent()
	}
	e, told := c.event(conn)
	if !told {
		return nil, nil
	}
	e.At = raw.At
	if at := graph.Millis(f.At); !at.IsZero() {
		e.At = at
	}
	return []network.Event{e}, nil
}

// event says what a lean change means; told is false for what is of no interest.
func (c change) event(conn network.Conn) (e network.Event, told bool) {
	ours := c.From.ID != "" && string(c.From.ID) == conn.Account
	e = network.Event{Author: network.Author{ID: string(c.From.ID), Name: c.From.Name}, Post: c.Post, Thread: c.Post}
	e.ID = c.Post
	if c.Comment != "" {
		e.ID, e.Parent = c.Comment, c.Parent
		if e.Parent == "" {
			e.Parent = c.Post
		}
		x := extra{Post: c.Post, From: string(c.From.ID)}
		if e.Parent != c.Post {
			x.Above = e.Parent
		}
		e.Extra = x.raw()
	}
	if c.Mention { // it stands elsewhere: below no post of ours, and for itself
		e.Post, e.Parent, e.Thread = "", "", ""
	}
	if e.Thread == "" {
		e.Thread = e.ID
	}
	if c.reaction() {
		return c.feeling(e, ours)
	}
	switch c.Verb {
	case "remove", "delete":
		e.Kind = network.Deleted
		return e, true
	case "hide", "unhide":
		e.Kind, e.Removed = network.Hidden, c.Verb == "unhide"
		return e, c.Comment != ""
	case "edited", "edit":
		e.Kind = network.Edited
	case "add", "":
		if e.Kind = c.added(ours); e.Kind == "" {
			return e, false
		}
	default:
		return e, false
	}
	c.dress(&e)
	return e, true
}

// added says what came into the world.
func (c change) added(ours bool) network.EventKind {
	switch {
	case ours:
		return network.Ours
	case c.Mention:
		return network.Mention
	case c.Item == "comment":
		if c.Comment == "" {
			return ""
		}
		return network.Comment
	case c.Item == "share" && c.Share != "":
		return network.Repost
	}
	switch c.Item {
	case "post", "status", "photo", "video", "link", "note", "share", "album":
		return network.Mention // somebody wrote on the Page itself
	}
	return ""
}

// dress gives an event its text and what hangs on it.
func (c change) dress(e *network.Event) {
	if e.Kind == network.Repost {
		e.ID = c.Share
	}
	if e.Kind == network.Mention && c.Comment == "" {
		e.Post = "" // theirs, not ours
	}
	e.Text = c.Text
	if len(e.Text) > textMost {
		e.Text, e.Truncated = graph.Clip(e.Text, textMost), true
	}
	if e.URL = c.URL; !strings.HasPrefix(e.URL, "https://") && e.ID != "" {
		e.URL = postURL(e.ID)
	}
	if c.Photo != "" {
		e.Media = append(e.Media, network.Attachment{Type: "image", URL: c.Photo})
	}
	if c.Video != "" {
		e.Media = append(e.Media, network.Attachment{Type: "video", URL: c.Video})
	}
}

// feeling is a reaction: to a post, to a comment, or, of old, to the Page.
func (c change) feeling(e network.Event, ours bool) (network.Event, bool) {
	if ours || c.Verb != "add" && c.Verb != "edit" && c.Verb != "remove" {
		return e, false
	}
	e.Kind, e.Removed = network.Reaction, c.Verb == "remove"
	if c.Post == "" && c.Comment == "" {
		e.Kind, e.Thread, e.Post = network.Follow, "", ""
	}
	e.ID, e.Extra = c.key(), nil
	if e.Parent = c.Comment; e.Parent == "" {
		e.Parent = c.Post
	}
	return e, true
}
