package flow

import (
	"context"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// shared asks what the authors of shared posts think of that, where a network asks them:
// of those posts alone whose figures are read now, so that it is asked less and less, and
// no more than a few months; what it gives is new. Nothing depends on it: what is not answered is asked again
// with the next figures.
func (h *House) shared(ctx context.Context, c channel.Channel, conn network.Conn, due []publish.Part) map[string]network.Sharing {
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return nil
	}
	sharer, ok := d.(network.Sharer)
	if !ok {
		return nil
	}
	ids := make([]string, len(due))
	for i, p := range due {
		ids[i] = p.PublicationID
	}
	var known map[string]network.Sharing
	if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		known, err = publish.Sharing(ctx, tx, c.Workspace, ids)
		return err
	}); err != nil {
		return nil
	}
	var refs []network.Ref
	of := map[string]string{}
	for _, p := range due {
		if _, sharing := known[p.PublicationID]; sharing {
			refs, of[p.RemoteID] = append(refs, p.Remote), p.PublicationID
		}
	}
	if len(refs) == 0 {
		return nil
	}
	said, err := sharer.Shared(ctx, conn, refs)
	if err != nil {
		return nil
	}
	all := map[string]network.Sharing{}
	for id, is := range said {
		if publication := of[id]; publication != "" && is != "" && is != known[publication] {
			all[publication] = is
		}
	}
	return all
}
