package flow

import (
	"context"
	"net/url"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
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
		connected, err := well(ctx, tx, actor, name)
		if err != nil {
			return err
		}
		return channel.Ask(ctx, tx, h.Keys,
			channel.Grant{ID: ask.State, Workspace: actor.Workspace, User: actor.User, Network: name, Channel: reconnect},
			channel.Kept{Settings: settings, Redirect: ask.Redirect, Verifier: secret.Text(ask.Verifier), Memory: going.Memory, Well: connected})
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
