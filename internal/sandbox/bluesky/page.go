package bluesky

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
)

func consentPage() *template.Template {
	return template.Must(template.New("").Parse(`<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Authorize {{.Client}}</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui;max-width:34rem;margin:4rem auto;padding:0 1rem;overflow-wrap:anywhere}button{font:inherit;padding:.5rem 1rem;margin:.25rem}</style>
<h1>{{.Client}} would like to use an account on this rehearsal server</h1><p>{{range .Scopes}}<code>{{.}}</code> {{end}}</p>
<form method="post" action="/oauth/authorize"><input type="hidden" name="client_id" value="{{.ID}}"><input type="hidden" name="request_uri" value="{{.URI}}">
{{range .Accounts}}<button name="account" value="{{.ID}}">@{{.Name}}</button>{{end}}
<button name="deny" value="1">Deny</button></form>`))
}

// wish is what stands behind the address that a person came with.
func (n *Network) wish(values url.Values) (*pushed, string) {
	uri := values.Get("request_uri")
	p := n.pushes[uri]
	if p == nil || p.client.id != values.Get("client_id") || n.stage.Clock.Now().After(p.until) {
		return nil, uri
	}
	return p, uri
}

// page is where a person says yes or no. Nothing but the pushed request counts of
// what the address says.
func (n *Network) page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Method == http.MethodPost {
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	}
	if err := r.ParseForm(); err != nil {
		http.Error(w, "Invalid request", http.StatusBadRequest)
		return
	}
	if r.Method == http.MethodPost {
		n.decide(w, r)
		return
	}
	n.mu.Lock()
	p, uri := n.wish(r.Form)
	n.mu.Unlock()
	if p == nil {
		http.Error(w, "This request is unknown or has expired.", http.StatusBadRequest)
		return
	}
	var accounts []sandbox.Account
	for _, a := range n.ours() { // the one that is meant comes first
		if a.ID == p.hint || a.Name == p.hint {
			accounts = append([]sandbox.Account{a}, accounts...)
		} else {
			accounts = append(accounts, a)
		}
	}
	name := p.client.id
	if u, err := url.Parse(name); err == nil {
		name = u.Hostname()
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := consentPage().Execute(w, map[string]any{"Client": name, "ID": p.client.id, "URI": uri, "Scopes": strings.Fields(p.scope), "Accounts": accounts}); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// decide takes what the person pressed and sends them back; a request is good once.
func (n *Network) decide(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	p, uri := n.wish(r.Form)
	if p == nil {
		n.mu.Unlock()
		http.Error(w, "This request is unknown or has expired.", http.StatusBadRequest)
		return
	}
	delete(n.pushes, uri)
	back := url.Values{"state": {p.state}, "iss": {n.host(r)}}
	if a := n.accounts[r.Form.Get("account")]; a == nil || !a.ours {
		back.Set("error", "access_denied")
		back.Set("error_description", "Access denied")
	} else {
		n.serial++
		code := "cod-" + letters(fmt.Sprint("code", n.serial, n.options.Name), 40)
		granted := *p
		granted.account, granted.until = a, n.stage.Clock.Now().Add(codeLife)
		n.codes[code] = &granted
		back.Set("code", code)
	}
	n.mu.Unlock()
	http.Redirect(w, r, p.redirect+"?"+back.Encode(), http.StatusSeeOther)
}
