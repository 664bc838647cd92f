package mastodon

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

type app struct {
	id                int64
	client, secret    string
	name, site        string
	redirects, scopes []string
}

type code struct {
	app       *app
	account   *account
	redirect  string
	scopes    []string
	challenge string
	made      time.Time
}

type token struct {
	value   string
	app     *app
	account *account // nil: of the application alone
	scopes  []string
	made    time.Time
	revoked bool
}

// may says whether a token has a scope: itself, or the group it belongs to.
func (t *token) may(scope string) bool {
	group, _, _ := strings.Cut(scope, ":")
	return scope == "user" || slices.Contains(t.scopes, scope) || slices.Contains(t.scopes, group) ||
		slices.Contains(t.scopes, "follow") && (strings.HasSuffix(scope, ":follows") || strings.HasSuffix(scope, ":blocks") || strings.HasSuffix(scope, ":mutes"))
}

func (n *Network) authenticate(q *request, scope string) *problem {
	value, ok := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
	if !ok {
		value = q.URL.Query().Get("access_token")
	}
	if value == "" {
		if scope == "" {
			return nil
		}
		return &problem{status: http.StatusUnauthorized, text: "The access token is invalid"}
	}
	t := n.tokens[value]
	switch {
	case t == nil:
		return &problem{status: http.StatusUnauthorized, text: "The access token is invalid"}
	case t.revoked:
		return &problem{status: http.StatusUnauthorized, text: "The access token was revoked"}
	}
	if _, hit := q.call.Has(sandbox.TokenRevoked); hit {
		t.revoked = true
		return &problem{status: http.StatusUnauthorized, text: "The access token was revoked"}
	}
	if _, hit := q.call.Has(sandbox.TokenExpired); hit {
		return &problem{status: http.StatusUnauthorized, text: "The access token expired"}
	}
	outside := &problem{status: http.StatusForbidden, text: "This action is outside the authorized scopes"}
	if m, hit := q.call.Has(sandbox.TokenReduced); hit && scope != "" && (len(m.Scopes) == 0 || slices.Contains(m.Scopes, scope)) {
		return outside
	}
	if scope != "" && !t.may(scope) {
		return outside
	}
	if scope != "" && t.account == nil {
		return &problem{status: http.StatusUnprocessableEntity, text: "This method requires an authenticated user"}
	}
	q.me, q.token = t.account, t
	return nil
}

func (n *Network) createApp(q *request) (any, *problem) {
	name, redirects := q.values.Get("client_name"), []string{}
	for _, value := range q.values["redirect_uris"] {
		redirects = append(redirects, strings.Fields(value)...)
	}
	if name == "" {
		return nil, n.invalid("Application name can't be blank")
	}
	for _, one := range redirects {
		if u, err := url.Parse(one); err != nil || u.Scheme == "" {
			return nil, n.invalid("Redirect URI must be an absolute URI.")
		}
	}
	if len(redirects) == 0 {
		return nil, n.invalid("Redirect URI can't be blank")
	}
	a := &app{id: n.newID(q.now), client: n.secretText("client"), secret: n.secretText("secret"), name: name, site: q.values.Get("website"),
		redirects: redirects, scopes: strings.Fields(q.values.Get("scopes"))}
	if len(a.scopes) == 0 {
		a.scopes = []string{"read"}
	}
	n.apps[a.client] = a
	view := a.view()
	view["client_id"], view["client_secret"], view["client_secret_expires_at"] = a.client, a.secret, 0
	return view, nil
}

func (a *app) view() object {
	var site any
	if a.site != "" {
		site = a.site
	}
	return object{"id": key(a.id), "name": a.name, "website": site, "scopes": a.scopes, "redirect_uris": a.redirects,
		"redirect_uri": strings.Join(a.redirects, "\n"), "vapid_key": "BKey"}
}

func (n *Network) verifyApp(q *request) (any, *problem) {
	if q.token == nil || q.token.app == nil {
		return nil, &problem{status: http.StatusUnauthorized, text: "The access token is invalid"}
	}
	return q.token.app.view(), nil
}

func consent() *template.Template {
	return template.Must(template.New("").Parse(`<!doctype html><meta charset="utf-8"><title>Authorize {{.App}}</title>
<style>body{font:16px/1.5 system-ui;max-width:34rem;margin:4rem auto;padding:0 1rem}button{font:inherit;padding:.5rem 1rem;margin:.25rem}</style>
<h1>{{.App}} would like to use an account on this rehearsal instance</h1><p>{{range .Scopes}}<code>{{.}}</code> {{end}}</p>
<form method="post">{{range $name, $value := .Hidden}}<input type="hidden" name="{{$name}}" value="{{$value}}">{{end}}
{{range .Accounts}}<button name="account" value="{{.ID}}">@{{.Name}}</button>{{end}}
<button name="deny" value="1">Deny</button></form>`))
}

// wish is what an application asks a person for, checked.
func (n *Network) wish(q *request) (*code, *problem) {
	refuse := func(name, more string) (*code, *problem) {
		return nil, &problem{status: http.StatusBadRequest, text: name, more: more}
	}
	a := n.apps[q.values.Get("client_id")]
	if a == nil {
		return nil, &problem{http.StatusUnauthorized, "invalid_client", "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method."}
	}
	c := &code{app: a, redirect: q.values.Get("redirect_uri"), scopes: strings.Fields(q.values.Get("scope")), challenge: q.values.Get("code_challenge"), made: q.now}
	if !slices.Contains(a.redirects, c.redirect) {
		return refuse("invalid_request", "The redirect uri included is not valid.")
	}
	if q.values.Get("response_type") != "code" {
		return refuse("unsupported_response_type", "The authorization server does not support this response type.")
	}
	if len(c.scopes) == 0 {
		c.scopes = []string{"read"}
	}
	for _, scope := range c.scopes {
		if group, _, _ := strings.Cut(scope, ":"); !slices.Contains(a.scopes, scope) && !slices.Contains(a.scopes, group) {
			return refuse("invalid_scope", "The requested scope is invalid, unknown, or malformed.")
		}
	}
	if c.challenge != "" && q.values.Get("code_challenge_method") != "S256" {
		return refuse("invalid_code_challenge_method", "The code challenge method must be S256.")
	}
	return c, nil
}

func (n *Network) authorizePage(w http.ResponseWriter, r *http.Request) {
	q := &request{Request: r, values: r.URL.Query(), now: n.stage.Clock.Now()}
	n.mu.Lock()
	c, p := n.wish(q)
	n.mu.Unlock()
	if p != nil {
		refuse(w, p)
		return
	}
	hidden := map[string]string{}
	for name := range q.values {
		hidden[name] = q.values.Get(name)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	accounts := n.ours()
	sort.Slice(accounts, func(i, j int) bool { return accounts[i].Name < accounts[j].Name })
	if err := consent().Execute(w, map[string]any{"App": c.app.name, "Scopes": c.scopes, "Hidden": hidden, "Accounts": accounts}); err != nil {
		panic(http.ErrAbortHandler)
	}
}

func (n *Network) authorize(w http.ResponseWriter, r *http.Request) {
	q := &request{Request: r, now: n.stage.Clock.Now()}
	if p := q.read(1 << 20); p != nil {
		refuse(w, p)
		return
	}
	for name, values := range q.values { // the form repeats what the address says
		q.values[name] = values[:1]
	}
	n.mu.Lock()
	c, p := n.wish(q)
	back := url.Values{}
	if state := q.values.Get("state"); state != "" {
		back.Set("state", state)
	}
	if p == nil {
		c.account = n.byID(q.values.Get("account"))
		if c.account == nil || !c.account.ours {
			back.Set("error", "access_denied")
			back.Set("error_description", "The resource owner or authorization server denied the request.")
		} else {
			text := n.secretText("code")
			n.codes[text] = c
			back.Set("code", text)
		}
	}
	n.mu.Unlock()
	switch {
	case p != nil:
		refuse(w, p)
	case strings.HasPrefix(c.redirect, "urn:"):
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write([]byte(`<!doctype html><title>Code</title><code>` + template.HTMLEscapeString(back.Get("code")) + `</code>`))
	default:
		to, _ := url.Parse(c.redirect) // it was registered, and parsed then
		query := to.Query()
		for name := range back {
			query.Set(name, back.Get(name))
		}
		to.RawQuery = query.Encode()
		http.Redirect(w, r, to.String(), http.StatusFound)
	}
}

func (n *Network) client(q *request) *app {
	id, secret := q.values.Get("client_id"), q.values.Get("client_secret")
	if user, password, ok := q.BasicAuth(); ok {
		id, secret = user, password
	}
	if a := n.apps[id]; a != nil && a.secret == secret {
		return a
	}
	return nil
}

func (n *Network) grantToken(q *request) (any, *problem) {
	a := n.client(q)
	if a == nil {
		return nil, &problem{http.StatusUnauthorized, "invalid_client", "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method."}
	}
	bad := &problem{http.StatusBadRequest, "invalid_grant", "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client."}
	t := &token{value: n.secretText("token"), app: a, made: q.now}
	switch q.values.Get("grant_type") {
	case "authorization_code":
		text := q.values.Get("code")
		c := n.codes[text]
		delete(n.codes, text)
		if c == nil || c.app != a || c.redirect != q.values.Get("redirect_uri") || q.now.Sub(c.made) > 10*time.Minute {
			return nil, bad
		}
		if sum := sha256.Sum256([]byte(q.values.Get("code_verifier"))); c.challenge != "" && base64.RawURLEncoding.EncodeToString(sum[:]) != c.challenge {
			return nil, bad
		}
		t.account, t.scopes = c.account, c.scopes
	case "client_credentials":
		if t.scopes = strings.Fields(q.values.Get("scope")); len(t.scopes) == 0 {
			t.scopes = []string{"read"}
		}
	default:
		return nil, &problem{http.StatusBadRequest, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server."}
	}
	n.tokens[t.value] = t
	return object{"access_token": t.value, "token_type": "Bearer", "scope": strings.Join(t.scopes, " "), "created_at": t.made.Unix()}, nil
}

func (n *Network) revokeToken(q *request) (any, *problem) {
	a, t := n.client(q), n.tokens[q.values.Get("token")]
	if a == nil || t != nil && t.app != a {
		return nil, &problem{http.StatusForbidden, "unauthorized_client", "You are not authorized to revoke this token"}
	}
	if t != nil {
		t.revoked = true
	}
	return object{}, nil
}

func (n *Network) oauthServer(q *request) (any, *problem) {
	return object{"issuer": q.host + "/", "authorization_endpoint": q.host + "/oauth/authorize", "token_endpoint": q.host + "/oauth/token",
		"app_registration_endpoint": q.host + "/api/v1/apps", "revocation_endpoint": q.host + "/oauth/revoke", "userinfo_endpoint": q.host + "/oauth/userinfo",
		"scopes_supported":         []string{"profile", "read", "write", "follow", "push"},
		"response_types_supported": []string{"code"}, "response_modes_supported": []string{"query", "fragment", "form_post"},
		"grant_types_supported":                 []string{"authorization_code", "client_credentials"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
		"code_challenge_methods_supported":      []string{"S256"}, "service_documentation": "https://docs.joinmastodon.org/"}, nil
}
