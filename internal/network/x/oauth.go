package x

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
	"github.com/kithhq/kith/internal/secret"
)

// keys is what is kept, sealed, of an account.
type keys struct {
	Token   string   `json:"token"`
	Refresh string   `json:"refresh,omitempty"`
	Until   int64    `json:"until,omitempty"` // seconds since 1970; 0: not known
	Scopes  []string `json:"scopes,omitempty"`
}

func readKeys(text secret.Text) (keys, error) {
	var k keys
	if json.Unmarshal([]byte(text.Reveal()), &k) != nil || k.Token == "" {
		return k, fault.New(fault.Denied, "The keys of this account are not complete.").WithHint("Connect the account again.")
	}
	return k, nil
}

func (k keys) text() secret.Text {
	data, err := json.Marshal(k)
	if err != nil {
		panic(err) // strings and numbers alone
	}
	return secret.Text(data)
}

// stale says that the token is over and can be renewed.
func (k keys) stale(now time.Time) bool {
	return k.Until > 0 && k.Refresh != "" && now.Unix() >= k.Until
}

// missing are the scopes that were not given; none where that is not known.
func (k keys) missing() []string {
	if len(k.Scopes) == 0 {
		return nil
	}
	return slices.DeleteFunc(wanted(), func(s string) bool { return slices.Contains(k.Scopes, s) })
}

// granted is what X answers when it gives a token.
type granted struct {
	Token   string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Seconds int64  `json:"expires_in"`
	Scope   string `json:"scope"`
}

// Authorize gives the address of X's page of consent.
func (d *Driver) Authorize(_ context.Context, ask network.Asking) (network.Going, error) {
	if !ask.App.Known() {
		return network.Going{}, noApp()
	}
	sum := sha256.Sum256([]byte(ask.Verifier))
	q := url.Values{"response_type": {"code"}, "client_id": {ask.App.ID}, "redirect_uri": {ask.Redirect}, "scope": {strings.Join(wanted(), " ")},
		"state": {ask.State}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
	return network.Going{URL: d.site + "/i/oauth2/authorize?" + q.Encode()}, nil
}

func noApp() error {
	return fault.New(fault.Invalid, "Kith has no app at X yet.").WithHint("Make one in X's developer console and give its client ID and secret under Settings → Channels.")
}

// Grant turns the code that X gave into the account that let us in.
func (d *Driver) Grant(ctx context.Context, a network.Asking, back url.Values) ([]network.Account, error) {
	if !a.App.Known() {
		return nil, noApp()
	}
	code := back.Get("code")
	if back.Get("error") != "" || code == "" {
		return nil, fault.New(fault.Denied, "X did not let Kith in: the access was refused there.").WithHint("Begin again and choose “Authorize app”.")
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {a.Redirect}, "code_verifier": {a.Verifier}}
	k, err := d.token(ctx, a.App, form)
	if err != nil {
		if fault.Is(err, fault.Invalid) {
			err = fault.Wrap(fault.Denied, err, "X does not accept the code any more; it is good for 30 seconds.").WithHint("Begin again.")
		}
		return nil, err
	}
	account, err := d.account(ctx, k)
	if err != nil {
		return nil, err
	}
	return []network.Account{account}, nil
}

// token asks for a token: with a code, or with the refresh token of the one before.
func (d *Driver) token(ctx context.Context, app network.App, form url.Values) (keys, error) {
	a := asApp(app, "/2/oauth2/token", form)
	var got granted
	if _, err := d.send(ctx, "", a, &got); err != nil {
		return keys{}, err
	}
	if !tokenSign.MatchString(got.Token) || got.Refresh != "" && !tokenSign.MatchString(got.Refresh) {
		return keys{}, unclear(a)
	}
	k := keys{Token: got.Token, Refresh: got.Refresh, Scopes: strings.Fields(clip(got.Scope, 2048))}
	if got.Seconds > 0 && got.Seconds < 1<<32 {
		k.Until = d.now().Unix() + got.Seconds
	}
	return k, nil
}

// asApp is a question of our app: it proves itself with its secret, where it has one.
func asApp(app network.App, path string, form url.Values) rest.Ask {
	a := rest.Ask{Method: http.MethodPost, Path: path, Form: form}
	if app.Secret != "" {
		a.Basic = [2]string{url.QueryEscape(app.ID), url.QueryEscape(app.Secret.Reveal())}
	} else {
		form.Set("client_id", app.ID)
	}
	return a
}

// Revoke ends the keys of an account at X: each of them, and what renews first.
func (d *Driver) Revoke(ctx context.Context, conn network.Conn) error {
	k, err := readKeys(conn.Keys)
	if err != nil || !conn.App.Known() {
		return err // tokens are ended by the app that they were given to
	}
	var failed []error
	for _, token := range []string{k.Refresh, k.Token} {
		if token == "" {
			continue
		}
		a := asApp(conn.App, "/2/oauth2/revoke", url.Values{"token": {token}})
		a.Harmless = true
		if _, err := d.send(ctx, "", a, nil); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}
