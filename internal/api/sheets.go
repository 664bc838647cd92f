package api

import (
	"context"
	"maps"
	"slices"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/network"
)

// Sheet is all that is known of a network: what it can do, how much, how often,
// for how much money, and from where that is known.
type Sheet struct {
	Network   network.Name   `json:"network"`
	Label     string         `json:"label" say:""`
	Evidence  List[Proof]    `json:"evidence" doc:"What the driver was proved on, the strongest first."`
	AsOf      string         `json:"as_of"`
	Version   string         `json:"version"`
	Expires   string         `json:"expires" doc:"The day after which the network may refuse this version of its API."`
	DelayS    int            `json:"delay_s" doc:"How long an accepted post may stay invisible, in seconds."`
	Abilities List[Cell]     `json:"abilities"`
	Limits    Limits         `json:"limits"`
	Quotas    List[Quota]    `json:"quotas"`
	Prices    List[Price]    `json:"prices"`
	Windows   List[Window]   `json:"windows"`
	Waits     string         `json:"scheduling" say:"" doc:"Why posts wait in Kith and not at the network; empty where none are published."`
	Consent   string         `json:"consent" enum:"none,ready,address" doc:"Whether people connect by the network's own page of consent. address: they could, if this house had a public https address."`
	Sources   List[SourceOf] `json:"sources"`
}

// Cell is one cell of the matrix.
type Cell struct {
	Action  string `json:"action"`
	State   string `json:"state" enum:"can,cannot,later,by_hand" doc:"cannot: the network does not offer it. later: it does, and Kith does not yet. by_hand: a person does it, helped."`
	Why     string `json:"why" say:""`
	Instead string `json:"instead" say:""`
	Only    string `json:"only" say:"" doc:"Who alone may, of what the network does not let everybody do."`
}

// Proof is something apart from this house that a driver was held against.
type Proof struct {
	On   string `json:"on" enum:"real_server,official_client,independent_client,published_spec,recorded_traffic,counting_vectors,request_collections,documentation"`
	What string `json:"what" doc:"Which, with its version."`
	Date string `json:"date" doc:"Of that version, or when it was last tried where it runs."`
}

func proofOf(p network.Proof) Proof { return Proof(p) }

// Quota is how much a network lets one do in a while.
type Quota struct {
	Name    string `json:"name"`
	Max     int    `json:"max" doc:"0: only the network knows."`
	WindowS int    `json:"window_s"`
	Daily   string `json:"daily" doc:"A time zone: the while is its calendar day."`
	Per     string `json:"per" doc:"account, or app: shared by all channels of this house."`
}

// Price is what the network takes for one act.
type Price struct {
	What     string `json:"what"`
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
	Category string `json:"category,omitempty" doc:"Of a template, in the network's words."`
	Country  string `json:"country,omitempty" doc:"What the person's number begins with."`
}

// Window is how long after a person's last message we may write to them.
type Window struct {
	Name  string `json:"name"`
	Hours int    `json:"hours"`
	Kind  string `json:"kind"`
	Then  string `json:"then" say:""`
	Once  bool   `json:"once" doc:"One message, and no second one."`
}

// SourceOf is where a fact comes from.
type SourceOf struct {
	Fact      string `json:"fact"`
	Text      string `json:"text" say:""`
	Date      string `json:"date"`
	Uncertain bool   `json:"uncertain"`
}

func (d *Door) sheets() {
	on(d, route{id: "GET /network-sheets", name: "listNetworkSheets", summary: "All that is known of the networks: the matrix, limits, quotas, prices, sources"},
		func(context.Context, access.Actor, *none) (Page[Sheet], error) {
			return Page[Sheet]{Items: each(d.House.Networks.All(), d.sheetOf)}, nil
		})
}

func (d *Door) sheetOf(n network.Driver) Sheet {
	p := n.Profile()
	said := Sheet{Network: n.Name(), Label: p.Label, Evidence: each(p.Evidence, proofOf), AsOf: p.AsOf, Version: p.Version, Expires: p.Expires, DelayS: int(p.Delay.Seconds()),
		Limits:    limitsOf(p.Limits),
		Consent:   d.House.Consent(n),
		Abilities: each(network.Abilities(n), func(a network.Ability) Cell { return Cell{string(a.Action), string(a.State), a.Why, a.Instead, a.Only} }),
		Quotas:    each(p.Quotas, func(q network.Quota) Quota { return Quota{q.Name, q.Max, q.WindowS, q.Daily, q.Per} }),
		Prices:    each(p.Prices, func(q network.Price) Price { return Price(q) }),
		Windows:   each(p.Windows, func(w network.Window) Window { return Window(w) })}
	if p.Scheduling != nil {
		said.Waits = p.Scheduling.Why
		s := p.Scheduling.Source
		said.Sources = append(said.Sources, SourceOf{"scheduling", s.Text, s.Date, s.Uncertain})
	}
	for _, fact := range slices.Sorted(maps.Keys(p.Sources)) {
		s := p.Sources[fact]
		said.Sources = append(said.Sources, SourceOf{fact, s.Text, s.Date, s.Uncertain})
	}
	return said
}
