package app

import (
	"context"
	"encoding/json"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/push"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// nudge sends one short message to one browser, and forgets a browser that has
// unsubscribed.
func (a *App) nudge(ctx context.Context, _ *jobs.Job, n team.Nudge) error {
	var d team.Device
	var keys push.Keys
	err := store.Do(ctx, a.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if d, err = team.GetDevice(ctx, tx, n.Device); err != nil {
			return err
		}
		keys.Public, keys.Private, err = team.PushKeys(ctx, tx, a.Keys, freshPushKeys)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return nil // the device was taken away meanwhile
	}
	if err != nil {
		return err
	}
	sealed, err := d.OpenKeys(a.Keys)
	if err != nil {
		return err
	}
	var of struct {
		P256DH string `json:"p256dh"`
		Auth   string `json:"auth"`
	}
	if err := json.Unmarshal([]byte(sealed.Reveal()), &of); err != nil {
		return fault.Wrap(fault.Internal, err, "reading the keys of a device")
	}
	sender := push.Sender{Outside: a.Devices, Keys: keys, Contact: a.Config.Address()}
	err = sender.Send(ctx, push.Browser{Endpoint: d.Endpoint, P256DH: of.P256DH, Auth: secret.Text(of.Auth)},
		push.Message{Title: n.Title, Body: n.Body, Href: n.Href, Tag: n.Tag})
	gone := fault.Is(err, fault.NotFound)
	if err != nil && !gone {
		return err
	}
	return store.Do(context.WithoutCancel(ctx), a.DB, func(ctx context.Context, tx *store.Tx) error {
		if gone {
			return team.ForgetDevice(ctx, tx, d.ID)
		}
		return team.Nudged(ctx, tx, d.ID)
	})
}

func freshPushKeys() (string, secret.Text, error) {
	k, err := push.NewKeys()
	return k.Public, k.Private, err
}
