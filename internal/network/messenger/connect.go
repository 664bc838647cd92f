package messenger

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/secret"
)

// keys are what we keep of a connection.
type keys struct {
	Token string `json:"token"`
}

func (k keys) text() secret.Text {
	data, err := json.Marshal(k)
	if err != nil {
		panic(err) // one text
	}
	return secret.Text(data)
}

func token(conn network.Conn) (string, error) {
	var k keys
	if json.Unmarshal([]byte(conn.Keys.Reveal()), &k) != nil || k.Token == "" || !graph.Object.MatchString(conn.Account) {
		return "", fault.New(fault.Denied, "The key of this Page is not complete.").WithHint("Connect Messenger again.")
	}
	return k.Token, nil
}

// page is a Page as Graph shows it.
type page struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Username string `json:"username"`
	Picture  struct {
		Data struct {
			URL string `json:"url"`
		} `json:"data"`
	} `json:"picture"`
}

const pageFields = "id,name,username,picture"

func (p page) handle() string {
	if p.Username != "" {
		return graph.Clip(p.Username, 128)
	}
	return p.ID
}

// Connect tries the token on the Page and its conversations.
func (d *Driver) Connect(ctx context.Context, settings map[string]string) (network.Account, error) {
	id, key := strings.TrimSpace(settings["page"]), strings.TrimSpace(settings["token"])
	if !graph.Object.MatchString(id) {
		return network.Account{}, fault.New(fault.Invalid, "This is not the number of a Page.").WithHint("It stands on Facebook under About → Page transparency.").On("page")
	}
	if !graph.TokenSign.MatchString(key) {
		return network.Account{}, fault.New(fault.Invalid, "This is not an access token.").WithHint("Copy all of it.").On("token")
	}
	var p page
	if _, err := d.graph.Send(ctx, key, graph.Ask{Path: id, Query: url.Values{"fields": {pageFields}}}, &p); err != nil {
		if fault.Is(err, fault.NotFound) {
			return network.Account{}, fault.Wrap(fault.Invalid, err, "Facebook shows no such Page with this token.").
				WithHint("Look at the number of the Page, and make the token for this Page.").On("page")
		}
		return network.Account{}, err
	}
	if !graph.Object.MatchString(p.ID) {
		return network.Account{}, d.graph.Misunderstood(graph.Ask{})
	}
	about, known := d.graph.Debug(ctx, key, network.App{})
	if known && about.Type != "" && about.Type != "PAGE" {
		return network.Account{}, fault.New(fault.Invalid, "This is the token of a person or of an app, not of the Page.").
			WithHint("Choose the Page where the token is made, and copy the token again.").On("token")
	}
	// Without its conversations a channel of Messenger is nothing.
	var l graph.List
	if _, err := d.graph.Send(ctx, key, graph.Ask{Path: p.ID + "/conversations", Query: url.Values{"platform": {"MESSENGER"}, "limit": {"1"}, "fields": {"id"}}}, &l); err != nil {
		return network.Account{}, err
	}
	account := d.account(p, key)
	if lacks := about.Lacks(wanted()); known && len(lacks) > 0 {
		account.Warning = "Connected, but these permissions are missing: " + strings.Join(lacks, ", ") + "."
	}
	return account, nil
}

// account makes the account of a Page.
func (d *Driver) account(p page, key string) network.Account {
	account := network.Account{Base: d.graph.Base, ID: p.ID, Handle: p.handle(), Name: graph.Clip(p.Name, 640), AvatarURL: graph.Clip(p.Picture.Data.URL, 2048),
		URL: "https://m.me/" + p.ID, Keys: keys{key}.text(), Limits: d.profile.Limits}
	if account.Name == "" {
		account.Name = account.Handle
	}
	return account
}

// Subscribe lets Meta knock at Facebook's address for a Page.
func (d *Driver) Subscribe(ctx context.Context, conn network.Conn, hook string) error {
	app := d.graph.AppOf(conn.App)
	if !app.Known() || app.Verify == "" {
		return fault.New(fault.Invalid, "There is no app at Meta, so Messenger tells us nothing.").WithHint("Register one for Facebook under Settings → Channels → App.")
	}
	key, err := token(conn)
	if err != nil {
		return err
	}
	if err := d.graph.Listen(ctx, app, hook); err != nil {
		return err
	}
	about, known := d.graph.Debug(ctx, key, app)
	return d.graph.Subscribe(ctx, d.send(conn), conn.Account, app, graph.News(!known || slices.Contains(about.Scopes, "pages_messaging")))
}

// Check asks how the Page and its token are. A key that is refused is a state of the
// connection, not an error of the question. Page tokens cannot be renewed without the
// person behind them.
func (d *Driver) Check(ctx context.Context, conn network.Conn) (network.Health, secret.Text, error) {
	health := network.Health{State: "ok", Text: "Connected.", Limits: d.profile.Limits, Handle: conn.Handle, Followers: -1}
	var p page
	_, err := d.send(conn)(ctx, graph.Ask{Path: conn.Account, Query: url.Values{"fields": {pageFields}}}, &p)
	if err == nil && p.ID != conn.Account {
		err = d.graph.Misunderstood(graph.Ask{})
	}
	if fault.Is(err, fault.Denied) || fault.Is(err, fault.NotFound) {
		health.State = "broken"
		if health.Text, health.Fix = fault.Shown(err); health.Fix == "" {
			health.Fix = "Connect Messenger again."
		}
		return health, "", nil
	}
	if err != nil {
		return network.Health{}, "", err
	}
	health.Name, health.Avatar, health.Handle = graph.Clip(p.Name, 640), graph.Clip(p.Picture.Data.URL, 2048), p.handle()
	key, err := token(conn)
	if err != nil {
		return network.Health{}, "", err
	}
	if about, known := d.graph.Debug(ctx, key, conn.App); known {
		d.judge(about, &health)
	}
	return health, "", nil
}

// judge says what is or will be wrong with a token.
func (d *Driver) judge(about graph.Debug, health *network.Health) {
	if about.Expires > 0 {
		health.Expires = time.Unix(about.Expires, 0).UTC()
	}
	soon := d.now().Add(14 * 24 * time.Hour).Unix()
	lacks := about.Lacks(wanted())
	switch {
	case !about.Valid:
		health.State, health.Text = "broken", "Messenger does not accept our key any more."
		health.Fix = renew
	case slices.Contains(lacks, "pages_messaging"):
		health.State, health.Text = "broken", "Our key may not read or write messages any more."
		health.Fix = renew
	case len(lacks) > 0:
		list := strings.Join(lacks, ", ")
		health.State, health.Text = "warn", "Connected, but these permissions are missing: "+list+"."
		health.Fix = "Make a new Page access token with " + list + " and connect Messenger again."
	case about.Expires > 0 && about.Expires < soon:
		health.State, health.Text = "warn", "The key of this Page expires on "+day(about.Expires)+"."
		health.Fix = renew
	case about.DataAccess > 0 && about.DataAccess < soon:
		health.State, health.Text = "warn", "Messenger stops showing us what people write on "+day(about.DataAccess)+"."
		health.Fix = "Let the person behind the key sign in to the app again, and connect Messenger again."
	}
}

func day(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.DateOnly) }
