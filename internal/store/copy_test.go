package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// copied is a copy in memory.
type copied struct {
	shape store.Shape
	order []string // of the tables
	rows  map[string][]byte
}

func take(t *testing.T, db *store.DB) *copied {
	t.Helper()
	c := &copied{rows: map[string][]byte{}}
	if err := db.CopyOut(t.Context(), c.taking()); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *copied) taking() store.Copying {
	return store.Copying{
		Begin: func(s store.Shape) error { c.shape = s; return nil },
		Rows: func(table string, rows []byte) error {
			if c.rows[table] == nil {
				c.order = append(c.order, table)
			}
			c.rows[table] = append(c.rows[table], rows...)
			return nil
		},
		Terms: func(workspace, channel, text, author string) []string {
			return append(strings.Fields(text), author, "w"+workspace, "c"+channel)
		},
	}
}

// fill puts a copy into a database and makes it the one that is there.
func (c *copied) fill(ctx context.Context, address string, prepare func(db *store.DB) error) error {
	into, err := store.NewRefill(ctx, address)
	if err != nil {
		return err
	}
	defer into.Close()
	if err := into.Begin(ctx, c.shape); err != nil {
		return err
	}
	for _, table := range c.order {
		if err := into.Rows(ctx, table, c.rows[table]); err != nil {
			return err
		}
	}
	if err := into.Prepare(ctx, prepare); err != nil {
		return err
	}
	return into.Place(ctx)
}

func nothing(*store.DB) error { return nil }

// odd is what a text may hold that would end a value or a row.
const odd = "tab\there \\N back\\slash\r\nline ’ é 🐦 it's \"quoted\" \\."

var messageColumns = []string{"id", "workspace", "conversation_id", "channel_id", "remote_id", "remote", "parent_id", "person_id", "from_us", "author_name", "text", "at", "received_at", "url",
	"state", "sending", "error_text", "key", "token", "claimed_at", "looks", "private", "liked", "media", "reason", "by_account"}

func say(ctx context.Context, tx *store.Tx, id, text string) (int64, error) {
	seqs, err := tx.InsertFindable(ctx, messageColumns, [][]any{{id, "W", "V", "C", nil, "{}", "", "p", 0, "o'neil\\", text, 1, 1, "", "visible", "", "", "", 0, nil, 0, 0, 0, "[]", "", ""}},
		[][]string{append(strings.Fields(text), "o'neil\\", "wW", "cC")})
	if err != nil {
		return 0, err
	}
	return seqs[0], nil
}

func furnish(t *testing.T, db *store.DB) {
	t.Helper()
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "insert into job_cron (name, spec, last_at) values ($1, '', -9007199254740993)", odd); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "insert into stream_position (epoch, partition_no, applied) values ('e', 0, 7)"); err != nil {
			return err
		}
		for i, text := range []string{"first words", "gone words", odd} {
			seq, err := say(ctx, tx, fmt.Sprint("m", i), text)
			if err == nil && i == 1 {
				err = tx.DropText(ctx, seq)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// A copy of either database, put into an empty PostgreSQL, is the same database.
func TestACopyIsTheSameDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		furnish(t, db)
		c := take(t, db)
		address := storetest.PostgresURL(t)
		if err := c.fill(t.Context(), address, nothing); err != nil {
			t.Fatal(err)
		}
		again, err := store.Open(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		second := take(t, again)
		if second.shape.Schema != c.shape.Schema || !slices.EqualFunc(second.shape.Tables, c.shape.Tables, func(a, b store.Table) bool { return a.Name == b.Name }) {
			t.Errorf("another shape: %v, not %v", second.shape, c.shape)
		}
		find := func(word string) []int64 {
			var found []int64
			storetest.View(t, again, func(ctx context.Context, tx *store.Tx) (err error) {
				found, err = tx.FoundText(ctx, []store.Word{{Text: word}, {Text: "wW"}}, 0, 10)
				return err
			})
			return found
		}
		for word, want := range map[string][]int64{"first": {1}, "words": {1}, "gone": nil, "o'neil\\": {3, 1}, "back\\slash": {3}} {
			if got := find(word); !slices.Equal(got, want) {
				t.Errorf("“%s” finds %v, not %v", word, got, want)
			}
		}
		storetest.View(t, again, func(ctx context.Context, tx *store.Tx) error {
			name, err := store.One[string](ctx, tx, "select name from job_cron where last_at = -9007199254740993")
			if name != odd {
				t.Errorf("%q came back as %q", odd, name)
			}
			if text, err := store.One[string](ctx, tx, "select text from message where id = 'm2' and remote_id is null"); text != odd || err != nil {
				t.Errorf("%q came back as %q, %v", odd, text, err)
			}
			return err
		})
		storetest.Do(t, again, func(ctx context.Context, tx *store.Tx) error {
			seq, err := say(ctx, tx, "new", "after all")
			if seq != 4 {
				t.Errorf("the next message has number %d", seq)
			}
			return err
		})
	})
}

// Whatever the schema makes is in a copy.
func TestACopyHasEveryTable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var have, want []string
		for _, table := range take(t, db).shape.Tables {
			have = append(have, table.Name)
			if len(table.Columns) == 0 {
				t.Errorf("%s has no columns", table.Name)
			}
		}
		storetest.View(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
			text := "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like 'message_text%' and name <> 'goose_db_version' order by name"
			if tx.Postgres() {
				text = `select tablename::text from pg_tables where schemaname = current_schema() and tablename <> 'goose_db_version' order by tablename collate "C"`
			}
			want, err = store.All[string](ctx, tx, text)
			return err
		})
		if !slices.Equal(have, want) {
			t.Errorf("the copy has %v\nthe database %v", have, want)
		}
	})
}

// Two rows that are always changed together are of one moment in a copy.
func TestACopyIsOfOneMoment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, stop := context.WithCancel(t.Context())
		write := func(ctx context.Context, n int64) error {
			return store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
				_, one := tx.Exec(ctx, "insert into job_cron (name, spec, last_at) values ('n', '', $1) on conflict (name) do update set last_at = excluded.last_at", n)
				_, two := tx.Exec(ctx, "insert into stream_position (epoch, partition_no, applied) values ('e', 0, $1) on conflict (epoch, partition_no) do update set applied = excluded.applied", n)
				return errors.Join(one, two)
			})
		}
		if err := write(ctx, 0); err != nil {
			t.Fatal(err)
		}
		var now atomic.Int64
		done := make(chan error, 1)
		go func() {
			for ctx.Err() == nil {
				if err := write(ctx, now.Load()+1); err != nil {
					done <- err
					return
				}
				now.Add(1)
			}
			done <- nil
		}()
		moved := func() { // something is written between one table and the next
			for from := now.Load(); now.Load() < from+2 && len(done) == 0; {
				storetest.View(t, db, func(context.Context, *store.Tx) error { return nil })
			}
		}
		for range 5 {
			c := &copied{rows: map[string][]byte{}}
			taking := c.taking()
			rows := taking.Rows
			taking.Rows = func(table string, text []byte) error { moved(); return rows(table, text) }
			if err := db.CopyOut(t.Context(), taking); err != nil {
				t.Fatal(err)
			}
			cron := strings.Split(strings.TrimSpace(string(c.rows["job_cron"])), "\t")
			position := strings.Split(strings.TrimSpace(string(c.rows["stream_position"])), "\t")
			if cron[2] != position[2] {
				t.Errorf("one is of %s and the other of %s", cron[2], position[2])
			}
		}
		stop()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// What does not end as it should leaves the database as it was.
func TestACopyIsPutBackWholeOrNotAtAll(t *testing.T) {
	db := storetest.Postgres(t)
	furnish(t, db)
	c := take(t, db)
	address := storetest.PostgresURL(t)
	untouched := func(t *testing.T) {
		t.Helper()
		if _, err := store.Open(t.Context(), address, store.OnlyLook()); !fault.Is(err, fault.NotFound) {
			t.Errorf("a house could be started on it: %v", err)
		}
	}
	t.Run("rows that do not fit", func(t *testing.T) {
		bad := &copied{shape: c.shape, order: c.order, rows: maps.Clone(c.rows)}
		bad.rows["stream_position"] = []byte("e\tno number\n")
		if err := bad.fill(t.Context(), address, nothing); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
		untouched(t)
	})
	t.Run("a table that nobody announced", func(t *testing.T) {
		bad := &copied{shape: c.shape, order: append(slices.Clone(c.order), "pg_class"), rows: c.rows}
		if err := bad.fill(t.Context(), address, nothing); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
		untouched(t)
	})
	t.Run("stopped", func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		err := c.fill(ctx, address, func(db *store.DB) error {
			stop()
			return store.Do(ctx, db, func(context.Context, *store.Tx) error { return nil })
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		untouched(t)
	})
	t.Run("of a newer Kith", func(t *testing.T) {
		newer := &copied{shape: c.shape, order: c.order, rows: c.rows}
		newer.shape.Schema += 1000
		if err := newer.fill(t.Context(), address, nothing); !fault.Is(err, fault.Conflict) {
			t.Errorf("%v", err)
		}
		untouched(t)
	})
	t.Run("two at once", func(t *testing.T) {
		first, err := store.NewRefill(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer first.Close()
		if err := first.Begin(t.Context(), c.shape); err != nil {
			t.Fatal(err)
		}
		if err := c.fill(t.Context(), address, nothing); !fault.Is(err, fault.Conflict) {
			t.Errorf("%v", err)
		}
		if err := first.Rows(t.Context(), "job_cron", c.rows["job_cron"]); err != nil {
			t.Errorf("the other one has harmed it: %v", err)
		}
	})
	t.Run("a house was started meanwhile", func(t *testing.T) {
		busy := storetest.PostgresURL(t)
		err := c.fill(t.Context(), busy, func(*store.DB) error {
			house, err := store.Open(t.Context(), busy)
			if err == nil {
				house.Close()
			}
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%v", err)
		}
		if err := c.fill(t.Context(), busy, nothing); !fault.Is(err, fault.Conflict) {
			t.Errorf("into a database that is not empty: %v", err)
		}
	})
	if err := c.fill(t.Context(), address, nothing); err != nil {
		t.Errorf("after all that: %v", err)
	}
	house, err := store.Open(t.Context(), address, store.OnlyLook())
	if err != nil {
		t.Fatal(err)
	}
	house.Close()
}

// A copy that an older Kith has made is brought up to date on its way.
func TestAnOlderCopyIsBroughtUpToDate(t *testing.T) {
	older := &copied{shape: store.Shape{Schema: 1, Tables: []store.Table{{Name: "fact_aside", Columns: []string{"id", "workspace", "channel_id", "person", "key", "body", "error_text", "at"}}}},
		order: []string{"fact_aside"}, rows: map[string][]byte{"fact_aside": []byte("1\tW\tC\tp\tk\t{}\twhy\t5\n2\tW\tC\tp\tk\t{}\twhy\t6\n")}}
	address := storetest.PostgresURL(t)
	if err := older.fill(t.Context(), address, nothing); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), address, store.AsItIs())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
		at, err := store.All[int64](ctx, tx, "select at from fact_aside where times = 1") // as a later step made of them
		if !slices.Equal(at, []int64{6}) {
			t.Errorf("there are those of %v", at)
		}
		return err
	})
}
