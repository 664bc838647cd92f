package flow

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/stream"
)

func readKind() jobs.Kind[channelArgs] {
	return jobs.Kind[channelArgs]{Name: "read", Attempts: 1 << 30}
}

// pagesAtOnce bounds one reading; a longer backlog goes on in the next one, so
// that stopping never waits for it.
const pagesAtOnce = 20

// read asks a network what happened since the cursor and appends it as facts.
// The cursor moves only after the facts are durable, so a crash reads again
// rather than leaving something out.
func (h *House) read(ctx context.Context, job *jobs.Job, args channelArgs) error {
	c, conn, err := h.conn(ctx, args.Workspace, args.Channel)
	if fault.Is(err, fault.NotFound) {
		return nil // removed: the chain ends here
	}
	if err != nil {
		return h.later(ctx, job, readKind(), args, time.Minute, err)
	}
	reader, err := network.As[network.Reader](h.Networks, c.Network, network.ActPoll)
	if err != nil {
		return h.attended(ctx, job, args, c)
	}
	b, limited, err := h.spare(ctx, c)
	if err != nil {
		return err
	}
	if limited && b.left() <= 0 {
		h.unheard(ctx, c, saved(h.label(c.Network)))
		return h.later(ctx, job, readKind(), args, min(max(b.ends.Sub(h.DB.Now()), h.rhythm()), recount), nil)
	}
	if paused, err := h.paused(ctx, c, conn.Purse); err != nil {
		return h.later(ctx, job, readKind(), args, time.Minute, err)
	} else if paused {
		return h.laterBy(ctx, job, readKind(), args, nil, h.untilPaid(c))
	}
	var cost atomic.Int64
	meter := h.meter(c)
	conn.Meter = func(what string, n int) {
		if what == network.Calls {
			cost.Add(int64(n))
		}
		meter.Take(what, n)
	}
	asking, said := h.listening(ctx, c)
	more, began := true, h.DB.Now()
	for page := 0; more && page < pagesAtOnce && !said.over(); page++ {
		var got network.Reading
		if got, err = reader.Read(asking, conn, c.Cursor); err != nil {
			h.ailing(ctx, c, err)
			h.silent(ctx, c, err)
			h.unheard(ctx, c, err)
			return h.later(ctx, job, readKind(), args, time.Minute, err)
		}
		more = got.More
		facts := make([]stream.Fact, len(got.Events))
		for i, r := range got.Events {
			facts[i] = stream.Fact{Workspace: c.Workspace, Channel: c.ID, Person: r.Person, Kind: string(c.Network), Key: c.ID + " " + r.Key, At: r.At, Body: r.Body}
		}
		if len(facts) > 0 {
			if err := h.Facts.Append(ctx, facts); err != nil {
				return h.later(ctx, job, readKind(), args, time.Minute, err)
			}
		}
		if c, err = h.heard(ctx, c, got, said.told(), began); err != nil {
			return err
		}
		if broke, err := conn.Purse.Spent(ctx); err != nil || broke {
			return h.later(ctx, job, readKind(), args, h.rhythm(), err) // which says so
		}
	}
	wait, mostly := h.rhythm(), h.till.cost(c.ID, cost.Load())
	if more && b.left() >= b.quota.Max/2 { // also where nothing is counted
		wait = 0
	}
	if limited && !more {
		b.used += int(cost.Load())
		wait = min(b.wait(h.DB.Now(), mostly, wait), max(recount, wait))
	}
	wait = said.wait(h.DB.Now(), wait)
	return h.later(ctx, job, readKind(), args, wait, nil)
}

// later ends a recurring job and begins its next round. What went wrong is no
// reason to stop recurring, only to wait as long as the network asks.
func (h *House) later(ctx context.Context, job *jobs.Job, kind jobs.Kind[channelArgs], args channelArgs, wait time.Duration, cause error) error {
	return h.laterBy(ctx, job, kind, args, cause, func(context.Context, *store.Tx) (time.Duration, error) { return wait, nil })
}

// laterBy is later where how long to wait is decided as the round ends.
func (h *House) laterBy(ctx context.Context, job *jobs.Job, kind jobs.Kind[channelArgs], args channelArgs, cause error,
	decide func(context.Context, *store.Tx) (time.Duration, error)) error {
	if ctx.Err() != nil {
		return ctx.Err() // we are being stopped: the job stays as it is
	}
	if cause != nil {
		h.Log.InfoContext(ctx, "recurring work will be tried again", "kind", kind.Name, "channel", args.Channel, "error", cause)
	}
	taken := h.till.empty()
	err := store.Do(ctx, h.DB, func(ctx context.Context, tx *store.Tx) error {
		if err := jobs.Settle(ctx, tx, job); err != nil {
			return err
		}
		if err := channel.Took(ctx, tx, taken...); err != nil {
			return err
		}
		wait, err := decide(ctx, tx)
		if err != nil {
			return err
		}
		return h.recur(ctx, tx, kind, args, tx.Now.Add(max(wait, fault.After(cause))))
	})
	if err != nil {
		h.till.back(taken)
	}
	return err
}

// recount is how long to wait at most before it is asked whether calls are left: what was
// to go out may be taken back.
const recount = 15 * time.Minute

// patient is how long a house that hurries through time waits at most, by its own
// clock, before it asks again.
const patient = 15 * time.Minute

// rhythm is how often a network is asked what happened. Where time is made to pass
// faster, networks are not asked more often in life for that.
func (h *House) rhythm() time.Duration {
	if h.Speed == nil {
		return h.Every
	}
	return max(h.Every, min(time.Duration(float64(h.Every)*h.Speed()), patient))
}
