package flow

import (
	"context"
	"fmt"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/stream"
)

// Why something was set aside.
const (
	NotUnderstood = "not_understood" // what the network sent has no meaning for us
	NotKept       = "not_kept"       // it is understood, and could not be written
	ChannelGone   = "channel_gone"   // nobody would see it any more
)

// SetAside is something that came in and could not be taken over, as far as it is
// understood: what somebody who moderates would see of it, and never its raw body.
type SetAside struct {
	stream.Aside
	Channel channel.Channel // without an id when it was removed
	Because string
	What    []inbox.Arrival
}

// Asides lists what was set aside of channels that the actor sees. Whoever may connect
// channels looks after it.
func (h *House) Asides(ctx context.Context, tx *store.Tx, actor access.Actor, channelID string, after time.Time, afterID string, limit int) ([]SetAside, error) {
	if err := actor.May(access.Connect); err != nil {
		return nil, err
	}
	w := stream.Which{Channels: actor.Channels, After: after, AfterID: afterID, Limit: limit}
	if channelID != "" {
		if !actor.Sees(channelID) {
			return nil, nil
		}
		w.Channels = []string{channelID}
	}
	all, err := stream.Asides(ctx, tx, actor.Workspace, w)
	if err != nil {
		return nil, err
	}
	said := make([]SetAside, len(all))
	channels := map[string]channel.Channel{}
	for i, a := range all {
		if said[i], err = h.understood(ctx, tx, a, channels); err != nil {
			return nil, err
		}
	}
	return said, nil
}

// Aside gives one of them.
func (h *House) Aside(ctx context.Context, tx *store.Tx, actor access.Actor, id string) (SetAside, error) {
	if err := actor.May(access.Connect); err != nil {
		return SetAside{}, err
	}
	a, err := stream.GetAside(ctx, tx, actor.Workspace, id)
	if err != nil {
		return SetAside{}, err
	}
	if !actor.Sees(a.Fact.Channel) {
		return SetAside{}, fault.New(fault.NotFound, "There is no such thing, or it is gone.")
	}
	return h.understood(ctx, tx, a, map[string]channel.Channel{})
}

// understood decodes a fact once more. What cannot be decoded may well be why it is here.
func (h *House) understood(ctx context.Context, tx *store.Tx, a stream.Aside, channels map[string]channel.Channel) (s SetAside, err error) {
	s = SetAside{Aside: a, Because: NotKept}
	c, known := channels[a.Fact.Channel]
	if !known {
		if c, err = channel.Get(ctx, tx, a.Fact.Workspace, a.Fact.Channel); err != nil && !fault.Is(err, fault.NotFound) {
			return s, err
		}
		channels[a.Fact.Channel] = c
	}
	if s.Channel = c; c.ID == "" {
		s.Because = ChannelGone
		return s, nil
	}
	if s.What, err = h.decodedSafely(c, a.Fact); err != nil {
		s.What, s.Because = nil, NotUnderstood
	}
	return s, nil
}

func (h *House) decodedSafely(c channel.Channel, f stream.Fact) (all []inbox.Arrival, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Wrap(fault.Internal, fmt.Errorf("%v", p), "decoding panicked")
		}
	}()
	return h.decoded(c, f)
}

// heaps is what was set aside in each channel, for whoever may look after it.
func heaps(ctx context.Context, tx *store.Tx, actor access.Actor) ([]stream.Heap, error) {
	if !actor.Can(access.Connect) {
		return nil, nil
	}
	return stream.Heaps(ctx, tx, actor.Workspace)
}

func heaped(heaps []stream.Heap, c channel.Channel) (all []Alert) {
	for _, h := range heaps {
		if h.Channel == c.ID {
			all = append(all, Alert{Key: "set_aside", Bad: true, Channel: c, At: h.Since, Mend: mendReplay, Params: map[string]any{"n": h.N, "since": h.Since}})
		}
	}
	return all
}
