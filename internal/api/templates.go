package api

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/network"
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
}

// Filled is a template with what stands in its holes.
type Filled struct {
	Template  string            `json:"template" minLength:"1" maxLength:"300"`
	Values    map[string]string `json:"values,omitempty" doc:"By the names of the holes, one line each."`
	MessageID string            `json:"message_id,omitempty" maxLength:"64" doc:"The message it answers; empty = the newest of theirs."`
}

func (d *Door) templates() {
	way(d, route{id: "GET /channels/{id}/templates", name: "listTemplates", verb: access.Reply, summary: "Messages that the network has approved beforehand",
		notes: "Asked of the network. Only those that words alone complete."},
		func(ctx context.Context, by access.Actor, in *byID) (Page[Template], error) {
			all, err := d.House.Templates(ctx, by, in.ID)
			return Page[Template]{Items: each(all, func(t network.Template) Template {
				return Template{t.ID, t.Name, t.Language, t.Category, t.Text, t.Holes}
			})}, err
		})
	way(d, route{id: "POST /conversations/{id}/template", name: "replyWithTemplate", verb: access.Reply, audit: "conversation.reply", summary: "Answer with a template",
		notes: "Also when the time in which one may write freely is over. The answer is sent in the background; its message says how that goes."},
		func(ctx context.Context, by access.Actor, in *with[Filled]) (Message, error) {
			m, err := d.House.ReplyWith(ctx, by, in.ID, in.Body.MessageID, network.Filled{ID: in.Body.Template, Values: in.Body.Values})
			return d.thenMessage(ctx, by, m.ID, err)
		})
}
