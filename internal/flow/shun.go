package flow

import (
	"context"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/people"
	"github.com/kithhq/kith/internal/store"
)

// shunning is a way to have less of a person: what a network offers for it, and
// the note that it was done.
type shunning struct {
	offer func(c channel.Channel) (func(ctx context.Context, conn network.Conn, author network.Author, on bool) error, error)
	note  func(ctx context.Context, tx *store.Tx, workspace, personID string, on bool) error
}

// Ban keeps a person from the channels of the networks they were seen on, or
// lets them back. It says on how many channels it was done.
func (h *House) Ban(ctx context.Context, actor access.Actor, personID string, on bool) (done int, err error) {
	return h.shun(ctx, actor, personID, on, shunning{note: people.Block, offer: func(c channel.Channel) (func(context.Context, network.Conn, network.Author, bool) error, error) {
		banner, err := able[network.Banner](h, c, network.ActBan)
		if err != nil {
			return nil, err
		}
		return banner.Ban, nil
	}})
}

// Mute keeps a person's words from us without their knowing, or hears them again.
func (h *House) Mute(ctx context.Context, actor access.Actor, personID string, on bool) (done int, err error) {
	return h.shun(ctx, actor, personID, on, shunning{note: people.Mute, offer: func(c channel.Channel) (func(context.Context, network.Conn, network.Author, bool) error, error) {
		muter, err := able[network.Muter](h, c, network.ActMute)
		if err != nil {
			return nil, err
		}
		return muter.Mute, nil
	}})
}

// BlockMessages takes no private messages of a person any more, or takes them again.
func (h *House) BlockMessages(ctx context.Context, actor access.Actor, personID string, on bool) (done int, err error) {
	return h.shun(ctx, actor, personID, on, shunning{note: people.BlockMessages, offer: func(c channel.Channel) (func(context.Context, network.Conn, network.Author, bool) error, error) {
		blocker, err := able[network.MessageBlocker](h, c, network.ActBlockMessages)
		if err != nil {
			return nil, err
		}
		return blocker.BlockMessages, nil
	}})
}

func (h *House) shun(ctx context.Context, actor access.Actor, personID string, on bool, by shunning) (done int, err error) {
	if err := actor.May(access.Moderate); err != nil {
		return 0, err
	}
	var known []people.Identity
	var seenOn []string
	said := map[string]string{} // by channel
	if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if _, err = people.Get(ctx, tx, actor.Workspace, personID); err != nil {
			return err
		}
		if known, err = people.Identities(ctx, tx, actor.Workspace, personID); err != nil {
			return err
		}
		if seenOn, err = inbox.Where(ctx, tx, actor.Workspace, personID); err != nil {
			return err
		}
		for _, channelID := range seenOn {
			if said[channelID], err = inbox.Said(ctx, tx, actor.Workspace, channelID, personID); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return 0, err
	}
	var cannot error
	for _, channelID := range seenOn {
		if !actor.Sees(channelID) {
			continue
		}
		c, conn, err := h.conn(ctx, actor.Workspace, channelID)
		if err != nil {
			return done, err
		}
		act, err := by.offer(c)
		if err != nil {
			cannot = err
			continue
		}
		where := h.Networks.Host(c.Network) // people have the same id there
		if several(known, where) {
			said[channelID] = "" // whose it is nobody knows
		}
		for _, i := range known {
			if i.Network != where {
				continue
			}
			if err := act(ctx, conn, network.Author{ID: i.RemoteID, Handle: i.Handle, Name: i.Name, URL: i.URL, Said: said[channelID]}, on); err != nil {
				return done, unanswered(err)
			}
			done++
		}
	}
	switch {
	case done == 0 && cannot != nil:
		return 0, cannot
	case done == 0 && on: // a note alone would say that it was done
		return 0, fault.New(fault.Conflict, "This person has written on none of your channels, so there is nowhere to do it.").
			WithHint("Do it on the network itself.")
	}
	return done, h.effect(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error {
		h.tell(tx, actor.Workspace, "people", personID)
		return by.note(ctx, tx, actor.Workspace, personID, on)
	})
}

// several says that a person is known by more than one name on a network.
func several(known []people.Identity, name network.Name) bool {
	n := 0
	for _, i := range known {
		if i.Network == name {
			n++
		}
	}
	return n > 1
}
