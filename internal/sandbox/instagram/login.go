package instagram

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox/graph"
)

// dialog is both consent pages: Facebook's dialog and Instagram's. GET shows what is asked, POST is the person's answer.
func (n *Network) dialog(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	login, app := "USER", n.options.AppID
	if strings.HasSuffix(r.URL.Path, "/authorize") {
		login, app = "IG", n.options.IGID
	}
	back, err := url.Parse(r.FormValue("redirect_uri"))
	if err != nil || back.Host == "" || r.FormValue("client_id") != app || r.FormValue("response_type") != "code" {
		http.Error(w, "Invalid request: this redirect address, app or response type is not allowed.", http.StatusBadRequest)
		return
	}
	if r.Method == http.MethodGet {
		n.mu.Lock()
		defer n.mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = signIn().Execute(w, map[string]any{"Login": login, "Accounts": n.shown(), "Scopes": graph.Asked(r.FormValue("scope"), nil), "Query": r.URL.Query()})
		return
	}
	q := back.Query()
	if s := r.FormValue("state"); s != "" {
		q.Set("state", s)
	}
	if r.FormValue("answer") != "allow" {
		q.Set("error", "access_denied")
		q.Set("error_reason", "user_denied")
		q.Set("error_description", "The user denied your request")
	} else {
		q.Set("code", n.consent(login, graph.Asked(r.FormValue("scope"), r.Form["granted"]), r.FormValue("redirect_uri"), r.Form["account"]))
	}
	back.RawQuery = q.Encode()
	back.Fragment = "_"                                  // "#_" is appended to what comes back, as documented
	http.Redirect(w, r, back.String(), http.StatusFound) //nolint:gosec // back to whoever asked is what a pretended network does
}

func (n *Network) consent(login string, scopes []string, redirect string, accounts []string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := &graph.Code{Kind: login, Redirect: redirect, Scopes: scopes, Accounts: accounts, Until: n.stage.Clock.Now().Add(10 * time.Minute)}
	if login == "IG" {
		c.Until = n.stage.Clock.Now().Add(time.Hour) // "valid for 1 hour"
	}
	if len(c.Accounts) == 0 {
		for _, a := range n.order {
			c.Accounts = append(c.Accounts, a.id)
		}
	}
	if login == "IG" && len(c.Accounts) > 1 {
		c.Accounts = c.Accounts[:1] // one signs in as one account
	}
	value := graph.Opaque(n.random, "AQ", 60)
	n.codes[value] = c
	return value
}

// shown is what the page shows of the accounts.
func (n *Network) shown() []Account {
	all := []Account{}
	for _, a := range n.order {
		all = append(all, Account{ID: a.id, Username: a.username, Name: a.name})
	}
	return all
}

func signIn() *template.Template {
	return template.Must(template.New("").Parse(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Rehearsal sign-in</title><style>body{font:16px system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem;color:#262626}
h1{font-size:1.3rem}fieldset{border:1px solid #ccc;border-radius:8px;margin:1rem 0}label{display:block;padding:.3rem 0}
button{font:inherit;padding:.5rem 1.2rem;border-radius:8px;border:1px solid #ccc;background:#fff}
button[value=allow]{background:#9b2a78;color:#fff;border-color:#9b2a78}</style>
<h1>Rehearsal: pretended Instagram</h1><p>An app asks to look after your accounts.</p><form method="post" action="">
{{range $k, $vs := .Query}}{{range $vs}}<input type="hidden" name="{{$k}}" value="{{.}}">{{end}}{{end}}
<fieldset><legend>Accounts</legend>{{$login := .Login}}{{range $i, $a := .Accounts}}<label><input type="{{if eq $login "IG"}}radio{{else}}checkbox{{end}}" name="account" value="{{$a.ID}}" {{if or (eq $i 0) (ne $login "IG")}}checked{{end}}> {{$a.Name}} (@{{$a.Username}})</label>{{end}}</fieldset>
<fieldset><legend>Permissions</legend>{{range .Scopes}}<label><input type="checkbox" name="granted" value="{{.}}" checked> {{.}}</label>{{end}}</fieldset>
<button name="answer" value="allow">Allow</button> <button name="answer" value="deny">Cancel</button></form></html>`))
}

// exchange is where codes and tokens are exchanged: /v25.0/oauth/access_token of Facebook, /oauth/access_token of api.instagram.com
// (told apart by the app), /access_token and /refresh_access_token of graph.instagram.com.
func (n *Network) exchange(w http.ResponseWriter, r *http.Request, p *graph.Params, id, edge string) {
	n.mu.Lock()
	v, f := n.granted(r, p, id, edge)
	n.mu.Unlock()
	if f != nil && id == "oauth" && p.Get("client_id") == n.options.IGID {
		graph.Write(w, f.Status, map[string]any{"error_type": "OAuthException", "code": f.Status, "error_message": f.Message}) // its own form
		return
	}
	if f != nil {
		graph.Fail(w, f)
		return
	}
	graph.Write(w, http.StatusOK, v)
}

func (n *Network) granted(r *http.Request, p *graph.Params, id, edge string) (any, *graph.Fault) {
	now := n.stage.Clock.Now()
	switch {
	case id == "access_token" && p.Get("grant_type") == "ig_exchange_token":
		if p.Get("client_secret") != n.options.IGSecret {
			return nil, graph.No(http.StatusBadRequest, 1, 0, "Error validating client secret.")
		}
		t, ok := n.tokens[r.URL.Query().Get("access_token")]
		if !ok || t.Kind != "IG" || t.Revoked || now.After(t.Expires) {
			return nil, graph.No(http.StatusBadRequest, 190, 463, "Error validating access token: Session has expired.")
		}
		return n.long(&graph.Token{Kind: "IG", Of: t.Of, Scopes: t.Scopes}), nil
	case id == "refresh_access_token" && p.Get("grant_type") == "ig_refresh_token":
		t, ok := n.tokens[r.URL.Query().Get("access_token")]
		switch {
		case !ok || t.Kind != "IG" || t.Revoked || now.After(t.Expires):
			return nil, graph.No(http.StatusBadRequest, 190, 463, "Error validating access token: Session has expired.")
		case now.Sub(t.Issued) < 24*time.Hour || t.Expires.Sub(t.Issued) < 24*time.Hour:
			return nil, graph.No(http.StatusBadRequest, 100, 0, "Only long-lived tokens that are at least 24 hours old can be refreshed")
		}
		t.Expires = now.Add(time.Hour) // harsher than life: what was refreshed does not live on for long
		return n.long(&graph.Token{Kind: "IG", Of: t.Of, Scopes: t.Scopes}), nil
	case id != "oauth" || edge != "access_token":
		return nil, graph.UnknownPath(strings.Trim(id+"/"+edge, "/"))
	case p.Get("client_id") == n.options.IGID:
		return n.instagramCode(p, now)
	}
	return n.app().Exchange(p, now, n.tokens, n.codes, func(t *graph.Token) string { return n.issue("EAAG", t) })
}

func (n *Network) long(t *graph.Token) any {
	t.Expires = n.stage.Clock.Now().Add(graph.LongLife)
	return map[string]any{"access_token": n.issue(map[string]string{"IG": "IGAA", "USER": "EAAG"}[t.Kind], t), "token_type": "bearer", "expires_in": int(graph.LongLife.Seconds())}
}

// instagramCode is POST api.instagram.com/oauth/access_token: the one place where Instagram login says which permissions were given.
func (n *Network) instagramCode(p *graph.Params, now time.Time) (any, *graph.Fault) {
	if p.Get("client_secret") != n.options.IGSecret || p.Get("grant_type") != "authorization_code" || p.Method != http.MethodPost {
		return nil, graph.No(http.StatusBadRequest, 400, 0, "Invalid platform app")
	}
	c, f := graph.Spend(n.codes, "IG", p, now)
	if f != nil {
		return nil, f
	}
	acc := n.accounts[c.Accounts[0]]
	value := n.issue("IGAA", &graph.Token{Kind: "IG", Of: acc.id, Scopes: c.Scopes, Expires: now.Add(shortLife)})
	return map[string]any{"data": []any{map[string]any{"access_token": value, "user_id": acc.scoped, "permissions": strings.Join(c.Scopes, ",")}}}, nil
}

// me is /me: the account of an Instagram token, the Page of a Page's token, or the person.
func (a *ask) me() (any, *graph.Fault) {
	acc := a.n.accounts[a.token.Of]
	switch a.token.Kind {
	case "IG":
		if a.edge == "" && a.isGet() {
			return a.showMe(acc)
		}
		a.id = acc.id
		return a.onAccount(acc)
	case "PAGE":
		a.id = acc.page
		return a.onPage(acc)
	}
	switch {
	case a.token.Kind != "USER" || !a.isGet():
		return nil, graph.Missing(a.p.Method, a.id)
	case a.edge == "accounts":
		return a.pages()
	case a.edge == "":
		return map[string]any{"id": userID, "name": "Sam Keeper"}, nil
	}
	return a.nothing("User")
}

// showMe is what /me answers with Instagram login: id is scoped to the app, user_id is the account's.
func (a *ask) showMe(acc *account) (any, *graph.Fault) {
	return graph.Node("User", a.fields, graph.Names("id", "username"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
		switch f.Name {
		case "id":
			return acc.scoped, true, true, nil
		case "user_id":
			return acc.id, true, true, nil
		case "account_type":
			return "BUSINESS", true, true, nil
		}
		return a.accountField(acc, f)
	})
}

// pages is /me/accounts: the Pages of the accounts that were chosen, each with a token that lasts if the person's is a long one.
func (a *ask) pages() (any, *graph.Fault) {
	w, err := graph.Cut(a.p.Get, 25)
	if err != nil {
		return nil, err
	}
	var kept []*account
	for _, acc := range a.n.order {
		if slices.Contains(a.token.Accounts, acc.id) && slices.Contains(a.token.Scopes, "pages_show_list") {
			kept = append(kept, acc)
		}
	}
	return graph.Part(w, kept, func(acc *account) string { return acc.page }, func(acc *account) (any, *graph.Fault) { return a.showPage(acc, a.fields) },
		a.links("me/accounts", a.p.Values))
}
