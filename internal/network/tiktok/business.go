package tiktok

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// missing says why there are no comments here, and what to do.
const (
	missing = "Comments are not connected, so Kith cannot read or answer them here."
	obtain  = "Open this channel under Settings → Channels and press “Connect comments”."
	unheard = "See on business-api.tiktok.com that the app has the permission “Mentions”, then press “Connect comments again” on the page of this channel."
	anew    = "Open this channel under Settings → Channels and press “Connect comments again”."
)

// bare is the account at TikTok API for Business, or says that there is none.
func bare(conn network.Conn) (business, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return business{}, err
	}
	if k.Business == nil {
		return business{}, fault.New(fault.Denied, missing).WithHint(obtain)
	}
	return *k.Business, nil
}

// get reads from TikTok API for Business; the account is named in every question.
func (d *Driver) get(ctx context.Context, b business, path string, query url.Values, out any) error {
	query.Set("business_id", b.ID)
	a := ask{method: http.MethodGet, path: path + "?" + query.Encode()}
	_, err := d.sendBusiness(ctx, b.Access, a, out)
	return err
}

// sendBusiness asks TikTok API for Business, which answers 200 and a code.
func (d *Driver) sendBusiness(ctx context.Context, token string, a ask, out any) (time.Time, error) {
	answer, err := d.post(ctx, d.biz+"/open_api/v1.3"+a.path, a, func(h http.Header) {
		if token != "" {
			h.Set("Access-Token", token)
		}
	})
	if err != nil {
		return time.Time{}, err
	}
	at := moment(answer)
	var said struct {
		Code    *int            `json:"code"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
	}
	understood := json.Unmarshal(answer.Body, &said) == nil && said.Code != nil
	switch {
	case answer.Status >= 500 || understood && *said.Code >= 50000 && *said.Code < 60000:
		return at, fault.New(a.kind(), "TikTok API for Business does not work at the moment.").In(answer.RetryAfter())
	case answer.Status == http.StatusTooManyRequests || understood && (*said.Code == 40100 || *said.Code == 40016):
		after := answer.RetryAfter()
		if after == 0 {
			after = 5 * time.Minute // as its documentation asks
		}
		return at, fault.New(fault.Throttled, "TikTok API for Business asks us to slow down.").WithHint("Kith tries again by itself.").In(after)
	case !understood:
		return at, a.misunderstood()
	case *said.Code == 0 && answer.Status < 300:
		if out != nil && json.Unmarshal(said.Data, out) != nil {
			return at, a.misunderstood()
		}
		return at, nil
	case *said.Code == 40001:
		return at, fault.New(fault.Denied, "TikTok API for Business does not allow this with our rights.").
			WithHint("%s", anew)
	case *said.Code == 40131: // as others met it, and in no list of codes that could be read
		return at, fault.New(fault.Invalid, "TikTok does not accept the code: it holds for ten minutes, and once.").WithHint("Begin again.")
	case *said.Code >= 40101 && *said.Code <= 40199:
		return at, fault.New(fault.Denied, "TikTok API for Business does not accept the key any more.").WithHint("%s", anew)
	}
	return at, fault.New(fault.Invalid, "TikTok API for Business refuses this: %s", clip(said.Message, 200)).WithHint("Change it and try again.")
}

// connectBusiness tries the business part of the settings; nil: there is none.
func (d *Driver) connectBusiness(ctx context.Context, settings map[string]string) (*business, error) {
	b := business{ID: settings["business_id"], pair: pair{Access: settings["business_token"], Refresh: settings["business_refresh"]}}
	if b.ID == "" && b.Access == "" && b.Refresh == "" {
		return nil, nil //nolint:nilnil // there is none, and that is no error
	}
	switch {
	case !person.MatchString(b.ID):
		return nil, fault.New(fault.Invalid, "This is not a business ID.").WithHint("It is the open_id that came with the business token.").On("settings.business_id")
	case !token(b.Access):
		return nil, fault.New(fault.Invalid, "This is not an access token.").WithHint("Copy all of it.").On("settings.business_token")
	case b.Refresh != "" && !token(b.Refresh):
		return nil, fault.New(fault.Invalid, "This is not a refresh token.").WithHint("Copy all of it, or leave the field empty.").On("settings.business_refresh")
	}
	if err := d.get(ctx, b, "/business/get/", url.Values{"fields": {`["username","display_name"]`}}, nil); err != nil {
		return nil, err
	}
	const day = 24 * time.Hour // what it lasts is said when it is renewed; a day is usual
	b.Life, b.Until = int64(day.Seconds()), d.now().UTC().Add(day)
	return &b, nil
}

// renewBusiness renews the business token; the key that renews changes with it.
func (d *Driver) renewBusiness(ctx context.Context, app network.App, b business) (business, error) {
	a := ask{path: "/tt_user/oauth2/refresh_token/", body: map[string]string{"client_id": app.Extra[businessApp], "client_secret": app.Extra[businessSecret],
		"grant_type": "refresh_token", "refresh_token": b.Refresh}}
	var got businessPair
	if _, err := d.sendBusiness(ctx, "", a, &got); err != nil {
		return b, err
	}
	if !token(got.Access) {
		return b, a.misunderstood()
	}
	b.pair = b.fresh(d.now(), got.Access, got.Refresh, got.Lasts, got.Renew)
	if got.Scope != "" {
		b.Scopes = clip(got.Scope, 4096) // people take rights away in TikTok's settings, too
	}
	return b, nil
}

// fresh is a pair after it was renewed.
func (p pair) fresh(now time.Time, access, refresh string, lasts, renew int64) pair {
	now = now.UTC()
	next := pair{Access: access, Refresh: refresh, Renew: p.Renew}
	if refresh == "" {
		next.Refresh = p.Refresh
	}
	if lasts > 0 {
		next.Life = min(lasts, 1<<31)
		next.Until = now.Add(time.Duration(next.Life) * time.Second)
	}
	if renew > 0 {
		next.Renew = now.Add(time.Duration(min(renew, 1<<31)) * time.Second)
	}
	return next
}
