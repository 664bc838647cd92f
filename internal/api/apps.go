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

// NetworkApp is this house's registration as a developer at a network, for all its
// channels there.
type NetworkApp struct {
	Network    network.Name    `json:"network"`
	Label      string          `json:"label" say:""`
	Known      bool            `json:"known" doc:"There is one."`
	Entered    bool            `json:"entered" doc:"It was entered here, and not given when Kith was started."`
	MayChange  bool            `json:"may_change"`
	AppID      string          `json:"app_id" doc:"Empty for those who may not change it."`
	Verify     string          `json:"verify" doc:"The word that the network repeats when it tests our webhook; empty for those who may not change it."`
	Redirect   string          `json:"redirect" doc:"Where the network sends people back to; empty where it has no page of consent."`
	Hook       string          `json:"hook" doc:"Where the network knocks; empty where it does not."`
	Reachable  bool            `json:"reachable" doc:"This house has a public address that networks reach."`
	Fields     List[Setting]   `json:"fields" doc:"What the form asks besides the id and the secret."`
	Guide      List[string]    `json:"guide" doc:"The steps by which one makes an app there." say:""`
	Extra      Extra           `json:"extra" nullable:"false"`
	WebhookAt  *time.Time      `json:"webhook_at" doc:"When the network knocked the last time for one of the channels."`
	UpdatedAt  *time.Time      `json:"updated_at"`
	CanConnect bool            `json:"can_connect" doc:"An account is connected by the network's own page of consent."`
	Reading    Maybe[Reckoned] `json:"reading" doc:"About what reading an account costs; null: the network takes no money for it, as far as Kith knows."`
}

// Extra are values of further fields by name.
type Extra map[string]string

// KeepApp enters an app; an empty secret keeps the one that is there, an empty
// verify word makes one up.
type KeepApp struct {
	AppID  string         `json:"app_id" minLength:"1" maxLength:"200"`
	Secret channel.Secret `json:"secret,omitempty" maxLength:"2000"`
	Verify string         `json:"verify,omitempty" maxLength:"200"`
	Extra  Extra          `json:"extra,omitempty" maxProperties:"20"`
}

func (d *Door) apps() {
	read(d, route{id: "GET /network-apps", name: "listNetworkApps", verb: access.Connect, summary: "This house's apps at networks, and how one makes them"}, d.listApps)
	way(d, route{id: "PUT /network-apps/{id}", name: "keepNetworkApp", verb: access.Settings, audit: "network_app.keep", summary: "Enter this house's app at a network",
		notes: "The id is the name of the network. The secret is kept sealed and never shown again."},
		func(ctx context.Context, by access.Actor, in *with[KeepApp]) (NetworkApp, error) {
			b := in.Body
			err := d.House.Register(ctx, by, network.Name(in.ID), network.App{ID: b.AppID, Secret: b.Secret, Verify: channel.Secret(b.Verify), Extra: b.Extra})
			if err != nil {
				return NetworkApp{}, err
			}
			return d.oneApp(ctx, by, network.Name(in.ID))
		})
	way(d, route{id: "DELETE /network-apps/{id}", name: "forgetNetworkApp", verb: access.Settings, audit: "network_app.forget", summary: "Forget it"},
		func(ctx context.Context, by access.Actor, in *byID) (nothing, error) {
			return nothing{}, d.House.Unregister(ctx, by, network.Name(in.ID))
		})
}

func (d *Door) oneApp(ctx context.Context, by access.Actor, name network.Name) (one NetworkApp, err error) {
	err = store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error {
		all, err := d.listApps(ctx, tx, by, nil)
		for _, a := range all.Items {
			if a.Network == name {
				one = a
			}
		}
		return err
	})
	return one, err
}

func (d *Door) listApps(ctx context.Context, tx *store.Tx, by access.Actor, _ *none) (Page[NetworkApp], error) {
	known, err := d.House.Registrations(ctx, tx)
	if err != nil {
		return Page[NetworkApp]{}, err
	}
	knocks, err := d.knocks(ctx, tx, by)
	if err != nil {
		return Page[NetworkApp]{}, err
	}
	may := d.House.MayRegister(ctx, tx, by) == nil
	said := Page[NetworkApp]{}
	for _, n := range d.House.Networks.All() {
		if !flow.NeedsApp(n) {
			continue
		}
		p := n.Profile()
		a := NetworkApp{Network: n.Name(), Label: p.Label, MayChange: may, Reachable: d.House.Public, Guide: p.Guide, Extra: Extra{},
			Fields: each(p.App, settingOf), CanConnect: network.Can(n, network.ActOAuth), WebhookAt: when(knocks[n.Name()]), Reading: d.reckonedOf(p)}
		if a.CanConnect {
			a.Redirect = d.House.Return(n.Name())
		}
		if network.Can(n, network.ActWebhook) {
			a.Hook = d.House.Hook(n.Name())
		}
		for _, r := range known {
			if r.Network == n.Name() {
				a.Known, a.Entered, a.UpdatedAt = true, !r.Entered.UpdatedAt.IsZero(), when(r.Entered.UpdatedAt)
				if may {
					a.AppID, a.Verify = r.App.ID, r.App.Verify.Reveal()
					for k, v := range r.App.Extra {
						a.Extra[k] = v
					}
				}
			}
		}
		said.Items = append(said.Items, a)
	}
	return said, nil
}

func settingOf(f network.Field) Setting { return Setting(f) }
