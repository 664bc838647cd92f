package linkedin

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/text"
)

var (
	tokenSign  = text.OnlyOf("A-Za-z0-9_|.~+/=-", 8, 1000) //nolint:gochecknoglobals // a table
	pageNumber = text.OnlyOf("0-9", 1, 20)                 //nolint:gochecknoglobals // a table
)

// soon is how long ahead keys are renewed, and people are told of what ends.
const (
	soon     = 14 * 24 * time.Hour
	outdated = 60 * 24 * time.Hour
)

// Connect tries a token that was made in the developer portal.
func (d *Driver) Connect(ctx context.Context, settings map[string]string) (network.Account, error) {
	token, page := strings.TrimSpace(settings["token"]), strings.TrimPrefix(strings.TrimSpace(settings["page"]), pagePrefix)
	if !tokenSign.MatchString(token) {
		return network.Account{}, fault.New(fault.Invalid, "This is not an access token.").WithHint("Copy all of it.").On("token")
	}
	if page != "" && !pageNumber.MatchString(page) {
		return network.Account{}, fault.New(fault.Invalid, "This is not the number of a Page.").WithHint("It stands in the address of the Page's administration on LinkedIn.").On("page")
	}
	k := keys{Token: token}
	me, err := d.whoami(ctx, &k)
	if err != nil || page == "" {
		return me, err
	}
	var o organization
	if _, err := d.send(ctx, token, ask{path: "rest/organizations/" + page}, &o); err != nil {
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Denied) {
			return network.Account{}, fault.Wrap(fault.Invalid, err, "LinkedIn shows no such Page with this token.").
				WithHint("Look at the number of the Page, and make the token with rw_organization_admin as somebody who administers it.").On("page")
		}
		return network.Account{}, err
	}
	if o.Name == "" && o.Vanity == "" {
		return network.Account{}, ask{}.misunderstood()
	}
	return d.page(pagePrefix+page, o, k), nil
}

// profile is a member as LinkedIn shows one: in two forms, by permission.
type profile struct {
	ID      string `json:"id"`
	First   string `json:"localizedFirstName"`
	Last    string `json:"localizedLastName"`
	Vanity  string `json:"vanityName"`
	Sub     string `json:"sub"`
	Name    string `json:"name"`
	Picture string `json:"picture"`
}

func (p profile) name() string {
	if p.Name != "" {
		return p.Name
	}
	return strings.TrimSpace(p.First + " " + p.Last)
}

// whoami asks whose token it is: with the basic profile, else with OpenID.
func (d *Driver) whoami(ctx context.Context, k *keys) (network.Account, error) {
	var p profile
	err := error(fault.New(fault.Denied, "The key does not say whose it is.").WithHint("Connect LinkedIn again."))
	if k.has("r_basicprofile") {
		_, err = d.send(ctx, k.Token, ask{path: "rest/me"}, &p)
	}
	if fault.Is(err, fault.Denied) && refused(err).status != 401 && k.has("openid") {
		_, err = d.send(ctx, k.Token, ask{path: "v2/userinfo"}, &p)
	}
	if err != nil {
		return network.Account{}, err
	}
	if p.ID == "" {
		p.ID = p.Sub
	}
	k.Member = personPrefix + p.ID
	if !personURN.MatchString(k.Member) {
		return network.Account{}, ask{}.misunderstood()
	}
	a := network.Account{Base: d.api, ID: k.Member, Handle: clip(p.Vanity, 128), Name: clip(p.name(), 640), Keys: k.text(), Limits: d.profile.Limits, Granted: k.granted(k.Member)}
	if strings.HasPrefix(p.Picture, "https://") {
		a.AvatarURL = clip(p.Picture, 2048)
	}
	if a.Handle == "" {
		a.Handle = p.ID
	} else {
		a.URL = "https://www.linkedin.com/in/" + url.PathEscape(a.Handle) + "/"
	}
	if a.Name == "" {
		a.Name = a.Handle
	}
	if !k.seesPosts(k.Member) {
		a.Warning = "Connected. LinkedIn lets Kith post for you, and shows it neither your posts nor what others write below them."
	}
	return a, nil
}

// Check asks how an account and its key are, and renews the key ahead of time
// where LinkedIn gave one to renew with. A key that is refused is a state of the
// connection, not an error of the question.
func (d *Driver) Check(ctx context.Context, conn network.Conn) (network.Health, secret.Text, error) {
	health := network.Health{State: "ok", Text: "Connected.", Limits: d.profile.Limits, Handle: conn.Handle, Followers: -1}
	k, err := keysOf(conn)
	var fresh secret.Text
	if err == nil && k.Until > 0 && d.now().Add(soon).Unix() > k.Until && k.renewable(d.now()) && conn.App.Known() {
		var next keys
		if next, err = d.renew(ctx, conn, k); err == nil {
			k, fresh = next, next.text()
		} else if fault.Is(err, fault.Denied) && d.now().Unix() < k.Until {
			k.Refresh, err = "", nil // the key itself still holds: say when it ends
		}
	}
	if err == nil {
		err = d.look(ctx, conn.Account, &k, &health)
	}
	if fault.Is(err, fault.Denied) || fault.Is(err, fault.NotFound) {
		health.State = "broken"
		if health.Text, health.Fix = fault.Shown(err); health.Fix == "" {
			health.Fix = "Connect LinkedIn again."
		}
		return health, fresh, nil
	}
	health.Expires = k.ends(d.now(), conn.App)
	if err != nil && fresh != "" {
		return health, fresh, nil // a new key must not be lost; the rest is asked the next time
	}
	if err != nil {
		return network.Health{}, "", err
	}
	if known := d.introspect(ctx, conn, &k); known && fresh == "" {
		if old, err := keysOf(conn); err == nil && (old.Until != k.Until || len(old.Scopes) != len(k.Scopes)) {
			fresh = k.text() // what was not known when a token was typed in
		}
	}
	health.Expires = k.ends(d.now(), conn.App) // the question told more of the key
	health.Granted = k.granted(conn.Account)
	d.judge(conn, k, &health)
	return health, fresh, nil
}

// look asks LinkedIn about the account itself.
func (d *Driver) look(ctx context.Context, account string, k *keys, health *network.Health) error {
	if number, page := strings.CutPrefix(account, pagePrefix); page {
		var o organization
		if _, err := d.send(ctx, k.Token, ask{path: "rest/organizations/" + number}, &o); err != nil {
			return err
		}
		if o.Name == "" && o.Vanity == "" {
			return ask{}.misunderstood()
		}
		a := d.page(account, o, *k)
		health.Name, health.Handle = a.Name, a.Handle
		if n, err := d.followers(ctx, k.Token, account); err == nil { // a courtesy
			health.Followers = n
		}
		return nil
	}
	a, err := d.whoami(ctx, k)
	if err != nil {
		return err
	}
	if a.ID != account {
		return fault.New(fault.Denied, "The key belongs to somebody else.").WithHint("Connect LinkedIn again.")
	}
	health.Name, health.Avatar, health.Handle = a.Name, a.AvatarURL, a.Handle
	return nil
}

// introspect asks LinkedIn about the token itself, which only our app may.
func (d *Driver) introspect(ctx context.Context, conn network.Conn, k *keys) (known bool) {
	if !conn.App.Known() || conn.App.Secret == "" {
		return false
	}
	var about struct {
		Active  bool   `json:"active"`
		Expires int64  `json:"expires_at"`
		Scope   string `json:"scope"`
	}
	_, err := d.form(ctx, "/oauth/v2/introspectToken", url.Values{"client_id": {conn.App.ID}, "client_secret": {conn.App.Secret.Reveal()}, "token": {k.Token}}, &about)
	if err != nil || !about.Active || about.Expires <= 0 {
		return false // a token of another app, or no answer: what is known stays
	}
	k.Until = about.Expires
	if all := words(about.Scope); len(all) > 0 {
		k.Scopes = all
	}
	return true
}

// judge says what is or will be wrong.
func (d *Driver) judge(conn network.Conn, k keys, health *network.Health) {
	wanted := memberScopes()
	if isPage(conn.Account) {
		wanted = pageScopes()
	}
	ends, err := time.Parse(time.DateOnly, d.profile.Expires)
	missing := k.lacking(wanted)
	switch {
	case len(missing) > 0:
		health.State, health.Text = "warn", "Connected, but these permissions are missing: "+strings.Join(missing, ", ")+"."
		health.Fix = "Look at the products of your LinkedIn app, then connect again."
	case k.Until > 0 && d.now().Add(soon).Unix() > k.Until && !(k.renewable(d.now()) && conn.App.Known()):
		health.State, health.Text = "warn", "The key of this account expires on "+day(k.Until)+"."
		health.Fix = "Connect LinkedIn again."
	case k.Last > 0 && k.Refresh != "" && d.now().Add(soon).Unix() > k.Last:
		health.State, health.Text = "warn", "LinkedIn lets the key be renewed until "+day(k.Last)+", a year after it was given."
		health.Fix = "Connect LinkedIn again."
	case err == nil && d.now().Add(outdated).After(ends):
		health.State, health.Text = "warn", "LinkedIn ends the version of its API that this Kith speaks on "+d.profile.Expires+"."
		health.Fix = "Update Kith before that day."
	case !k.seesPosts(conn.Account):
		health.Text = "Connected. LinkedIn does not show programs your posts, nor what others write below them."
	}
}
