package instagram

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// place is what a path names: /v25.0/{id}/{edge}, with or without the version.
func place(path string) (id, edge string, known bool) {
	parts, known := graph.Route(path)
	if !known {
		return "", "", false
	}
	switch len(parts) {
	case 0:
		return "", "", true
	case 1:
		return parts[0], "", true
	case 2:
		return parts[0], parts[1], true
	case 3:
		return parts[0], parts[2], parts[0] == "ig-api-upload"
	}
	return "", "", false
}

// action tells the stage what a request does.
func (n *Network) action(r *http.Request) sandbox.Action {
	id, edge, _ := place(r.URL.Path)
	write := r.Method != http.MethodGet && r.Method != http.MethodHead
	switch {
	case id == "dialog" || id == "files" || id == "picture" || id == "oauth" && edge == "authorize":
		return ""
	case id == "oauth" || id == "debug_token" || id == "access_token" || id == "refresh_access_token" || edge == "accounts" || edge == "permissions" ||
		edge == "subscriptions" || edge == "subscribed_apps":
		return sandbox.Token
	case id == "ig-api-upload" || edge == "media" && write:
		return sandbox.Upload
	case edge == "media_publish":
		return sandbox.Publish
	case edge == "insights":
		return sandbox.Insights
	case !write:
		return sandbox.Read
	case edge == "comments" || edge == "replies" || edge == "mentions":
		return sandbox.Reply
	case edge == "messages":
		return sandbox.Message
	case edge == "moderate_conversations":
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
	n      *Network
	now    time.Time
	base   string // scheme and host the caller used
	call   *sandbox.Call
	p      *graph.Params
	token  *graph.Token
	id     string
	edge   string
	fields []graph.Field
	fetch  fetched
}

func (n *Network) serve(w http.ResponseWriter, r *http.Request) {
	id, edge, ok := place(r.URL.Path)
	switch {
	case !ok:
		graph.Fail(w, graph.UnknownPath(strings.Trim(r.URL.Path, "/")))
		return
	case id == "dialog" || id == "oauth" && edge == "authorize":
		n.dialog(w, r)
		return
	case id == "files" || id == "picture":
		n.serveFile(w, r, id, edge)
		return
	case id == "ig-api-upload":
		n.upload(w, r, edge)
		return
	}
	p, err := graph.Read(r)
	if err != nil {
		graph.Fail(w, graph.Unreadable(err, graph.No(http.StatusRequestEntityTooLarge, 100, 0, "The body is too large")))
		return
	}
	switch {
	case id == "oauth" || id == "access_token" || id == "refresh_access_token":
		n.exchange(w, r, &p, id, edge)
		return
	case edge == "subscriptions":
		n.subscriptions(w, r, &p, id)
		return
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
	var got fetched
	if (edge == "media" || edge == "messages") && p.Method == http.MethodPost {
		got = n.fetchFor(r, p) // with no lock held: it may come from ourselves
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	t, f := n.admit(call, r, p)
	if f != nil {
		return nil, f
	}
	a := &ask{n: n, now: call.Now(), base: graph.Base(r), call: call, p: p, token: t, id: id, edge: edge, fetch: got}
	if a.fields, f = graph.Wanted(p.Get("fields")); f != nil {
		return nil, f
	}
	if _, blocked := call.Has(sandbox.Blocked); blocked && p.Method != http.MethodGet {
		return nil, graph.No(http.StatusBadRequest, 4, 2207051, "We restrict certain activity to protect our community. Tell us if you think we made a mistake.")
	}
	return a.dispatch()
}

func (a *ask) dispatch() (any, *graph.Fault) {
	switch {
	case a.id == "debug_token":
		return a.debugToken()
	case a.id == "":
		return a.several()
	case a.id == "me":
		return a.me()
	case a.id == "pages" && a.edge == "search" && a.isGet() && a.token.Kind != "IG":
		return a.strangers().Search()
	}
	if acc, ok := a.n.accounts[a.id]; ok {
		a.p.Seen = a.n.watcher("IGUser", a.p.Method, a.edge)
		return a.onAccount(acc)
	}
	if acc, ok := a.n.pages[a.id]; ok {
		a.p.Seen = a.n.watcher("Page", a.p.Method, a.edge)
		return a.onPage(acc)
	}
	if c, ok := a.n.containers[a.id]; ok {
		return a.onContainer(c)
	}
	if m, ok := a.n.media[a.id]; ok {
		a.p.Seen = a.n.watcher("IGMedia", a.p.Method, a.edge)
		return a.onMedia(m)
	}
	if c, ok := a.n.comments[a.id]; ok {
		a.p.Seen = a.n.watcher("IGComment", a.p.Method, a.edge)
		return a.onComment(c)
	}
	if t, ok := a.n.threads[a.id]; ok {
		a.p.Seen = a.n.watcher("UnifiedThread", a.p.Method, a.edge)
		return a.onThread(t)
	}
	if m, ok := a.n.messages[a.id]; ok && a.isGet() && a.edge == "" {
		return a.showMessage(m, a.fields)
	}
	if a.edge == "" && a.token.Kind != "IG" {
		if v, known, err := a.strangers().One(a.id); known {
			return v, err
		}
	}
	return nil, graph.Missing(a.p.Method, a.id)
}

func (a *ask) strangers() graph.Strangers {
	return graph.Strangers{Token: a.token, Params: a.p, Fields: a.fields, Granted: !a.n.options.NoPageSearch,
		Links: func(path string) func(after, before string) graph.Paging { return a.links(path, a.p.Values) }}
}

// several answers ?ids=a,b: one object per id.
func (a *ask) several() (any, *graph.Fault) {
	return graph.Several(a.p, func(id string) (any, *graph.Fault) {
		one := *a
		one.id, one.edge = id, ""
		return one.dispatch()
	})
}

func (a *ask) links(path string, query url.Values) func(after, before string) graph.Paging {
	return graph.Links(a.base+"/v25.0", a.token.Value, path, query)
}

// query is what a list was asked with, as the modifiers of a field.
func (a *ask) query(name string) graph.Field {
	f := graph.Field{Name: name, Inner: a.fields, Mods: map[string]string{}}
	for key := range a.p.Values {
		f.Mods[key] = a.p.Get(key)
	}
	return f
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
