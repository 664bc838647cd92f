package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// client is who asks to be let in, as its id says: the address of a document about
// it, or http://localhost with what matters in the query, for one's own machine.
type client struct {
	id, scope string
	redirects []string
	private   bool // it signs
	keys      map[string]any
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

func (n *Network) clientOf(id string) (*client, *problem) {
	u, err := url.Parse(id)
	if err != nil || id == "" || u.Fragment != "" || u.User != nil {
		return nil, wrong("invalid_client", "Invalid client_id")
	}
	if u.Scheme == "http" && u.Host == "localhost" && (u.Path == "" || u.Path == "/") {
		c := &client{id: id, scope: u.Query().Get("scope"), redirects: u.Query()["redirect_uri"]}
		if c.scope == "" {
			c.scope = "atproto"
		}
		if len(c.redirects) == 0 {
			c.redirects = []string{"http://127.0.0.1/", "http://[::1]/"}
		}
		for _, r := range c.redirects {
			if to, err := url.Parse(r); err != nil || !loopback(to) {
				return nil, wrong("invalid_client", "Invalid loopback client ID")
			}
		}
		return c, nil
	}
	if u.Scheme != "https" || u.Path == "" || u.Path == "/" || u.Port() != "" || u.Hostname() == "localhost" {
		return nil, wrong("invalid_client", "Invalid client_id")
	}
	data, err := n.options.Client(id)
	if err != nil {
		return nil, wrong("invalid_client_metadata", "Unable to obtain client metadata")
	}
	return described(id, data)
}

func loopback(u *url.URL) bool {
	return u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
}

// readClient asks for the document of a client as the real server does.
func readClient(id string) ([]byte, error) {
	asker := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, id, http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := asker.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		return nil, errors.New("no document")
	}
	return io.ReadAll(io.LimitReader(response.Body, 64<<10))
}

// described judges the document of a client.
func described(id string, data []byte) (*client, *problem) {
	bad := func(why string) (*client, *problem) { return nil, wrong("invalid_client_metadata", "%s", why) }
	var d struct {
		ID        string   `json:"client_id"`
		URI       string   `json:"client_uri"`
		Type      string   `json:"application_type"`
		Grants    []string `json:"grant_types"`
		Responses []string `json:"response_types"`
		Redirects []string `json:"redirect_uris"`
		Scope     string   `json:"scope"`
		Bound     bool     `json:"dpop_bound_access_tokens"`
		Method    string   `json:"token_endpoint_auth_method"`
		Alg       string   `json:"token_endpoint_auth_signing_alg"`
		Set       struct {
			Keys []map[string]any `json:"keys"`
		} `json:"jwks"`
	}
	if json.Unmarshal(data, &d) != nil || d.ID != id {
		return bad("client_id does not match")
	}
	u, _ := url.Parse(id)
	if d.URI != "" {
		if home, err := url.Parse(d.URI); err != nil || home.Scheme+home.Host != u.Scheme+u.Host {
			return bad("client_uri must have the same origin as the client_id")
		}
	}
	switch {
	case d.Type != "web":
		return bad("application_type must be web")
	case !slices.Contains(d.Grants, "authorization_code") || !slices.Contains(d.Grants, "refresh_token"):
		return bad("grant_types")
	case !slices.Equal(d.Responses, []string{"code"}):
		return bad("response_types")
	case !d.Bound:
		return bad("dpop_bound_access_tokens must be true")
	case !slices.Contains(strings.Fields(d.Scope), "atproto"):
		return bad("scope must include atproto")
	case len(d.Redirects) == 0:
		return bad("At least one redirect_uri is required")
	case d.Method != "none" && d.Method != "private_key_jwt":
		return bad("token_endpoint_auth_method")
	case (d.Method == "private_key_jwt") != (len(d.Set.Keys) > 0), d.Method == "private_key_jwt" && d.Alg != "ES256":
		return bad("jwks")
	}
	for _, r := range d.Redirects {
		if to, err := url.Parse(r); err != nil || to.Scheme != "https" || to.Hostname() == "localhost" {
			return bad("Web clients must use HTTPS redirect URIs")
		}
	}
	c := &client{id: id, scope: d.Scope, redirects: d.Redirects, private: d.Method == "private_key_jwt", keys: map[string]any{}}
	for _, k := range d.Set.Keys {
		kid, _ := k["kid"].(string)
		key, ok := webKey(k)
		if !ok || kid == "" || k["use"] != nil && k["use"] != "sig" {
			return bad("jwks")
		}
		c.keys[kid] = key
	}
	return c, nil
}

// comesBack says whether a person may be sent to an address; on one's own machine the
// port does not matter.
func (c *client) comesBack(to string) bool {
	if strings.HasPrefix(c.id, "https://") {
		return slices.Contains(c.redirects, to)
	}
	u, err := url.Parse(to)
	return err == nil && loopback(u) && slices.ContainsFunc(c.redirects, func(r string) bool {
		have, err := url.Parse(r)
		return err == nil && have.Hostname() == u.Hostname() && have.Path == u.Path && have.RawQuery == u.RawQuery
	})
}

// authenticate says whether it is the client itself that asks.
func (c *client) authenticate(n *Network, form url.Values, host string, now time.Time) *problem {
	refuse := func(why string) *problem { return &problem{http.StatusUnauthorized, "invalid_client", why} }
	if !c.private {
		if form.Get("client_assertion") != "" {
			return refuse("This client does not sign")
		}
		return nil
	}
	if form.Get("client_assertion_type") != assertionType {
		return refuse("client_assertion required")
	}
	_, said, err := signed(form.Get("client_assertion"), func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		if key := c.keys[kid]; key != nil {
			return key, nil
		}
		return nil, errors.New("unknown key")
	})
	if err != nil {
		return refuse("Invalid client_assertion")
	}
	jti, _ := said["jti"].(string)
	at, _ := said["iat"].(float64)
	end, _ := said["exp"].(float64)
	made, until := time.Unix(int64(at), 0), time.Unix(int64(end), 0)
	switch {
	case said["iss"] != c.id || said["sub"] != c.id || said["aud"] != host:
		return refuse("client_assertion of somebody else")
	case jti == "" || made.Before(now.Add(-time.Minute)) || made.After(now.Add(time.Minute)) || until.Before(now) || until.After(made.Add(5*time.Minute)):
		return refuse("client_assertion is too old")
	}
	if _, used := n.proofs["assertion "+jti]; used {
		return refuse("client_assertion was used")
	}
	n.proofs["assertion "+jti] = now.Add(5 * time.Minute)
	return nil
}
