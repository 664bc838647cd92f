package bluesky

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
)

// going is what we remember while a person is at their server's page.
type going struct {
	issuer
	Client string `json:"client"`
	DID    string `json:"did"` // who is expected; "": whoever signs in there
	Key    string `json:"key"` // the new tokens will be bound to it
}

// whose finds the account or the server that a person has named.
func (d *Driver) whose(ctx context.Context, settings map[string]string) (did string, i issuer, err error) {
	named := strings.TrimPrefix(strings.TrimSpace(settings["handle"]), "@")
	server := d.options.Server
	if s := strings.TrimSpace(settings["server"]); s != "" {
		if server, err = origin(s); err != nil {
			return "", i, err
		}
	}
	if named == "" {
		return "", i, fault.New(fault.Invalid, "The handle is missing.").WithHint("It looks like name.bsky.social.").On("handle")
	}
	if strings.Contains(named, "://") { // a server: who it is shows when they are back
		base, err := origin(named)
		if err != nil {
			return "", i, err
		}
		if i, err = d.issuerOf(ctx, base); fault.Is(err, fault.Invalid) {
			i, err = d.issuerAt(ctx, base)
		}
		return "", i, err
	}
	did = named
	if !strings.HasPrefix(named, "did:") {
		if !handleSign.MatchString(named) {
			return "", i, fault.New(fault.Invalid, "This is not a handle.").WithHint("It looks like name.bsky.social.").On("handle")
		}
		if did, err = d.resolve(ctx, server, named); err != nil {
			return "", i, err
		}
	}
	doc, err := d.identity(ctx, did)
	if err != nil {
		return "", i, err
	}
	if did != named && !doc.names(named) {
		return "", i, fault.New(fault.Invalid, "The account behind this handle goes by another one.").WithHint("Use the handle that stands on its profile.").On("handle")
	}
	i, err = d.issuerOf(ctx, doc.server())
	return did, i, err
}

// Authorize tells the account's server what we ask for, and gives the address of its
// page of consent.
func (d *Driver) Authorize(ctx context.Context, a network.Asking) (network.Going, error) {
	client, err := clientID(a.Redirect)
	if err != nil {
		return network.Going{}, err
	}
	did, i, err := d.whose(ctx, a.Settings)
	if err != nil {
		return network.Going{}, err
	}
	key, err := newSigner()
	if err != nil {
		return network.Going{}, err
	}
	text, err := key.text()
	if err != nil {
		return network.Going{}, err
	}
	sum := sha256.Sum256([]byte(a.Verifier))
	form := url.Values{"response_type": {"code"}, "redirect_uri": {a.Redirect}, "scope": {wanted}, "state": {a.State},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
	if hint := strings.TrimPrefix(strings.TrimSpace(a.Settings["handle"]), "@"); did != "" {
		form.Set("login_hint", hint)
	}
	var pushed struct {
		URI string `json:"request_uri"`
	}
	if err := d.post(ctx, i.Push, grant{Issuer: i.Issuer, Client: client}, a.App, key, form, &pushed); err != nil {
		return network.Going{}, err
	}
	page, err := url.Parse(i.Page)
	if err != nil || pushed.URI == "" || len(pushed.URI) > 1<<10 {
		return network.Going{}, misread()
	}
	query := page.Query()
	query.Set("client_id", client)
	query.Set("request_uri", pushed.URI)
	page.RawQuery = query.Encode()
	memory, err := json.Marshal(going{i, client, did, text.Reveal()})
	if err != nil {
		return network.Going{}, fault.Wrap(fault.Internal, err, "writing what we ask for")
	}
	return network.Going{URL: page.String(), Memory: secret.Text(memory)}, nil
}

// Grant turns the code into tokens and makes sure that the account they are for
// really lives where the server that gave them may speak for it.
func (d *Driver) Grant(ctx context.Context, a network.Asking, back url.Values) ([]network.Account, error) {
	var g going
	if json.Unmarshal([]byte(a.Memory.Reveal()), &g) != nil || g.Client == "" {
		return nil, fault.New(fault.Internal, "what was asked of a server was not remembered")
	}
	if back.Get("iss") != g.Issuer {
		return nil, fault.New(fault.Denied, "Another server answered than the one that was asked.").WithHint("Begin again.")
	}
	code := back.Get("code")
	if code == "" || len(code) > 4<<10 {
		return nil, fault.New(fault.Invalid, "The server sent nobody’s permission back.").WithHint("Begin again.")
	}
	key, err := readSigner(secret.Text(g.Key))
	if err != nil {
		return nil, err
	}
	to := grant{Since: d.now().Unix(), Issuer: g.Issuer, Token: g.Token, Revoke: g.issuer.Revoke, Client: g.Client, Key: g.Key}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {a.Redirect}, "code_verifier": {a.Verifier}}
	t, err := d.tokens(ctx, to, a.App, key, form)
	if err != nil {
		return nil, err
	}
	k := keys{Access: t.Access, Refresh: t.Refresh, OAuth: to.until(t, d.now())}
	account, err := d.letIn(ctx, g, t, k)
	if err != nil {
		_ = d.end(ctx, k, a.App) // nobody will use them; they end by themselves, too
		return nil, err
	}
	return []network.Account{account}, nil
}

// letIn looks who the tokens are for: the one that was expected, and the server that
// gave them is the one that their own document leads to.
func (d *Driver) letIn(ctx context.Context, g going, t granted, k keys) (network.Account, error) {
	if g.DID != "" && t.DID != g.DID {
		return network.Account{}, fault.New(fault.Denied, "Somebody else signed in than the account that was named.").WithHint("Begin again, and sign in as that account.")
	}
	doc, err := d.identity(ctx, t.DID)
	if err != nil {
		return network.Account{}, err
	}
	i, err := d.issuerOf(ctx, doc.server())
	if err != nil {
		return network.Account{}, err
	}
	if i.Issuer != g.Issuer {
		return network.Account{}, fault.New(fault.Denied, "This server may not speak for the account.").WithHint("Begin again with the handle of the account.")
	}
	k.Server, k.Identifier = doc.server(), t.DID
	handle := doc.handle()
	if did, err := d.resolve(ctx, doc.server(), handle); handle == "" || err != nil || did != t.DID {
		handle = t.DID // it goes by a name that is not its own, or cannot be asked about
	}
	account := network.Account{Base: doc.server(), ID: t.DID, Handle: handle, Name: handle, URL: profileURL(t.DID), Keys: k.text(), Limits: d.profile.Limits, Granted: rights(slices.Contains(strings.Fields(k.OAuth.Scope), scopeChat))}
	conn := network.Conn{Base: account.Base, Account: account.ID, Keys: account.Keys}
	var me profileView
	_, err = d.call(ctx, conn, ask{method: "app.bsky.actor.getProfile", query: url.Values{"actor": {t.DID}}}, &me)
	switch {
	case fault.Is(err, fault.Denied):
		return network.Account{}, err
	case err != nil:
		account.Warning = "Connected, but this server shows no profiles and no reactions at the moment."
	default:
		account.AvatarURL, account.Name = me.Avatar, cmp.Or(me.Name, handle)
	}
	if given := strings.Fields(k.OAuth.Scope); !slices.Contains(given, scopeGeneric) {
		return network.Account{}, fault.New(fault.Denied, "The account did not allow that Kith acts for it.").WithHint("Begin again, and allow all that is asked.")
	} else if !slices.Contains(given, scopeChat) {
		account.Warning = "Connected, but direct messages were not allowed."
	}
	return account, nil
}

func profileURL(did string) string { return "https://bsky.app/profile/" + did }
