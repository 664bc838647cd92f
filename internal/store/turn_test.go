package store_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// Those who go in turn are never at work together, and each sees what the one
// before has left.
func TestThoseWhoGoInTurnAreNotInEachOthersWay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "insert into job_cron (name, spec, last_at) values ('a', 'x', 0), ('b', 'x', 0)")
			return err
		})
		var inside atomic.Int64
		var wait sync.WaitGroup
		for i := range 8 {
			wait.Go(func() {
				for range 10 {
					err := store.DoInTurn(t.Context(), db, "job_cron", func(ctx context.Context, tx *store.Tx) error {
						if n := inside.Add(1); n != 1 {
							t.Errorf("%d at once", n)
						}
						defer inside.Add(-1)
						if _, err := store.One[int](ctx, tx, "select count(*) from job_cron where last_at > 5"); err != nil {
							return err
						}
						_, err := tx.Exec(ctx, "update job_cron set last_at = last_at + 1 where name = $1", "ab"[i%2:i%2+1])
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			n, err := store.One[int](ctx, tx, "select cast(sum(last_at) as bigint) from job_cron")
			if n != 80 {
				t.Errorf("%d of 80 are there", n)
			}
			return err
		})
	})
}

// Somebody who is overtaken every time has done nothing wrong: it is worth trying
// again, and nothing is given up for good.
func TestOvertakenAgainAndAgainIsOnlyUnavailable(t *testing.T) {
	db := storetest.Postgres(t)
	add := counter(t, db)
	err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
		if _, err := store.One[int](ctx, tx, "select last_at from job_cron"); err != nil {
			return err
		}
		if err := store.Do(t.Context(), db, add); err != nil {
			return err
		}
		return add(ctx, tx)
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("overtaken: %v", err)
	}
}

// What a closure makes of a conflict, and what it asks after it, hides nothing: it runs again.
func TestAConflictIsNotHiddenByWhatComesAfterIt(t *testing.T) {
	for _, what := range []string{"another statement", "an error of its own", "nothing"} {
		t.Run(what, func(t *testing.T) {
			db := storetest.Postgres(t)
			add := counter(t, db)
			tries := 0
			err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
				tries++
				if _, err := store.One[int](ctx, tx, "select last_at from job_cron"); err != nil {
					return err
				}
				if tries == 1 {
					if err := store.Do(t.Context(), db, add); err != nil {
						return err
					}
				}
				if err := add(ctx, tx); err == nil {
					return nil
				}
				switch what {
				case "another statement":
					_, err := store.All[int](ctx, tx, "select last_at from job_cron")
					return err
				case "nothing":
					return nil
				}
				return fault.New(fault.NotFound, "It is gone.")
			})
			if err != nil || tries != 2 {
				t.Errorf("after %d tries: %v", tries, err)
			}
		})
	}
}

// A crowd that reads what all of it writes: each gets through, however long it takes to
// write and however many there are.
func TestACrowdGetsThrough(t *testing.T) {
	db := storetest.Postgres(t)
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "insert into job_cron (name, spec, last_at) select 'n' || n, 'x', 0 from generate_series(0, 17) n")
		return err
	})
	var wait sync.WaitGroup
	for i := range 18 {
		wait.Go(func() {
			for range 6 {
				err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
					if _, err := store.One[int](ctx, tx, "select cast(sum(last_at) as bigint) from job_cron"); err != nil {
						return err
					}
					// the time that a slow machine needs for the rest of it
					if _, err := tx.Exec(ctx, "select pg_sleep(0.02)"); err != nil {
						return err
					}
					_, err := tx.Exec(ctx, "update job_cron set last_at = last_at + 1 where name = $1", "n"+strconv.Itoa(i))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
		n, err := store.One[int](ctx, tx, "select cast(sum(last_at) as bigint) from job_cron")
		if n != 18*6 {
			t.Errorf("%d of %d are there", n, 18*6)
		}
		return err
	})
}

// A process that stands still in a transaction, stopped or swapped out, does not
// keep the others waiting for ever.
func TestTheServerEndsATransactionThatStandsStill(t *testing.T) {
	db := storetest.Postgres(t)
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
		most, err := store.One[string](ctx, tx, "show idle_in_transaction_session_timeout")
		if most != "1min" {
			t.Errorf("it ends after %q", most)
		}
		return err
	})
}

// counter makes something that is counted, and gives what counts one more.
func counter(t *testing.T, db *store.DB) func(context.Context, *store.Tx) error {
	t.Helper()
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "insert into job_cron (name, spec, last_at) values ('a', 'x', 0)")
		return err
	})
	return func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "update job_cron set last_at = last_at + 1 where name = 'a'")
		return err
	}
}
