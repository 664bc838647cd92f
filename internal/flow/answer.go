package flow

import (
	"context"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

type answerArgs struct {
	Workspace string `json:"workspace"`
	Channel   string `json:"channel"`
	Message   string `json:"message"`
	// Step is how far its files had come when the network asked for patience.
	Step network.Step `json:"step,omitzero"`
}

func answerKind() jobs.Kind[answerArgs] { return jobs.Kind[answerArgs]{Name: "answer"} }

// sendAnswer is the way an answer goes out: claim, reply, settle.
func (h *House) sendAnswer(ctx context.Context, job *jobs.Job, args answerArgs) error {
	var m inbox.Message
	var former bool
	err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		m, former = inbox.Message{}, false
		if err := jobs.Hold(ctx, tx, job); err != nil {
			return err
		}
		if mine, err := h.inTurn(ctx, tx, job, args); err != nil || !mine {
			return err
		}
		if m, former, err = inbox.Claim(ctx, tx, args.Workspace, args.Message, job.Token()); err != nil {
			return err
		}
		if former {
			err = h.lookForAnswer(ctx, tx, args, tx.Now)
		}
		if err != nil || (m.ID != "" && !former) {
			return err
		}
		h.tell(tx, args.Workspace, "inbox", m.ConversationID)
		return jobs.Settle(ctx, tx, job)
	})
	if err != nil || former || m.ID == "" {
		return err
	}
	did, cause := h.replyWith(ctx, args, m)
	ctx = context.WithoutCancel(ctx) // what the network did is a fact
	args.Step = did.Step
	retry := cause != nil && (fault.Is(cause, fault.Throttled) || fault.Is(cause, fault.Unavailable))
	onward := retry && h.onward(did.Step)
	err = store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := jobs.Hold(ctx, tx, job); err != nil {
			return err
		}
		h.tell(tx, args.Workspace, "inbox", m.ConversationID)
		switch {
		case retry:
			why, _ := fault.Shown(cause)
			if err := inbox.Release(ctx, tx, m, why); err != nil || !onward {
				return err
			}
			return h.answerLater(ctx, tx, job, args, max(fault.After(cause), slowly(did.Step.Since, tx.Now)))
		case fault.Is(cause, fault.Uncertain):
			if err := inbox.Doubt(ctx, tx, m, "The network did not answer."); err != nil {
				return err
			}
			if err := h.lookForAnswer(ctx, tx, args, tx.Now); err != nil {
				return err
			}
		case cause != nil:
			if err := inbox.Fail(ctx, tx, m, cause); err != nil {
				return err
			}
		case did.Sent == nil:
			return h.restAnswer(ctx, tx, job, args, m, did.Wait)
		default:
			if err := h.settle(ctx, tx, m, *did.Sent); err != nil {
				return err
			}
		}
		return jobs.Settle(ctx, tx, job)
	})
	if err == nil && retry && !onward {
		return cause
	}
	return err
}

func (h *House) replyWith(ctx context.Context, args answerArgs, m inbox.Message) (network.Stepped, error) {
	c, conn, err := h.conn(ctx, m.Workspace, m.ChannelID) // the conversation may have moved
	if err != nil {
		return network.Stepped{}, err
	}
	replier, err := network.As[network.Replier](h.Networks, c.Network, network.ActReply)
	if err != nil {
		return network.Stepped{}, err
	}
	part, to, err := h.answerPart(ctx, args, m)
	if err == nil && part.Template == nil { // templates are there for when it is too late for words of one's own
		part.Window, err = h.inTime(ctx, c.Network, m, to)
	}
	if err != nil {
		return network.Stepped{}, err
	}
	var did network.Stepped
	if stepper, ok := replier.(network.StepReplier); ok && len(part.Media) > 0 {
		did, err = h.stepReply(ctx, stepper, conn, part)
	} else {
		did, err = once(replier.Reply(ctx, conn, part))
	}
	h.ailing(ctx, c, err)
	return did, err
}

func (h *House) answerPart(ctx context.Context, args answerArgs, m inbox.Message) (part network.Part, to inbox.Message, err error) {
	part = network.Part{Key: m.Key, Text: m.Text, Private: m.Private, At: m.ClaimedAt, Step: args.Step}
	err = store.View(ctx, h.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		to, err = inbox.Known(ctx, tx, m.Workspace, m.ChannelID, m.ParentID)
		part.After = &to.Remote
		if err == nil {
			part.Template, err = inbox.Filling(ctx, tx, m)
		}
		if err == nil {
			part.Media, err = h.enclosed(ctx, tx, m)
		}
		return err
	})
	return part, to, err
}

// strandedAnswer records that an answer's job gave up.
func (h *House) strandedAnswer(ctx context.Context, tx *store.Tx, _ *jobs.Job, args answerArgs, cause error) error {
	doubtful, err := inbox.Stranded(ctx, tx, args.Workspace, args.Message, cause)
	if err != nil || !doubtful {
		return err
	}
	return h.lookForAnswer(ctx, tx, args, tx.Now)
}

func (h *House) queueAnswer(ctx context.Context, tx *store.Tx, m inbox.Message) error {
	_, _, err := jobs.Insert(ctx, tx, answerKind(), jobs.New{Workspace: m.Workspace, Lane: lane(m.ChannelID, laneReplies), Key: m.ID},
		answerArgs{Workspace: m.Workspace, Channel: m.ChannelID, Message: m.ID})
	return err
}
