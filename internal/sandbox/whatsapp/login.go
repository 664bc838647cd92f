package whatsapp

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox/graph"
)

const (
	codeLife = 30 * time.Second // harsher than life, where it is said nowhere
	longLife = 60 * 24 * time.Hour
)

// code is what the page of consent gives back: good once, for a moment, for the same redirect address.
type code struct {
	redirect string
	scopes   []string
	accounts []string
	until    time.Time
	used     bool
}

// dialog is the page of consent: Facebook Login for Business, where one chooses business accounts. GET shows what is asked, POST is
// the person's answer.
func (n *Network) dialog(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	back, err := url.Parse(r.FormValue("redirect_uri"))
	if err != nil || back.Host == "" || r.FormValue("client_id") != n.options.AppID || r.FormValue("response_type") != "code" {
		http.Error(w, "Invalid request: this redirect address, app or response type is not allowed.", http.StatusBadRequest)
		return
	}
	asked := strings.FieldsFunc(r.FormValue("scope"), func(c rune) bool { return c == ',' || c == ' ' })
	if r.FormValue("config_id") != "" {
		asked = allScopes() // the configuration says what is asked
	}
	if r.Method == http.MethodGet {
		n.mu.Lock()
		defer n.mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = consentPage().Execute(w, map[string]any{"Accounts": n.shown(), "Scopes": asked, "Query": r.URL.Query()})
		return
	}
	q := back.Query()
	if s := r.FormValue("state"); s != "" {
		q.Set("state", s)
	}
	if r.FormValue("answer") != "allow" {
		q.Set("error", "access_denied")
		q.Set("error_reason", "user_denied")
		q.Set("error_description", "Permissions error")
	} else {
		q.Set("code", n.consent(asked, r.FormValue("redirect_uri"), r.Form["account"], r.Form["granted"]))
	}
	back.RawQuery = q.Encode()
	back.Fragment = "_=_"                                // which Facebook appends
	http.Redirect(w, r, back.String(), http.StatusFound) //nolint:gosec // back to whoever asked is what a pretended network does
}

func (n *Network) consent(asked []string, redirect string, accounts, granted []string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := &code{redirect: redirect, scopes: asked, accounts: accounts, until: n.stage.Clock.Now().Add(codeLife)}
	if len(granted) > 0 {
		c.scopes = slices.DeleteFunc(slices.Clone(asked), func(s string) bool { return !slices.Contains(granted, s) })
	}
	if len(c.accounts) == 0 {
		for _, a := range n.shown() {
			c.accounts = append(c.accounts, a.ID)
		}
	}
	value := graph.Opaque(n.random, "AQ", 60)
	n.codes[value] = c
	return value
}

// business is what the page shows of an account.
type business struct{ ID, Name string }

func (n *Network) shown() []business {
	var all []business
	for _, x := range n.order {
		one := business{x.of.id, x.of.name}
		if !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return all
}

func consentPage() *template.Template {
	return template.Must(template.New("").Parse(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Rehearsal sign-in</title><style>body{font:16px system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem;color:#1c2b33}
h1{font-size:1.3rem}fieldset{border:1px solid #ccc;border-radius:8px;margin:1rem 0}label{display:block;padding:.3rem 0}
button{font:inherit;padding:.5rem 1.2rem;border-radius:8px;border:1px solid #ccc;background:#fff}
button[value=allow]{background:#0a6b4f;color:#fff;border-color:#0a6b4f}</style>
<h1>Rehearsal: pretended WhatsApp</h1><p>An app asks to look after your business accounts.</p><form method="post" action="">
{{range $k, $vs := .Query}}{{range $vs}}<input type="hidden" name="{{$k}}" value="{{.}}">{{end}}{{end}}
<fieldset><legend>Business accounts</legend>{{range .Accounts}}<label><input type="checkbox" name="account" value="{{.ID}}" checked> {{.Name}}</label>{{end}}</fieldset>
<fieldset><legend>Permissions</legend>{{range .Scopes}}<label><input type="checkbox" name="granted" value="{{.}}" checked> {{.}}</label>{{end}}</fieldset>
<button name="answer" value="allow">Allow</button> <button name="answer" value="deny">Cancel</button></form></html>`))
}

// exchange is /oauth/access_token.
func (n *Network) exchange(w http.ResponseWriter, p *graph.Params, edge string) {
	n.mu.Lock()
	v, f := n.granted(p, edge)
	n.mu.Unlock()
	if f != nil {
		graph.Fail(w, f)
		return
	}
	graph.Write(w, http.StatusOK, v)
}

func (n *Network) granted(p *graph.Params, edge string) (any, *graph.Fault) {
	now := n.stage.Clock.Now()
	switch {
	case edge != "access_token":
		return nil, graph.UnknownPath("oauth/" + edge)
	case p.Get("client_id") != n.options.AppID:
		return nil, graph.No(http.StatusBadRequest, 101, 0, "Error validating application. Cannot get application info due to a system error.")
	case p.Get("client_secret") != n.options.AppSecret:
		return nil, graph.No(http.StatusBadRequest, 1, 0, "Error validating client secret.")
	}
	c, ok := n.codes[p.Get("code")]
	switch {
	case !ok:
		return nil, graph.No(http.StatusBadRequest, 100, 0, "Invalid verification code format.")
	case c.used:
		return nil, graph.No(http.StatusBadRequest, 100, 36009, "This authorization code has been used.")
	case now.After(c.until):
		return nil, graph.No(http.StatusBadRequest, 100, 36007, "This authorization code has expired.")
	case c.redirect != p.Get("redirect_uri"):
		return nil, graph.No(http.StatusBadRequest, 100, 36008, "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request")
	}
	c.used = true
	value := n.issue(&graph.Token{Kind: "USER", Accounts: c.accounts, Scopes: c.scopes, Expires: now.Add(longLife)})
	return map[string]any{"access_token": value, "token_type": "bearer", "expires_in": int(longLife.Seconds())}, nil
}
