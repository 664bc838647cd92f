package facebook

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox/graph"
)

// code is what the sign-in page gives back: good once, for ten minutes, for the same redirect address.
type code struct {
	redirect string
	scopes   []string
	pages    []string
	until    time.Time
	used     bool
}

const (
	shortLife = 90 * time.Minute
	longLife  = 60 * 24 * time.Hour
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
	asked := strings.FieldsFunc(r.FormValue("scope"), func(c rune) bool { return c == ',' || c == ' ' })
	if r.Method == http.MethodGet {
		n.mu.Lock()
		defer n.mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = signIn().Execute(w, map[string]any{"User": n.options.User, "Pages": n.names(), "Scopes": asked, "Query": r.URL.Query()})
		return
	}
	if r.FormValue("answer") != "allow" {
		q.Set("error", "access_denied")
		q.Set("error_code", "200")
		q.Set("error_reason", "user_denied")
		q.Set("error_description", "Permissions error")
	} else {
		n.mu.Lock()
		c := &code{redirect: r.FormValue("redirect_uri"), scopes: asked, pages: r.Form["page"], until: n.stage.Clock.Now().Add(10 * time.Minute)}
		if granted := r.Form["granted"]; len(granted) > 0 { // unticked permissions are simply not given
			c.scopes = slices.DeleteFunc(asked, func(s string) bool { return !slices.Contains(granted, s) })
		}
		if len(c.pages) == 0 {
			for _, p := range n.order {
				c.pages = append(c.pages, p.id)
			}
		}
		value := n.opaque("AQ", 60)
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
	v, f := n.grant(p)
	n.mu.Unlock()
	if f != nil {
		graph.Fail(w, f)
		return
	}
	graph.Write(w, http.StatusOK, v)
}

func (n *Network) grant(p *graph.Params) (any, *graph.Fault) {
	bad := func(text string) *graph.Fault { return graph.No(http.StatusBadRequest, 100, 0, "%s", text) }
	if p.Get("client_id") != n.options.AppID {
		return nil, graph.No(http.StatusBadRequest, 101, 0, "Error validating application. Cannot get application info due to a system error.")
	}
	if p.Get("client_secret") != n.options.AppSecret {
		return nil, graph.No(http.StatusBadRequest, 1, 0, "Error validating client secret.")
	}
	now := n.stage.Clock.Now()
	switch p.Get("grant_type") {
	case "client_credentials":
		return map[string]any{"access_token": n.options.AppID + "|" + n.options.AppSecret, "token_type": "bearer"}, nil
	case "fb_exchange_token":
		t, ok := n.tokens[p.Get("fb_exchange_token")]
		if !ok || t.Kind != "USER" || t.Revoked || !now.Before(t.Expires) {
			return nil, graph.No(http.StatusBadRequest, 190, 463, "Error validating access token: Session has expired.")
		}
		long := n.issue(&graph.Token{Kind: "USER", Scopes: t.Scopes, Accounts: t.Accounts, Expires: now.Add(longLife)})
		return map[string]any{"access_token": long.Value, "token_type": "bearer", "expires_in": int(longLife.Seconds())}, nil
	case "", "authorization_code":
		c, ok := n.codes[p.Get("code")]
		switch {
		case !ok:
			return nil, bad("Invalid verification code format.")
		case c.used:
			return nil, graph.No(http.StatusBadRequest, 100, 36009, "This authorization code has been used.")
		case now.After(c.until):
			return nil, graph.No(http.StatusBadRequest, 100, 36007, "This authorization code has expired.")
		case c.redirect != p.Get("redirect_uri"):
			return nil, graph.No(http.StatusBadRequest, 100, 36008, "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request")
		}
		c.used = true
		t := n.issue(&graph.Token{Kind: "USER", Scopes: c.scopes, Accounts: c.pages, Expires: now.Add(shortLife)})
		return map[string]any{"access_token": t.Value, "token_type": "bearer", "expires_in": int(shortLife.Seconds())}, nil
	}
	return nil, bad("Unsupported grant_type")
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
				t := &graph.Token{Kind: "PAGE", Of: p.id, Scopes: a.token.Scopes}
				if a.token.Expires.Sub(a.token.Issued) < longLife {
					t.Expires = a.token.Expires
				}
				v["access_token"] = a.n.issue(t).Value
			case f == nil && w.Name == "tasks":
				v["tasks"] = []string{"ANALYZE", "ADVERTISE", "MESSAGING", "MODERATE", "CREATE_CONTENT", "MANAGE"}
			}
		}
		return v, f
	}, a.links("me/accounts", a.p.Values))
	l.Summary = w.Sum(map[string]any{"total_count": len(kept)})
	return l, err
}

// debugToken is GET /debug_token, asked with the app's token.
func (a *ask) debugToken() (any, *graph.Fault) {
	if a.token.Kind != "APP" && a.p.Get("input_token") != a.token.Value {
		return nil, graph.No(http.StatusBadRequest, 100, 0, "(#100) You must provide an app access token, or a user access token that is an owner or developer of the app")
	}
	t, ok := a.n.tokens[a.p.Get("input_token")]
	if !ok {
		return map[string]any{"data": map[string]any{"error": map[string]any{"code": 190, "message": "Invalid OAuth access token."}, "is_valid": false, "scopes": []string{}}}, nil
	}
	t = reduced(t, a.call)
	ends := int64(0)
	if !t.Expires.IsZero() {
		ends = t.Expires.Unix()
	}
	valid := !t.Revoked && (ends == 0 || a.now.Before(t.Expires))
	data := map[string]any{"app_id": a.n.options.AppID, "type": t.Kind, "application": "Kith rehearsal", "is_valid": valid, "expires_at": ends,
		"data_access_expires_at": t.Issued.Add(90 * 24 * time.Hour).Unix(), "issued_at": t.Issued.Unix(), "scopes": append([]string{}, t.Scopes...), "user_id": userID}
	if t.Kind == "PAGE" {
		data["profile_id"] = t.Of
	}
	granular := []any{}
	for _, s := range t.Scopes {
		granular = append(granular, map[string]any{"scope": s})
	}
	data["granular_scopes"] = granular
	if !valid {
		data["error"] = map[string]any{"code": 190, "subcode": 463, "message": "Error validating access token: Session has expired."}
	}
	return map[string]any{"data": data}, nil
}
