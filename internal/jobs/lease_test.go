package jobs_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func TestSettlingIsPartOfTheHandlersTransaction(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *clock) {
		r := jobs.NewRunner(db, jobs.Options{})
		jobs.Handle(r, noted, func(ctx context.Context, j *jobs.Job, n note) error {
			err := store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
				if _, err := tx.Exec(ctx, `insert into job_cron (name, spec, last_at) values ($1, 'x', 0)`, j.ID); err != nil {
					return err
				}
				if err := jobs.Settle(ctx, tx, j); err != nil {
					return err
				}
				if n.N == 2 {
					return fault.New(fault.Invalid, "undone after settling")
				}
				return nil
			})
			if n.N == 1 {
				return errors.Join(err, errors.New("too late to matter"))
			}
			return err
		}, nil)
		run(t, r)
		good, _ := insert(t, db, jobs.New{Lane: "a"}, note{1})
		bad, _ := insert(t, db, jobs.New{Lane: "a"}, note{2})
		last, _ := insert(t, db, jobs.New{Lane: "a"}, note{3})
		until(t, "all", func() bool { return get(t, db, last).State == jobs.Done })
		if g, b := get(t, db, good), get(t, db, bad); g.State != jobs.Done || g.Attempt != 1 || b.State != jobs.Failed {
			t.Errorf("%+v %+v", g, b)
		}
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			n, err := store.One[int](ctx, tx, `select count(*) from job_cron`)
			if n != 2 {
				t.Errorf("%d were written, 2 committed", n)
			}
			return err
		})
	})
}

// A worker sleeps through its lease; another takes over; then it wakes.
func TestAWorkerThatSleptCannotSettle(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		began, hold := make(chan *jobs.Job, 1), make(chan struct{})
		held := make(chan error, 1)
		settled := make(chan error, 1)
		r := start(t, db, jobs.Options{}, func(ctx context.Context, j *jobs.Job, _ note) error {
			began <- j
			<-hold
			ctx = context.WithoutCancel(ctx) // it does not listen, either
			held <- store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error { return jobs.Hold(ctx, tx, j) })
			settled <- store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
				if _, err := tx.Exec(ctx, `insert into job_cron (name, spec, last_at) values ('sleeper', 'x', 0)`); err != nil {
					return err
				}
				return jobs.Settle(ctx, tx, j)
			})
			return nil // its runner would write it as done
		})
		id, _ := insert(t, db, jobs.New{}, note{1})
		sleeper := receive(t, began)
		if err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error { return jobs.Hold(ctx, tx, sleeper) }); err != nil {
			t.Fatalf("the holder does not hold: %v", err)
		}
		thief := steal(t, db, c)
		if thief[0].ID != id || !thief[0].Rescued || thief[0].Attempt != 2 {
			t.Fatalf("%+v", thief)
		}
		close(hold)
		for _, err := range []error{receive(t, held), receive(t, settled)} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("the sleeper settled: %v", err)
			}
		}
		marker, _ := insert(t, db, jobs.New{Lane: "marker"}, note{2})
		receive(t, began) // the handler runs again, for the marker
		_ = receive(t, held)
		_ = receive(t, settled)
		until(t, "the marker", func() bool { return get(t, db, marker).State == jobs.Done })
		if j := get(t, db, id); j.State != jobs.Running || j.Attempt != 2 {
			t.Errorf("the sleeper's runner settled: %+v", j)
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error { return jobs.Settle(ctx, tx, thief[0]) })
		if err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error { return jobs.Settle(ctx, tx, thief[0]) }); !fault.Is(err, fault.Conflict) {
			t.Errorf("settled twice: %v", err)
		}
		// The thief is gone without freeing its lane; what it settled stays settled.
		c.forward(2 * time.Hour)
		r.Pulse()
		if j := get(t, db, id); j.State != jobs.Done || j.Attempt != 2 {
			t.Errorf("%+v", j)
		}
	})
}

// steal takes over the one job that runs. The runner's own pulse may be at work on the
// lane, which is passed over then: so until it is taken.
func steal(t *testing.T, db *store.DB, c *clock) (stolen []*jobs.Job) {
	t.Helper()
	until(t, "stolen", func() bool {
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
			stolen, err = jobs.Steal(ctx, tx, "thief", c.Now().Add(time.Hour))
			return err
		})
		return len(stolen) == 1
	})
	return stolen
}

func leased(t *testing.T, db *store.DB, head string) (until time.Time) {
	t.Helper()
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		until, err = store.One[time.Time](ctx, tx, `select lease_until from job_lane where head = $1`, head)
		return err
	})
	return until
}

func TestAnExpiredLeaseIsRescuedAndALivingOneIsNot(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		began := make(chan *jobs.Job, 10)
		hold := make(chan struct{})
		alive, _ := insert(t, db, jobs.New{Lane: "alive"}, note{1})
		// One worker, and it is busy: the first runner claims nothing else.
		first := start(t, db, jobs.Options{Name: "first", Workers: 1}, func(context.Context, *jobs.Job, note) error { began <- nil; <-hold; return nil })
		receive(t, began)
		var dead []*jobs.Job
		id, _ := insert(t, db, jobs.New{Lane: "dead", At: c.Now().Add(time.Second)}, note{2})
		behind, _ := insert(t, db, jobs.New{Lane: "dead", At: c.Now().Add(2 * time.Second)}, note{3})
		c.forward(time.Second)
		// A process claims and dies.
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
			dead, err = jobs.Claim(ctx, tx, "dead", c.Now().Add(15*time.Second))
			return err
		})
		if len(dead) != 1 || dead[0].ID != id {
			t.Fatalf("%+v", dead)
		}
		c.forward(14 * time.Second)
		// It renews its own and leaves the other. Its own pulse may have begun before
		// the clock was moved, and then holds the lane: so until it is renewed.
		until(t, "renewed", func() bool { first.Pulse(); return leased(t, db, alive).After(c.Now().Add(14 * time.Second)) })
		if j := get(t, db, id); j.State != jobs.Running {
			t.Fatalf("%+v", j)
		}
		c.forward(2 * time.Second)
		second := start(t, db, jobs.Options{Name: "second"}, func(_ context.Context, j *jobs.Job, _ note) error { began <- j; return nil })
		second.Pulse()
		j := receive(t, began)
		if j.ID != id || !j.Rescued || j.Attempt != 2 {
			t.Errorf("%+v", j)
		}
		if next := receive(t, began); next.ID != behind || next.Rescued || next.Attempt != 1 {
			t.Errorf("%+v", next)
		}
		if j := get(t, db, alive); j.State != jobs.Running || j.Attempt != 1 {
			t.Errorf("the living was robbed: %+v", j)
		}
		close(hold)
	})
}

func TestOnSQLiteTheJobsOfADeadProcessAreRescuedAtOnce(t *testing.T) {
	c := newClock()
	db := storetest.SQLite(t, store.WithNow(c.Now))
	id, _ := insert(t, db, jobs.New{}, note{1})
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
		_, err := jobs.Steal(ctx, tx, "another process", c.Now().Add(time.Hour))
		return err
	})
	got := make(chan *jobs.Job, 1)
	start(t, db, jobs.Options{}, func(_ context.Context, j *jobs.Job, _ note) error { got <- j; return nil })
	if j := receive(t, got); j.ID != id || !j.Rescued || j.Attempt != 2 {
		t.Errorf("%+v", j)
	}
	until(t, "done", func() bool { return get(t, db, id).State == jobs.Done })
}

func TestARunnerStepsDownBeforeAnotherMayTakeOver(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		var cause atomic.Value
		began := make(chan struct{}, 1)
		ended := make(chan struct{})
		r := start(t, db, jobs.Options{}, func(ctx context.Context, _ *jobs.Job, _ note) error {
			began <- struct{}{}
			<-ctx.Done()
			cause.Store(fault.KindOf(context.Cause(ctx)))
			close(ended)
			return ctx.Err()
		})
		insert(t, db, jobs.New{}, note{1})
		receive(t, began)
		steal(t, db, c)
		r.Pulse()
		receive(t, ended)
		if cause.Load() != fault.Conflict {
			t.Errorf("%v", cause.Load())
		}
	})
}

// A machine that is too slow to renew its leases stops what it works on, again and
// again; where nobody has taken it over, it is still to be done.
func TestWhoIsTooSlowToKeepItsLeaseTriesAgain(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		began := make(chan int, 10)
		r := start(t, db, jobs.Options{}, func(ctx context.Context, j *jobs.Job, _ note) error {
			began <- j.Attempt
			if j.Attempt < 4 {
				<-ctx.Done()
			}
			return context.Cause(ctx)
		})
		id, _ := insert(t, db, jobs.New{}, note{1})
		for n := 1; n < 4; n++ {
			if got := receive(t, began); got != n {
				t.Fatalf("try %d is the %dth", n, got)
			}
			// Its own pulse may renew the lease meanwhile: so until it has stopped.
			until(t, "it stopped", func() bool { r.Late(id); r.Check(); return get(t, db, id).State == jobs.Ready })
			skip(t, db, c, id)
			r.Poke()
		}
		until(t, "done", func() bool { return get(t, db, id).State == jobs.Done })
	})
}
