package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/text"
)

// Reply answers a message, or the newest of a conversation when none is named. It
// gives the last message of those that the answer becomes: mostly the only one.
func (h *House) Reply(ctx context.Context, actor access.Actor, conversationID, messageID, body string, private bool, files ...publish.Attached) (inbox.Message, error) {
	var answer inbox.Message
	body = text.Clean(body)
	err := h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		c, err := inbox.GetConversation(ctx, tx, actor.Workspace, conversationID)
		if err != nil {
			return err
		}
		if err := mayOn(actor, access.Reply, c.ChannelID, noConversation); err != nil {
			return err
		}
		to, err := addressee(ctx, tx, c, messageID)
		if err != nil {
			return err
		}
		ch, err := channel.Get(ctx, tx, actor.Workspace, c.ChannelID)
		if err != nil {
			return err
		}
		if _, err := h.answers(ch, c, private); err != nil {
			return err
		}
		if err := h.mayWrite(ctx, tx, ch, c, to, private); err != nil {
			return err
		}
		parts, problems, err := h.enclose(ctx, tx, ch, c, body, private, files)
		if err != nil {
			return err
		}
		if err := refused(problems, files); err != nil {
			return err
		}
		h.tell(tx, actor.Workspace, "inbox", conversationID)
		for i, p := range parts {
			before := answer
			if answer, err = inbox.Answer(ctx, tx, actor, to, p.Text, private || c.Kind == "direct", attachedTo(p)...); err != nil {
				return err
			}
			if i > 0 {
				if err := inbox.After(ctx, tx, answer, before); err != nil {
					return err
				}
			}
			if err := h.queueAnswer(ctx, tx, answer); err != nil {
				return err
			}
		}
		return nil
	})
	return answer, err
}

func addressee(ctx context.Context, tx *store.Tx, c inbox.Conversation, messageID string) (inbox.Message, error) {
	if messageID == "" {
		m, err := inbox.Last(ctx, tx, c.Workspace, c.ID)
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.Conflict, "There is nothing to answer in this conversation.")
		}
		return m, err
	}
	m, err := inbox.Get(ctx, tx, c.Workspace, messageID)
	if err == nil && m.ConversationID != c.ID {
		return m, fault.New(fault.NotFound, "There is no such message in this conversation.").On("message_id")
	}
	if err == nil && m.State == inbox.Deleted {
		return m, fault.New(fault.Conflict, "This message is gone on the network.").WithHint("Answer another message of the conversation.")
	}
	if err == nil && m.RemoteID == "" {
		return m, fault.New(fault.Conflict, "This message has not reached the network yet.").WithHint("Wait a moment.")
	}
	return m, err
}
