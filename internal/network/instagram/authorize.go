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
	if login == byFacebook {
		return network.Going{URL: d.facebook.Dialog(d.hosts.facebookPage, a, wanted(login))}, nil
	}
	query := url.Values{"client_id": {a.App.ID}, "redirect_uri": {a.Redirect}, "response_type": {"code"}, "state": {a.State},
		"scope": {strings.Join(wanted(login), ",")}}
	query.Set("force_reauth", "true") // else whoever is signed in there is connected without a question
	return network.Going{URL: d.hosts.instagramP + "/oauth/authorize?" + query.Encode()}, nil
}

// Grant turns what came back into accounts.
func (d *Driver) Grant(ctx context.Context, a network.Asking, back url.Values) ([]network.Account, error) {
	code := graph.Code(back)
	if code == "" {
		return nil, fault.New(fault.Invalid, "Instagram sent nobody's permission back.").WithHint("Begin again.")
	}
	grant := d.grantFacebook
	if loginOf(a.App) == byInstagram {
		grant = d.grantInstagram
	}
	accounts, err := grant(ctx, a, code)
	return accounts, d.facebook.Spent(err)
}

func (d *Driver) grantFacebook(ctx context.Context, a network.Asking, code string) ([]network.Account, error) {
	token, err := d.facebook.Exchange(ctx, a, code)
	if err != nil {
		return nil, err
	}
	about, known := d.facebook.Debug(ctx, token, a.App)
	warning := ""
	if lacks := about.Lacks(wanted(byFacebook)); known && len(lacks) > 0 {
		warning = "Connected, but these permissions are missing: " + strings.Join(lacks, ", ") + "."
	}
	var all []network.Account
	err = d.facebook.Pages(ctx, token, a.App, "id,name,access_token,instagram_business_account{"+profileFields+"}", func(item json.RawMessage) {
		var p page
		if !lenient(item, &p) || p.Account == nil || !graph.TokenSign.MatchString(p.Token) {
			return // a Page without an account, or without our right to it
		}
		if account, err := d.asPage(p, p.Token); err == nil {
			account.Warning = warning
			account.Granted = about.Granted(byFacebook)
			all = append(all, account)
		}
	})
	if err == nil && len(all) == 0 {
		return nil, fault.New(fault.Invalid, "None of the Pages that were allowed has a professional account of Instagram.").
			WithHint("Link the account to its Page on Facebook, and allow both the Page and the account.")
	}
	return all, err
}

func (d *Driver) grantInstagram(ctx context.Context, a network.Asking, code string) ([]network.Account, error) {
	form := url.Values{"client_id": {a.App.ID}, "client_secret": {a.App.Secret.Reveal()}, "grant_type": {"authorization_code"}, "redirect_uri": {a.Redirect}, "code": {code}}
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
	allowed := func(s string) bool { return strings.Contains(string(got.Permissions), s) }
	if len(got.Permissions) > 0 {
		long.Rights = slices.DeleteFunc(wanted(byInstagram), func(s string) bool { return !allowed(s) })
	}
	account, err := d.asInstagram(ctx, long)
	if err != nil {
		return nil, err
	}
	lacks := slices.DeleteFunc(wanted(byInstagram), allowed)
	if len(got.Permissions) > 0 && len(lacks) > 0 {
		account.Warning = "Connected, but these permissions are missing: " + strings.Join(lacks, ", ") + "."
	}
	return []network.Account{account}, nil
}

// news are the fields of an account's webhooks that this house listens to.
const news = "comments,live_comments,mentions,messages,message_reactions,messaging_postbacks,messaging_seen"

// Subscribe lets Meta knock at our address for an account: the address is told to
// our app, which Meta tests at once, then the account's news are let through. With
// Instagram's login the address is typed in the app's console, as no call takes it.
func (d *Driver) Subscribe(ctx context.Context, conn network.Conn, hook string) error {
	s, err := d.open(conn)
	if err != nil {
		return err
	}
	if s.keys.Login == byInstagram {
		form := url.Values{"subscribed_fields": {news}}
		return s.call(ctx, graph.Ask{Method: http.MethodPost, Path: conn.Account + "/subscribed_apps", Form: form, Harmless: true}, nil)
	}
	app := s.app()
	if !app.Known() || app.Secret == "" || app.Verify == "" {
		return fault.New(fault.Invalid, "There is no app at Meta, so Instagram tells us nothing.").WithHint("Register one under Settings → Channels → App.")
	}
	form := url.Values{"object": {"instagram"}, "callback_url": {hook}, "verify_token": {app.Verify.Reveal()}, "fields": {news}, "include_values": {"true"}}
	if _, err := d.facebook.Send(ctx, app.ID+"|"+app.Secret.Reveal(), graph.Ask{Method: http.MethodPost, Path: app.ID + "/subscriptions", Form: form, App: app, Harmless: true}, nil); err != nil {
		return err
	}
	// Any field of the Page lets the news of its account through.
	form = url.Values{"subscribed_fields": {"feed"}}
	return s.call(ctx, graph.Ask{Method: http.MethodPost, Path: s.keys.Page + "/subscribed_apps", Form: form, Harmless: true}, nil)
}
