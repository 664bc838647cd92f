package jobs_test

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// In a bubble of its own time, where waiting takes no time and the clock moves
// only when all wait, a job must begin at its very moment.
func TestAJobBeginsExactlyWhenItIsDue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kith.db")
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		type run struct {
			n  int
			at time.Time
		}
		ran := make(chan run, 10)
		r := jobs.NewRunner(db, jobs.Options{})
		jobs.Handle(r, noted, func(_ context.Context, j *jobs.Job, n note) error {
			ran <- run{n.N, time.Now()}
			if n.N == 3 && j.Attempt == 1 {
				return fault.New(fault.Throttled, "slow down").In(2500 * time.Millisecond)
			}
			return nil
		}, nil)
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for n, after := range map[int]time.Duration{1: 1234567 * time.Microsecond, 2: 0, 3: 9*time.Minute + 321*time.Microsecond, 4: time.Hour + 7*time.Millisecond} {
			insert(t, db, jobs.New{At: began.Add(after)}, note{n})
		}
		for _, want := range []run{
			{2, began},
			{1, began.Add(1234567 * time.Microsecond)},
			{3, began.Add(9*time.Minute + 321*time.Microsecond)},
			{3, began.Add(9*time.Minute + 321*time.Microsecond + 2500*time.Millisecond)},
			{4, began.Add(time.Hour + 7*time.Millisecond)},
		} {
			got := <-ran
			if got.n != want.n || got.at.Sub(want.at).Abs() > 2*time.Microsecond {
				t.Errorf("%d at %v, want %d at %v", got.n, got.at.Sub(began), want.n, want.at.Sub(began))
			}
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// The same in real time, on both engines, also for jobs that another process inserts:
// whoever looks by itself once in an hour begins all of them, each not before its
// moment, because it was told or had planned to.
func TestAJobBeginsWithoutLooking(t *testing.T) {
	for engine, open := range map[string]func(t *testing.T) (here, there *store.DB){
		"sqlite": func(t *testing.T) (*store.DB, *store.DB) { db := storetest.SQLite(t); return db, db },
		"postgres": func(t *testing.T) (*store.DB, *store.DB) {
			url := storetest.PostgresURL(t)
			var dbs [2]*store.DB
			for i := range dbs {
				var err error
				if dbs[i], err = store.Open(t.Context(), url); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(dbs[i].Close)
			}
			return dbs[0], dbs[1]
		},
	} {
		t.Run(engine, func(t *testing.T) {
			here, there := open(t)
			type begun struct {
				n    int
				late time.Duration
			}
			ran := make(chan begun, 10_000)
			r := jobs.NewRunner(here, jobs.Options{Lease: 10 * time.Minute})
			r.Blind()
			jobs.Handle(r, noted, func(_ context.Context, j *jobs.Job, n note) error {
				ran <- begun{n.N, time.Since(j.RunAt)}
				return nil
			}, nil)
			run(t, r)
			// It may not hear the other process yet, and words may be lost: told until heard.
			until(t, "it hears", func() bool { insert(t, there, jobs.New{}, note{-1}); return len(ran) > 0 })
			const each = 10
			for i := range each {
				insert(t, here, jobs.New{At: time.Now().Add(time.Duration(i*37) * time.Millisecond)}, note{i})
				insert(t, there, jobs.New{At: time.Now().Add(time.Duration(1000+i*37) * time.Millisecond)}, note{each + i})
			}
			var all []time.Duration
			for len(all) < 2*each {
				if one := receive(t, ran); one.n >= 0 {
					all = append(all, one.late)
				}
			}
			slices.Sort(all)
			t.Logf("median: %v, worst: %v", all[each], all[2*each-1])
			if all[0] < 0 {
				t.Errorf("one began %v before its moment", -all[0])
			}
		})
	}
}

func TestATickIsWorkedOnceByAllReplicas(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		var ran atomic.Int64
		var mu sync.Mutex
		ticks := map[time.Time]int{}
		var replicas []*jobs.Runner
		for range 5 {
			r := jobs.NewRunner(db, jobs.Options{})
			jobs.Handle(r, noted, func(context.Context, *jobs.Job, note) error { ran.Add(1); return nil }, nil)
			if err := r.Every("often", "*/10 * * * *", func(ctx context.Context, tx *store.Tx, at time.Time) error {
				_, _, err := jobs.Insert(ctx, tx, noted, jobs.New{}, note{})
				tx.AfterCommit(func() { mu.Lock(); defer mu.Unlock(); ticks[at]++ })
				return err
			}); err != nil {
				t.Fatal(err)
			}
			run(t, r)
			replicas = append(replicas, r)
		}
		if err := replicas[0].Every("late", "* * * * *", nil); !fault.Is(err, fault.Internal) {
			t.Errorf("after Start: %v", err)
		}
		if err := jobs.NewRunner(db, jobs.Options{}).Every("bad", "sometimes", nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("no schedule: %v", err)
		}
		until(t, "the row", func() bool {
			var n int
			storetest.View(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
				n, err = store.One[int](ctx, tx, `select count(*) from job_cron`)
				return err
			})
			return n == 1
		})
		base := c.Now().Truncate(time.Hour) // 03:00; the clock stands at 03:04:05
		together := func() {
			var wait sync.WaitGroup
			for _, r := range replicas {
				wait.Go(func() { r.Tick() })
			}
			wait.Wait()
		}
		together()
		c.forward(6 * time.Minute) // 03:10:05
		together()
		together()
		c.forward(35 * time.Minute) // 03:45:05: 20 and 30 were missed, 40 is made up for
		together()
		// A job may be worked before the word that its tick was committed is noted.
		until(t, "two ticks and their jobs", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return ran.Load() == 2 && len(ticks) == 2
		})
		mu.Lock()
		defer mu.Unlock()
		if len(ticks) != 2 || ticks[base.Add(10*time.Minute)] != 1 || ticks[base.Add(40*time.Minute)] != 1 {
			t.Errorf("%v", ticks)
		}
	})
}
