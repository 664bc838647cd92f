package tiktok

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"sync"
)

// aboutComments is the sort of events that a program may ask for here (business-api.tiktok.com portal docs 1810521279479810,
// 1810521289122818, 1810521297052673, quoted by others).
const aboutComments = "COMMENT"

// told is whom the other API tells of comments: one address for an app, and, where that was asked for once, of some posts alone.
type told struct {
	mu       sync.Mutex
	callback string
	posts    []string
}

func (t *told) to() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.callback
}

func (t *told) about(post string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.callback != "" && (len(t.posts) == 0 || slices.Contains(t.posts, post))
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
	case d.Event != aboutComments:
		answer(w, 40002, "event_type: Must be one of: COMMENT.", nil) // of those that are played here
	default:
		return true
	}
	return false
}

func (n *Network) shown(w http.ResponseWriter) {
	n.told.mu.Lock()
	defer n.told.mu.Unlock()
	out := map[string]any{"app_id": n.options.BusinessID, "event_type": aboutComments}
	if n.told.callback != "" {
		out["callback_url"] = n.told.callback
	}
	if len(n.told.posts) > 0 {
		out["item_list"] = n.told.posts
	}
	answer(w, 0, "OK", out)
}

func (n *Network) listHooks(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if n.hooked(w, hookAsk{ID: q.Get("app_id"), Secret: q.Get("secret"), Event: q.Get("event_type")}, r.Header.Get("Access-Token")) {
		n.shown(w)
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
	n.told.callback = d.Callback
	n.told.posts = append(n.told.posts, d.Posts...)
	n.told.mu.Unlock()
	n.shown(w)
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
	if len(d.Posts) == 0 {
		n.told.callback, n.told.posts = "", nil
	} else {
		n.told.posts = slices.DeleteFunc(n.told.posts, func(p string) bool { return slices.Contains(d.Posts, p) })
	}
	n.told.mu.Unlock()
	n.shown(w)
}

// happened tells what became of a comment, if anybody is to be told and its account lets the app read comments; the lock is held. Ids
// are numbers here, too long for a float.
func (n *Network) happened(c *comment, action string) {
	reads := func() bool {
		for _, t := range n.tokens {
			if t.business && t.owner == c.post.owner && slices.Contains(t.scopes, "comment.list") && !n.now().After(t.until) {
				return true
			}
		}
		return false
	}
	if !c.post.public() || !n.told.about(c.post.id) || !reads() {
		return
	}
	content := map[string]any{"comment_id": json.Number(c.id), "video_id": json.Number(c.post.id), "comment_type": "comment", "comment_action": action,
		"timestamp": n.now().Unix(), "unique_identifier": c.by.id, "text": c.text}
	if c.above != nil {
		content["comment_type"], content["parent_comment_id"] = "reply", json.Number(c.above.id)
	}
	n.courier.keep(letter{business: true}, n.options.BusinessKey, c.post.owner.business, "comment.update", content)
	n.courier.wake()
}
