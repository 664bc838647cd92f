package tiktok

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// Mentions (TikTok API for Business v1.3, business/mention/*, event_type BRAND_MENTION; the portal's pages as quoted by others, read on
// 28 November 2026): videos and comments of others that name an account, for apps and accounts with the right biz.brand.insights. They
// are told of two to three hours late.

const mayHear = "biz.brand.insights"

// mentionsMost is how many a list reaches back.
const mentionsMost = 1000

// foreign is a video of somebody else.
type foreign struct {
	id, caption string
	by          person
	made        time.Time
	likes       int64
}

// naming is that somebody named an account: in the caption of a video of theirs, or in a comment, below whatever it is.
type naming struct {
	of          *account
	video       *foreign // of somebody else; nil: below a post of the account's own
	own         *post
	comment     *comment // nil: in the caption
	known, told time.Time
	gone        bool
}

func (m *naming) videoID() string {
	if m.video != nil {
		return m.video.id
	}
	return m.own.id
}

func (m *naming) link() string {
	if m.video != nil {
		return "https://www.tiktok.com/@" + m.video.by.username + "/video/" + m.video.id
	}
	return "https://www.tiktok.com/@" + m.of.username + "/video/" + m.own.id
}

func (m *naming) id() string {
	if m.comment != nil {
		return m.comment.id
	}
	return m.video.id
}

// Mention lets somebody name an account in a video of their own.
func (a actor) Mention(who sandbox.Person, id, text string) (string, error) {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	of := a.n.accounts[id]
	if of == nil {
		return "", errNoAccount
	}
	f := a.n.foreign(who, named(of, text))
	a.n.names(&naming{of: of, video: f})
	return f.id, nil
}

// MentionBelow lets somebody name an account in a comment: below a post of its own, below a video that named it before, or, for "",
// below any other.
func (a actor) MentionBelow(who sandbox.Person, id, target, text string) (string, error) {
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	of := a.n.accounts[id]
	if of == nil {
		return "", errNoAccount
	}
	if p, above, err := a.target(id, target); err == nil {
		c := a.n.utter(p, above, known(who), named(of, text), false)
		a.n.names(&naming{of: of, own: p, comment: c})
		return c.id, nil
	}
	for _, m := range a.n.namings {
		if m.of == of && m.video != nil && m.video.id == target && !m.gone {
			c := &comment{id: a.n.next(), text: named(of, text), by: known(who), made: a.n.now()}
			a.n.names(&naming{of: of, video: m.video, comment: c})
			return c.id, nil
		}
	}
	return "", errNoTarget
}

func named(of *account, text string) string {
	if strings.Contains(text, "@"+of.username) {
		return text
	}
	return "@" + of.username + " " + text
}

func (n *Network) foreign(who sandbox.Person, caption string) *foreign {
	return &foreign{id: n.next(), caption: caption, by: known(who), made: n.now(), likes: int64(len(n.namings) * 7 % 31)}
}

// names keeps that an account was named, and tells of it when its time has come. The lock is held.
func (n *Network) names(m *naming) {
	m.known = n.now().Add(max(n.options.Hearing, 0))
	n.namings = append(n.namings, m)
	if n.options.Hearing <= 0 {
		n.heard(m, "CREATE")
		return
	}
	n.stage.Clock.After(n.options.Hearing, func() {
		n.mu.Lock()
		n.heard(m, "CREATE")
		n.mu.Unlock()
	})
}

// heard tells whoever asked for it. The lock is held.
func (n *Network) heard(m *naming, what string) {
	if m.gone || !n.granted(m.of, mayHear) {
		return
	}
	m.told = n.now()
	content := map[string]any{"type_of_event": what, "mention_type": "COMMENT", "video_id": m.videoID(), "video_create_time": m.at().Unix(), "open_id_of_mentioned_user": m.of.business,
		"unique_name_of_mentioned_user": m.of.username, "share_url": m.link() + "?utm_source=tt4b", "video_caption": m.caption(), "comment_id": "0"}
	if m.comment != nil {
		content["unique_identifier"], content["comment_id"] = m.comment.by.id, m.comment.id
	} else {
		// Its documentation writes it in both ways.
		content["unique_identifier"], content["mention_type"] = m.video.by.id, []string{"VIDEO MENTION", "VIDEO_MENTION"}[len(n.namings)%2]
	}
	n.courier.keep(letter{about: aboutMentions}, n.options.BusinessKey, m.of.business, "brand.mention.event", content)
	n.courier.wake()
}

func (m *naming) caption() string {
	if m.video != nil {
		return m.video.caption
	}
	return m.own.text
}

// at is when the video was posted.
func (m *naming) at() time.Time {
	if m.video != nil {
		return m.video.made
	}
	return m.own.made
}

// hearing reads what all questions have; ok is false when it was answered. The lock is held.
func (n *Network) hearing(w http.ResponseWriter, r *http.Request, fields ...string) (a *account, wanted []string, ok bool) {
	q := r.URL.Query()
	if a = n.whoBusiness(w, r, q.Get("business_id"), mayHear); a == nil {
		return nil, nil, false
	}
	wanted = fields
	if s := q.Get("fields"); s != "" {
		wanted = nil
		if json.Unmarshal([]byte(s), &wanted) != nil || slices.ContainsFunc(wanted, func(f string) bool { return !slices.Contains(fields, f) }) {
			answer(w, 40002, "fields: Invalid value", nil)
			return nil, nil, false
		}
	}
	return a, wanted, true
}

// mentioned answers a page of a list.
func (n *Network) mentioned(w http.ResponseWriter, r *http.Request, list string, inComment bool, sorts, fields []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a, wanted, ok := n.hearing(w, r, fields...)
	if !ok {
		return
	}
	q := r.URL.Query()
	from, most, ok := slice(q, 20, 100)
	days, err := strconv.Atoi(q.Get("number_of_days"))
	if !ok || !slices.Contains(append(sorts, ""), q.Get("sort_field")) || !slices.Contains([]string{"", "ASC", "DESC"}, q.Get("sort_type")) || q.Get("number_of_days") != "" && (err != nil || days < 1 || days > 90) {
		answer(w, 40002, "sort_field, sort_type, number_of_days, cursor or max_count: Invalid value", nil)
		return
	}
	var seen []*naming
	for _, m := range n.namings {
		if m.of == a && !m.gone && (m.comment != nil) == inComment && !m.known.After(n.now()) && (m.comment == nil || !m.comment.gone) {
			seen = append(seen, m)
		}
	}
	slices.SortStableFunc(seen, func(x, y *naming) int {
		if x, y := ordered(x, q), ordered(y, q); x != y {
			return x - y
		}
		return strings.Compare(x.id(), y.id())
	})
	seen = seen[:min(len(seen), mentionsMost)]
	from = min(from, len(seen))
	end := min(from+most, len(seen))
	shown := []any{}
	for _, m := range seen[from:end] {
		shown = append(shown, m.show(wanted))
	}
	answer(w, 0, "OK", map[string]any{list: shown, "cursor": end, "has_more": end < len(seen)})
}

// ordered is the place of a mention in the order that was asked for: without one, the most liked come first.
func ordered(m *naming, q url.Values) int {
	place := int(m.liked())
	if s := q.Get("sort_field"); s == "CREATE_TIME" || s == "COMMENT_CREATE_TIME" {
		place = int(m.said().Unix())
	}
	if q.Get("sort_type") == "ASC" {
		return place
	}
	return -place
}

func (m *naming) liked() int64 {
	if m.video != nil {
		return m.video.likes
	}
	return m.own.likes
}

func (m *naming) said() time.Time {
	if m.comment != nil {
		return m.comment.made
	}
	return m.at()
}

// show gives those fields that were asked for. Lists and answers about one name who spoke in different ways.
func (m *naming) show(wanted []string) map[string]any {
	all := map[string]any{"item_id": m.videoID(), "create_time": seconds(m.at()), "video_link": m.link(), "caption": m.caption(), "likes": m.liked(), "comments": 1, "shares": 0,
		"thumbnail_url": "", "views": 90, "reach": 80, "creator_handle_name": m.of.username, "video_likes": m.liked()}
	if m.video != nil {
		all["creator_handle_name"] = m.video.by.username
	}
	if c := m.comment; c != nil {
		kind := "COMMENT"
		if c.above != nil {
			kind = "REPLY"
		}
		all["commenter_display_name"], all["commenter_handle_name"], all["comment_id"], all["comment_type"] = c.by.name, c.by.username, c.id, kind
		all["comment_text"], all["comment_create_time"], all["comment_likes"] = c.text, seconds(c.made), c.likes
	}
	shown := map[string]any{}
	for _, f := range wanted {
		shown[f] = all[f]
	}
	return shown
}

func (n *Network) mentionedVideos(w http.ResponseWriter, r *http.Request) {
	n.mentioned(w, r, "videos", false, []string{"CREATE_TIME", "LIKES", "COMMENTS", "SHARES"}, []string{"item_id", "create_time", "video_link", "caption", "likes", "comments", "shares",
		"thumbnail_url", "creator_handle_name", "views", "reach"})
}

func (n *Network) mentionedComments(w http.ResponseWriter, r *http.Request) {
	n.mentioned(w, r, "comments", true, []string{"VIDEO_LIKES", "COMMENT_CREATE_TIME", "COMMENT_LIKES"}, []string{"item_id", "video_link", "caption", "video_likes", "thumbnail_url",
		"commenter_display_name", "comment_id", "comment_type", "comment_text", "comment_create_time", "comment_likes"})
}

// about finds a comment that a webhook told of: for 48 hours. The lock is held.
func (n *Network) about(w http.ResponseWriter, a *account, video, comment string) *naming {
	for _, m := range n.namings {
		if m.of == a && m.comment != nil && m.comment.id == comment && m.videoID() == video && !m.gone && !m.comment.gone && !m.told.IsZero() && n.now().Sub(m.told) <= 48*time.Hour {
			return m
		}
	}
	answer(w, 40002, "The mention does not exist, or was told more than 48 hours ago.", nil)
	return nil
}

func (n *Network) mentionedComment(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	q := r.URL.Query()
	a, wanted, ok := n.hearing(w, r, "item_id", "video_link", "caption", "video_likes", "thumbnail_url", "commenter_handle_name", "comment_id", "comment_type", "comment_text", "comment_create_time", "comment_likes")
	if !ok {
		return
	}
	if m := n.about(w, a, q.Get("item_id"), q.Get("comment_id")); m != nil {
		answer(w, 0, "OK", map[string]any{"comment": m.show(wanted)})
	}
}

// elsewhere finds what is answered where that is a comment that named an account below a video of somebody else. The lock is held.
func (n *Network) elsewhere(d act) *naming {
	for _, m := range n.namings {
		if m.video != nil && m.comment != nil && !m.gone && m.video.id == d.Video && m.comment.id == d.Comment {
			return m
		}
	}
	return nil
}

// answerThere writes an answer of ours below a video of somebody else: nothing lists it. The lock is held.
func (n *Network) answerThere(w http.ResponseWriter, r *http.Request, d act, m *naming) {
	a := n.whoBusiness(w, r, d.Business, "comment.list.manage")
	switch {
	case a == nil:
		return
	case a != m.of:
		answer(w, 40001, "No permission to operate this comment.", nil)
		return
	case !n.sayable(w, a, d):
		return
	}
	id := n.next()
	n.answers[id] = a
	sandbox.From(r.Context()).Accept(sandbox.Entry{Account: a.id, Object: id, Parent: d.Comment, Text: d.Text, Files: d.pictures()})
	out := map[string]any{"comment_id": id, "parent_comment_id": d.Comment, "video_id": d.Video, "unique_identifier": "own" + a.business, "create_time": seconds(n.now())}
	said(out, d, n.shows(d))
	answer(w, 0, "OK", out)
}
