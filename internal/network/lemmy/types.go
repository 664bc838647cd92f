package lemmy

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

// The kinds of things that have a number of their own; with it they are the end
// of a thing's address on its server.
const (
	kindPost    = "post"
	kindComment = "comment"
	kindMessage = "private_message"
)

// textMost is how many bytes of a text are read: a post has 50,000 characters.
const textMost = 200_000

type person struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Display string `json:"display_name,omitempty"`
	Avatar  string `json:"avatar,omitempty"`
	Actor   string `json:"actor_id"`
	Banned  bool   `json:"banned,omitempty"`
}

func (p person) lean() person {
	return person{ID: p.ID, Name: clip(p.Name, 256), Display: clip(p.Display, 512), Avatar: clip(p.Avatar, 2048), Actor: clip(p.Actor, 2048)}
}

// handle is name@server, also for people of our own server.
func (p person) handle() string {
	if u, err := url.Parse(p.Actor); err == nil && u.Host != "" {
		return p.Name + "@" + u.Host
	}
	return p.Name
}

func (p person) author() network.Author {
	name := p.Display
	if text.Blank(name) {
		name = p.Name
	}
	return network.Author{ID: number(p.ID), Handle: clip(p.handle(), 512), Name: name, AvatarURL: p.Avatar, URL: p.Actor}
}

type community struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Title  string `json:"title"`
	Actor  string `json:"actor_id"`
	Closed bool   `json:"posting_restricted_to_mods"`
}

type post struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	URL       string `json:"url,omitempty"`
	Body      string `json:"body,omitempty"`
	Creator   int64  `json:"creator_id"`
	Community int64  `json:"community_id"`
	Removed   bool   `json:"removed,omitempty"`
	Deleted   bool   `json:"deleted,omitempty"`
	Published string `json:"published"`
}

type comment struct {
	ID        int64  `json:"id"`
	Creator   int64  `json:"creator_id"`
	Post      int64  `json:"post_id"`
	Content   string `json:"content"`
	Removed   bool   `json:"removed,omitempty"`
	Deleted   bool   `json:"deleted,omitempty"`
	Published string `json:"published"`
	Updated   string `json:"updated,omitempty"`
	Path      string `json:"path"`
}

type message struct {
	ID        int64  `json:"id"`
	Creator   int64  `json:"creator_id"`
	Recipient int64  `json:"recipient_id"`
	Content   string `json:"content"`
	Deleted   bool   `json:"deleted,omitempty"`
	Published string `json:"published"`
	Updated   string `json:"updated,omitempty"`
}

// tally is what is counted of a post; what is not given is nil.
type tally struct {
	Comments  *int64 `json:"comments,omitempty"`
	Score     *int64 `json:"score,omitempty"`
	Upvotes   *int64 `json:"upvotes,omitempty"`
	Downvotes *int64 `json:"downvotes,omitempty"`
	Newest    string `json:"newest_comment_time,omitempty"`
}

type postView struct {
	Post   post   `json:"post"`
	Counts tally  `json:"counts"`
	Vote   *int64 `json:"my_vote,omitempty"`
}

type commentView struct {
	Comment comment `json:"comment"`
	Creator person  `json:"creator"`
	Post    post    `json:"post"`
}

// lean keeps of a comment what we read, each in bounds.
func (v commentView) lean() commentView {
	c, p := v.Comment, v.Post
	c.Content, c.Published, c.Updated, c.Path = clip(c.Content, textMost), clip(c.Published, 64), clip(c.Updated, 64), clip(c.Path, 1024)
	return commentView{Comment: c, Creator: v.Creator.lean(), Post: post{ID: p.ID, Creator: p.Creator, Community: p.Community}}
}

type messageView struct {
	Message   message `json:"private_message"`
	Creator   person  `json:"creator"`
	Recipient person  `json:"recipient"`
}

func (v messageView) lean() messageView {
	m := v.Message
	m.Content, m.Published, m.Updated = clip(m.Content, textMost), clip(m.Published, 64), clip(m.Updated, 64)
	return messageView{Message: m, Creator: v.Creator.lean(), Recipient: v.Recipient.lean()}
}

// above is what a comment answers: the last number but one of its path, or the post.
func (c comment) above() string {
	all := strings.Split(c.Path, ".")
	if len(all) > 2 {
		if id, err := strconv.ParseInt(all[len(all)-2], 10, 64); err == nil && id > 0 {
			return name(kindComment, id)
		}
	}
	return name(kindPost, c.Post)
}

// extra is what a Ref of ours remembers besides the id.
type extra struct {
	Post      int64 `json:"p,omitempty"` // the post a comment stands below
	Community int64 `json:"c,omitempty"`
	By        int64 `json:"by,omitempty"` // who wrote it; of a message, with whom we speak
}

func readExtra(ref network.Ref) extra {
	var e extra
	if len(ref.Extra) > 0 {
		_ = json.Unmarshal(ref.Extra, &e) // what is not there is asked for
	}
	return e
}

func ref(base, kind string, id int64, e extra) network.Ref {
	data, err := json.Marshal(e)
	if err != nil {
		panic(err) // numbers alone
	}
	r := network.Ref{ID: name(kind, id), Extra: data}
	if kind != kindMessage && base != "" {
		r.URL = base + "/" + r.ID
	}
	return r
}

func (v commentView) ref(base string) network.Ref {
	return ref(base, kindComment, v.Comment.ID, extra{Post: v.Comment.Post, Community: v.Post.Community, By: v.Comment.Creator})
}

func name(kind string, id int64) string { return kind + "/" + number(id) }

func number(id int64) string { return strconv.FormatInt(id, 10) }

var named = regexp.MustCompile(`^(post|comment|private_message)/([1-9][0-9]{0,17})$`) //nolint:gochecknoglobals // compiled once

// split reads a name; what is none of Lemmy's is NotFound.
func split(id string) (kind string, n int64, err error) {
	m := named.FindStringSubmatch(id)
	if m == nil {
		return "", 0, fault.New(fault.NotFound, "The server does not have it.")
	}
	n, err = strconv.ParseInt(m[2], 10, 64)
	return m[1], n, err
}

// moment reads a time, which older servers write without a zone; what is none is
// the zero time.
func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05.999999999", s)
	}
	if err != nil || t.Year() < 1970 || t.Year() > 9998 {
		return time.Time{}
	}
	return t.UTC()
}

// clip makes a text from outside safe and at most n bytes long.
func clip(s string, n int) string {
	s = text.Clean(s)
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
