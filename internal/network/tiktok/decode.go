package tiktok

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// fact is the driver's own form of an event: a comment or a reply, that one is
// hidden, what a webhook told of one, a mention, or, without an id, a post of ours that
// everybody can see now.
type fact struct {
	ID     string `json:"id,omitempty"`
	Post   string `json:"post"`
	Top    string `json:"top,omitempty"`
	At     int64  `json:"at"`
	Who    string `json:"who,omitempty"`
	Handle string `json:"handle,omitempty"`
	Name   string `json:"name,omitempty"`
	Avatar string `json:"avatar,omitempty"`
	Text   string `json:"text,omitempty"`
	Image  string `json:"image,omitempty"`
	Ours   bool   `json:"ours,omitempty"`
	Hidden bool   `json:"hidden,omitempty"`
	Told   string `json:"told,omitempty"`  // by a webhook: what became of it
	Names  string `json:"names,omitempty"` // of a mention: where it names us
	Link   string `json:"link,omitempty"`  // of a mention: the video
}

// raw is the event with what orders it and recognises it. TikTok has no changes of
// comments: nobody can edit one.
func (f fact) raw(account string) network.Raw {
	body, err := json.Marshal(f)
	if err != nil {
		panic(err) // plain values alone
	}
	key := "comment " + f.ID
	switch {
	case f.ID == "":
		key = "post " + f.Post
	case f.Names != "" && f.Told == "":
		key = "mention " + f.ID
	case f.Hidden:
		key = "hidden " + f.ID
	case f.Told != "": // a comment may be hidden and shown again and again
		key = f.Told + " " + f.ID + " " + strconv.FormatInt(f.At, 10)
	}
	who := f.Who
	if who == "" || f.Ours {
		who = account
	}
	return network.Raw{Account: account, Person: who, Key: key, At: time.Unix(f.At, 0).UTC(), Body: body}
}

// Decode reads the driver's own form.
func (*Driver) Decode(conn network.Conn, raw network.Raw) ([]network.Event, error) {
	var f fact
	if json.Unmarshal(raw.Body, &f) != nil || !number.MatchString(f.Post) || f.ID != "" && !number.MatchString(f.ID) || f.Top != "" && !number.MatchString(f.Top) || f.At < 0 || f.At > 1<<36 {
		return nil, fault.New(fault.Invalid, "This is no event of TikTok.")
	}
	at := time.Unix(f.At, 0).UTC()
	if f.Names != "" && f.ID != "" {
		return f.mentioned(conn), nil
	}
	if f.ID == "" {
		return []network.Event{{Kind: network.Ours, Ref: network.Ref{ID: f.Post, URL: postURL(conn.Handle, f.Post)}, Author: network.Author{ID: conn.Account, Handle: conn.Handle},
			At: at, Thread: f.Post, Post: f.Post}}, nil
	}
	e := network.Event{Kind: network.Comment, Ref: network.Ref{ID: f.ID, URL: postURL(conn.Handle, f.Post), Extra: extra{Post: f.Post, Top: f.Top}.raw()}, At: at, Thread: f.Post, Post: f.Post, Parent: f.Post,
		Author: network.Author{ID: clip(f.Who, 256), Handle: clip(f.Handle, 128), Name: clip(f.Name, 640), AvatarURL: secure(f.Avatar), URL: profileURL(f.Handle)}}
	if f.Top != "" {
		e.Parent = f.Top
	}
	switch f.Told {
	case "":
	case actDelete:
		e.Kind = network.Deleted
		return []network.Event{e}, nil
	case actHidden, actFriends:
		e.Kind = network.Hidden
		return []network.Event{e}, nil
	case actPublic:
		e.Kind, e.Removed = network.Hidden, true
		return []network.Event{e, f.named()}, nil
	default:
		return []network.Event{f.named()}, nil
	}
	if f.Hidden {
		e.Kind = network.Hidden
		return []network.Event{e}, nil
	}
	if f.Ours {
		e.Kind, e.Author = network.Ours, network.Author{ID: conn.Account, Handle: conn.Handle}
	}
	e.Text = clip(f.Text, textMost)
	e.Truncated = len(f.Text) > textMost
	if image := secure(f.Image); image != "" {
		e.Media = []network.Attachment{{Type: "image", URL: image}}
	}
	return []network.Event{e}, nil
}

// named is that something was said below a post, or below a comment of it.
func (f fact) named() network.Event {
	at := extra{Post: f.Post, Top: f.Top}
	return network.Event{Kind: network.Named, Ref: network.Ref{ID: f.ID, Extra: at.raw()}, Thread: f.Post + "/" + f.Top, At: time.Unix(f.At, 0).UTC()}
}

// secure keeps a web address that is one.
func secure(s string) string {
	if !strings.HasPrefix(s, "https://") || len(s) > 2048 {
		return ""
	}
	return clip(s, 2048)
}
