package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Networks let one write to a person in private for a while after their last
// message. What is refused here was never sent; the network's own word still
// comes after ours.

// writing says how it stands with a private answer to a message; limited is
// false where nothing limits it.
func (h *House) writing(ctx context.Context, tx *store.Tx, name network.Name, c inbox.Conversation, to inbox.Message, private bool) (w network.Writing, limited bool, err error) {
	d, err := h.Networks.Get(name)
	if err != nil || !private && c.Kind != network.InDirect {
		return w, false, err
	}
	kind, since := network.InPrivateReply, to.At
	if c.Kind == network.InDirect {
		kind = network.InDirect
		if since, err = inbox.Heard(ctx, tx, c.Workspace, c.ID); err != nil {
			return w, false, err
		}
	}
	w, limited = d.Profile().Writing(kind, since, tx.Now)
	return w, limited, nil
}

// mayWrite refuses a private answer that comes too late, or once too often.
func (h *House) mayWrite(ctx context.Context, tx *store.Tx, ch channel.Channel, c inbox.Conversation, to inbox.Message, private bool) error {
	w, limited, err := h.writing(ctx, tx, ch.Network, c, to, private)
	if err != nil || !limited {
		return err
	}
	if !w.Open {
		return h.tooLate(ch.Network, w)
	}
	if !w.Window.Once {
		return nil
	}
	already, err := inbox.Whispered(ctx, tx, to)
	if err == nil && already {
		err = fault.New(fault.Conflict, "%s takes one private answer to a comment, and it was given.", h.label(ch.Network)).
			WithHint("Go on in the private conversation once they have answered, or answer in public.")
	}
	return err
}

func (h *House) tooLate(name network.Name, w network.Writing) error {
	e := fault.New(fault.Conflict, "%s lets one write to a person for %d hours after their last message, and these are over.", h.label(name), w.Window.Hours)
	if days := w.Window.Hours / 24; w.Window.Hours%24 == 0 && days > 1 {
		e = fault.New(fault.Conflict, "%s lets one write to a person for %d days after their last message, and these are over.", h.label(name), days)
	}
	return e.WithHint("%s", w.Window.Then)
}

func (h *House) label(name network.Name) string {
	if d, err := h.Networks.Get(name); err == nil {
		return d.Profile().Label
	}
	return string(name)
}

// inTime names the window in which an answer is about to leave. What waited too
// long in its lane is not sent any more.
func (h *House) inTime(ctx context.Context, name network.Name, m inbox.Message, to inbox.Message) (window string, err error) {
	err = store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		c, err := inbox.GetConversation(ctx, tx, m.Workspace, m.ConversationID)
		if err != nil {
			return err
		}
		w, limited, err := h.writing(ctx, tx, name, c, to, m.Private)
		if err == nil && limited && !w.Open {
			err = h.tooLate(name, w)
		}
		window = w.Window.Name
		return err
	})
	return window, err
}

// Writing says for a screen until when one may write: since is when the person
// spoke last.
func (h *House) Writing(name network.Name, kind string, since, now time.Time) (network.Writing, bool) {
	d, err := h.Networks.Get(name)
	if err != nil || since.IsZero() {
		return network.Writing{}, false
	}
	return d.Profile().Writing(kind, since, now)
}
