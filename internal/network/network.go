// Package network is the port: the nouns that all networks share, and the few
// verbs a driver may offer. A driver is a guest: it turns these nouns into what
// one network wants and back, knows no database, and never decides anything.
package network

import (
	"encoding/json"
	"time"

	"github.com/kithhq/kith/internal/secret"
)

// Name of a network: "bluesky".
type Name string

// Conn is one connected account as a driver needs it for a call. Drivers do not
// keep it.
type Conn struct {
	Base    string      // address of the server the account lives on, without a slash at the end
	Account string      // the network's own id of the account
	Handle  string      // how people address it
	Keys    secret.Text // the driver's own JSON: tokens, passwords
	Limits  Limits      // of this account's server, as Connect or Check found them
}

// Account is what Connect finds: who we are on the network from now on.
type Account struct {
	Base      string
	ID        string
	Handle    string
	Name      string
	AvatarURL string
	URL       string
	Keys      secret.Text
	Limits    Limits
	Warning   string // connected, but something is missing: a scope, say
}

// Field is a setting that the network needs to connect, as shown in a form.
type Field struct {
	Name     string `json:"name"`
	Label    string `json:"label"`
	Help     string `json:"help"`
	Secret   bool   `json:"secret"`
	Required bool   `json:"required"`
	Kind     string `json:"kind"` // text, url, password
	Default  string `json:"default,omitempty"`
}

// Media is one file of a post, read when the driver asks for it.
type Media struct {
	ID     string // ours
	Type   string // MIME type
	Bytes  int64
	Width  int
	Height int
	Alt    string
	Open   func() (ReadCloser, error) `json:"-"`
}

// ReadCloser is io.ReadCloser, named here so that Media stays a plain noun.
type ReadCloser interface {
	Read(p []byte) (int, error)
	Close() error
}

// Ref is how we find a remote thing again: its id, and what the driver must
// remember to act on it (Bluesky: a cid; a thread's root).
type Ref struct {
	ID    string          `json:"id"`
	URL   string          `json:"url,omitempty"`
	Extra json.RawMessage `json:"extra,omitempty"` // the driver's own
}

// Part is what one call publishes: a post, one part of a thread, or an answer.
type Part struct {
	Key     string // ours, chosen before the first try, the same at every repetition
	Text    string
	Link    string // shown as a card where the network has cards
	Media   []Media
	Langs   []string
	After   *Ref      // the former part of the same thread, or the message it answers
	Root    *Ref      // the first part of the thread, where the network asks for it
	Private bool      // an answer that only the person sees
	At      time.Time // when this try began: the date of the post where a network wants one
}

// Sent is what the network said: it exists now.
type Sent struct {
	Ref
	At time.Time // as the network says; else when its answer came
}

// Seen is one of our recent posts, found while looking for an unclear one.
type Seen struct {
	Ref
	Text  string
	Key   string // our own key, where the network keeps it
	At    time.Time
	After string // the id it answers, "" for a post of its own
	Media int
}

// Look says what Find found.
type Look struct {
	Exact *Seen // the network knows our key: this is it, beyond doubt
	// Keyed: the network finds by our key, so no Exact means that it does not
	// exist, without any delay.
	Keyed bool
	Near  []Seen // our recent posts in the window, newest first, when there is no key
	// Complete: the list reaches back to the beginning of the window, so what is
	// not in it was not visible when we looked.
	Complete bool
}

// EventKind is what happened.
type EventKind string

// The kinds of events that networks tell us.
const (
	Comment  EventKind = "comment"  // on a post of ours, or in its thread
	Mention  EventKind = "mention"  // of us, elsewhere
	Direct   EventKind = "direct"   // a private message
	Reaction EventKind = "reaction" // a like or what the network calls it
	Repost   EventKind = "repost"
	Follow   EventKind = "follow"
	Edited   EventKind = "edited"
	Deleted  EventKind = "deleted"
	Hidden   EventKind = "hidden" // or shown again, on the network itself
	Ours     EventKind = "ours"   // a post, comment or message of our own account, made elsewhere
)

// Raw is one event as split from a webhook body or a poll, before decoding:
// enough to order and to recognise it, and its own bytes.
type Raw struct {
	Account string    // the network's id of the account it concerns
	Person  string    // the network's id of who did it; orders the facts
	Key     string    // object + verb + version: the same event told twice has the same key
	At      time.Time // when the network says it happened
	Body    []byte    // the driver's own form; Decode reads it
}

// Author is a person as a network shows them.
type Author struct {
	ID        string
	Handle    string
	Name      string
	AvatarURL string
	URL       string
}

// Event is a decoded fact.
type Event struct {
	Kind      EventKind
	Ref       // the comment, message, like, … itself
	Author    Author
	Text      string
	At        time.Time
	Thread    string // what holds the conversation together: our post's id, a thread root, a chat
	Post      string // our post's id, where the event concerns one
	Parent    string // the id it answers
	Private   bool   // only the two of us see it: Direct always, and Ours in a chat
	Removed   bool   // Reaction, Repost, Follow, Hidden: taken back
	Media     []Attachment
	Truncated bool // the network gave only a part
}

// Attachment is media that came in; it stays on the network until looked at.
type Attachment struct {
	Type string `json:"type"` // image, video, audio, link, other
	URL  string `json:"url"`
	Alt  string `json:"alt,omitempty"`
}

// Counts are what a network counts of a post, under our common names where the
// meaning is the same, and "network:name" elsewhere. Absent means not given.
type Counts map[string]int64

// The common names of counts.
const (
	Likes      = "likes"
	Replies    = "replies"
	Reposts    = "reposts"
	Quotes     = "quotes"
	Views      = "views"
	Reach      = "reach"
	Clicks     = "clicks"
	Followers  = "followers"
	Engagement = "engagement"
)

// Health is how a connected account is.
type Health struct {
	State  string // ok, warn, broken
	Text   string // in plain words
	Fix    string // what to do
	Limits Limits // as the server says now
	Name   string // the account's name and picture may have changed
	Avatar string
	Handle string
	// Followers of the account now; -1 when the network does not say.
	Followers int64
}
