package api

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Template is a message that a network has approved beforehand: it may be sent when
// our own words may not.
type Template struct {
	ID       string       `json:"id"`
	Name     string       `json:"name"`
	Language string       `json:"language"`
	Category string       `json:"category" doc:"In the network's words; it decides what it costs."`
	Text     string       `json:"text" doc:"With {{holes}} that are to be filled in."`
	Holes    List[string] `json:"holes"`
	Why      string       `json:"why" say:"" doc:"Why it cannot be sent now; empty: it can."`
	Fix      string       `json:"fix" say:"" doc:"What to do then."`
	Price    Maybe[Cost]  `json:"price" doc:"Of one message, in the conversation that is asked for; null: Kith knows no figure."`
	// Sources say where a price is from, or why there is none.
	Sources List[SourceOf] `json:"sources" doc:"Where that is from, or why there is no figure."`
	// Room is of the people to whom one may write first.
	Room Maybe[Room] `json:"room" doc:"What sending it takes of the people to whom the network lets one write first; null: there is no limit."`
}

type templatesAsked struct {
	ID           string `path:"id" maxLength:"64"`
	Conversation string `query:"conversation" maxLength:"64" doc:"The conversation it is for: prices depend on the person."`
}

// Filled is a template with what stands in its holes.
type Filled struct {
	Template  string            `json:"template" minLength:"1" maxLength:"300"`
	Values    map[string]string `json:"values,omitempty" doc:"By the names of the holes, one line each."`
	MessageID string            `json:"message_id,omitempty" maxLength:"64" doc:"The message it answers; empty = the newest of theirs."`
}

func (d *Door) templates() {
	way(d, route{id: "GET /channels/{id}/templates", name: "listTemplates", verb: access.Reply, summary: "Messages that the network approves beforehand",
		notes: "Asked of the network. Only those that words alone complete; those that cannot be sent now say why."},
		func(ctx context.Context, by access.Actor, in *templatesAsked) (said Page[Template], err error) {
			all, err := d.House.Templates(ctx, by, in.ID)
			if err != nil {
				return said, err
			}
			var categories []string
			for _, t := range all {
				categories = append(categories, t.Category)
			}
			var price map[string]flow.Money
			var room Maybe[Room]
			err = store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
				if price, err = d.House.TemplateMoney(ctx, tx, by, in.ID, in.Conversation, categories); err != nil {
					return err
				}
				first, limited, err := d.House.FirstRoom(ctx, tx, by, in.ID, in.Conversation)
				if limited {
					room = some(roomOf(first))
				}
				return err
			})
			return Page[Template]{Items: each(all, func(t network.Template) Template {
				m := price[t.Category]
				return Template{t.ID, t.Name, t.Language, t.Category, t.Text, t.Holes, t.Why, t.Fix, moneyOf(m), sourcesOf(m), room}
			})}, err
		})
	way(d, route{id: "POST /conversations/{id}/template", name: "replyWithTemplate", verb: access.Reply, audit: "conversation.reply", summary: "Answer with a template",
		notes: "Also when the time in which one may write freely is over. The answer is sent in the background; its message says how that goes."},
		func(ctx context.Context, by access.Actor, in *with[Filled]) (Message, error) {
			m, err := d.House.ReplyWith(ctx, by, in.ID, in.Body.MessageID, network.Filled{ID: in.Body.Template, Values: in.Body.Values})
			return d.thenMessage(ctx, by, m.ID, err)
		})
}
