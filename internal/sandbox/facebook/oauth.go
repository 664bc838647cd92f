package facebook

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/sandbox/graph"
)

// dialog is the sign-in page: GET shows which Pages and permissions are asked for, POST is the person's answer.
func (n *Network) dialog(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	back, err := url.Parse(r.FormValue("redirect_uri"))
	if err != nil || !n.mayReturn(back) || r.FormValue("client_id") != n.options.AppID {
		http.Error(w, "URL blocked: this redirect failed because the redirect URI is not white-listed in the app's client OAuth settings.", http.StatusBadRequest)
		return
	}
	q := back.Query()
	if s := r.FormValue("state"); s != "" {
		q.Set("state", s)
	}
	if r.Method == http.MethodGet {
		n.mu.Lock()
		defer n.mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = signIn().Execute(w, map[string]any{"User": n.options.User, "Pages": n.names(), "Scopes": graph.Asked(r.FormValue("scope"), nil), "Query": r.URL.Query()})
		return
	}
	if r.FormValue("answer") != "allow" {
		q.Set("error", "access_denied")
		q.Set("error_code", "200")
		q.Set("error_reason", "user_denied")
		q.Set("error_description", "Permissions error")
	} else {
		n.mu.Lock()
		c := &graph.Code{Kind: "USER", Redirect: r.FormValue("redirect_uri"), Scopes: graph.Asked(r.FormValue("scope"), r.Form["granted"]), Accounts: r.Form["page"],
			Until: n.stage.Clock.Now().Add(10 * time.Minute)}
		if len(c.Accounts) == 0 {
			for _, p := range n.order {
				c.Accounts = append(c.Accounts, p.id)
			}
		}
		value := graph.Opaque(n.random, "AQ", 60)
		n.codes[value] = c
		n.mu.Unlock()
		q.Set("code", value)
	}
	back.RawQuery = q.Encode()
	back.Fragment = "_=_"                                // Facebook's own habit, which has surprised many
	http.Redirect(w, r, back.String(), http.StatusFound) //nolint:gosec // mayReturn has looked at where it goes
}

func (n *Network) names() []Page {
	all := []Page{}
	for _, p := range n.order {
		all = append(all, Page{ID: p.id, Name: p.name})
	}
	return all
}

func (n *Network) mayReturn(u *url.URL) bool {
	if len(n.options.Redirects) > 0 {
		return slices.Contains(n.options.Redirects, u.String())
	}
	switch u.Hostname() {
	case "localhost", "127.0.0.1", "::1":
		return u.Scheme == "http" || u.Scheme == "https"
	}
	return false
}

func signIn() *template.Template {
	return template.Must(template.New("").Parse(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Rehearsal sign-in</title><style>body{font:16px system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem;color:#1c1e21}
h1{font-size:1.3rem}fieldset{border:1px solid #ccd0d5;border-radius:8px;margin:1rem 0}label{display:block;padding:.3rem 0}
button{font:inherit;padding:.5rem 1.2rem;border-radius:8px;border:1px solid #ccd0d5;background:#fff}
button[value=allow]{background:#1b5fd0;color:#fff;border-color:#1b5fd0}</style>
<h1>Rehearsal: pretended Facebook</h1><p>{{.User}}, an app asks to look after your Pages.</p><form method="post" action="">
{{range $k, $vs := .Query}}{{range $vs}}<input type="hidden" name="{{$k}}" value="{{.}}">{{end}}{{end}}
<fieldset><legend>Pages</legend>{{range .Pages}}<label><input type="checkbox" name="page" value="{{.ID}}" checked> {{.Name}}</label>{{end}}</fieldset>
<fieldset><legend>Permissions</legend>{{range .Scopes}}<label><input type="checkbox" name="granted" value="{{.}}" checked> {{.}}</label>{{end}}</fieldset>
<button name="answer" value="allow">Continue</button> <button name="answer" value="deny">Cancel</button></form></html>`))
}

// exchange is /oauth/access_token: a code for a short token, a short token for a long one, or the app's own token.
func (n *Network) exchange(w http.ResponseWriter, r *http.Request, p *graph.Params, edge string) {
	if edge != "access_token" {
		graph.Fail(w, graph.UnknownPath("oauth/"+edge))
		return
	}
	n.mu.Lock()
	v, f := n.app().Exchange(p, n.stage.Clock.Now(), n.tokens, n.codes, func(t *graph.Token) string { return n.issue(t).Value })
	n.mu.Unlock()
	if f != nil {
		graph.Fail(w, f)
		return
	}
	graph.Write(w, http.StatusOK, v)
}

const userID = "7311000000000042"

// user answers /me of a user's token, its Pages and its permissions.
func (a *ask) user() (any, *graph.Fault) {
	if a.token.Kind != "USER" || !a.isGet() {
		return nil, graph.Missing(a.p.Method, a.id)
	}
	switch a.edge {
	case "":
		return graph.Node("User", a.fields, graph.Names("name"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
			switch f.Name {
			case "id":
				return userID, true, true, nil
			case "name":
				return a.n.options.User, true, true, nil
			}
			return nil, false, false, nil
		})
	case "permissions":
		all := []any{}
		for _, s := range a.token.Scopes {
			all = append(all, map[string]any{"permission": s, "status": "granted"})
		}
		return map[string]any{"data": all}, nil
	case "accounts":
		return a.accounts()
	}
	return a.nothing("User")
}

// accounts lists the Pages that were chosen, each with a token: one that never ends when the user's token is a long one.
func (a *ask) accounts() (any, *graph.Fault) {
	if !slices.Contains(a.token.Scopes, "pages_show_list") {
		return map[string]any{"data": []any{}}, nil
	}
	w, err := graph.Cut(a.p.Get, 25)
	if err != nil {
		return nil, err
	}
	var kept []*page
	for _, p := range a.n.order {
		if slices.Contains(a.token.Accounts, p.id) {
			kept = append(kept, p)
		}
	}
	fs := a.fields
	if fs == nil {
		fs = graph.Names("access_token", "category", "category_list", "name", "tasks")
	}
	plain := slices.DeleteFunc(slices.Clone(fs), func(f graph.Field) bool { return f.Name == "access_token" || f.Name == "tasks" })
	l, err := graph.Part(w, kept, func(p *page) string { return p.id }, func(p *page) (any, *graph.Fault) {
		v, f := a.page(p, append([]graph.Field{}, plain...))
		for _, w := range fs {
			switch {
			case f == nil && w.Name == "access_token":
				v["access_token"] = a.n.issue(a.token.PageToken(p.id)).Value
			case f == nil && w.Name == "tasks":
				v["tasks"] = []string{"ANALYZE", "ADVERTISE", "MESSAGING", "MODERATE", "CREATE_CONTENT", "MANAGE"}
			}
		}
		return v, f
	}, a.links("me/accounts", a.p.Values))
	l.Summary = w.Sum(map[string]any{"total_count": len(kept)})
	return l, err
}

// debugToken is GET /debug_token.
func (a *ask) debugToken() (any, *graph.Fault) {
	value := a.p.Get("input_token")
	t := a.n.tokens[value]
	if t != nil {
		t = reduced(t, a.call)
	}
	data, f := a.n.app().Debug(a.token, value, t, a.now)
	if f != nil {
		return nil, f
	}
	if t != nil {
		data["user_id"] = userID
		if t.Kind == "PAGE" {
			data["profile_id"] = t.Of
		}
	}
	return map[string]any{"data": data}, nil
}
