package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

func checkKind() jobs.Kind[channelArgs] {
	return jobs.Kind[channelArgs]{Name: "check", Attempts: 1 << 30}
}

// checkEvery is how often a connection is asked how it is; keys are renewed on
// the way, well before they expire.
const checkEvery = 10 * time.Minute

// revokeWait is how long somebody who disconnects a channel waits for the network.
const revokeWait = 10 * time.Second

// Connect connects an account: the network is asked first, then it is kept, and
// reading begins. reconnect names the channel that must come out of it, "" for
// any; budget is what may be spent in a month on reading it, "" for as much as that costs
// or for what was said before.
func (h *House) Connect(ctx context.Context, actor access.Actor, name network.Name, settings map[string]string, reconnect, budget string) (channel.Channel, error) {
	if err := actor.May(access.Connect); err != nil {
		return channel.Channel{}, err
	}
	driver, err := h.Networks.Get(name)
	if err != nil {
		return channel.Channel{}, err
	}
	connector, ok := driver.(network.Connector)
	if !ok {
		return channel.Channel{}, fault.New(fault.Invalid, "%s cannot be connected here.", driver.Profile().Label)
	}
	for _, f := range driver.Profile().Fields {
		if f.Required && settings[f.Name] == "" {
			return channel.Channel{}, fault.New(fault.Invalid, "“%s” is missing.", f.Label).On("settings."+f.Name).WithHint("%s", f.Help)
		}
	}
	if budget != "" {
		if _, err := budgeted(driver.Profile(), budget, budgetField); err != nil {
			return channel.Channel{}, err
		}
	}
	account, err := connector.Connect(ctx, settings)
	if err != nil {
		return channel.Channel{}, err
	}
	var c channel.Channel
	err = h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		c, err = h.keep(ctx, tx, actor, name, account, reconnect, budget)
		return err
	})
	return c, err
}

// budgetField is what the forms that connect accounts call what may be spent on reading them.
const budgetField = "reading_budget"

// keep makes a channel of an account that a network let us into, and begins its
// work: with what may be spent on it, so that it is never read without.
func (h *House) keep(ctx context.Context, tx *store.Tx, actor access.Actor, name network.Name, account network.Account, reconnect, budget string) (channel.Channel, error) {
	account, err := h.keeping(ctx, tx, actor.Workspace, name, account)
	if err != nil {
		return channel.Channel{}, err
	}
	c, err := channel.Connect(ctx, tx, h.Keys, actor.Workspace, name, account)
	if err != nil {
		return c, err
	}
	if !actor.Sees(c.ID) {
		return channel.Channel{}, notTheirs()
	}
	if reconnect != "" && c.ID != reconnect {
		return c, another(account.Handle)
	}
	if budget != "" {
		d, err := h.Networks.Get(name)
		if err != nil {
			return c, err
		}
		b, err := budgeted(d.Profile(), budget, budgetField)
		if err != nil {
			return c, err
		}
		if err := b.keep(ctx, tx, c); err != nil {
			return c, err
		}
	}
	h.tell(tx, actor.Workspace, "channels", c.ID)
	if err := h.inherit(ctx, tx, c); err != nil {
		return c, err
	}
	return c, h.hurry(ctx, tx, c)
}

// notTheirs is said to who is limited to some channels and would connect another one:
// whether the workspace has it already is not told.
func notTheirs() error {
	return fault.New(fault.Denied, "Your rights are limited to some channels, and this account is none of them.").
		WithHint("Ask somebody who sees all channels to connect it.")
}

// Disconnect takes a channel out of use; its history stays. Its keys are ended at the
// network where that is possible; where it is not, they are forgotten all the same.
func (h *House) Disconnect(ctx context.Context, actor access.Actor, channelID string) error {
	if err := actor.May(access.Connect, channelID); err != nil {
		return err
	}
	c, conn, unreadable := h.conn(ctx, actor.Workspace, channelID)
	if err := h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, actor.Workspace, "channels", channelID)
		return channel.Remove(ctx, tx, actor.Workspace, channelID)
	}); err != nil || unreadable != nil {
		return err
	}
	driver, err := h.Networks.Get(c.Network)
	if err != nil {
		return nil //nolint:nilerr // of a network that this version does not know
	}
	if revoker, ok := driver.(network.Revoker); ok {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeWait)
		defer cancel()
		if err := revoker.Revoke(ctx, conn); err != nil {
			h.Log.InfoContext(ctx, "the keys of a channel were forgotten and not ended at the network", "channel", c.ID, "error", err)
		}
	}
	return nil
}
