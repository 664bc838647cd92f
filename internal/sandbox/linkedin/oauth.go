package linkedin

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// code is what the sign-in page gives back: good once, for half an hour, for the same redirect address.
type code struct {
	redirect string
	member   *member
	scopes   []string
	until    time.Time
	used     bool
}

func words(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' })
}

// authorization is the page of consent: GET shows what is asked for, POST is the member's answer. With approve=1 the first member of
// ours agrees at once.
func (n *Network) authorization(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	back, err := url.Parse(r.FormValue("redirect_uri"))
	if err != nil || !loopback(back) || r.FormValue("client_id") != n.options.ClientID || r.FormValue("response_type") != "code" {
		http.Error(w, "Bummer, something went wrong. The redirect_uri does not match the registered value", http.StatusBadRequest)
		return
	}
	q := back.Query()
	q.Set("state", r.FormValue("state"))
	asked := words(r.FormValue("scope"))
	refused := slices.ContainsFunc(asked, func(s string) bool {
		return !slices.Contains(allScopes(), s) || len(n.options.Scopes) > 0 && !slices.Contains(n.options.Scopes, s)
	})
	n.mu.Lock()
	defer n.mu.Unlock()
	us := n.ours()
	switch answer := r.FormValue("answer"); {
	case refused || len(asked) == 0:
		q.Set("error", "unauthorized_scope_error")
		q.Set("error_description", "Scope is not authorized for your application")
	case r.Method == http.MethodGet && r.FormValue("approve") == "":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = consent().Execute(w, map[string]any{"Members": us, "Scopes": asked, "Query": r.URL.Query()}) // a page of ours
		return
	case len(us) == 0 || answer != "allow" && r.Method != http.MethodGet:
		q.Set("error", "user_cancelled_authorize")
		q.Set("error_description", "The user cancelled the authorization")
	default:
		m := n.members[r.FormValue("member")]
		if m == nil {
			m = us[0]
		}
		value := n.opaque("AQ", 80)
		n.codes[value] = &code{redirect: r.FormValue("redirect_uri"), member: m, scopes: asked, until: n.now().Add(30 * time.Minute)}
		q.Set("code", value)
	}
	back.RawQuery = q.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound) //nolint:gosec // loopback has looked at where it goes
}

// ours are the members that can sign in.
func (n *Network) ours() []*member {
	var all []*member
	for _, urn := range n.order {
		if m, ok := n.members[strings.TrimPrefix(urn, personPrefix)]; ok && m.ours {
			all = append(all, m)
		}
	}
	return all
}

func loopback(u *url.URL) bool {
	switch u.Hostname() {
	case "localhost", "127.0.0.1", "::1":
		return u.Scheme == "http" || u.Scheme == "https"
	}
	return false
}

func consent() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{"id": func(m *member) string { return m.id }, "name": func(m *member) string { return m.name }}).
		Parse(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Rehearsal sign-in</title><style>body{font:16px system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem;color:#1c1e21}
h1{font-size:1.3rem}label{display:block;padding:.3rem 0}button{font:inherit;padding:.5rem 1.2rem}</style>
<h1>Rehearsal: pretended LinkedIn</h1><p>An app asks to act for you.</p><form method="post" action="">
{{range $k, $vs := .Query}}{{range $vs}}<input type="hidden" name="{{$k}}" value="{{.}}">{{end}}{{end}}
<fieldset><legend>Who you are</legend>{{range $i, $m := .Members}}<label><input type="radio" name="member" value="{{id $m}}"{{if eq $i 0}} checked{{end}}> {{name $m}}</label>{{end}}</fieldset>
<ul>{{range .Scopes}}<li>{{.}}</li>{{end}}</ul>
<button name="answer" value="allow">Allow</button> <button name="answer" value="deny">Cancel</button></form></html>`))
}

// oauth answers /oauth/v2/accessToken and /oauth/v2/introspectToken. Its refusals have the form of OAuth.
func (n *Network) oauth(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	refuse := func(status int, name, text string) {
		n.write(w, status, map[string]string{"error": name, "error_description": text})
	}
	if r.Method != http.MethodPost || r.URL.RawQuery != "" {
		// Secrets in an address are taken by LinkedIn, and should be by nobody.
		refuse(http.StatusBadRequest, "invalid_request", "A required parameter \"grant_type\" is missing")
		return
	}
	if err := r.ParseForm(); err != nil {
		refuse(http.StatusBadRequest, "invalid_request", "the form cannot be read")
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if r.PostForm.Get("client_id") != n.options.ClientID || r.PostForm.Get("client_secret") != n.options.ClientSecret {
		refuse(http.StatusUnauthorized, "invalid_client", "Client authentication failed")
		return
	}
	if strings.HasSuffix(r.URL.Path, "introspectToken") {
		n.write(w, http.StatusOK, n.introspect(r.PostForm.Get("token")))
		return
	}
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		c, ok := n.codes[r.PostForm.Get("code")]
		switch {
		case !ok || c.used:
			refuse(http.StatusUnauthorized, "invalid_request", "Unable to retrieve access token: authorization code not found")
			return
		case n.now().After(c.until) || c.redirect != r.PostForm.Get("redirect_uri"):
			refuse(http.StatusBadRequest, "invalid_redirect_uri", "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code. Or authorization code expired. Or external member binding exists")
			return
		}
		c.used = true
		n.overrule(c.member, c.scopes)
		n.give(w, c.member, c.scopes, nil)
	case "refresh_token":
		old, ok := n.renewals[r.PostForm.Get("refresh_token")]
		if !ok || old.over || !n.now().Before(old.expires) {
			refuse(http.StatusBadRequest, "invalid_request", "The provided authorization grant or refresh token is invalid, expired or revoked")
			return
		}
		n.give(w, old.member, old.scopes, old)
	default:
		refuse(http.StatusBadRequest, "unsupported_grant_type", "The grant type is not supported")
	}
}

// overrule ends the tokens of a member that were given for other permissions, as LinkedIn does.
func (n *Network) overrule(m *member, scopes []string) {
	now := slices.Sorted(slices.Values(scopes))
	for _, t := range n.tokens {
		if t.member == m && !slices.Equal(slices.Sorted(slices.Values(t.scopes)), now) {
			t.revoked = true
		}
	}
}

// give answers with a token, and for partners with one to refresh it.
func (n *Network) give(w http.ResponseWriter, m *member, scopes []string, old *renewal) {
	t := n.issue(m, scopes, life)
	body := map[string]any{"access_token": t.value, "expires_in": int(life.Seconds()), "scope": strings.Join(scopes, ","), "token_type": "Bearer"}
	if n.options.Partner {
		r := old
		if r == nil || n.options.Rotate {
			r = &renewal{value: n.opaque("AQX", 90), member: m, scopes: scopes, expires: n.now().Add(renewalLife)}
			if old != nil {
				old.over, r.expires = true, old.expires
			}
			n.renewals[r.value] = r
		}
		body["refresh_token"], body["refresh_token_expires_in"] = r.value, int(r.expires.Sub(n.now()).Seconds())
	}
	n.write(w, http.StatusOK, body)
}

func (n *Network) introspect(value string) any {
	t, ok := n.tokens[value]
	if !ok {
		return map[string]any{"active": false}
	}
	status := "active"
	switch {
	case t.revoked:
		status = "revoked"
	case !n.now().Before(t.expires):
		status = "expired"
	}
	return map[string]any{"active": status == "active", "client_id": n.options.ClientID, "authorized_at": t.issued.Unix(), "created_at": t.issued.Unix(),
		"status": status, "expires_at": t.expires.Unix(), "scope": strings.Join(t.scopes, ","), "auth_type": "3L"}
}
