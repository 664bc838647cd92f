package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// Restored prepares a database that came out of a backup of a moment: what it
// believes to be due, now or later, may have gone out since, so it is looked for on the
// networks before anything is sent.
func Restored(ctx context.Context, tx *store.Tx, backup time.Time, networks *network.Set) error {
	h := House{Networks: networks}
	posts, err := publish.Suspect(ctx, tx, backup, func(p publish.Publication) bool { return h.byHand(p.Network, p.Hand) })
	if err != nil {
		return err
	}
	for _, p := range posts {
		if err := h.lookAt(ctx, tx, sendArgs{Workspace: p.Workspace, Publication: p.ID, Channel: p.ChannelID}, tx.Now); err != nil {
			return err
		}
	}
	answers, err := inbox.Suspect(ctx, tx)
	if err != nil {
		return err
	}
	for _, m := range answers {
		if err := h.lookForAnswer(ctx, tx, answerArgs{Workspace: m.Workspace, Channel: m.ChannelID, Message: m.ID}, tx.Now); err != nil {
			return err
		}
	}
	return nil
}
