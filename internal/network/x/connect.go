package x

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/text"
)

const (
	lifetime = 2 * time.Hour    // of an access token of which nobody said when it was made
	early    = 30 * time.Minute // before its end a token is renewed: three checks of the house
)

var tokenSign = text.OnlyOf("A-Za-z0-9_.~+/=:|%-", 8, 1000) //nolint:gochecknoglobals // a table

// premiumText is how much somebody may write who pays X for that.
const premiumText = 25000

// Connect takes tokens that were made elsewhere.
func (d *Driver) Connect(ctx context.Context, settings map[string]string) (network.Account, error) {
	k := keys{Token: strings.TrimSpace(settings["token"]), Refresh: strings.TrimSpace(settings["refresh"])}
	if !tokenSign.MatchString(k.Token) {
		return network.Account{}, fault.New(fault.Invalid, "This is not an access token.").WithHint("Copy all of it.").On("token")
	}
	if k.Refresh != "" {
		if !tokenSign.MatchString(k.Refresh) {
			return network.Account{}, fault.New(fault.Invalid, "This is not a refresh token.").WithHint("Copy all of it, or leave it out.").On("refresh")
		}
		k.Until = d.now().Add(lifetime).Unix()
	}
	account, err := d.account(ctx, k)
	if fault.Is(err, fault.Denied) {
		return account, fault.Wrap(fault.Denied, err, "X does not accept this access token.").WithHint("It lasts two hours. Make a new one with the scopes named here.").On("token")
	}
	return account, err
}

// who is what X says about the account itself.
func (d *Driver) who(ctx context.Context, token string) (user, error) {
	var got struct {
		Data user `json:"data"`
	}
	query := url.Values{"user.fields": {fields("profile_image_url", "public_metrics", "verified_type", "subscription_type")}}
	_, err := d.send(ctx, token, rest.Ask{Path: "/2/users/me", Query: query}, &got)
	if err == nil && (!number.MatchString(got.Data.ID) || got.Data.Username == "") {
		err = unclear(rest.Ask{})
	}
	return got.Data, err
}

func (d *Driver) account(ctx context.Context, k keys) (network.Account, error) {
	me, err := d.who(ctx, k.Token)
	if err != nil {
		return network.Account{}, err
	}
	a := me.author()
	account := network.Account{Base: d.api, ID: me.ID, Handle: a.Handle, Name: a.Name, AvatarURL: a.AvatarURL, URL: a.URL, Keys: k.text(), Limits: d.of(me), Granted: k.granted(me)}
	if missing := k.missing(); len(missing) > 0 {
		account.Warning = "Connected, but these scopes are missing: " + strings.Join(missing, ", ") + "."
	}
	return account, nil
}

// granted is what an account lets us do with these keys: what X sells besides, its
// plan says.
func (k keys) granted(me user) network.Granted {
	g := network.Granted{Sort: "standard", Rights: k.Scopes}
	if me.premium() {
		g.Sort = "premium"
	}
	return g
}

func (u user) premium() bool { return strings.HasPrefix(u.Plan, "Premium") }

// of are the limits of an account: who pays X may write more.
func (d *Driver) of(me user) network.Limits {
	l := d.profile.Limits
	if me.premium() {
		l.Text.Max = premiumText
	}
	return l
}

// Check asks how the account is, and renews a token that is about to end.
func (d *Driver) Check(ctx context.Context, conn network.Conn) (network.Health, secret.Text, error) {
	health := network.Health{State: "ok", Text: "Connected.", Limits: d.limits(conn), Handle: conn.Handle, Followers: -1}
	broken := func(err error) (network.Health, secret.Text, error) {
		health.State, health.Expires = "broken", time.Time{}
		health.Text, health.Fix = fault.Shown(err)
		return health, "", nil
	}
	k, err := readKeys(conn.Keys)
	if err != nil {
		return broken(err)
	}
	var fresh secret.Text
	left := time.Unix(k.Until, 0).Sub(d.now())
	ending := k.Until > 0 && left < early
	renews := k.Refresh != "" && conn.App.Known()
	if ending && renews {
		renewed, given, err := d.renewOnce(ctx, conn, k)
		switch {
		case fault.Is(err, fault.Invalid), fault.Is(err, fault.Denied):
			if left <= 0 {
				return broken(fault.Wrap(fault.Denied, err, "X does not renew our access any more.").WithHint("Connect the account again."))
			}
			renews = false
			health.State, health.Text, health.Fix = "warn", "X does not renew our access any more; it ends soon.", "Connect the account again."
		case err != nil:
			return network.Health{}, "", err
		default:
			k, fresh, ending = renewed, given, false
		}
	}
	if !renews && k.Until > 0 { // of what renews, X tells no end
		health.Expires = time.Unix(k.Until, 0).UTC()
	}
	me, err := d.who(ctx, k.Token)
	switch {
	case fault.Is(err, fault.Denied):
		return broken(err)
	case err != nil && fresh == "":
		return network.Health{}, "", err
	case err != nil: // the new keys must not be lost for that
		return health, fresh, nil //nolint:nilerr // said above: the next check asks again
	case me.ID != conn.Account:
		return network.Health{}, "", unclear(rest.Ask{})
	}
	a := me.author()
	health.Name, health.Avatar, health.Handle, health.Limits = a.Name, a.AvatarURL, a.Handle, d.of(me)
	health.Granted = k.granted(me)
	if me.Counts != nil && me.Counts.Followers != nil {
		health.Followers = *me.Counts.Followers
	}
	switch missing := k.missing(); {
	case health.State != "ok":
	case len(missing) > 0:
		health.State, health.Text = "warn", "Connected, but these scopes are missing: "+strings.Join(missing, ", ")+"."
		health.Fix = "Connect the account again and allow everything."
	case ending || k.Refresh == "":
		health.State, health.Text = "warn", "Our access to X ends soon and cannot be renewed."
		health.Fix = "Connect the account again by X's own page, so that Kith can renew the access."
	}
	return health, fresh, nil
}

// renewOnce renews keys of which the one that renews is good once: one process at a time
// where somebody keeps them, and then there is nothing to give back.
func (d *Driver) renewOnce(ctx context.Context, conn network.Conn, k keys) (_ keys, given secret.Text, err error) {
	renew := func(ctx context.Context) (secret.Text, error) {
		next, err := d.renew(ctx, conn.App, k)
		if err != nil {
			return "", err
		}
		return next.text(), nil
	}
	if conn.Renew == nil {
		if given, err = renew(ctx); err != nil {
			return k, "", err
		}
		k, err = readKeys(given)
		return k, given, err
	}
	kept, err := conn.Renew(ctx, conn.Keys, renew)
	if err != nil {
		return k, "", err
	}
	k, err = readKeys(kept)
	return k, "", err
}

// renew changes a refresh token for new keys. It works once: X answers the second
// time that it is not good any more.
func (d *Driver) renew(ctx context.Context, app network.App, k keys) (keys, error) {
	renewed, err := d.token(ctx, app, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {k.Refresh}})
	if err != nil {
		if fault.Is(err, fault.Uncertain) { // tried again, and refused if it was done
			err = fault.Wrap(fault.Unavailable, err, "X did not answer when our access was to be renewed.")
		}
		return k, err
	}
	if renewed.Refresh == "" {
		renewed.Refresh = k.Refresh
	}
	if len(renewed.Scopes) == 0 {
		renewed.Scopes = k.Scopes
	}
	return renewed, nil
}
