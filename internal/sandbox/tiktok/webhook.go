package tiktok

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"sync"
)

// The sorts of events that a program may ask for here (business-api.tiktok.com portal docs 1810521279479810, 1810521289122818,
// 1810521297052673, quoted by others).
const (
	aboutComments = "COMMENT"
	aboutMentions = "BRAND_MENTION"
)

// told is whom the other API tells: one address for an app and a sort of events. Of comments it may be of some posts alone, where that
// was asked for once.
type told struct {
	mu       sync.Mutex
	callback map[string]string // by sort
	posts    []string
}

func (t *told) to(sort string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.callback[sort]
}

func (t *told) about(post string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.callback[aboutComments] != "" && (len(t.posts) == 0 || slices.Contains(t.posts, post))
}

// hookAsk is a call about webhooks; they go by the secret of the app.
type hookAsk struct {
	ID       string   `json:"app_id"`
	Secret   string   `json:"secret"`
	Event    string   `json:"event_type"`
	Callback string   `json:"callback_url"`
	Posts    []string `json:"item_list"`
}

func (n *Network) hooked(w http.ResponseWriter, d hookAsk, token string) bool {
	switch {
	case token != "":
		answer(w, 40002, "Access-Token: not taken here.", nil)
	case d.ID != n.options.BusinessID || d.Secret != n.options.BusinessSecret:
		answer(w, 40101, "app_id or secret is incorrect.", nil)
	case d.Event != aboutComments && d.Event != aboutMentions:
		answer(w, 40002, "event_type: Must be one of: COMMENT, BRAND_MENTION.", nil) // of those that are played here
	case d.Event != aboutComments && d.Posts != nil:
		answer(w, 40002, "item_list: only for COMMENT.", nil)
	default:
		return true
	}
	return false
}

func (n *Network) shown(w http.ResponseWriter, sort string) {
	n.told.mu.Lock()
	defer n.told.mu.Unlock()
	out := map[string]any{"app_id": n.options.BusinessID, "event_type": sort}
	if to := n.told.callback[sort]; to != "" {
		out["callback_url"] = to
	}
	if sort == aboutComments && len(n.told.posts) > 0 {
		out["item_list"] = n.told.posts
	}
	answer(w, 0, "OK", out)
}

func (n *Network) listHooks(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if n.hooked(w, hookAsk{ID: q.Get("app_id"), Secret: q.Get("secret"), Event: q.Get("event_type")}, r.Header.Get("Access-Token")) {
		n.shown(w, q.Get("event_type"))
	}
}

// updateHook asks for comments at an address. Posts that are named are added to those that were named before; without any, and with none
// before, it is all.
func (n *Network) updateHook(w http.ResponseWriter, r *http.Request) {
	var d hookAsk
	if !read(r, &d) {
		answer(w, 40002, "The body is not what is expected.", nil)
		return
	}
	if !n.hooked(w, d, r.Header.Get("Access-Token")) {
		return
	}
	u, err := url.Parse(d.Callback)
	if err != nil || u.Host == "" || u.Scheme != "https" && !(n.options.Plain && u.Scheme == "http") || len(d.Posts) > 100 {
		answer(w, 40002, "callback_url: Must be an https address.", nil)
		return
	}
	n.told.mu.Lock()
	n.told.callback[d.Event] = d.Callback
	n.told.posts = append(n.told.posts, d.Posts...)
	n.told.mu.Unlock()
	n.shown(w, d.Event)
}

func (n *Network) deleteHook(w http.ResponseWriter, r *http.Request) {
	var d hookAsk
	if !read(r, &d) || d.Callback != "" {
		answer(w, 40002, "The body is not what is expected.", nil)
		return
	}
	if !n.hooked(w, d, r.Header.Get("Access-Token")) {
		return
	}
	n.told.mu.Lock()
	switch {
	case len(d.Posts) == 0 && d.Event == aboutComments:
		n.told.posts = nil
		fallthrough
	case len(d.Posts) == 0:
		delete(n.told.callback, d.Event)
	default:
		n.told.posts = slices.DeleteFunc(n.told.posts, func(p string) bool { return slices.Contains(d.Posts, p) })
	}
	n.told.mu.Unlock()
	n.shown(w, d.Event)
}

// happened tells what became of a comment, if anybody is to be told and its account lets the app read comments; the lock is held. Ids
// are numbers here, too long for a float.
func (n *Network) happened(c *comment, action string) {
	if !c.post.public() || !n.told.about(c.post.id) || !n.granted(c.post.owner, "comment.list") {
		return
	}
	content := map[string]any{"comment_id": json.Number(c.id), "video_id": json.Number(c.post.id), "comment_type": "comment", "comment_action": action,
		"timestamp": n.now().Unix(), "unique_identifier": c.by.id, "text": c.text}
	if c.above != nil {
		content["comment_type"], content["parent_comment_id"] = "reply", json.Number(c.above.id)
	}
	n.courier.keep(letter{about: aboutComments}, n.options.BusinessKey, c.post.owner.business, "comment.update", content)
	n.courier.wake()
}

// granted says whether an account gives the app a right at the other API. The lock is held.
func (n *Network) granted(a *account, scope string) bool {
	for _, t := range n.tokens {
		if t.business && t.owner == a && slices.Contains(t.scopes, scope) && !n.now().After(t.until) {
			return true
		}
	}
	return false
}
