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

// pinner gives what pins posts or comments on a network, and how many of them.
func (h *House) pinner(c channel.Channel, what string) (network.Pinner, int, error) {
	pinner, err := able[network.Pinner](h, c, network.ActPin)
	if err != nil {
		return nil, 0, err
	}
	d, err := h.Networks.Get(c.Network)
	if err != nil {
		return nil, 0, err
	}
	most, ok := d.Profile().Pinnable(what)
	switch {
	case !ok && what == network.PinPost:
		return nil, 0, fault.New(fault.Invalid, "%s lets programs pin comments, not posts.", d.Profile().Label).WithHint("Pin the post on the network itself.")
	case !ok:
		return nil, 0, fault.New(fault.Invalid, "%s lets programs pin posts, not comments.", d.Profile().Label).WithHint("Pin the comment on the network itself.")
	}
	return pinner, most, nil
}

// PinPost keeps a post of ours at the top of the account, or lets it go.
func (h *House) PinPost(ctx context.Context, actor access.Actor, publicationID string, on bool) error {
	p, parts, err := h.onNetwork(ctx, actor, access.Schedule, publicationID)
	if err != nil {
		return err
	}
	c, conn, err := h.conn(ctx, actor.Workspace, p.ChannelID)
	if err != nil {
		return err
	}
	pinner, most, err := h.pinner(c, network.PinPost)
	if err != nil {
		return err
	}
	ref, err := beginning(p, parts)
	if err != nil {
		return err
	}
	if err := pinner.Pin(ctx, conn, ref, on); err != nil {
		h.ailing(ctx, c, err)
		return unanswered(err)
	}
	return h.effect(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, actor.Workspace, "posts", p.PostID)
		return publish.Pin(ctx, tx, p, on, most)
	})
}

// PinMessage keeps a comment at the top of those below our post, or lets it go.
func (h *House) PinMessage(ctx context.Context, actor access.Actor, messageID string, on bool) error {
	m, conn, c, err := h.message(ctx, actor, access.Moderate, messageID)
	if err != nil {
		return err
	}
	pinner, most, err := h.pinner(c, network.PinComment)
	if err != nil {
		return err
	}
	if err := pinner.Pin(ctx, conn, m.Remote, on); err != nil {
		h.ailing(ctx, c, err)
		return unanswered(err)
	}
	return h.effect(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, actor.Workspace, "inbox", m.ConversationID)
		return inbox.Pin(ctx, tx, m, on, most)
	})
}
