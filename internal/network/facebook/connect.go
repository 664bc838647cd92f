package facebook

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

const pageFields = "id,name,username,followers_count,picture"

// Choices are the places that a post can name.
func (d *Driver) Choices(ctx context.Context, conn network.Conn, asked network.Choosing) ([]network.Choice, error) {
	return d.graph.ChoosePlace(ctx, conn.App, asked)
}

// Connect tries the token on the Page and lets its news be sent to us.
func (d *Driver) Connect(ctx context.Context, settings map[string]string) (network.Account, error) {
	p, key, about, known, err := d.graph.Entered(ctx, settings, pageFields)
	if err != nil {
		return network.Account{}, err
	}
	account := d.account(p, key)
	account.Granted = about.Granted("")
	var warnings []string
	if lacks := missing(about, known); len(lacks) > 0 {
		warnings = append(warnings, "Connected, but these permissions are missing: "+strings.Join(lacks, ", ")+".")
	}
	if d.graph.AppOf(network.App{}).Known() {
		if err := d.subscribe(ctx, network.App{}, p.ID, key, known, about.Scopes); err != nil {
			text, _ := fault.Shown(err)
			warnings = append(warnings, "Facebook does not tell us what happens, so Kith asks regularly instead: "+text)
		}
	}
	account.Warning = strings.Join(warnings, " ")
	return account, nil
}

func (d *Driver) account(p graph.Page, key string) network.Account {
	account := d.graph.Account(p, key)
	account.URL, account.Limits = postURL(p.ID), d.profile.Limits
	return account
}

// missing are the permissions that a token lacks, if anything is known of it.
func missing(about graph.Debug, known bool) []string {
	if !known {
		return nil
	}
	return about.Lacks(wanted())
}

// asPage makes calls in the name of a Page.
func (d *Driver) asPage(app network.App, key string) graph.Send {
	return func(ctx context.Context, a graph.Ask, out any) (time.Time, error) {
		a.App = app
		return d.graph.Send(ctx, key, a, out)
	}
}

// subscribe lets the news of a Page be sent to our app.
func (d *Driver) subscribe(ctx context.Context, app network.App, page, key string, known bool, scopes []string) error {
	return d.graph.Subscribe(ctx, d.asPage(app, key), page, app, graph.News(!known || slices.Contains(scopes, "pages_messaging")))
}

// hears gives our app at Meta and the key of a Page, without which nothing is told.
func (d *Driver) hears(conn network.Conn) (network.App, string, error) {
	app := d.graph.AppOf(conn.App)
	if !app.Known() || app.Verify == "" {
		return app, "", fault.Wrap(fault.Invalid, network.ErrNotSetUp, "There is no app at Meta, so Facebook tells us nothing.").WithHint("Register one under Settings → Channels → App.")
	}
	key, err := token(conn)
	return app, key, err
}

// Subscribed looks whether Meta knocks at our address for a Page.
func (d *Driver) Subscribed(ctx context.Context, conn network.Conn, hook string) (bool, error) {
	app, key, err := d.hears(conn)
	if err != nil {
		return false, err
	}
	if stands, err := d.graph.Listening(ctx, app, graph.Pages(hook)); err != nil || !stands {
		return false, err
	}
	about, known := d.graph.Debug(ctx, key, app)
	return d.graph.Subscribed(ctx, d.asPage(app, key), conn.Account, app, graph.News(!known || slices.Contains(about.Scopes, "pages_messaging")))
}

// Subscribe lets Meta knock at our address for a Page: the address is told to our
// app, which Meta tests at once, then the Page's news are let through to it.
func (d *Driver) Subscribe(ctx context.Context, conn network.Conn, hook string) (lacks, err error) {
	app, key, err := d.hears(conn)
	if err != nil {
		return nil, err
	}
	if err := d.graph.Listen(ctx, app, graph.Pages(hook)); err != nil {
		return nil, err
	}
	about, known := d.graph.Debug(ctx, key, app)
	return nil, d.subscribe(ctx, app, conn.Account, key, known, about.Scopes)
}

// Check asks how the Page and its token are. A key that is refused is a state
// of the connection, not an error of the question. Page tokens cannot be
// renewed without the person behind them.
func (d *Driver) Check(ctx context.Context, conn network.Conn) (network.Health, secret.Text, error) {
	health := network.Health{State: "ok", Text: "Connected.", Limits: d.profile.Limits, Handle: conn.Handle, Followers: -1}
	var p graph.Page
	key, err := token(conn)
	if err == nil {
		_, err = d.graph.Send(ctx, key, graph.Ask{Path: conn.Account, Query: url.Values{"fields": {pageFields}}, App: conn.App}, &p)
	}
	if err == nil && p.ID != conn.Account {
		err = d.graph.Misunderstood(graph.Ask{})
	}
	if fault.Is(err, fault.Denied) || fault.Is(err, fault.NotFound) {
		health.State = "broken"
		health.Text, health.Fix = fault.Shown(err)
		if health.Fix == "" {
			health.Fix = "Connect the Page again."
		}
		return health, "", nil
	}
	if err != nil {
		return network.Health{}, "", err
	}
	health.Name, health.Avatar, health.Handle = graph.Clip(p.Name, 640), graph.Clip(p.Picture.Data.URL, 2048), p.Handle()
	if p.Followers != nil {
		health.Followers = *p.Followers
	}
	if !slices.Contains(conn.Beside, messenger) {
		health.Text = "Connected. Private messages arrive here until this Page is connected on Messenger, too."
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
	lacks := missing(about, true)
	switch {
	case !about.Valid:
		health.State, health.Text = "broken", "Facebook does not accept our key any more."
		health.Fix = again
	case len(lacks) > 0:
		list := strings.Join(lacks, ", ")
		health.State, health.Text = "warn", "Connected, but these permissions are missing: "+list+"."
		health.Fix = "Connect the Page again and allow " + list + "; a token made by hand needs that too."
	case about.Expires > 0 && about.Expires < soon:
		health.State, health.Text = "warn", "The key of this Page expires on "+graph.Day(about.Expires)+"."
		health.Fix = again
	case about.DataAccess > 0 && about.DataAccess < soon:
		health.State, health.Text = "warn", "Facebook stops showing us what people write on "+graph.Day(about.DataAccess)+"."
		health.Fix = "Let the person behind the key sign in to the app again, and connect the Page again."
	}
}
