package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/leaktest"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		child()
		return
	}
	leaktest.Main(m.Run)
}

type note struct{ N int }

var noted = jobs.Kind[note]{Name: "note"}

// clock is a clock that only a test moves.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).UnixMicro())
	return c
}

func (c *clock) Now() time.Time          { return time.UnixMicro(c.at.Load()).UTC() }
func (c *clock) forward(d time.Duration) { c.at.Add(d.Microseconds()) }

// each runs a test on both engines, with a clock that stands still.
func each(t *testing.T, test func(t *testing.T, db *store.DB, c *clock)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { c := newClock(); test(t, storetest.SQLite(t, store.WithNow(c.Now)), c) })
	t.Run("postgres", func(t *testing.T) { c := newClock(); test(t, storetest.Postgres(t, store.WithNow(c.Now)), c) })
}

func insert(t testing.TB, db *store.DB, n jobs.New, args note) (id string, fresh bool) {
	t.Helper()
	n.Workspace = "w"
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		id, fresh, err = jobs.Insert(ctx, tx, noted, n, args)
		return err
	})
	return id, fresh
}

func get(t testing.TB, db *store.DB, id string) (j *jobs.Job) {
	t.Helper()
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		j, err = jobs.Get(ctx, tx, "w", id)
		return err
	})
	return j
}

// skip moves the clock to the moment at which the first of the waiting jobs runs,
// and no further: a longer jump would end the lease of who works, or the time in
// which tries begin. It says whether all have ended.
func skip(t testing.TB, db *store.DB, c *clock, ids ...string) (ended bool) {
	t.Helper()
	ended = true
	wait := time.Duration(math.MaxInt64)
	for _, id := range ids {
		switch j := get(t, db, id); j.State {
		case jobs.Running:
			return false
		case jobs.Ready:
			ended = false
			wait = min(wait, max(0, j.RunAt.Sub(c.Now())))
		}
	}
	if !ended {
		c.forward(wait)
	}
	return ended
}

type handler func(ctx context.Context, j *jobs.Job, n note) error

// start runs a runner that handles notes until the test ends.
func start(t testing.TB, db *store.DB, opt jobs.Options, do handler) *jobs.Runner {
	t.Helper()
	r := jobs.NewRunner(db, opt)
	jobs.Handle(r, noted, do, nil)
	run(t, r)
	return r
}

func run(t testing.TB, r *jobs.Runner) {
	t.Helper()
	r.Patient()
	if err := r.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // a test that still has a handler running wants it cancelled
		if err := r.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
}

// until asks again and again, without sleeping a fixed time, and gives up after
// long enough for the slowest machine.
func until(t testing.TB, what string, ask func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ask() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}

func receive[T any](t testing.TB, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(time.Minute):
		t.Fatal("nothing came")
	}
	return v
}

func TestAJobExistsIfItsTransactionDoes(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *clock) {
		ran := make(chan int, 10)
		start(t, db, jobs.Options{}, func(_ context.Context, _ *jobs.Job, n note) error { ran <- n.N; return nil })
		undone := errors.New("undone")
		err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
			_, _, err := jobs.Insert(ctx, tx, noted, jobs.New{Workspace: "w"}, note{1})
			return errors.Join(err, undone)
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		id, _ := insert(t, db, jobs.New{}, note{2})
		if n := receive(t, ran); n != 2 {
			t.Errorf("ran %d", n)
		}
		until(t, "done", func() bool { return get(t, db, id).State == jobs.Done })
		if j := get(t, db, id); j.Attempt != 1 || j.Finished.IsZero() || j.ErrorKind != "" {
			t.Errorf("%+v", j)
		}
	})
}

func TestALaneKeepsItsOrderAndLanesRunSideBySide(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		base := c.Now().Add(-time.Hour)
		// Inserted out of order, due in order; the same moment is ordered by insertion.
		for _, n := range []int{3, 1, 2, 0} {
			for _, lane := range []string{"a", "b", "c"} {
				insert(t, db, jobs.New{Lane: lane, At: base.Add(time.Duration(n) * time.Second)}, note{n})
			}
		}
		for n := 4; n < 8; n++ {
			for _, lane := range []string{"a", "b", "c"} {
				insert(t, db, jobs.New{Lane: lane, At: base.Add(4 * time.Second)}, note{n})
			}
		}
		var mu sync.Mutex
		order, inside := map[string][]int{}, map[string]int{}
		all := make(chan string, 24)
		var together sync.WaitGroup // the first of each lane wait for each other
		together.Add(3)
		start(t, db, jobs.Options{}, func(_ context.Context, j *jobs.Job, n note) error {
			mu.Lock()
			if inside[j.Lane]++; inside[j.Lane] > 1 {
				t.Errorf("two at once in lane %s", j.Lane)
			}
			order[j.Lane] = append(order[j.Lane], n.N)
			mu.Unlock()
			if n.N == 0 {
				together.Done()
				together.Wait()
			}
			mu.Lock()
			inside[j.Lane]--
			mu.Unlock()
			all <- j.Lane
			return nil
		})
		for range 24 {
			receive(t, all)
		}
		for lane, got := range order {
			if !slices.Equal(got, []int{0, 1, 2, 3, 4, 5, 6, 7}) {
				t.Errorf("lane %s: %v", lane, got)
			}
		}
	})
}

func TestAHeadThatWaitsForARetryHoldsItsLane(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		var mu sync.Mutex
		var order []int
		r := start(t, db, jobs.Options{}, func(_ context.Context, j *jobs.Job, n note) error {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, n.N)
			if n.N == 1 && j.Attempt == 1 {
				return fault.New(fault.Unavailable, "not now").In(time.Hour)
			}
			return nil
		})
		seen := func(want ...int) func() bool {
			return func() bool { mu.Lock(); defer mu.Unlock(); return slices.Equal(order, want) }
		}
		first, _ := insert(t, db, jobs.New{Lane: "a", At: c.Now().Add(-time.Minute)}, note{1})
		until(t, "the first try", func() bool { return get(t, db, first).ErrorKind == "unavailable" })
		second, _ := insert(t, db, jobs.New{Lane: "a"}, note{2})
		insert(t, db, jobs.New{Lane: "b"}, note{3})
		until(t, "the other lane", seen(1, 3))
		c.forward(59 * time.Minute)
		marker, _ := insert(t, db, jobs.New{Lane: "c"}, note{4}) // a beat after the clock was moved
		until(t, "the marker", func() bool { return get(t, db, marker).State == jobs.Done })
		if j := get(t, db, second); j.State != jobs.Ready || !seen(1, 3, 4)() {
			t.Errorf("overtook: %+v %v", j, order)
		}
		c.forward(2 * time.Minute)
		r.Poke()
		until(t, "both, in order", seen(1, 3, 4, 1, 2))
		if j := get(t, db, first); j.Attempt != 2 || !j.Due.Before(j.Created) {
			t.Errorf("%+v", j)
		}
	})
}

func TestAKeyIsUniqueWhileItsJobIsOpen(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		var mu sync.Mutex
		ids := map[string]int{}
		var wait sync.WaitGroup
		for range 10 {
			wait.Go(func() {
				id, fresh := insert(t, db, jobs.New{Key: "k", At: c.Now().Add(time.Hour)}, note{1})
				mu.Lock()
				defer mu.Unlock()
				if ids[id] += 0; fresh {
					ids[id]++
				}
			})
		}
		wait.Wait()
		if len(ids) != 1 {
			t.Fatalf("several: %v", ids)
		}
		var id string
		for one, fresh := range ids {
			if id = one; fresh != 1 {
				t.Errorf("%d times fresh", fresh)
			}
		}
		hold := make(chan struct{})
		began := make(chan struct{}, 1)
		r := start(t, db, jobs.Options{}, func(context.Context, *jobs.Job, note) error { began <- struct{}{}; <-hold; return nil })
		c.forward(2 * time.Hour)
		r.Poke()
		receive(t, began)
		if again, fresh := insert(t, db, jobs.New{Key: "k"}, note{2}); fresh || again != id {
			t.Error("the key of a running job is free")
		}
		close(hold)
		until(t, "done", func() bool { return get(t, db, id).State == jobs.Done })
		if again, fresh := insert(t, db, jobs.New{Key: "k"}, note{2}); !fresh || again == id {
			t.Error("the key of a finished job is taken")
		}
	})
}

func TestOneSwitchDecidesWhatAnErrorMeans(t *testing.T) {
	now := newClock().Now()
	job := func(attempt int) *jobs.Job {
		return &jobs.Job{Attempt: attempt, Due: now, Created: now.Add(-time.Hour)}
	}
	within := func(d, low time.Duration) bool { return d >= low && d <= low+low/5 }
	for _, c := range []struct {
		err     error
		attempt int
		state   jobs.State
		after   time.Duration
	}{
		{nil, 1, jobs.Done, 0},
		{fault.New(fault.Unavailable, ""), 1, jobs.Ready, time.Second},
		{fault.New(fault.Unavailable, ""), 2, jobs.Ready, 2 * time.Second},
		{fault.New(fault.Throttled, ""), 3, jobs.Ready, 5 * time.Second},
		{fault.New(fault.Throttled, ""), 4, jobs.Ready, 15 * time.Second},
		{fault.New(fault.Throttled, ""), 5, jobs.Ready, time.Minute},
		{fault.New(fault.Throttled, ""), 6, jobs.Ready, 5 * time.Minute},
		{fault.New(fault.Throttled, ""), 70, jobs.Ready, 15 * time.Minute},
		{fault.New(fault.Throttled, "").In(time.Hour), 1, jobs.Ready, time.Hour},
		{fault.New(fault.Throttled, "").In(25 * time.Hour), 1, jobs.Failed, 0},
		{fault.New(fault.Unavailable, ""), 100, jobs.Failed, 0},
		{context.DeadlineExceeded, 1, jobs.Ready, time.Second},
		{fault.New(fault.Conflict, ""), 1, jobs.Ready, 200 * time.Millisecond},
		{fault.New(fault.Internal, ""), 1, jobs.Ready, time.Second},
		{errors.New("unknown"), 1, jobs.Ready, time.Second},
		{fault.New(fault.Invalid, ""), 1, jobs.Failed, 0},
		{fault.New(fault.Denied, ""), 1, jobs.Failed, 0},
		{fault.New(fault.NotFound, ""), 1, jobs.Failed, 0},
		{fault.New(fault.Uncertain, "").In(time.Second), 1, jobs.Failed, 0},
	} {
		d := jobs.Decide(jobs.DefaultLimit, job(c.attempt), c.err, now)
		if d.State() != c.state || c.state == jobs.Ready && !within(d.At().Sub(now), c.after) {
			t.Errorf("%v at attempt %d: %v after %v", c.err, c.attempt, d.State(), d.At().Sub(now))
		}
	}
}

func TestRetriesEnd(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		var tries sync.Map
		r := start(t, db, jobs.Options{}, func(_ context.Context, j *jobs.Job, n note) error {
			v, _ := tries.LoadOrStore(n.N, new(atomic.Int64))
			v.(*atomic.Int64).Add(1)
			if n.N < 0 {
				panic("a handler breaks")
			}
			return fault.New(fault.Kind(n.N), "no %s", "luck")
		})
		want := map[int]int64{-1: 4, int(fault.Internal): 4, int(fault.Conflict): 2, int(fault.Uncertain): 1, int(fault.Invalid): 1}
		ids := map[int]string{}
		for n := range want {
			ids[n], _ = insert(t, db, jobs.New{}, note{n})
		}
		until(t, "all failed", func() bool {
			ended := skip(t, db, c, slices.Collect(maps.Values(ids))...)
			r.Poke()
			return ended
		})
		for n, tried := range want {
			v, _ := tries.Load(n)
			j := get(t, db, ids[n])
			kind := fault.Kind(max(n, 0)).String()
			if got := v.(*atomic.Int64).Load(); got != tried || j.Attempt != int(tried) || j.ErrorKind != kind {
				t.Errorf("%d: %d tries, %+v", n, got, j)
			}
			if kind == "internal" && j.ErrorText == "no luck" || kind != "internal" && j.ErrorText != "no luck" {
				t.Errorf("shown: %q", j.ErrorText)
			}
		}
	})
}

func TestAFailureIsRecordedInItsTransaction(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		var worked, tried atomic.Int64
		r := jobs.NewRunner(db, jobs.Options{})
		jobs.Handle(r, noted, func(context.Context, *jobs.Job, note) error {
			worked.Add(1)
			return fault.New(fault.Uncertain, "no answer")
		}, func(ctx context.Context, tx *store.Tx, j *jobs.Job, n note, err error) error {
			if !fault.Is(err, fault.Uncertain) || n.N != 7 {
				t.Errorf("%v %v", err, n)
			}
			if _, err := tx.Exec(ctx, `insert into job_cron (name, spec, last_at) values ($1, 'failed', 0)`, j.ID); err != nil {
				return err
			}
			switch tried.Add(1) {
			case 1:
				return fault.New(fault.Internal, "the room stumbles")
			case 2:
				panic("the room falls")
			}
			return nil
		})
		run(t, r)
		id, _ := insert(t, db, jobs.New{Lane: "a"}, note{7})
		until(t, "recorded", func() bool {
			ended := skip(t, db, c, id)
			r.Poke()
			return ended
		})
		if worked.Load() != 1 || tried.Load() != 3 {
			t.Errorf("worked %d times, tried to record %d times", worked.Load(), tried.Load())
		}
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			n, err := store.One[int](ctx, tx, `select count(*) from job_cron where name = $1`, id)
			if n != 1 {
				t.Errorf("recorded %d times", n)
			}
			return err
		})
		if j := get(t, db, id); j.Attempt != 1 || j.ErrorKind != "uncertain" || j.ErrorText != "no answer" {
			t.Errorf("%+v", j)
		}
	})
}

func TestStopLosesNothing(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *clock) {
		began := make(chan struct{}, 10)
		hold := make(chan struct{})
		r := jobs.NewRunner(db, jobs.Options{Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
		jobs.Handle(r, noted, func(ctx context.Context, _ *jobs.Job, n note) error {
			began <- struct{}{}
			if n.N == 1 {
				<-hold // ends by itself
				return nil
			}
			<-ctx.Done() // ends when told
			return fmt.Errorf("interrupted: %w", context.Cause(ctx))
		}, nil)
		r.Patient()
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		first, _ := insert(t, db, jobs.New{}, note{1})
		second, _ := insert(t, db, jobs.New{}, note{2})
		receive(t, began)
		receive(t, began)
		ctx, cancel := context.WithCancel(t.Context())
		stopped := make(chan error)
		go func() { stopped <- r.Stop(ctx) }()
		close(hold)
		until(t, "the first ends", func() bool { return get(t, db, first).State == jobs.Done })
		third, _ := insert(t, db, jobs.New{}, note{3})
		cancel()
		if err := receive(t, stopped); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{second, third} {
			if j := get(t, db, id); j.State != jobs.Ready || j.Attempt != 0 || j.Rescued {
				t.Errorf("%+v", j)
			}
		}
	})
}

func TestAnUnknownKindWaitsForWhoKnowsIt(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		old := jobs.NewRunner(db, jobs.Options{})
		run(t, old)
		id, _ := insert(t, db, jobs.New{}, note{1})
		until(t, "put back", func() bool { return get(t, db, id).RunAt.After(c.Now()) })
		young := start(t, db, jobs.Options{}, func(context.Context, *jobs.Job, note) error { return nil })
		until(t, "done", func() bool {
			skip(t, db, c, id)
			young.Poke()
			j := get(t, db, id)
			return j.State == jobs.Done && j.Attempt == 1
		})
	})
}
