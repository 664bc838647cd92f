package pinterest

import (
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

type token struct {
	access, refresh   string
	owner             *account
	scopes            []string
	until, renewUntil time.Time
	revoked           bool
}

type grant struct {
	owner    *account
	redirect string
	scopes   []string
	made     time.Time
}

func everything() []string {
	return []string{"boards:read", "boards:write", "pins:read", "pins:write", "user_accounts:read"}
}

func (n *Network) issue(a *account, scopes []string) *token {
	now := n.stage.Clock.Now()
	t := &token{access: "pina_" + n.next() + "ACCESS", refresh: "pinr." + n.next() + ".REFRESH", owner: a, scopes: scopes,
		until: now.Add(n.options.AccessLasts), renewUntil: now.Add(n.options.RefreshLasts)}
	n.tokens[t.access], n.refresh[t.refresh] = t, t
	return t
}

// authorize is the page of consent. A browser is shown it, and sends the answer of whoever
// reads it; a program that asks for no page is the first account, and agrees.
func (n *Network) authorize(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if r.ParseForm() != nil {
		http.Error(w, "Bad request.", http.StatusBadRequest)
		return
	}
	q := r.Form
	back, err := url.Parse(q.Get("redirect_uri"))
	if q.Get("client_id") != n.options.ClientID || q.Get("response_type") != "code" || err != nil || back.Host == "" {
		http.Error(w, "This app is not known.", http.StatusBadRequest)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	us := slices.SortedFunc(maps.Values(n.accounts), func(a, b *account) int { return strings.Compare(a.id, b.id) })
	if r.Method == http.MethodGet && len(us) > 0 && q.Get("deny") == "" && strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = consent().Execute(w, map[string]any{"Accounts": us, "Scopes": strings.Split(q.Get("scope"), ","), "Query": r.URL.Query()}) // a page of ours
		return
	}
	var first *account
	if len(us) > 0 {
		first = us[0]
	}
	for _, a := range us {
		if a.id == q.Get("account") {
			first = a
		}
	}
	if first == nil || q.Get("deny") != "" || r.Method == http.MethodPost && q.Get("answer") != "allow" {
		back.RawQuery = url.Values{"error": {"access_denied"}, "state": {q.Get("state")}}.Encode()
		http.Redirect(w, r, back.String(), http.StatusFound) //nolint:gosec // a page of consent goes where the app says
		return
	}
	code := "code" + n.next()
	n.codes[code] = grant{first, q.Get("redirect_uri"), strings.Split(q.Get("scope"), ","), n.stage.Clock.Now()}
	back.RawQuery = url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound) //nolint:gosec // a page of consent goes where the app says
}

func consent() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{"id": func(a *account) string { return a.id }, "name": func(a *account) string { return a.name + " (" + a.username + ")" }}).
		Parse(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Rehearsal sign-in</title><style>body{font:16px system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem;color:#1c1e21}
h1{font-size:1.3rem}label{display:block;padding:.3rem 0}button{font:inherit;padding:.5rem 1.2rem}</style>
<h1>Rehearsal: pretended Pinterest</h1><p>An app asks for access to your account.</p><form method="post" action="">
{{range $k, $vs := .Query}}{{range $vs}}<input type="hidden" name="{{$k}}" value="{{.}}">{{end}}{{end}}
<fieldset><legend>Who you are</legend>{{range $i, $a := .Accounts}}<label><input type="radio" name="account" value="{{id $a}}"{{if eq $i 0}} checked{{end}}> {{name $a}}</label>{{end}}</fieldset>
<ul>{{range .Scopes}}<li>{{.}}</li>{{end}}</ul>
<button name="answer" value="allow">Give access</button> <button name="answer" value="deny">Cancel</button></form></html>`))
}

func (n *Network) token(w http.ResponseWriter, r *http.Request) {
	id, secret, ok := r.BasicAuth()
	if !ok || id != n.options.ClientID || secret != n.options.ClientSecret {
		say(w, http.StatusUnauthorized, 2, "Authentication failed.")
		return
	}
	if r.ParseForm() != nil {
		say(w, http.StatusBadRequest, 1, "Bad request.")
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.stage.Clock.Now()
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		if r.PostForm.Get("continuous_refresh") != "true" { // ours is an app of before September 2025
			say(w, http.StatusBadRequest, 1, "The legacy refresh token is no longer supported: set continuous_refresh to true.")
			return
		}
		code := r.PostForm.Get("code")
		g, known := n.codes[code]
		delete(n.codes, code)
		if !known || now.Sub(g.made) > 10*time.Minute || g.redirect != r.PostForm.Get("redirect_uri") {
			say(w, http.StatusBadRequest, 283, "Invalid authorization code.")
			return
		}
		n.grant(w, "authorization_code", n.issue(g.owner, g.scopes))
	case "refresh_token":
		old, known := n.refresh[r.PostForm.Get("refresh_token")]
		if !known || old.revoked || now.After(old.renewUntil) {
			say(w, http.StatusBadRequest, 283, "Invalid refresh token.")
			return
		}
		// Continuous refresh: each one gives a new refresh token, and the old one ends.
		delete(n.refresh, old.refresh)
		n.grant(w, "refresh_token", n.issue(old.owner, old.scopes))
	default:
		say(w, http.StatusBadRequest, 1, "Unknown grant type.")
	}
}

func (n *Network) grant(w http.ResponseWriter, kind string, t *token) {
	give(w, http.StatusOK, map[string]any{"response_type": kind, "access_token": t.access, "token_type": "bearer", "expires_in": int(n.options.AccessLasts.Seconds()),
		"scope": strings.Join(t.scopes, ","), "refresh_token": t.refresh, "refresh_token_expires_in": int(n.options.RefreshLasts.Seconds()),
		"refresh_token_expires_at": t.renewUntil.Unix()})
}

// who finds the account of a request, with the scopes it needs. The lock is held.
func (n *Network) who(w http.ResponseWriter, r *http.Request, scopes ...string) *account {
	call := sandbox.From(r.Context())
	value, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	t := n.tokens[value]
	_, expired := call.Has(sandbox.TokenExpired)
	_, revoked := call.Has(sandbox.TokenRevoked)
	if t == nil || t.revoked || revoked || expired || n.stage.Clock.Now().After(t.until) {
		say(w, http.StatusUnauthorized, 2, "Authentication failed.")
		return nil
	}
	_, reduced := call.Has(sandbox.TokenReduced)
	for _, s := range scopes {
		if !slices.Contains(t.scopes, s) || reduced && (strings.HasSuffix(s, ":write")) {
			say(w, http.StatusForbidden, 7, "You are not permitted to access that resource: missing scope "+s+".")
			return nil
		}
	}
	a := t.owner
	if now := n.stage.Clock.Now().Truncate(time.Minute); a.minute != now {
		a.minute, a.calls = now, 0
	}
	if a.calls++; a.calls > n.options.PerMinute {
		w.Header().Set("X-RateLimit-Reset", "60")
		w.Header().Set("Retry-After", "60")
		say(w, http.StatusTooManyRequests, 8, "You have exceeded your rate limit. Try again later.")
		return nil
	}
	return a
}
