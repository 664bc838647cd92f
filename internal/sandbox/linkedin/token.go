package linkedin

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// token lets the app act for a member.
type token struct {
	value   string
	member  *member
	scopes  []string
	issued  time.Time
	expires time.Time
	revoked bool
}

// renewal is a token to refresh with: it lasts a year from the first consent, and no refresh prolongs it.
type renewal struct {
	value   string
	member  *member
	scopes  []string
	expires time.Time
	over    bool
}

const (
	life        = 60 * 24 * time.Hour
	renewalLife = 365 * 24 * time.Hour
)

func allScopes() []string {
	return []string{"openid", "profile", "r_basicprofile", "w_member_social", "w_member_social_feed", "r_member_social", "r_member_social_feed",
		"r_member_postAnalytics", "r_member_profileAnalytics", "r_organization_social", "w_organization_social", "r_organization_social_feed",
		"w_organization_social_feed", "rw_organization_admin", "r_organization_followers", "r_1st_connections_size"}
}

// issue makes a token; the caller holds the mutex.
func (n *Network) issue(m *member, scopes []string, lasts time.Duration) *token {
	t := &token{value: n.opaque("AQV", 90), member: m, scopes: scopes, issued: n.now(), expires: n.now().Add(lasts)}
	n.tokens[t.value] = t
	return t
}

// Issue makes a token of a member with the given permissions, as the developer portal's generator does.
func (n *Network) Issue(memberID string, scopes ...string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.issue(n.members[memberID], scopes, life).value
}

// Revoke takes all tokens of a member back, as LinkedIn's settings let members do.
func (n *Network) Revoke(memberID string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, t := range n.tokens {
		if t.member.id == memberID {
			t.revoked = true
		}
	}
	for _, r := range n.renewals {
		if r.member.id == memberID {
			r.over = true
		}
	}
}

// bearer finds the token of a request, as the weather lets it be.
func (n *Network) bearer(r *http.Request, call *sandbox.Call) (*token, *fault) {
	value, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || value == "" {
		return nil, no(http.StatusUnauthorized, "EMPTY_ACCESS_TOKEN", "Empty oauth2 access token").by(65604)
	}
	t, known := n.tokens[value]
	if !known {
		return nil, no(http.StatusUnauthorized, "INVALID_ACCESS_TOKEN", "Invalid access token").by(65600)
	}
	_, expired := call.Has(sandbox.TokenExpired)
	_, revoked := call.Has(sandbox.TokenRevoked)
	switch {
	case t.revoked || revoked:
		return nil, no(http.StatusUnauthorized, "REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked by the user").by(65601)
	case expired || !n.now().Before(t.expires):
		return nil, no(http.StatusUnauthorized, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired").by(65602)
	}
	return t.reduced(call), nil
}

func (t *token) reduced(call *sandbox.Call) *token {
	m, hit := call.Has(sandbox.TokenReduced)
	if !hit {
		return t
	}
	less := *t
	if less.scopes = nil; len(m.Scopes) > 0 {
		less.scopes = slices.DeleteFunc(slices.Clone(t.scopes), func(s string) bool { return slices.Contains(m.Scopes, s) })
	}
	return &less
}

func (t *token) has(scopes ...string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(t.scopes, s) })
}

// roles that may do something for a Page, as the documentation lists them.
func writing() []string {
	return []string{"ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER", "CONTENT_ADMINISTRATOR", "RECRUITING_POSTER"}
}
func reading() []string {
	return []string{"ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER", "CONTENT_ADMINISTRATOR"}
}
func administering() []string { return []string{"ADMINISTRATOR"} }

// acts says whether the token may act as a URN: as its member, or for a Page.
func (a *ask) acts(as string, member, organization []string, roles []string) *fault {
	if id, is := strings.CutPrefix(as, personPrefix); is {
		if id == "" {
			return no(http.StatusBadRequest, "INVALID_URN_ID", "The URN ID provided is invalid")
		}
		if id != a.token.member.id || !a.token.has(member...) {
			return denied("Insufficient permissions to perform the requested action")
		}
		return nil
	}
	number, is := strings.CutPrefix(as, pagePrefix)
	if !is {
		return invalidURN("actor", as, "person or organization")
	}
	p, ok := a.n.pages[number]
	if !ok || !a.token.has(organization...) || !slices.Contains(roles, p.roles[a.token.member.id]) {
		return denied("Insufficient permissions to perform the requested action")
	}
	return nil
}

// writes says whether the token may post, comment and react as a URN.
func (a *ask) writes(as string) *fault {
	return a.acts(as, []string{"w_member_social", "w_member_social_feed"}, []string{"w_organization_social", "w_organization_social_feed"}, writing())
}

// reads says whether the token may see the posts of a URN, and what is said below.
func (a *ask) reads(of string) *fault {
	return a.acts(of, []string{"r_member_social", "r_member_social_feed"}, []string{"r_organization_social", "r_organization_social_feed"}, reading())
}

// administers says whether the token may see the figures and the news of a Page.
func (a *ask) administers(of string) *fault {
	if !strings.HasPrefix(of, pagePrefix) {
		return invalidURN("organizationalEntity", of, "organization")
	}
	return a.acts(of, nil, []string{"rw_organization_admin"}, administering())
}
