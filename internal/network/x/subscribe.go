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

// Subscribe lets X knock at our address for the account: the address belongs to
// the app, and each sort of event to the account.
func (d *Driver) Subscribe(ctx context.Context, conn network.Conn, hook string) error {
	key := conn.App.Extra[bearer]
	if key == "" {
		return fault.New(fault.Invalid, "Kith does not know the app-only token of its app at X, which webhooks need.").
			WithHint("Give it under Settings → Channels; until then Kith asks X regularly.")
	}
	id, err := d.webhook(ctx, key, hook)
	if err != nil {
		return err
	}
	var there struct {
		Data []subscription `json:"data"`
	}
	if _, err := d.send(ctx, key, rest.Ask{Path: "/2/activity/subscriptions"}, &there); err != nil {
		return err
	}
	var missing []string
	for _, kind := range events() {
		if slices.ContainsFunc(there.Data, func(s subscription) bool { return s.Kind == kind && s.Filter.User == conn.Account && s.Hook == id }) {
			continue
		}
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
			missing = append(missing, kind) // some sorts are for some plans alone
		default:
			return err
		}
	}
	if len(missing) == len(events()) {
		return fault.New(fault.Denied, "X does not let this app be told what happens.").WithHint("Look at the access of the app in X's developer console; until then Kith asks X regularly.")
	}
	if len(missing) > 0 {
		return fault.New(fault.Invalid, "X does not tell this app of: %s.", strings.Join(missing, ", ")).WithHint("Kith asks X regularly for these.")
	}
	return nil
}

// isConflict says that a subscription is there already.
func isConflict(err error) bool {
	r, ok := asRefusal(err)
	return ok && r.status == http.StatusConflict
}

// webhook finds our address among those of the app, or registers it.
func (d *Driver) webhook(ctx context.Context, key, hook string) (string, error) {
	var all struct {
		Data []webhook `json:"data"`
	}
	if _, err := d.send(ctx, key, rest.Ask{Path: "/2/webhooks"}, &all); err != nil {
		return "", err
	}
	for _, h := range all.Data {
		if h.URL != hook || !number.MatchString(h.ID) {
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
