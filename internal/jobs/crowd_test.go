package jobs_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// Many runners, on PostgreSQL each with connections of its own as if it were a
// process of its own; jobs are inserted while they work, some are tried twice,
// some settle themselves. Every job is worked exactly once and in order.
func TestManyRunnersWorkEveryJobOnceAndInOrder(t *testing.T) {
	const runners, total, lanes = 8, 2000, 50
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			var dbs []*store.DB
			if engine == "sqlite" {
				dbs = append(dbs, storetest.SQLite(t))
			} else {
				url := storetest.PostgresURL(t)
				for range runners {
					db, err := store.Open(t.Context(), url)
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(db.Close)
					dbs = append(dbs, db)
				}
			}
			var mu sync.Mutex
			order, inside, tries := map[string][]int{}, map[string]bool{}, map[int]int{}
			finished := make(chan struct{}, total)
			for i := range runners {
				db := dbs[i%len(dbs)]
				start(t, db, jobs.Options{Workers: 20, Lease: 10 * time.Minute}, func(ctx context.Context, j *jobs.Job, n note) error {
					mu.Lock()
					if inside[j.Lane] {
						t.Errorf("two at once in %s", j.Lane)
					}
					inside[j.Lane] = true
					tries[n.N]++
					again := n.N%17 == 0 && j.Attempt == 1
					mu.Unlock()
					var err error
					switch {
					case again:
						err = fault.New(fault.Conflict, "once more")
					case n.N%3 == 0:
						err = store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error { return jobs.Settle(ctx, tx, j) })
						if err != nil {
							t.Errorf("settling: %v", err)
						}
					}
					mu.Lock()
					defer mu.Unlock()
					inside[j.Lane] = false
					if !again {
						order[j.Lane] = append(order[j.Lane], n.N)
						finished <- struct{}{}
					}
					return err
				})
			}
			// Inserted by several at once, each of them lane by lane in order.
			var wait sync.WaitGroup
			for w := range 5 {
				wait.Go(func() {
					for n := range total / lanes {
						for lane := w; lane < lanes; lane += 5 {
							insert(t, dbs[w%len(dbs)], jobs.New{Lane: fmt.Sprint(lane)}, note{n*lanes + lane})
						}
					}
				})
			}
			wait.Wait()
			for range total {
				receive(t, finished)
			}
			until(t, "all settled", func() bool { return count(t, dbs[0], "select count(*) from job where state <> 'done'") == 0 })
			for lane, got := range order {
				if len(got) != total/lanes {
					t.Errorf("lane %s: %d jobs", lane, len(got))
				}
				for i := 1; i < len(got); i++ {
					if got[i] <= got[i-1] {
						t.Errorf("lane %s: %d after %d", lane, got[i], got[i-1])
					}
				}
			}
			for n, tried := range tries {
				want := 1
				if n%17 == 0 {
					want = 2
				}
				if tried != want {
					t.Errorf("job %d was tried %d times", n, tried)
				}
			}
			until(t, "no lane is left", func() bool { return count(t, dbs[0], "select count(*) from job_lane") == 0 })
		})
	}
}

// Whatever happens in whatever order, every lane ends empty and every job ends
// once: insertions, moves, cancellations, retries and failures all at once.
func TestTurmoilLosesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var mu sync.Mutex
		began, ended := map[string]int{}, map[string]int{}
		for range 4 {
			start(t, db, jobs.Options{Workers: 10, Lease: 10 * time.Minute}, func(_ context.Context, j *jobs.Job, n note) error {
				mu.Lock()
				defer mu.Unlock()
				began[j.ID]++
				switch {
				case n.N%5 == 0 && j.Attempt == 1:
					return fault.New(fault.Conflict, "again")
				case n.N%7 == 0:
					ended[j.ID]++
					return fault.New(fault.Invalid, "no")
				}
				ended[j.ID]++
				return nil
			})
		}
		var wait sync.WaitGroup
		for w := range 6 {
			wait.Go(func() {
				dice := rand.New(rand.NewPCG(uint64(w), 7)) //nolint:gosec // a test's dice
				for i := range 60 {
					id, _ := insert(t, db, jobs.New{Lane: fmt.Sprint(dice.IntN(8)), At: time.Now().Add(time.Duration(dice.IntN(60)-20) * time.Millisecond)}, note{w*60 + i})
					err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
						switch dice.IntN(4) {
						case 0:
							return jobs.Cancel(ctx, tx, "w", id)
						case 1:
							return jobs.Move(ctx, tx, "w", id, tx.Now.Add(time.Duration(dice.IntN(50))*time.Millisecond))
						}
						return nil
					})
					if err != nil && !fault.Is(err, fault.Conflict) {
						t.Errorf("%v", err)
					}
				}
			})
		}
		wait.Wait()
		until(t, "no lane is left", func() bool { return count(t, db, "select count(*) from job_lane") == 0 })
		if n := count(t, db, "select count(*) from job where state = 'open'"); n != 0 {
			t.Errorf("%d are forgotten", n)
		}
		if n := count(t, db, "select count(*) from job"); n != 360 {
			t.Errorf("%d of 360", n)
		}
		mu.Lock()
		defer mu.Unlock()
		for id, n := range ended {
			if n != 1 {
				t.Errorf("%s ended %d times", id, n)
			}
		}
	})
}

func count(t testing.TB, db *store.DB, text string) (n int) {
	t.Helper()
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = store.One[int](ctx, tx, text)
		return err
	})
	return n
}

// What runners ask all the time must not grow with the number of jobs: each
// statement finds its rows by an index, and reads no more of them than it gives.
func TestPlansDoNotGrowWithTheJobs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		fill(t, db, 20_000, 2_000, time.Now().Add(time.Hour))
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error { _, err := tx.Exec(ctx, "analyze"); return err })
		postgres := db.Engine() == "postgres"
		for text, args := range jobs.PlanTexts(map[bool]string{true: " for update skip locked"}[postgres]) {
			var plan strings.Builder
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
				plan.Reset()
				if postgres {
					rows, err := store.All[string](ctx, tx, "explain "+text, args...)
					plan.WriteString(strings.Join(rows, "\n"))
					return err
				}
				type step struct {
					ID, Parent, Unused int
					Detail             string
				}
				rows, err := store.All[step](ctx, tx, "explain query plan "+text, args...)
				for _, r := range rows {
					plan.WriteString(r.Detail + "\n")
				}
				return err
			})
			p := plan.String()
			t.Logf("%s\n%s", text, p)
			for _, bad := range []string{"Seq Scan", "SCAN job", "SCAN j", "SCAN l", "USE TEMP B-TREE", "Sort"} {
				if strings.Contains(p, bad) {
					t.Errorf("%s:\n%s", bad, p)
				}
			}
		}
	})
}

// fill writes jobs that wait, as bulk.
func fill(t testing.TB, db *store.DB, n, lanes int, at time.Time) {
	t.Helper()
	for n > 0 {
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			for range min(n, 1000) {
				if _, _, err := jobs.Insert(ctx, tx, noted, jobs.New{Workspace: "w", Lane: fmt.Sprintf("l%d", n%lanes), At: at.Add(time.Duration(n) * time.Millisecond)}, note{n}); err != nil {
					return err
				}
				n--
			}
			return nil
		})
	}
}

// BenchmarkJobs works b.N trivial jobs over 100 lanes, all due, with 100,000
// others waiting in 1,000 lanes; the limit beside it is a bare transaction.
func BenchmarkJobs(b *testing.B) {
	for engine, open := range map[string]func(testing.TB, ...store.Option) *store.DB{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			db := open(b)
			fill(b, db, 100_000, 1_000, time.Now().Add(time.Hour))
			fill(b, db, b.N, 100, time.Now().Add(-time.Hour))
			storetest.Do(b, db, func(ctx context.Context, tx *store.Tx) error { _, err := tx.Exec(ctx, "analyze"); return err })
			done := make(chan struct{}, b.N)
			r := jobs.NewRunner(db, jobs.Options{})
			jobs.Handle(r, noted, func(context.Context, *jobs.Job, note) error { done <- struct{}{}; return nil }, nil)
			b.ResetTimer()
			run(b, r)
			for range b.N {
				<-done
			}
			if err := r.Stop(context.Background()); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
		})
	}
}

// Someone cancels a job that is next in a lane while the runner chooses the next
// head: without a lock the lane would wait for the cancelled job's retry.
func TestACancelledJobIsNotChosenMeanwhile(t *testing.T) {
	c := newClock()
	db := storetest.Postgres(t, store.WithNow(c.Now)) // SQLite has one writer: there is no meanwhile
	hold := make(chan struct{})
	release := sync.OnceFunc(func() { close(hold) }) // a transaction may be asked to repeat
	ran := make(chan int, 10)
	start(t, db, jobs.Options{}, func(_ context.Context, _ *jobs.Job, n note) error {
		ran <- n.N
		switch n.N {
		case 1:
			return fault.New(fault.Unavailable, "in an hour").In(time.Hour)
		case 0:
			<-hold
		}
		return nil
	})
	retry, _ := insert(t, db, jobs.New{Lane: "a", At: c.Now().Add(-2 * time.Minute)}, note{1})
	until(t, "it waits for a retry", func() bool { return get(t, db, retry).ErrorKind != "" })
	receive(t, ran)
	insert(t, db, jobs.New{Lane: "a", At: c.Now().Add(-3 * time.Minute)}, note{0}) // comes first, and runs
	receive(t, ran)
	insert(t, db, jobs.New{Lane: "a", At: c.Now().Add(-time.Minute)}, note{2})
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
		if err := jobs.Cancel(ctx, tx, "w", retry); err != nil {
			return err
		}
		release()
		// The runner may now choose: it must wait for us. Half a second is plenty.
		chosen := time.After(500 * time.Millisecond)
		for {
			select {
			case <-chosen:
				return nil
			default:
			}
			if count(t, db, "select count(*) from job_lane where runner = ''") > 0 {
				t.Error("a head was chosen over a cancellation")
				return nil
			}
		}
	})
	if n := receive(t, ran); n != 2 {
		t.Errorf("%d ran", n)
	}
}
