package flow

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Files of an answer are handed over act by act, as those of a post are. Nobody sees
// these acts, so that what they come to is kept only where the network asks for
// patience: in the job that goes on. Whoever dies before does them again.

// stepReply does the acts of an answer until it is there, or the network is at work.
// What it gives with an error is the step that failed.
func (h *House) stepReply(ctx context.Context, stepper network.StepReplier, conn network.Conn, part network.Part) (network.Stepped, error) {
	if part.Step.Name == "" {
		part.Step = network.Step{Name: network.Begun, Since: h.DB.Now()}
	}
	for {
		if !part.Step.Public && h.DB.Now().Sub(part.Step.Since) > patience {
			return network.Stepped{Step: part.Step}, tooLong()
		}
		did, err := stepper.StepReply(ctx, conn, part)
		if err != nil {
			return network.Stepped{Step: part.Step}, unseen(part.Step, err)
		}
		did.Step.Since = part.Step.Since
		if did.Sent != nil || did.Wait > 0 {
			return did, nil
		}
		part.Step = did.Step
		if err := ctx.Err(); err != nil { // we are being stopped before anything can be seen
			return network.Stepped{Step: part.Step}, fault.Wrap(fault.Unavailable, err, "Kith stopped while it was sending.")
		}
	}
}

// unseen is why an act failed: one that nobody can see is simply done again.
func unseen(step network.Step, cause error) error {
	if step.Name == "" || step.Public || !fault.Is(cause, fault.Uncertain) {
		return cause
	}
	text, hint := fault.Shown(cause)
	return fault.Wrap(fault.Unavailable, cause, "%s", text).WithHint("%s", hint).In(fault.After(cause))
}

func tooLong() error {
	return fault.New(fault.Invalid, "The network has been working on this for a day and does not come to an end.").
		WithHint("Try again, or save the file in another format.")
}

// onward says that an answer goes on from where its files have come: what was handed over
// already is not handed over again because the network asked for patience after it.
func (h *House) onward(step network.Step) bool {
	return step.Name != "" && step.Name != network.Begun && h.DB.Now().Sub(step.Since) < patience
}

// slowly is how long to wait before another try: longer, the longer it has taken.
func slowly(since, now time.Time) time.Duration {
	return min(max(now.Sub(since)/4, time.Second), time.Minute)
}

// restAnswer ends this job while the network is at work, and begins another one later:
// other answers of the channel need not wait.
func (h *House) restAnswer(ctx context.Context, tx *store.Tx, job *jobs.Job, args answerArgs, m inbox.Message, wait time.Duration) error {
	if err := inbox.Release(ctx, tx, m, ""); err != nil {
		return err
	}
	return h.answerLater(ctx, tx, job, args, wait)
}

// answerLater ends this job and begins another one after a while.
func (h *House) answerLater(ctx context.Context, tx *store.Tx, job *jobs.Job, args answerArgs, wait time.Duration) error {
	if err := jobs.Settle(ctx, tx, job); err != nil {
		return err
	}
	_, _, err := jobs.Insert(ctx, tx, answerKind(), jobs.New{Workspace: args.Workspace, Lane: lane(args.Channel, laneReplies), Key: args.Message, At: tx.Now.Add(wait)}, args)
	return err
}
