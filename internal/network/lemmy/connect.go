package lemmy

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
)

// site is what a server says of itself and of who asks.
type site struct {
	Version string `json:"version"`
	View    *struct {
		Site struct {
			Actor string `json:"actor_id"`
		} `json:"site"`
	} `json:"site_view"`
	Me *struct {
		User struct {
			Person person `json:"person"`
		} `json:"local_user_view"`
		Follows   []place `json:"follows"`
		Moderates []place `json:"moderates"`
	} `json:"my_user"`
	Languages []struct {
		ID   int64  `json:"id"`
		Code string `json:"code"`
	} `json:"all_languages"`
}

type place struct {
	Community community `json:"community"`
}

// site asks a server who it is and, with a token, who we are there.
func (d *Driver) site(ctx context.Context, base, token string) (site, error) {
	var s site
	err := d.send(ctx, base, token, ask{path: "/site"}, &s)
	switch {
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Invalid), err == nil && (s.View == nil || s.Version == ""):
		return s, fault.New(fault.Invalid, "There is no Lemmy at this address.").WithHint("Look at the spelling of the server.").On("server")
	case err != nil:
		return s, err
	case s.newer():
		return s, fault.New(fault.Invalid, "This server speaks a newer version of Lemmy than Kith does yet.").WithHint("Kith speaks to servers of the line 0.19.").On("server")
	}
	tongues := map[string]int64{}
	for _, l := range s.Languages {
		tongues[l.Code] = l.ID
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.tongues) > 1000 {
		clear(d.tongues)
	}
	d.tongues[base] = tongues
	return s, nil
}

// newer is a server of version 1 on, which speaks version 4 of the API.
func (s site) newer() bool {
	major, _, _ := strings.Cut(s.Version, ".")
	n, err := strconv.Atoi(major)
	return err == nil && n > 0
}

// Connect signs in once.
func (d *Driver) Connect(ctx context.Context, settings map[string]string) (network.Account, error) {
	base, err := origin(settings["server"])
	if err != nil {
		return network.Account{}, err
	}
	who, password := strings.TrimSpace(settings["username"]), settings["password"]
	if who == "" {
		return network.Account{}, fault.New(fault.Invalid, "The username is missing.").On("username")
	}
	if password == "" {
		return network.Account{}, fault.New(fault.Invalid, "The password is missing.").On("password")
	}
	if _, err := d.site(ctx, base, ""); err != nil {
		return network.Account{}, err
	}
	token, err := d.signIn(ctx, base, who, password, strings.ReplaceAll(settings["code"], " ", ""))
	if err != nil {
		return network.Account{}, err
	}
	s, err := d.site(ctx, base, token)
	if err != nil {
		return network.Account{}, err
	}
	if s.Me == nil || s.Me.User.Person.ID <= 0 || s.Me.User.Person.Name == "" {
		return network.Account{}, ask{}.unclear()
	}
	text, err := json.Marshal(keys{Token: token})
	if err != nil {
		return network.Account{}, fault.Wrap(fault.Internal, err, "writing keys")
	}
	me := s.Me.User.Person.lean().author()
	found := network.Account{Base: base, ID: me.ID, Handle: me.Handle, Name: me.Name, AvatarURL: me.AvatarURL, URL: me.URL, Keys: secret.Text(text), Limits: d.profile.Limits}
	if len(s.Me.Moderates)+len(s.Me.Follows) == 0 {
		found.Warning = "Connected, but this account follows no community yet: follow those on the server that you want to post to."
	}
	return found, nil
}

func (d *Driver) signIn(ctx context.Context, base, who, password, code string) (string, error) {
	body := map[string]string{"username_or_email": who, "password": password}
	if code != "" {
		body["totp_2fa_token"] = code
	}
	var got struct {
		Token string `json:"jwt"`
	}
	err := d.send(ctx, base, "", ask{method: http.MethodPost, path: "/user/login", body: body, harmless: true}, &got)
	switch word := refused(err); {
	case word == "missing_totp_token":
		return "", fault.Wrap(fault.Denied, err, "This account asks for a second factor.").WithHint("Write the six digits of your authenticator, too.").On("code")
	case word == "incorrect_login", word == "not_found", word == "couldnt_find_person", fault.Is(err, fault.NotFound):
		return "", fault.Wrap(fault.Denied, err, "The server does not know this account with this password.").WithHint("Look at both again.").On("password")
	case err != nil:
		return "", err
	case got.Token == "" || strings.ContainsFunc(got.Token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", fault.New(fault.Denied, "The server gave no session: the account may be waiting for approval.").WithHint("Sign in on the server itself and see what it says.")
	}
	return got.Token, nil
}

// origin is scheme and host of an address; what follows is dropped.
func origin(address string) (string, error) {
	address = strings.TrimSpace(address)
	if at := strings.LastIndexByte(address, '@'); at >= 0 && !strings.Contains(address, "://") {
		address = address[at+1:] // somebody wrote name@server
	}
	if address != "" && !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil {
		return "", fault.New(fault.Invalid, "This is not the address of a server.").WithHint("It looks like lemmy.world.").On("server")
	}
	return u.Scheme + "://" + u.Host, nil
}

// me is the server's answer to who we are; a session that ended is Denied.
func (d *Driver) me(ctx context.Context, conn network.Conn) (site, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return site{}, err
	}
	s, err := d.site(ctx, conn.Base, k.Token)
	switch {
	case err != nil:
		return s, err
	case s.Me == nil:
		return s, fault.New(fault.Denied, "The server does not accept our key any more.").WithHint("Connect the account again.")
	case s.Me.User.Person.Banned:
		return s, fault.New(fault.Denied, "The server does not let this account write.").WithHint("Sign in on the server itself: the account may be banned, waiting for approval, or without a confirmed address.")
	case number(s.Me.User.Person.ID) != conn.Account:
		return s, ask{}.unclear()
	}
	return s, nil
}

// Check asks how the account is. Sessions of Lemmy do not expire, so keys never
// change.
func (d *Driver) Check(ctx context.Context, conn network.Conn) (network.Health, secret.Text, error) {
	health := network.Health{State: "ok", Text: "Connected.", Limits: d.profile.Limits, Handle: conn.Handle, Followers: -1}
	s, err := d.me(ctx, conn)
	if fault.Is(err, fault.Denied) || fault.Is(err, fault.Invalid) { // Invalid: it was replaced by another server, or by a newer one
		health.State = "broken"
		health.Text, health.Fix = fault.Shown(err)
		return health, "", nil
	}
	if err != nil {
		return network.Health{}, "", err
	}
	who := s.Me.User.Person.lean().author()
	health.Name, health.Avatar, health.Handle = who.Name, who.AvatarURL, who.Handle
	return health, "", nil
}

// Choices are the communities one may post to: those that the account moderates
// first, then those it follows.
func (d *Driver) Choices(ctx context.Context, conn network.Conn, asked network.Choosing) ([]network.Choice, error) {
	if asked.Option != optionCommunity {
		return nil, fault.New(fault.NotFound, "There is no such option.")
	}
	s, err := d.me(ctx, conn)
	if err != nil {
		return nil, err
	}
	all := []network.Choice{}
	add := func(places []place, moderator bool) {
		for _, p := range places {
			c := p.Community
			value := number(c.ID)
			if c.ID <= 0 || c.Closed && !moderator || len(all) >= 1000 || slices.ContainsFunc(all, func(one network.Choice) bool { return one.Value == value }) {
				continue
			}
			address := person{Name: c.Name, Actor: c.Actor}.handle()
			all = append(all, network.Choice{Value: value, Label: clip(strings.TrimSpace(c.Title+" (!"+address+")"), 300)})
		}
	}
	add(s.Me.Moderates, true)
	add(s.Me.Follows, false)
	return all, nil
}
