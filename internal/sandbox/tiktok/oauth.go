package tiktok

import (
	"html/template"
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
	business          bool
	until, renewUntil time.Time
}

type grant struct {
	owner    *account
	redirect string
	scopes   []string
	made     time.Time
	business bool
}

func everything() []string {
	return []string{"user.info.basic", "user.info.profile", "user.info.stats", "video.list", "video.publish", "video.upload"}
}

func everythingBusiness() []string {
	return []string{"user.info.basic", "user.insights", "video.list", "video.insights", "comment.list", "comment.list.manage", mayHear}
}

// issue makes a pair of tokens; the lock is held.
func (n *Network) issue(a *account, scopes []string, business bool) *token {
	now := n.now()
	t := &token{access: "act.example" + n.next() + "!4692.e1", refresh: "rft.example" + n.next() + "!4711.e1", owner: a, scopes: scopes, business: business,
		until: now.Add(n.options.AccessLasts), renewUntil: now.Add(n.options.RefreshLasts)}
	n.tokens[t.access], n.renewals[t.refresh] = t, t
	return t
}

// Consent is what somebody would get after agreeing: tokens of some scopes alone.
func (n *Network) Consent(id string, scopes ...string) (access string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.issue(n.accounts[id], scopes, false).access
}

var consent = template.Must(template.New("").Parse(`<!doctype html><meta charset="utf-8"><title>Log in | TikTok (pretended)</title>
<h1>An app would like to use your account</h1><p>It asks for: {{.Scope}}</p><ul>{{range .Accounts}}
<li>{{.Name}} (@{{.Username}}): <a href="{{.Allow}}">Allow</a></li>{{end}}</ul><p><a href="{{.Deny}}">Cancel</a></p>`))

// mayReturn is whether people may be sent back to an address: one that was registered, letter by letter.
func (n *Network) mayReturn(u *url.URL) bool {
	if len(n.options.Redirects) > 0 {
		return slices.Contains(n.options.Redirects, u.String())
	}
	return slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname()) && (u.Scheme == "http" || u.Scheme == "https")
}

// authorize is the page of consent. A browser sees a page with something to click; whoever does not ask for a page is the first
// account, and agrees.
func (n *Network) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	scopes := strings.Split(q.Get("scope"), ",")
	business, all, mayReturn := q.Get("client_key") == n.options.BusinessKey, everything(), n.mayReturn
	if business {
		all, mayReturn = everythingBusiness(), n.mayReturnBusiness
	}
	switch {
	case !business && q.Get("client_key") != n.options.ClientKey:
		http.Error(w, "unauthorized_client: client_key", http.StatusBadRequest)
		return
	case err != nil || back.Host == "" || back.RawQuery != "" || back.Fragment != "" || len(back.String()) > 512 || !mayReturn(back):
		http.Error(w, "invalid_request: redirect_uri", http.StatusBadRequest)
		return
	}
	away := func(values url.Values) {
		values.Set("state", q.Get("state"))
		back.RawQuery = values.Encode()
		http.Redirect(w, r, back.String(), http.StatusFound) //nolint:gosec // mayReturn has looked at where it goes
	}
	refused := func(why string) { away(url.Values{"error": {why}, "error_description": {"It was refused."}}) }
	switch {
	case q.Get("response_type") != "code":
		refused("unsupported_response_type")
		return
	case slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(all, s) }), business && len(scopes) != len(all):
		refused("invalid_scope")
		return
	case q.Get("deny") != "":
		refused("access_denied")
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.order) == 0 {
		refused("access_denied")
		return
	}
	if strings.Contains(r.Header.Get("Accept"), "text/html") && q.Get("as") == "" {
		n.ask(w, r, q)
		return
	}
	who := n.order[0]
	if a := n.accounts[q.Get("as")]; a != nil {
		who = a
	}
	// People may agree to some of it alone.
	if some := q.Get("only"); some != "" {
		scopes = strings.Split(some, ",")
	}
	away(n.codeFor(q, who, scopes, business))
}

// ask draws the page; the lock is held.
func (n *Network) ask(w http.ResponseWriter, r *http.Request, q url.Values) {
	with := func(name, value string) string {
		more := url.Values{}
		for k, all := range q {
			more[k] = all
		}
		more.Set(name, value)
		return r.URL.Path + "?" + more.Encode()
	}
	type row struct{ Name, Username, Allow string }
	page := struct {
		Scope, Deny string
		Accounts    []row
	}{Scope: q.Get("scope"), Deny: with("deny", "1")}
	for _, a := range n.order {
		page.Accounts = append(page.Accounts, row{a.name, a.username, with("as", a.id)})
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = consent.Execute(w, page) // the other side may be gone
}

// token gives keys for a code, or for the key that renews. Errors come with status 200, as they sometimes do.
func (n *Network) token(w http.ResponseWriter, r *http.Request) {
	no := func(code, text string) {
		give(w, http.StatusOK, map[string]any{"error": code, "error_description": text, "log_id": log})
	}
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "application/x-www-form-urlencoded" || r.ParseForm() != nil {
		no("invalid_request", "The request parameters are malformed.")
		return
	}
	f := r.PostForm
	if f.Get("client_key") != n.options.ClientKey || f.Get("client_secret") != n.options.ClientSecret {
		no("invalid_client", "Client key or secret is incorrect.")
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.now()
	var t *token
	switch f.Get("grant_type") {
	case "authorization_code":
		g, known := n.codes[f.Get("code")]
		delete(n.codes, f.Get("code"))
		switch {
		case !known || g.business || now.Sub(g.made) > 10*time.Minute:
			no("invalid_grant", "Authorization code is expired.")
			return
		case g.redirect != f.Get("redirect_uri"):
			no("invalid_request", "Redirect_uri is not matched with the uri when requesting code.")
			return
		}
		t = n.issue(g.owner, g.scopes, false)
	case "refresh_token":
		old, known := n.renewals[f.Get("refresh_token")]
		if !known || old.business || now.After(old.renewUntil) {
			no("invalid_grant", "Refresh token is invalid or expired.")
			return
		}
		delete(n.renewals, old.refresh)
		delete(n.tokens, old.access)
		t = n.issue(old.owner, old.scopes, false)
		t.renewUntil = old.renewUntil // a year from the first time on, however often it is renewed
	default:
		no("unsupported_grant_type", "The authorization grant type is not supported by the authorization server.")
		return
	}
	give(w, http.StatusOK, map[string]any{"open_id": t.owner.id, "scope": strings.Join(t.scopes, ","), "access_token": t.access, "token_type": "Bearer",
		"expires_in": int(t.until.Sub(now).Seconds()), "refresh_token": t.refresh, "refresh_expires_in": int(t.renewUntil.Sub(now).Seconds())})
}

func (n *Network) revoke(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if r.ParseForm() != nil || r.PostForm.Get("client_key") != n.options.ClientKey || r.PostForm.Get("client_secret") != n.options.ClientSecret {
		give(w, http.StatusOK, map[string]any{"error": "invalid_client", "error_description": "Client key or secret is incorrect.", "log_id": log})
		return
	}
	if t := n.tokens[r.PostForm.Get("token")]; t != nil {
		n.withdraw(t, 5)
	}
	give(w, http.StatusOK, map[string]any{})
}

// withdraw ends the tokens of an account; the lock is held.
func (n *Network) withdraw(t *token, reason int) {
	delete(n.tokens, t.access)
	delete(n.renewals, t.refresh)
	n.courier.take(t.owner, "authorization.removed", map[string]any{"reason": reason})
}

// Disconnect is what people do in TikTok's settings: all tokens of an account end.
func (n *Network) Disconnect(id string) {
	n.mu.Lock()
	for _, t := range n.tokens {
		if t.owner == n.accounts[id] && !t.business {
			n.withdraw(t, 1)
		}
	}
	n.mu.Unlock()
	n.courier.wake()
}

// renewBusiness renews a token of TikTok API for Business; the key that renews is a new one each time.
func (n *Network) renewBusiness(w http.ResponseWriter, r *http.Request) {
	var d struct {
		ID      string `json:"client_id"`
		Secret  string `json:"client_secret"`
		Kind    string `json:"grant_type"`
		Refresh string `json:"refresh_token"`
	}
	if !read(r, &d) || d.Kind != "refresh_token" {
		answer(w, 40002, "grant_type: Invalid value", nil)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.now()
	old := n.renewals[d.Refresh]
	switch {
	case d.ID != n.options.BusinessID || d.Secret != n.options.BusinessSecret:
		answer(w, 40101, "client_id or client_secret is incorrect.", nil)
	case old == nil || !old.business || now.After(old.renewUntil):
		answer(w, 40103, "The refresh token has expired.", nil)
	default:
		delete(n.renewals, old.refresh)
		delete(n.tokens, old.access)
		t := n.issue(old.owner, old.scopes, true)
		t.renewUntil = old.renewUntil // a year from the consent on
		answer(w, 0, "OK", n.pairOf(t))
	}
}

// revokeBusiness ends a token of TikTok API for Business, and what renews it.
func (n *Network) revokeBusiness(w http.ResponseWriter, r *http.Request) {
	var d struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
		Access string `json:"access_token"`
	}
	if !read(r, &d) || d.Access == "" {
		answer(w, 40002, "access_token: Missing data for required field.", nil)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	t := n.tokens[d.Access]
	switch {
	case d.ID != n.options.BusinessID || d.Secret != n.options.BusinessSecret:
		answer(w, 40101, "client_id or client_secret is incorrect.", nil)
	case t == nil || !t.business:
		answer(w, 40105, "Access token is incorrect or has been revoked.", nil)
	default:
		delete(n.tokens, t.access)
		delete(n.renewals, t.refresh)
		answer(w, 0, "OK", map[string]any{})
	}
}

// holder finds the token of a request, as the weather leaves it; the lock is held.
func (n *Network) holder(r *http.Request, value string, business bool) *token {
	call := sandbox.From(r.Context())
	_, expired := call.Has(sandbox.TokenExpired)
	_, revoked := call.Has(sandbox.TokenRevoked)
	t := n.tokens[value]
	if t == nil || expired || revoked || t.business != business || n.now().After(t.until) {
		return nil
	}
	return t
}

// may says whether a token has a right, as the weather leaves it.
func may(r *http.Request, t *token, scope string) bool {
	_, reduced := sandbox.From(r.Context()).Has(sandbox.TokenReduced)
	if reduced && slices.Contains([]string{"video.publish", "video.upload", "comment.list.manage"}, scope) {
		return false
	}
	return slices.Contains(t.scopes, scope)
}

// often counts a call against a limit of a minute that slides; the lock is held.
func (n *Network) often(a *account, what string, most int) bool {
	now := n.now()
	kept := slices.DeleteFunc(a.calls[what], func(at time.Time) bool { return !at.After(now.Add(-time.Minute)) })
	if len(kept) >= most {
		a.calls[what] = kept
		return true
	}
	a.calls[what] = append(kept, now)
	return false
}

// who finds the account of a request below /v2/, with one of the scopes it needs. The lock is held.
func (n *Network) who(w http.ResponseWriter, r *http.Request, perMinute int, scopes ...string) (*account, *token) {
	value, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	t := n.holder(r, value, false)
	if t == nil {
		fail(w, http.StatusUnauthorized, "access_token_invalid", "The access token is invalid or not found in the request.")
		return nil, nil
	}
	if !slices.ContainsFunc(scopes, func(s string) bool { return may(r, t, s) }) {
		fail(w, http.StatusUnauthorized, "scope_not_authorized", "The user did not authorize the scope required for completing this request.")
		return nil, nil
	}
	if !n.options.Plenty && n.often(t.owner, r.URL.Path, perMinute) {
		fail(w, http.StatusTooManyRequests, "rate_limit_exceeded", "The API rate limit was exceeded.")
		return nil, nil
	}
	return t.owner, t
}

// whoBusiness is who for TikTok API for Business: the account is also named in the call.
func (n *Network) whoBusiness(w http.ResponseWriter, r *http.Request, id, scope string) *account {
	t := n.holder(r, r.Header.Get("Access-Token"), true)
	switch {
	case r.Header.Get("Authorization") != "":
		answer(w, 40104, "Access-Token: Missing", nil)
	case t == nil:
		answer(w, 40105, "Access token is incorrect or has been revoked.", nil)
	case id == "" || n.accounts[id] != t.owner || id != t.owner.business:
		answer(w, 40001, "No permission to operate this account.", nil)
	case !may(r, t, scope):
		answer(w, 40001, "The account has not granted the permission "+scope+".", nil)
	case n.often(t.owner, r.URL.Path, n.options.PerMinute):
		answer(w, 40100, "You made requests too frequently. Please slow down.", nil)
	default:
		return t.owner
	}
	return nil
}
