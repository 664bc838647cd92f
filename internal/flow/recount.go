package flow

import (
	"context"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// Recount keeps anew what the posts that wait with a file take of their networks' calls:
// its subtitles are others now.
func (h *House) Recount(ctx context.Context, tx *store.Tx, workspace, mediaID string) error {
	waiting, err := publish.WaitingWith(ctx, tx, workspace, mediaID)
	if err != nil {
		return err
	}
	for _, p := range waiting {
		c, err := channel.Get(ctx, tx, workspace, p.ChannelID)
		if fault.Is(err, fault.NotFound) || h.byHand(p.Network, p.Hand) {
			continue
		}
		if err != nil {
			return err
		}
		parts, err := publish.Sequence(ctx, tx, workspace, p.ID)
		if err != nil {
			return err
		}
		contents := make([]publish.Content, len(parts))
		for i, part := range parts {
			contents[i] = part.Content
		}
		each, _, err := h.callsOf(ctx, tx, c, contents)
		if err != nil {
			return err
		}
		if err := publish.Reserve(ctx, tx, p, each); err != nil {
			return err
		}
	}
	return nil
}
