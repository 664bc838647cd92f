package facebook

import (
	"net/http"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// place is what a path names: /v25.0/{id}/{edge}, with or without the version.
func place(path string) (id, edge string, known bool) {
	parts, known := graph.Route(path)
	if !known {
		return "", "", false
	}
	if len(parts) == 3 && parts[0] == "video-upload" { // its own host; the version comes second
		return parts[0], parts[2], true
	}
	switch len(parts) {
	case 0:
		return "", "", true
	case 1:
		return parts[0], "", true
	case 2:
		return parts[0], parts[1], true
	}
	return "", "", false
}

// action tells the stage what a request does. A request's body is not read for it: POST /{page}/photos counts as an upload even when
// the photo is published at once (the ledger has it as a post), the end of a video's upload counts as one unless its phase is in the address, POST /{comment} counts as hiding and POST /{post} as editing.
func (n *Network) action(r *http.Request) sandbox.Action {
	id, edge, _ := place(r.URL.Path)
	write := r.Method != http.MethodGet && r.Method != http.MethodHead
	switch {
	case id == "dialog" || id == "files" || id == "picture":
		return ""
	case id == "video-upload":
		return sandbox.Upload
	case id == "oauth" || id == "debug_token" || edge == "accounts" || edge == "permissions" || edge == "subscriptions" || edge == "subscribed_apps":
		return sandbox.Token
	case edge == "insights":
		return sandbox.Insights
	case !write:
		return sandbox.Read
	case edge == "captions":
		return sandbox.Subtitle
	case edge == "thumbnails":
		return sandbox.Edit
	case edge == "feed":
		return sandbox.Publish
	case edge == "photo_stories" || films(edge) && r.URL.Query().Get("upload_phase") == "finish":
		return sandbox.Publish
	case edge == "photos" || edge == "message_attachments" || films(edge):
		return sandbox.Upload
	case edge == "comments":
		return sandbox.Reply
	case edge == "likes":
		return sandbox.Like
	case edge == "messages":
		return sandbox.Message
	case edge == "blocked" || edge == "moderate_conversations":
		return sandbox.Ban
	case r.Method == http.MethodDelete:
		return sandbox.Delete
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, ok := n.comments[id]; ok {
		return sandbox.Hide
	}
	return sandbox.Edit
}

// ask is one admitted call, with the network's mutex held.
type ask struct {
	*view
	call   *sandbox.Call
	p      *graph.Params
	token  *graph.Token
	id     string
	edge   string
	fields []graph.Field
}

func (n *Network) serve(w http.ResponseWriter, r *http.Request) {
	id, edge, ok := place(r.URL.Path)
	switch {
	case !ok:
		graph.Fail(w, graph.UnknownPath(strings.Trim(r.URL.Path, "/")))
		return
	case id == "dialog":
		n.dialog(w, r)
		return
	case id == "files" || id == "picture":
		n.serveFile(w, r, id, edge)
		return
	case id == "video-upload":
		n.receive(w, r, edge)
		return
	}
	p, err := graph.Read(r)
	if err != nil {
		graph.Fail(w, graph.Unreadable(err, graph.No(http.StatusRequestEntityTooLarge, 1366046, 0, "The photo is too large")))
		return
	}
	if id == "oauth" {
		n.exchange(w, r, &p, edge)
		return
	}
	if edge == "subscriptions" {
		n.subscriptions(w, r, &p, id)
		return
	}
	if edge == "photos" && p.Get("url") != "" && p.Method == http.MethodPost {
		if p.File, err = n.fetch(r, p.Get("url")); err != nil {
			graph.Fail(w, graph.No(http.StatusBadRequest, 324, 2069019, "Missing or invalid image file"))
			return
		}
	}
	v, f := n.answer(r, &p, id, edge)
	n.courier.Wake()
	if f != nil {
		graph.Fail(w, f)
		return
	}
	graph.Write(w, http.StatusOK, v)
}

func (n *Network) answer(r *http.Request, p *graph.Params, id, edge string) (any, *graph.Fault) {
	call := sandbox.From(r.Context())
	n.mu.Lock()
	defer n.mu.Unlock()
	t, f := n.admit(call, r, p)
	if f != nil {
		return nil, f
	}
	a := &ask{call: call, p: p, token: t, id: id, edge: edge,
		view: &view{n: n, now: call.Now(), base: graph.Base(r), token: t.Value}}
	if a.fields, f = graph.Wanted(p.Get("fields")); f != nil {
		return nil, f
	}
	if id == "me" && t.Kind == "PAGE" {
		a.id = t.Of
	}
	if _, blocked := call.Has(sandbox.Blocked); blocked && p.Method != http.MethodGet {
		return nil, graph.No(http.StatusBadRequest, 368, 1390008, "The action attempted has been deemed abusive or is otherwise disallowed")
	}
	return a.dispatch()
}

func (a *ask) dispatch() (any, *graph.Fault) {
	switch {
	case a.id == "debug_token":
		return a.debugToken()
	case a.id == "":
		return a.several()
	case a.id == "me" || a.id == userID:
		return a.user()
	case a.id == "pages" && a.edge == "search" && a.isGet():
		return a.strangers().Search()
	}
	if p, ok := a.n.pages[a.id]; ok {
		a.p.Seen = a.n.watcher("Page", a.p.Method, a.edge)
		return a.onPage(p)
	}
	if o, ok := a.n.posts[a.id]; ok {
		a.p.Seen = a.n.watcher("PagePost", a.p.Method, a.edge)
		return a.onPost(o)
	}
	if c, ok := a.n.comments[a.id]; ok {
		a.p.Seen = a.n.watcher("Comment", a.p.Method, a.edge)
		return a.onComment(c)
	}
	if p, ok := a.n.photos[a.id]; ok {
		a.p.Seen = a.n.watcher("Photo", a.p.Method, a.edge)
		return a.onPhoto(p)
	}
	if v, ok := a.n.videos[a.id]; ok {
		a.p.Seen = a.n.watcher("AdVideo", a.p.Method, a.edge)
		return a.onVideo(v)
	}
	if a.n.isStory(a.id) && a.isGet() { // no post: harsher than life, its fields are others altogether
		return nil, graph.Invalid("Tried accessing nonexisting field (shares) on node type (Story)")
	}
	if t, ok := a.n.threads[a.id]; ok {
		a.p.Seen = a.n.watcher("UnifiedThread", a.p.Method, a.edge)
		return a.onThread(t)
	}
	if m, ok := a.n.messages[a.id]; ok && a.p.Method == http.MethodGet && a.edge == "" {
		return a.message(m, a.fields)
	}
	if p, f, ok := a.n.known(a.id); ok && a.p.Method == http.MethodGet {
		if err := may(a.token, p, "pages_messaging"); err != nil {
			return nil, err
		}
		if a.edge == "picture" {
			return map[string]any{"data": a.picture(f.id)}, nil
		}
		return a.profile(f, a.fields)
	}
	if a.edge == "" {
		if v, known, err := a.strangers().One(a.id); known {
			return v, err
		}
	}
	return nil, graph.Missing(a.p.Method, a.id)
}

func (a *ask) strangers() graph.Strangers {
	return graph.Strangers{Token: a.token, Params: a.p, Fields: a.fields, Granted: !a.n.options.NoPageSearch,
		Links: func(path string) func(after, before string) graph.Paging {
			return graph.Links(a.base+"/v25.0", a.token.Value, path, a.p.Values)
		}}
}

// several answers ?ids=a,b: one object per id.
func (a *ask) several() (any, *graph.Fault) {
	return graph.Several(a.p, func(id string) (any, *graph.Fault) {
		one := *a
		one.id, one.edge = id, ""
		return one.dispatch()
	})
}

func (a *ask) isGet() bool    { return a.p.Method == http.MethodGet }
func (a *ask) isPost() bool   { return a.p.Method == http.MethodPost }
func (a *ask) isDelete() bool { return a.p.Method == http.MethodDelete }

// nothing refuses an edge that this kind of object does not have.
func (a *ask) nothing(kind string) (any, *graph.Fault) {
	if a.edge != "" && a.isGet() {
		return nil, graph.Invalid("Tried accessing nonexisting field (%s) on node type (%s)", a.edge, kind)
	}
	return nil, graph.Missing(a.p.Method, a.id)
}
