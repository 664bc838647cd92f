package linkedin

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// What the app's form asks besides its keys.
const (
	extraAccess      = "access"
	extraApplication = "application"

	accessCommunity = "community"
	accessShare     = "share"
)

// scopes are what an app may ask for. LinkedIn refuses all when one is not the
// app's, so they follow from the product that it has.
func scopes(access string) ([]string, error) {
	switch access {
	case accessCommunity, "":
		return append([]string{"r_basicprofile", "w_member_social", "w_member_social_feed", "r_member_postAnalytics", "r_member_profileAnalytics"}, pageScopes()...), nil
	case accessShare:
		return []string{"openid", "profile", "w_member_social"}, nil
	}
	return nil, fault.New(fault.Invalid, "The access of the LinkedIn app is neither “community” nor “share”.").WithHint("Look at the app in the settings.")
}

// Authorize gives the address of LinkedIn's page of consent. It takes no PKCE.
func (d *Driver) Authorize(_ context.Context, a network.Asking) (network.Going, error) {
	if !a.App.Known() || a.App.Secret == "" {
		return network.Going{}, fault.New(fault.Invalid, "There is no LinkedIn app yet.").WithHint("Enter its client ID and secret in the settings.")
	}
	wanted, err := scopes(a.App.Extra[extraAccess])
	if err != nil {
		return network.Going{}, err
	}
	q := url.Values{"response_type": {"code"}, "client_id": {a.App.ID}, "redirect_uri": {a.Redirect}, "state": {a.State}, "scope": {strings.Join(wanted, " ")}}
	return network.Going{URL: d.www + "/oauth/v2/authorization?" + q.Encode()}, nil
}

// granted is what LinkedIn gives for a code or a token to refresh with.
type granted struct {
	Token     string `json:"access_token"`
	Lasts     int64  `json:"expires_in"`
	Refresh   string `json:"refresh_token"`
	RefreshIn int64  `json:"refresh_token_expires_in"`
	Scope     string `json:"scope"`
}

func (g granted) keys(now time.Time) keys {
	k := keys{Token: g.Token, Refresh: g.Refresh, Scopes: words(g.Scope)}
	if g.Lasts > 0 {
		k.Until = now.Unix() + g.Lasts
	}
	if g.RefreshIn > 0 && g.Refresh != "" {
		k.Last = now.Unix() + g.RefreshIn
	}
	return k
}

// Grant turns what came back into accounts: the member, and the Pages for which
// the member may act.
func (d *Driver) Grant(ctx context.Context, a network.Asking, back url.Values) ([]network.Account, error) {
	switch reason := back.Get("error"); reason {
	case "":
	case "user_cancelled_login", "user_cancelled_authorize", "access_denied":
		return nil, fault.New(fault.Denied, "You did not allow it on LinkedIn.").WithHint("Try again, and choose “Allow”.")
	case "unauthorized_scope_error", "invalid_scope":
		return nil, fault.New(fault.Denied, "LinkedIn has not given your app all permissions that Kith asks for.").
			WithHint("Look at the products of the app in the developer portal, and at “Access” in the settings.")
	default:
		return nil, fault.New(fault.Denied, "LinkedIn did not let us in.").WithHint("Try again.")
	}
	code := back.Get("code")
	if code == "" || len(code) > 2048 {
		return nil, fault.New(fault.Invalid, "LinkedIn came back without a code.").WithHint("Try again.")
	}
	var g granted
	r, err := d.form(ctx, "/oauth/v2/accessToken", url.Values{"grant_type": {"authorization_code"}, "code": {code},
		"redirect_uri": {a.Redirect}, "client_id": {a.App.ID}, "client_secret": {a.App.Secret.Reveal()}}, &g)
	if err != nil {
		return nil, tokenRefused(r, err)
	}
	if !tokenSign.MatchString(g.Token) {
		return nil, ask{}.misunderstood()
	}
	k := g.keys(d.now())
	me, err := d.whoami(ctx, &k)
	if err != nil {
		return nil, err
	}
	all := []network.Account{me}
	if k.has("rw_organization_admin") && len(k.Scopes) > 0 {
		pages, err := d.administered(ctx, k)
		if err != nil {
			return nil, err
		}
		all = append(all, pages...)
	}
	return all, nil
}

// tokenRefused says what is wrong with a code, a token to refresh with, or the app.
func tokenRefused(r *refusal, err error) error {
	if r == nil || r.status >= 500 || r.status == http.StatusTooManyRequests {
		return err
	}
	if r.OAuth == "invalid_client" || r.OAuth == "invalid_client_id" {
		return fault.Wrap(fault.Denied, r, "LinkedIn does not know your app by this client ID and secret.").WithHint("Copy both again from the page Auth of the app.")
	}
	return fault.Wrap(fault.Denied, r, "LinkedIn did not give us a key.").WithHint("Connect LinkedIn again.")
}

// renew gets a new token without the person.
func (d *Driver) renew(ctx context.Context, conn network.Conn, k keys) (keys, error) {
	var g granted
	r, err := d.form(ctx, "/oauth/v2/accessToken", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {k.Refresh},
		"client_id": {conn.App.ID}, "client_secret": {conn.App.Secret.Reveal()}}, &g)
	if err != nil {
		return k, tokenRefused(r, err)
	}
	if !tokenSign.MatchString(g.Token) {
		return k, ask{}.misunderstood()
	}
	next := g.keys(d.now())
	next.Member = k.Member
	if next.Refresh == "" {
		next.Refresh, next.Last = k.Refresh, k.Last
	}
	if next.Last == 0 {
		next.Last = k.Last
	}
	if len(next.Scopes) == 0 {
		next.Scopes = k.Scopes
	}
	return next, nil
}

// organization is a Page as LinkedIn shows it.
type organization struct {
	Name   string `json:"localizedName"`
	Vanity string `json:"vanityName"`
}

// Roles with which somebody may post for a Page.
func posting() []string {
	return []string{"ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "CONTENT_ADMIN", "DIRECT_SPONSORED_CONTENT_POSTER", "RECRUITING_POSTER"}
}

// administered gives the Pages for which a member may post.
func (d *Driver) administered(ctx context.Context, k keys) ([]network.Account, error) {
	var l list
	if _, err := d.send(ctx, k.Token, ask{path: "rest/organizationAcls", query: "q=roleAssignee&state=APPROVED&count=100"}, &l); err != nil {
		return nil, err
	}
	if l.Elements == nil {
		return nil, ask{}.misunderstood()
	}
	roles := map[string][]string{}
	var order []string
	for _, item := range l.Elements {
		var one struct {
			Role   string `json:"role"`
			Page   string `json:"organization"`
			Target string `json:"organizationTarget"`
			State  string `json:"state"`
		}
		_ = json.Unmarshal(item, &one) // what is of another type stays empty
		if one.Page == "" {
			one.Page = one.Target
		}
		if !pageURN.MatchString(one.Page) || !slices.Contains(posting(), one.Role) || one.State != "" && one.State != "APPROVED" {
			continue
		}
		if roles[one.Page] == nil {
			order = append(order, one.Page)
		}
		roles[one.Page] = append(roles[one.Page], one.Role)
	}
	known, err := d.named(ctx, k.Token, order)
	if err != nil {
		return nil, err
	}
	all := make([]network.Account, 0, len(order))
	for _, urn := range order {
		account := d.page(urn, known[urn], k)
		if !slices.Contains(roles[urn], "ADMINISTRATOR") {
			account.Warning = "Connected, but you are no super admin of this Page: LinkedIn shows Kith neither its figures nor what is said below its posts."
		}
		all = append(all, account)
	}
	return all, nil
}

// named asks what Pages are called: all at once where the app may, else one by one.
func (d *Driver) named(ctx context.Context, token string, urns []string) (map[string]organization, error) {
	known := map[string]organization{}
	if len(urns) == 0 {
		return known, nil
	}
	numbers := make([]string, len(urns))
	for i, urn := range urns {
		numbers[i] = strings.TrimPrefix(urn, pagePrefix)
	}
	var several struct {
		Results map[string]json.RawMessage `json:"results"`
	}
	_, err := d.send(ctx, token, ask{path: "rest/organizations", query: "ids=List(" + strings.Join(numbers, ",") + ")"}, &several)
	if err == nil {
		for _, number := range numbers {
			var o organization
			if json.Unmarshal(several.Results[number], &o) == nil {
				known[pagePrefix+number] = o
			}
		}
		return known, nil
	}
	if !fault.Is(err, fault.Denied) {
		return nil, err
	}
	for _, number := range numbers[:min(len(numbers), 20)] { // an app under development asks for each alone
		var o organization
		_, err := d.send(ctx, token, ask{path: "rest/organizations/" + number}, &o)
		if err != nil && !fault.Is(err, fault.Denied) && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		known[pagePrefix+number] = o
	}
	return known, nil
}

func (d *Driver) page(urn string, o organization, k keys) network.Account {
	number := strings.TrimPrefix(urn, pagePrefix)
	a := network.Account{Base: d.api, ID: urn, Handle: clip(o.Vanity, 128), Name: clip(o.Name, 640), URL: "https://www.linkedin.com/company/" + number, Keys: k.text(), Limits: d.profile.Limits, Granted: k.granted(urn)}
	if a.Handle == "" {
		a.Handle = number
	}
	if a.Name == "" {
		a.Name = a.Handle
	}
	return a
}

func day(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.DateOnly) }

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
