package flow

import (
	"context"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/measure"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/people"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/stream"
)

// received is a fact that has been decoded, outside any transaction.
type received struct {
	network network.Name
	account string // our own id on the network
	events  []network.Event
}

// Receive is the way a comment comes in. It decodes facts, which is pure, and
// gives what carries them out in the transaction that moves the stream's
// position: recognise, record, count, judge.
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
	all := make([]received, len(facts))
	for i, f := range facts {
		if c := channels[f.Channel]; c.ID != "" {
			var err error
			if all[i], err = h.decoded(c, f); err != nil {
				return nil, err
			}
		}
	}
	return func(ctx context.Context, tx *store.Tx) error {
		fresh, err := stream.FreshMany(ctx, tx, facts)
		if err != nil {
			return err
		}
		now := taking{House: h, rules: map[string][]moderate.Rule{}}
		for i, f := range facts {
			if !fresh[i] {
				continue
			}
			for _, event := range all[i].events {
				a := inbox.Arrival{Workspace: f.Workspace, ChannelID: f.Channel, Network: all[i].network, Event: event,
					FromUs: event.Author.ID == all[i].account || event.Kind == network.Ours}
				if err := now.take(ctx, tx, a); err != nil {
					return err
				}
			}
		}
		return nil
	}, nil
}

func (h *House) decoded(c channel.Channel, f stream.Fact) (received, error) {
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return received{}, err
	}
	decoder, ok := d.(network.Decoder)
	if !ok {
		return received{}, fault.New(fault.Internal, "%s tells facts but cannot decode them", c.Network)
	}
	conn := network.Conn{Base: c.Base, Account: c.Account, Handle: c.Handle, Limits: c.Limits}
	events, err := decoder.Decode(conn, network.Raw{Account: c.Account, Person: f.Person, Key: f.Key, At: f.At, Body: f.Body})
	return received{network: c.Network, account: c.Account, events: events}, err
}

// taking is one batch on its way in.
type taking struct {
	*House
	rules map[string][]moderate.Rule // of each workspace, read once
}

func (h *taking) take(ctx context.Context, tx *store.Tx, a inbox.Arrival) error {
	var err error
	if a.Event.Post != "" {
		if a.Publication, err = publish.Whose(ctx, tx, a.Workspace, a.ChannelID, a.Event.Post); err != nil {
			return err
		}
	}
	if !a.FromUs && a.Event.Author.ID != "" {
		who, err := people.Recognize(ctx, tx, a.Workspace, a.Network, a.Event.Author, a.Event.At)
		if err != nil {
			return err
		}
		a.PersonID = who.PersonID
	}
	switch a.Event.Kind {
	case network.Reaction, network.Repost, network.Follow:
		if a.Event.Removed || a.FromUs {
			return nil
		}
		return measure.Tally(ctx, tx, a.Workspace, a.ChannelID, a.Event.At, string(a.Event.Kind), 1)
	case network.Deleted:
		h.tell(tx, a.Workspace, "inbox", "")
		return inbox.Vanish(ctx, tx, a)
	case network.Hidden:
		return h.noticed(ctx, tx, a)
	case network.Edited:
		h.tell(tx, a.Workspace, "inbox", "")
		_, err := inbox.Edit(ctx, tx, a)
		return err
	case network.Ours:
		if ours, err := publish.Whose(ctx, tx, a.Workspace, a.ChannelID, a.Event.ID); err != nil || ours != "" || a.Event.Parent == "" && !a.Event.Private {
			return err // a post, not an answer
		}
	}
	return h.record(ctx, tx, a)
}

// noticed follows what somebody hid or showed on the network itself.
func (h *taking) noticed(ctx context.Context, tx *store.Tx, a inbox.Arrival) error {
	m, err := inbox.Known(ctx, tx, a.Workspace, a.ChannelID, a.Event.ID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || m.State == inbox.Deleted {
		return err
	}
	state, reason := inbox.Hidden, m.Reason // of a ruling of ours that the network tells back
	if a.Event.Removed {
		state, reason = inbox.Visible, ""
	}
	if m.State == state {
		return nil
	}
	// While a wish of ours is on its way there, this is what was before it.
	if wished, err := wishes(ctx, tx, m); err != nil || wished {
		return err
	}
	h.tell(tx, a.Workspace, "inbox", m.ConversationID)
	return inbox.Move(ctx, tx, m, state, reason)
}

func (h *taking) record(ctx context.Context, tx *store.Tx, a inbox.Arrival) error {
	done, err := inbox.Record(ctx, tx, a)
	if err != nil || !done.Fresh || a.FromUs {
		return err
	}
	if err := people.Spoke(ctx, tx, a.Workspace, a.PersonID, a.Event.At); err != nil {
		return err
	}
	if err := measure.Tally(ctx, tx, a.Workspace, a.ChannelID, a.Event.At, string(a.Event.Kind), 1); err != nil {
		return err
	}
	h.tell(tx, a.Workspace, "inbox", done.Message.ConversationID)
	return h.judge(ctx, tx, a, done.Message)
}

// judge holds a message against the workspace's rules. In shadow a verdict is
// written and nothing else happens.
func (h *taking) judge(ctx context.Context, tx *store.Tx, a inbox.Arrival, m inbox.Message) error {
	rules, known := h.rules[a.Workspace]
	if !known {
		var err error
		if rules, err = moderate.Rules(ctx, tx, a.Workspace); err != nil {
			return err
		}
		h.rules[a.Workspace] = rules
	}
	for _, r := range rules {
		if r.Mode == moderate.Off {
			continue
		}
		subject, err := moderate.Witness(ctx, tx, a.Workspace, a.PersonID, m.ID, a.Event.At, r.Window)
		if err != nil {
			return err
		}
		verdict := moderate.Judge(r, subject)
		if !verdict.Guilty {
			continue
		}
		ruling, err := moderate.Pronounce(ctx, tx, r, subject, verdict)
		if err != nil {
			return err
		}
		h.tell(tx, a.Workspace, "rules", ruling.ID)
		if ruling.Action != "hold" {
			continue
		}
		if err := h.hold(ctx, tx, m, ruling); err != nil {
			return err
		}
	}
	return nil
}
