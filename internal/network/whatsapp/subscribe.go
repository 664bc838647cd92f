package whatsapp

import (
	"context"
	"net/http"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// hearing is what must be told: without it, people are not heard.
func hearing(hook string) graph.Hearing {
	return graph.Hearing{Object: "whatsapp_business_account", Hook: hook, Fields: []string{"messages", "smb_message_echoes"}}
}

// hearingAll is that, and what is told of business accounts.
func hearingAll(hook string) graph.Hearing {
	want := hearing(hook)
	want.Fields = append(want.Fields, account()...)
	return want
}

// hears opens a number and gives our app at Meta, without which nothing is told.
func (d *Driver) hears(conn network.Conn) (*session, network.App, error) {
	s, err := d.open(conn)
	if err == nil && (!conn.App.Known() || conn.App.Secret == "" || conn.App.Verify == "") {
		err = fault.Wrap(fault.Invalid, network.ErrNotSetUp, "There is no app at Meta, so WhatsApp tells us nothing.").WithHint("Register one under Settings → Channels → App.")
	}
	return s, conn.App, err
}

// Subscribed looks whether Meta knocks at our address for a number: our app listens,
// and the business account lets its news through to it, and to no other address. An app
// that listens to people alone is from before Kith heard of accounts.
func (d *Driver) Subscribed(ctx context.Context, conn network.Conn, hook string) (bool, error) {
	s, app, err := d.hears(conn)
	if err != nil {
		return false, err
	}
	whole, err := d.graph.Listening(ctx, app, hearingAll(hook))
	if err != nil {
		return false, err
	}
	if !whole {
		if stands, err := d.graph.Listening(ctx, app, hearing(hook)); err != nil || !stands {
			return false, err
		}
	}
	var there struct {
		Data []struct {
			App struct {
				ID graph.Ident `json:"id"`
			} `json:"whatsapp_business_api_data"`
			Instead string `json:"override_callback_uri"`
		} `json:"data"`
	}
	if err := s.call(ctx, graph.Ask{Path: s.keys.Account + "/subscribed_apps"}, &there); err != nil {
		return false, err
	}
	for _, one := range there.Data {
		switch {
		case string(one.App.ID) != app.ID:
		case one.Instead != "" && one.Instead != hook:
			return false, nil
		case !whole:
			return true, network.ErrPartly
		default:
			return true, nil
		}
	}
	return false, nil
}

// Subscribe lets Meta knock at our address for a number: the address is told to our
// app, which Meta tests at once, then the news of the business account are let
// through to the app. Where Meta does not take all of the fields, people are heard
// nevertheless.
func (d *Driver) Subscribe(ctx context.Context, conn network.Conn, hook string) (lacks, err error) {
	s, app, err := d.hears(conn)
	if err != nil {
		return nil, err
	}
	if err = d.graph.Listen(ctx, app, hearingAll(hook)); fault.Is(err, fault.Invalid) && graph.Refused(err).Code == 100 {
		lacks = fault.Wrap(fault.Invalid, err, "WhatsApp tells people's messages, and nothing of templates, limits and restrictions.").WithHint("Kith asks for them from time to time.")
		err = d.graph.Listen(ctx, app, hearing(hook))
	}
	if err != nil {
		return nil, err
	}
	return lacks, s.call(ctx, graph.Ask{Method: http.MethodPost, Path: s.keys.Account + "/subscribed_apps", JSON: struct{}{}, Harmless: true}, nil)
}
