package tiktok

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
)

// Revoke ends what a person has allowed, at TikTok: the access token, and with it what
// renews it (developers.tiktok.com/docs/en/oauth-revoke-a-user-access-token, read on
// 27 November 2026).
func (d *Driver) Revoke(ctx context.Context, conn network.Conn) error {
	k, err := readKeys(conn.Keys)
	if err != nil || !conn.App.Known() || k.Access == "" {
		return nil //nolint:nilerr // tokens are ended by the app that they were given to
	}
	form := url.Values{"client_key": {conn.App.ID}, "client_secret": {conn.App.Secret.Reveal()}, "token": {k.Access}}
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
