package flow

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// hideArgs say what people shall see; the handler makes the network agree, so
// running it twice is harmless.
type hideArgs struct {
	Workspace string `json:"workspace"`
	Channel   string `json:"channel"`
	Message   string `json:"message"`
	Hidden    bool   `json:"hidden"`
	Reason    string `json:"reason"`
}

func hideKind() jobs.Kind[hideArgs] { return jobs.Kind[hideArgs]{Name: "hide"} }

// cannotHide says why a message of a conversation of a kind cannot be hidden on its network.
func (h *House) cannotHide(ctx context.Context, tx *store.Tx, m inbox.Message, kind string) error {
	c, err := channel.Get(ctx, tx, m.Workspace, m.ChannelID)
	if err != nil {
		return err
	}
	if _, err = able[network.Hider](h, c, network.ActHide); err != nil {
		return err
	}
	d, err := h.Networks.Get(c.Network)
	if err == nil && kind == inbox.Mention && slices.Contains(d.Profile().BelowOurs, network.ActHide) {
		err = fault.New(fault.Invalid, "%s lets programs hide what stands below our own posts alone.", h.label(c.Network)).WithHint("Report it on the network itself.")
	}
	return err
}

func (h *House) setHidden(ctx context.Context, tx *store.Tx, m inbox.Message, hidden bool, reason string) error {
	_, _, err := jobs.Insert(ctx, tx, hideKind(), jobs.New{Workspace: m.Workspace, Lane: lane(m.ChannelID, laneModerate)},
		hideArgs{Workspace: m.Workspace, Channel: m.ChannelID, Message: m.ID, Hidden: hidden, Reason: reason})
	return err
}

// wishes says whether the network has yet to be told what was decided about a
// message.
func wishes(ctx context.Context, tx *store.Tx, m inbox.Message) (bool, error) {
	open, err := jobs.List(ctx, tx, m.Workspace, jobs.Filter{Kind: hideKind().Name, States: []jobs.State{jobs.Ready, jobs.Running}, Limit: 1000})
	for _, j := range open {
		var args hideArgs
		if json.Unmarshal(j.Args, &args) == nil && args.Message == m.ID {
			return true, nil
		}
	}
	return false, err
}

// Hide hides a person's message by the will of a moderator, or shows it again.
func (h *House) Hide(ctx context.Context, actor access.Actor, messageID string, hidden bool) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		m, err := inbox.Get(ctx, tx, actor.Workspace, messageID)
		if err != nil {
			return err
		}
		if err := mayOn(actor, access.Moderate, m.ChannelID, noMessage); err != nil {
			return err
		}
		if m.FromUs {
			return fault.New(fault.Invalid, "This is our own message.").WithHint("Delete it on the network instead.")
		}
		return h.change(ctx, tx, m, hidden, "")
	})
}

// change moves a message to what it shall be: held until the network has hidden
// it, visible here at once when it is shown again.
func (h *House) change(ctx context.Context, tx *store.Tx, m inbox.Message, hidden bool, reason string) error {
	kind, err := inbox.KindOf(ctx, tx, m)
	if err != nil {
		return err
	}
	can := h.cannotHide(ctx, tx, m, kind)
	if can != nil && hidden {
		return can
	}
	h.tell(tx, m.Workspace, "inbox", m.ConversationID)
	was := m.State
	state := inbox.Visible
	if hidden {
		state = inbox.Held
	}
	if err := inbox.Move(ctx, tx, m, state, reason); err != nil || can != nil || was == state && !hidden {
		return err
	}
	return h.setHidden(ctx, tx, m, hidden, reason)
}

// hide makes the network agree with what was decided last.
func (h *House) hide(ctx context.Context, job *jobs.Job, args hideArgs) error {
	var m inbox.Message
	if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = inbox.Get(ctx, tx, args.Workspace, args.Message)
		return err
	}); err != nil {
		return err
	}
	if m.State == inbox.Deleted || args.Hidden != (m.State != inbox.Visible) {
		return nil // gone, or decided otherwise since
	}
	c, conn, err := h.conn(ctx, args.Workspace, args.Channel)
	if err != nil {
		return err
	}
	hider, err := network.As[network.Hider](h.Networks, c.Network, network.ActHide)
	if err != nil {
		return err
	}
	if err := hider.Hide(ctx, conn, m.Remote, args.Hidden); fault.Is(err, fault.Uncertain) {
		// Hiding what is hidden changes nothing: asking again is looking.
		return fault.Wrap(fault.Unavailable, err, "The network did not answer.")
	} else if err != nil {
		h.ailing(ctx, c, err)
		return err
	}
	return store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := h.paidAct(ctx, tx, c, network.ForHide); err != nil {
			return err
		}
		if !args.Hidden {
			return jobs.Settle(ctx, tx, job)
		}
		now, err := inbox.Get(ctx, tx, args.Workspace, args.Message)
		if err != nil {
			return err
		}
		h.tell(tx, args.Workspace, "inbox", now.ConversationID)
		if now.State == inbox.Held {
			if err := inbox.Move(ctx, tx, now, inbox.Hidden, args.Reason); err != nil {
				return err
			}
		}
		return jobs.Settle(ctx, tx, job)
	})
}
