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
	"github.com/kithhq/kith/internal/team"
)

// Extend begins a second consent for a channel and gives the address of the network's
// page. Who began comes back to where Authorize leads, too.
func (h *House) Extend(ctx context.Context, actor access.Actor, channelID string) (string, error) {
	if err := actor.May(access.Connect, channelID); err != nil {
		return "", err
	}
	c, conn, err := h.conn(ctx, actor.Workspace, channelID)
	if err != nil {
		return "", err
	}
	extender, profile, err := h.extender(c.Network)
	if err != nil {
		return "", err
	}
	if err := extender.Extensible(conn.App, h.Return(c.Network)); err != nil {
		return "", err
	}
	ask := network.Asking{App: conn.App, Redirect: h.Return(c.Network), State: secret.Token(), Verifier: secret.Token()}
	going, err := extender.AuthorizeMore(ctx, ask)
	if err != nil {
		return "", err
	}
	if u, err := url.Parse(going.URL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", fault.New(fault.Unavailable, "%s gave no address to go to.", profile.Label)
	}
	return going.URL, store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		return channel.Ask(ctx, tx, h.Keys, channel.Grant{ID: ask.State, Workspace: actor.Workspace, User: actor.User, Network: c.Network, Channel: c.ID},
			channel.Kept{Redirect: ask.Redirect, Verifier: secret.Text(ask.Verifier), Memory: going.Memory, Extends: true})
	})
}

// Extension is how it stands with the second consent of a channel.
type Extension struct {
	network.Extension
	State         network.Extended
	Lacks, Remedy string // why one cannot go there now, and what mends that; "": one can
}

// extension gives it; nil where the network has none.
func (h *House) extension(c channel.Channel) *Extension {
	extender, profile, err := h.extender(c.Network)
	if err != nil {
		return nil //nolint:nilerr // most networks have none
	}
	e := &Extension{Extension: *profile.Extension, State: c.Granted.Extended}
	conn, err := c.Conn(h.Keys)
	if app := conn.App; err == nil {
		if !app.Known() {
			app = h.Apps[c.Network]
		}
		err = extender.Extensible(app, h.Return(c.Network))
	}
	if err != nil {
		e.Lacks, e.Remedy = fault.Shown(err)
	}
	return e
}

func (h *House) extender(name network.Name) (network.Extender, network.Profile, error) {
	d, err := h.Networks.Get(name)
	if err != nil {
		return nil, network.Profile{}, err
	}
	extender, ok := d.(network.Extender)
	if p := d.Profile(); !ok || p.Extension == nil {
		return nil, p, fault.New(fault.Invalid, "%s has nothing more to allow.", p.Label)
	}
	return extender, d.Profile(), nil
}

// extended asks for the keys of a second consent and puts them into those of its channel.
// There is nothing to choose: the person set out for this channel.
func (h *House) extended(ctx context.Context, actor access.Actor, g channel.Grant, kept channel.Kept, back url.Values) (network.Account, error) {
	extender, profile, err := h.extender(g.Network)
	if err != nil {
		return network.Account{}, err
	}
	if err := declined(profile.Label, back); err != nil {
		return network.Account{}, err
	}
	c, conn, err := h.conn(ctx, actor.Workspace, g.Channel)
	if err != nil {
		return network.Account{}, err
	}
	account, err := extender.GrantMore(ctx, network.Asking{App: conn.App, Redirect: kept.Redirect, State: g.ID, Verifier: kept.Verifier.Reveal(), Memory: kept.Memory}, conn, back)
	if err != nil {
		return account, err
	}
	// The code is spent: what it gave is kept even if the person has gone away.
	ctx = context.WithoutCancel(ctx)
	if account, err = h.carried(ctx, c, extender, account); err != nil {
		return account, err
	}
	return account, h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		now, err := channel.Get(ctx, tx, c.Workspace, c.ID)
		if err != nil {
			return err
		}
		account.Limits = withComment(now.Limits, account.Limits)
		if err := channel.Extend(ctx, tx, now, account); err != nil {
			return err
		}
		h.tell(tx, c.Workspace, "channels", c.ID)
		if err := team.Record(ctx, tx, actor, "channel.extend", "channel:"+c.ID, ""); err != nil {
			return err
		}
		return h.hurry(ctx, tx, now)
	})
}

// withComment are limits with what a second consent may change in them.
func withComment(now, than network.Limits) network.Limits {
	now.Comment = than.Comment
	return now
}
