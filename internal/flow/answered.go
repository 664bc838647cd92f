package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

func confirmAnswerKind() jobs.Kind[answerArgs] { return jobs.Kind[answerArgs]{Name: "confirm_answer"} }

// lookForAnswer looks for an answer that is in doubt, unless the network told of it
// before the doubt began.
func (h *House) lookForAnswer(ctx context.Context, tx *store.Tx, args answerArgs, at time.Time) error {
	m, err := inbox.Get(ctx, tx, args.Workspace, args.Message)
	if err != nil {
		return err
	}
	if m.Sending == "sent" {
		return h.paidTold(ctx, tx, m)
	}
	_, _, err = jobs.Insert(ctx, tx, confirmAnswerKind(), jobs.New{Workspace: args.Workspace, Lane: "confirm/" + args.Message, Key: args.Message, At: at}, args)
	return err
}

// confirmAnswer looks for an unclear answer, as confirm does for a post. What
// cannot be told stays unclear, and a person says whether it is there.
func (h *House) confirmAnswer(ctx context.Context, job *jobs.Job, args answerArgs) error {
	var m inbox.Message
	if err := store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = inbox.Get(ctx, tx, args.Workspace, args.Message)
		return err
	}); err != nil || m.Sending != "unclear" {
		return err
	}
	c, conn, err := h.conn(ctx, m.Workspace, m.ChannelID)
	if err != nil {
		return err
	}
	finder, err := network.As[network.Finder](h.Networks, c.Network, network.ActFind)
	if err != nil {
		return nil //nolint:nilerr // cannot look: it stays unclear for a person
	}
	part, _, err := h.answerPart(ctx, args, m)
	if err != nil {
		return err
	}
	look, err := finder.Find(ctx, conn, part, m.ClaimedAt.Add(-network.Skew))
	if fault.Is(err, fault.Uncertain) {
		return fault.Wrap(fault.Unavailable, err, "The network could not be asked.")
	}
	if err != nil {
		return err
	}
	driver, err := h.Networks.Get(c.Network)
	if err != nil {
		return err
	}
	delay := driver.Profile().Delay
	return store.Do(context.WithoutCancel(ctx), h.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := jobs.Hold(ctx, tx, job); err != nil {
			return err
		}
		known, err := inbox.Ours(ctx, tx, m.Workspace, m.ChannelID, look.Near)
		if err != nil {
			return err
		}
		h.tell(tx, args.Workspace, "inbox", m.ConversationID)
		e := expected{fingerprint: publish.Fingerprint(m.Text, len(part.Media)), from: m.ClaimedAt, after: m.ParentID}
		verdict, seen := decide(e, look, known, tx.Now, delay)
		again := verdict == absent && look.Keyed
		switch verdict {
		case found:
			if err := h.settle(ctx, tx, m, network.Sent{Ref: seen.Ref, At: seen.At}); err != nil {
				return err
			}
			return jobs.Settle(ctx, tx, job)
		case cannotTell:
			return jobs.Settle(ctx, tx, job)
		}
		if err := jobs.Settle(ctx, tx, job); err != nil {
			return err
		}
		if verdict == tooEarly {
			return h.lookForAnswer(ctx, tx, args, later(tx.Now, e.from.Add(delay)))
		}
		if again {
			err = inbox.DueAgain(ctx, tx, m)
		} else {
			again, err = inbox.Missed(ctx, tx, m, between)
		}
		if err != nil {
			return err
		}
		if again {
			return h.queueAnswer(ctx, tx, m)
		}
		return h.lookForAnswer(ctx, tx, args, tx.Now.Add(between))
	})
}

// RetryAnswer sends a failed answer again, or one of which a person says that
// it is not there, and those that were to follow it.
func (h *House) RetryAnswer(ctx context.Context, actor access.Actor, messageID string) error {
	return h.effect(ctx, func(ctx context.Context, tx *store.Tx) error {
		m, err := inbox.Get(ctx, tx, actor.Workspace, messageID)
		if err != nil {
			return err
		}
		if err := mayOn(actor, access.Reply, m.ChannelID, noMessage); err != nil {
			return err
		}
		if err := inbox.Retry(ctx, tx, m); err != nil {
			return err
		}
		h.tell(tx, actor.Workspace, "inbox", m.ConversationID)
		behind, err := inbox.Behind(ctx, tx, m)
		if err != nil {
			return err
		}
		for _, one := range append([]inbox.Message{m}, behind...) {
			if err := h.queueAnswer(ctx, tx, one); err != nil {
				return err
			}
		}
		return nil
	})
}
