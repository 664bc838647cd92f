package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Templates gives the messages that a channel's network approves beforehand, also those
// that it does not let anybody send now.
func (h *House) Templates(ctx context.Context, actor access.Actor, channelID string) ([]network.Template, error) {
	if err := actor.May(access.Reply, channelID); err != nil {
		return nil, err
	}
	return h.templates(ctx, actor.Workspace, channelID)
}

func (h *House) templates(ctx context.Context, workspace, channelID string) ([]network.Template, error) {
	c, conn, err := h.conn(ctx, workspace, channelID)
	if err != nil {
		return nil, err
	}
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return nil, err
	}
	t, ok := d.(network.Templater)
	if !ok {
		return nil, nil // it has none
	}
	told, err := h.notices(ctx, c)
	if err != nil {
		return nil, err
	}
	all, err := t.Templates(ctx, conn)
	h.ailing(ctx, c, err)
	if err == nil {
		err = h.agree(ctx, c, told, all)
	}
	return all, err
}

// ReplyWith answers with a template, which may be sent also when the time in which
// one may write freely is over. The network says what the template is; what it comes
// to is what the conversation shows.
func (h *House) ReplyWith(ctx context.Context, actor access.Actor, conversationID, messageID string, with network.Filled) (inbox.Message, error) {
	var c inbox.Conversation
	var ch channel.Channel
	err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if c, err = inbox.GetConversation(ctx, tx, actor.Workspace, conversationID); err != nil {
			return err
		}
		if err := mayOn(actor, access.Reply, c.ChannelID, noConversation); err != nil {
			return err
		}
		if _, err = addressee(ctx, tx, c, messageID); err != nil { // before the network is asked
			return err
		}
		ch, err = channel.Get(ctx, tx, actor.Workspace, c.ChannelID)
		return err
	})
	if err == nil {
		err = h.learnRoom(ctx, ch, c)
	}
	if err != nil {
		return inbox.Message{}, err
	}
	all, err := h.templates(ctx, actor.Workspace, c.ChannelID)
	if err != nil {
		return inbox.Message{}, err
	}
	var body string
	found := false
	for _, t := range all {
		if found = t.ID == with.ID; found {
			if t.Why != "" {
				return inbox.Message{}, fault.New(fault.Invalid, "%s", t.Why).WithHint("%s", t.Fix).On("template")
			}
			with.Category = t.Category
			if body, with.Values, err = t.Say(with.Values); err != nil {
				return inbox.Message{}, err
			}
			break
		}
	}
	if !found {
		return inbox.Message{}, fault.New(fault.Invalid, "There is no such template any more.").WithHint("Choose another template.").On("template")
	}
	var answer inbox.Message
	err = h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		to, err := addressee(ctx, tx, c, messageID)
		if err != nil {
			return err
		}
		ch, err := channel.Get(ctx, tx, actor.Workspace, c.ChannelID)
		if err != nil {
			return err
		}
		if _, err := h.answers(ch, c, false); err != nil {
			return err
		}
		if err := h.mayApproach(ctx, tx, ch, c); err != nil {
			return err
		}
		if answer, err = inbox.Answer(ctx, tx, actor, to, body, c.Kind == "direct"); err != nil {
			return err
		}
		if err := inbox.Fill(ctx, tx, answer, with); err != nil {
			return err
		}
		h.tell(tx, actor.Workspace, "inbox", conversationID)
		return h.queueAnswer(ctx, tx, answer)
	})
	return answer, err
}
