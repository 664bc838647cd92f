package api

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// Resolution is a person's word about an unclear publication.
type Resolution struct {
	Outcome string `json:"outcome" enum:"published,absent"`
	URL     string `json:"url,omitempty" maxLength:"2000"`
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
