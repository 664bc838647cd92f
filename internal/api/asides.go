package api

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Aside is something that a network told us and that could not be taken over.
type Aside struct {
	ID        string       `json:"id"`
	ChannelID string       `json:"channel_id"`
	Network   network.Name `json:"network" doc:"Empty where the channel was removed."`
	Handle    string       `json:"handle"`
	Why       string       `json:"why" enum:"not_understood,not_kept,channel_gone" doc:"not_understood: what the network sent has no meaning for Kith. not_kept: it is understood and could not be kept. channel_gone: the channel was removed."`
	Text      string       `json:"text" say:"" doc:"Why, in a sentence; empty where it is a mistake in Kith."`
	What      List[Told]   `json:"what" doc:"What it is, as far as it is understood."`
	Since     time.Time    `json:"since"`
	Times     int          `json:"times" doc:"How often it was given up."`
	TriedAt   *time.Time   `json:"tried_at" doc:"When somebody asked for it again."`
	Trying    bool         `json:"trying" doc:"It was asked for again, and how that goes is not known yet."`
}

// Told is one event in it, as it would stand in the inbox.
type Told struct {
	Kind    string    `json:"kind" enum:"comment,mention,direct,reaction,repost,follow,edited,deleted,hidden,receipt,ours,noticed"`
	Author  string    `json:"author"`
	Text    string    `json:"text" doc:"Its beginning."`
	Private bool      `json:"private"`
	At      time.Time `json:"at"`
}

// Replayed says how far trying everything again has come.
type Replayed struct {
	Since time.Time `json:"since" doc:"Send it back: what was tried since then is not tried once more."`
	Tried int       `json:"tried" doc:"By this request."`
	Left  int       `json:"left"`
}

// ReplayWish asks for the next of what was set aside.
type ReplayWish struct {
	Since *time.Time `json:"since,omitempty" doc:"What the request before gave; absent: everything."`
}

type asideQuery struct {
	Paging
	Channel string `query:"channel" maxLength:"64"`
}

// How many are tried by one request, and how much of a text is shown.
const (
	replayed  = 50
	beginning = 280
)

func (d *Door) asides() {
	read(d, route{id: "GET /asides", name: "listAsides", verb: access.Connect, summary: "What came in and could not be taken over, oldest first"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *asideQuery) (Page[Aside], error) {
			at, err := after[position](in.Cursor)
			if err != nil {
				return Page[Aside]{}, err
			}
			all, err := d.House.Asides(ctx, tx, by, in.Channel, at.At, at.ID, in.Limit+1)
			return page(each(all, asideOf), in.Limit, func(a Aside) position { return position{a.Since, a.ID} }), err
		})
	read(d, route{id: "GET /asides/{id}", name: "getAside", verb: access.Connect, summary: "One of them"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (Aside, error) {
			a, err := d.House.Aside(ctx, tx, by, in.ID)
			return asideOf(a), err
		})
	way(d, route{id: "POST /asides/{id}/replay", name: "replayAside", verb: access.Connect, audit: "aside.replay", summary: "Try once more to take it over",
		notes: "Where it fails again, it is set aside again. However often it is tried, it comes in once."},
		func(ctx context.Context, by access.Actor, in *byID) (nothing, error) {
			return nothing{}, d.House.Replay(ctx, by, in.ID)
		})
	way(d, route{id: "POST /asides/replay", name: "replayAsides", verb: access.Connect, summary: "Try the next of them once more",
		notes: "Repeat it with since until nothing is left: each is tried once."},
		func(ctx context.Context, by access.Actor, in *told[ReplayWish]) (Replayed, error) {
			since := d.House.DB.Now()
			if in.Body.Since != nil {
				since = *in.Body.Since
			}
			done, left, err := d.House.ReplayMany(ctx, by, since, replayed)
			return Replayed{Since: since, Tried: done, Left: left}, err
		})
	write(d, route{id: "DELETE /asides/{id}", name: "discardAside", verb: access.Connect, audit: "aside.discard", summary: "Give it up",
		notes: "Nothing of it is kept, and it does not come back when the network tells it again."},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (nothing, error) {
			return nothing{}, d.House.Discard(ctx, tx, by, in.ID)
		})
}

func asideOf(a flow.SetAside) Aside {
	return Aside{ID: a.ID, ChannelID: a.Fact.Channel, Network: a.Channel.Network, Handle: a.Channel.Handle, Why: a.Because, Text: a.Said,
		Since: a.At, Times: a.Times, TriedAt: when(a.Tried), Trying: a.Again, What: each(a.What, toldOf)}
}

func toldOf(a inbox.Arrival) Told {
	e := a.Event
	t := Told{Kind: string(e.Kind), Author: e.Author.Name, Text: e.Text, Private: e.Private, At: e.At.UTC()}
	if t.Author == "" {
		t.Author = e.Author.Handle
	}
	if runes := []rune(t.Text); len(runes) > beginning {
		t.Text = string(runes[:beginning]) + "…"
	}
	return t
}
