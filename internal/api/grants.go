package api

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Authorize begins to connect by the network's own page of consent.
type Authorize struct {
	Network  network.Name      `json:"network" minLength:"1" maxLength:"50"`
	Settings map[string]string `json:"settings,omitempty" maxProperties:"50" doc:"What the network's form asks beforehand."`
	Channel  string            `json:"channel,omitempty" maxLength:"64" doc:"The channel that must come out of it; empty: any."`
}

// Going is where the person goes now.
type Going struct {
	URL string `json:"url"`
}

// Grant is one attempt to be let in, and what came of it.
type Grant struct {
	ID        string         `json:"id"`
	Network   network.Name   `json:"network"`
	Channel   string         `json:"channel" doc:"The channel that must come out of it; empty: any."`
	Extends   string         `json:"extends" say:"" doc:"A second consent for the channel: granted, there is nothing to choose, and this is what is said. Empty: it is none."`
	State     string         `json:"state" enum:"asked,back,granted,refused" doc:"asked: the person is at the network, or came back without being signed in here. back: the network is being asked. granted: choose. refused: see error."`
	Accounts  List[Offer]    `json:"accounts"`
	Error     Maybe[Trouble] `json:"error"`
	ExpiresAt time.Time      `json:"expires_at"`
}

// Offer is an account that may be connected.
type Offer struct {
	ID        string `json:"id"`
	Handle    string `json:"handle"`
	Name      string `json:"name"`
	AvatarURL string `json:"avatar_url"`
	URL       string `json:"url"`
	Warning   string `json:"warning" doc:"Something is missing: a permission, say." say:""`
	ChannelID string `json:"channel_id" doc:"It is connected already, as this channel."`
	Fits      bool   `json:"fits" doc:"false: this attempt is for another account."`
}

// Choice of accounts of a grant.
type Choose struct {
	Accounts      List[string] `json:"accounts" maxItems:"200"`
	ReadingBudget string       `json:"reading_budget,omitempty" maxLength:"200" doc:"What may be spent in a month on reading each account that is new, a decimal number in the currency of the network's prices; empty: as much as it costs."`
}

func (d *Door) grants() {
	way(d, route{id: "POST /channels/authorize", name: "authorizeChannel", verb: access.Connect, summary: "Begin to connect by the network's own page of consent",
		notes: "The person goes to url and comes back to a page of the browser application, where they must be signed in as whoever asked."},
		func(ctx context.Context, by access.Actor, in *told[Authorize]) (Going, error) {
			url, err := d.House.Authorize(ctx, by, in.Body.Network, in.Body.Settings, in.Body.Channel)
			return Going{url}, err
		})
	way(d, route{id: "POST /channels/{id}/extend", name: "extendChannel", verb: access.Connect, summary: "Begin a second consent for a channel",
		notes: "Where the channel's health has an extension. The person goes to url, and comes back as after POST /channels/authorize; what is allowed is kept at once."},
		func(ctx context.Context, by access.Actor, in *byID) (Going, error) {
			url, err := d.House.Extend(ctx, by, in.ID)
			return Going{url}, err
		})
	read(d, route{id: "GET /grants/{id}", name: "getGrant", verb: access.Connect, summary: "What came of an attempt to connect"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (Grant, error) {
			g, kept, offers, err := d.House.Offers(ctx, tx, by, in.ID)
			said := grantOf(g, kept, offers)
			if n, e := d.House.Networks.Get(g.Network); e == nil && kept.Extends && n.Profile().Extension != nil {
				said.Extends = n.Profile().Extension.Done
			}
			return said, err
		})
	way(d, route{id: "POST /grants/{id}", name: "chooseAccounts", verb: access.Connect, summary: "Connect accounts of an attempt"},
		func(ctx context.Context, by access.Actor, in *with[Choose]) (Page[Channel], error) {
			made, err := d.House.Choose(ctx, by, in.ID, in.Body.Accounts, in.Body.ReadingBudget)
			return Page[Channel]{Items: each(made, d.channelOf)}, err
		})
}

func grantOf(g channel.Grant, kept channel.Kept, offers []flow.Offer) Grant {
	said := Grant{ID: g.ID, Network: g.Network, Channel: g.Channel, State: g.State, ExpiresAt: g.ExpiresAt,
		Accounts: each(offers, func(o flow.Offer) Offer {
			return Offer{o.ID, o.Handle, o.Name, o.AvatarURL, o.URL, o.Warning, o.Channel, o.Fits}
		})}
	if kept.Text != "" {
		said.Error = some(Trouble{"denied", kept.Text, kept.Hint})
	}
	return said
}
