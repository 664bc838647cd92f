package store_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// Whatever the number of rows: all are written, asked for and changed, each once.
func TestManyRowsAreWrittenAskedForAndChanged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		began := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
		for _, n := range []int{0, 1, 2, 63, 64, 65, 300} {
			w := fmt.Sprint("w", n)
			var rows, keys, changes [][]any
			for i := range n {
				key := fmt.Sprint(i)
				rows = append(rows, []any{w, key, began.Add(time.Duration(i) * time.Second)})
				keys = append(keys, []any{w, key, began.Add(time.Duration(i) * time.Second)})
				changes = append(changes, []any{w, key, 7 + i})
			}
			storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
				if k, err := tx.Insert(ctx, "fact_seen (workspace, key, at)", 3, rows, ""); err != nil || int(k) != n {
					t.Errorf("%d rows: %d are written, %v", n, k, err)
				}
				found, err := store.Keyed[string](ctx, tx, "select key from (keys) k cross join fact_seen where workspace = k.column1 and key = k.column2 and at = k.column3",
					append(keys, []any{w, "nobody", began}))
				if err != nil || len(found) != n {
					t.Errorf("%d rows: %d are found, %v", n, len(found), err)
				}
				if k, err := tx.ExecKeyed(ctx, "update fact_seen set at = k.column3 from (keys) k where workspace = k.column1 and key = k.column2", changes); err != nil || int(k) != n {
					t.Errorf("%d rows: %d are changed, %v", n, k, err)
				}
				sum, err := store.One[int](ctx, tx, "select coalesce(sum(at), 0) from fact_seen where workspace = $1", w)
				if want := n*7 + n*(n-1)/2; sum != want {
					t.Errorf("%d rows: they add up to %d, not %d", n, sum, want)
				}
				return err
			})
		}
	})
}

// Where one of many rows cannot be written none is, whatever is made of the error,
// and those who share the commit lose nothing.
func TestOfManyRowsAllAreWrittenOrNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clash := func(ctx context.Context, tx *store.Tx) error {
			_, _ = tx.Insert(ctx, "fact_seen (workspace, key, at)", 3, [][]any{{"w", "a", 1}, {"w", "b", 1}, {"w", "a", 1}}, "")
			return nil // as if nothing had happened
		}
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				if i%2 == 0 {
					if err := store.Do(t.Context(), db, clash); err == nil {
						t.Error("rows that clash were written")
					}
					return
				}
				storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
					_, err := tx.Insert(ctx, "fact_seen (workspace, key, at)", 3, [][]any{{"w", fmt.Sprint(i), 1}, {"w", fmt.Sprint(-i), 1}}, "")
					return err
				})
			})
		}
		all.Wait()
		if err := store.Do(t.Context(), db, func(ctx context.Context, tx *store.Tx) error {
			_, _ = tx.ExecKeyed(ctx, "update fact_seen set key = 'one' from (keys) k where workspace = k.column1", [][]any{{"w"}})
			return nil
		}); err == nil {
			t.Error("all were given the same key")
		}
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
			keys, err := store.All[string](ctx, tx, "select key from fact_seen")
			if len(keys) != 20 || slices.Contains(keys, "a") || slices.Contains(keys, "one") {
				t.Errorf("%q are written", keys)
			}
			return err
		})
	})
}

func TestANullAmongNumbersIsANumber(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			all, err := store.Keyed[int](ctx, tx, "select coalesce(k.column2, 0) + 1 from (keys) k", [][]any{{"a", time.Time{}}, {"b", time.UnixMicro(41)}})
			if !slices.Equal(all, []int{1, 42}) {
				t.Errorf("%v", all)
			}
			return err
		})
	})
}

// Messages are numbered in the order in which they are given, and found by their
// words, or not at all.
func TestMessagesAreWrittenWithWhatTheyAreFoundBy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		columns := []string{"id", "workspace", "conversation_id", "channel_id", "remote_id", "remote", "parent_id", "person_id", "from_us", "author_name", "text", "at", "received_at",
			"url", "state", "sending", "error_text", "key", "token", "looks", "private", "liked", "media", "reason", "by_account"}
		var rows [][]any
		var terms [][]string
		for i := range 150 {
			rows = append(rows, []any{fmt.Sprintf("m%03d", i), "w", "c", "ch", fmt.Sprint(i), "{}", "", "p", 0, "", "", time.UnixMicro(1), time.UnixMicro(1), "", "visible", "", "", "", 0, 0, 0, 0, "[]", "", ""})
			terms = append(terms, [][]string{{"even", "it's", `qu"ote`}, nil}[i%2])
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			var seqs []int64
			for _, part := range [][2]int{{0, 149}, {149, 150}} {
				some, err := tx.InsertFindable(ctx, columns, rows[part[0]:part[1]], terms[part[0]:part[1]])
				if err != nil {
					return err
				}
				seqs = append(seqs, some...)
			}
			ids, err := store.All[string](ctx, tx, "select id from message order by seq")
			if err != nil {
				return err
			}
			if len(ids) != 150 || !slices.IsSorted(ids) || !slices.IsSorted(seqs) {
				t.Errorf("%d messages, not in their order: %v", len(ids), seqs)
			}
			for _, word := range []string{"even", "it's", `qu"ote`} {
				found, err := tx.FoundText(ctx, []store.Word{{Text: word}}, 0, 1000)
				if err != nil || len(found) != 75 || found[0] != seqs[148] || found[74] != seqs[0] {
					t.Errorf("%s: %d are found, %v", word, len(found), err)
				}
			}
			return nil
		})
	})
}
