package linkedin

import (
	"slices"
	"strings"
	"time"
)

const (
	personPrefix = "urn:li:person:"
	pagePrefix   = "urn:li:organization:"
)

// member is a person on LinkedIn.
type member struct {
	id, name, handle string
	ours             bool
}

func (m *member) urn() string { return personPrefix + m.id }

func (m *member) names() (first, last string) {
	first, last, _ = strings.Cut(m.name, " ")
	return first, last
}

func (m *member) vanity() string {
	if m.handle != "" {
		return strings.ReplaceAll(m.handle, "_", "-")
	}
	return strings.ToLower(strings.ReplaceAll(m.name, " ", "-"))
}

// page is an organization.
type page struct {
	number, name string
	followers    int
	roles        map[string]string // of members, by their ids
	days         map[string]*figures
}

func (p *page) urn() string { return pagePrefix + p.number }

func (p *page) vanity() string { return strings.ToLower(strings.ReplaceAll(p.name, " ", "-")) }

// nameOf gives the name behind a URN of a member or a Page.
func (n *Network) nameOf(urn string) string {
	if m, ok := n.members[strings.TrimPrefix(urn, personPrefix)]; ok {
		return m.name
	}
	if p, ok := n.pages[strings.TrimPrefix(urn, pagePrefix)]; ok {
		return p.name
	}
	return ""
}

// post is something in the feed. It has a URN of its own, and one as an activity, below which its comments are.
type post struct {
	urn, activity string
	author        string
	commentary    string // as it is given back
	text          string // what people read
	visibility    string
	content       *content
	reshareOff    bool
	parent        *post // it shares this one
	closed        bool  // to comments
	created       time.Time
	modified      time.Time
	visible       time.Time // in lists from then on
	gone          bool
	comments      []*comment // in the order of their making
	reactions     []reaction
	shares        int
	seen          int // impressions
}

// media counts what hangs on a post.
func (p *post) media() int {
	switch {
	case p.content == nil:
		return 0
	case p.content.MultiImage != nil:
		return len(p.content.MultiImage.Images)
	case p.content.Media != nil:
		return 1
	}
	return 0
}

func (p *post) is(urn string) bool { return p.urn == urn || p.activity == urn }

// comment stands below a post, or below a first comment.
type comment struct {
	number    string
	post      *post
	parent    *comment
	actor     string
	text      string
	image     string
	created   time.Time
	modified  time.Time
	visible   time.Time // in lists from then on
	gone      bool
	reactions []reaction
}

func (c *comment) urn() string { return "urn:li:comment:(" + c.post.activity + "," + c.number + ")" }

// reaction is how somebody feels about a post or a comment.
type reaction struct {
	actor, kind string
	at          time.Time
}

func kinds() []string {
	return []string{"LIKE", "PRAISE", "EMPATHY", "INTEREST", "APPRECIATION", "ENTERTAINMENT"}
}

// react gives somebody's feeling; changed is false when it was there.
func react(all *[]reaction, actor, kind string, at time.Time) (changed bool) {
	i := slices.IndexFunc(*all, func(r reaction) bool { return r.actor == actor })
	if i >= 0 {
		changed = (*all)[i].kind != kind
		(*all)[i].kind = kind
		return changed
	}
	*all = append(*all, reaction{actor, kind, at})
	return true
}

// cool takes somebody's feeling back; there is false when there was none.
func cool(all *[]reaction, actor string) (there bool) {
	i := slices.IndexFunc(*all, func(r reaction) bool { return r.actor == actor })
	if i < 0 {
		return false
	}
	*all = slices.Delete(*all, i, i+1)
	return true
}

// living counts the comments that are there.
func living(all []*comment, which func(*comment) bool) []*comment {
	var kept []*comment
	for _, c := range all {
		if !c.gone && (c.parent == nil || !c.parent.gone) && which(c) {
			kept = append(kept, c)
		}
	}
	return kept
}

// content is what a post shows besides its text, as it is sent and given back.
type content struct {
	Media      *contentMedia `json:"media,omitempty"`
	MultiImage *struct {
		Images []struct {
			ID      string `json:"id"`
			AltText string `json:"altText,omitempty"`
		} `json:"images"`
	} `json:"multiImage,omitempty"`
	Article *struct {
		Source      string `json:"source"`
		Title       string `json:"title"`
		Description string `json:"description,omitempty"`
		Thumbnail   string `json:"thumbnail,omitempty"`
	} `json:"article,omitempty"`
	Poll *poll `json:"poll,omitempty"`
}

type contentMedia struct {
	ID      string `json:"id"`
	Title   string `json:"title,omitempty"`
	AltText string `json:"altText,omitempty"`
}

type poll struct {
	Question string `json:"question"`
	Options  []struct {
		Text string `json:"text"`
	} `json:"options"`
	Settings struct {
		Duration               string `json:"duration"`
		VoteSelectionType      string `json:"voteSelectionType,omitempty"`
		IsVoterVisibleToAuthor *bool  `json:"isVoterVisibleToAuthor,omitempty"`
	} `json:"settings"`
}
