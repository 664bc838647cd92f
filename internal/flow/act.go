package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// The ways of this file are done while the person waits: they ask for a state
// (liked, gone, banned), so an answer that was lost is no harm, the person asks
// again and the network comes to the same state.

// Like likes a message, or takes the like back.
func (h *House) Like(ctx context.Context, actor access.Actor, messageID string, on bool) error {
	m, conn, name, err := h.message(ctx, actor, access.Reply, messageID)
	if err != nil {
		return err
	}
	liker, err := network.As[network.Liker](h.Networks, name, network.ActLike)
	if err != nil {
		return err
	}
	if err := liker.Like(ctx, conn, m.Remote, on); err != nil {
		return unanswered(err)
	}
	return store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, actor.Workspace, "inbox", m.ConversationID)
		return inbox.Like(ctx, tx, m, on)
	})
}

// Remove deletes a message on the network: ours, or somebody's under our post.
func (h *House) Remove(ctx context.Context, actor access.Actor, messageID string) error {
	verb := access.Moderate
	m, conn, name, err := h.message(ctx, actor, access.Read, messageID)
	if err != nil {
		return err
	}
	if m.FromUs {
		verb = access.Reply
	}
	if err := actor.May(verb, m.ChannelID); err != nil {
		return err
	}
	if m.FromUs {
		deleter, err := network.As[network.Deleter](h.Networks, name, network.ActDelete)
		if err != nil {
			return err
		}
		err = deleter.Delete(ctx, conn, m.Remote)
		if err != nil {
			return unanswered(err)
		}
	} else {
		remover, err := network.As[network.Remover](h.Networks, name, network.ActDeleteOthers)
		if err != nil {
			return err
		}
		if err := remover.Remove(ctx, conn, m.Remote); err != nil {
			return unanswered(err)
		}
	}
	return h.effect(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error {
		now, err := inbox.Get(ctx, tx, actor.Workspace, m.ID)
		if err != nil || now.State == inbox.Deleted {
			return err
		}
		h.tell(tx, actor.Workspace, "inbox", m.ConversationID)
		return inbox.Move(ctx, tx, now, inbox.Deleted, "")
	})
}

// message reads a message and opens its channel, for an actor who may.
func (h *House) message(ctx context.Context, actor access.Actor, verb access.Verb, messageID string) (inbox.Message, network.Conn, network.Name, error) {
	var m inbox.Message
	err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = inbox.Get(ctx, tx, actor.Workspace, messageID)
		return err
	})
	if err == nil {
		err = actor.May(verb, m.ChannelID)
	}
	if err == nil && (m.State == inbox.Deleted || m.RemoteID == "") {
		err = fault.New(fault.Conflict, "This message is not on the network.").WithHint("It was deleted, or has not been sent yet.")
	}
	if err != nil {
		return m, network.Conn{}, "", err
	}
	c, conn, err := h.conn(ctx, actor.Workspace, m.ChannelID)
	return m, conn, c.Network, err
}

// unanswered makes an unclear outcome of an act on a state something that the
// person may simply ask for again.
func unanswered(err error) error {
	if fault.Is(err, fault.Uncertain) {
		return fault.Wrap(fault.Unavailable, err, "The network did not answer.").WithHint("Try again: it comes to the same.")
	}
	return err
}

// Withdraw deletes a publication on its network, part by part from the end.
func (h *House) Withdraw(ctx context.Context, actor access.Actor, publicationID string) error {
	var p publish.Publication
	var parts []publish.Part
	if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if p, err = publish.GetPublication(ctx, tx, actor.Workspace, publicationID); err != nil {
			return err
		}
		parts, err = publish.Sequence(ctx, tx, actor.Workspace, publicationID)
		return err
	}); err != nil {
		return err
	}
	if err := actor.May(access.Schedule, p.ChannelID); err != nil {
		return err
	}
	if p.State != publish.Published && p.State != publish.Failed {
		return fault.New(fault.Conflict, "This is %s, there is nothing to delete on the network.", p.State)
	}
	c, conn, err := h.conn(ctx, actor.Workspace, p.ChannelID)
	if err != nil {
		return err
	}
	deleter, err := network.As[network.Deleter](h.Networks, c.Network, network.ActDelete)
	if err != nil {
		return err
	}
	for i := len(parts) - 1; i >= 0; i-- {
		if parts[i].RemoteID == "" {
			continue
		}
		if err := deleter.Delete(ctx, conn, parts[i].Remote); err != nil {
			return unanswered(err)
		}
	}
	return h.effect(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, actor.Workspace, "posts", p.PostID)
		return publish.Gone(ctx, tx, actor.Workspace, publicationID)
	})
}

// affordsRest refuses what is left of a publication where the quotas have no room now.
func (h *House) affordsRest(ctx context.Context, tx *store.Tx, p publish.Publication) error {
	c, err := channel.Get(ctx, tx, p.Workspace, p.ChannelID)
	if err != nil {
		return err
	}
	parts, err := publish.Sequence(ctx, tx, p.Workspace, p.ID)
	if err != nil {
		return err
	}
	var rest []publish.Content
	for _, part := range parts {
		if part.RemoteID == "" {
			rest = append(rest, part.Content)
		}
	}
	if len(rest) == 0 || len(rest) < len(parts) && !c.Limits.Thread { // a first comment is no post
		return nil
	}
	return h.affords(ctx, tx, c, rest, tx.Now, nil)
}

// RetryPost sends the failed rest of a publication again, after a person mended
// what was wrong.
func (h *House) RetryPost(ctx context.Context, actor access.Actor, publicationID string) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := publish.GetPublication(ctx, tx, actor.Workspace, publicationID)
		if err != nil {
			return err
		}
		if err := actor.May(access.Schedule, p.ChannelID); err != nil {
			return err
		}
		if err := h.affordsRest(ctx, tx, p); err != nil {
			return err
		}
		if err := publish.Retry(ctx, tx, actor.Workspace, publicationID); err != nil {
			return err
		}
		h.tell(tx, actor.Workspace, "posts", p.PostID)
		return h.queue(ctx, tx, p, tx.Now)
	})
}
