package flow

import (
	"context"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/store"
)

// Words that came with a file go after it, and not without it: an answer that became
// several messages waits while the one before is on its way, and is not sent where that
// one failed.

// inTurn says whether an answer may be sent. If not, it is settled here: it waits, or
// has failed.
func (h *House) inTurn(ctx context.Context, tx *store.Tx, job *jobs.Job, args answerArgs) (bool, error) {
	turn, err := inbox.TurnOf(ctx, tx, args.Workspace, args.Message)
	if err != nil || turn == inbox.TurnNow {
		return err == nil, err
	}
	m, err := inbox.Get(ctx, tx, args.Workspace, args.Message)
	if err != nil {
		return false, err
	}
	if turn == inbox.TurnLater {
		return false, h.answerLater(ctx, tx, job, args, slowly(m.At, tx.Now))
	}
	h.tell(tx, args.Workspace, "inbox", m.ConversationID)
	cause := fault.New(fault.Conflict, "The file before it did not go out.").WithHint("Send the file again first, or send this without it.")
	if err := inbox.Fail(ctx, tx, m, cause); err != nil {
		return false, err
	}
	return false, jobs.Settle(ctx, tx, job)
}
