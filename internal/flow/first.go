package flow

import (
	"context"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// Networks that let one write to people who have not written limit how many people that
// may be in a while; each counts once. What waits to be sent is counted, too.

// firstRoom says what such a limit has left for the person of a conversation; without a
// conversation, for somebody new. limited is false where nothing limits it.
func (h *House) firstRoom(ctx context.Context, tx *store.Tx, ch channel.Channel, c inbox.Conversation) (r publish.Room, limited bool, err error) {
	d, err := h.Networks.Get(ch.Network)
	if err != nil {
		return r, false, nil //nolint:nilerr // a network that this version does not know
	}
	quotas := d.Profile().Quotas
	i := slices.IndexFunc(quotas, func(q network.Quota) bool { return q.Name == network.People })
	if i < 0 || slices.ContainsFunc(ch.Quotas, func(u network.QuotaUse) bool { return u.Name == network.People && u.Max < 0 }) {
		return r, false, nil
	}
	q := told(ch, quotas, quotas[i])
	channels, err := channel.Pooled(ctx, tx, ch, q.Name)
	if err != nil {
		return r, true, err
	}
	while := time.Duration(q.WindowS) * time.Second
	met, err := inbox.Approached(ctx, tx, channels, tx.Now.Add(-while), while)
	if err != nil {
		return r, true, err
	}
	n := 1
	if c.ID != "" {
		w, windowed, err := h.writing(ctx, tx, ch.Network, c, inbox.Message{}, true)
		if err != nil {
			return r, true, err
		}
		if windowed && w.Open || slices.ContainsFunc(met, func(a inbox.Approach) bool { return a.Thread == c.Thread }) {
			n = 0 // they have written, or are counted already
		}
	}
	taken := make([]publish.Taking, len(met))
	for i, a := range met {
		taken[i] = publish.Taking{At: a.At, N: 1}
	}
	r = publish.Fit(q, taken, tx.Now, n)
	r.Fits = r.Fits || n == 0
	return r, true, nil
}

// FirstRoom says what writing first to the person of a conversation takes.
func (h *House) FirstRoom(ctx context.Context, tx *store.Tx, actor access.Actor, channelID, conversationID string) (r publish.Room, limited bool, err error) {
	ch, err := channel.Get(ctx, tx, actor.Workspace, channelID)
	if err == nil {
		err = actor.May(access.Reply, channelID)
	}
	var c inbox.Conversation
	if err == nil && conversationID != "" {
		if c, err = inbox.GetConversation(ctx, tx, actor.Workspace, conversationID); err == nil && c.ChannelID != ch.ID {
			err = noConversation()
		}
	}
	if err != nil {
		return r, false, err
	}
	return h.firstRoom(ctx, tx, ch, c)
}

// mayApproach refuses to write first to more people than the network allows, and says
// when there is room.
func (h *House) mayApproach(ctx context.Context, tx *store.Tx, ch channel.Channel, c inbox.Conversation) error {
	r, limited, err := h.firstRoom(ctx, tx, ch, c)
	if err != nil || !limited || r.Fits {
		return err
	}
	next, err := sayable(ctx, tx, ch.Workspace, r.Next)
	if err != nil {
		return err
	}
	return fault.New(fault.Invalid, "%s: %s lets one write first to %d people in %d hours, and it has come to that.", ch.Handle, h.label(ch.Network), r.Quota.Max, r.Quota.WindowS/3600).
		On("template").WithHint("The next possible time is %s. Whoever has written can be answered at any time.", next)
}

// learnRoom asks the network anew for the limit before somebody is refused by it: it may
// have been raised since.
func (h *House) learnRoom(ctx context.Context, ch channel.Channel, c inbox.Conversation) error {
	full := false
	err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		r, limited, err := h.firstRoom(ctx, tx, ch, c)
		full = limited && !r.Fits
		return err
	})
	if err != nil || !full {
		return err
	}
	if err := h.checkOne(ctx, ch.Workspace, ch.ID); err != nil {
		h.Log.InfoContext(ctx, "whether a limit was raised is not known", "channel", ch.ID, "error", err)
	}
	return nil
}
