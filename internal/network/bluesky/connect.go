package bluesky

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
)

const (
	pdsType    = "AtprotoPersonalDataServer"
	scopePlain = "com.atproto.appPass" // an app password without direct messages
)

// profileView is a person as the AppView shows them.
type profileView struct {
	DID       string `json:"did"`
	Handle    string `json:"handle"`
	Name      string `json:"displayName"`
	Avatar    string `json:"avatar"`
	Followers *int64 `json:"followersCount"`
	Following *int64 `json:"followsCount"`
	Posts     *int64 `json:"postsCount"`
	Viewer    struct {
		Blocking  string `json:"blocking"`
		BlockedBy bool   `json:"blockedBy,omitempty"`
	} `json:"viewer"`
}

// Connect signs in with handle and app password.
func (d *Driver) Connect(ctx context.Context, settings map[string]string) (network.Account, error) {
	handle := strings.TrimPrefix(strings.TrimSpace(settings["handle"]), "@")
	password := strings.TrimSpace(settings["password"])
	if handle == "" {
		return network.Account{}, fault.New(fault.Invalid, "The handle is missing.").WithHint("It looks like name.bsky.social.").On("handle")
	}
	if password == "" {
		return network.Account{}, fault.New(fault.Invalid, "The app password is missing.").On("password")
	}
	server, err := d.serverOf(ctx, handle, settings["server"])
	if err != nil {
		return network.Account{}, err
	}
	t, err := d.signIn(ctx, server, handle, password)
	if err != nil {
		if refused(err) == "AuthenticationRequired" {
			return network.Account{}, fault.Wrap(fault.Denied, err, "Bluesky does not know this handle with this app password.").
				WithHint("Look at both again; if the account lives on a server of its own, name the server.").On("password")
		}
		return network.Account{}, err
	}
	k := keys{Server: server, Identifier: t.DID, Password: password, Access: t.Access, Refresh: t.Refresh}
	account := network.Account{
		Base: server, ID: t.DID, Handle: t.Handle, Name: t.Handle, URL: profileURL(t.DID),
		Keys: k.text(), Limits: d.profile.Limits,
	}
	for _, s := range t.Doc.Service {
		if base, err := origin(s.Endpoint); s.Type == pdsType && err == nil {
			account.Base = base // where the account's records live
		}
	}
	var me profileView
	conn := network.Conn{Base: account.Base, Account: account.ID, Keys: account.Keys}
	if _, err := d.call(ctx, conn, ask{method: "app.bsky.actor.getProfile", query: url.Values{"actor": {t.DID}}}, &me); err == nil {
		account.AvatarURL = me.Avatar
		if me.Name != "" {
			account.Name = me.Name
		}
	} else {
		account.Warning = "Connected, but this server shows no profiles and no reactions at the moment."
	}
	if readClaims(t.Access).Scope == scopePlain {
		account.Warning = "Connected, but this app password may not read or write direct messages."
	}
	return account, nil
}

// origin is scheme and host of an address; what follows is dropped.
func origin(address string) (string, error) {
	address = strings.TrimSpace(address)
	if address != "" && !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil {
		return "", fault.New(fault.Invalid, "This is not the address of a server.").WithHint("It looks like https://pds.example.org.").On("server")
	}
	return u.Scheme + "://" + u.Host, nil
}

// serverOf finds the server that signs an account in: the one that was named,
// else where the account's own document says, else the usual one.
func (d *Driver) serverOf(ctx context.Context, handle, named string) (string, error) {
	if strings.TrimSpace(named) != "" {
		return origin(named)
	}
	did := handle
	if !strings.HasPrefix(handle, "did:") {
		var err error
		if did, err = d.resolve(ctx, d.options.Server, handle); err != nil {
			return "", err
		}
	}
	doc, err := d.documentOf(ctx, did)
	if err != nil {
		return "", err
	}
	// Bluesky's own servers sign in at one common entrance.
	if base := doc.server(); base != "" && !strings.HasSuffix(base, ".host.bsky.network") {
		return base, nil
	}
	return d.options.Server, nil
}

// Check asks how the account is and renews its tokens ahead of time. A key that
// is refused is a state of the connection, not an error of the question.
func (d *Driver) Check(ctx context.Context, conn network.Conn) (network.Health, secret.Text, error) {
	health := network.Health{State: "ok", Text: "Connected.", Limits: d.profile.Limits, Handle: conn.Handle, Followers: -1}
	if k, err := readKeys(conn.Keys); err == nil && k.OAuth != nil {
		health.Expires = k.OAuth.ends()
	}
	conn, chats, err := d.ahead(ctx, conn, 30*time.Minute)
	if err == nil {
		var me profileView
		_, err = d.call(ctx, conn, ask{method: "app.bsky.actor.getProfile", query: url.Values{"actor": {conn.Account}}}, &me)
		if err == nil {
			health.Name, health.Avatar, health.Handle = me.Name, me.Avatar, me.Handle
			if health.Name == "" {
				health.Name = me.Handle
			}
			if me.Followers != nil {
				health.Followers = *me.Followers
			}
		} else if refused(err) == "UpstreamFailure" {
			health.State, health.Text = "warn", "Posts go out, but this server shows no reactions at the moment."
			health.Fix, err = "Wait a little; if it stays, ask whoever runs the server.", nil
		}
	}
	if fault.Is(err, fault.Denied) {
		health.State = "broken"
		health.Text, health.Fix = fault.Shown(err)
		err = nil
	}
	if err != nil {
		return network.Health{}, "", err
	}
	health.Granted = rights(chats)
	if health.State == "ok" && !chats {
		health.State, health.Text = "warn", "Connected without direct messages."
		health.Fix = "Connect again by Bluesky’s page, or with an app password that allows direct messages."
	}
	if health.State == "ok" {
		_, err := d.call(ctx, conn, ask{method: "chat.bsky.convo.listConvos", query: url.Values{"limit": {"1"}}, chat: true}, nil)
		if err != nil {
			health.State, health.Text = "warn", "Connected, but direct messages cannot be read at the moment."
			health.Fix = "Wait a little; if it stays, connect again and allow direct messages."
		}
	}
	return health, d.newest(ctx, conn), nil
}

// ahead renews keys before they end, and says whether they open direct messages.
func (d *Driver) ahead(ctx context.Context, conn network.Conn, early time.Duration) (network.Conn, bool, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return conn, false, err
	}
	if k.OAuth == nil {
		token, err := d.token(ctx, conn, "", early)
		return conn, readClaims(token).Scope != scopePlain, err
	}
	conn, k, err = d.holding(ctx, conn, early)
	return conn, err == nil && (k.OAuth == nil || slices.Contains(strings.Fields(k.OAuth.Scope), scopeChat)), err
}

// rights are what an account lets us do: an app password has all or, made so, no
// messages, as consent has.
func rights(chats bool) network.Granted {
	if chats {
		return network.Granted{Rights: []string{scopeGeneric, scopeChat}}
	}
	return network.Granted{Rights: []string{scopeGeneric}}
}

// newest gives the keys as they are now, empty when they are the ones we have.
func (d *Driver) newest(ctx context.Context, conn network.Conn) secret.Text {
	if k, err := readKeys(conn.Keys); err != nil || k.OAuth != nil {
		return "" // these are kept when they are renewed
	}
	s, err := d.enter(ctx, conn)
	if err != nil {
		return ""
	}
	defer s.leave()
	if text := s.keys.text(); text != conn.Keys {
		return text
	}
	return ""
}
