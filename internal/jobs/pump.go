package jobs

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// pump is the runner's heart: one goroutine, and each beat is one transaction
// that writes the outcomes that have gathered and claims what is due in the
// lanes that they, or time, have freed. So a job costs its share of a beat.
func (r *Runner) pump() {
	alarm := newAlarm(r.opt.Clock)
	defer alarm.stop()
	trouble := time.Duration(0) // how long to wait after a beat that failed
	doubt := false              // a beat failed: did it claim something?
	for {
		if trouble == 0 {
			select {
			case <-r.poked:
			case <-alarm.timer.C:
			case release := <-alarm.rings:
				alarm.rung(release)
			case <-r.life.Done():
				return
			}
		} else {
			select {
			case <-alarm.timer.C:
			case <-r.life.Done():
				return
			}
		}
		ended, busy, stopping := r.gather()
		if stopping && busy == 0 {
			return
		}
		b := beat{runner: r, ended: ended, free: r.opt.Workers - busy + len(ended), doubt: doubt}
		if stopping {
			b.free = 0
		}
		// Every lane is locked before its jobs are read: see doc.go.
		err := store.DoLocking(r.life, r.db, b.do)
		if err != nil {
			r.giveBack(ended)
			doubt = doubt || fault.Is(err, fault.Uncertain)
			trouble = min(max(2*trouble, 20*time.Millisecond), r.look)
			alarm.set(-1, trouble)
			if r.life.Err() == nil {
				r.opt.Log.ErrorContext(r.life, "jobs wait: the database refuses", "error", err)
			}
			continue
		}
		trouble, doubt = 0, false
		r.beaten.Store(time.Now().UnixNano())
		working := r.begin(ended, b.claimed, b.until)
		wait := time.Duration(-1)
		if len(b.claimed) < b.free && !b.next.IsZero() {
			wait = max(0, b.next.Sub(r.db.Now()))
		}
		alarm.set(wait, r.look)
		alarm.busy(working || wait == 0)
	}
}

// gather takes the works that ended; busy counts them too.
func (r *Runner) gather() (ended []*work, busy int, stopping bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ended, r.ended = r.ended, nil
	return ended, len(r.running), r.stopping
}

func (r *Runner) giveBack(ended []*work) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = append(ended, r.ended...)
}

// begin starts what was claimed, after forgetting what was written, and says
// whether anything is under way.
func (r *Runner) begin(ended []*work, claimed []*Job, until time.Time) (working bool) {
	r.mu.Lock()
	for _, w := range ended {
		delete(r.running, w.outcome.job.ID)
	}
	all := make([]*work, len(claimed))
	for i, j := range claimed {
		all[i] = r.newWork(j, until)
		r.running[j.ID] = all[i]
	}
	working = len(r.running) > 0
	r.mu.Unlock()
	for _, w := range all {
		go r.run(w)
	}
	if len(ended) > 0 {
		r.poke() // a pump that stops looks whether this was the last
	}
	return working
}

// beat is one transaction of the pump.
type beat struct {
	runner *Runner
	ended  []*work
	free   int
	doubt  bool

	claimed []*Job
	until   time.Time
	next    time.Time
}

func (b *beat) do(ctx context.Context, tx *store.Tx) error {
	r := b.runner
	b.claimed, b.until = nil, tx.Now.Add(r.opt.Lease) // it may run again
	all := make([]outcome, len(b.ended))
	for i, w := range b.ended {
		all[i] = w.outcome
	}
	err := settle(ctx, tx, r.id, all)
	if err == nil && b.doubt {
		err = b.release(ctx, tx)
	}
	if err == nil && b.free > 0 {
		b.claimed, err = claim(ctx, tx, r.id, b.until, b.free)
	}
	if err == nil && len(b.claimed) < b.free {
		b.next, err = nextDue(ctx, tx)
	}
	return err
}

// release gives back what this runner holds and does not know of: a claim whose
// commit was not confirmed. Only the pump claims, so nothing is on its way.
func (b *beat) release(ctx context.Context, tx *store.Tx) error {
	heads, err := store.All[string](ctx, tx, `select head from job_lane where runner <> '' and runner = $1`+tx.SkipLocked(), b.runner.id)
	if err != nil {
		return err
	}
	b.runner.mu.Lock()
	var unknown []string
	for _, head := range heads {
		if b.runner.running[head] == nil {
			unknown = append(unknown, head)
		}
	}
	b.runner.mu.Unlock()
	return promote(ctx, tx, b.runner.id, unknown)
}
