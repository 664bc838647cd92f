package instagram

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// Authorize gives the address of the page of consent: Facebook's, or Instagram's
// own. Neither takes a challenge of PKCE; the state and our secret stand for it.
func (d *Driver) Authorize(_ context.Context, a network.Asking) (network.Going, error) {
	login := loginOf(a.App)
	query := url.Values{"client_id": {a.App.ID}, "redirect_uri": {a.Redirect}, "response_type": {"code"}, "state": {a.State},
		"scope": {strings.Join(wanted(login), ",")}}
	if login == byInstagram {
		query.Set("force_reauth", "true") // else whoever is signed in there is connected without a question
		return network.Going{URL: d.hosts.instagramP + "/oauth/authorize?" + query.Encode()}, nil
	}
	query.Set("auth_type", "rerequest") // what was refused once is asked again
	return network.Going{URL: d.hosts.facebookPage + "/" + d.facebook.Version + "/dialog/oauth?" + query.Encode()}, nil
}

// Grant turns what came back into accounts. A code is good once: what got lost is
// begun again by the person.
func (d *Driver) Grant(ctx context.Context, a network.Asking, back url.Values) ([]network.Account, error) {
	code := strings.TrimSuffix(back.Get("code"), "#_") // which Instagram appends
	if code == "" || len(code) > 2048 {
		return nil, fault.New(fault.Invalid, "Instagram sent nobody's permission back.").WithHint("Begin again.")
	}
	form := url.Values{"client_id": {a.App.ID}, "client_secret": {a.App.Secret.Reveal()}, "grant_type": {"authorization_code"}, "redirect_uri": {a.Redirect}, "code": {code}}
	var accounts []network.Account
	var err error
	if loginOf(a.App) == byInstagram {
		accounts, err = d.grantInstagram(ctx, a, form)
	} else {
		accounts, err = d.grantFacebook(ctx, a, form)
	}
	if fault.Is(err, fault.Invalid) && graph.Refused(err).Status != 0 {
		err = fault.Wrap(fault.Denied, err, "Instagram does not accept this permission any more.").WithHint("Begin again; it is good for a few minutes, and once.")
	}
	return accounts, err
}

func (d *Driver) grantFacebook(ctx context.Context, a network.Asking, form url.Values) ([]network.Account, error) {
	form.Del("grant_type") // Facebook's has none
	var short, long struct {
		Token string `json:"access_token"`
	}
	ask := graph.Ask{Method: http.MethodPost, Path: "oauth/access_token", Form: form, Harmless: true}
	if _, err := d.facebook.Send(ctx, "", ask, &short); err != nil {
		return nil, err
	}
	ask.Form = url.Values{"grant_type": {"fb_exchange_token"}, "client_id": form["client_id"], "client_secret": form["client_secret"], "fb_exchange_token": {short.Token}}
	if _, err := d.facebook.Send(ctx, "", ask, &long); err != nil {
		return nil, err
	}
	if !graph.TokenSign.MatchString(long.Token) {
		return nil, d.facebook.Misunderstood(ask)
	}
	about, known := d.facebook.Debug(ctx, long.Token, a.App)
	warning := ""
	if lacks := about.Lacks(wanted(byFacebook)); known && len(lacks) > 0 {
		warning = "Connected, but these permissions are missing: " + strings.Join(lacks, ", ") + "."
	}
	call := func(ctx context.Context, q graph.Ask, out any) error {
		q.App = a.App
		_, err := d.facebook.Send(ctx, long.Token, q, out)
		return err
	}
	var all []network.Account
	query := url.Values{"fields": {"id,name,access_token,instagram_business_account{" + profileFields + "}"}, "limit": {"100"}}
	_, err := d.facebook.Walk(ctx, call, "me/accounts", query, 10, func(items []json.RawMessage) bool {
		for _, item := range items {
			var p page
			if !lenient(item, &p) || p.Account == nil || !graph.TokenSign.MatchString(p.Token) {
				continue // a Page without an account, or without our right to it
			}
			if account, err := d.asPage(p, p.Token); err == nil {
				account.Warning = warning
				all = append(all, account)
			}
		}
		return false
	})
	if err == nil && len(all) == 0 {
		return nil, fault.New(fault.Invalid, "None of the Pages that were allowed has a professional account of Instagram.").
			WithHint("Link the account to its Page on Facebook, and allow both the Page and the account.")
	}
	return all, err
}

func (d *Driver) grantInstagram(ctx context.Context, a network.Asking, form url.Values) ([]network.Account, error) {
	host := graph.Client{Out: d.out, Base: d.hosts.token, Voice: voice(), Unproven: true}
	ask := graph.Ask{Method: http.MethodPost, Path: "oauth/access_token", Form: form, Harmless: true}
	type given struct {
		Token       string          `json:"access_token"`
		Permissions json.RawMessage `json:"permissions"` // a list, or a text with commas
	}
	var got struct {
		given
		Data []given `json:"data"`
	}
	if _, err := host.Send(ctx, "", ask, &got); err != nil {
		return nil, err
	}
	if len(got.Data) > 0 {
		got.given = got.Data[0]
	}
	if !graph.TokenSign.MatchString(got.Token) {
		return nil, host.Misunderstood(ask)
	}
	long, err := d.renewed(ctx, "access_token", url.Values{"grant_type": {"ig_exchange_token"}, "client_secret": {a.App.Secret.Reveal()}},
		keys{Login: byInstagram, Token: got.Token, Expires: d.now().Add(time.Hour).Unix()})
	if err != nil {
		return nil, err
	}
	account, err := d.asInstagram(ctx, long)
	if err != nil {
		return nil, err
	}
	lacks := slices.DeleteFunc(wanted(byInstagram), func(s string) bool { return strings.Contains(string(got.Permissions), s) })
	if len(got.Permissions) > 0 && len(lacks) > 0 {
		account.Warning = "Connected, but these permissions are missing: " + strings.Join(lacks, ", ") + "."
	}
	return []network.Account{account}, nil
}

// Subscribe lets Meta knock at our address for an account: the address is told to
// our app, which Meta tests at once, then the account's news are let through. With
// Instagram's login the address is typed in the app's console, as no call takes it.
func (d *Driver) Subscribe(ctx context.Context, conn network.Conn, hook string) error {
	s, err := d.open(conn)
	if err != nil {
		return err
	}
	if s.keys.Login == byInstagram {
		form := url.Values{"subscribed_fields": {"comments,live_comments,mentions,messages"}}
		return s.call(ctx, graph.Ask{Method: http.MethodPost, Path: conn.Account + "/subscribed_apps", Form: form, Harmless: true}, nil)
	}
	app := s.app()
	if !app.Known() || app.Secret == "" || app.Verify == "" {
		return fault.New(fault.Invalid, "There is no app at Meta, so Instagram tells us nothing.").WithHint("Register one under Settings → Channels → App.")
	}
	form := url.Values{"object": {"instagram"}, "callback_url": {hook}, "verify_token": {app.Verify.Reveal()}, "fields": {"comments,live_comments,mentions,messages"}, "include_values": {"true"}}
	if _, err := d.facebook.Send(ctx, app.ID+"|"+app.Secret.Reveal(), graph.Ask{Method: http.MethodPost, Path: app.ID + "/subscriptions", Form: form, App: app, Harmless: true}, nil); err != nil {
		return err
	}
	// Any field of the Page lets the news of its account through.
	form = url.Values{"subscribed_fields": {"feed"}}
	return s.call(ctx, graph.Ask{Method: http.MethodPost, Path: s.keys.Page + "/subscribed_apps", Form: form, Harmless: true}, nil)
}
