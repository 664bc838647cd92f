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

// Offer is an account of a grant, as one may choose it.
type Offer struct {
	network.Account
	Channel string // it is connected already as this one
	Fits    bool   // a grant for one channel takes its account alone, and who is limited to channels theirs
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
			if actor.Sees(c.ID) && c.Network == g.Network && c.Base == a.Base && c.Account == a.ID {
				offers[i].Channel = c.ID
			}
		}
		if actor.Channels != nil {
			offers[i].Fits = offers[i].Channel != ""
		}
		if g.Channel != "" {
			offers[i].Fits = offers[i].Channel == g.Channel
		}
	}
	return g, kept, offers, nil
}

// Choose connects accounts of a grant, all or none, and ends it. budget is what may be
// spent in a month on reading each that is new; "": as much as it costs.
func (h *House) Choose(ctx context.Context, actor access.Actor, grantID string, chosen []string, budget string) (made []channel.Channel, err error) {
	if err := actor.May(access.Connect); err != nil {
		return nil, err
	}
	err = store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		made = nil
		g, kept, offers, err := h.Offers(ctx, tx, actor, grantID)
		if err != nil {
			return err
		}
		if kept.Extends {
			return fault.New(fault.Conflict, "There is nothing to choose: it was for a channel that is connected.")
		}
		if len(chosen) == 0 {
			return fault.New(fault.Invalid, "No account is chosen.").On("accounts").WithHint("Choose at least one.")
		}
		for _, wanted := range chosen {
			i := slices.IndexFunc(offers, func(o Offer) bool { return o.ID == wanted })
			if i < 0 {
				return fault.New(fault.Invalid, "This account is not among those that were allowed.").On("accounts").WithHint("Begin again, and allow it.")
			}
			if !offers[i].Fits && g.Channel == "" {
				return notTheirs()
			}
			if !offers[i].Fits {
				return another(offers[i].Handle)
			}
			if offers[i].Keys == "" { // its channel has them already (reinstate)
				c, err := channel.Get(ctx, tx, actor.Workspace, offers[i].Channel)
				if fault.Is(err, fault.NotFound) {
					return fault.New(fault.Conflict, "%s was disconnected meanwhile.", offers[i].Handle).WithHint("Begin again under Settings → Channels.")
				}
				if err != nil {
					return err
				}
				made = append(made, c)
				continue
			}
			did, limit := "channel.connect", budget
			if offers[i].Channel != "" {
				did, limit = "channel.reconnect", ""
			}
			c, err := h.keep(ctx, tx, actor, g.Network, offers[i].Account, g.Channel, limit)
			if err != nil {
				return err
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
