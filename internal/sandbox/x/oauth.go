package x

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// token is an access token of a person, and the refresh token that came with it.
type token struct {
	value, refresh string
	user           *user
	scopes         []string
	expires        time.Time
	revoked        bool
}

type code struct {
	user      *user
	redirect  string
	challenge string
	method    string
	scopes    []string
	until     time.Time
}

const lifetime = 2 * time.Hour

func allScopes() []string {
	return strings.Fields("tweet.read tweet.write tweet.moderate.write users.read follows.read like.read like.write mute.read mute.write " +
		"block.read dm.read dm.write media.write offline.access")
}

func (n *Network) issue(u *user, scopes []string) *token {
	t := &token{value: n.opaque("at-"), user: u, scopes: scopes, expires: n.stage.Clock.Now().Add(lifetime)}
	if slices.Contains(scopes, "offline.access") {
		t.refresh = n.opaque("rt-")
		n.refresh[t.refresh] = t
	}
	n.tokens[t.value] = t
	return t
}

// Issue gives an account a token with some scopes only.
func (n *Network) Issue(account string, scopes ...string) (access, refresh string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	t := n.issue(n.user(account), scopes)
	return t.value, t.refresh
}

// Revoke ends every token of an account, as when its owner takes the app off their list.
func (n *Network) Revoke(account string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, t := range n.tokens {
		if id(t.user.id) == account {
			t.revoked = true
			delete(n.refresh, t.refresh)
		}
	}
}

// consent is the page on which somebody lets an app in: GET shows what is asked for, POST is the answer.
func (n *Network) consent(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	back, err := url.Parse(r.FormValue("redirect_uri"))
	scopes := strings.Fields(r.FormValue("scope"))
	challenge, method := r.FormValue("code_challenge"), r.FormValue("code_challenge_method")
	switch {
	case err != nil || !n.mayReturn(back), r.FormValue("client_id") != n.options.ClientID, r.FormValue("response_type") != "code",
		r.FormValue("state") == "" || len(r.FormValue("state")) > 500, challenge == "", method != "S256" && method != "plain", len(scopes) == 0:
		http.Error(w, "Something went wrong. You weren’t able to give access to the App. Go back and try logging in again.", http.StatusBadRequest)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if r.Method == http.MethodGet {
		var all []*user
		for _, u := range n.users {
			if u.ours {
				all = append(all, u)
			}
		}
		sortBy(all, func(u *user) string { return u.username })
		var names []string
		for _, u := range all {
			names = append(names, u.username)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = page().Execute(w, map[string]any{"Accounts": names, "Scopes": scopes, "Query": r.URL.Query()})
		return
	}
	q := back.Query()
	q.Set("state", r.FormValue("state"))
	u := n.names[strings.ToLower(r.FormValue("account"))]
	if r.FormValue("answer") != "allow" || u == nil || !u.ours {
		q.Set("error", "access_denied")
	} else {
		value := n.opaque("ac-")
		n.codes[value] = &code{user: u, redirect: back.String(), challenge: challenge, method: method, scopes: scopes, until: n.stage.Clock.Now().Add(30 * time.Second)}
		q.Set("code", value)
	}
	back.RawQuery = q.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound) //nolint:gosec // mayReturn has looked at where it goes
}

// mayReturn holds an address against those that the app named: exactly.
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

func page() *template.Template {
	return template.Must(template.New("").Parse(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Rehearsal consent</title><style>body{font:16px system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem;color:#16181c}
h1{font-size:1.3rem}fieldset{border:1px solid #cfd9de;border-radius:8px;margin:1rem 0}label{display:block;padding:.3rem 0}
button{font:inherit;padding:.5rem 1.2rem;border-radius:999px;border:1px solid #cfd9de;background:#fff}
button[value=allow]{background:#16181c;color:#fff;border-color:#16181c}</style>
<h1>Rehearsal: pretended X</h1><p>An app asks to act for your account.</p><form method="post" action="">
{{range $k, $vs := .Query}}{{range $vs}}<input type="hidden" name="{{$k}}" value="{{.}}">{{end}}{{end}}
<fieldset><legend>Account</legend>{{range $i, $a := .Accounts}}<label><input type="radio" name="account" value="{{$a}}"{{if eq $i 0}} checked{{end}}> @{{$a}}</label>{{end}}</fieldset>
<fieldset><legend>It will be able to</legend><ul>{{range .Scopes}}<li>{{.}}</li>{{end}}</ul></fieldset>
<button name="answer" value="allow">Authorize app</button> <button name="answer" value="deny">Cancel</button></form></html>`))
}

type object = map[string]any

// grant is POST /2/oauth2/token. Its refusals are those of RFC 6749.
func (n *Network) grant(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	bad := func(status int, kind, text string) {
		answer(w, status, object{"error": kind, "error_description": text})
	}
	if r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.ParseForm() != nil {
		bad(http.StatusBadRequest, "invalid_request", "Missing valid authorization header")
		return
	}
	if !n.client(r) {
		bad(http.StatusUnauthorized, "unauthorized_client", "Missing valid authorization header")
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.stage.Clock.Now()
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		text := r.PostForm.Get("code")
		c := n.codes[text]
		delete(n.codes, text)
		if c == nil || c.redirect != r.PostForm.Get("redirect_uri") || now.After(c.until) || !c.proves(r.PostForm.Get("code_verifier")) {
			bad(http.StatusBadRequest, "invalid_request", "Value passed for the authorization code was invalid.")
			return
		}
		answer(w, http.StatusOK, n.issue(c.user, c.scopes).view())
	case "refresh_token":
		text := r.PostForm.Get("refresh_token")
		old := n.refresh[text]
		if old == nil {
			bad(http.StatusBadRequest, "invalid_request", "Value passed for the token was invalid.")
			return
		}
		delete(n.refresh, text) // it works once
		answer(w, http.StatusOK, n.issue(old.user, old.scopes).view())
	default:
		bad(http.StatusBadRequest, "invalid_request", "Value passed for the grant type was invalid.")
	}
}

func (c *code) proves(verifier string) bool {
	if c.method == "plain" {
		return verifier == c.challenge
	}
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:]) == c.challenge
}

func (t *token) view() object {
	v := object{"token_type": "bearer", "expires_in": int(lifetime.Seconds()), "access_token": t.value, "scope": strings.Join(t.scopes, " ")}
	if t.refresh != "" {
		v["refresh_token"] = t.refresh
	}
	return v
}

// client says whether a request names our app and proves it: apps with a secret say both in the header.
func (n *Network) client(r *http.Request) bool {
	if name, word, ok := r.BasicAuth(); ok {
		return name == n.options.ClientID && word == n.options.Secret
	}
	return r.PostForm.Get("client_id") == n.options.ClientID
}

// revoke is POST /2/oauth2/revoke. Harsher than RFC 7009 wants it: a token takes
// nothing with it, neither the one that renews it nor the one that it renews.
func (n *Network) revoke(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.ParseForm() != nil || !n.client(r) {
		answer(w, http.StatusUnauthorized, object{"error": "unauthorized_client", "error_description": "Missing valid authorization header"})
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	text := r.PostForm.Get("token")
	if text == "" {
		answer(w, http.StatusBadRequest, object{"error": "invalid_request", "error_description": "Missing required parameter [token]."})
		return
	}
	if t := n.tokens[text]; t != nil {
		t.revoked = true
	}
	delete(n.refresh, text)
	answer(w, http.StatusOK, object{"revoked": true})
}
