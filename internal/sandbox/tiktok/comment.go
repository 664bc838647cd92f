package tiktok

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// commentMost is how long a comment may be.
const commentMost = 150

// comment is one below a post, or a reply below that: there is no third storey.
type comment struct {
	id, text, image       string
	post                  *post
	above                 *comment // of a reply
	by                    person
	made                  time.Time
	likes                 int64
	liked, hidden, pinned bool
	ours, gone            bool
	replies               []*comment
}

type person struct{ id, username, name string }

func seconds(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// said counts what is below a post; the lock is held.
func (n *Network) said(p *post) int {
	count := 0
	for _, c := range p.comments {
		if !c.gone {
			count += 1 + len(below(c))
		}
	}
	return count
}

func below(c *comment) []*comment {
	return slices.DeleteFunc(slices.Clone(c.replies), func(r *comment) bool { return r.gone })
}

// utter puts a comment below a post, or below a comment of the first storey. The lock is held.
func (n *Network) utter(p *post, above *comment, by person, text string, ours bool) *comment {
	if above != nil && above.above != nil {
		above = above.above
	}
	c := &comment{id: n.next(), text: text, post: p, above: above, by: by, made: n.now(), ours: ours}
	n.comments[c.id] = c
	if above != nil {
		above.replies = append(above.replies, c)
	} else {
		p.comments = append(p.comments, c)
	}
	n.happened(c, "insert")
	return c
}

func (n *Network) showComment(c *comment, replies bool) map[string]any {
	status := "PUBLIC"
	if c.hidden {
		status = "HIDDEN"
	}
	out := map[string]any{"comment_id": c.id, "video_id": c.post.id, "user_id": "d" + c.by.id, "unique_identifier": c.by.id, "create_time": seconds(c.made), "text": c.text,
		"likes": c.likes, "replies": len(below(c)), "owner": c.ours, "liked": c.liked, "pinned": c.pinned, "status": status, "username": c.by.username,
		"display_name": c.by.name, "profile_image": ""}
	if c.image != "" {
		out["image_url"] = c.image
	}
	if c.above != nil {
		out["parent_comment_id"] = c.above.id
		delete(out, "replies")
	}
	if replies && c.above == nil {
		list := []any{}
		for i, r := range below(c) { // three of them, the first ones: whoever wants the newest must ask
			if i == 3 {
				break
			}
			list = append(list, n.showComment(r, false))
		}
		out["reply_list"] = list
	}
	return out
}

// slice reads cursor and max_count.
func slice(q url.Values, usual, limit int) (from, most int, ok bool) {
	most = usual
	for name, into := range map[string]*int{"cursor": &from, "max_count": &most} {
		if s := q.Get(name); s != "" {
			v, err := strconv.Atoi(s)
			if err != nil {
				return 0, 0, false
			}
			*into = v
		}
	}
	return from, most, from >= 0 && most >= 1 && most <= limit
}

// page answers a piece of a list of comments, in the order that was asked for; without one they come in none.
func (n *Network) page(w http.ResponseWriter, q url.Values, all []*comment, replies bool) {
	from, most, ok := slice(q, 20, 30)
	field, order, status := q.Get("sort_field"), q.Get("sort_order"), q.Get("status")
	if !ok || !slices.Contains([]string{"", "likes", "replies", "create_time"}, field) || !slices.Contains([]string{"", "asc", "desc", "smart"}, order) ||
		!slices.Contains([]string{"", "ALL", "PUBLIC"}, status) {
		answer(w, 40002, "sort_field, sort_order, status, cursor or max_count: Invalid value", nil)
		return
	}
	seen := slices.DeleteFunc(slices.Clone(all), func(c *comment) bool { return c.gone || c.hidden && status == "PUBLIC" })
	slices.SortStableFunc(seen, func(a, b *comment) int {
		if field != "create_time" || order != "asc" && order != "desc" {
			return strings.Compare(a.text+a.id, b.text+b.id) // no order that means anything
		}
		if order == "desc" {
			a, b = b, a
		}
		if c := a.made.Compare(b.made); c != 0 {
			return c
		}
		return strings.Compare(a.id, b.id)
	})
	from = min(from, len(seen))
	end := min(from+most, len(seen))
	if end-from > 4 && end < len(seen) && from%2 == 0 {
		end-- // a page may be shorter than it was asked to be
	}
	shown := []any{}
	for _, c := range seen[from:end] {
		shown = append(shown, n.showComment(c, replies))
	}
	answer(w, 0, "OK", map[string]any{"comments": shown, "cursor": end, "has_more": end < len(seen)})
}

// owned finds a public post of an account; the lock is held.
func (n *Network) owned(w http.ResponseWriter, a *account, id string) *post {
	p := n.posts[id]
	if p == nil || p.owner != a || !p.public() || p.numbered.After(n.now()) {
		answer(w, 40002, "video_id: the video does not exist, or is not public.", nil)
		return nil
	}
	return p
}

// there finds a comment below a post; the lock is held.
func (n *Network) there(w http.ResponseWriter, p *post, id string) *comment {
	c := n.comments[id]
	if c == nil || c.gone || c.post != p || c.above != nil && c.above.gone {
		answer(w, 40002, "comment_id: the comment does not exist.", nil)
		return nil
	}
	return c
}

func (n *Network) listComments(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	q := r.URL.Query()
	if a := n.whoBusiness(w, r, q.Get("business_id"), "comment.list"); a != nil {
		if p := n.owned(w, a, q.Get("video_id")); p != nil {
			n.page(w, q, p.comments, q.Get("include_replies") == "true")
		}
	}
}

func (n *Network) listReplies(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	q := r.URL.Query()
	if a := n.whoBusiness(w, r, q.Get("business_id"), "comment.list"); a != nil {
		if p := n.owned(w, a, q.Get("video_id")); p != nil {
			if c := n.there(w, p, q.Get("comment_id")); c != nil {
				n.page(w, q, c.replies, false)
			}
		}
	}
}

// act is the body of what is done with a comment.
type act struct {
	Business string `json:"business_id"`
	Video    string `json:"video_id"`
	Comment  string `json:"comment_id"`
	Text     string `json:"text"`
	Action   string `json:"action"`
	Image    string `json:"image_uri"`
	Width    int    `json:"image_width"`
	Height   int    `json:"image_height"`
}

var digits = regexp.MustCompile(`^[0-9]+$`)

func taken(w http.ResponseWriter, r *http.Request, d *act) bool {
	if !read(r, d) {
		answer(w, 40002, "The body is not what is expected.", nil)
		return false
	}
	return true
}

// acting finds the account, the post and, where one is named, the comment of a body. The lock is held.
func (n *Network) acting(w http.ResponseWriter, r *http.Request, d act, named bool) (*account, *post, *comment) {
	a := n.whoBusiness(w, r, d.Business, "comment.list.manage")
	if a == nil {
		return nil, nil, nil
	}
	if !digits.MatchString(d.Video) {
		answer(w, 40002, "video_id: Missing data for required field", nil)
		return nil, nil, nil
	}
	p := n.owned(w, a, d.Video)
	if p == nil || !named {
		return a, p, nil
	}
	c := n.there(w, p, d.Comment)
	if c == nil {
		return nil, nil, nil
	}
	return a, p, c
}

// write makes a comment of ours.
func (n *Network) write(w http.ResponseWriter, r *http.Request, reply bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var d act
	if !taken(w, r, &d) {
		return
	}
	if m := n.elsewhere(d); m != nil && reply {
		n.answerThere(w, r, d, m)
		return
	}
	a, p, c := n.acting(w, r, d, reply)
	switch {
	case p == nil:
		return
	case reply && c.above != nil:
		answer(w, 40002, "comment_id: a reply cannot be replied to.", nil)
		return
	case !n.sayable(w, a, d):
		return
	case p.noComments:
		answer(w, 40002, "video_id: comments are disabled", nil)
		return
	}
	made := n.utter(p, c, person{"own" + a.business, a.username, a.name}, d.Text, true)
	made.image = n.shows(d)
	e := sandbox.Entry{Account: a.id, Object: made.id, Parent: p.id, Text: d.Text, Files: d.pictures()}
	out := map[string]any{"comment_id": made.id, "video_id": p.id, "unique_identifier": made.by.id, "create_time": seconds(made.made)}
	said(out, d, made.image)
	if c != nil {
		e.Parent, out["parent_comment_id"] = c.id, c.id
	}
	sandbox.From(r.Context()).Accept(e)
	answer(w, 0, "OK", out)
}

func (n *Network) createComment(w http.ResponseWriter, r *http.Request) { n.write(w, r, false) }

func (n *Network) createReply(w http.ResponseWriter, r *http.Request) { n.write(w, r, true) }

// change does something with a comment that is either done or undone.
func (n *Network) change(w http.ResponseWriter, r *http.Request, on, off string, of func(*comment) *bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var d act
	if !taken(w, r, &d) {
		return
	}
	a, p, c := n.acting(w, r, d, true)
	if p == nil {
		return
	}
	if d.Action != on && d.Action != off || d.Text != "" {
		answer(w, 40002, "action: Must be one of: "+on+", "+off+".", nil)
		return
	}
	*of(c) = d.Action == on
	if on == "HIDE" {
		n.happened(c, map[bool]string{true: "set_to_hidden", false: "set_to_public"}[c.hidden])
	}
	sandbox.From(r.Context()).Accept(sandbox.Entry{Account: a.id, Object: c.id, Text: d.Action})
	answer(w, 0, "OK", nil)
}

func (n *Network) like(w http.ResponseWriter, r *http.Request) {
	n.change(w, r, "LIKE", "UNLIKE", func(c *comment) *bool { return &c.liked })
}

func (n *Network) hide(w http.ResponseWriter, r *http.Request) {
	n.change(w, r, "HIDE", "UNHIDE", func(c *comment) *bool { return &c.hidden })
}

func (n *Network) pin(w http.ResponseWriter, r *http.Request) {
	n.change(w, r, "PIN", "UNPIN", func(c *comment) *bool { return &c.pinned })
}

// deleteComment deletes a comment of ours; other people's are theirs.
func (n *Network) deleteComment(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var d act
	if !read(r, &d) || d.Video != "" || d.Action != "" || d.Text != "" {
		answer(w, 40002, "The body is not what is expected.", nil)
		return
	}
	a := n.whoBusiness(w, r, d.Business, "comment.list.manage")
	if a == nil {
		return
	}
	c := n.comments[d.Comment]
	switch {
	case n.answers[d.Comment] == a:
		delete(n.answers, d.Comment)
		sandbox.From(r.Context()).Accept(sandbox.Entry{Account: a.id, Object: d.Comment})
		answer(w, 0, "OK", nil)
	case c == nil || c.gone || c.post.owner != a:
		answer(w, 40002, "comment_id: the comment does not exist.", nil)
	case !c.ours:
		answer(w, 40001, "No permission to delete this comment.", nil)
	default:
		c.gone = true
		n.happened(c, "delete")
		sandbox.From(r.Context()).Accept(sandbox.Entry{Account: a.id, Object: c.id})
		answer(w, 0, "OK", nil)
	}
}
