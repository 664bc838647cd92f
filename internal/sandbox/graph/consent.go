package graph

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// How long Facebook's tokens of persons live.
const (
	ShortLife = 90 * time.Minute
	LongLife  = 60 * 24 * time.Hour
)

// Code is what a page of consent gives back: good once, for a while, for the same redirect address.
type Code struct {
	Kind     string // of the token that it is for
	Redirect string
	Scopes   []string
	Accounts []string // that were chosen
	Until    time.Time
	Used     bool
}

// Asked are the permissions that a scope names, without those that were not ticked; no tick at all is for all.
func Asked(scope string, granted []string) []string {
	asked := strings.FieldsFunc(scope, func(c rune) bool { return c == ',' || c == ' ' })
	if len(granted) == 0 {
		return asked
	}
	return slices.DeleteFunc(asked, func(s string) bool { return !slices.Contains(granted, s) })
}

// Spend uses a code up, if it is good.
func Spend(codes map[string]*Code, kind string, p *Params, now time.Time) (*Code, *Fault) {
	c, ok := codes[p.Get("code")]
	switch {
	case !ok || c.Kind != kind:
		return nil, No(http.StatusBadRequest, 100, 0, "Invalid verification code format.")
	case c.Used:
		return nil, No(http.StatusBadRequest, 100, 36009, "This authorization code has been used.")
	case now.After(c.Until):
		return nil, No(http.StatusBadRequest, 100, 36007, "This authorization code has expired.")
	case c.Redirect != p.Get("redirect_uri"):
		return nil, No(http.StatusBadRequest, 100, 36008, "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request")
	}
	c.Used = true
	return c, nil
}

// Exchange is Facebook's /oauth/access_token: a code for a short token, a short token for a long one, or the app's own. issue gives a
// token out.
func (a App) Exchange(p *Params, now time.Time, tokens map[string]*Token, codes map[string]*Code, issue func(*Token) string) (any, *Fault) {
	if p.Get("client_id") != a.ID {
		return nil, No(http.StatusBadRequest, 101, 0, "Error validating application. Cannot get application info due to a system error.")
	}
	if p.Get("client_secret") != a.Secret {
		return nil, No(http.StatusBadRequest, 1, 0, "Error validating client secret.")
	}
	give := func(t *Token, life time.Duration) any {
		t.Kind, t.Expires = "USER", now.Add(life)
		return map[string]any{"access_token": issue(t), "token_type": "bearer", "expires_in": int(life.Seconds())}
	}
	switch p.Get("grant_type") {
	case "client_credentials":
		return map[string]any{"access_token": a.Own(), "token_type": "bearer"}, nil
	case "fb_exchange_token":
		t, ok := tokens[p.Get("fb_exchange_token")]
		if !ok || t.Kind != "USER" || t.Revoked || !now.Before(t.Expires) {
			return nil, No(http.StatusBadRequest, 190, 463, "Error validating access token: Session has expired.")
		}
		return give(&Token{Scopes: t.Scopes, Accounts: t.Accounts}, LongLife), nil
	case "", "authorization_code":
		c, f := Spend(codes, "USER", p, now)
		if f != nil {
			return nil, f
		}
		return give(&Token{Scopes: c.Scopes, Accounts: c.Accounts}, ShortLife), nil
	}
	return nil, No(http.StatusBadRequest, 100, 0, "Unsupported grant_type")
}

// Debug is /debug_token, asked by the token itself or by the app's: what is known of a token, which is nil where none is.
func (a App) Debug(asker *Token, value string, t *Token, now time.Time) (map[string]any, *Fault) {
	if asker.Kind != "APP" && value != asker.Value {
		return nil, No(http.StatusBadRequest, 100, 0, "(#100) You must provide an app access token, or a user access token that is an owner or developer of the app")
	}
	if t == nil {
		return map[string]any{"error": map[string]any{"code": 190, "message": "Invalid OAuth access token."}, "is_valid": false, "scopes": []string{}}, nil
	}
	ends := int64(0)
	if !t.Expires.IsZero() {
		ends = t.Expires.Unix()
	}
	valid := !t.Revoked && (ends == 0 || now.Before(t.Expires))
	data := map[string]any{"app_id": a.ID, "type": t.Kind, "application": "Kith rehearsal", "is_valid": valid, "expires_at": ends,
		"data_access_expires_at": t.Issued.Add(90 * 24 * time.Hour).Unix(), "issued_at": t.Issued.Unix(), "scopes": append([]string{}, t.Scopes...)}
	granular := []any{}
	for _, s := range t.Scopes {
		granular = append(granular, map[string]any{"scope": s})
	}
	if data["granular_scopes"] = granular; !valid {
		data["error"] = map[string]any{"code": 190, "subcode": 463, "message": "Error validating access token: Session has expired."}
	}
	return data, nil
}

// PageToken is the token of a Page that /me/accounts gives to a person: one that never ends where the person's is a long one.
func (t *Token) PageToken(of string) *Token {
	page := &Token{Kind: "PAGE", Of: of, Scopes: t.Scopes}
	if t.Expires.Sub(t.Issued) < LongLife {
		page.Expires = t.Expires
	}
	return page
}
