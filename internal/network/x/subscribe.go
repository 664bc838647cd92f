package x

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

// events are what is asked to be told.
func events() []string {
	return []string{"post.create", "post.delete", "post.mention.create", "post.reply.create", "post.quote.create", "post.repost.create", "like.create",
		"follow.follow", "follow.unfollow", "dm.received", "dm.sent"}
}

type webhook struct {
	ID    string `json:"id"`
	URL   string `json:"url"`
	Valid bool   `json:"valid"`
}

type subscription struct {
	ID     string `json:"subscription_id"`
	Kind   string `json:"event_type"`
	Hook   string `json:"webhook_id"`
	Filter struct {
		User string `json:"user_id"`
	} `json:"filter"`
}

// appOnly gives the token of our app itself, which owns the webhook.
func appOnly(conn network.Conn) (string, error) {
	key := conn.App.Extra[bearer]
	if key == "" {
		return "", fault.Wrap(fault.Invalid, network.ErrNotSetUp, "Kith does not know the app-only token of its app at X, which webhooks need.").
			WithHint("Give it under Settings → Channels; until then Kith asks X regularly.")
	}
	return key, nil
}

// missing are the sorts of events of an account that are not brought to a webhook.
func (d *Driver) missing(ctx context.Context, key, account, hook string) (kinds []string, err error) {
	var there struct {
		Data []subscription `json:"data"`
	}
	if _, err := d.send(ctx, key, rest.Ask{Path: "/2/activity/subscriptions"}, &there); err != nil {
		return nil, err
	}
	for _, kind := range events() {
		if !slices.ContainsFunc(there.Data, func(s subscription) bool { return s.Kind == kind && s.Filter.User == account && s.Hook == hook }) {
			kinds = append(kinds, kind)
		}
	}
	return kinds, nil
}

// Subscribed looks whether X knocks at our address for the account: X holds the address
// for valid, which it tests by itself, and each sort of event is brought there.
func (d *Driver) Subscribed(ctx context.Context, conn network.Conn, hook string) (bool, error) {
	key, err := appOnly(conn)
	if err != nil {
		return false, err
	}
	all, err := d.webhooks(ctx, key)
	if err != nil {
		return false, err
	}
	for _, h := range all {
		if h.URL == hook && h.Valid {
			lacks, err := d.missing(ctx, key, conn.Account, h.ID)
			return err == nil && len(lacks) == 0, err
		}
	}
	return false, nil
}

// Subscribe lets X knock at our address for the account: the address belongs to
// the app, and each sort of event to the account.
func (d *Driver) Subscribe(ctx context.Context, conn network.Conn, hook string) (lacks, err error) {
	key, err := appOnly(conn)
	if err != nil {
		return nil, err
	}
	id, err := d.webhook(ctx, key, hook)
	if err != nil {
		return nil, err
	}
	wanted, err := d.missing(ctx, key, conn.Account, id)
	if err != nil {
		return nil, err
	}
	var refused []string
	for _, kind := range wanted {
		filter := map[string]string{"user_id": conn.Account}
		if kind == "like.create" {
			filter["direction"] = "inbound"
		}
		a := rest.Ask{Method: http.MethodPost, Path: "/2/activity/subscriptions", Harmless: true,
			Body: map[string]any{"event_type": kind, "filter": filter, "webhook_id": id, "tag": "kith"}}
		_, err := d.call(ctx, conn, a, nil)
		switch {
		case err == nil, fault.Is(err, fault.Invalid) && isConflict(err):
		case fault.Is(err, fault.Invalid), fault.Is(err, fault.Denied):
			refused = append(refused, kind) // some sorts are for some plans alone
		default:
			return nil, err
		}
	}
	switch len(refused) {
	case 0:
		return nil, nil
	case len(events()):
		return nil, fault.New(fault.Denied, "X does not let this app be told what happens.").WithHint("Look at the access of the app in X's developer console; until then Kith asks X regularly.")
	}
	return fault.New(fault.Invalid, "X does not tell this app of: %s.", strings.Join(refused, ", ")).WithHint("Kith asks X regularly for these."), nil
}

// isConflict says that a subscription is there already.
func isConflict(err error) bool {
	r, ok := asRefusal(err)
	return ok && r.status == http.StatusConflict
}

// webhooks are the addresses of the app.
func (d *Driver) webhooks(ctx context.Context, key string) (known []webhook, err error) {
	var all struct {
		Data []webhook `json:"data"`
	}
	if _, err := d.send(ctx, key, rest.Ask{Path: "/2/webhooks"}, &all); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all.Data, func(h webhook) bool { return !number.MatchString(h.ID) }), nil
}

// webhook finds our address among those of the app, or registers it. One that X holds
// for invalid is tested again.
func (d *Driver) webhook(ctx context.Context, key, hook string) (string, error) {
	all, err := d.webhooks(ctx, key)
	if err != nil {
		return "", err
	}
	for _, h := range all {
		if h.URL != hook {
			continue
		}
		if h.Valid {
			return h.ID, nil
		}
		_, err := d.send(ctx, key, rest.Ask{Method: http.MethodPut, Path: "/2/webhooks/" + h.ID, Harmless: true}, nil)
		return h.ID, unreached(err)
	}
	var made struct {
		Data webhook `json:"data"`
	}
	a := rest.Ask{Method: http.MethodPost, Path: "/2/webhooks", Body: map[string]string{"url": hook}, Harmless: true}
	if _, err := d.send(ctx, key, a, &made); err != nil {
		return "", unreached(err)
	}
	if !number.MatchString(made.Data.ID) {
		return "", unclear(a)
	}
	return made.Data.ID, nil
}

// unreached says what X means when it refuses an address.
func unreached(err error) error {
	if fault.Is(err, fault.Invalid) {
		return fault.Wrap(fault.Invalid, err, "X does not take our address for webhooks.").
			WithHint("It must start with https:// and have no port, be reachable from outside, and the client secret must be that of the app.")
	}
	return err
}
