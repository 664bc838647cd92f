package bluesky

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
	"github.com/kithhq/kith/internal/network/rest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/secret"
)

// grant is what is kept of a person's consent, besides the tokens of now.
type grant struct {
	Issuer string `json:"issuer"`
	Token  string `json:"token"`            // where tokens are given
	Revoke string `json:"revoke,omitempty"` // and ended
	Client string `json:"client"`           // who we were called when it was given
	Key    string `json:"key"`              // the tokens are bound to it
	Scope  string `json:"scope"`
	Until  int64  `json:"until"` // of the access token, in seconds since 1970
	Life   int64  `json:"life"`  // of the access token, in seconds
	Since  int64  `json:"since"` // when it was given
}

// unsigned is how long a consent lasts that was given to a client that cannot sign:
// then the person is asked again (the reference server, 26 November 2026). One that
// signs is not asked for two years.
const unsigned = 14 * 24 * time.Hour

// ends is when the person must be asked again; zero: not for long.
func (g grant) ends() time.Time {
	if strings.HasPrefix(g.Client, "https://") {
		return time.Time{}
	}
	return time.Unix(g.Since, 0).UTC().Add(unsigned)
}

// granted is a server's answer with tokens.
type granted struct {
	Access  string `json:"access_token"`
	Type    string `json:"token_type"`
	Refresh string `json:"refresh_token"`
	Seconds int64  `json:"expires_in"`
	Scope   string `json:"scope"`
	DID     string `json:"sub"`
}

// readGranted reads an answer with tokens; ok is false for anything else.
func readGranted(body []byte) (t granted, ok bool) {
	printable := func(s string) bool {
		return s != "" && len(s) <= 16<<10 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
	}
	err := json.Unmarshal(body, &t)
	ok = err == nil && printable(t.Access) && printable(t.Refresh) && strings.EqualFold(t.Type, "DPoP") && didSign.MatchString(t.DID) &&
		len(t.Scope) <= 4<<10 && slices.Contains(strings.Fields(t.Scope), scopeIdentity)
	return t, ok
}

// until is the consent with what an answer says of it.
func (g grant) until(t granted, now time.Time) *grant {
	const usual, most = 15 * 60, 24 * 60 * 60
	g.Life = min(t.Seconds, most)
	if g.Life <= 0 {
		g.Life = usual
	}
	g.Scope, g.Until = t.Scope, now.Unix()+g.Life
	return &g
}

// ahead is how long before its end an access token is renewed, a third of its life at
// most: some servers give short ones.
func (g grant) ahead(most time.Duration) time.Duration {
	return min(most, time.Duration(g.Life)*time.Second/3)
}

// tokens asks for tokens: with a code, or with the token that renews.
func (d *Driver) tokens(ctx context.Context, g grant, app network.App, key signer, form url.Values) (granted, error) {
	var raw json.RawMessage
	if err := d.post(ctx, g.Token, g, app, key, form, &raw); err != nil {
		return granted{}, err
	}
	t, ok := readGranted(raw)
	if !ok {
		return granted{}, misread()
	}
	return t, nil
}

// triesMost is how often something is sent whose proof is refused: as it is, with the
// server's nonce or by the time that the server tells, and without believing that.
const triesMost = 3

// post sends a form to a server that lets us in, with a proof and with who we are.
// Where the server did not look further than at these, it is sent once more.
func (d *Driver) post(ctx context.Context, address string, g grant, app network.App, key signer, form url.Values, out any) error {
	at, err := url.Parse(address)
	if err != nil {
		return fault.New(fault.Invalid, "The address of the server is not valid.").On("server")
	}
	for try := 1; ; try++ {
		if err := assert(form, g.Client, g.Issuer, app, d.clocks.now(at, d.now())); err != nil {
			return err
		}
		server := rest.Server{Out: d.out, Base: address, Failed: unwilling, Strange: strange, Heard: d.hear,
			Sign: func(r *http.Request) error { return d.prove(r, key, "") }}
		_, err := server.Send(ctx, "", rest.Ask{Method: http.MethodPost, Form: form, Harmless: true}, out)
		said := refused(err)
		late := (said == outdated || said == "invalid_client") && d.clocks.doubted(at)
		if try == triesMost || !late && (try > 1 || !unproven(said)) {
			return err
		}
	}
}

// hear keeps what an answer says for the next proof.
func (d *Driver) hear(at *url.URL, header http.Header) {
	d.nonces.hear(at, header)
	d.clocks.hear(at, header, d.now())
}

// prove puts a proof on a request, and the token that it is for.
func (d *Driver) prove(r *http.Request, key signer, access string) error {
	proof, err := key.proof(r.Method, r.URL, d.nonces.get(r.URL).value, access, d.clocks.now(r.URL, d.now()))
	if err != nil {
		return err
	}
	r.Header.Set("DPoP", proof)
	if access != "" {
		r.Header.Set("Authorization", "DPoP "+access)
	}
	return nil
}

// unwilling gives the refusal of a server that lets us in its kind.
func unwilling(a rest.Ask, response *outward.Response, now time.Time) error {
	var said struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(response.Body, &said) != nil || !safeName.MatchString(said.Error) {
		said.Error = ""
	}
	cause := &refusal{status: response.Status, name: said.Error}
	switch {
	case unproven(said.Error), response.Status == http.StatusTooManyRequests, response.Status >= 500:
		return failed(a, response, now)
	case said.Error == "invalid_grant" || said.Error == "access_denied":
		return fault.Wrap(fault.Denied, cause, "Bluesky does not accept this permission any more.").WithHint("Connect the account again.")
	case strings.Contains(said.Error, "client"):
		return fault.Wrap(fault.Denied, cause, "The account’s server does not know this Kith.").
			WithHint("It reads who Kith is at Kith’s public address: look whether that is reached from the internet, then connect again.")
	}
	text, hint := explain(said.Error, "")
	return fault.Wrap(fault.Invalid, cause, "%s", text).WithHint("%s", hint)
}

func misread() error {
	return fault.New(fault.Unavailable, "Bluesky answered something we do not understand.")
}

// refresh spends the token that renews, which is good once.
func (d *Driver) refresh(ctx context.Context, conn network.Conn, k keys) (secret.Text, error) {
	key, err := readSigner(secret.Text(k.OAuth.Key))
	if err != nil {
		return "", err
	}
	t, err := d.tokens(ctx, *k.OAuth, conn.App, key, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {k.Refresh}})
	if err != nil {
		return "", err
	}
	if t.DID != conn.Account {
		return "", fault.New(fault.Denied, "The account’s server gave keys of somebody else.").WithHint("Connect the account again.")
	}
	k.Access, k.Refresh, k.OAuth = t.Access, t.Refresh, k.OAuth.until(t, d.now())
	return k.text(), nil
}

// renewed gives keys that are newer than those one had.
func (d *Driver) renewed(ctx context.Context, conn network.Conn) (network.Conn, error) {
	if conn.Renew == nil {
		return conn, fault.New(fault.Internal, "keys that change must be kept, and nobody does")
	}
	had, err := readKeys(conn.Keys)
	if err != nil {
		return conn, err
	}
	conn.Keys, err = conn.Renew(ctx, conn.Keys, func(ctx context.Context) (secret.Text, error) { return d.refresh(ctx, conn, had) })
	return conn, err
}

// holding gives the connection with keys that hold for a while.
func (d *Driver) holding(ctx context.Context, conn network.Conn, ahead time.Duration) (network.Conn, keys, error) {
	for range 3 { // what others have kept meanwhile may be old, too
		k, err := readKeys(conn.Keys)
		if err != nil || k.OAuth == nil || d.now().Add(k.OAuth.ahead(ahead)).Unix() < k.OAuth.Until {
			return conn, k, err
		}
		if conn, err = d.renewed(ctx, conn); err != nil {
			return conn, keys{}, err
		}
	}
	return conn, keys{}, fault.New(fault.Unavailable, "The keys that Bluesky gives are over at once.").WithHint("Look at the clock of the machine that Kith runs on.")
}

// freshNonce is how old a nonce may be before a file is sent with it: a file is not
// sent twice, and servers change theirs every few minutes.
const freshNonce = 45 * time.Second

// callGranted makes a call in the name of an account whose owner has let us in.
func (d *Driver) callGranted(ctx context.Context, conn network.Conn, a ask, out any) (time.Time, error) {
	conn, k, err := d.holding(ctx, conn, time.Minute)
	if err != nil || k.OAuth == nil { // connected in another way meanwhile
		if err == nil {
			return d.call(ctx, conn, a, out)
		}
		return time.Time{}, err
	}
	if a.stream != nil {
		at, err := url.Parse(conn.Base)
		if err == nil && time.Since(d.nonces.get(at).at) > freshNonce {
			if _, err := d.callGranted(ctx, conn, ask{method: "com.atproto.server.getSession"}, nil); err != nil {
				return time.Time{}, err
			}
		}
	}
	at, err := d.sendGranted(ctx, conn, k, a, out)
	switch refused(err) {
	case "invalid_token", "ExpiredToken", "InvalidToken":
		// Nothing happened. Another process may have renewed it; else we do.
		if conn, err = d.renewed(ctx, conn); err == nil {
			if k, err = readKeys(conn.Keys); err == nil && k.OAuth == nil {
				return d.call(ctx, conn, a, out)
			}
		}
		if err != nil {
			return at, err
		}
		if a.stream != nil {
			return at, fault.New(fault.Unavailable, "The key of Bluesky was renewed in the middle of a file.")
		}
		at, err = d.sendGranted(ctx, conn, k, a, out)
	}
	if fault.Is(err, fault.Denied) && ofKey(err) {
		text, _ := fault.Shown(err)
		err = fault.Wrap(fault.Denied, err, "%s", text).WithHint("Connect the account again, and allow all that is asked.")
	}
	return at, err
}

// sendGranted sends a call with a proof, once more where the server did not look
// further than at the proof.
func (d *Driver) sendGranted(ctx context.Context, conn network.Conn, k keys, a ask, out any) (time.Time, error) {
	key, err := readSigner(secret.Text(k.OAuth.Key))
	if err != nil {
		return time.Time{}, err
	}
	server := rest.Server{Out: d.out, Base: conn.Base, Failed: failed, Strange: strange, Heard: d.hear,
		Sign: func(r *http.Request) error { return d.prove(r, key, k.Access) }}
	at, err := url.Parse(conn.Base)
	if err != nil {
		return time.Time{}, strange(a.rest())
	}
	for try := 1; ; try++ {
		got, err := server.Send(ctx, "", a.rest(), out)
		late := refused(err) == outdated && d.clocks.doubted(at)
		if a.stream != nil || try == triesMost || try > 1 && !late || !unproven(refused(err)) {
			return got.Heard, err
		}
	}
}

// Revoke ends what a person has allowed, at their server.
func (d *Driver) Revoke(ctx context.Context, conn network.Conn) error {
	k, err := readKeys(conn.Keys)
	if err != nil || k.OAuth == nil {
		return nil //nolint:nilerr // an app password is ended by its owner
	}
	return d.end(ctx, k, conn.App)
}

func (d *Driver) end(ctx context.Context, k keys, app network.App) error {
	key, err := readSigner(secret.Text(k.OAuth.Key))
	if err != nil || k.OAuth.Revoke == "" {
		return err
	}
	return d.post(ctx, k.OAuth.Revoke, *k.OAuth, app, key, url.Values{"token": {k.Refresh}, "token_type_hint": {"refresh_token"}}, nil)
}
