package linkedin

import (
	"encoding/json"
	"net/url"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

func noEvent() error { return fault.New(fault.Invalid, "This is no event of LinkedIn.") }

// Decode reads the driver's own form.
func (*Driver) Decode(conn network.Conn, raw network.Raw) ([]network.Event, error) {
	var f fact
	if json.Unmarshal(raw.Body, &f) != nil {
		return nil, noEvent()
	}
	f, ok := f.sound()
	if !ok {
		return nil, noEvent()
	}
	return []network.Event{f.event(conn)}, nil
}

func (f fact) event(conn network.Conn) network.Event {
	e := network.Event{Author: f.author(), Text: f.Text, At: f.when(), Post: f.Post, Thread: f.Post}
	if len(e.Text) > textMost {
		e.Text, e.Truncated = clip(e.Text, textMost), true
	}
	switch f.Action {
	case actLike:
		e.Kind, e.ID, e.Parent, e.Text = network.Reaction, "like "+f.Actor+" "+f.Thread, f.Post, ""
		return e
	case actShare:
		e.Kind, e.ID, e.URL, e.Parent = network.Repost, f.Share, postAddress(f.Share), f.Post
		return e
	case actMention:
		e.Kind, e.ID, e.URL, e.Post, e.Thread = network.Mention, f.Share, postAddress(f.Share), "", f.Share
		return e
	}
	e.ID = whole(f.Thread, f.Number)
	e.URL = commentAddress(f.Thread, e.ID)
	e.Extra = extra{Post: f.Post, Above: f.Parent}.raw()
	if e.Parent = f.Parent; e.Parent == "" {
		e.Parent = f.Post
	}
	switch {
	case f.Action == actDelete:
		e.Kind, e.Text = network.Deleted, ""
	case f.Action == actEdit:
		e.Kind = network.Edited
	case f.Actor == conn.Account:
		e.Kind = network.Ours
	default:
		e.Kind = network.Comment
	}
	// Nothing was decorated: there is a comment, and what it says is not told.
	e.Truncated = e.Truncated || e.Text == "" && e.Kind != network.Deleted
	return e
}

func (f fact) author() network.Author {
	if f.Actor == "" {
		return network.Author{}
	}
	a := network.Author{ID: f.Actor, Name: f.Name, Handle: f.Handle}
	switch {
	case pageURN.MatchString(f.Actor):
		a.Handle, a.URL = bare(f.Actor), "https://www.linkedin.com/company/"+bare(f.Actor)+"/"
	case f.Handle != "":
		a.URL = "https://www.linkedin.com/in/" + url.PathEscape(f.Handle) + "/"
	}
	return a
}
