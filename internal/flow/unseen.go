package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// mayOn is whether an actor may do something with what belongs to a channel. Out of
// their rights it is as if it were not there, in the very words of what is not there.
func mayOn(actor access.Actor, verb access.Verb, channelID string, absent func() error) error {
	err := actor.May(verb, channelID)
	if fault.Is(err, fault.NotFound) {
		return absent()
	}
	return err
}

func noPost() error         { return fault.New(fault.NotFound, "There is no such post.") }
func noPublication() error  { return fault.New(fault.NotFound, "There is no such publication.") }
func noMessage() error      { return fault.New(fault.NotFound, "There is no such message.") }
func noConversation() error { return fault.New(fault.NotFound, "There is no such conversation.") }
func noVerdict() error      { return fault.New(fault.NotFound, "There is no such verdict.") }

// publicationFor is a publication of an actor who may do that with it.
func publicationFor(ctx context.Context, tx *store.Tx, actor access.Actor, verb access.Verb, publicationID string) (publish.Publication, error) {
	p, err := publish.GetPublication(ctx, tx, actor.Workspace, publicationID)
	if err != nil {
		return p, err
	}
	return p, mayOn(actor, verb, p.ChannelID, noPublication)
}

// maySchedule is whether an actor may say when each part of a post leaves.
func maySchedule(actor access.Actor, all []publish.Publication) error {
	for _, p := range all {
		if err := mayOn(actor, access.Schedule, p.ChannelID, noPost); err != nil {
			return err
		}
	}
	return nil
}

// onNetwork reads a publication and its parts, to do something with them on their network.
func (h *House) onNetwork(ctx context.Context, actor access.Actor, verb access.Verb, publicationID string) (p publish.Publication, parts []publish.Part, err error) {
	err = store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if p, err = publicationFor(ctx, tx, actor, verb, publicationID); err == nil {
			parts, err = publish.Sequence(ctx, tx, actor.Workspace, publicationID)
		}
		return err
	})
	return p, parts, err
}

// beginning is what stands first on the network of a publication: what is pinned, or closed.
func beginning(p publish.Publication, parts []publish.Part) (network.Ref, error) {
	if p.State != publish.Published || len(parts) == 0 || parts[0].RemoteID == "" || saidByHand(parts[0].RemoteID) {
		return network.Ref{}, fault.New(fault.Conflict, "This is not published.")
	}
	return parts[0].Remote, nil
}
