package instagram

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// news are the fields of webhooks that are listened to.
func news() []string {
	return []string{"comments", "live_comments", "mentions", "messages", "message_reactions", "messaging_postbacks", "messaging_seen"}
}

func hearing(hook string) graph.Hearing {
	return graph.Hearing{Object: "instagram", Hook: hook, Fields: news(), Values: true}
}

// hears gives our app at Meta, without which nothing is told. With Instagram's login
// there is none to ask: the address is typed in its console, as no call takes it.
func (s *session) hears() (network.App, error) {
	app := s.app()
	if s.keys.Login != byInstagram && (!app.Known() || app.Secret == "" || app.Verify == "") {
		return app, fault.Wrap(fault.Invalid, network.ErrNotSetUp, "There is no app at Meta, so Instagram tells us nothing.").WithHint("Register one under Settings → Channels → App.")
	}
	return app, nil
}

// Subscribed looks whether Meta knocks at our address for an account; with Instagram's
// login, whether the account's news are let through to whichever address was typed.
func (d *Driver) Subscribed(ctx context.Context, conn network.Conn, hook string) (bool, error) {
	s, err := d.open(conn)
	if err != nil {
		return false, err
	}
	app, err := s.hears()
	if err != nil {
		return false, err
	}
	of := conn.Account
	if s.keys.Login != byInstagram {
		of = s.keys.Page
		if stands, err := d.facebook.Listening(ctx, app, hearing(hook)); err != nil || !stands {
			return false, err
		}
	}
	var there struct {
		Data []struct {
			ID     graph.Ident `json:"id"`
			Fields []string    `json:"subscribed_fields"`
		} `json:"data"`
	}
	if err := s.call(ctx, graph.Ask{Path: of + "/subscribed_apps"}, &there); err != nil {
		return false, err
	}
	for _, one := range there.Data {
		if app.Known() && string(one.ID) != app.ID {
			continue
		}
		// Any field of the Page lets the news of its account through.
		if s.keys.Login != byInstagram && len(one.Fields) > 0 || !slices.ContainsFunc(news(), func(f string) bool { return !slices.Contains(one.Fields, f) }) {
			return true, nil
		}
	}
	return false, nil
}

// Subscribe lets Meta knock at our address for an account: the address is told to
// our app, which Meta tests at once, then the account's news are let through.
func (d *Driver) Subscribe(ctx context.Context, conn network.Conn, hook string) (lacks, err error) {
	s, err := d.open(conn)
	if err != nil {
		return nil, err
	}
	app, err := s.hears()
	if err != nil {
		return nil, err
	}
	if s.keys.Login == byInstagram {
		form := url.Values{"subscribed_fields": {strings.Join(news(), ",")}}
		return nil, s.call(ctx, graph.Ask{Method: http.MethodPost, Path: conn.Account + "/subscribed_apps", Form: form, Harmless: true}, nil)
	}
	if err := d.facebook.Listen(ctx, app, hearing(hook)); err != nil {
		return nil, err
	}
	form := url.Values{"subscribed_fields": {"feed"}}
	return nil, s.call(ctx, graph.Ask{Method: http.MethodPost, Path: s.keys.Page + "/subscribed_apps", Form: form, Harmless: true}, nil)
}
