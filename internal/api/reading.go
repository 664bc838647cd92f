package api

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/network"
)

// Reading is what reading a channel costs, where its network takes money for that.
type Reading struct {
	Currency string     `json:"currency"`
	Spent    string     `json:"spent" doc:"This month, by the clock of the workspace: a decimal number."`
	Ends     time.Time  `json:"ends" doc:"Then it is counted anew."`
	Budget   string     `json:"budget" doc:"What may be spent in a month, a decimal number; empty: as much as it costs."`
	Paused   bool       `json:"paused" doc:"Nothing is left, and it is not read."`
	PausedAt *time.Time `json:"paused_at" doc:"Since when; null: it is not paused."`
	Estimate Estimate   `json:"estimate"`
}

// Estimate is about what reading costs in 30 days.
type Estimate struct {
	Amount  string `json:"amount" doc:"A decimal number."`
	Hours   int    `json:"hours" doc:"It is what so many hours of reading cost, of the last 30 days; 0: it is from what a day of reading mostly asks for."`
	Assumes string `json:"assumes" say:"" doc:"How much happens on an account of which nothing was counted yet."`
}

// Reckoned is about what reading an account costs in 30 days, before it is connected.
type Reckoned struct {
	Currency string         `json:"currency"`
	Assumes  string         `json:"assumes" say:"" doc:"How much is assumed to happen on an account."`
	EveryS   int            `json:"every_s" doc:"So many seconds lie between two questions."`
	Asked    ReckonedPart   `json:"asked" doc:"What Kith asks for."`
	Told     ReckonedPart   `json:"told" doc:"What the network takes besides for what it tells by itself, where it is asked to."`
	Sources  List[SourceOf] `json:"sources"`
}

// ReckonedPart is what one way of being told comes to.
type ReckonedPart struct {
	Amount string             `json:"amount" doc:"Of 30 days, a decimal number."`
	Lines  List[ReckonedLine] `json:"lines"`
}

// ReckonedLine is one sort of thing.
type ReckonedLine struct {
	What   string `json:"what" doc:"As the network's prices name it: read_post, event_post."`
	ADay   int    `json:"a_day"`
	Price  string `json:"price" doc:"Of one, a decimal number."`
	Amount string `json:"amount" doc:"Of 30 days, a decimal number."`
}

func (d *Door) reckonedOf(p network.Profile) Maybe[Reckoned] {
	r, charged := flow.Reckon(p)
	if !charged {
		return Maybe[Reckoned]{}
	}
	part := func(p flow.ReckonedPart) ReckonedPart {
		return ReckonedPart{p.Amount, each(p.Lines, func(l flow.ReckonedLine) ReckonedLine { return ReckonedLine(l) })}
	}
	return some(Reckoned{Currency: r.Currency, Assumes: r.Assumes, EveryS: int(d.House.Every.Seconds()), Asked: part(r.Asked), Told: part(r.Told), Sources: pricesFrom(r.Sources)})
}

// ReadingBudget says what may be spent on reading a channel in a month.
type ReadingBudget struct {
	Amount string `json:"amount" maxLength:"200" doc:"A decimal number, in the currency of the network's prices; empty: as much as it costs."`
}

func (d *Door) reading() {
	way(d, route{id: "PUT /channels/{id}/reading-budget", name: "setReadingBudget", verb: access.Connect, audit: "channel.reading_budget", summary: "Say what may be spent in a month on reading a channel",
		notes: "When it is used up, the channel is not read until the month ends or the budget is raised; posts and answers go on. What is on its way is paid to the end, so that a little more may be spent. What the network tells by itself goes on and counts."},
		func(ctx context.Context, by access.Actor, in *with[ReadingBudget]) (nothing, error) {
			return nothing{}, d.House.SetReadingBudget(ctx, by, in.ID, in.Body.Amount)
		})
}

func readingOf(r flow.Reading) Reading {
	said := Reading{Currency: r.Currency, Spent: r.Spent, Ends: r.Ends.UTC(), Estimate: Estimate{r.Estimate.Amount, r.Estimate.Hours, r.Estimate.Assumes}}
	if r.Allowance != nil {
		said.Budget = r.Allowance.Budget.Amount
	}
	if said.Paused = r.Paused(); said.Paused {
		said.PausedAt = when(r.Channel.PausedSince)
	}
	return said
}
