package graph

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// Hearing is what our app at Meta wants to be told of: news of a sort of object, at an
// address of ours.
type Hearing struct {
	Object string
	Hook   string
	Fields []string
	Values bool // that there are values is asked for; WhatsApp always sends them
}

// Listening looks whether Meta has our app listen so.
func (c *Client) Listening(ctx context.Context, app network.App, want Hearing) (bool, error) {
	var there struct {
		Data []struct {
			Object string            `json:"object"`
			Hook   string            `json:"callback_url"`
			Active bool              `json:"active"`
			Fields []json.RawMessage `json:"fields"`
		} `json:"data"`
	}
	if _, err := c.Send(ctx, app.ID+"|"+app.Secret.Reveal(), Ask{Path: app.ID + "/subscriptions", App: app}, &there); err != nil {
		return false, ours(err)
	}
	for _, one := range there.Data {
		if one.Object == want.Object && one.Active && one.Hook == want.Hook {
			return among(want.Fields, fieldsOf(one.Fields)), nil
		}
	}
	return false, nil
}

// Listen tells Meta that our app wants to listen so; Meta tries the address at once.
func (c *Client) Listen(ctx context.Context, app network.App, want Hearing) error {
	form := url.Values{"object": {want.Object}, "callback_url": {want.Hook}, "verify_token": {app.Verify.Reveal()}, "fields": {strings.Join(want.Fields, ",")}}
	if want.Values {
		form.Set("include_values", "true")
	}
	_, err := c.Send(ctx, app.ID+"|"+app.Secret.Reveal(), Ask{Method: http.MethodPost, Path: app.ID + "/subscriptions", Form: form, App: app, Harmless: true}, nil)
	if Refused(err).Code == 2200 {
		return fault.Wrap(fault.Invalid, err, "Meta called our address and did not get the right answer.").
			WithHint("The address must be reachable from outside, over https.")
	}
	return ours(err)
}

// ours says what a refusal means where it is our app that asks and no account.
func ours(err error) error {
	if fault.Is(err, fault.Denied) {
		return fault.Wrap(fault.Invalid, err, "Meta does not accept the ID and the secret of our app.").WithHint("Copy both again under Settings → Channels → App.")
	}
	return err
}

// fieldsOf are names of fields: texts, or objects with a name and a version.
func fieldsOf(items []json.RawMessage) (names []string) {
	for _, item := range items {
		var plain string
		var named struct {
			Name string `json:"name"`
		}
		if json.Unmarshal(item, &plain) == nil {
			names = append(names, plain)
		} else if json.Unmarshal(item, &named) == nil {
			names = append(names, named.Name)
		}
	}
	return names
}

// among says that all of some words are there.
func among(want, there []string) bool {
	return !slices.ContainsFunc(want, func(f string) bool { return !slices.Contains(there, f) })
}

// Pages is what is wanted to be told of Pages.
func Pages(hook string) Hearing {
	return Hearing{Object: "page", Hook: hook, Fields: News(true), Values: true}
}

// admitted gives what of the news of a Page is let through to our app.
func (c *Client) admitted(ctx context.Context, send Send, page string, app network.App) (fields []string, err error) {
	var there struct {
		Data []struct {
			ID     Ident    `json:"id"`
			Fields []string `json:"subscribed_fields"`
		} `json:"data"`
	}
	if _, err := send(ctx, Ask{Path: page + "/subscribed_apps"}, &there); err != nil {
		return nil, err
	}
	app = c.AppOf(app)
	for _, one := range there.Data {
		if !app.Known() || string(one.ID) == app.ID {
			fields = append(fields, one.Fields...)
		}
	}
	return fields, nil
}

// Subscribed looks whether the news of a Page are sent to our app.
func (c *Client) Subscribed(ctx context.Context, send Send, page string, app network.App, fields []string) (bool, error) {
	there, err := c.admitted(ctx, send, page, app)
	return err == nil && among(fields, there), err
}

// Subscribe lets the news of a Page be sent to our app. The list of fields is written
// over by each call, so what is there already stays in it.
func (c *Client) Subscribe(ctx context.Context, send Send, page string, app network.App, fields []string) error {
	there, err := c.admitted(ctx, send, page, app)
	if err != nil || among(fields, there) {
		return err
	}
	all := slices.Clone(fields)
	for _, f := range there {
		if !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	_, err = send(ctx, Ask{Method: http.MethodPost, Path: page + "/subscribed_apps", Form: url.Values{"subscribed_fields": {strings.Join(all, ",")}}, Harmless: true}, nil)
	return err
}
