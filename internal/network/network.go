// Package network is the port: the nouns that all networks share, and the few
// verbs a driver may offer. A driver is a guest: it turns these nouns into what
// one network wants and back, knows no database, and never decides anything.
package network

import (
	"context"
	"encoding/json"
	"strings"
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
	App     App         // our registration at the network; empty where there is none
	// Meter is told what calls take of quotas that count them.
	Meter Meter `json:"-"`
	// Purse pays for what is read, where that costs money.
	Purse Purse `json:"-"`
	// Beside are other networks on which the same account is connected, of those
	// that knock at this one's address: what is theirs comes to them.
	Beside []Name
	// Pace asks for a place in a quota of a short while, by its name, before a call that
	// counts for it. 0: it is ours, call now; else how long to wait before asking again.
	// Nil: nobody counts.
	Pace func(ctx context.Context, quota string) (time.Duration, error) `json:"-"`
	// Renew renews the keys in the middle of a call, where a key that renews is good
	// once: the caller sees to it that one at a time does so over all processes, and
	// that what renew gives is kept before anybody uses it. had are the keys that are
	// no good any more; where others are kept by now, those are given and the network
	// is not asked. An error of renew is given as it is. Nil: nobody keeps them.
	Renew func(ctx context.Context, had secret.Text, renew func(context.Context) (secret.Text, error)) (secret.Text, error) `json:"-"`
}

// App is this house's registration as a developer at a network: made once by
// the people who run the house, used by all its channels there.
type App struct {
	ID     string            `json:"id"`
	Secret secret.Text       `json:"secret"`
	Verify secret.Text       `json:"verify"` // the word that the network repeats when it tests our webhook
	Extra  map[string]string `json:"extra,omitempty"`
}

// Known says whether there is an app at all.
func (a App) Known() bool { return a.ID != "" }

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
	Granted   Granted
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
	// Before: it is asked before somebody goes to the network's own page of
	// consent, too (the server an account lives on).
	Before bool `json:"before,omitempty"`
}

// PostKind is what a post is on a network that has several sorts.
type PostKind string

// The kinds of posts. A network has the first, and those in its limits.
const (
	PlainPost PostKind = ""      // what the network shows in its feed: text, images, a video
	Story     PostKind = "story" // disappears after a day
	Reel      PostKind = "reel"  // a short upright video in a feed of its own: reel, short, Spotlight
	// PassedOn is somebody else's post as it stands, kept among our own: a saved pin.
	PassedOn PostKind = "repost"
)

// Poll is a question with answers to choose from.
type Poll struct {
	Options  []string `json:"options"`
	Minutes  int      `json:"minutes"` // how long it is open
	Multiple bool     `json:"multiple,omitempty"`
}

// Disclosure is what the public must be told about how a post was made.
type Disclosure struct {
	AI   bool `json:"ai,omitempty"`   // made or altered by AI so that it could be taken for real
	Paid bool `json:"paid,omitempty"` // somebody paid for it, or gave something for it
}

// Option is something that a network lets one choose for a post: who may see
// it, which board it goes to. Values travel in Part.Options under Name.
type Option struct {
	Name     string     `json:"name"`
	Label    string     `json:"label"`
	Help     string     `json:"help,omitempty"`
	Kind     string     `json:"kind"` // text, choice, search (see Picked), switch (“true” or absent), moment (RFC 3339)
	Choices  []Choice   `json:"choices,omitempty"`
	Account  bool       `json:"account,omitempty"` // the choices are the account's own: the Chooser gives them
	Required bool       `json:"required,omitempty"`
	Default  string     `json:"default,omitempty"`
	Max      int        `json:"max,omitempty"`      // of a text or what was found, in code points
	Kinds    []PostKind `json:"kinds,omitempty"`    // only for these; none: for all
	Of       string     `json:"of,omitempty"`       // the option that it depends on: without that one there is nothing to choose
	Paid     bool       `json:"paid,omitempty"`     // the label of a paid partnership is made of it, and asks for it
	Number   bool       `json:"number,omitempty"`   // the id of what was found is a number
	NoVideo  bool       `json:"no_video,omitempty"` // a plain post with a video does not take it
	// Names is, of a text that names something of the network's, what it looks like
	// anywhere in it: a regular expression. Without is what a post that has it cannot
	// carry beside it: media, poll, link.
	Names   string   `json:"names,omitempty"`
	Without []string `json:"without,omitempty"`
}

// OptionReshare is the name of the option that holds the address of the post that a
// post shares, on networks where it may have words of its own.
const OptionReshare = "reshare"

// OptionRepost is the name of the option that holds the address of the post that is
// passed on as it stands, on networks where that is a sort of post.
const OptionRepost = "repost"

// OptionPlace is the name of the option that says where a post was made, on networks
// that show it.
const OptionPlace = "place"

// OptionCommunity is the name of the option that says in which community of the network a
// post stands.
const OptionCommunity = "community"

// OptionTrial is the name of the option that shows a video to those who do not follow
// first, and says how it comes to the others.
const OptionTrial = "trial"

// Choice is one value of an option.
type Choice struct {
	Value string `json:"value"`
	Label string `json:"label"`
	More  string `json:"more,omitempty"` // what tells it from others of the same label: an address
}

// Media is one file of a post or of an answer, read when the driver asks for it.
type Media struct {
	ID     string // ours
	Name   string // as its owner called it; "" where nobody did
	Type   string // MIME type
	Bytes  int64
	Width  int
	Height int
	Alt    string
	// Subtitles are those of a video, at most one file for each language.
	Subtitles []Subtitle
	// Cover is the picture that stands for a video, where somebody chose one.
	Cover *Media
	// Tags are the people in it, where somebody named them.
	Tags []Tag
	// Seconds is how long a video or sound lasts; 0: not known, or an image.
	Seconds float64
	Open    func() (ReadCloser, error) `json:"-"`
	// OpenAt gives the bytes from an offset on, so that an upload resumes.
	OpenAt func(offset int64) (ReadCloser, error) `json:"-"`
	// Address gives a signed, expiring web address of the file, for networks that
	// fetch media themselves; Invalid where this house has no public address.
	Address func() (string, error) `json:"-"`
}

// Video says whether the file is a video.
func (m Media) Video() bool { return strings.HasPrefix(m.Type, "video/") }

// Image says whether the file is a picture.
func (m Media) Image() bool { return strings.HasPrefix(m.Type, "image/") }

// Audio says whether the file is a sound.
func (m Media) Audio() bool { return strings.HasPrefix(m.Type, "audio/") }

// Document says whether the file is to be read: PDF, text, slides.
func (m Media) Document() bool { return !m.Video() && !m.Image() && !m.Audio() }

func (m Media) animation() bool { return m.Type == "image/gif" }

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
	Window  string    // the name of the window in which a private answer is written; "" where the network has none

	Kind       PostKind
	Title      string
	Options    map[string]string // by the names of Profile.Options
	Poll       *Poll
	Disclosure Disclosure
	// Step is how far a part of a Stepper has come; Find sees it too.
	Step Step
	// Template is what an answer is made of where it is none of our own words; Text
	// is what it comes to.
	Template *Filled
}

// Step is how far a part has come on its way through several acts. It is kept
// after each act, so that a restart goes on and repeats nothing that can be seen.
type Step struct {
	// Name is what comes next, as it is shown: upload, process, publish. The
	// driver may have others. "" is no step at all: one act does it.
	Name  string          `json:"name"`
	State json.RawMessage `json:"state,omitempty"` // the driver's own
	Done  int64           `json:"done,omitempty"`  // of Total, in the unit of the act (bytes, mostly)
	Total int64           `json:"total,omitempty"`
	// Subtitled says of which subtitles something is known already; the rest of the
	// state is the driver's own.
	Subtitled []Subtitled `json:"subtitled,omitempty"`
	// Uncovered says why a video goes out without the cover that was chosen.
	Uncovered *Uncovered `json:"uncovered,omitempty"`
	// Public: the act that comes next may make something visible. It is done once;
	// if its outcome is unclear, Find looks before it is done again. All other
	// acts may be repeated without harm.
	Public bool `json:"public,omitempty"`
	// Since is when this way began, by our clock; the flow sets it.
	Since time.Time `json:"since,omitzero"`
}

// Begun is the step with which a Stepper begins.
const Begun = "begin"

// Stepped is what an act came to.
type Stepped struct {
	Step Step          // what is reached, to be kept before anything else happens
	Wait time.Duration // do not go on before: the network is at work
	Sent *Sent         // it exists now, and nothing is left to do
	// Loose: what is reached need not be kept before the next act. If it is
	// forgotten, what comes next can be done from what was kept last, and nothing is
	// seen twice: one more piece of a large file.
	Loose bool
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
	// Apart: it is not the part that was looked for, though it may say the same: it
	// shares another post, or none.
	Apart bool `json:",omitempty"`
	// Doubtful: it may be the part, and the network does not tell enough to say so or to
	// say that it is not: a person is asked.
	Doubtful bool `json:",omitempty"`
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

// Reading is what Read found.
type Reading struct {
	Events []Raw
	Next   string // the cursor from here
	More   bool   // there is a further page already
	// Lost is a span of which the network tells nothing any more: what happened
	// in it may be missing for good.
	Lost *Span
}

// Span is a time from a moment to another.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// EventKind is what happened.
type EventKind string

// How far a message of ours came.
const (
	Delivered = "delivered" // to a device of the person's
	Read      = "read"
)

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
	// Receipt: what became of a message of ours, found by Event.Key or its id.
	Receipt EventKind = "receipt"
	Ours    EventKind = "ours" // a post, comment or message of our own account, made elsewhere
	// Named: something was said of which the network tells where it is, and not by whom.
	// Its Ref is for Fetcher; Thread holds together what one question brings.
	Named EventKind = "named"
	// Charged: the network took money for telling something by itself. Ref is what it
	// charges once a day, Event.Price how prices name it.
	Charged EventKind = "charged"
	// Noticed: the network told something of the account itself, in Event.Notice.
	Noticed EventKind = "noticed"
)

// Raw is one event as split from a webhook body or a poll, before decoding:
// enough to order and to recognise it, and its own bytes.
type Raw struct {
	// Network is another network whose channel of the same account takes this where
	// it is connected; "", as mostly: it belongs to the one that told it. Where it is
	// not connected, the one that told it keeps it, so its driver decodes it too.
	Network Name
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
	// Said is the id of something that they said on the account: some networks ban
	// the author of a comment and not a person. Empty where nobody knows.
	Said string
}

// Event is a decoded fact.
type Event struct {
	Kind      EventKind
	Ref       // the comment, message, like, … itself
	Author    Author
	Text      string // of a Reaction to a private message: the emoji
	At        time.Time
	Thread    string // what holds the conversation together: our post's id, a thread root, a chat
	Post      string // our post's id, where the event concerns one
	Parent    string // the id it answers
	Private   bool   // only the two of us see it: Direct always, and Ours in a chat
	Removed   bool   // Reaction, Repost, Follow, Hidden: taken back (an unfollow, say)
	Held      bool   // Hidden: the network keeps it in its own queue for review
	Media     []Attachment
	Truncated bool   // the network gave only a part
	Key       string // Receipt: our own key, where the network tells it back
	Price     string // Charged: what it costs, as prices name it
	Failure   string // Receipt: why it never arrived; "" when it is on its way, or there
	// Reached of a Receipt is how far it came: Delivered, Read, or "" for no more than
	// that it is there. Until: what is said holds for all our messages of Thread until
	// then, whether one is named or not.
	Reached string
	Until   time.Time
	Notice  *Notice `json:",omitempty"` // Noticed: what is told
}

// Closed is what the address of an attachment begins with that nobody can open
// without our key; what follows is the network's own name for it.
const Closed = "closed:"

// Opened is an attachment as it comes. Close its Body.
type Opened struct {
	Type  string
	Bytes int64
	Body  ReadCloser
}

// Attachment is media that came in, which stays on the network until looked at, or
// a file of ours that goes out with an answer.
type Attachment struct {
	Type string `json:"type"` // image, video, audio, link, other
	URL  string `json:"url"`
	Alt  string `json:"alt,omitempty"`
	File string `json:"file,omitempty"` // our own id of it, where it is ours
	Name string `json:"name,omitempty"` // as its owner called it, where it is ours
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
	Saves      = "saves"
	Shares     = "shares"   // passed on to somebody, not reposted
	Watched    = "watch_ms" // all the time that was watched, in milliseconds
	Follows    = "follows"  // won by this post, or in this day
	Unfollows  = "unfollows"
	Visits     = "profile_visits"
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
	// Granted is what the account lets us do by now; nothing where it was not told.
	Granted Granted
	// Quotas are limits of this account that were told on the way, without how much of
	// them is used; nil: none were.
	Quotas []QuotaUse
	// Followers of the account now; -1 when the network does not say.
	Followers int64
	// Expires is when a person must have connected again: keys that Kith renews by
	// itself end with what renews them. Zero: they last, or the network does not say.
	Expires time.Time
}
