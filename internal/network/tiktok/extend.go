package tiktok

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
)

// The rights of TikTok API for Business that comments need.
const (
	mayRead   = "comment.list"
	mayManage = "comment.list.manage"
)

// appBusiness are the fields of our app at TikTok API for Business, in App.Extra.
type appBusiness struct{ id, secret, authorize string }

func businessOf(app network.App) appBusiness {
	return appBusiness{app.Extra[businessApp], app.Extra[businessSecret], app.Extra[businessAuthorize]}
}

// Extensible says whether there is an app at TikTok API for Business with its address of
// consent, and whether TikTok sends people back to ours.
func (d *Driver) Extensible(app network.App, redirect string) error {
	b := businessOf(app)
	if b.id == "" || b.secret == "" || b.authorize == "" {
		return fault.New(fault.Invalid, "The app at TikTok API for Business is not entered yet.").
			WithHint("An owner enters its ID, its secret and its authorization URL under Settings → Channels → App; the steps are written there.")
	}
	if _, err := b.asks(); err != nil {
		return err
	}
	if u, err := url.Parse(redirect); err != nil || !d.own && (u.Scheme != "https" || u.Port() != "") {
		return fault.New(fault.Invalid, "TikTok sends people back to https addresses without a port alone, and this Kith has none.").
			WithHint("Start Kith with a public address; or connect the channel again by its keys, and enter those of TikTok API for Business, too.")
	}
	return nil
}

// asks is what the address of consent asks: the portal makes it, with the app and the
// permissions that TikTok approved in it, and refuses any other. Where it leads is not
// taken from it.
func (b appBusiness) asks() (url.Values, error) {
	u, err := url.Parse(strings.TrimSpace(b.authorize))
	if err != nil || u.Scheme != "https" || !host.MatchString(u.Host) || u.Query().Get("client_key") == "" {
		return nil, fault.New(fault.Invalid, "This is not the authorization URL of account holders.").
			WithHint("At business-api.tiktok.com, under My Apps → App Detail → Basic Information, copy “TikTok account holder authorization URL” as a whole.")
	}
	return u.Query(), nil
}

// returns is where people come back to from that page: TikTok registers only addresses
// that end with a slash.
func returns(redirect string) string { return strings.TrimSuffix(redirect, "/") + "/" }

// AuthorizeMore gives the address of the page of consent. An account that has allowed it
// before would be sent back without a code, so the page is asked for in any case.
func (d *Driver) AuthorizeMore(_ context.Context, asking network.Asking) (network.Going, error) {
	if err := d.Extensible(asking.App, asking.Redirect); err != nil {
		return network.Going{}, err
	}
	query, err := businessOf(asking.App).asks()
	if err != nil {
		return network.Going{}, err
	}
	query.Set("response_type", "code")
	query.Set("redirect_uri", returns(asking.Redirect))
	query.Set("state", asking.State)
	query.Set("disable_auto_auth", "1")
	return network.Going{URL: d.web + "/v2/auth/authorize/?" + query.Encode()}, nil
}

// GrantMore turns the code into keys, and makes sure that the same account consented: the
// two APIs know it by different ids, so its username is compared.
func (d *Driver) GrantMore(ctx context.Context, asking network.Asking, conn network.Conn, back url.Values) (network.Account, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return network.Account{}, err
	}
	if err := d.Extensible(asking.App, asking.Redirect); err != nil {
		return network.Account{}, err
	}
	code := back.Get("code")
	if code == "" {
		code = back.Get("auth_code")
	}
	switch {
	case back.Get("error") != "":
		return network.Account{}, fault.New(fault.Denied, "TikTok did not let us in.").WithHint("Try again, and agree to what TikTok asks.")
	case !token(code):
		return network.Account{}, fault.New(fault.Invalid, "TikTok sent no code.").WithHint("Begin again.")
	}
	b, err := d.businessTokens(ctx, asking, code)
	if err != nil {
		return network.Account{}, err
	}
	account, err := d.matched(ctx, conn, k, b)
	if err != nil {
		// Nobody will use these keys: they are ended, as far as that goes.
		_ = d.revokeBusiness(ctx, asking.App, &b)
		return network.Account{}, err
	}
	k.Business = &b
	account.Keys, account.Limits, account.Granted = k.text(), conn.Limits, k.granted(true)
	account.Limits.Comment = k.manages()
	return account, nil
}

// businessTokens asks for keys with a code, and for the rights that they have.
func (d *Driver) businessTokens(ctx context.Context, asking network.Asking, code string) (business, error) {
	app := businessOf(asking.App)
	a := ask{path: "/tt_user/oauth2/token/", body: map[string]string{"client_id": app.id, "client_secret": app.secret, "grant_type": "authorization_code",
		"auth_code": code, "redirect_uri": returns(asking.Redirect)}}
	var got businessPair
	if _, err := d.sendBusiness(ctx, "", a, &got); err != nil {
		switch fault.KindOf(err) {
		case fault.Denied:
			return business{}, fault.New(fault.Denied, "TikTok API for Business does not know our app, or its secret is wrong.").WithHint("Look at the app under Settings → Channels.")
		case fault.Uncertain: // the code may be spent
			return business{}, fault.New(fault.Unavailable, "TikTok API for Business does not work at the moment.").WithHint("Begin again.")
		case fault.Invalid:
			return business{}, fault.New(fault.Denied, "TikTok does not accept the code: it holds for ten minutes, and once.").WithHint("Begin again.")
		}
		return business{}, err
	}
	if !token(got.Access) || !person.MatchString(got.ID) {
		return business{}, a.misunderstood()
	}
	b := business{ID: got.ID, Scopes: got.Scope, pair: pair{}.fresh(d.now(), got.Access, got.Refresh, got.Lasts, got.Renew)}
	scopes, err := d.scopes(ctx, app, b)
	switch {
	case err == nil:
		b.Scopes = scopes
	case b.Scopes == "":
		return business{}, err
	}
	if !slices.Contains(strings.Split(b.Scopes, ","), mayRead) {
		_ = d.revokeBusiness(ctx, asking.App, &b) // they open nothing that is wanted
		return business{}, fault.New(fault.Denied, "TikTok did not give the right to read comments (%s).", mayRead).
			WithHint("Begin again and allow everything; if it stays, add the permission “TikTok Accounts → Account Comment” to the app at business-api.tiktok.com.")
	}
	return b, nil
}

// scopes asks which rights a token has: what people allow may be less than was asked.
func (d *Driver) scopes(ctx context.Context, app appBusiness, b business) (string, error) {
	a := ask{path: "/tt_user/token_info/get/", body: map[string]string{"app_id": app.id, "access_token": b.Access}}
	a.harmless = true
	var got struct {
		Scope string `json:"scope"`
	}
	if _, err := d.sendBusiness(ctx, "", a, &got); err != nil {
		return "", err
	}
	if got.Scope == "" {
		return "", a.misunderstood()
	}
	return clip(got.Scope, 4096), nil
}

// matched makes sure that keys are those of the account of a connection.
func (d *Driver) matched(ctx context.Context, conn network.Conn, k keys, b business) (network.Account, error) {
	var theirs struct {
		Username string `json:"username"`
		Name     string `json:"display_name"`
	}
	if err := d.get(ctx, b, "/business/get/", url.Values{"fields": {`["username","display_name"]`}}, &theirs); err != nil {
		return network.Account{}, err
	}
	ours := conn.Handle
	if p, err := d.person(ctx, k); err == nil && p.Username != "" {
		ours = p.Username // it may have been changed since the last look
	}
	switch {
	case theirs.Username == "":
		return network.Account{}, fault.New(fault.Denied, "TikTok does not say which account this is.").WithHint("Begin again and allow everything that TikTok asks.")
	case !strings.EqualFold(strings.TrimPrefix(theirs.Username, "@"), strings.TrimPrefix(ours, "@")):
		return network.Account{}, fault.New(fault.Invalid, "This is another account: %s.", clip(theirs.Username, 128)).
			WithHint("On tiktok.com, sign in as %s, then begin again here.", ours)
	}
	return network.Account{Base: conn.Base, ID: conn.Account, Handle: conn.Handle, Name: clip(theirs.Name, 640), URL: profileURL(conn.Handle)}, nil
}

// Carry is an account with the keys of TikTok API for Business that it had before, unless
// it has newer ones.
func (d *Driver) Carry(a network.Account, before secret.Text) network.Account {
	had, err := readKeys(before)
	if err != nil || had.Business == nil {
		return a
	}
	k, err := readKeys(a.Keys)
	if err != nil || k.Business != nil && k.Business.Until.After(had.Business.Until) {
		return a
	}
	k.Business = had.Business
	a.Keys, a.Granted = k.text(), k.granted(true)
	a.Limits.Comment = k.manages()
	if a.Warning == missing {
		a.Warning = ""
	}
	return a
}

// businessPair is what gives keys, and what renews them.
type businessPair struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Lasts   int64  `json:"expires_in"`
	Renew   int64  `json:"refresh_token_expires_in"`
	Scope   string `json:"scope"`
	ID      string `json:"open_id"`
}
