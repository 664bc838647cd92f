package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Money is what something costs, and where that is from.
type Money struct {
	Cost    network.Cost
	Paid    bool // it costs something, as far as is known
	Sources []network.Source
}

func moneyOf(p network.Profile, prices []network.Price) (m Money) {
	m.Cost, m.Paid = network.Sum(prices)
	for _, name := range p.PriceSources(prices) {
		m.Sources = append(m.Sources, p.Sources[name])
	}
	return m
}

func (h *House) moneyFor(ctx context.Context, tx *store.Tx, name network.Name, c inbox.Conversation, private bool, parts []network.Part) (Money, error) {
	p, prices, err := h.priceOf(ctx, tx, name, c, private, parts)
	return moneyOf(p, prices), err
}

// TemplateMoney is what templates of some categories cost in a conversation; of a
// channel alone it is what is known without the person.
func (h *House) TemplateMoney(ctx context.Context, tx *store.Tx, actor access.Actor, channelID, conversationID string, categories []string) (map[string]Money, error) {
	ch, err := channel.Get(ctx, tx, actor.Workspace, channelID)
	if err == nil {
		err = actor.May(access.Reply, channelID)
	}
	c := inbox.Conversation{Kind: network.InDirect}
	if err == nil && conversationID != "" {
		if c, err = inbox.GetConversation(ctx, tx, actor.Workspace, conversationID); err == nil && c.ChannelID != ch.ID {
			err = noConversation()
		}
	}
	all := map[string]Money{}
	for _, category := range categories {
		if err == nil {
			all[category], err = h.moneyFor(ctx, tx, ch.Network, c, false, []network.Part{{Template: &network.Filled{Category: category}}})
		}
	}
	return all, err
}
