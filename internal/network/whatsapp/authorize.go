package whatsapp

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// Authorize gives the address of the page of consent, where business accounts are
// chosen. It takes no challenge of PKCE; the state and our secret stand for it.
func (d *Driver) Authorize(_ context.Context, a network.Asking) (network.Going, error) {
	query := url.Values{"client_id": {a.App.ID}, "redirect_uri": {a.Redirect}, "response_type": {"code"}, "state": {a.State}}
	if config := a.App.Extra["config"]; config != "" {
		query.Set("config_id", config)
		query.Set("override_default_response_type", "true")
	} else {
		query.Set("scope", strings.Join(append(wanted(), "business_management"), ","))
		query.Set("auth_type", "rerequest") // what was refused once is asked again
	}
	return network.Going{URL: d.consent + "/" + d.graph.Version + "/dialog/oauth?" + query.Encode()}, nil
}

// Grant turns what came back into the numbers of the business accounts that were
// chosen. A code is good once: what got lost is begun again by the person.
func (d *Driver) Grant(ctx context.Context, a network.Asking, back url.Values) ([]network.Account, error) {
	code := strings.TrimSuffix(back.Get("code"), "#_=_") // which Facebook appends
	if code == "" || len(code) > 2048 {
		return nil, fault.New(fault.Invalid, "WhatsApp sent nobody's permission back.").WithHint("Begin again.")
	}
	var got struct {
		Token string `json:"access_token"`
	}
	ask := graph.Ask{Method: http.MethodPost, Path: "oauth/access_token", Harmless: true, App: a.App,
		Form: url.Values{"client_id": {a.App.ID}, "client_secret": {a.App.Secret.Reveal()}, "redirect_uri": {a.Redirect}, "code": {code}}}
	if _, err := d.graph.Send(ctx, "", ask, &got); err != nil {
		if fault.Is(err, fault.Invalid) && graph.Refused(err).Status != 0 {
			err = fault.Wrap(fault.Denied, err, "WhatsApp does not accept this permission any more.").WithHint("Begin again; it is good for a moment, and once.")
		}
		return nil, err
	}
	if !graph.TokenSign.MatchString(got.Token) {
		return nil, d.graph.Misunderstood(ask)
	}
	about, known := d.graph.Debug(ctx, got.Token, a.App)
	if !known {
		return nil, fault.New(fault.Unavailable, "WhatsApp does not say what was allowed.").WithHint("Try again.")
	}
	var all []network.Account
	for _, account := range chosen(about) {
		k := keys{Token: got.Token, Account: account}
		numbers, err := d.numbers(ctx, k, a.App)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Denied) {
			continue // it was allowed, and is out of reach all the same
		}
		if err != nil {
			return nil, err
		}
		for _, one := range numbers {
			all = append(all, d.account(ctx, one, k, a.App))
		}
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Invalid, "No business account with a phone number was allowed.").
			WithHint("Begin again and choose the accounts; each needs a number in WhatsApp Manager.")
	}
	return all, nil
}

// chosen are the business accounts that a token is for.
func chosen(about graph.Debug) []string {
	var all []string
	for _, g := range about.Granular {
		if !slices.Contains(wanted(), g.Scope) {
			continue
		}
		for _, id := range g.Targets {
			if account := string(id); digits.MatchString(account) && !slices.Contains(all, account) && len(all) < 50 {
				all = append(all, account)
			}
		}
	}
	return all
}
