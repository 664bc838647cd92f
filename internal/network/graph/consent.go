package graph

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// Dialog gives the address of Facebook's page of consent. It takes no challenge of
// PKCE: the state and our secret stand for it.
func (c *Client) Dialog(host string, a network.Asking, scopes []string) string {
	query := url.Values{"client_id": {a.App.ID}, "redirect_uri": {a.Redirect}, "response_type": {"code"}, "state": {a.State},
		"scope": {strings.Join(scopes, ",")}, "auth_type": {"rerequest"}} // what was refused once is asked again
	return host + "/" + c.Version + "/dialog/oauth?" + query.Encode()
}

// Code is what a page of consent sends back for us, "" for nothing.
func Code(back url.Values) string {
	code := strings.TrimSuffix(back.Get("code"), "#_") // which Instagram appends
	if len(code) > 2048 {
		return ""
	}
	return code
}

// Exchange makes a code into a person's token that lives sixty days. A code is good
// once: what got lost is begun again by the person.
func (c *Client) Exchange(ctx context.Context, a network.Asking, code string) (string, error) {
	var short, long struct {
		Token string `json:"access_token"`
	}
	form := url.Values{"client_id": {a.App.ID}, "client_secret": {a.App.Secret.Reveal()}, "redirect_uri": {a.Redirect}, "code": {code}}
	ask := Ask{Method: http.MethodPost, Path: "oauth/access_token", Form: form, Harmless: true}
	if _, err := c.Send(ctx, "", ask, &short); err != nil {
		return "", err
	}
	ask.Form = url.Values{"grant_type": {"fb_exchange_token"}, "client_id": {a.App.ID}, "client_secret": {a.App.Secret.Reveal()}, "fb_exchange_token": {short.Token}}
	if _, err := c.Send(ctx, "", ask, &long); err != nil {
		return "", err
	}
	if !TokenSign.MatchString(long.Token) {
		return "", c.Misunderstood(ask)
	}
	return long.Token, nil
}

// Spent makes of a refusal what it is while a code is exchanged: Denied, not Invalid.
func (c *Client) Spent(err error) error {
	if fault.Is(err, fault.Invalid) && Refused(err).Status != 0 {
		return fault.Wrap(fault.Denied, err, "%s does not accept this permission any more.", c.Voice.Network).WithHint("Begin again; it is good for a few minutes, and once.")
	}
	return err
}

// Pages goes through the Pages that a person let us into.
func (c *Client) Pages(ctx context.Context, token string, app network.App, fields string, take func(json.RawMessage)) error {
	call := func(ctx context.Context, q Ask, out any) error {
		q.App = app
		_, err := c.Send(ctx, token, q, out)
		return err
	}
	_, err := c.Walk(ctx, call, "me/accounts", url.Values{"fields": {fields}, "limit": {"100"}}, 10, func(items []json.RawMessage) bool {
		for _, item := range items {
			take(item)
		}
		return false
	})
	return err
}
