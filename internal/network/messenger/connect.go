package messenger

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/secret"
)

func token(conn network.Conn) (string, error) {
	if key := graph.KeyOf(conn); key != "" {
		return key, nil
	}
	return "", fault.New(fault.Denied, "The key of this Page is not complete.").WithHint("Connect Messenger again.")
}

const pageFields = "id,name,username,picture"

// Connect tries the token on the Page and its conversations.
func (d *Driver) Connect(ctx context.Context, settings map[string]string) (network.Account, error) {
	p, key, about, known, err := d.graph.Entered(ctx, settings, pageFields)
	if err != nil {
		return network.Account{}, err
	}
	// Without its conversations a channel of Messenger is nothing.
	var l graph.List
	if _, err := d.graph.Send(ctx, key, graph.Ask{Path: p.ID + "/conversations", Query: url.Values{"platform": {"MESSENGER"}, "limit": {"1"}, "fields": {"id"}}}, &l); err != nil {
		return network.Account{}, err
	}
	account := d.account(p, key)
	account.Granted = about.Granted("")
	if lacks := about.Lacks(wanted()); known && len(lacks) > 0 {
		account.Warning = "Connected, but these permissions are missing: " + strings.Join(lacks, ", ") + "."
	}
	return account, nil
}

// account makes the account of a Page.
func (d *Driver) account(p graph.Page, key string) network.Account {
	account := d.graph.Account(p, key)
	account.URL, account.Limits = "https://m.me/"+p.ID, d.profile.Limits
	return account
}

// hears gives our app at Meta, without which nothing is told, and what is wanted to be
// told of a Page.
func (d *Driver) hears(ctx context.Context, conn network.Conn) (app network.App, fields []string, err error) {
	app = d.graph.AppOf(conn.App)
	if !app.Known() || app.Verify == "" {
		return app, nil, fault.Wrap(fault.Invalid, network.ErrNotSetUp, "There is no app at Meta, so Messenger tells us nothing.").WithHint("Register one for Facebook under Settings → Channels → App.")
	}
	key, err := token(conn)
	if err != nil {
		return app, nil, err
	}
	about, known := d.graph.Debug(ctx, key, app)
	return app, graph.News(!known || slices.Contains(about.Scopes, "pages_messaging")), nil
}

// Subscribed looks whether Meta knocks at Facebook's address for a Page.
func (d *Driver) Subscribed(ctx context.Context, conn network.Conn, hook string) (bool, error) {
	app, fields, err := d.hears(ctx, conn)
	if err != nil {
		return false, err
	}
	if stands, err := d.graph.Listening(ctx, app, graph.Pages(hook)); err != nil || !stands {
		return false, err
	}
	return d.graph.Subscribed(ctx, d.send(conn), conn.Account, app, fields)
}

// Subscribe lets Meta knock at Facebook's address for a Page.
func (d *Driver) Subscribe(ctx context.Context, conn network.Conn, hook string) (lacks, err error) {
	app, fields, err := d.hears(ctx, conn)
	if err != nil {
		return nil, err
	}
	if err := d.graph.Listen(ctx, app, graph.Pages(hook)); err != nil {
		return nil, err
	}
	return nil, d.graph.Subscribe(ctx, d.send(conn), conn.Account, app, fields)
}

// Check asks how the Page and its token are. A key that is refused is a state of the
// connection, not an error of the question. Page tokens cannot be renewed without the
// person behind them.
func (d *Driver) Check(ctx context.Context, conn network.Conn) (network.Health, secret.Text, error) {
	health := network.Health{State: "ok", Text: "Connected.", Limits: d.profile.Limits, Handle: conn.Handle, Followers: -1}
	var p graph.Page
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
	health.Name, health.Avatar, health.Handle = graph.Clip(p.Name, 640), graph.Clip(p.Picture.Data.URL, 2048), p.Handle()
	key, err := token(conn)
	if err != nil {
		return network.Health{}, "", err
	}
	if about, known := d.graph.Debug(ctx, key, conn.App); known {
		health.Granted = about.Granted("")
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
		health.State, health.Text = "warn", "The key of this Page expires on "+graph.Day(about.Expires)+"."
		health.Fix = renew
	case about.DataAccess > 0 && about.DataAccess < soon:
		health.State, health.Text = "warn", "Messenger stops showing us what people write on "+graph.Day(about.DataAccess)+"."
		health.Fix = "Let the person behind the key sign in to the app again, and connect Messenger again."
	}
}
