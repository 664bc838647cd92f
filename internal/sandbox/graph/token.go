package graph

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

// Token is an access token: of a user, of an account, or of the app itself.
type Token struct {
	Value    string
	Kind     string   // USER, PAGE, APP, or another word of the network
	Of       string   // the account it speaks for, "" for those of a user
	Accounts []string // of a user's: the accounts that were chosen
	Scopes   []string
	Issued   time.Time
	Expires  time.Time // zero: never
	Revoked  bool
}

// App is the pretended developer's app.
type App struct {
	ID, Secret   string
	RequireProof bool // every call needs appsecret_proof
}

// Own is the token of the app itself.
func (a App) Own() string { return a.ID + "|" + a.Secret }

// Bearer finds the token in a request: query, form or header.
func Bearer(r *http.Request, p *Params) string {
	if v := p.Get("access_token"); v != "" {
		return v
	}
	kind, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(kind, "bearer") || strings.EqualFold(kind, "oauth") {
		return strings.TrimSpace(value)
	}
	return ""
}

// Admit checks the token of a call among those that were given out; the network's mutex is held.
func (a App) Admit(call *sandbox.Call, r *http.Request, p *Params, tokens map[string]*Token) (*Token, *Fault) {
	value := Bearer(r, p)
	if value == "" {
		return nil, No(http.StatusBadRequest, 2500, 0, "An active access token must be used to query information about the current user.")
	}
	if a.RequireProof || p.Has("appsecret_proof") {
		want := hmac.New(sha256.New, []byte(a.Secret))
		want.Write([]byte(value))
		if !hmac.Equal([]byte(hex.EncodeToString(want.Sum(nil))), []byte(p.Get("appsecret_proof"))) {
			return nil, Invalid("Invalid appsecret_proof provided in the API argument")
		}
	}
	if value == a.Own() {
		return &Token{Value: value, Kind: "APP"}, nil
	}
	t, ok := tokens[value]
	if !ok {
		return nil, No(http.StatusBadRequest, 190, 0, "Invalid OAuth access token - Cannot parse access token")
	}
	now := call.Now()
	if _, strikes := call.Has(sandbox.TokenRevoked); strikes || t.Revoked {
		return nil, No(http.StatusBadRequest, 190, 467, "Error validating access token: The session is invalid because the user logged out.")
	}
	if _, strikes := call.Has(sandbox.TokenExpired); strikes || !t.Expires.IsZero() && !now.Before(t.Expires) {
		at := now
		if !strikes {
			at = t.Expires
		}
		return nil, No(http.StatusBadRequest, 190, 463, "Error validating access token: Session has expired on %s. The current time is %s.",
			at.Format("Monday, 02-Jan-06 15:04:05 MST"), now.Format("Monday, 02-Jan-06 15:04:05 MST"))
	}
	return t, nil
}

// Reduced is the token without the permissions that the weather takes away; usual are those when it does not say which.
func (t *Token) Reduced(call *sandbox.Call, usual ...string) *Token {
	m, strikes := call.Has(sandbox.TokenReduced)
	if !strikes {
		return t
	}
	reduced := *t
	gone := m.Scopes
	if len(gone) == 0 {
		gone = usual
	}
	reduced.Scopes = slices.DeleteFunc(slices.Clone(t.Scopes), func(s string) bool { return slices.Contains(gone, s) })
	return &reduced
}
