package api

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// Afford is what going out at a moment takes of a network's quotas, and what it
// costs.
type Afford struct {
	Quotas List[Room]  `json:"quotas"`
	Price  Maybe[Cost] `json:"price" doc:"null: the network takes nothing."`
}

// Room is what a quota of posts has left at a moment.
type Room struct {
	QuotaUse
	Needs int        `json:"needs" doc:"So much the post takes of it; of calls it is about that."`
	Fits  bool       `json:"fits"`
	Next  *time.Time `json:"next" doc:"The next moment with room, when there is none; null then: there never is."`
}

// Cost is what a network takes for a post.
type Cost struct {
	Amount   string         `json:"amount" doc:"A decimal number."`
	Currency string         `json:"currency"`
	Link     bool           `json:"link" doc:"It is dearer because of a link."`
	Sources  List[SourceOf] `json:"sources" doc:"Where the price is from."`
}

// moneyOf says a cost; null: the network takes nothing, or nobody knows what.
func moneyOf(m flow.Money) (said Maybe[Cost]) {
	if m.Paid {
		said = some(Cost{m.Cost.Amount, m.Cost.Currency, m.Cost.Link, sourcesOf(m)})
	}
	return said
}

func sourcesOf(m flow.Money) List[SourceOf] {
	return each(m.Sources, func(s network.Source) SourceOf { return SourceOf{"prices", s.Text, s.Date, s.Uncertain} })
}

func (d *Door) afford(ctx context.Context, tx *store.Tx, by access.Actor, channelID string, parts []publish.Content, hand publish.Hand, at *time.Time) (said Afford, err error) {
	var due time.Time
	if at != nil {
		due = *at
	}
	a, err := d.House.Afford(ctx, tx, by, channelID, parts, hand, due)
	if err != nil {
		return said, err
	}
	said.Quotas = each(a.Rooms, roomOf)
	said.Price = moneyOf(a.Money)
	return said, nil
}

func roomOf(r publish.Room) Room {
	one := Room{QuotaUse: quotaOf(r), Needs: r.Needs, Fits: r.Fits}
	if !r.Fits {
		one.Next = when(r.Next)
	}
	return one
}
