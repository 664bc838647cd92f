package x

import (
	"encoding/json"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// body is the driver's own form of a fact: what reading and webhooks become.
type body struct {
	Post *notice  `json:"post,omitempty"`
	Act  *deed    `json:"act,omitempty"`
	Chat *written `json:"chat,omitempty"`
	Gone *absent  `json:"gone,omitempty"`
	Due  *due     `json:"due,omitempty"`
}

// notice is a post, or a new version of one.
type notice struct {
	Post    post       `json:"p"`
	Author  user       `json:"u"`
	Media   []attached `json:"m,omitempty"`
	Version bool       `json:"v,omitempty"` // it is told because it was edited
	Ours    bool       `json:"o,omitempty"` // the conversation began with a post of ours
}

// deed is what somebody did without words.
type deed struct {
	Kind    network.EventKind `json:"k"`
	Post    string            `json:"p,omitempty"`
	Who     user              `json:"u"`
	Removed bool              `json:"r,omitempty"`
	At      string            `json:"t,omitempty"`
}

// written is a private message.
type written struct {
	ID    string     `json:"id"`
	Chat  string     `json:"c"`
	From  user       `json:"u"`
	Text  string     `json:"t"`
	At    string     `json:"at"`
	Media []attached `json:"m,omitempty"`
}

// absent is what is not there any more.
type absent struct {
	ID     string `json:"id"`
	Person string `json:"p,omitempty"`
}

// due is what X takes for an event that it told by itself.
type due struct {
	Event string `json:"e"` // its sort and X's name of it
	Price string `json:"p"`
}

func (b body) raw(account, person, key string, at time.Time) network.Raw {
	data, err := json.Marshal(b)
	if err != nil {
		panic(err) // strings, numbers and truths alone
	}
	return network.Raw{Account: account, Person: person, Key: key, At: at, Body: data}
}

// lean keeps of a post what we read, each in bounds; counts are no news.
func (p post) lean() post {
	kept := post{ID: clip(p.ID, 32), Text: clip(p.Text, 4*textMost), Author: clip(p.Author, 32), Created: clip(p.Created, 64), Conversation: clip(p.Conversation, 32), To: clip(p.To, 32)}
	for _, v := range p.versions()[:min(len(p.versions()), 16)] {
		kept.Versions = append(kept.Versions, clip(v, 32))
	}
	for _, list := range [][]reference{p.Refers, p.RefersOld} {
		for _, r := range list[:min(len(list), 4)] {
			kept.Refers = append(kept.Refers, reference{clip(r.Type, 16), clip(r.ID, 32)})
		}
	}
	if len(p.Range) == 2 {
		kept.Range = p.Range
	}
	for _, l := range p.Entities.URLs[:min(len(p.Entities.URLs), 32)] {
		kept.Entities.URLs = append(kept.Entities.URLs, link{clip(l.URL, 128), clip(l.Expanded, 4096), "", clip(l.Key, 64)})
	}
	for _, k := range p.Attachments.Keys[:min(len(p.Attachments.Keys), 8)] {
		kept.Attachments.Keys = append(kept.Attachments.Keys, clip(k, 64))
	}
	return kept
}

func (u user) lean() user {
	return user{ID: clip(u.ID, 32), Username: clip(u.Username, 64), Name: clip(u.Name, 256), Picture: clip(u.Picture, 2048)}
}

func leanMedia(all []attached, keys []string) []attached {
	var kept []attached
	for _, k := range keys[:min(len(keys), 8)] {
		for _, m := range all {
			if m.Key == k {
				kept = append(kept, attached{clip(m.Key, 64), clip(m.Type, 32), clip(m.URL, 2048), clip(m.Preview, 2048), clip(m.Alt, 4000)})
				break
			}
		}
	}
	return kept
}

// raws are the facts that a post is: itself under its first id, and its newest
// version where it was edited.
func (t notice) raws(account string) []network.Raw {
	t.Post, t.Author = t.Post.lean(), t.Author.lean()
	if t.Author.ID == "" {
		t.Author.ID = t.Post.Author
	}
	if !number.MatchString(t.Post.ID) || !number.MatchString(t.Author.ID) || t.Author.ID != t.Post.Author || t.Post.refers("retweeted") != "" {
		return nil
	}
	when := moment(t.Post.Created)
	first := t.Post.first()
	begun := when
	if first != t.Post.ID {
		if at := made(first); !at.IsZero() {
			begun = at
		}
	}
	all := []network.Raw{body{Post: &t}.raw(account, t.Author.ID, "post "+first, begun)}
	if first != t.Post.ID {
		version := t
		version.Version = true
		all = append(all, body{Post: &version}.raw(account, t.Author.ID, "edit "+t.Post.ID, when))
	}
	return all
}

func (g deed) raw(account string, at time.Time) (network.Raw, bool) {
	g.Who, g.Post = g.Who.lean(), clip(g.Post, 32)
	if !number.MatchString(g.Who.ID) || g.Kind != network.Follow && !number.MatchString(g.Post) {
		return network.Raw{}, false
	}
	verb := map[network.EventKind]string{network.Reaction: "like", network.Repost: "repost", network.Follow: "follow"}[g.Kind]
	if g.Removed {
		verb = "un" + verb
	}
	key := verb + " " + g.Who.ID
	if g.Post != "" {
		key = verb + " " + g.Post + " " + g.Who.ID
	}
	return body{Act: &g}.raw(account, g.Who.ID, key, at), true
}

func (m written) raw(account string) (network.Raw, bool) {
	m.ID, m.Chat, m.Text, m.From = clip(m.ID, 32), clip(m.Chat, 64), clip(m.Text, textMost), m.From.lean()
	if !number.MatchString(m.ID) || !number.MatchString(m.From.ID) {
		return network.Raw{}, false
	}
	person := m.From.ID // facts are in order of the person, also what we say to them
	if with := partner(m.Chat, account); with != "" {
		person = with
	}
	return body{Chat: &m}.raw(account, person, "message "+m.ID, moment(m.At)), true
}

// Decode reads the driver's own form.
func (*Driver) Decode(conn network.Conn, raw network.Raw) ([]network.Event, error) {
	var b body
	if json.Unmarshal(raw.Body, &b) != nil {
		return nil, strange()
	}
	switch {
	case b.Post != nil:
		t := *b.Post
		t.Post, t.Author, t.Media = t.Post.lean(), t.Author.lean(), leanMedia(t.Media, t.Post.Attachments.Keys)
		if !number.MatchString(t.Post.ID) || !number.MatchString(t.Author.ID) {
			return nil, strange()
		}
		return []network.Event{t.event(conn, raw.At)}, nil
	case b.Act != nil:
		g := *b.Act
		g.Who, g.Post = g.Who.lean(), clip(g.Post, 32)
		if !number.MatchString(g.Who.ID) || g.Kind != network.Reaction && g.Kind != network.Repost && g.Kind != network.Follow {
			return nil, strange()
		}
		return []network.Event{g.event(raw.At)}, nil
	case b.Chat != nil:
		m := *b.Chat
		if !number.MatchString(m.ID) || !number.MatchString(m.From.ID) {
			return nil, strange()
		}
		return []network.Event{m.event(conn)}, nil
	case b.Gone != nil && number.MatchString(b.Gone.ID):
		return []network.Event{{Kind: network.Deleted, Ref: network.Ref{ID: b.Gone.ID}, Author: network.Author{ID: clip(b.Gone.Person, 32)}, At: raw.At}}, nil
	}
	if b.Due != nil && b.Due.Event != "" && network.IsReading(b.Due.Price) {
		return []network.Event{{Kind: network.Charged, Ref: network.Ref{ID: clip(b.Due.Event, 128)}, Price: clip(b.Due.Price, 32), At: raw.At}}, nil
	}
	return nil, strange()
}

func strange() error { return fault.New(fault.Invalid, "This is no event of X.") }

// event is a post as the inbox has it: a comment where it answers us or stands
// in a conversation of ours, else a mention.
func (t notice) event(conn network.Conn, told time.Time) network.Event {
	p := t.Post
	first := p.first()
	remembers := extra{Author: t.Author.ID, Handle: clip(t.Author.Username, 64)}
	for _, v := range p.versions() {
		if v != first && number.MatchString(v) {
			remembers.Versions = append(remembers.Versions, v)
		}
	}
	e := network.Event{Kind: network.Mention, Ref: network.Ref{ID: first, URL: address(remembers.Handle, p.ID), Extra: remembers.raw()}, Author: t.Author.author(),
		At: moment(p.Created), Thread: p.Conversation, Parent: p.refers("replied_to")}
	if e.At.IsZero() {
		e.At = told
	}
	if !number.MatchString(e.Thread) {
		e.Thread = first
	}
	e.Text, e.Truncated = p.plain()
	for _, m := range t.Media {
		e.Media = append(e.Media, m.shown())
	}
	ours := t.Author.ID == conn.Account
	switch {
	case ours:
		e.Kind = network.Ours
		if e.Parent != "" {
			e.Post = e.Thread
		}
	case e.Parent != "" && (t.Ours || p.To == conn.Account):
		e.Kind, e.Post = network.Comment, e.Thread
	case p.refers("quoted") != "":
		e.Post = p.refers("quoted")
	}
	if t.Version {
		e.Kind = network.Edited
	}
	return e
}

func (m attached) shown() network.Attachment {
	a := network.Attachment{Type: "other", URL: m.URL, Alt: m.Alt}
	switch m.Type {
	case "photo":
		a.Type = "image"
	case "video", "animated_gif":
		a.Type = "video"
	}
	if a.URL == "" {
		a.URL = m.Preview
	}
	return a
}

func (g deed) event(told time.Time) network.Event {
	verb := map[network.EventKind]string{network.Reaction: "like", network.Repost: "repost", network.Follow: "follow"}[g.Kind]
	id := verb + ":" + g.Who.ID
	if g.Post != "" {
		id = verb + ":" + g.Post + ":" + g.Who.ID
	}
	e := network.Event{Kind: g.Kind, Ref: network.Ref{ID: id}, Author: g.Who.author(), At: moment(g.At), Removed: g.Removed, Post: g.Post, Thread: g.Post}
	if e.At.IsZero() {
		e.At = told
	}
	return e
}

func (m written) event(conn network.Conn) network.Event {
	m.ID, m.Chat, m.From = clip(m.ID, 32), clip(m.Chat, 64), m.From.lean()
	if m.Chat == "" {
		m.Chat = "with:" + m.From.ID
	}
	e := network.Event{Kind: network.Direct, Ref: network.Ref{ID: m.ID, Extra: extra{Author: m.From.ID, Handle: m.From.Username, Chat: m.Chat}.raw()},
		Author: m.From.author(), Text: worded(clip(m.Text, textMost), len(m.Media) > 0), At: moment(m.At), Thread: m.Chat, Private: true}
	if m.From.ID == conn.Account {
		e.Kind = network.Ours
	}
	for _, a := range m.Media[:min(len(m.Media), 8)] {
		e.Media = append(e.Media, attached{"", clip(a.Type, 32), clip(a.URL, 2048), clip(a.Preview, 2048), clip(a.Alt, 4000)}.shown())
	}
	return e
}
