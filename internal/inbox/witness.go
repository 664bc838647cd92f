package inbox

import (
	"context"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// Witness takes the network's word on what became of an answer of ours: that it is
// there, which settles an unclear one, or that it never arrived, which undoes a
// sent one; and how far it came. It gives the conversation that changed, "" where none
// did, and the answer that is settled by it.
//
// An answer that is on its way keeps its state, because who sends it settles it;
// what was told is noted beside it, for [Settle] and [Doubt].
func Witness(ctx context.Context, tx *store.Tx, a Arrival) (conversation string, settled *Message, err error) {
	if a.Event.ID != "" {
		if conversation, settled, err = witness(ctx, tx, a); err != nil {
			return "", nil, err
		}
	}
	if a.Event.Reached == "" {
		return conversation, settled, nil
	}
	reached, err := reach(ctx, tx, a)
	return or(conversation, reached), settled, err
}

func witness(ctx context.Context, tx *store.Tx, a Arrival) (conversation string, settled *Message, err error) {
	m, err := answered(ctx, tx, a)
	// What is told of a former try says nothing about the one of now.
	if fault.Is(err, fault.NotFound) || err == nil && (!m.FromUs || m.ByAccount == "" || former(m, a)) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	state := m.Sending
	switch {
	case m.Sending == claimed:
	case a.Event.Failure != "" && (m.Sending == sent || m.Sending == unclear):
		state = failed
	case a.Event.Failure == "" && m.Sending == unclear:
		state, settled = sent, &m
	default:
		return "", nil, nil
	}
	return m.ConversationID, settled, move(ctx, tx, m, "sending = $5, remote_id = $6, remote = $7, error_text = $8", state, a.Event.ID, a.Event.Ref, a.Event.Failure)
}

// answered finds the answer that an event tells of: by the network's id, else by
// our key, which is our own id of it.
func answered(ctx context.Context, tx *store.Tx, a Arrival) (Message, error) {
	m, err := byRemote(ctx, tx, a.Workspace, a.ChannelID, a.Event.ID)
	if !fault.Is(err, fault.NotFound) || a.Event.Key == "" {
		return m, err
	}
	if m, err = Get(ctx, tx, a.Workspace, a.Event.Key); err == nil && (m.ChannelID != a.ChannelID || m.RemoteID != "" && m.RemoteID != a.Event.ID) {
		err = fault.New(fault.NotFound, "There is no such message.")
	}
	return m, err
}
