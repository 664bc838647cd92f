package pinterest

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
)

const (
	ahead = 7 * 24 * time.Hour  // before its end a key is renewed
	soon  = 14 * 24 * time.Hour // before the end of renewals people are told
	// again is how long a right to write that was seen is believed.
	again = 24 * time.Hour
)

// Check asks how the connection is, and renews keys well before they end.
func (d *Driver) Check(ctx context.Context, conn network.Conn) (network.Health, secret.Text, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return broken(err), "", nil
	}
	var fresh secret.Text
	var stuck error // renewing was refused, and the key still opens
	now := d.now()
	if k.Refresh != "" && !k.Until.IsZero() && now.After(k.Until.Add(-ahead)) && conn.App.Known() {
		renewed, err := d.renew(ctx, conn.App, k)
		switch {
		case err == nil:
			k, fresh = renewed, renewed.text()
		case fault.Is(err, fault.Denied) && now.After(k.Until):
			return broken(err), "", nil
		case fault.Is(err, fault.Denied):
			stuck = err
		default:
			return network.Health{}, "", err
		}
	}
	health, err := d.health(ctx, k)
	switch {
	case fault.Is(err, fault.Denied):
		return broken(err), fresh, nil
	case err != nil && fresh != "":
		// The key that renewed these is spent: they must be kept.
		health = network.Health{State: "warn", Handle: conn.Handle, Limits: conn.Limits, Followers: -1}
		health.Text, health.Fix = fault.Shown(err)
	case err != nil:
		return network.Health{}, "", err
	}
	renews := stuck == nil && conn.App.Known()
	health.Expires = k.ends(renews)
	judge(k, &health, renews, stuck, now)
	return health, fresh, nil
}

// renew changes the key that renews for new keys.
func (d *Driver) renew(ctx context.Context, app network.App, k keys) (keys, error) {
	renewed, err := d.tokens(ctx, app, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {k.Refresh}})
	if err != nil {
		return k, err
	}
	if renewed.Refresh == "" {
		renewed.Refresh, renewed.Renew = k.Refresh, k.Renew
	}
	if renewed.Scopes == "" {
		renewed.Scopes = k.Scopes
	}
	return renewed, nil
}

// health is what Pinterest says of the account, and whether its keys may write.
func (d *Driver) health(ctx context.Context, k keys) (network.Health, error) {
	var got account
	if _, err := d.send(ctx, k.Access, ask{path: "/user_account"}, &got); err != nil {
		return network.Health{}, err
	}
	health := network.Health{State: "ok", Text: "Connected.", Handle: clip(got.Username, 128), Name: clip(got.Business, 640), Avatar: clip(got.Picture, 2048),
		Limits: d.profile.Limits, Followers: -1, Granted: k.granted()}
	if got.Followers != nil {
		health.Followers = *got.Followers
	}
	// Rights that were taken away show only where they are used. Apps on trial have a
	// thousand calls a day, so what was seen is believed for a day, or until something
	// is refused.
	if d.writes.believed(k.Access, d.now()) {
		return health, nil
	}
	_, err := d.send(ctx, k.Access, ask{method: http.MethodPost, path: "/media", body: map[string]string{"media_type": "none"}, harmless: true}, nil)
	switch {
	case fault.Is(err, fault.Denied):
		return network.Health{}, err
	case fault.Is(err, fault.Invalid): // it may, and has refused what cannot be
		d.writes.seen(k.Access, d.now())
	}
	return health, nil
}

// judge says what is or will be wrong with the keys.
func judge(k keys, health *network.Health, renews bool, stuck error, now time.Time) {
	missing := k.missing()
	switch {
	case health.State != "ok":
	case stuck != nil:
		health.State = "warn"
		health.Text, health.Fix = fault.Shown(stuck)
	case len(missing) > 0:
		health.State, health.Text, health.Fix = "warn", lacking(missing), "Connect the account again and allow everything that Pinterest asks for: boards, pins and the account."
	case (k.Refresh == "" || !renews) && !k.Until.IsZero() && now.After(k.Until.Add(-ahead)):
		health.State, health.Text, health.Fix = "warn", "The key ends soon and cannot be renewed.", "Connect the account again by consent."
	case !health.Expires.IsZero() && now.After(health.Expires.Add(-soon)):
		health.State, health.Text, health.Fix = "warn", "Pinterest lets the key be renewed until "+health.Expires.Format(time.DateOnly)+".", "Connect the account again."
	}
}

func broken(err error) network.Health {
	text, hint := fault.Shown(err)
	return network.Health{State: "broken", Text: text, Fix: hint, Followers: -1}
}
