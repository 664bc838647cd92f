package jobs

import (
	"context"
	"time"

	"github.com/kithhq/kith/internal/store"
)

// pulse does what time asks for, each second or when the next recurring job is
// due: leases, rescue, progress, cancellation from elsewhere, retention.
func (r *Runner) pulse() {
	alarm := newAlarm(r.opt.Clock)
	defer alarm.stop()
	var renew, clean time.Time
	for {
		select {
		case <-alarm.timer.C:
		case release := <-alarm.rings:
			alarm.rung(release)
		case <-r.life.Done():
			return
		}
		now := r.db.Now()
		all := r.working()
		if !now.Before(renew) && len(all) > 0 {
			r.attempt("renewing leases", r.renew)
			renew = now.Add(r.opt.Lease / 3)
		}
		r.flush(all)
		r.check(all)
		r.attempt("rescuing", r.rescueExpired)
		next := r.tick()
		if !now.Before(clean) {
			r.attempt("removing old jobs", r.clean)
			clean = now.Add(time.Hour)
		}
		r.pulsed.Store(time.Now().UnixNano())
		wait := time.Duration(-1)
		if !next.IsZero() {
			wait = max(0, next.Sub(r.db.Now()))
		}
		alarm.set(wait, min(r.look, r.opt.Lease/4))
		alarm.busy(false)
	}
}

func (r *Runner) working() []*work {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]*work, 0, len(r.running))
	for _, w := range r.running {
		all = append(all, w)
	}
	return all
}

// attempt does something that the next pulse does again.
func (r *Runner) attempt(what string, do func(ctx context.Context) error) {
	if err := do(r.life); err != nil && r.life.Err() == nil {
		r.opt.Log.WarnContext(r.life, what+" failed", "error", err)
	}
}

// renew prolongs all leases of this runner with one statement. A lane that a
// handler's transaction has locked is left for the next time.
func (r *Runner) renew(ctx context.Context) error {
	var kept []string
	var until time.Time
	err := store.DoLocking(ctx, r.db, func(ctx context.Context, tx *store.Tx) error {
		var err error
		until = tx.Now.Add(r.opt.Lease)
		kept, err = store.All[string](ctx, tx, `with mine as materialized (select workspace, lane from job_lane where runner <> '' and runner = $1`+tx.SkipLocked()+`)
			update job_lane set lease_until = $2 where (workspace, lane) in (select workspace, lane from mine) returning head`, r.id, until)
		return err
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, head := range kept {
		if w := r.running[head]; w != nil && err == nil {
			w.until.Store(until.UnixMicro())
		}
	}
	return err
}

// flush writes how far handlers are.
func (r *Runner) flush(all []*work) {
	var told []*work
	for _, w := range all {
		if w.progress.told.Swap(false) {
			told = append(told, w)
		}
	}
	if len(told) == 0 {
		return
	}
	// Progress decides nothing, so it needs no locks.
	r.attempt("writing progress", func(ctx context.Context) error {
		return store.DoLocking(ctx, r.db, func(ctx context.Context, tx *store.Tx) error {
			for _, w := range told {
				if _, err := tx.Exec(ctx, `update job set done_units = $1, total_units = $2 where id = $3 and state = 'open'`,
					w.progress.done.Load(), w.progress.total.Load(), w.job.ID); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// check asks whether what runs here is still ours and still wanted.
func (r *Runner) check(all []*work) {
	if len(all) == 0 {
		return
	}
	type lane struct {
		Head  string
		Token int64
		Asked bool
	}
	held := map[string]lane{}
	r.attempt("looking after running jobs", func(ctx context.Context) error {
		return store.View(ctx, r.db, func(ctx context.Context, tx *store.Tx) error {
			lanes, err := store.All[lane](ctx, tx, `select l.head, l.token, j.cancel_asked from job_lane l join job j on j.id = l.head where l.runner <> '' and l.runner = $1`, r.id)
			for _, l := range lanes {
				held[l.Head] = l
			}
			if err != nil {
				held = nil
			}
			return err
		})
	})
	now := r.db.Now().UnixMicro()
	for _, w := range all {
		l, found := held[w.job.ID]
		switch {
		case found && l.Asked:
			r.ask(w.job.ID)
		case held != nil && (!found || l.Token != w.job.token), // taken over
			w.until.Load() <= now: // about to be: step down first
			w.cancel(errLost)
		}
	}
}

func (r *Runner) rescueExpired(ctx context.Context) error {
	n := 0
	expired := func(tx *store.Tx) func(string, time.Time) bool {
		return func(runner string, until time.Time) bool { return runner != r.id && !until.After(tx.Now) }
	}
	var some bool
	err := store.View(ctx, r.db, func(ctx context.Context, tx *store.Tx) error {
		all, err := store.All[time.Time](ctx, tx, `select lease_until from job_lane where runner <> '' and runner <> $1 and lease_until <= $2 limit 1`, r.id, tx.Now)
		some = len(all) > 0
		return err
	})
	if err == nil && some {
		// The held lanes are locked before anything is decided by them.
		err = store.DoLocking(ctx, r.db, func(ctx context.Context, tx *store.Tx) error {
			var err error
			n, err = rescue(ctx, tx, expired(tx))
			return err
		})
	}
	if n > 0 {
		r.opt.Log.WarnContext(ctx, "rescued jobs of a runner that is silent", "jobs", n)
		r.poke()
	}
	return err
}

// clean removes finished jobs after their retention, in small portions, so that
// nobody waits for it.
func (r *Runner) clean(ctx context.Context) error {
	const portion = 500
	for {
		var n int64
		// What is finished never changes again: there is nothing to lock.
		err := store.DoLocking(ctx, r.db, func(ctx context.Context, tx *store.Tx) error {
			var err error
			n, err = tx.Exec(ctx, `delete from job where id in (select id from job where finished_at < $1 order by finished_at limit $2`+tx.SkipLocked()+`)`,
				tx.Now.Add(-r.opt.Keep), portion)
			return err
		})
		if err != nil || n < portion {
			return err
		}
	}
}
