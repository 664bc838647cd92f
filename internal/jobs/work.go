package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// Why a handler's context was cancelled. A handler may return its
// context.Cause, so they have kinds.
var (
	errStopping = fault.New(fault.Unavailable, "The program stops.")
	errAsked    = fault.New(fault.Unavailable, "The job was cancelled.")
	errLost     = fault.New(fault.Conflict, "Another worker has taken this over.")
)

// work is one try of a job in this process.
type work struct {
	job      *Job
	ctx      context.Context //nolint:containedctx // the handler's
	cancel   context.CancelCauseFunc
	progress progress
	until    atomic.Int64 // microseconds: the lease
	asked    atomic.Bool  // someone cancelled the job
	settled  atomic.Bool  // a transaction of its own has settled it
	outcome  outcome
}

func (r *Runner) newWork(j *Job, until time.Time) *work {
	w := &work{job: j}
	w.until.Store(until.UnixMicro())
	w.ctx, w.cancel = context.WithCancelCause(context.WithValue(r.handlers, progressMark{}, &w.progress))
	j.settled = func() { w.settled.Store(true) }
	return w
}

// run works on a job once and hands the outcome to the pump.
func (r *Runner) run(w *work) {
	w.outcome = r.try(w)
	w.cancel(nil)
	if r.opt.Ended != nil {
		state := w.outcome.decision.state
		if w.settled.Load() {
			state = Done
		}
		r.opt.Ended(Ending{w.job.Kind, state, w.outcome.kind})
	}
	r.mu.Lock()
	r.ended = append(r.ended, w)
	r.mu.Unlock()
	r.poke()
}

func (r *Runner) try(w *work) outcome {
	j, now := w.job, r.db.Now
	h := r.kinds[j.Kind]
	switch {
	case h == nil: // perhaps a younger process knows it
		r.opt.Log.WarnContext(w.ctx, "nobody here handles this kind of job", "kind", j.Kind, "job", j.ID)
		return outcome{job: j, decision: decision{state: Ready, at: now().Add(jitter(10 * time.Second))}}
	case w.until.Load() <= now().UnixMicro(): // it slept before it began: another may have taken over
		return outcome{job: j, decision: decision{state: Ready, at: j.RunAt, broken: j.broken}, failing: j.failing, kind: j.ErrorKind, text: j.ErrorText}
	case j.CancelAsked: // while it ran in a process that died
		return outcome{job: j, decision: decision{state: Cancelled}}
	case j.failing > 0: // only its failure is left to be recorded
		return r.fail(w, h, fault.New(fault.Parse(j.ErrorKind), "%s", j.ErrorText), decision{state: Failed, broken: j.broken})
	case j.Attempt > h.limits.attempts: // each try ended without a word: it may be what ends the process
		return r.fail(w, h, fault.New(fault.Internal, "the program ended each time it worked on this"), decision{state: Failed})
	}
	err := guard(func() error { return h.work(w.ctx, j) })
	if w.settled.Load() {
		if err != nil {
			r.opt.Log.WarnContext(w.ctx, "an error after the job was settled", "kind", j.Kind, "job", j.ID, "error", err)
		}
		return outcome{job: j, written: true}
	}
	if errors.Is(err, errLost) {
		// We stepped down in time. If nobody did take over, nothing has changed meanwhile:
		// a machine that was too slow to renew its lease twice must not end the job.
		err = fault.Wrap(fault.Unavailable, err, "This machine was too slow.")
	}
	d := decide(h.limits, j, err, now())
	counted := true
	switch cause := context.Cause(w.ctx); {
	case d.state != Ready:
	case w.asked.Load():
		d.state = Cancelled
	case errors.Is(cause, errStopping):
		d.at, d.broken, counted = now(), j.broken, false
	}
	r.log(w, err, d)
	if d.state == Failed {
		return r.fail(w, h, err, d)
	}
	return outcome{job: j, decision: d, counted: counted, kind: kindOf(err), text: textOf(err)}
}

func (r *Runner) log(w *work, err error, d decision) {
	about := []any{"kind", w.job.Kind, "job", w.job.ID, "attempt", w.job.Attempt, "error", err}
	switch {
	case err == nil:
	case fault.Is(err, fault.Internal):
		r.opt.Log.ErrorContext(w.ctx, "a job broke", about...)
	case d.state == Ready:
		r.opt.Log.InfoContext(w.ctx, "a job is tried again", append(about, "at", d.at)...)
	default:
		r.opt.Log.WarnContext(w.ctx, "a job failed", about...)
	}
}

// hookRetries bounds how often the recording of a failure is tried.
const hookRetries = 20

// fail marks a job as finally failed and lets its kind record what that means,
// in one transaction. While that does not succeed the job stays open and holds
// its lane, but is not worked on again.
func (r *Runner) fail(w *work, h *handling, cause error, d decision) outcome {
	j := w.job
	o := outcome{job: j, decision: d, counted: j.failing == 0, failing: j.failing, kind: kindOf(cause), text: textOf(cause)}
	if h.failed == nil {
		return o
	}
	ctx := context.WithoutCancel(w.ctx) // also when the handler was cancelled
	err := guard(func() error {
		return store.Do(ctx, r.db, func(ctx context.Context, tx *store.Tx) error {
			if err := Hold(ctx, tx, j); err != nil {
				return err
			}
			if err := write(ctx, tx, o); err != nil {
				return err
			}
			return h.failed(ctx, tx, j, cause)
		})
	})
	if err == nil {
		o.written = true
		return o
	}
	r.opt.Log.ErrorContext(ctx, "a failed job could not be recorded", "kind", j.Kind, "job", j.ID, "tries", o.failing+1, "error", err)
	if o.failing++; o.failing <= hookRetries {
		o.decision.state, o.decision.at = Ready, r.db.Now().Add(backoff(o.failing))
	}
	return o
}

// guard makes a panic an Internal error.
func guard(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Wrap(fault.Internal, fmt.Errorf("%v\n%s", p, debug.Stack()), "a panic")
		}
	}()
	return do()
}

func kindOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.KindOf(err).String()
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	text, _ := fault.Shown(err)
	return text
}
