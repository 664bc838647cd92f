package flow

import (
	"context"
	"slices"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// Some networks end the keys of before when somebody consents again: LinkedIn takes
// back all tokens of a member once the app is allowed something else than before. So
// a channel can lose its keys by an attempt whose picker is closed without a choice,
// or in which another account was chosen. What was connected stays connected: a
// channel that was well when the person set out, and is refused now that they are
// back, gets the keys that the same account gave just now.

// well gives the channels of an actor on a network that are not broken.
func well(ctx context.Context, tx *store.Tx, actor access.Actor, name network.Name) (ids []string, err error) {
	all, err := channel.List(ctx, tx, actor.Workspace)
	for _, c := range all {
		if c.Network == name && c.Health != "broken" && actor.Sees(c.ID) {
			ids = append(ids, c.ID)
		}
	}
	return ids, err
}

// overruled gives, of the accounts of an attempt, the channels whose keys the consent
// has ended, with the place of their account.
func (h *House) overruled(ctx context.Context, actor access.Actor, name network.Name, kept channel.Kept) (lost map[int]channel.Channel) {
	driver, err := h.Networks.Get(name)
	if err != nil {
		return nil
	}
	checker, ok := driver.(network.Checker)
	if !ok {
		return nil
	}
	lost = map[int]channel.Channel{}
	for _, id := range kept.Well {
		end := h.checks.take(id)
		c, conn, err := h.conn(ctx, actor.Workspace, id)
		i := slices.IndexFunc(kept.Accounts, func(a network.Account) bool { return a.Base == c.Base && a.ID == c.Account })
		if err != nil || i < 0 || actor.May(access.Connect, id) != nil {
			end()
			continue
		}
		health, keys, err := checker.Check(ctx, conn)
		if fault.Is(err, fault.Denied) || err == nil && health.State == "broken" {
			lost[i] = c
		} else if err == nil { // keys that were renewed on the way may be the only ones that still open
			err = store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
				return channel.Checked(ctx, tx, h.Keys, c, health, keys)
			})
		}
		end()
		if err != nil {
			h.Log.InfoContext(ctx, "a channel was asked whether it outlived a consent", "channel", id, "error", err)
		}
	}
	return lost
}

// reinstate gives the channels that lost their keys those of the attempt, and takes
// them from it: they are in use, may be renewed, and are not given a second time.
func (h *House) reinstate(ctx context.Context, tx *store.Tx, actor access.Actor, kept channel.Kept, lost map[int]channel.Channel) (channel.Kept, error) {
	kept.Accounts = slices.Clone(kept.Accounts) // a transaction may be repeated
	for i, before := range lost {
		c, err := channel.Get(ctx, tx, actor.Workspace, before.ID)
		if fault.Is(err, fault.NotFound) || err == nil && c.Keys != before.Keys {
			continue // disconnected, or connected again by somebody else
		}
		if err != nil {
			return kept, err
		}
		if _, err := h.keep(ctx, tx, actor, c.Network, kept.Accounts[i], c.ID, ""); err != nil {
			return kept, err
		}
		if err := team.Record(ctx, tx, actor, "channel.reconnect", "channel:"+c.ID, ""); err != nil {
			return kept, err
		}
		kept.Accounts[i].Keys = ""
	}
	return kept, nil
}
