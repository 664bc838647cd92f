package flow

import (
	"context"
	"net/url"
	"slices"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// CameBack takes what a network sent back with the person, asks it for the keys
// and keeps the accounts that may be connected. Why it did not work is kept too,
// so that the page can say it; an error is given only when there is no page to
// say it on.
func (h *House) CameBack(ctx context.Context, actor access.Actor, name network.Name, back url.Values) error {
	if err := actor.May(access.Connect); err != nil {
		return err
	}
	var g channel.Grant
	if err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if g, err = channel.GetGrant(ctx, tx, actor, back.Get("state")); err == nil && h.Networks.Host(g.Network) == name {
			name = g.Network // a guest's come back to its host's address
		}
		if err == nil {
			g, err = channel.CameBack(ctx, tx, actor, name, back.Get("state"))
		}
		return err
	}); err != nil {
		return err
	}
	kept, err := g.Open(h.Keys)
	if err != nil {
		return err
	}
	if kept.Extends {
		var account network.Account
		if account, err = h.extended(ctx, actor, g, kept, back); err == nil {
			account.Keys = "" // they are the channel's
			kept.Accounts = []network.Account{account}
		}
	} else {
		kept.Accounts, err = h.grant(ctx, name, kept, back)
	}
	if err != nil {
		kept.Text, kept.Hint = fault.Shown(err)
		h.Log.InfoContext(ctx, "a network did not let us in", "network", name, "error", err)
	}
	// The code is spent: what came of it is kept even if the person has gone away.
	ctx = context.WithoutCancel(ctx)
	lost := h.overruled(ctx, actor, name, kept)
	return store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		kept, err := h.reinstate(ctx, tx, actor, kept, lost)
		if err != nil {
			return err
		}
		return channel.Conclude(ctx, tx, h.Keys, g, kept)
	})
}

func (h *House) grant(ctx context.Context, name network.Name, kept channel.Kept, back url.Values) ([]network.Account, error) {
	authorizer, err := network.As[network.Authorizer](h.Networks, name, network.ActOAuth)
	if err != nil {
		return nil, err
	}
	driver, err := h.Networks.Get(name)
	if err != nil {
		return nil, err
	}
	label := driver.Profile().Label
	if err := declined(label, back); err != nil {
		return nil, err
	}
	app, err := h.App(ctx, name)
	if err != nil {
		return nil, err
	}
	accounts, err := authorizer.Grant(ctx, network.Asking{App: app, Redirect: kept.Redirect, State: back.Get("state"), Verifier: kept.Verifier.Reveal(),
		Settings: kept.Settings, Memory: kept.Memory}, back)
	if err == nil && len(accounts) == 0 {
		err = fault.New(fault.Invalid, "There is no account at %s that could be connected.", label).
			WithHint("Sign in there as somebody who runs a page or an account for organisations, and allow it all that is asked.")
	}
	return accounts, err
}

// declined says that somebody did not allow it, or that the network did not go on.
func declined(label string, back url.Values) error {
	switch why := back.Get("error"); {
	case slices.Contains([]string{"access_denied", "user_cancelled_login", "user_cancelled_authorize", "user_denied"}, why):
		return fault.New(fault.Denied, "%s says that you did not allow it.", label).
			WithHint("Nothing was connected. Begin again, and press the button that allows it.")
	case why != "":
		return fault.New(fault.Invalid, "%s refused to go on.", label).
			WithHint("Look whether the app at the network has our address to come back to, and the permissions that the guide names; then begin again.")
	}
	return nil
}
