package facebook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// token is an access token: of a user, of a Page, or of the app itself.
type token struct {
	value   string
	kind    string   // USER, PAGE or APP
	page    string   // of a Page's token
	pages   []string // of a user's: the Pages that were chosen
	scopes  []string
	issued  time.Time
	expires time.Time // zero: never
	revoked bool
}

// allScopes are the permissions a Page tool asks for.
func allScopes() []string {
	return []string{"pages_show_list", "pages_read_engagement", "pages_read_user_content", "pages_manage_posts",
		"pages_manage_engagement", "pages_manage_metadata", "pages_messaging", "read_insights"}
}

func (n *Network) issue(t *token) *token {
	t.value, t.issued = n.opaque("EAAG", 80), n.stage.Clock.Now()
	n.tokens[t.value] = t
	return t
}

// IssuePageToken makes another token for a Page, with some permissions and an end: for tests of what is missing or over. A zero life
// has no end.
func (n *Network) IssuePageToken(pageID string, life time.Duration, scopes ...string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	t := &token{kind: "PAGE", page: pageID, scopes: scopes}
	if life != 0 {
		t.expires = n.stage.Clock.Now().Add(life)
	}
	return n.issue(t).value
}

// Revoke ends a token, as when a person removes the app.
func (n *Network) Revoke(value string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if t, ok := n.tokens[value]; ok {
		t.revoked = true
	}
}

// bearer finds the token in a request: query, form or header.
func bearer(r *http.Request, p *params) string {
	if v := p.get("access_token"); v != "" {
		return v
	}
	kind, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(kind, "bearer") || strings.EqualFold(kind, "oauth") {
		return strings.TrimSpace(value)
	}
	return ""
}

// admit checks the token of a call; the network's mutex is held.
func (n *Network) admit(call *sandbox.Call, r *http.Request, p *params) (*token, *fault) {
	value := bearer(r, p)
	if value == "" {
		return nil, no(http.StatusBadRequest, 2500, 0, "An active access token must be used to query information about the current user.")
	}
	if n.options.RequireProof || p.has("appsecret_proof") {
		want := hmac.New(sha256.New, []byte(n.options.AppSecret))
		want.Write([]byte(value))
		if !hmac.Equal([]byte(hex.EncodeToString(want.Sum(nil))), []byte(p.get("appsecret_proof"))) {
			return nil, invalid("Invalid appsecret_proof provided in the API argument")
		}
	}
	if value == n.options.AppID+"|"+n.options.AppSecret {
		return &token{value: value, kind: "APP"}, nil
	}
	t, ok := n.tokens[value]
	if !ok {
		return nil, no(http.StatusBadRequest, 190, 0, "Invalid OAuth access token - Cannot parse access token")
	}
	now := call.Now()
	if _, strikes := call.Has(sandbox.TokenRevoked); strikes || t.revoked {
		return nil, no(http.StatusBadRequest, 190, 467, "Error validating access token: The session is invalid because the user logged out.")
	}
	if _, strikes := call.Has(sandbox.TokenExpired); strikes || !t.expires.IsZero() && !now.Before(t.expires) {
		at := now
		if !strikes {
			at = t.expires
		}
		return nil, no(http.StatusBadRequest, 190, 463, "Error validating access token: Session has expired on %s. The current time is %s.",
			at.Format("Monday, 02-Jan-06 15:04:05 MST"), now.Format("Monday, 02-Jan-06 15:04:05 MST"))
	}
	return t.reduced(call), nil
}

// reduced is the token without the permissions that the weather takes away.
func (t *token) reduced(call *sandbox.Call) *token {
	m, strikes := call.Has(sandbox.TokenReduced)
	if !strikes {
		return t
	}
	reduced := *t
	gone := m.Scopes
	if len(gone) == 0 {
		gone = []string{"pages_manage_posts", "pages_manage_engagement", "pages_messaging"}
	}
	reduced.scopes = slices.DeleteFunc(slices.Clone(t.scopes), func(s string) bool { return slices.Contains(gone, s) })
	return &reduced
}

// may checks that a token speaks for a Page and has the permissions an operation needs.
func (t *token) may(p *page, scopes ...string) *fault {
	if t.kind == "APP" {
		return no(http.StatusForbidden, 200, 0, "(#200) Provide valid app ID")
	}
	if t.kind == "USER" {
		return no(http.StatusForbidden, 200, 0, "(#200) This endpoint requires a Page access token: %s", strings.Join(scopes, ", "))
	}
	if t.page != p.id {
		return no(http.StatusForbidden, 10, 0, "(#10) The token belongs to another Page")
	}
	for _, s := range scopes {
		if slices.Contains(t.scopes, s) {
			continue
		}
		if strings.HasPrefix(s, "pages_manage") {
			return no(http.StatusForbidden, 200, 0, "(#200) The permission(s) %s are not available. It could because either they are deprecated or need to be approved by App Review.", s)
		}
		return no(http.StatusForbidden, 10, 0, "(#10) This endpoint requires the '%s' permission or the 'Page Public Content Access' feature.", s)
	}
	return nil
}
