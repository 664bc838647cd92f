package graph

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/kithhq/kith/internal/network"
)

// Debug is what Graph says about a token.
type Debug struct {
	Valid      bool     `json:"is_valid"`
	Type       string   `json:"type"`
	Profile    string   `json:"profile_id"`
	Expires    int64    `json:"expires_at"`
	DataAccess int64    `json:"data_access_expires_at"`
	Scopes     []string `json:"scopes"`
	Granular   []struct {
		Scope   string  `json:"scope"`
		Targets []Ident `json:"target_ids"`
	} `json:"granular_scopes"`
}

// Debug asks about a token, in the name of our app, else of the token itself.
// Not being told is no error: an account works without.
func (c *Client) Debug(ctx context.Context, token string, of network.App) (Debug, bool) {
	asker := token
	if app := c.AppOf(of); app.Known() {
		asker = app.ID + "|" + app.Secret.Reveal()
	}
	var got struct {
		Data *Debug `json:"data"`
	}
	// A question, asked by POST so that the token is not in the address.
	form := url.Values{"method": {"get"}, "input_token": {token}}
	if _, err := c.Send(ctx, asker, Ask{Method: http.MethodPost, Path: "debug_token", Form: form, App: of, Harmless: true}, &got); err != nil || got.Data == nil {
		return Debug{}, false
	}
	return *got.Data, true
}

// Lacks gives the permissions of some that a token has not.
func (g Debug) Lacks(wanted []string) []string {
	return slices.DeleteFunc(slices.Clone(wanted), func(s string) bool { return slices.Contains(g.Scopes, s) })
}

// Granted is what a token lets us do, of a sort of account.
func (g Debug) Granted(sort string) network.Granted {
	return network.Granted{Sort: sort, Rights: g.Scopes}
}
