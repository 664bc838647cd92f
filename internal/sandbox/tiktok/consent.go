package tiktok

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The second consent: TikTok API for Business has an app, rights and tokens of its own (business-api.tiktok.com portal docs
// 1738083939371009, 1832209711206401, 1738084387220481, quoted by others).

// businessKey is what the portal calls our app in its address of consent, where nobody says otherwise.
const businessKey = "awbusinesskey"

// PortalURL is the “TikTok account holder authorization URL” that the portal shows on the page of our app: with the address to come
// back to that was registered first.
func PortalURL(redirect string) string {
	return "https://www.tiktok.com/v2/auth/authorize?" + url.Values{"client_key": {businessKey}, "scope": {strings.Join(everythingBusiness(), ",")},
		"response_type": {"code"}, "redirect_uri": {redirect}}.Encode()
}

// mayReturnBusiness is mayReturn for the other app: absolute, with a slash at the end and nothing after it, 10 to 512 letters; https and
// no port but on this machine.
func (n *Network) mayReturnBusiness(u *url.URL) bool {
	s := u.String()
	if !strings.HasSuffix(u.Path, "/") || u.RawQuery != "" || u.Fragment != "" || u.User != nil || len(s) < 10 || len(s) > 512 {
		return false
	}
	if len(n.options.BusinessRedirects) > 0 {
		return u.Scheme == "https" && u.Port() == "" && slices.Contains(n.options.BusinessRedirects, s)
	}
	return slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname())
}

// codeFor makes what is sent back with somebody who agreed; the lock is held. Who agreed to all of it before is sent back at once and
// without a code, unless the page is asked for.
func (n *Network) codeFor(q url.Values, who *account, scopes []string, business bool) url.Values {
	if business && q.Get("disable_auto_auth") != "1" && n.agreed(who, scopes) {
		return url.Values{}
	}
	code := "code" + n.next() + "*3!4964.e1"
	n.codes[code] = grant{who, q.Get("redirect_uri"), scopes, n.now(), business}
	back := url.Values{"code": {code}}
	if !business {
		back.Set("scopes", strings.Join(scopes, ","))
	}
	return back
}

func (n *Network) agreed(who *account, scopes []string) bool {
	for _, t := range n.tokens {
		if t.business && t.owner == who && !slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(t.scopes, s) }) {
			return true
		}
	}
	return false
}

// pairOf is what is answered with a token; the lock is held.
func (n *Network) pairOf(t *token) map[string]any {
	now := n.now()
	return map[string]any{"access_token": t.access, "token_type": "Bearer", "scope": strings.Join(t.scopes, ","), "open_id": t.owner.business,
		"expires_in": int(t.until.Sub(now).Seconds()), "refresh_token": t.refresh, "refresh_token_expires_in": int(t.renewUntil.Sub(now).Seconds())}
}

// tokenBusiness gives keys for a code. A code is spent by whatever comes with it.
func (n *Network) tokenBusiness(w http.ResponseWriter, r *http.Request) {
	var d struct {
		ID       string `json:"client_id"`
		Secret   string `json:"client_secret"`
		Kind     string `json:"grant_type"`
		Code     string `json:"auth_code"`
		Redirect string `json:"redirect_uri"`
	}
	if !read(r, &d) || d.Kind != "authorization_code" || d.Code == "" || d.Redirect == "" {
		answer(w, 40002, "grant_type, auth_code or redirect_uri: Missing data for required field.", nil)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	g, known := n.codes[d.Code]
	delete(n.codes, d.Code)
	switch {
	case d.ID != n.options.BusinessID || d.Secret != n.options.BusinessSecret:
		answer(w, 40101, "client_id or client_secret is incorrect.", nil)
	case !known || !g.business || n.now().Sub(g.made) > 10*time.Minute:
		answer(w, 40131, "Authorization code is expired.", nil)
	case g.redirect != d.Redirect:
		answer(w, 40002, "redirect_uri: does not match the TikTok account holder redirect URL.", nil)
	default:
		answer(w, 0, "OK", n.pairOf(n.issue(g.owner, g.scopes, true)))
	}
}

// tokenInfo says which rights a token has.
func (n *Network) tokenInfo(w http.ResponseWriter, r *http.Request) {
	var d struct {
		ID     string `json:"app_id"`
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
	case d.ID != n.options.BusinessID:
		answer(w, 40101, "app_id is incorrect.", nil)
	case t == nil || !t.business || n.now().After(t.until):
		answer(w, 40105, "Access token is incorrect or has been revoked.", nil)
	default:
		answer(w, 0, "OK", map[string]any{"app_id": d.ID, "scope": strings.Join(t.scopes, ","), "creator_id": t.owner.business})
	}
}

// ConsentBusiness is what somebody would get after agreeing at the other API: a token of some scopes alone, and what renews it.
func (n *Network) ConsentBusiness(id string, scopes ...string) (access, refresh string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	t := n.issue(n.accounts[id], scopes, true)
	return t.access, t.refresh
}

// DisconnectBusiness is what people do in TikTok's settings: the tokens of an account at the other API end, and nobody is told.
func (n *Network) DisconnectBusiness(id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, t := range n.tokens {
		if t.business && t.owner == n.accounts[id] {
			delete(n.tokens, t.access)
			delete(n.renewals, t.refresh)
		}
	}
}
