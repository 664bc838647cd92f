package network

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Profile is a network's description of itself: values, so that a composer
// checks without asking.
type Profile struct {
	Label    string // as people write it: "Bluesky"
	Fields   []Field
	Limits   Limits
	Evidence []Proof
	AsOf     string // date of the facts, 2006-01-02
	// Delay is how long an accepted post may stay invisible; looking sooner
	// proves nothing.
	Delay time.Duration
	// Reach is how far back reading reaches, or how long a network that only knocks
	// goes on trying; 0: as far as needed, or the driver itself says what is lost
	// (Reading.Lost).
	Reach time.Duration
	// Cannot says, per action, why it is impossible and what to do instead.
	Cannot map[Action]Cannot
	// Only says of what the network offers who alone may, where not everybody may and no
	// right that is given tells: it is shown before anybody tries.
	Only map[Action]string
	// Later are actions that the network offers and Kith does not yet.
	Later []Action
	// Sorts are the sorts of account that differ in what they can, and Rights what
	// people allow, or not, when they connect one.
	Sorts  []Sort
	Rights []Right
	// Options are what may be chosen for each post.
	Options []Option
	Quotas  []Quota
	Prices  []Price
	// CallCosts is how many calls (or units) of the quota “calls” something takes, in the
	// driver's words; “post” is what a whole post takes. What is not named takes one.
	CallCosts map[string]int
	// Reading is what reading mostly asks for on a day, where the network takes money for it.
	Reading ReadingPlan
	// Headers are the fields in which answers tell how much of a limit is left.
	Headers []LimitHeader
	Windows []Window
	// Edits says how a post that is out may be changed, where it can be.
	Edits Edits
	// Pins says what can be kept at the top, a post or a comment, and how many of it
	// at a time (0: nobody knows). nil: posts.
	Pins map[string]int
	// Likes says what can be liked, where that is not everything.
	Likes Liking
	// BelowOurs is what can be done with what is said below our own posts, and not with a
	// mention elsewhere.
	BelowOurs []Action
	// Upload says in what pieces files are handed over, where the driver may choose.
	Upload Upload
	// Insights says how the figures of an account are told.
	Insights Insights
	// Scheduling says why posts wait here and not there; nil where none are published.
	Scheduling *Scheduling
	// Ahead says how long before its time a large file is handed over; nil: at its time.
	Ahead *Ahead
	// Version is the version of the network's API that is spoken, and the day
	// after which the network may refuse it; "" where it has none.
	Version, Expires string
	// App are the fields of the app's form, and Guide the steps by which somebody
	// makes an app at the network; both empty where no app is needed.
	App   []Field
	Guide []string
	// Closing says what closing the comments below a post does.
	Closing Closing
	// Host is the network whose app serves this one too, and at whose address it
	// knocks, where there is no app of its own: one of Meta's apps has one address
	// for all that Pages tell. Accounts have the same id on both.
	Host Name
	// Extension says what a second consent is for (Extender); nil: there is none.
	Extension *Extension
	// Assisted is how a person is helped to publish by hand: because there is no API to
	// publish with, or because they choose to.
	Assisted *Assisted
	Sources  map[string]Source
}

// Extension is a second consent, in words.
type Extension struct {
	Label string `json:"label"` // of the button: “Connect comments”
	Again string `json:"again"` // of the button where it was given already
	Text  string `json:"text"`  // what it is for, and who can give it
	Done  string `json:"done"`  // said when it is given
}

// Source is where a fact comes from.
type Source struct {
	Text      string `json:"text"`
	Date      string `json:"date"`                // 2006-01-02: when it was read
	Uncertain bool   `json:"uncertain,omitempty"` // not confirmed, or official pages disagree
}

// Quota is how much a network lets one do in a while.
type Quota struct {
	// Name is what it counts: posts, reels (posts of that kind alone), drafts (those with
	// an option), people (see People), containers (a file of a post each, and a post of several files), replies,
	// uploads, deletes, calls.
	Name    string `json:"name"`
	Max     int    `json:"max"`              // 0: only the network knows, Quoter asks
	WindowS int    `json:"window_s"`         // the while, in seconds
	Daily   string `json:"daily,omitempty"`  // a time zone: the while is its calendar day instead
	Per     string `json:"per"`              // account, app: shared by all channels of this house, or Portfolio
	Option  string `json:"option,omitempty"` // it counts posts alone that have this option …
	Value   string `json:"value,omitempty"`  // … at this value
}

// QuotaUse is how much of a quota is used, as the network says.
type QuotaUse struct {
	Name   string    `json:"name"`
	Used   int       `json:"used"`            // -1: the network tells the limit alone
	Max    int       `json:"max"`             // -1: this account has no limit
	Resets time.Time `json:"resets,omitzero"` // zero: bit by bit, or unknown
	// Pool names what the limit is counted for, where accounts share it: those with the
	// same pool on the same network do. "": it is the account's own, as far as is known.
	Pool string `json:"pool,omitempty"`
}

// People names the quota of people to whom one may write first, without their having
// written: each counts once in its while.
const People = "people"

// Portfolio is said of a quota that the accounts of one business share: QuotaUse.Pool.
const Portfolio = "portfolio"

// Window is how long after a person's last message we may write to them.
type Window struct {
	Name  string `json:"name"`           // standard, human_agent
	Hours int    `json:"hours"`          // since the person's last message
	Kind  string `json:"kind"`           // direct, private_reply
	Then  string `json:"then"`           // what is possible afterwards, a sentence; "" for nothing
	Once  bool   `json:"once,omitempty"` // one message, and no second one
}

// Edits is how long and how often a network lets a post be changed; zero: without
// end.
type Edits struct {
	Minutes int  `json:"minutes,omitempty"` // since it was published
	Times   int  `json:"times,omitempty"`
	Title   bool `json:"title,omitempty"` // its title, too
}

// Upload is how a file is cut for a network that takes pieces.
type Upload struct {
	Bytes  int64 `json:"bytes"`       // of a piece
	Least  int64 `json:"least_bytes"` // of a piece, where the network refuses larger ones
	Pieces int   `json:"pieces"`      // of one file, at most
	AtOnce int   `json:"at_once"`     // so many pieces side by side
}

// What can be pinned.
const (
	PinPost    = "post"
	PinComment = "comment"
)

// Pinnable says whether posts or comments can be pinned, and how many at a time.
func (p Profile) Pinnable(what string) (most int, ok bool) {
	if p.Pins == nil {
		return 0, what == PinPost
	}
	most, ok = p.Pins[what]
	return most, ok
}

// Liking says what can be liked.
type Liking struct {
	Only string `json:"only,omitempty"` // InDirect: private messages alone; "": whatever people say
	Cannot
}

// Takes says whether a message can be liked; private ones are told by private.
func (l Liking) Takes(private bool) bool { return private || l.Only != InDirect }

// Closing is what closing the comments below a post does to those that are there.
type Closing struct {
	Deletes bool `json:"deletes,omitempty"` // they are gone, for good
	// Option is the one with which a post is published closed; "": there is none. Value is
	// what is chosen then; "": it is a switch.
	Option string `json:"option,omitempty"`
	Value  string `json:"value,omitempty"`
	// Only says who may, where not every account may; it is shown before anybody tries.
	Only string `json:"only,omitempty"`
}

// Closed says whether a post with these options is published with its comments closed.
func (c Closing) Closed(options map[string]string) bool {
	return c.Option != "" && options[c.Option] == cmp.Or(c.Value, "true")
}

// Insights is how a network tells the figures of an account: of whole days, or, where
// neither Late nor Back is said, as they are now.
type Insights struct {
	Zone string   `json:"zone,omitempty"` // whose days these are; "" is UTC
	Late int      `json:"late,omitempty"` // for how many days the figures of a day may still change
	Back int      `json:"back,omitempty"` // how many days back are asked for in the beginning
	Now  []string `json:"now,omitempty"`  // counts that are of the moment of asking, and of no day
	// Means says what counts mean that this network alone has, in the order in which
	// they are shown.
	Means []Meaning `json:"means,omitempty"`
}

// Scheduling is whether a network would keep posts until their time, and why Kith does.
type Scheduling struct {
	Offered bool   `json:"offered"`
	Why     string `json:"why"`
	Source  Source `json:"source"`
}

// Ahead is how long before the time of a post its files are handed over that take a
// while, and how long what was handed over can be used.
type Ahead struct {
	Minutes int    `json:"minutes"`
	Lasts   int    `json:"lasts_minutes,omitempty"` // since it was begun; 0: without end
	Source  Source `json:"source"`
}

// Before is how long before its time a part is begun; 0: not before. A file that is no
// picture is large, or is worked on by the network for a while.
func (a *Ahead) Before(media []Media) time.Duration {
	if a == nil || a.Minutes <= 0 || !slices.ContainsFunc(media, func(m Media) bool { return !strings.HasPrefix(m.Type, "image/") }) {
		return 0
	}
	return time.Duration(a.Minutes) * time.Minute
}

// unfinished is how long the pieces of a file may lie before the rest comes.
const unfinished = 12 * time.Hour

// Until is when what was reached cannot be used any more.
func (a *Ahead) Until(reached Step) time.Time {
	lasts := 100 * 365 * 24 * time.Hour
	if !reached.Public {
		lasts = unfinished
	}
	if a != nil && a.Lasts > 0 {
		lasts = min(lasts, time.Duration(a.Lasts)*time.Minute)
	}
	return reached.Since.Add(lasts)
}

// Meaning is what a count of a network's own is called and means.
type Meaning struct {
	Count string `json:"count"` // messenger:blocked
	Label string `json:"label"`
	Text  string `json:"text"`
	Level bool   `json:"level,omitempty"` // how much there is at the end of a day: days are not added
}

// OnlyFor says who alone may do something; "": everybody.
func (p Profile) OnlyFor(a Action) string {
	if a == ActClose && p.Closing.Only != "" {
		return p.Closing.Only
	}
	return p.Only[a]
}

// Cannot explains a missing ability.
type Cannot struct {
	Why     string `json:"why"`
	Instead string `json:"instead"`
}

// Proof is something apart from this house that a driver was held against.
type Proof struct {
	On   string `json:"on"`   // one of Proofs
	What string `json:"what"` // which, with its version
	Date string `json:"date"` // of that version, or when it was last tried where it runs
}

// Proofs are the levels of evidence, the strongest first.
func Proofs() []string {
	return []string{"real_server", "official_client", "independent_client", "published_spec", "recorded_traffic", "counting_vectors", "request_collections", "documentation"}
}
