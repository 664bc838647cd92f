package jobs_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func TestCancelEndsWhatWaitsAndAsksWhatRuns(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		began := make(chan string, 10)
		start(t, db, jobs.Options{}, func(ctx context.Context, j *jobs.Job, n note) error {
			began <- j.ID
			switch n.N {
			case 1: // listens
				<-ctx.Done()
				return ctx.Err()
			case 2: // succeeds all the same
				<-ctx.Done()
			}
			return nil
		})
		end := func(id string) error {
			return store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error { return jobs.Cancel(ctx, tx, "w", id) })
		}
		listens, _ := insert(t, db, jobs.New{Lane: "a"}, note{1})
		behind, _ := insert(t, db, jobs.New{Lane: "a"}, note{3})
		last, _ := insert(t, db, jobs.New{Lane: "a"}, note{4})
		receive(t, began)
		if err := end(behind); err != nil { // waits in a lane that is held
			t.Fatal(err)
		}
		if err := end(listens); err != nil {
			t.Fatal(err)
		}
		if id := receive(t, began); id != last {
			t.Error("a cancelled job ran")
		}
		until(t, "the lane goes on", func() bool { return get(t, db, last).State == jobs.Done })
		for _, id := range []string{listens, behind} {
			if j := get(t, db, id); j.State != jobs.Cancelled || j.Finished.IsZero() {
				t.Errorf("%+v", j)
			}
		}
		anyway, _ := insert(t, db, jobs.New{}, note{2})
		receive(t, began)
		if err := end(anyway); err != nil {
			t.Fatal(err)
		}
		until(t, "done all the same", func() bool { return get(t, db, anyway).State == jobs.Done })
		if err := end(anyway); !fault.Is(err, fault.Conflict) {
			t.Errorf("a finished job was cancelled: %v", err)
		}
		// The head of a free lane: what is behind it comes forward.
		head, _ := insert(t, db, jobs.New{Lane: "b", At: c.Now().Add(time.Hour)}, note{5})
		next, _ := insert(t, db, jobs.New{Lane: "b", At: c.Now().Add(2 * time.Hour)}, note{6})
		if err := end(head); err != nil {
			t.Fatal(err)
		}
		c.forward(90 * time.Minute)
		marker, _ := insert(t, db, jobs.New{}, note{7})
		until(t, "the marker", func() bool { return get(t, db, marker).State == jobs.Done })
		if j := get(t, db, next); j.State != jobs.Ready {
			t.Errorf("%+v", j)
		}
		if err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error { return jobs.Cancel(ctx, tx, "other", next) }); !fault.Is(err, fault.NotFound) {
			t.Errorf("another workspace cancels: %v", err)
		}
	})
}

func TestMoveGivesAnotherPlaceInTheLane(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		var mu sync.Mutex
		var order []int
		at := func(m int) time.Time { return c.Now().Add(time.Duration(m) * time.Minute) }
		ids := map[int]string{}
		for n := 1; n <= 3; n++ {
			ids[n], _ = insert(t, db, jobs.New{Lane: "a", At: at(n)}, note{n})
		}
		move := func(n int, to time.Time) {
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error { return jobs.Move(ctx, tx, "w", ids[n], to) })
		}
		move(1, at(10)) // the head goes back
		move(3, at(-1)) // the last comes first, now
		r := start(t, db, jobs.Options{}, func(_ context.Context, _ *jobs.Job, n note) error {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, n.N)
			return nil
		})
		until(t, "3", func() bool { return get(t, db, ids[3]).State == jobs.Done })
		c.forward(20 * time.Minute)
		r.Poke()
		until(t, "all", func() bool { return get(t, db, ids[1]).State == jobs.Done })
		if !slices.Equal(order, []int{3, 2, 1}) {
			t.Errorf("%v", order)
		}
		err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error { return jobs.Move(ctx, tx, "w", ids[1], at(0)) })
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("a finished job was moved: %v", err)
		}
	})
}

func TestProgressAndHistoryAreSeen(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		began, hold := make(chan struct{}), make(chan struct{})
		r := start(t, db, jobs.Options{Keep: time.Hour}, func(ctx context.Context, _ *jobs.Job, n note) error {
			if n.N == 1 {
				jobs.Progress(ctx, 3, 10)
				close(began)
				<-hold
			}
			return nil
		})
		id, _ := insert(t, db, jobs.New{}, note{1})
		receive(t, began)
		// Its own pulse may be the one that writes it.
		until(t, "progress", func() bool { r.Pulse(); return get(t, db, id).Done == 3 })
		if j := get(t, db, id); j.Done != 3 || j.Total != 10 || j.State != jobs.Running || j.Attempt != 1 {
			t.Errorf("%+v", j)
		}
		other, _ := insert(t, db, jobs.New{}, note{2})
		future, _ := insert(t, db, jobs.New{At: c.Now().Add(5 * time.Hour)}, note{3})
		until(t, "the other", func() bool { return get(t, db, other).State == jobs.Done })
		list := func(f jobs.Filter) (ids []string) {
			storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
				all, err := jobs.List(ctx, tx, "w", f)
				for _, j := range all {
					ids = append(ids, j.ID)
				}
				return err
			})
			return ids
		}
		for _, want := range []struct {
			f   jobs.Filter
			ids []string
		}{
			{jobs.Filter{}, []string{future, other, id}},
			{jobs.Filter{Limit: 1}, []string{future}},
			{jobs.Filter{Before: other}, []string{id}},
			{jobs.Filter{States: []jobs.State{jobs.Running}}, []string{id}},
			{jobs.Filter{States: []jobs.State{jobs.Ready, jobs.Done}, Kind: "note"}, []string{future, other}},
			{jobs.Filter{Kind: "else"}, nil},
		} {
			if got := list(want.f); !slices.Equal(got, want.ids) {
				t.Errorf("%+v: %v", want.f, got)
			}
		}
		close(hold)
		until(t, "done", func() bool { return get(t, db, id).State == jobs.Done })
		c.forward(2 * time.Hour)
		until(t, "the old ones removed", func() bool { r.Pulse(); return slices.Equal(list(jobs.Filter{}), []string{future}) })
	})
}
