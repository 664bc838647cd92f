package instagram

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/secret"
)

// profile is an account as Instagram shows it.
type profile struct {
	ID        graph.Ident `json:"id"`
	UserID    graph.Ident `json:"user_id"` // with Instagram's login, id is another one
	Username  string      `json:"username"`
	Name      string      `json:"name"`
	Picture   string      `json:"profile_picture_url"`
	Followers *int64      `json:"followers_count"`
}

const profileFields = "id,username,name,profile_picture_url,followers_count"

// page is the Page an account is linked to.
type page struct {
	ID      graph.Ident `json:"id"`
	Name    string      `json:"name"`
	Token   string      `json:"access_token"`
	Account *profile    `json:"instagram_business_account"`
}

// renewAhead is how long before its end a token is renewed: half of its life.
const renewAhead = 30 * 24 * time.Hour

// young is how old a token must be for Instagram to renew it.
const young = 24 * time.Hour

// Choices are the places that a post can name: Pages of Facebook, for both logins.
func (d *Driver) Choices(ctx context.Context, conn network.Conn, asked network.Choosing) ([]network.Choice, error) {
	return d.facebook.ChoosePlace(ctx, metaApp(conn), asked)
}

// Connect tries a token: what it begins with says of which login it is.
func (d *Driver) Connect(ctx context.Context, settings map[string]string) (network.Account, error) {
	token := strings.TrimSpace(settings["token"])
	if !graph.TokenSign.MatchString(token) {
		return network.Account{}, fault.New(fault.Invalid, "This is not an access token.").WithHint("Copy all of it.").On("token")
	}
	if strings.HasPrefix(token, "IG") {
		// How long it lives is not told; it is renewed as soon as that is allowed.
		return d.asInstagram(ctx, keys{Login: byInstagram, Token: token, Since: d.now().Unix(), Expires: d.now().Add(60 * 24 * time.Hour).Unix()})
	}
	var p page
	a := graph.Ask{Path: "me", Query: url.Values{"fields": {"id,name,instagram_business_account{" + profileFields + "}"}}}
	if _, err := d.facebook.Send(ctx, token, a, &p); err != nil {
		if fault.Is(err, fault.Invalid) {
			return network.Account{}, fault.Wrap(fault.Invalid, err, "This is the token of a person or of an app, not of a Page.").
				WithHint("Choose the Page where the token is made, and copy the token again.").On("token")
		}
		return network.Account{}, err
	}
	account, err := d.asPage(p, token)
	if err != nil {
		return network.Account{}, err
	}
	if about, known := d.facebook.Debug(ctx, token, network.App{}); known {
		account.Granted = about.Granted(byFacebook)
		if lacks := about.Lacks(wanted(byFacebook)); len(lacks) > 0 {
			account.Warning = "Connected, but these permissions are missing: " + strings.Join(lacks, ", ") + "."
		}
	}
	return account, nil
}

// asPage makes the account that is linked to a Page.
func (d *Driver) asPage(p page, token string) (network.Account, error) {
	if !graph.Object.MatchString(string(p.ID)) {
		return network.Account{}, d.facebook.Misunderstood(graph.Ask{})
	}
	if p.Account == nil {
		return network.Account{}, fault.New(fault.Invalid, "No professional account of Instagram is linked to this Page.").
			WithHint("Link it on Facebook under the Page's settings → Linked accounts. It must be a business or creator account.").On("token")
	}
	return d.account(*p.Account, string(p.Account.ID), d.facebook.Base, keys{Login: byFacebook, Token: token, Page: string(p.ID)})
}

// asInstagram makes the account of a token of Instagram's login.
func (d *Driver) asInstagram(ctx context.Context, k keys) (network.Account, error) {
	var p profile
	a := graph.Ask{Path: "me", Query: url.Values{"fields": {"user_id," + profileFields}}}
	if _, err := d.instagram.Send(ctx, k.Token, a, &p); err != nil {
		return network.Account{}, err
	}
	return d.account(p, string(p.UserID), d.instagram.Base, k)
}

func (d *Driver) account(p profile, id, base string, k keys) (network.Account, error) {
	if !graph.Object.MatchString(id) || p.Username == "" {
		return network.Account{}, d.client(k).Misunderstood(graph.Ask{})
	}
	a := network.Account{Base: base, ID: id, Handle: graph.Clip(p.Username, 128), Name: graph.Clip(p.Name, 640), AvatarURL: graph.Clip(p.Picture, 2048),
		Keys: k.text(), Limits: d.profile.Limits, Granted: k.granted()}
	if a.URL = (person{Username: a.Handle}).author().URL; a.Name == "" {
		a.Name = a.Handle
	}
	return a, nil
}

// Check asks how the account and its key are, and renews a key of Instagram's
// login ahead of its end. A key that is refused is a state of the connection, not
// an error of the question.
func (d *Driver) Check(ctx context.Context, conn network.Conn) (network.Health, secret.Text, error) {
	health := network.Health{State: "ok", Text: "Connected.", Limits: d.profile.Limits, Handle: conn.Handle, Followers: -1}
	s, err := d.open(conn)
	var p profile
	if err == nil {
		err = s.call(ctx, graph.Ask{Path: conn.Account, Query: url.Values{"fields": {profileFields}}}, &p)
	}
	if err == nil && (string(p.ID) != conn.Account || p.Username == "") {
		err = s.misunderstood(graph.Ask{})
	}
	if fault.Is(err, fault.Denied) || fault.Is(err, fault.NotFound) {
		return broken(health, err), "", nil
	}
	if err != nil {
		return network.Health{}, "", err
	}
	health.Granted = s.keys.granted()
	health.Name, health.Avatar, health.Handle = graph.Clip(p.Name, 640), graph.Clip(p.Picture, 2048), graph.Clip(p.Username, 128)
	if p.Followers != nil {
		health.Followers = *p.Followers
	}
	if s.keys.Login == byFacebook {
		if about, known := d.facebook.Debug(ctx, s.keys.Token, s.app()); known {
			health.Granted = about.Granted(byFacebook)
			d.judge(about, &health)
		}
		return health, "", nil
	}
	return s.checkOwn(ctx, health)
}

func broken(health network.Health, err error) network.Health {
	health.State = "broken"
	if health.Text, health.Fix = fault.Shown(err); health.Fix == "" {
		health.Fix = "Connect the account again."
	}
	return health
}

// checkOwn goes on with a key of Instagram's login. Which permissions it has is
// told nowhere; whether it may publish, the quota says.
func (s *session) checkOwn(ctx context.Context, health network.Health) (network.Health, secret.Text, error) {
	health.Expires = time.Unix(s.keys.Expires, 0).UTC()
	if _, err := s.Quota(ctx, s.conn); fault.Is(err, fault.Denied) {
		health.State, health.Text = "warn", "Connected, but Kith may not publish on this account."
		health.Fix = "Connect the account again, and allow everything that is asked."
	}
	if health.Expires.After(s.now().Add(renewAhead)) || s.now().Before(time.Unix(s.keys.Since, 0).Add(young)) {
		return health, "", nil
	}
	k, err := s.renewed(ctx, "refresh_access_token", url.Values{"grant_type": {"ig_refresh_token"}}, s.keys)
	switch {
	case err == nil:
		health.Expires = time.Unix(k.Expires, 0).UTC()
		return health, k.text(), nil
	// The key has just opened the account, so one that is not renewed is no broken one: it
	// may be younger than we know.
	case health.State == "ok" && health.Expires.Before(s.now().Add(14*24*time.Hour)):
		health.State, health.Text = "warn", "The key of this account ends on "+health.Expires.Format("2006-01-02")+", and Instagram did not renew it."
		health.Fix = "Connect the account again."
	}
	return health, "", nil
}

// renewed exchanges a token for one that lives sixty days. Both ways to do that
// take the token in the address, and no other is documented.
func (d *Driver) renewed(ctx context.Context, path string, query url.Values, k keys) (keys, error) {
	query.Set("access_token", k.Token)
	bare := *d.instagram
	bare.Version = ""
	var got struct {
		Token   string `json:"access_token"`
		Seconds int64  `json:"expires_in"`
	}
	a := graph.Ask{Path: path, Query: query}
	if _, err := bare.Send(ctx, "", a, &got); err != nil {
		return keys{}, err
	}
	if !graph.TokenSign.MatchString(got.Token) || got.Seconds <= 0 {
		return keys{}, bare.Misunderstood(a)
	}
	return keys{Login: byInstagram, Token: got.Token, Rights: k.Rights, Since: d.now().Unix(), Expires: d.now().Add(time.Duration(min(got.Seconds, 366*24*3600)) * time.Second).Unix()}, nil
}

// app is our app at Meta, where it is of the same login as the key.
func (s *session) app() network.App {
	if s.keys.Login == byFacebook && loginOf(s.conn.App) == byFacebook {
		return s.conn.App
	}
	return network.App{}
}

// judge says what is or will be wrong with a token of Facebook's login.
func (d *Driver) judge(about graph.Debug, health *network.Health) {
	if about.Expires > 0 {
		health.Expires = time.Unix(about.Expires, 0).UTC()
	}
	soon := d.now().Add(14 * 24 * time.Hour)
	lacks := about.Lacks(wanted(byFacebook))
	switch {
	case !about.Valid:
		health.State, health.Text = "broken", "Instagram does not accept our key any more."
		health.Fix = "Connect the account again."
	case len(lacks) > 0:
		list := strings.Join(lacks, ", ")
		health.State, health.Text = "warn", "Connected, but these permissions are missing: "+list+"."
		health.Fix = "Connect the account again, and allow " + list + "."
	case about.Expires > 0 && about.Expires < soon.Unix():
		health.State, health.Text = "warn", "The key of this account expires on "+health.Expires.Format("2006-01-02")+"."
		health.Fix = "Connect the account again."
	case about.DataAccess > 0 && about.DataAccess < soon.Unix():
		health.State, health.Text = "warn", "Instagram stops showing us what people write on "+time.Unix(about.DataAccess, 0).UTC().Format("2006-01-02")+"."
		health.Fix = "Let the person behind the key sign in again: connect the account again."
	}
}
