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

// The ways of this file are done while the person waits: they ask for a state
// (liked, reposted, gone, banned), so an answer that was lost is no harm, the person asks
// again and the network comes to the same state.

// Like likes a message, or takes the like back.
func (h *House) Like(ctx context.Context, actor access.Actor, messageID string, on bool) error {
	m, conn, c, err := h.message(ctx, actor, access.Reply, messageID)
	if err != nil {
		return err
	}
	liker, err := able[network.Liker](h, c, network.ActLike)
	if err != nil {
		return err
	}
	if err := liker.Like(ctx, conn, m.Remote, on); err != nil {
		return unanswered(err)
	}
	return store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, actor.Workspace, "inbox", m.ConversationID)
		if on {
			if err := h.paidAct(ctx, tx, c, network.ForLike); err != nil {
				return err
			}
		}
		return inbox.Like(ctx, tx, m, on)
	})
}

// Repost passes on what somebody said as it stands, among our own posts, or takes that
// back. Whoever may let a post leave the house may.
func (h *House) Repost(ctx context.Context, actor access.Actor, messageID string, on bool) error {
	m, conn, c, err := h.message(ctx, actor, access.Schedule, messageID)
	if err != nil {
		return err
	}
	reposter, err := able[network.Reposter](h, c, network.ActRepost)
	if err != nil {
		return err
	}
	if err := reposter.Repost(ctx, conn, m.Remote, on); err != nil {
		return unanswered(err)
	}
	return store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, actor.Workspace, "inbox", m.ConversationID)
		if on {
			if err := h.paidAct(ctx, tx, c, network.ForRepost); err != nil {
				return err
			}
		}
		return inbox.Repost(ctx, tx, m, on)
	})
}

// Remove deletes a message on the network: ours, or somebody's under our post.
func (h *House) Remove(ctx context.Context, actor access.Actor, messageID string) error {
	verb := access.Moderate
	m, conn, c, err := h.message(ctx, actor, access.Read, messageID)
	if err != nil {
		return err
	}
	if m.FromUs {
		verb = access.Reply
	}
	if err := mayOn(actor, verb, m.ChannelID, noMessage); err != nil {
		return err
	}
	if m.FromUs {
		deleter, err := able[network.Deleter](h, c, network.ActDeleteReply)
		if err != nil {
			return err
		}
		err = deleter.Delete(ctx, conn, m.Remote)
		if err != nil {
			return unanswered(err)
		}
	} else {
		remover, err := able[network.Remover](h, c, network.ActDeleteOthers)
		if err != nil {
			return err
		}
		if err := remover.Remove(ctx, conn, m.Remote); err != nil {
			return unanswered(err)
		}
	}
	return h.effect(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error {
		now, err := inbox.Get(ctx, tx, actor.Workspace, m.ID)
		if err == nil {
			err = h.paidAct(ctx, tx, c, network.ForDelete)
		}
		if err != nil || now.State == inbox.Deleted {
			return err
		}
		h.tell(tx, actor.Workspace, "inbox", m.ConversationID)
		return inbox.Move(ctx, tx, now, inbox.Deleted, "")
	})
}

// message reads a message and opens its channel, for an actor who may.
func (h *House) message(ctx context.Context, actor access.Actor, verb access.Verb, messageID string) (inbox.Message, network.Conn, channel.Channel, error) {
	var m inbox.Message
	err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = inbox.Get(ctx, tx, actor.Workspace, messageID)
		return err
	})
	if err == nil {
		err = mayOn(actor, verb, m.ChannelID, noMessage)
	}
	if err == nil && (m.State == inbox.Deleted || m.RemoteID == "") {
		err = fault.New(fault.Conflict, "This message is not on the network.").WithHint("It was deleted, or has not been sent yet.")
	}
	if err != nil {
		return m, network.Conn{}, channel.Channel{}, err
	}
	c, conn, err := h.conn(ctx, actor.Workspace, m.ChannelID)
	return m, conn, c, err
}

// unanswered makes an unclear outcome of an act on a state something that the
// person may simply ask for again.
func unanswered(err error) error {
	if fault.Is(err, fault.Uncertain) {
		return fault.Wrap(fault.Unavailable, err, "The network did not answer.").WithHint("Try again: it comes to the same.")
	}
	return err
}
