package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// Resolve takes a person's word for an unclear publication: it is there, or it
// is not and may go out.
func (h *House) Resolve(ctx context.Context, actor access.Actor, publicationID string, there bool, url string) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := publicationFor(ctx, tx, actor, access.Schedule, publicationID)
		if err != nil {
			return err
		}
		doubtful, err := publish.Doubtful(ctx, tx, actor.Workspace, publicationID)
		if err != nil {
			return err
		}
		if doubtful.Done() {
			return fault.New(fault.Conflict, "Nothing is unclear here any more.").WithHint("Read it again.")
		}
		h.tell(tx, actor.Workspace, "posts", p.PostID)
		if there {
			// Its id is not known, so its key stands for it.
			said := network.Ref{ID: "said:" + doubtful.Part.Key, URL: url}
			err = h.settlePart(ctx, tx, p.ChannelID, doubtful.Part, network.Sent{Ref: said})
		} else {
			err = publish.DueAgain(ctx, tx, doubtful.Part)
		}
		if err != nil || (there && doubtful.Last) {
			return err
		}
		return h.queue(ctx, tx, p, latest(tx.Now, p.DueAt))
	})
}

// latest is the later one of two moments: what is asked about before its time is not
// sent before it.
func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
