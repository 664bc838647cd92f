package instagram

import (
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// account is a professional account. It has two ids: that of the account, and one scoped to the app, which /me answers as id with
// Instagram login.
type account struct {
	id, scoped, page, username, name string
	followers                        int
	follows                          []time.Time
	media                            []*media // oldest first
	people                           map[string]*profile
	byID                             map[string]*profile
	blocked                          map[string]bool
	threads                          []*thread
	fields                           []string // subscribed_fields
	pageFields                       []string
	published                        []time.Time // for the quota
	contained                        []time.Time
	replied                          []time.Time // private replies
	tagged                           []*media    // of others, in which we are tagged
}

// profile is a person as this account sees them.
type profile struct {
	id     string // Instagram-scoped
	person sandbox.Person
}

type author struct {
	id, username string
	ours         bool
}

func (a *account) self() author   { return author{a.id, a.username, true} }
func (f *profile) author() author { return author{f.id, f.person.Handle, false} }

// container is what is being made ready to be published.
type container struct {
	id        string
	account   *account
	kind      string // IMAGE, REELS, STORIES, VIDEO (of a carousel), CAROUSEL
	video     bool
	caption   string
	alt       string
	child     bool
	children  []*container
	resumable bool
	file      graph.Upload
	data      []byte
	made      time.Time
	ready     time.Time // zero: waits for its bytes
	published time.Time // as its status says it; zero: never
	ai, paid  bool
	feed      bool
	collab    []string
	place     string // the number of its Page
	trial     string // how a trial reel comes to those who follow; empty: it is none
	thumb     string
	cover     string
	broken    bool // it turns out at the end of the work
	width     int
	height    int
}

// media is what is published: ours, and, tagged, of others.
type media struct {
	id       string
	account  *account
	by       author
	kind     string // IMAGE, VIDEO, CAROUSEL_ALBUM
	product  string // FEED, REELS, STORY
	caption  string
	alt      string
	code     string
	created  time.Time
	listed   time.Time
	children []*container
	data     []byte
	comments []*comment // oldest first
	likes    map[string]time.Time
	closed   bool // no comments
	ai, paid bool
	place    string
	trial    string
}

type comment struct {
	id      string
	media   *media
	parent  *comment
	from    author
	text    string
	created time.Time
	listed  time.Time
	hidden  bool
	likes   int
	replied bool // in private
}

type thread struct {
	id       string
	account  *account
	with     *profile
	messages []*message
	heard    time.Time
	updated  time.Time
}

type message struct {
	id      string
	thread  *thread
	from    author
	text    string
	files   []file
	created time.Time
	felt    map[string]string // by who reacted: one reaction each
	unsent  bool
}

// see answers how an account knows a person.
func (n *Network) see(a *account, who sandbox.Person) *profile {
	if known, ok := a.people[who.ID]; ok {
		return known
	}
	known := &profile{id: n.number(), person: who}
	a.people[who.ID], a.byID[known.id] = known, known
	return known
}

// put adds a media where its time belongs.
func (a *account) put(m *media) {
	i := len(a.media)
	for i > 0 && a.media[i-1].created.After(m.created) {
		i--
	}
	a.media = slices.Insert(a.media, i, m)
}

func (m *media) permalink() string {
	switch m.product {
	case "STORY":
		return "https://www.instagram.com/stories/" + m.by.username + "/" + m.id
	case "REELS":
		return "https://www.instagram.com/reel/" + m.code + "/"
	}
	return "https://www.instagram.com/p/" + m.code + "/"
}

// over says that a story has ended.
func (m *media) over(now time.Time) bool {
	return m.product == "STORY" && now.Sub(m.created) >= 24*time.Hour
}

func (c *comment) replies() []*comment {
	var below []*comment
	for _, other := range c.media.comments {
		if other.parent == c {
			below = append(below, other)
		}
	}
	return below
}

// counted counts what is within the last 24 hours.
func counted(all []time.Time, now time.Time, within time.Duration) int {
	n := 0
	for _, t := range all {
		if now.Sub(t) < within {
			n++
		}
	}
	return n
}

func hashtags(text string) int { return strings.Count(" "+strings.ReplaceAll(text, "\n", " "), " #") }
func mentions(text string) int { return strings.Count(" "+strings.ReplaceAll(text, "\n", " "), " @") }
