package bluesky

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
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
		Blocking string `json:"blocking"`
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
		Base: server, ID: t.DID, Handle: t.Handle, Name: t.Handle, URL: "https://bsky.app/profile/" + t.DID,
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
		var found struct {
			DID string `json:"did"`
		}
		_, err := d.send(ctx, d.options.Server, "", ask{method: "com.atproto.identity.resolveHandle", query: url.Values{"handle": {handle}}}, &found)
		if err != nil {
			if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) {
				return "", fault.Wrap(fault.Invalid, err, "Nobody on Bluesky has this handle.").WithHint("Look at the spelling: name.bsky.social, or your own domain.").On("handle")
			}
			return "", err
		}
		did = found.DID
	}
	var address string
	if web, is := strings.CutPrefix(did, "did:web:"); is && !strings.ContainsAny(web, "/:%") {
		address = "https://" + web + "/.well-known/did.json"
	} else if strings.HasPrefix(did, "did:plc:") {
		address = d.options.Directory + "/" + did
	} else {
		return d.options.Server, nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", fault.New(fault.Invalid, "The account's document has no valid address.").On("handle")
	}
	response, err := d.out.Do(ctx, request)
	if err != nil {
		return "", err
	}
	var doc struct {
		Service []struct {
			Type     string `json:"type"`
			Endpoint string `json:"serviceEndpoint"`
		} `json:"service"`
	}
	if response.Status == http.StatusOK && json.Unmarshal(response.Body, &doc) == nil {
		for _, s := range doc.Service {
			// Bluesky's own servers sign in at one common entrance.
			if base, err := origin(s.Endpoint); s.Type == pdsType && err == nil && !strings.HasSuffix(base, ".host.bsky.network") {
				return base, nil
			}
		}
	}
	return d.options.Server, nil
}

// Check asks how the account is and renews its tokens ahead of time. A key that
// is refused is a state of the connection, not an error of the question.
func (d *Driver) Check(ctx context.Context, conn network.Conn) (network.Health, secret.Text, error) {
	health := network.Health{State: "ok", Text: "Connected.", Limits: d.profile.Limits, Handle: conn.Handle, Followers: -1}
	token, err := d.token(ctx, conn, "", 30*time.Minute)
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
	if health.State == "ok" && readClaims(token).Scope == scopePlain {
		health.State, health.Text = "warn", "Connected without direct messages."
		health.Fix = "Make an app password that allows direct messages and connect again."
	}
	if health.State == "ok" {
		_, err := d.call(ctx, conn, ask{method: "chat.bsky.convo.listConvos", query: url.Values{"limit": {"1"}}, chat: true}, nil)
		if err != nil {
			health.State, health.Text = "warn", "Connected, but direct messages cannot be read at the moment."
			health.Fix = "Wait a little; if it stays, make a new app password that allows direct messages."
		}
	}
	return health, d.newest(ctx, conn), nil
}

// newest gives the keys as they are now, empty when they are the ones we have.
func (d *Driver) newest(ctx context.Context, conn network.Conn) secret.Text {
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
