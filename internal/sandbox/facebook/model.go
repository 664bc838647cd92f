package facebook

import (
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

type page struct {
	id, name, category string
	fans               int
	followed           []time.Time // when people on the stage began to follow
	created            time.Time
	posts              []*post             // by created, oldest first
	tagged             []*post             // of others, elsewhere, in which it is named; by created
	people             map[string]*profile // by the stage's person
	byID               map[string]*profile // by page-scoped id
	blocked            map[string]time.Time
	blockedOrder       []string
	threads            []*thread
	fields             []string // subscribed_fields
	stories            []*story // oldest first
	pinned             *post
	reels              []time.Time // when they went out by the API
	lastText           string      // for error 506
	lastTextAt         time.Time
}

// profile is a person as this Page sees them.
type profile struct {
	id     string // page-scoped
	person sandbox.Person
}

// author is who made something: the Page itself or a profile.
type author struct {
	id, name string
	page     bool
}

type post struct {
	id, number string
	page       *page
	from       author
	elsewhere  bool // on the profile of somebody who names the Page in it
	message    string
	link       string
	status     string // mobile_status_update, added_photos, shared_story
	created    time.Time
	updated    time.Time
	listed     time.Time // in lists from then on
	published  bool
	due        time.Time // scheduled_publish_time
	unschedule func()
	hidden     bool
	photos     []*photo
	video      *video
	sponsor    *page      // the partner that it is labelled with
	place      string     // the number of its Page
	comments   []*comment // all of them, by created
	reactions  []reaction
}

type reaction struct {
	by   author
	kind string
	at   time.Time
}

type comment struct {
	id        string
	post      *post
	parent    *comment
	from      author
	message   string
	created   time.Time
	listed    time.Time
	hidden    bool
	photo     *photo
	reactions []reaction
	names     bool   // it names the Page
	replied   string // the conversation of the private reply that was sent
}

type photo struct {
	id        string
	page      *page
	name      string
	alt       string
	published bool
	created   time.Time
	kind      string // content type
	data      []byte
	width     int
	height    int
	post      *post
	story     *story
}

// video is one that is uploaded: a video of the feed, a reel, or one of a story.
type video struct {
	id, session        string
	kind               string // videos, video_reels, video_stories: the edge it came by
	page               *page
	file               graph.Upload
	made               time.Time
	description, title string
	sponsor            *page
	place              string
	finished           time.Time // zero: nobody has asked for it to be published
	ready              time.Time // when it was worked on
	out                time.Time // when its status says that it is published
	number             string    // of the post it becomes
	post               *post
	story              *story
	captions           []caption
	thumbs             []thumbnail
}

// caption is the subtitles of a video in one locale.
type caption struct {
	locale string
	listed time.Time
}

// story is one of a Page, seen for a day.
type story struct {
	post, kind, media string
	page              *page
	created, listed   time.Time
}

type thread struct {
	id       string
	page     *page
	with     *profile
	messages []*message
	unread   int
	heard    time.Time // when the person last wrote: the 24-hour window
	shut     bool      // the person has blocked the Page
	shutAt   time.Time
	other    bool // another app answers at the moment
	updated  time.Time
	spam     bool
}

type message struct {
	id      string
	thread  *thread
	from    author
	text    string
	created time.Time
	about   string // the comment a private reply answers
	files   []file
	edits   int
	felt    map[string]string // by who reacted: the emoji
}

// file is what hangs on a message.
type file struct {
	kind, url string // image, video, audio, file, sticker, fallback
}

// see answers how the Page knows a person, making the page-scoped id at the first meeting.
func (n *Network) see(p *page, who sandbox.Person) *profile {
	if known, ok := p.people[who.ID]; ok {
		return known
	}
	known := &profile{id: n.number(), person: who}
	p.people[who.ID] = known
	p.byID[known.id] = known
	return known
}

func (p *page) self() author      { return author{p.id, p.name, true} }
func (f *profile) author() author { return author{f.id, f.person.Name, false} }
func (p *page) username() string  { return strings.ToLower(strings.ReplaceAll(p.name, " ", "")) }

// put adds a post where its time belongs.
func (p *page) put(made *post) {
	i := len(p.posts)
	for i > 0 && p.posts[i-1].created.After(made.created) {
		i--
	}
	p.posts = slices.Insert(p.posts, i, made)
}

func (o *post) put(made *comment) { o.comments = append(o.comments, made) }

// children are the replies below a comment.
func (c *comment) children() []*comment {
	var below []*comment
	for _, other := range c.post.comments {
		if other.parent == c {
			below = append(below, other)
		}
	}
	return below
}

// react sets, changes or, with kind "", takes away what somebody feels, and says whether that changed anything.
func react(all []reaction, by author, kind string, at time.Time) ([]reaction, bool) {
	for i := range all {
		if all[i].by.id != by.id {
			continue
		}
		if kind == "" {
			return slices.Delete(all, i, i+1), true
		}
		changed := all[i].kind != kind
		all[i].kind, all[i].at = kind, at
		return all, changed
	}
	if kind == "" {
		return all, false
	}
	return append(all, reaction{by, kind, at}), true
}
