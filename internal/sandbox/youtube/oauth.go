package youtube

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// code is what the sign-in page gives back: good once, for ten minutes, for the same redirect address.
type code struct {
	redirect  string
	scopes    []string
	channel   string
	challenge string
	offline   bool
	until     time.Time
	used      bool
}

// consent is Google's page: GET shows the channels and permissions, POST is the person's answer.
func (n *Network) consent(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	back, err := url.Parse(r.FormValue("redirect_uri"))
	wrong := ""
	switch {
	case r.FormValue("client_id") != n.options.ClientID:
		wrong = "Error 401: invalid_client"
	case err != nil || !n.mayReturn(back):
		wrong = "Error 400: redirect_uri_mismatch"
	case r.FormValue("response_type") != "code":
		wrong = "Error 400: unsupported_response_type"
	case r.FormValue("code_challenge") != "" && r.FormValue("code_challenge_method") != "S256":
		wrong = "Error 400: invalid_request (code_challenge_method)"
	}
	asked := strings.Fields(r.FormValue("scope"))
	for _, s := range asked {
		if short, ok := strings.CutPrefix(s, scopePrefix); !ok || !slices.Contains([]string{scopeAll, scopeSSL, scopeRead, scopeUpload, scopeAnalysis}, short) {
			wrong = "Error 400: invalid_scope"
		}
	}
	if wrong != "" || len(asked) == 0 {
		http.Error(w, wrong, http.StatusBadRequest)
		return
	}
	if r.Method == http.MethodGet {
		n.mu.Lock()
		defer n.mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = signIn().Execute(w, map[string]any{"Channels": n.names(), "Scopes": asked, "Query": r.URL.Query()})
		return
	}
	q := back.Query()
	if s := r.FormValue("state"); s != "" {
		q.Set("state", s)
	}
	granted := r.Form["granted"]
	if r.FormValue("answer") != "allow" {
		q.Set("error", "access_denied")
	} else {
		q.Set("code", n.permit(r, asked, granted))
		if len(granted) > 0 {
			asked = granted
		}
		q.Set("scope", strings.Join(asked, " "))
	}
	back.RawQuery = q.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound) //nolint:gosec // mayReturn has looked at where it goes
}

func (n *Network) permit(r *http.Request, asked, granted []string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := &code{redirect: r.FormValue("redirect_uri"), challenge: r.FormValue("code_challenge"), channel: r.FormValue("channel"),
		until: n.stage.Clock.Now().Add(10 * time.Minute)}
	if n.channels[c.channel] == nil && len(n.order) > 0 {
		c.channel = n.order[0].id
	}
	for _, s := range asked { // boxes that are not ticked are simply not given
		if len(granted) == 0 || slices.Contains(granted, s) {
			c.scopes = append(c.scopes, strings.TrimPrefix(s, scopePrefix))
		}
	}
	// A refresh token is given once, unless consent is asked for again.
	c.offline = r.FormValue("access_type") == "offline" && (!n.consented[c.channel] || strings.Contains(r.FormValue("prompt"), "consent"))
	value := "4/0A" + n.opaque(60)
	n.codes[value] = c
	return value
}

func (n *Network) names() []Channel {
	var all []Channel
	for _, c := range n.order {
		all = append(all, Channel{ID: c.id, Title: c.title})
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
<title>Rehearsal sign-in</title><style>body{font:16px system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem;color:#1f1f1f}
h1{font-size:1.3rem}fieldset{border:1px solid #c9c9c9;border-radius:8px;margin:1rem 0}label{display:block;padding:.3rem 0}
button{font:inherit;padding:.5rem 1.2rem;border-radius:8px;border:1px solid #c9c9c9;background:#fff}
button[value=allow]{background:#a8131b;color:#fff;border-color:#a8131b}</style>
<h1>Rehearsal: pretended Google</h1><p>An app asks for access to a YouTube channel.</p><form method="post" action="">
{{range $k, $vs := .Query}}{{range $vs}}<input type="hidden" name="{{$k}}" value="{{.}}">{{end}}{{end}}
<fieldset><legend>Channel</legend>{{range $i, $c := .Channels}}<label><input type="radio" name="channel" value="{{$c.ID}}"{{if eq $i 0}} checked{{end}}> {{$c.Title}}</label>{{end}}</fieldset>
<fieldset><legend>Permissions</legend>{{range .Scopes}}<label><input type="checkbox" name="granted" value="{{.}}" checked> {{.}}</label>{{end}}</fieldset>
<button name="answer" value="allow">Continue</button> <button name="answer" value="deny">Cancel</button></form></html>`))
}

// exchange is the token endpoint: a code or a refresh token for an access token.
func (n *Network) exchange(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	n.mu.Lock()
	status, v := n.grant(r)
	n.mu.Unlock()
	n.write(w, status, v)
}

func denied(status int, what, why string) (int, any) {
	return status, map[string]string{"error": what, "error_description": why}
}

func (n *Network) grant(r *http.Request) (int, any) {
	if r.URL.RawQuery != "" { // a secret in an address ends up in logs
		return denied(http.StatusBadRequest, "invalid_request", "Parameters belong into the body.")
	}
	switch {
	case r.PostFormValue("client_id") != n.options.ClientID:
		return denied(http.StatusUnauthorized, "invalid_client", "The OAuth client was not found.")
	case r.PostFormValue("client_secret") != n.options.ClientSecret:
		return denied(http.StatusUnauthorized, "invalid_client", "Unauthorized")
	}
	now, call := n.stage.Clock.Now(), sandbox.From(r.Context())
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		c := n.codes[r.PostFormValue("code")]
		switch {
		case c == nil || c.used || now.After(c.until):
			return denied(http.StatusBadRequest, "invalid_grant", "Bad Request")
		case r.PostFormValue("redirect_uri") != c.redirect:
			return denied(http.StatusBadRequest, "redirect_uri_mismatch", "Bad Request")
		case c.challenge != "" && challenge(r.PostFormValue("code_verifier")) != c.challenge:
			return denied(http.StatusBadRequest, "invalid_grant", "Invalid code verifier.")
		}
		c.used = true
		said := map[string]any{"token_type": "Bearer", "expires_in": int(accessLife.Seconds()), "scope": full(c.scopes)}
		access := &token{kind: accessing, channel: c.channel, scopes: c.scopes, expires: now.Add(accessLife)}
		if c.offline {
			n.consented[c.channel] = true
			access.from = n.issue(&token{kind: refreshing, channel: c.channel, scopes: c.scopes})
			said["refresh_token"] = access.from.value
			if n.options.Testing {
				said["refresh_token_expires_in"] = int(trialLife.Seconds())
			}
		}
		said["access_token"] = n.issue(access).value
		return http.StatusOK, said
	case "refresh_token":
		t := n.tokens[r.PostFormValue("refresh_token")]
		bad := t == nil || t.kind != refreshing || !t.good(now)
		for _, m := range []sandbox.Kind{sandbox.TokenRevoked, sandbox.TokenExpired} {
			if _, strikes := call.Has(m); strikes {
				bad = true
			}
		}
		if bad {
			return denied(http.StatusBadRequest, "invalid_grant", "Token has been expired or revoked.")
		}
		access := n.issue(&token{kind: accessing, channel: t.channel, scopes: t.scopes, from: t, expires: now.Add(accessLife)})
		said := map[string]any{"access_token": access.value, "token_type": "Bearer", "expires_in": int(accessLife.Seconds()), "scope": full(t.scopes)}
		if n.options.Testing {
			said["refresh_token_expires_in"] = int(t.expires.Sub(now).Seconds())
		}
		return http.StatusOK, said
	}
	return denied(http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type: "+r.PostFormValue("grant_type"))
}

func full(scopes []string) string {
	all := make([]string, len(scopes))
	for i, s := range scopes {
		all[i] = scopePrefix + s
	}
	return strings.Join(all, " ")
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (n *Network) revoke(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if !n.Revoke(r.FormValue("token")) { // in the body or in the address: Google's own client does the latter
		n.write(w, http.StatusBadRequest, map[string]string{"error": "invalid_token", "error_description": "Token expired or revoked"})
		return
	}
	n.write(w, http.StatusOK, map[string]any{})
}
