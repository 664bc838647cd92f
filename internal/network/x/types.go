package x

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

// X's specification and the pages of its documentation, webhooks among them,
// have different names for the same: both are read.

type user struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Picture  string `json:"profile_image_url"`
	Kind     string `json:"verified_type,omitempty"`
	Plan     string `json:"subscription_type,omitempty"`
	Counts   *struct {
		Followers *int64 `json:"followers_count"`
	} `json:"public_metrics,omitempty"`
}

func (u user) author() network.Author {
	a := network.Author{ID: clip(u.ID, 32), Handle: clip(u.Username, 64), Name: clip(u.Name, 256), AvatarURL: clip(u.Picture, 2048)}
	if a.Name == "" {
		a.Name = a.Handle
	}
	if a.Handle != "" {
		a.URL = "https://x.com/" + a.Handle
	}
	return a
}

type reference struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

type link struct {
	URL      string `json:"url"`
	Expanded string `json:"expanded_url,omitempty"`
	Unwound  string `json:"unwound_url,omitempty"`
	Key      string `json:"media_key,omitempty"`
}

type name struct {
	Start    int    `json:"start"`
	Username string `json:"username"`
	ID       string `json:"id,omitempty"`
}

type post struct {
	ID           string      `json:"id"`
	Text         string      `json:"text"`
	Author       string      `json:"author_id"`
	Created      string      `json:"created_at"`
	Conversation string      `json:"conversation_id"`
	Community    string      `json:"community_id,omitempty"`
	To           string      `json:"in_reply_to_user_id,omitempty"`
	Versions     []string    `json:"edit_history_post_ids,omitempty"`
	VersionsOld  []string    `json:"edit_history_tweet_ids,omitempty"`
	Refers       []reference `json:"referenced_posts,omitempty"`
	RefersOld    []reference `json:"referenced_tweets,omitempty"`
	Range        []int       `json:"display_text_range,omitempty"`
	Entities     struct {
		URLs     []link `json:"urls,omitempty"`
		Mentions []name `json:"mentions,omitempty"`
	} `json:"entities,omitzero"`
	Attachments struct {
		Keys []string `json:"media_keys,omitempty"`
	} `json:"attachments,omitzero"`
	Public  *public  `json:"public_metrics,omitempty"`
	Private *private `json:"non_public_metrics,omitempty"`
}

type public struct {
	Likes      *int64 `json:"like_count"`
	Replies    *int64 `json:"reply_count"`
	Reposts    *int64 `json:"repost_count"`
	RepostsOld *int64 `json:"retweet_count"`
	Quotes     *int64 `json:"quote_count"`
	Bookmarks  *int64 `json:"bookmark_count"`
	Views      *int64 `json:"impression_count"`
}

type private struct {
	Clicks     *int64 `json:"url_link_clicks"`
	Visits     *int64 `json:"user_profile_clicks"`
	Engagement *int64 `json:"engagements"`
}

type attached struct {
	Key     string `json:"media_key"`
	Type    string `json:"type"`
	URL     string `json:"url,omitempty"`
	Preview string `json:"preview_image_url,omitempty"`
	Alt     string `json:"alt_text,omitempty"`
}

// posts are the lines of a list. An odd one is there and empty: it must not hide
// the others, and whoever needs all of them sees it.
type posts []post

// UnmarshalJSON reads line by line.
func (p *posts) UnmarshalJSON(data []byte) error {
	var lines []json.RawMessage
	if err := json.Unmarshal(data, &lines); err != nil {
		return err
	}
	for _, line := range lines {
		var one post
		if json.Unmarshal(line, &one) != nil {
			one = post{}
		}
		*p = append(*p, one)
	}
	return nil
}

// page is a list of posts with what it refers to.
type page struct {
	Data     posts `json:"data"`
	Includes struct {
		Users    []user     `json:"users"`
		Media    []attached `json:"media"`
		Posts    []post     `json:"posts"`
		PostsOld []post     `json:"tweets"`
	} `json:"includes"`
	Meta struct {
		Count *int   `json:"result_count"`
		Next  string `json:"next_token"`
	} `json:"meta"`
}

func (p post) versions() []string {
	if len(p.Versions) > 0 {
		return p.Versions
	}
	return p.VersionsOld
}

// first is the id under which a post is known for good: an edited one gets others.
func (p post) first() string {
	if v := p.versions(); len(v) > 0 && number.MatchString(v[0]) {
		return v[0]
	}
	return p.ID
}

func (p post) refers(kind string) string {
	for _, list := range [][]reference{p.Refers, p.RefersOld} {
		for _, r := range list {
			if r.Type == kind && number.MatchString(r.ID) {
				return r.ID
			}
		}
	}
	return ""
}

func (p public) reposts() *int64 {
	if p.Reposts != nil {
		return p.Reposts
	}
	return p.RepostsOld
}

// good says whether a line of a list is one that we understand.
func (p post) good() bool {
	return number.MatchString(p.ID) && !moment(p.Created).IsZero() && number.MatchString(p.Author)
}

// extra is what a Ref remembers besides the id.
type extra struct {
	Author string   `json:"a,omitempty"` // who wrote it
	Handle string   `json:"h,omitempty"`
	Chat   string   `json:"c,omitempty"` // the conversation of a private message
	Files  []string `json:"m,omitempty"` // ids of files, of a post of ours
	// Tagged are the ids of who is tagged in them: a version that says nothing has none.
	Tagged []string `json:"t,omitempty"`
	// Versions are the ids that a post got by being edited, its first one left out.
	Versions []string `json:"v,omitempty"`
}

func (e extra) raw() json.RawMessage {
	data, err := json.Marshal(e)
	if err != nil {
		panic(err) // strings alone
	}
	return data
}

func readExtra(ref *network.Ref) extra {
	var e extra
	if ref != nil && len(ref.Extra) > 0 {
		_ = json.Unmarshal(ref.Extra, &e) // what is not there is asked for
	}
	return e
}

// latest is the id of a post's newest version, as far as we know.
func latest(ref network.Ref) string {
	if v := readExtra(&ref).Versions; len(v) > 0 && number.MatchString(v[len(v)-1]) {
		return v[len(v)-1]
	}
	return ref.ID
}

func address(handle, id string) string {
	if handle == "" {
		handle = "i"
	}
	return "https://x.com/" + handle + "/status/" + id
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

func fields(names ...string) string { return strings.Join(names, ",") }
