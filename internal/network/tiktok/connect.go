package tiktok

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
	"github.com/kithhq/kith/internal/secret"
)

// wanted are the rights that everything together needs.
func wanted() []string {
	return []string{"user.info.basic", "user.info.profile", "user.info.stats", "video.list", "video.publish", "video.upload"}
}

// profile is an account as its user.info shows it.
type profile struct {
	ID        string `json:"open_id"`
	Name      string `json:"display_name"`
	Username  string `json:"username"`
	Avatar    string `json:"avatar_url"`
	Followers *int64 `json:"follower_count"`
	Following *int64 `json:"following_count"`
	Likes     *int64 `json:"likes_count"`
	Videos    *int64 `json:"video_count"`
}

// Connect tries an access token, and a business token beside it where there is one.
func (d *Driver) Connect(ctx context.Context, settings map[string]string) (network.Account, error) {
	s := trimmed(settings)
	if !token(s["token"]) {
		return network.Account{}, fault.New(fault.Invalid, "This is not an access token.").WithHint("Copy all of it.").On("settings.token")
	}
	return d.account(ctx, keys{pair: pair{Access: s["token"]}}, s)
}

func trimmed(settings map[string]string) map[string]string {
	all := map[string]string{}
	for name, value := range settings {
		all[name] = strings.TrimSpace(value)
	}
	return all
}

func (d *Driver) account(ctx context.Context, k keys, settings map[string]string) (network.Account, error) {
	b, err := d.connectBusiness(ctx, settings)
	if err != nil {
		return network.Account{}, err
	}
	k.Business = b
	p, err := d.person(ctx, k)
	if err != nil {
		return network.Account{}, err
	}
	c, err := d.creator(ctx, k)
	if err != nil && !(fault.Is(err, fault.Throttled) || fault.Is(err, fault.Denied)) {
		return network.Account{}, err
	}
	if p.Username == "" {
		p.Username = c.Username
	}
	p.Name = clip(p.Name, 640)
	if p.Name == "" {
		p.Name = p.Username
	}
	a := network.Account{Base: d.api, ID: p.ID, Handle: clip(p.Username, 128), Name: p.Name, AvatarURL: clip(p.Avatar, 2048), URL: profileURL(p.Username),
		Keys: k.text(), Limits: d.limited(c, k), Granted: k.granted(true)}
	if a.Handle == "" {
		a.Handle = clip(p.Name, 128)
	}
	switch {
	case err != nil:
		text, hint := fault.Shown(err)
		a.Warning = text + " " + hint
	case lacks(k.Scopes) != "":
		a.Warning = "TikTok did not give all rights: some things will not work."
	case k.Business == nil:
		a.Warning = missing
	}
	return a, nil
}

// granted is what an account lets us do with these keys; well: those for comments open.
// Of the rights at TikTok API for Business, those for comments have names that no other
// API of TikTok's has.
func (k keys) granted(well bool) network.Granted {
	g := network.Granted{Sort: "plain", Rights: strings.FieldsFunc(k.Scopes, func(r rune) bool { return r == ',' })}
	b := k.Business
	if b == nil {
		return g
	}
	g.Sort, g.Alias, g.Extended = "business", b.ID, network.ExtendedWell
	if !well || !k.reads() || !k.manages() {
		g.Extended = network.ExtendedBroken
	}
	if k.Scopes == "" {
		return g // what is not known of one is not said of the other
	}
	for _, right := range []string{mayRead, mayManage} {
		if b.may(right) {
			g.Rights = append(g.Rights, right)
		}
	}
	if k.hears() {
		g.Rights = append(g.Rights, mayHear)
	}
	return g
}

// lacks names a right that was not given; unknown rights are taken as given.
func lacks(scopes string) string {
	have := strings.Split(scopes, ",")
	for _, s := range wanted() {
		if scopes != "" && !slices.Contains(have, s) {
			return s
		}
	}
	return ""
}

// person asks who the account is, with as much as its rights allow.
func (d *Driver) person(ctx context.Context, k keys) (profile, error) {
	fields := "open_id,display_name,avatar_url"
	have := func(scope string) bool { return k.Scopes == "" || slices.Contains(strings.Split(k.Scopes, ","), scope) }
	more := fields
	if have("user.info.profile") {
		more += ",username"
	}
	if have("user.info.stats") {
		more += ",follower_count,following_count,likes_count,video_count"
	}
	p, err := d.personOf(ctx, k, more)
	if fault.Is(err, fault.Denied) && more != fields {
		// A field that needs another right makes TikTok refuse all of them.
		p, err = d.personOf(ctx, k, fields)
	}
	return p, err
}

func (d *Driver) personOf(ctx context.Context, k keys, fields string) (profile, error) {
	a := ask{method: http.MethodGet, path: "/user/info/?" + url.Values{"fields": {fields}}.Encode()}
	var got struct {
		User profile `json:"user"`
	}
	if _, err := d.send(ctx, k.Access, a, &got); err != nil {
		return profile{}, err
	}
	if !person.MatchString(got.User.ID) {
		return profile{}, a.misunderstood()
	}
	return got.User, nil
}

// Authorize gives the address of TikTok's page of consent. Web applications keep
// their secret, so TikTok asks them for no PKCE.
func (d *Driver) Authorize(_ context.Context, ask network.Asking) (network.Going, error) {
	if !ask.App.Known() {
		return network.Going{}, fault.New(fault.Invalid, "This Kith has no app at TikTok yet.").WithHint("Set one up under Settings → Channels.")
	}
	return network.Going{URL: d.web + "/v2/auth/authorize/?" + url.Values{"client_key": {ask.App.ID}, "scope": {strings.Join(wanted(), ",")}, "response_type": {"code"},
		"redirect_uri": {ask.Redirect}, "state": {ask.State}}.Encode()}, nil
}

// Grant turns the code into keys; a business token that was typed in beforehand
// goes with them.
func (d *Driver) Grant(ctx context.Context, ask network.Asking, back url.Values) ([]network.Account, error) {
	if back.Get("error") != "" {
		return nil, fault.New(fault.Denied, "TikTok did not let us in.").WithHint("Try again, and agree to what TikTok asks.")
	}
	if back.Get("code") == "" {
		return nil, fault.New(fault.Invalid, "TikTok sent no code.").WithHint("Begin again.")
	}
	p, scopes, err := d.tokens(ctx, ask.App, pair{}, url.Values{"grant_type": {"authorization_code"}, "code": {back.Get("code")}, "redirect_uri": {ask.Redirect}})
	if err != nil {
		return nil, err
	}
	a, err := d.account(ctx, keys{pair: p, Scopes: scopes}, trimmed(ask.Settings))
	if err != nil {
		return nil, err
	}
	return []network.Account{a}, nil
}

// tokens asks for keys: with a code, or with the key that renews. TikTok's errors
// here have another form than elsewhere, and come with any status.
func (d *Driver) tokens(ctx context.Context, app network.App, old pair, form url.Values) (pair, string, error) {
	form.Set("client_key", app.ID)
	form.Set("client_secret", app.Secret.Reveal())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.api+"/v2/oauth/token/", strings.NewReader(form.Encode()))
	if err != nil {
		return pair{}, "", fault.Wrap(fault.Internal, err, "making a call to TikTok")
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := d.out.Do(ctx, request)
	if err != nil {
		return pair{}, "", fault.Wrap(fault.Unavailable, err, "TikTok could not be asked for a key.")
	}
	var got struct {
		Access  string          `json:"access_token"`
		Refresh string          `json:"refresh_token"`
		Lasts   int64           `json:"expires_in"`
		Renew   int64           `json:"refresh_expires_in"`
		Scope   string          `json:"scope"`
		Error   json.RawMessage `json:"error"` // a text here; elsewhere an object
	}
	understood := json.Unmarshal(answer.Body, &got) == nil
	var code string
	_ = json.Unmarshal(got.Error, &code) // what is no text stays empty
	switch {
	case code == "invalid_client" || code == "unauthorized_client":
		return pair{}, "", fault.New(fault.Denied, "TikTok does not know our app, or its secret is wrong.").WithHint("Look at the app under Settings → Channels.")
	case code == "server_error" || code == "temporarily_unavailable" || answer.Status >= 500:
		return pair{}, "", fault.New(fault.Unavailable, "TikTok does not work at the moment.").In(answer.RetryAfter())
	case answer.Status == http.StatusTooManyRequests:
		return pair{}, "", refusal("rate_limit_exceeded", "", ask{harmless: true}, answer)
	case code != "" || answer.Status >= 400:
		return pair{}, "", fault.New(fault.Denied, "TikTok does not accept the key any more.").WithHint("Connect the account again.")
	case !understood || !token(got.Access):
		return pair{}, "", ask{harmless: true}.misunderstood()
	}
	return old.fresh(d.now(), got.Access, got.Refresh, got.Lasts, got.Renew), got.Scope, nil
}

// What is said of keys that nobody renews.
const (
	stuckKey      = "The key ends soon and cannot be renewed."
	stuckBusiness = "The key for comments ends soon and cannot be renewed."
)

// renewed renews what is old of the keys. What can no longer be renewed, and has
// ended, is an error; before that it is a warning.
func (d *Driver) renewed(ctx context.Context, conn network.Conn, k keys) (_ keys, changed bool, stuck string, err error) {
	now := d.now()
	if k.old(now) && k.Refresh != "" && conn.App.Known() {
		p, scopes, err := d.tokens(ctx, conn.App, k.pair, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {k.Refresh}})
		switch {
		case err == nil:
			k.pair, changed = p, true
			if scopes != "" {
				k.Scopes = scopes
			}
		case fault.Is(err, fault.Denied) && now.After(k.Until):
			return k, changed, "", err
		case fault.Is(err, fault.Denied):
			stuck = stuckKey
		default:
			return k, changed, "", err
		}
	} else if k.old(now) {
		stuck = stuckKey
	}
	b := k.Business
	if app := businessOf(conn.App); b != nil && b.Scopes == "" && app.id != "" && !b.old(now) { // they were typed in
		if scopes, err := d.scopes(ctx, app, *b); err == nil {
			known := *b
			known.Scopes = scopes
			k.Business, changed = &known, true
		}
	}
	if b == nil || !b.old(now) {
		return k, changed, stuck, nil
	}
	if b.Refresh == "" || conn.App.Extra[businessApp] == "" {
		if stuck == "" {
			stuck = stuckBusiness
		}
		return k, changed, stuck, nil
	}
	fresh, err := d.renewBusiness(ctx, conn.App, *b)
	switch {
	case err == nil:
		k.Business, changed = &fresh, true
	case fault.Is(err, fault.Denied) && stuck == "":
		stuck = stuckBusiness
	case changed: // what was renewed is kept; this is tried again
	case !fault.Is(err, fault.Denied):
		return k, changed, stuck, err
	}
	return k, changed, stuck, nil
}

// renews says whether there is something to renew, and something to do it with.
func (d *Driver) renews(app network.App, k keys) bool {
	now, b := d.now(), k.Business
	return k.old(now) && k.Refresh != "" && app.Known() || b != nil && b.old(now) && b.Refresh != "" && app.Extra[businessApp] != ""
}

// renewedOnce is renewed for keys of which the one that renews is good once: one process
// at a time where somebody keeps them, and then there is nothing to give back.
func (d *Driver) renewedOnce(ctx context.Context, conn network.Conn, had keys) (k keys, given secret.Text, stuck string, err error) {
	var changed bool
	if conn.Renew == nil || !d.renews(conn.App, had) {
		if k, changed, stuck, err = d.renewed(ctx, conn, had); changed {
			given = k.text()
		}
		return k, given, stuck, err
	}
	asked := false
	kept, cause := conn.Renew(ctx, conn.Keys, func(ctx context.Context) (secret.Text, error) {
		asked = true
		if k, changed, stuck, err = d.renewed(ctx, conn, had); changed {
			return k.text(), nil
		}
		return "", fault.New(fault.Unavailable, "TikTok renewed nothing.") // what it said is err and stuck
	})
	if asked && !changed {
		return had, "", stuck, err
	}
	if cause != nil {
		return had, "", "", cause
	}
	k, err = readKeys(kept)
	return k, "", stuck, err
}

// Check asks how the connection is, and renews keys well before they end.
func (d *Driver) Check(ctx context.Context, conn network.Conn) (network.Health, secret.Text, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return broken(err), "", nil
	}
	k, fresh, stuck, err := d.renewedOnce(ctx, conn, k)
	if err != nil {
		if fault.Is(err, fault.Denied) {
			return broken(err), "", nil
		}
		return network.Health{}, "", err
	}
	health, err := d.health(ctx, k, stuck)
	if err != nil && fault.Is(err, fault.Denied) {
		return broken(err), fresh, nil
	}
	if err != nil && fresh != "" {
		// The new keys may be the only ones that still open: they must be kept.
		text, hint := fault.Shown(err)
		health, err = network.Health{State: "warn", Text: text, Fix: hint, Followers: -1, Limits: conn.Limits, Handle: conn.Handle}, nil
	}
	health.Expires = k.ends(conn.App, stuck)
	return health, fresh, err
}

func (d *Driver) health(ctx context.Context, k keys, stuck string) (network.Health, error) {
	p, err := d.person(ctx, k)
	if err != nil {
		return network.Health{}, err
	}
	c, err := d.creator(ctx, k)
	if err != nil && !fault.Is(err, fault.Throttled) {
		return network.Health{}, err
	}
	h := network.Health{State: "ok", Text: "Connected.", Handle: clip(p.Username, 128), Name: clip(p.Name, 640), Avatar: clip(p.Avatar, 2048), Limits: d.limited(c, k), Followers: -1}
	if h.Handle == "" {
		h.Handle = clip(c.Username, 128)
	}
	if h.Handle == "" {
		h.Handle = clip(p.Name, 128)
	}
	if p.Followers != nil {
		h.Followers = *p.Followers
	}
	var bad error
	if k.Business != nil {
		if bad = d.get(ctx, *k.Business, "/business/get/", url.Values{"fields": {`["username"]`}}, nil); bad != nil && !fault.Is(bad, fault.Denied) {
			bad = nil // it is asked again soon
		}
	}
	var deaf error
	if k.hears() && bad == nil {
		for _, s := range listings() {
			if _, _, err := d.mentions(ctx, *k.Business, s, 0, 1); fault.Is(err, fault.Denied) || fault.Is(err, fault.Invalid) {
				deaf = err // else it is asked again soon
			}
		}
	}
	h.Granted = k.granted(bad == nil && stuck != stuckBusiness)
	switch {
	case err != nil: // TikTok is slow, or takes nothing more today
		h.State = "warn"
		h.Text, h.Fix = fault.Shown(err)
	case stuck == stuckBusiness:
		h.State, h.Text, h.Fix = "warn", stuck, anew
	case stuck != "":
		h.State, h.Text, h.Fix = "warn", stuck, "Connect the account again."
	case bad != nil:
		h.State = "warn"
		h.Text, h.Fix = fault.Shown(bad)
	case k.Business != nil && !(k.reads() && k.manages()):
		h.State, h.Text, h.Fix = "warn", "Not all rights for comments were given: some things will not work.", anew
	case deaf != nil:
		h.State, h.Text, h.Fix = "warn", "Comments come in, mentions do not: TikTok refuses to tell of them.", unheard
	case c.alone():
		h.Text = "Connected. The app has not been audited by TikTok: what it publishes is seen by the account alone."
		h.Fix = "Have the app audited at developers.tiktok.com."
	case k.Business == nil:
		h.Text, h.Fix = "Connected. "+missing, obtain
	}
	return h, nil
}

func broken(err error) network.Health {
	text, hint := fault.Shown(err)
	return network.Health{State: "broken", Text: text, Fix: hint, Followers: -1}
}

// profileURL is where a person is on the web.
func profileURL(username string) string {
	if len(username) > 256 || !handle.MatchString(username) {
		return ""
	}
	return "https://www.tiktok.com/@" + url.PathEscape(username)
}

// postURL is where a post is on the web.
func postURL(username, id string) string {
	if p := profileURL(username); p != "" {
		return p + "/video/" + id
	}
	return ""
}

// month is what counts as recent.
const month = 30 * 24 * time.Hour
