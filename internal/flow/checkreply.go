package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/text"
)

// ReplyChecked is what is known of an answer before it is sent.
type ReplyChecked struct {
	Problems []network.Problem
	Messages int // that it becomes
	Money    Money
}

// CheckReply says what the network would say of an answer, how many messages it
// becomes and what it costs, before anything is sent.
func (h *House) CheckReply(ctx context.Context, tx *store.Tx, actor access.Actor, conversationID, messageID, body string, private bool, files []publish.Attached) (said ReplyChecked, err error) {
	c, err := inbox.GetConversation(ctx, tx, actor.Workspace, conversationID)
	if err != nil {
		return said, err
	}
	if err := mayOn(actor, access.Reply, c.ChannelID, noConversation); err != nil {
		return said, err
	}
	if messageID != "" {
		if _, err := addressee(ctx, tx, c, messageID); err != nil {
			return said, err
		}
	}
	ch, err := channel.Get(ctx, tx, actor.Workspace, c.ChannelID)
	if err != nil {
		return said, err
	}
	parts, problems, err := h.enclose(ctx, tx, ch, c, text.Clean(body), private, files)
	if err != nil {
		return said, err
	}
	said = ReplyChecked{Problems: problems, Messages: len(parts)}
	said.Money, err = h.moneyFor(ctx, tx, ch.Network, c, private, parts)
	return said, err
}
