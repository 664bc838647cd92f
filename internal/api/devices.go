package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/push"
	"github.com/kithhq/kith/internal/say"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// Device is a browser in which one is reminded.
type Device struct {
	ID        string     `json:"id"`
	Agent     string     `json:"agent" doc:"The browser, as it calls itself."`
	CreatedAt time.Time  `json:"created_at"`
	UsedAt    *time.Time `json:"used_at"`
}

// PushHouse is what a browser subscribes to.
type PushHouse struct {
	Key     string       `json:"key" doc:"The public key of this house (VAPID)."`
	Devices List[Device] `json:"devices" doc:"One's own."`
}

// Subscription is what the browser's Push API gave.
type Subscription struct {
	Endpoint string `json:"endpoint" minLength:"8" maxLength:"2048"`
	P256DH   string `json:"p256dh" minLength:"80" maxLength:"100"`
	Auth     string `json:"auth" minLength:"20" maxLength:"40"`
	Agent    string `json:"agent,omitempty" maxLength:"200"`
}

func (d *Door) devices() {
	write(d, route{id: "GET /devices", name: "listDevices", summary: "Browsers in which one is reminded", person: true},
		func(ctx context.Context, tx *store.Tx, by access.Actor, _ *none) (PushHouse, error) {
			key, _, err := team.PushKeys(ctx, tx, d.House.Keys, freshPushKeys)
			if err != nil {
				return PushHouse{}, err
			}
			all, err := team.Devices(ctx, tx, by.User)
			return PushHouse{key, each(all, deviceOf)}, err
		})
	write(d, route{id: "POST /devices", name: "addDevice", summary: "Be reminded in this browser", person: true},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *told[Subscription]) (Device, error) {
			s := in.Body
			if err := (push.Browser{Endpoint: s.Endpoint, P256DH: s.P256DH, Auth: secret.Text(s.Auth)}).Check(); err != nil {
				return Device{}, err
			}
			account, err := team.GetAccount(ctx, tx, by.User)
			if err != nil {
				return Device{}, err
			}
			keys, err := json.Marshal(map[string]string{"p256dh": s.P256DH, "auth": s.Auth})
			if err != nil {
				return Device{}, fault.Wrap(fault.Internal, err, "writing keys")
			}
			kept, err := team.AddDevice(ctx, tx, d.House.Keys, by, s.Endpoint, secret.Text(keys), s.Agent, account.Locale)
			return deviceOf(kept), err
		})
	write(d, route{id: "DELETE /devices/{id}", name: "removeDevice", summary: "Not to be reminded there any more", person: true},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (nothing, error) {
			return nothing{}, team.RemoveDevice(ctx, tx, by.User, in.ID)
		})
	write(d, route{id: "POST /devices/test", name: "testDevices", summary: "Send oneself a message on all devices", person: true},
		func(ctx context.Context, tx *store.Tx, by access.Actor, _ *none) (nothing, error) {
			account, err := team.GetAccount(ctx, tx, by.User)
			if err != nil {
				return nothing{}, err
			}
			title, body := say.In(account.Locale, "Kith reminds you here"), say.In(account.Locale, "This is how a reminder looks.")
			return nothing{}, team.NudgeAll(ctx, tx, by.Workspace, by.User, title, body, "/", "test")
		})
}

func deviceOf(d team.Device) Device { return Device{d.ID, d.Agent, d.CreatedAt, when(d.UsedAt)} }

func freshPushKeys() (string, secret.Text, error) {
	k, err := push.NewKeys()
	return k.Public, k.Private, err
}
