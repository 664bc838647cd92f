package tiktok

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
)

// Revoke ends what a person has allowed, at TikTok: the access token, and with it what
// renews it (developers.tiktok.com/docs/en/oauth-revoke-a-user-access-token, read on
// 27 November 2026). TikTok API for Business has a token and a call of its own.
func (d *Driver) Revoke(ctx context.Context, conn network.Conn) error {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return nil //nolint:nilerr // what cannot be read opens nothing
	}
	return errors.Join(d.revokeBusiness(ctx, conn.App, k.Business), d.revokePerson(ctx, conn.App, k))
}

// revokeBusiness ends the business token: testdata/calls/business_revoke.json.
func (d *Driver) revokeBusiness(ctx context.Context, app network.App, b *business) error {
	if b == nil || app.Extra[businessApp] == "" {
		return nil
	}
	a := ask{path: "/tt_user/oauth2/revoke/", harmless: true,
		body: map[string]string{"client_id": app.Extra[businessApp], "client_secret": app.Extra[businessSecret], "access_token": b.Access}}
	_, err := d.sendBusiness(ctx, "", a, nil)
	if fault.Is(err, fault.Denied) {
		return nil // it has ended already, or the app is not ours any more: asking again helps nobody
	}
	return err
}

func (d *Driver) revokePerson(ctx context.Context, app network.App, k keys) error {
	if !app.Known() {
		return nil // tokens are ended by the app that they were given to
	}
	form := url.Values{"client_key": {app.ID}, "client_secret": {app.Secret.Reveal()}, "token": {k.Access}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.api+"/v2/oauth/revoke/", strings.NewReader(form.Encode()))
	if err != nil {
		return fault.New(fault.Internal, "making a call to TikTok")
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := d.out.Do(outward.Repeatable(ctx), request)
	if err != nil {
		return err
	}
	var got struct {
		Error json.RawMessage `json:"error"` // a text here; elsewhere an object
	}
	_ = json.Unmarshal(answer.Body, &got) // an empty answer is a good one
	if answer.Status >= 300 || len(got.Error) > 0 {
		return fault.New(fault.Unavailable, "TikTok did not end the key.")
	}
	return nil
}
