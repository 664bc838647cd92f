package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// Prepare takes the first part of a publication for what nobody can see of it, before
// its time or after. Before, the publication stays scheduled. ready: the next act is the
// one that can be seen, or that is to be looked for, which is the business of Claim alone.
func Prepare(ctx context.Context, tx *store.Tx, workspace, publicationID string, token int64, steps func(next Claimed) network.Step) (c Claimed, ready bool, err error) {
	p, c, err := next(ctx, tx, workspace, publicationID)
	if err != nil || c.Done() {
		return c, false, err
	}
	c.begin(tx, steps)
	if c.After != nil || !c.Part.resumable() || c.Part.State != due && c.Part.State != claimed {
		return c, true, nil
	}
	if err := c.hold(ctx, tx, token); err != nil {
		return c, false, err
	}
	state := Scheduled
	if !tx.Now.Before(p.DueAt) {
		state = Publishing
	}
	if p.State == state && p.ErrorKind == "" {
		return c, false, nil
	}
	return c, false, mark(ctx, tx, c.Part, state, "error_kind = '', error_text = '', error_hint = ''")
}

// Begun says that something of a part was handed over that nobody has seen.
func (p Part) Begun() bool {
	return p.State != sent && p.Step.Name != "" && p.Step.Name != network.Begun
}

// Carry gives a publication that was given another moment what its first part had come
// to before. until is how long that lasts. false: it does not fit any more.
func Carry(ctx context.Context, tx *store.Tx, to Publication, before Part, until time.Time) (bool, error) {
	if !to.DueAt.Before(until) {
		return false, nil
	}
	parts, err := Sequence(ctx, tx, to.Workspace, to.ID)
	if err != nil || len(parts) == 0 || before.Position != 0 || before.State == failed {
		return false, err
	}
	was, err := json.Marshal(before.Content)
	if err != nil {
		return false, fault.Wrap(fault.Internal, err, "reading a part of ours")
	}
	is, err := json.Marshal(parts[0].Content)
	if err != nil {
		return false, fault.Wrap(fault.Internal, err, "reading a part of ours")
	}
	if !bytes.Equal(was, is) {
		return false, nil
	}
	return true, move(ctx, tx, parts[0], "step = $5", before.Step)
}

// Steps gives what the parts of a channel have come to that are to go out, or went out
// since a moment.
func Steps(ctx context.Context, tx *store.Tx, workspace, channelID string, since time.Time) ([]network.Step, error) {
	rows, err := store.All[struct{ Step network.Step }](ctx, tx, `select step from part
		where workspace = $1 and channel_id = $2 and step <> '{}' and (state <> 'sent' or sent_at >= $3)`, workspace, channelID, since)
	all := make([]network.Step, len(rows))
	for i, r := range rows {
		all[i] = r.Step
	}
	return all, err
}
