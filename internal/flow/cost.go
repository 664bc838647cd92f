package flow

import (
	"context"
	"slices"
	"strings"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/people"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/text"
)

// What goes out costs money on some networks. It is said before, by the same prices by
// which it is counted afterwards: in the transaction that records that it is out, so
// that it is counted once however that became known.

// answered is what an answer of ours is to those who take money for it.
func answered(c inbox.Conversation, number, words string, private bool, files []network.Media, with *network.Filled) network.Act {
	act := network.Act{For: network.ForReply, Link: len(text.Links(words)) > 0, Number: number}
	if private || c.Kind == network.InDirect {
		act.For = network.ForMessage
	}
	if with != nil {
		act.For, act.Category = network.ForTemplate, with.Category
	}
	for _, f := range files {
		if strings.TrimSpace(f.Alt) != "" && act.For == network.ForReply {
			act.Described++
		}
	}
	return act
}

// priceOf gives the prices of what the messages of an answer are made of.
func (h *House) priceOf(ctx context.Context, tx *store.Tx, name network.Name, c inbox.Conversation, private bool, parts []network.Part) (p network.Profile, all []network.Price, err error) {
	d, err := h.Networks.Get(name)
	if err != nil {
		return p, nil, nil //nolint:nilerr // a network that this version does not know
	}
	p = d.Profile()
	if len(p.Prices) == 0 {
		return p, nil, nil
	}
	number, err := numberOf(ctx, tx, c)
	for _, part := range parts {
		all = append(all, p.Priced(answered(c, number, part.Text, private, part.Media, part.Template))...)
	}
	return p, all, err
}

// numberOf is the telephone number of the person of a conversation, where the network
// knows people by theirs: prices go by what it begins with.
func numberOf(ctx context.Context, tx *store.Tx, c inbox.Conversation) (string, error) {
	if c.PersonID == "" {
		return "", nil
	}
	known, err := people.Identities(ctx, tx, c.Workspace, c.PersonID)
	for _, i := range known {
		if i.Network == c.Network && strings.HasPrefix(i.Handle, "+") {
			return i.Handle, err
		}
	}
	return "", err
}

// settlePart records that a part is out: what it cost, and what is brought afterwards.
func (h *House) settlePart(ctx context.Context, tx *store.Tx, channelID string, part publish.Part, sent network.Sent) error {
	if err := publish.Settle(ctx, tx, part, sent); err != nil {
		return err
	}
	h.became(tx, channelID, "published")
	c, err := channel.Get(ctx, tx, part.Workspace, channelID)
	if fault.Is(err, fault.NotFound) {
		return nil // removed meanwhile
	}
	if err != nil {
		return err
	}
	if err := h.paidPost(ctx, tx, c, part); err != nil {
		return err
	}
	return h.afterwards(ctx, tx, c, part, sent.Ref)
}

// paidPost counts what a part that is out has cost.
func (h *House) paidPost(ctx context.Context, tx *store.Tx, c channel.Channel, part publish.Part) error {
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return nil //nolint:nilerr // a network that this version does not know
	}
	prices := slices.DeleteFunc(publish.Priced(d.Profile(), part.Content), func(p network.Price) bool {
		return p.What == network.ForTag // a purse paid when they were looked up
	})
	return h.paid(ctx, tx, c, prices)
}

// paidAnswer counts what an answer that is there has cost.
func (h *House) paidAnswer(ctx context.Context, tx *store.Tx, ch channel.Channel, m inbox.Message) error {
	c, err := inbox.GetConversation(ctx, tx, m.Workspace, m.ConversationID)
	if err != nil {
		return err
	}
	with, err := inbox.Filling(ctx, tx, m)
	if err != nil {
		return err
	}
	var files []network.Media
	for _, a := range m.Media {
		files = append(files, network.Media{Alt: a.Alt})
	}
	_, prices, err := h.priceOf(ctx, tx, ch.Network, c, m.Private, []network.Part{{Text: m.Text, Media: files, Template: with}})
	if err != nil {
		return err
	}
	return h.paid(ctx, tx, ch, prices)
}

// paidTold counts what an answer has cost of which the network itself told us that it
// is there.
func (h *House) paidTold(ctx context.Context, tx *store.Tx, m inbox.Message) error {
	c, err := channel.Get(ctx, tx, m.Workspace, m.ChannelID)
	if fault.Is(err, fault.NotFound) {
		return nil // removed meanwhile
	}
	if err != nil {
		return err
	}
	return h.paidAnswer(ctx, tx, c, m)
}
