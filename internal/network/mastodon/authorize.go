package mastodon

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
	"github.com/kithhq/kith/internal/secret"
)

// scopes are what we ask a person for.
func scopes() []string { return []string{"read", "write", "follow"} }

// registration is our app on one server, remembered until the person is back.
// Every server makes its own, at once and for nothing.
type registration struct {
	Base   string `json:"base"`
	ID     string `json:"id"`
	Secret string `json:"secret"`
}

// Authorize makes an app on the server and gives the address of its page of
// consent.
func (d *Driver) Authorize(ctx context.Context, a network.Asking) (network.Going, error) {
	base, err := origin(a.Settings["server"])
	if err != nil {
		return network.Going{}, err
	}
	if _, err := d.instance(ctx, base); err != nil { // nobody is sent to what is no Mastodon
		return network.Going{}, err
	}
	var made struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	body := map[string]string{"client_name": "Kith", "redirect_uris": a.Redirect, "scopes": strings.Join(scopes(), " ")}
	if _, err := d.send(ctx, base, "", rest.Ask{Method: http.MethodPost, Path: "/api/v1/apps", Body: body, Harmless: true}, &made); err != nil {
		return network.Going{}, err
	}
	if made.ID == "" || made.Secret == "" {
		return network.Going{}, fault.New(fault.Unavailable, "The server answered something we do not understand.")
	}
	memory, err := json.Marshal(registration{base, made.ID, made.Secret})
	if err != nil {
		return network.Going{}, fault.Wrap(fault.Internal, err, "writing an app")
	}
	sum := sha256.Sum256([]byte(a.Verifier))
	query := url.Values{
		"response_type": {"code"}, "client_id": {made.ID}, "redirect_uri": {a.Redirect}, "scope": {strings.Join(scopes(), " ")}, "state": {a.State},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	return network.Going{URL: base + "/oauth/authorize?" + query.Encode(), Memory: secret.Text(memory)}, nil
}

// Grant turns the code into a token, and says whose it is.
func (d *Driver) Grant(ctx context.Context, a network.Asking, back url.Values) ([]network.Account, error) {
	var app registration
	if json.Unmarshal([]byte(a.Memory.Reveal()), &app) != nil || app.ID == "" {
		return nil, fault.New(fault.Internal, "an app of a server was not remembered")
	}
	code := back.Get("code")
	if code == "" || len(code) > 2048 {
		return nil, fault.New(fault.Invalid, "The server sent nobody's permission back.").WithHint("Begin again.")
	}
	var got struct {
		Token string `json:"access_token"`
		Scope string `json:"scope"`
	}
	body := map[string]string{"grant_type": "authorization_code", "code": code, "client_id": app.ID, "client_secret": app.Secret,
		"redirect_uri": a.Redirect, "code_verifier": a.Verifier, "scope": strings.Join(scopes(), " ")}
	// A code is good once: what got lost is begun again by the person.
	if _, err := d.send(ctx, app.Base, "", rest.Ask{Method: http.MethodPost, Path: "/oauth/token", Body: body, Harmless: true}, &got); err != nil {
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Denied) {
			return nil, fault.Wrap(fault.Denied, err, "The server does not accept this permission any more.").WithHint("Begin again; it is good for a few minutes, and once.")
		}
		return nil, err
	}
	if got.Token == "" {
		return nil, fault.New(fault.Unavailable, "The server answered something we do not understand.")
	}
	found, err := d.account(ctx, app.Base, keys{Token: got.Token, ID: app.ID, Secret: app.Secret, Scopes: got.Scope})
	if err != nil {
		return nil, err
	}
	if missing := without(strings.Fields(got.Scope)); got.Scope != "" && len(missing) > 0 {
		found.Warning = "Connected, but these permissions are missing: " + strings.Join(missing, ", ") + "."
	}
	return []network.Account{found}, nil
}

// without are the scopes that were not given.
func without(given []string) []string {
	return slices.DeleteFunc(scopes(), func(s string) bool { return slices.Contains(given, s) })
}

// Revoke ends the token of an account on its server. A token that its owner made
// there belongs to an app of theirs, and is ended by them.
func (d *Driver) Revoke(ctx context.Context, conn network.Conn) error {
	k, err := readKeys(conn.Keys)
	if err != nil || k.ID == "" {
		return err
	}
	body := map[string]string{"client_id": k.ID, "client_secret": k.Secret, "token": k.Token}
	_, err = d.send(ctx, conn.Base, "", rest.Ask{Method: http.MethodPost, Path: "/oauth/revoke", Body: body, Harmless: true}, nil)
	return err
}
