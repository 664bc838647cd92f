package tiktok

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// TikTok API for Business is asked by a call to tell of comments: once for our app there,
// which is for all accounts that let it in (business-api.tiktok.com portal docs
// 1810521279479810, 1810521289122818, 1810521297052673, quoted by others, read on 27
// November 2026). A list of posts narrows that down; we want all.

// The sorts of events. Of mentions TikTok tells two to three hours late (the same pages, and
// descriptions of the events, read on 28 November 2026).
const (
	aboutComments = "COMMENT"
	aboutMentions = "BRAND_MENTION"
)

// tells says whether there is something to be told of: an app, and an account that lets it
// read comments.
func tells(conn network.Conn) (app appBusiness, about []string, err error) {
	app = businessOf(conn.App)
	k, err := readKeys(conn.Keys)
	switch {
	case err != nil:
		return app, nil, err
	case app.id == "" || app.secret == "":
		return app, nil, fault.Wrap(fault.Invalid, network.ErrNotSetUp, "The app at TikTok API for Business is not entered yet.").
			WithHint("An owner enters its ID, its secret and its authorization URL under Settings → Channels → App; the steps are written there.")
	case !k.reads():
		return app, nil, fault.Wrap(fault.Invalid, network.ErrNotSetUp, missing).WithHint("%s", obtain)
	}
	about = []string{aboutComments}
	if k.hears() {
		about = append(about, aboutMentions)
	}
	return app, about, nil
}

// webhook is how our app is told.
type webhook struct {
	Callback string   `json:"callback_url"`
	Posts    []string `json:"item_list"`
}

// Subscribed says whether TikTok tells our app of all comments, and of mentions where the
// account lets it, at our address.
func (d *Driver) Subscribed(ctx context.Context, conn network.Conn, hook string) (bool, error) {
	app, about, err := tells(conn)
	if err != nil {
		return false, err
	}
	for _, sort := range about {
		w, err := d.webhook(ctx, app, sort)
		stands := err == nil && w.Callback == hook && len(w.Posts) == 0
		switch {
		case sort == aboutMentions && !stands && (err == nil || fault.Is(err, fault.Invalid)):
			return true, network.ErrPartly
		case !stands:
			return false, err
		}
	}
	return true, nil
}

// Subscribe makes it so. The list of posts of an app only grows, so one that is there is
// deleted with all else first.
func (d *Driver) Subscribe(ctx context.Context, conn network.Conn, hook string) (lacks, err error) {
	app, about, err := tells(conn)
	if err != nil {
		return nil, err
	}
	for _, sort := range about {
		switch err := d.subscribe(ctx, app, sort, hook); {
		case sort == aboutMentions && fault.Is(err, fault.Invalid):
			lacks = fault.Wrap(fault.Invalid, err, "TikTok tells of comments, and not of mentions.").WithHint("Kith asks for them from time to time.")
		case err != nil:
			return nil, err
		}
	}
	return lacks, nil
}

func (d *Driver) subscribe(ctx context.Context, app appBusiness, sort, hook string) error {
	w, err := d.webhook(ctx, app, sort)
	if err != nil {
		return err
	}
	if len(w.Posts) > 0 {
		if _, err := d.toApp(ctx, ask{path: "/business/webhook/delete/", harmless: true, body: map[string]string{"app_id": app.id, "secret": app.secret, "event_type": sort}}, nil); err != nil {
			return err
		}
	}
	a := ask{path: "/business/webhook/update/", harmless: true, body: map[string]string{"app_id": app.id, "secret": app.secret, "event_type": sort, "callback_url": hook}}
	_, err = d.toApp(ctx, a, nil)
	return err
}

func (d *Driver) webhook(ctx context.Context, app appBusiness, sort string) (w webhook, err error) {
	query := url.Values{"app_id": {app.id}, "secret": {app.secret}, "event_type": {sort}}
	_, err = d.toApp(ctx, ask{method: http.MethodGet, path: "/business/webhook/list/?" + query.Encode()}, &w)
	return w, err
}

// toApp asks about our app, by its secret and for no account. What is refused is mended at
// the app.
func (d *Driver) toApp(ctx context.Context, a ask, out any) (time.Time, error) {
	at, err := d.sendBusiness(ctx, "", a, out)
	if fault.Is(err, fault.Denied) {
		err = fault.New(fault.Invalid, "TikTok API for Business does not know our app, or its secret is wrong.").WithHint("Look at the app under Settings → Channels.")
	}
	return at, err
}
