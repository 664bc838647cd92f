package youtube

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// The kinds of tokens, and how long they live.
const (
	accessing  = "access"
	refreshing = "refresh"
	accessLife = 3599 * time.Second
	trialLife  = 7 * 24 * time.Hour // of a refresh token, while the consent screen is in Testing
)

type token struct {
	value   string
	kind    string
	channel string
	scopes  []string
	from    *token // the refresh token that an access token came from
	expires time.Time
	revoked bool
}

func (t *token) good(now time.Time) bool {
	return !t.revoked && (t.expires.IsZero() || now.Before(t.expires)) && (t.from == nil || !t.from.revoked)
}

func (n *Network) issue(t *token) *token {
	prefix := "ya29."
	if t.kind == refreshing {
		prefix = "1//0"
		if n.options.Testing && t.expires.IsZero() {
			t.expires = n.stage.Clock.Now().Add(trialLife)
		}
	}
	t.value = prefix + n.opaque(96)
	n.tokens[t.value] = t
	return t
}

// Revoke ends a token and what came of it, as when a person removes the app from their Google account.
func (n *Network) Revoke(value string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	t := n.tokens[value]
	if t == nil || t.revoked {
		return false
	}
	t.revoked = true
	if t.from != nil {
		t.from.revoked = true
	}
	return true
}

// EndAccess ends the access tokens of a channel before their time, and leaves those that renew.
func (n *Network) EndAccess(channelID string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, t := range n.tokens {
		if t.channel == channelID && t.kind == accessing {
			t.revoked = true
		}
	}
}

// Reduce takes scopes from a channel's tokens, as when a person ticks fewer boxes the next time.
func (n *Network) Reduce(channelID string, gone ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, t := range n.tokens {
		if t.channel == channelID {
			t.scopes = slices.DeleteFunc(slices.Clone(t.scopes), func(s string) bool { return slices.Contains(gone, s) })
		}
	}
}

// bearer finds who asks; the mutex is held.
func (n *Network) bearer(call *sandbox.Call, r *http.Request) (*token, *fault) {
	refused := no(http.StatusUnauthorized, "global", "authError", "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.").at("Authorization")
	kind, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") {
		return nil, no(http.StatusUnauthorized, "global", "required", "Login Required.").at("Authorization")
	}
	t := n.tokens[strings.TrimSpace(value)]
	if t == nil || t.kind != accessing || !t.good(call.Now()) {
		return nil, refused
	}
	for _, m := range []sandbox.Kind{sandbox.TokenExpired, sandbox.TokenRevoked} {
		if _, strikes := call.Has(m); strikes {
			return nil, refused
		}
	}
	m, strikes := call.Has(sandbox.TokenReduced)
	if !strikes {
		return t, nil
	}
	gone := m.Scopes
	if len(gone) == 0 {
		gone = []string{scopeAll, scopeSSL, scopeUpload}
	}
	reduced := *t
	reduced.scopes = slices.DeleteFunc(slices.Clone(t.scopes), func(s string) bool { return slices.Contains(gone, s) })
	return &reduced, nil
}
