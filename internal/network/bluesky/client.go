package bluesky

import (
	"crypto/rand"
	"encoding/json"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// What we ask a person for: who they are, everything that an app password may do,
// and direct messages.
const (
	scopeIdentity = "atproto"
	scopeGeneric  = "transition:generic"
	scopeChat     = "transition:chat.bsky"
	wanted        = scopeIdentity + " " + scopeGeneric + " " + scopeChat
)

// assertionType says that a client shows who it is by a signed text.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// NewClient makes the key with which this house shows servers that it is itself.
func (*Driver) NewClient() (network.App, error) {
	s, err := newSigner()
	if err != nil {
		return network.App{}, err
	}
	text, err := s.text()
	return network.App{ID: "kith-" + rand.Text()[:8], Secret: text}, err
}

// ClientMetadata says to every server who this house is.
func (*Driver) ClientMetadata(app network.App, redirect string) ([]byte, error) {
	s, err := readSigner(app.Secret)
	if err != nil {
		return nil, err
	}
	key, err := s.public()
	if err != nil {
		return nil, err
	}
	key["kid"], key["alg"], key["use"] = app.ID, "ES256", "sig"
	home, err := url.Parse(redirect)
	if err != nil || home.Scheme != "https" {
		return nil, fault.New(fault.Invalid, "This Kith has no public https address.")
	}
	data, err := json.MarshalIndent(map[string]any{ //nolint:gosec // names of methods, and the public half of a key
		"client_id":                       network.ClientID(redirect),
		"client_name":                     "Kith",
		"client_uri":                      home.Scheme + "://" + home.Host,
		"application_type":                "web",
		"grant_types":                     []string{"authorization_code", "refresh_token"},
		"response_types":                  []string{"code"},
		"redirect_uris":                   []string{redirect},
		"scope":                           wanted,
		"dpop_bound_access_tokens":        true,
		"token_endpoint_auth_method":      "private_key_jwt",
		"token_endpoint_auth_signing_alg": "ES256",
		"jwks":                            map[string]any{"keys": []any{key}},
	}, "", "  ")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "writing who this house is")
	}
	return data, nil
}

// clientID is what this house is called where people come back to redirect: the
// address of its own document or, on a machine that only its owner reaches, the form
// that servers know for such machines.
func clientID(redirect string) (string, error) {
	u, err := url.Parse(redirect)
	switch {
	case err != nil:
	case u.Scheme == "https" && u.Port() == "" && publicName(u.Hostname()):
		return network.ClientID(redirect), nil
	case u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "::1"):
		return "http://localhost?" + url.Values{"redirect_uri": {redirect}, "scope": {wanted}}.Encode(), nil
	}
	return "", fault.New(fault.Invalid, "Bluesky comes back to public https addresses only, without a port.").
		WithHint("Whoever runs this Kith gives it one with --public-url; until then, connect with an app password.")
}

// publicName says whether servers take a name for one of the public internet: they
// ask no address in numbers, and no name of a kind that is kept for other things.
func publicName(name string) bool {
	if _, err := netip.ParseAddr(name); err == nil {
		return false
	}
	at := strings.LastIndexByte(name, '.')
	return at > 0 && !slices.Contains([]string{"", "test", "local", "localhost", "invalid", "example", "internal", "lan"}, strings.ToLower(name[at+1:]))
}

// ComesBack says whether servers send people back to an address.
func (*Driver) ComesBack(redirect string) error {
	_, err := clientID(redirect)
	return err
}

// assert adds to a form who we are. A client by its document signs; one on somebody's
// own machine has nothing that it could keep from them.
func assert(form url.Values, client, issuer string, app network.App, now time.Time) error {
	form.Set("client_id", client)
	if !strings.HasPrefix(client, "https://") {
		return nil
	}
	s, err := readSigner(app.Secret)
	if err != nil {
		return err
	}
	text, err := s.sign(map[string]any{"kid": app.ID}, jwt.MapClaims{"iss": client, "sub": client, "aud": issuer, "jti": rand.Text(),
		"iat": now.Unix(), "exp": now.Add(time.Minute).Unix()})
	if err != nil {
		return err
	}
	form.Set("client_assertion_type", assertionType)
	form.Set("client_assertion", text)
	return nil
}
