package flow

import (
	"context"
	"strings"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// client gives what this house is at a network: an app that somebody has registered
// there or, where the house is its own client, keys that it makes when they are
// needed for the first time.
func (h *House) client(ctx context.Context, driver network.Driver) (network.App, error) {
	app, err := h.App(ctx, driver.Name())
	own, discoverable := driver.(network.Discoverable)
	if err != nil || app.Known() || !discoverable {
		return app, err
	}
	made, err := own.NewClient()
	if err != nil {
		return app, err
	}
	err = store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		kept, err := channel.GetApp(ctx, tx, driver.Name())
		if fault.Is(err, fault.NotFound) {
			app = made
			return channel.KeepApp(ctx, tx, h.Keys, driver.Name(), made)
		}
		if err == nil { // another process was quicker
			app, err = kept.Open(h.Keys)
		}
		return err
	})
	return app, err
}

// Whether people can connect by a network's own page of consent.
const (
	ConsentNone    = "none"    // it has none
	ConsentReady   = "ready"   // they can, once there is an app where one is needed
	ConsentAddress = "address" // it does not send people back to where this house is
)

// Consent says whether people can connect by a network's own page.
func (h *House) Consent(d network.Driver) string {
	if !network.Can(d, network.ActOAuth) {
		return ConsentNone
	}
	if own, ok := d.(network.Discoverable); ok && own.ComesBack(h.Return(d.Name())) != nil {
		return ConsentAddress
	}
	return ConsentReady
}

// ClientMetadata is the document that says who this house is to a network;
// NotFound where there is none, or networks do not reach this house.
func (h *House) ClientMetadata(ctx context.Context, name network.Name) ([]byte, error) {
	driver, err := h.Networks.Get(name)
	if err != nil {
		return nil, fault.New(fault.NotFound, "There is no such network.")
	}
	own, ok := driver.(network.Discoverable)
	if !ok || !h.Public || !strings.HasPrefix(h.PublicURL, "https://") {
		return nil, fault.New(fault.NotFound, "This house has no such document.")
	}
	app, err := h.client(ctx, driver)
	if err != nil {
		return nil, err
	}
	return own.ClientMetadata(app, h.Return(name))
}
