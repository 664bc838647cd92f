package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

func TestACrowdSharesCommitsAndNobodyElsesFailure(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var wait sync.WaitGroup
		for i := range 200 {
			wait.Go(func() {
				err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
					if _, err := tx.Exec(ctx, "insert into job_cron (name, spec, last_at) values ($1, 'x', 1)", fmt.Sprint(i)); err != nil {
						return err
					}
					if i%3 == 0 {
						return fault.New(fault.Invalid, "undone")
					}
					return nil
				})
				if (err != nil) != (i%3 == 0) {
					t.Errorf("%d: %v", i, err)
				}
			})
		}
		wait.Wait()
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			n, err := store.One[int](ctx, tx, "select count(*) from job_cron")
			if n != 133 {
				t.Errorf("%d rows are left, 133 were kept", n)
			}
			return err
		})
	})
}

func TestNothingHappensAfterAnUndoneTransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		happened := 0
		for _, fail := range []bool{true, false} {
			err := store.Do(t.Context(), db, func(_ context.Context, tx *store.Tx) error {
				tx.AfterCommit(func() { happened++ })
				if fail {
					return errors.New("no")
				}
				return nil
			})
			if (err != nil) != fail {
				t.Fatal(err)
			}
		}
		if happened != 1 {
			t.Errorf("after commit ran %d times", happened)
		}
	})
}

func TestATransactionInsideATransactionIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		err := store.Do(t.Context(), db, func(ctx context.Context, _ *store.Tx) error {
			return store.View(ctx, db, func(context.Context, *store.Tx) error { return nil })
		})
		if err == nil {
			t.Error("nested without an error")
		}
	})
}

func TestAPanicUndoesAndReachesItsCaller(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
				if _, err := tx.Exec(ctx, "insert into job_cron (name, spec, last_at) values ('p', 'x', 1)"); err != nil {
					return err
				}
				panic("boom")
			})
		}()
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			n, err := store.One[int](ctx, tx, "select count(*) from job_cron")
			if n != 0 {
				t.Error("a panicking transaction left a row")
			}
			return err
		})
	})
}

func TestValuesComeBackAsTheyWent(t *testing.T) {
	type row struct {
		Name string
		Last time.Time
		Seen []string
		None time.Time
		Yes  bool
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		at := time.Date(2026, 2, 3, 4, 5, 6, 789000, time.UTC)
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `insert into job (id, workspace, kind, lane, args, state, due_at, run_at, created_at, cancel_asked, finished_at)
				values ('é', 'w', 'k', 'l', $1, 'done', $2, 0, 0, $3, $4)`, []string{"a", "'"}, at, true, time.Time{})
			return err
		})
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			r, err := store.One[row](ctx, tx, "select id, due_at, args, finished_at, cancel_asked from job")
			if r.Name != "é" || !r.Last.Equal(at) || len(r.Seen) != 2 || r.Seen[1] != "'" || !r.None.IsZero() || !r.Yes {
				t.Errorf("%+v", r)
			}
			return err
		})
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, err := store.One[string](ctx, tx, "select id from job where id = 'none'")
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("missing row: %v", err)
			}
			return nil
		})
	})
}

func TestAUniqueValueIsTakenOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert := func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Insert(ctx, "job_cron (name, spec, last_at)", 3, [][]any{{"a", "b", 1}}, "")
			return err
		}
		storetest.Do(t, db, insert)
		if err := store.Do(t.Context(), db, insert); !store.Taken(err) {
			t.Errorf("second insert: %v", err)
		}
	})
}

func TestConcurrentCountersLoseNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "insert into job_cron (name, spec, last_at) values ('n', 'x', 0)")
			return err
		})
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				for range 10 {
					storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
						n, err := store.One[int](ctx, tx, "select last_at from job_cron where name = 'n'")
						if err != nil {
							return err
						}
						_, err = tx.Exec(ctx, "update job_cron set last_at = $1 where name = 'n'", n+1)
						return err
					})
				}
			})
		}
		wait.Wait()
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			n, err := store.One[int](ctx, tx, "select last_at from job_cron where name = 'n'")
			if n != 80 {
				t.Errorf("counted to %d of 80", n)
			}
			return err
		})
	})
}

func TestABackupIsWrittenWhileInUse(t *testing.T) {
	db := storetest.SQLite(t)
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "insert into job_cron (name, spec, last_at) values ('n', 'x', 0)")
		return err
	})
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	again, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	storetest.View(t, again, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.One[string](ctx, tx, "select name from job_cron")
		return err
	})
}

func TestAClosedDatabaseSaysSo(t *testing.T) {
	db := storetest.SQLite(t)
	db.Close()
	err := store.Do(t.Context(), db, func(context.Context, *store.Tx) error { return nil })
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}

func TestAWordIsHeardAfterTheCommitHereAndElsewhere(t *testing.T) {
	address := map[string]string{"sqlite": filepath.Join(t.TempDir(), "kith.db"), "postgres": storetest.PostgresURL(t)}
	for engine, at := range address {
		t.Run(engine, func(t *testing.T) {
			here, err := store.Open(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			defer here.Close()
			elsewhere := here
			if engine == "postgres" {
				if elsewhere, err = store.Open(t.Context(), at); err != nil {
					t.Fatal(err)
				}
				defer elsewhere.Close()
			}
			heard := make(chan string, 100)
			stop := elsewhere.Listen("topic", func(word string) { heard <- word })
			defer stop()
			undone := errors.New("undone")
			if err := store.Do(t.Context(), here, func(_ context.Context, tx *store.Tx) error {
				tx.Notify("topic", "never")
				return undone
			}); !errors.Is(err, undone) {
				t.Fatal(err)
			}
			// The listener may not be connected yet, and words may be lost: told until heard.
			for {
				storetest.Do(t, here, func(_ context.Context, tx *store.Tx) error {
					tx.Notify("other", "not for us")
					tx.Notify("topic", "word\nof two lines")
					return nil
				})
				select {
				case word := <-heard:
					if word != "word\nof two lines" {
						t.Errorf("heard %q", word)
					}
					return
				case <-time.After(20 * time.Millisecond):
				}
			}
		})
	}
}

func TestLockingTransactionsCountToo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "insert into job_cron (name, spec, last_at) values ('n', 'x', 0)")
			return err
		})
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if err := store.DoLocking(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
					_, err := tx.Exec(ctx, "update job_cron set last_at = last_at + 1 where name = 'n'")
					return err
				}); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			n, err := store.One[int](ctx, tx, "select last_at from job_cron where name = 'n'")
			if n != 20 {
				t.Errorf("counted to %d of 20", n)
			}
			return err
		})
	})
}

// One looks whether something is there, another one writes it meanwhile: who
// looked is told by a taken value, and finds it when the closure runs again, at
// whatever level the two run.
func TestWhatAnotherWroteMeanwhileIsFound(t *testing.T) {
	db := storetest.Postgres(t)
	type do func(context.Context, *store.DB, func(context.Context, *store.Tx) error) error
	for name, second := range map[string]do{"serializable": store.Do, "locking": store.DoLocking} {
		runs := 0
		if err := second(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
			runs++
			n, err := store.One[int](ctx, tx, "select count(*) from job_cron where name = $1", name)
			if err != nil || n > 0 {
				return err
			}
			if runs == 1 {
				first := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
					_, err := tx.Exec(ctx, "insert into job_cron (name, spec, last_at) values ($1, 'x', 0)", name)
					return err
				})
				if first != nil {
					t.Fatal(first)
				}
			}
			_, err = tx.Exec(ctx, "insert into job_cron (name, spec, last_at) values ($1, 'x', 0)", name)
			return err
		}); err != nil || runs != 2 {
			t.Errorf("%s: %d runs, %v", name, runs, err)
		}
	}
}

// A server that has no memory left for locks has some again a moment later; one
// whose disk is full is said to be unavailable, not broken.
func TestWhatTheServerLacksIsNoFaultOfOurs(t *testing.T) {
	db := storetest.Postgres(t)
	lacks := func(code string) string { return "do $$ begin raise exception using errcode = '" + code + "'; end $$" }
	tries := 0
	if err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
		if tries++; tries < 4 {
			_, err := tx.Exec(ctx, lacks("53200"))
			return err
		}
		return nil
	}); err != nil || tries != 4 {
		t.Errorf("%d tries: %v", tries, err)
	}
	tries = 0
	if err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
		tries++
		_, err := tx.Exec(ctx, lacks("53100"))
		return err
	}); !fault.Is(err, fault.Unavailable) || tries != 1 {
		t.Errorf("%d tries: %v", tries, err)
	}
}

// PostgreSQL may find a conflict after it has given the first row. Whoever wants
// that row alone learns of it, and so does the transaction.
func TestWhatFollowsTheRowThatWasWantedIsHeard(t *testing.T) {
	db := storetest.Postgres(t)
	const text = "select 1 / (2 - n) from generate_series(1, 3) n"
	err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
		if n, err := store.One[int](ctx, tx, text); err == nil {
			t.Errorf("the transaction is undone, and One gives %d", n)
		}
		return nil
	})
	if err == nil {
		t.Error("an undone transaction was taken for a durable one")
	}
	err = store.View(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.One[int](ctx, tx, text)
		return err
	})
	if err == nil {
		t.Error("a view does not hear it")
	}
}

func TestTheSameTextInsideItsOwnLoop(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for range 2 { // the second time the statement is known
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
				const text = "select name from job_cron order by name"
				if _, err := tx.Exec(ctx, "delete from job_cron"); err != nil {
					return err
				}
				if _, err := tx.Insert(ctx, "job_cron (name, spec, last_at)", 3, [][]any{{"a", "", 1}, {"b", "", 1}, {"c", "", 1}}, ""); err != nil {
					return err
				}
				if db.Engine() == "postgres" {
					return nil // one open result at a time is the protocol's own rule
				}
				var seen string
				for outer, err := range store.Each[string](ctx, tx, text) {
					if err != nil {
						return err
					}
					inner, err := store.All[string](ctx, tx, text)
					if err != nil {
						return err
					}
					seen += outer + fmt.Sprint(len(inner))
				}
				if seen != "a3b3c3" {
					t.Errorf("%q", seen)
				}
				return nil
			})
		}
	})
}

// A closure makes nothing of an error, and PostgreSQL undoes it at the commit. That is
// known, and nothing to be unsure of: it is done again.
func TestASwallowedErrorIsNoUncertainty(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tries := 0
		if err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
			tries++
			if tries == 1 {
				_, _ = tx.Exec(ctx, "insert into fact_seen (workspace, key, at) values ('w', 'a', null)")
			}
			_, _ = tx.Exec(ctx, "insert into fact_seen (workspace, key, at) values ('w', 'b', 1)")
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			keys, err := store.All[string](ctx, tx, "select key from fact_seen")
			if len(keys) != 1 || keys[0] != "b" {
				t.Errorf("%q after %d tries", keys, tries)
			}
			return err
		})
	})
}
