package flow

import (
	"context"
	"net/url"
	"slices"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// Authorize begins to connect by the network's own page of consent and gives its
// address. Only who began may go on when they are back. reconnect names the
// channel that must come out of it, "" for any.
func (h *House) Authorize(ctx context.Context, actor access.Actor, name network.Name, settings map[string]string, reconnect string) (string, error) {
	if err := actor.May(access.Connect); err != nil {
		return "", err
	}
	authorizer, err := network.As[network.Authorizer](h.Networks, name, network.ActOAuth)
	if err != nil {
		return "", err
	}
	driver, err := h.Networks.Get(name)
	if err != nil {
		return "", err
	}
	profile := driver.Profile()
	if settings, err = h.before(ctx, actor, profile, name, settings, reconnect); err != nil {
		return "", err
	}
	app, err := h.client(ctx, driver)
	if err != nil {
		return "", err
	}
	if (NeedsApp(driver) || profile.Host != "") && !app.Known() {
		return "", fault.New(fault.Invalid, "This house has no app at %s yet.", h.host(driver).Profile().Label).
			WithHint("An owner registers one under Settings → Channels → App; the steps are written there.")
	}
	ask := network.Asking{App: app, Redirect: h.Return(name), State: secret.Token(), Verifier: secret.Token(), Settings: settings}
	going, err := authorizer.Authorize(ctx, ask)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(going.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", fault.New(fault.Unavailable, "%s gave no address to go to.", profile.Label)
	}
	return going.URL, store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		return channel.Ask(ctx, tx, h.Keys,
			channel.Grant{ID: ask.State, Workspace: actor.Workspace, User: actor.User, Network: name, Channel: reconnect},
			channel.Kept{Settings: settings, Redirect: ask.Redirect, Verifier: secret.Text(ask.Verifier), Memory: going.Memory})
	})
}

// before gives what is asked before somebody goes to the network: nothing else
// goes along. The server and the handle of a channel that is connected again are known.
func (h *House) before(ctx context.Context, actor access.Actor, p network.Profile, name network.Name, given map[string]string, reconnect string) (map[string]string, error) {
	var c channel.Channel
	if reconnect != "" {
		if err := actor.May(access.Connect, reconnect); err != nil {
			return nil, err
		}
		if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
			c, err = channel.Get(ctx, tx, actor.Workspace, reconnect)
			return err
		}); err != nil {
			return nil, err
		}
		if c.Network != name {
			return nil, fault.New(fault.Invalid, "This channel is on another network.").On("channel")
		}
	}
	settings := map[string]string{}
	for _, f := range p.Fields {
		if !f.Before {
			continue
		}
		v := given[f.Name]
		switch {
		case v != "":
		case f.Kind == "url":
			v = c.Base
		case f.Name == "handle":
			v = c.Handle
		}
		if v == "" && f.Required {
			return nil, fault.New(fault.Invalid, "“%s” is missing.", f.Label).On("settings."+f.Name).WithHint("%s", f.Help)
		}
		settings[f.Name] = v
	}
	return settings, nil
}

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
	kept.Accounts, err = h.grant(ctx, name, kept, back)
	if err != nil {
		kept.Text, kept.Hint = fault.Shown(err)
		h.Log.InfoContext(ctx, "a network did not let us in", "network", name, "error", err)
	}
	// The code is spent: what came of it is kept even if the person has gone away.
	return store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
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
	switch why := back.Get("error"); {
	case slices.Contains([]string{"access_denied", "user_cancelled_login", "user_cancelled_authorize", "user_denied"}, why):
		return nil, fault.New(fault.Denied, "%s says that you did not allow it.", label).
			WithHint("Nothing was connected. Begin again, and press the button that allows it.")
	case why != "":
		return nil, fault.New(fault.Invalid, "%s refused to go on.", label).
			WithHint("Look whether the app at the network has our address to come back to, and the permissions that the guide names; then begin again.")
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

// Offer is an account of a grant, as one may choose it.
type Offer struct {
	network.Account
	Channel string // it is connected already as this one
	Fits    bool   // a grant for one channel takes its account alone
}

// Offers gives what may be chosen of a grant.
func (h *House) Offers(ctx context.Context, tx *store.Tx, actor access.Actor, grantID string) (channel.Grant, channel.Kept, []Offer, error) {
	g, err := channel.GetGrant(ctx, tx, actor, grantID)
	if err != nil {
		return g, channel.Kept{}, nil, err
	}
	kept, err := g.Open(h.Keys)
	if err != nil {
		return g, kept, nil, err
	}
	connected, err := channel.List(ctx, tx, actor.Workspace)
	if err != nil {
		return g, kept, nil, err
	}
	offers := make([]Offer, len(kept.Accounts))
	for i, a := range kept.Accounts {
		offers[i] = Offer{Account: a, Fits: true}
		for _, c := range connected {
			if c.Network == g.Network && c.Base == a.Base && c.Account == a.ID {
				offers[i].Channel = c.ID
			}
		}
		if g.Channel != "" {
			offers[i].Fits = offers[i].Channel == g.Channel
		}
	}
	return g, kept, offers, nil
}

// Choose connects accounts of a grant, all or none, and ends it.
func (h *House) Choose(ctx context.Context, actor access.Actor, grantID string, chosen []string) (made []channel.Channel, err error) {
	if err := actor.May(access.Connect); err != nil {
		return nil, err
	}
	err = store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		made = nil
		g, _, offers, err := h.Offers(ctx, tx, actor, grantID)
		if err != nil {
			return err
		}
		if len(chosen) == 0 {
			return fault.New(fault.Invalid, "No account is chosen.").On("accounts").WithHint("Choose at least one.")
		}
		for _, wanted := range chosen {
			i := slices.IndexFunc(offers, func(o Offer) bool { return o.ID == wanted })
			if i < 0 {
				return fault.New(fault.Invalid, "This account is not among those that were allowed.").On("accounts").WithHint("Begin again, and allow it.")
			}
			if !offers[i].Fits {
				return another(offers[i].Handle)
			}
			c, err := h.keep(ctx, tx, actor, g.Network, offers[i].Account, g.Channel)
			if err != nil {
				return err
			}
			did := "channel.connect"
			if offers[i].Channel != "" {
				did = "channel.reconnect"
			}
			if err := team.Record(ctx, tx, actor, did, "channel:"+c.ID, ""); err != nil {
				return err
			}
			made = append(made, c)
		}
		return channel.Spend(ctx, tx, g)
	})
	return made, err
}

func another(handle string) error {
	return fault.New(fault.Invalid, "This is another account: %s.", handle).
		WithHint("Sign in as the account of this channel, or connect a new channel.")
}
