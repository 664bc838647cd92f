package flow

import (
	"context"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/measure"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/stream"
)

// Receive is the way a comment comes in. It decodes facts, which is pure, and
// gives what carries them out in the transaction that moves the stream's
// position: look up what all of them touch, take one after the other (recognise,
// record, count, judge), keep what became of it.
func (h *House) Receive(ctx context.Context, facts []stream.Fact) (stream.Apply, error) {
	channels := map[string]channel.Channel{}
	if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		for _, f := range facts {
			if _, ok := channels[f.Channel]; ok {
				continue
			}
			c, err := channel.Get(ctx, tx, f.Workspace, f.Channel)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			channels[f.Channel] = c // without an id when it was removed
		}
		return nil
	}); err != nil {
		return nil, err
	}
	all := make([][]inbox.Arrival, len(facts))
	for i, f := range facts {
		if c := channels[f.Channel]; c.ID != "" {
			var err error
			if all[i], err = h.decoded(c, f); err != nil {
				return nil, err
			}
		}
	}
	return func(ctx context.Context, tx *store.Tx) error {
		fresh, err := stream.Fresh(ctx, tx, facts)
		if err != nil {
			return err
		}
		if h.Came != nil {
			came := map[network.Name]int{}
			for i, f := range facts {
				if fresh[i] {
					came[channels[f.Channel].Network]++
				}
			}
			tx.AfterCommit(func() {
				for name, n := range came {
					h.Came(name, n)
				}
			})
		}
		now := taking{House: h, counted: measure.Tally{}, told: map[news]bool{}}
		for i, f := range facts {
			if !fresh[i] {
				continue
			}
			if all[i], err = h.named(ctx, tx, channels[f.Channel], all[i]); err != nil {
				return err
			}
			if all[i], err = h.route(ctx, tx, channels[f.Channel], all[i]); err != nil {
				return err
			}
			now.arrivals = append(now.arrivals, all[i]...)
		}
		if err := now.look(ctx, tx); err != nil {
			return err
		}
		for _, a := range now.arrivals {
			if err := now.take(ctx, tx, a); err != nil {
				return err
			}
		}
		return now.keep(ctx, tx)
	}, nil
}

// decoded decodes a fact and makes ready what can be before a transaction.
func (h *House) decoded(c channel.Channel, f stream.Fact) ([]inbox.Arrival, error) {
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return nil, err
	}
	decoder, ok := d.(network.Decoder)
	if !ok {
		return nil, fault.New(fault.Internal, "%s tells facts but cannot decode them", c.Network)
	}
	conn := network.Conn{Base: c.Base, Account: c.Account, Handle: c.Handle, Limits: c.Limits}
	events, err := decoder.Decode(conn, network.Raw{Account: c.Account, Person: f.Person, Key: f.Key, At: f.At, Body: f.Body})
	all := make([]inbox.Arrival, len(events))
	for i, event := range events {
		all[i] = inbox.Arrival{Workspace: f.Workspace, ChannelID: f.Channel, Network: c.Network, Event: event,
			FromUs: event.Author.ID == c.Account || event.Kind == network.Ours}.Ready()
	}
	return all, err
}
