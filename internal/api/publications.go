package api

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/view"
)

// Resolution is a person's word about an unclear publication.
type Resolution struct {
	Outcome string `json:"outcome" enum:"published,absent"`
	URL     string `json:"url,omitempty" maxLength:"2000"`
}

// Rewording is what one part of a post that is out shall say.
type Rewording struct {
	Part  int    `json:"part,omitempty" minimum:"0" doc:"Of a thread, from 0."`
	Text  string `json:"text" maxLength:"100000"`
	Title string `json:"title,omitempty" maxLength:"1000" doc:"Empty: as it is."`
}

// Edit is one change of what is out.
type Edit struct {
	ID          string    `json:"id"`
	Part        int       `json:"part"`
	State       string    `json:"state" enum:"due,claimed,done,unclear,failed"`
	Before      string    `json:"before"`
	After       string    `json:"after"`
	TitleBefore string    `json:"title_before"`
	TitleAfter  string    `json:"title_after"`
	By          string    `json:"by"`
	At          time.Time `json:"at"`
	Error       string    `json:"error" say:""`
	Hint        string    `json:"hint" say:""`
}

func (d *Door) publications() {
	way(d, route{id: "POST /publications/{id}/resolve", name: "resolvePublication", verb: access.Schedule, audit: "publication.resolve", summary: "Say what became of an unclear one",
		notes: "published: it is there (url says where, if known). absent: it is not, and may be sent again."},
		func(ctx context.Context, by access.Actor, in *with[Resolution]) (Post, error) {
			return d.thenPostOf(ctx, by, in.ID, d.House.Resolve(ctx, by, in.ID, in.Body.Outcome == "published", in.Body.URL))
		})
	way(d, route{id: "POST /publications/{id}/retry", name: "retryPublication", verb: access.Schedule, audit: "publication.retry", summary: "Try a failed one again"},
		func(ctx context.Context, by access.Actor, in *byID) (Post, error) {
			return d.thenPostOf(ctx, by, in.ID, d.House.RetryPost(ctx, by, in.ID))
		})
	d.hands()
	way(d, route{id: "POST /publications/{id}/edit", name: "editPublication", verb: access.Schedule, audit: "publication.edit", summary: "Change the words of what is out, where the network can",
		notes: "The change is made in the background; the list of changes says how that goes, and keeps what was there before."},
		func(ctx context.Context, by access.Actor, in *with[Rewording]) (Post, error) {
			return d.thenPostOf(ctx, by, in.ID, d.House.Reword(ctx, by, in.ID, flow.Rewording(in.Body)))
		})
	read(d, route{id: "GET /publications/{id}/edits", name: "listEdits", verb: access.Read, summary: "How what is out was changed, newest first"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (Page[Edit], error) {
			all, err := view.Edits(ctx, tx, by, in.ID)
			return Page[Edit]{Items: each(all, func(e view.Edit) Edit {
				return Edit{e.ID, e.Part, e.State, e.Before.Text, e.After.Text, e.Before.Title, e.After.Title, e.ByName, e.CreatedAt.UTC(), e.ErrorText, e.ErrorHint}
			})}, err
		})
	way(d, route{id: "POST /publications/{id}/pin", name: "pinPublication", verb: access.Schedule, audit: "publication.pin", summary: "Keep it at the top of our account, or let it go"},
		func(ctx context.Context, by access.Actor, in *with[Switch]) (Post, error) {
			return d.thenPostOf(ctx, by, in.ID, d.House.PinPost(ctx, by, in.ID, in.Body.On))
		})
	way(d, route{id: "POST /publications/{id}/close", name: "closeComments", verb: access.Moderate, audit: "publication.close", summary: "Close the comments below it, or open them again",
		notes: "On some networks that deletes the comments that are there: closing_deletes of the network."},
		func(ctx context.Context, by access.Actor, in *with[Switch]) (Post, error) {
			return d.thenPostOf(ctx, by, in.ID, d.House.CloseComments(ctx, by, in.ID, in.Body.On))
		})
	way(d, route{id: "DELETE /publications/{id}/remote", name: "deleteRemote", verb: access.Schedule, audit: "publication.withdraw", summary: "Delete it on the network"},
		func(ctx context.Context, by access.Actor, in *byID) (Post, error) {
			return d.thenPostOf(ctx, by, in.ID, d.House.Withdraw(ctx, by, in.ID))
		})
}

// thenPostOf gives the post of a publication after a way that went well.
func (d *Door) thenPostOf(ctx context.Context, by access.Actor, publicationID string, err error) (p Post, _ error) {
	if err != nil {
		return p, err
	}
	return p, store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error {
		of, err := publish.GetPublication(ctx, tx, by.Workspace, publicationID)
		if err == nil {
			p, err = onePost(ctx, tx, by, of.PostID)
		}
		return err
	})
}
