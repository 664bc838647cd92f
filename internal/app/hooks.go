package app

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/ingest"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// knocker says who answers at /hooks/{network}: the network's own checks with
// the secrets of this house's app there, or those of the network whose guest it is.
// Without an app there is nobody.
func (a *App) knocker(ctx context.Context, name network.Name, key string) (ingest.Knocker, error) {
	nobody := fault.New(fault.NotFound, "Nobody answers here.")
	if key != "" {
		return ingest.Knocker{}, nobody
	}
	name = a.Networks.Host(name)
	knocker, err := network.As[network.Knocker](a.Networks, name, network.ActWebhook)
	if err != nil {
		return ingest.Knocker{}, nobody
	}
	app, err := a.House.App(ctx, name)
	if err != nil {
		return ingest.Knocker{}, err
	}
	keys := []secret.Text{app.Secret}
	if signer, ok := knocker.(network.Signer); ok {
		keys = signer.SigningKeys(app)
	}
	if keys = slices.DeleteFunc(keys, func(k secret.Text) bool { return k == "" }); len(keys) == 0 {
		return ingest.Knocker{}, nobody
	}
	return ingest.Knocker{
		Network:   name,
		Challenge: func(query url.Values) (network.Answer, bool) { return knocker.Challenge(query, app) },
		Verify: func(header http.Header, body []byte) (err error) {
			for _, key := range keys {
				if err = knocker.Verify(header, body, key); err == nil {
					return nil
				}
			}
			return err
		},
		Split:  knocker.Split,
		Status: http.StatusOK, // several networks take 200 alone for an answer
	}, nil
}

// accounts finds the channels that stand for a network's account.
func (a *App) accounts(ctx context.Context, name network.Name, account string) ([]ingest.Channel, error) {
	var found []ingest.Channel
	err := store.View(ctx, a.DB, func(ctx context.Context, tx *store.Tx) error {
		all, err := channel.Remote(ctx, tx, name, account)
		for _, c := range all {
			found = append(found, ingest.Channel{Workspace: c.Workspace, ID: c.ID})
		}
		return err
	})
	return found, err
}

// knocked notes when a channel was last told something. It is for a health page
// only, so that it may be lost.
func (a *App) knocked(c ingest.Channel) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := store.Do(ctx, a.DB, func(ctx context.Context, tx *store.Tx) error {
		return channel.Knocked(ctx, tx, c.Workspace, c.ID)
	}); err != nil {
		a.Log.DebugContext(ctx, "a knock was not noted", "channel", c.ID, "error", err)
	}
}

// refused notes that a knock was not signed by its network: the secret of our app may be
// wrong. It may be lost, as the network tries again.
func (a *App) refused(name network.Name) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := a.House.Refused(ctx, name); err != nil {
		a.Log.DebugContext(ctx, "a refused knock was not noted", "network", name, "error", err)
	}
}
