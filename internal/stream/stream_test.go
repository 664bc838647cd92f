package stream_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/leaktest"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/stream"
)

const workspace = "w"

func open(t testing.TB, dir string, change ...func(*stream.Options)) *stream.Stream {
	t.Helper()
	o := stream.Options{Dir: dir, Pause: time.Millisecond}
	for _, f := range change {
		f(&o)
	}
	s, err := stream.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func fact(person string, n int) stream.Fact {
	return stream.Fact{
		Workspace: workspace, Channel: "c", Person: person, Key: fmt.Sprintf("%s/%d", person, n), Kind: "k",
		At: time.Unix(int64(n), 0).UTC(), Body: []byte(fmt.Sprint(n)),
	}
}

func keep(t testing.TB, s *stream.Stream, facts ...stream.Fact) {
	t.Helper()
	if err := s.Append(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
}

// record applies facts as a room would: those told before are passed over, the
// others are written with the order in which they came.
func record(_ context.Context, facts []stream.Fact) (stream.Apply, error) {
	return func(ctx context.Context, tx *store.Tx) error {
		fresh, err := stream.Fresh(ctx, tx, facts)
		if err != nil {
			return err
		}
		var rows [][]any
		for i, f := range facts {
			if fresh[i] {
				rows = append(rows, []any{f.Key, f.Person, string(f.Body), int64(f.Sequence)})
			}
		}
		_, err = tx.Insert(ctx, "seen_by_test (key, person, body, sequence)", 4, rows, "")
		return err
	}, nil
}

func table(t testing.TB, db *store.DB) {
	t.Helper()
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `create table if not exists seen_by_test (key text primary key, person text not null, body text not null, sequence bigint not null)`)
		return err
	})
}

// run reads until the test, or the caller, has enough.
func run(t testing.TB, s *stream.Stream, db *store.DB, receive stream.Receive) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Run(ctx, db, receive); err != nil {
			t.Error(err)
		}
	}()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(stop)
	return stop
}

// until waits for a condition on real time; it is asked again and again.
func until(t testing.TB, what string, true_ func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	deadline := time.NewTimer(3 * time.Minute)
	defer deadline.Stop()
	for !true_() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("waited in vain for ", what)
		}
	}
}

func count(t testing.TB, db *store.DB, text string, args ...any) (n int) {
	t.Helper()
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = store.One[int](ctx, tx, text, args...)
		return err
	})
	return n
}

func settled(t testing.TB, s *stream.Stream, db *store.DB) {
	t.Helper()
	until(t, "everything to be applied", func() bool {
		lags, err := s.Lags(t.Context(), db)
		for _, l := range lags {
			if l.Waiting > 0 {
				return false
			}
		}
		return err == nil
	})
}

func TestMain(m *testing.M) {
	if child() {
		return
	}
	leaktest.Main(m.Run)
}

func TestFactsOfOnePersonKeepTheirOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		defer db.Close()
		table(t, db)
		s := open(t, t.TempDir())
		defer run(t, s, db, record)()
		const people, each = 40, 50
		var wait sync.WaitGroup
		for p := range people {
			wait.Go(func() {
				for n := range each {
					f := fact(fmt.Sprint("person", p), n)
					if err := s.Append(t.Context(), []stream.Fact{f, f}); err != nil { // told twice
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		settled(t, s, db)
		if n := count(t, db, "select count(*) from seen_by_test"); n != people*each {
			t.Errorf("%d facts of %d", n, people*each)
		}
		if n := count(t, db, `select count(*) from seen_by_test a join seen_by_test b on a.person = b.person and a.sequence < b.sequence
			where cast(a.body as integer) > cast(b.body as integer)`); n != 0 {
			t.Errorf("%d pairs are out of order", n)
		}
		until, err := s.CompleteUntil(t.Context(), db)
		if err != nil || time.Since(until) > time.Minute {
			t.Error(until, err)
		}
	})
}

func TestARestartGoesOnWhereTheDatabaseIs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		defer db.Close()
		table(t, db)
		dir := t.TempDir()
		for round := range 3 {
			s := open(t, dir)
			stop := run(t, s, db, record)
			for n := range 20 {
				keep(t, s, fact("a", round*100+n))
			}
			if round > 0 {
				settled(t, s, db)
			}
			stop()
			keep(t, s, fact("b", round)) // nobody reads it now
			s.Close()
		}
		s := open(t, dir)
		defer run(t, s, db, record)()
		settled(t, s, db)
		if n := count(t, db, "select count(*) from seen_by_test"); n != 63 {
			t.Errorf("%d facts of 63", n)
		}
	})
}

func TestAnOlderDatabaseMissesNothing(t *testing.T) {
	db := storetest.SQLite(t)
	defer db.Close()
	table(t, db)
	s := open(t, t.TempDir())
	stop := run(t, s, db, record)
	for n := range 50 {
		keep(t, s, fact(fmt.Sprint(n%7), n))
	}
	settled(t, s, db)
	older := filepath.Join(t.TempDir(), "older.db")
	if err := db.Backup(t.Context(), older); err != nil {
		t.Fatal(err)
	}
	for n := range 50 {
		keep(t, s, fact(fmt.Sprint(n%7), 50+n))
	}
	settled(t, s, db)
	stop()
	restored, err := store.Open(t.Context(), older)
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	stop = run(t, s, restored, record)
	defer stop()
	settled(t, s, restored)
	if n := count(t, restored, "select count(*) from seen_by_test"); n != 100 {
		t.Errorf("%d facts of 100", n)
	}
}

func TestAReplacedStreamIsReadFromItsBeginning(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		defer db.Close()
		table(t, db)
		for round, length := range []int{20, 10, 30} { // shorter than the one before, and longer
			dir := t.TempDir() // the former folder is gone
			s := open(t, dir)
			for n := range length {
				keep(t, s, fact("a", n), fact("b", round*100+n))
			}
			s.Close()
			s = open(t, dir)
			stop := run(t, s, db, record)
			settled(t, s, db)
			stop()
			s.Close()
		}
		if n := count(t, db, "select count(*) from seen_by_test"); n != 30+60 {
			t.Errorf("%d facts of 90", n)
		}
	})
}

// The folder was put back from an older copy: its sequences begin to repeat.
func TestAnOlderStreamIsReadAgain(t *testing.T) {
	db := storetest.SQLite(t)
	defer db.Close()
	table(t, db)
	dir, older := t.TempDir(), t.TempDir()
	s := open(t, dir)
	keep(t, s, fact("a", 1))
	s.Close()
	copyDir(t, dir, older)
	for i, d := range []string{dir, older} {
		s := open(t, d)
		for n := range 10 - 5*i {
			keep(t, s, fact("a", 10+100*i+n))
		}
		stop := run(t, s, db, record)
		// five of the second are new, although their sequences were applied before
		until(t, "all facts", func() bool { return count(t, db, "select count(*) from seen_by_test") == 11+5*i })
		stop()
		s.Close()
	}
}

func TestAFullStreamRefusesAndMakesRoomOnlyOfWhatWasApplied(t *testing.T) {
	db := storetest.SQLite(t)
	defer db.Close()
	table(t, db)
	s := open(t, t.TempDir(), func(o *stream.Options) { o.MaxBytes = 1 << 20 })
	kept := 0
	var err error
	for err == nil && kept < 1000 {
		f := fact("a", kept)
		f.Body = make([]byte, 10_000)
		if err = s.Append(t.Context(), []stream.Fact{f, fact("b", kept)}); err == nil {
			kept++
		}
	}
	if !fault.Is(err, fault.Unavailable) || fault.After(err) == 0 || kept < 50 {
		t.Fatalf("%d kept: %v", kept, err)
	}
	if err := s.Trim(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), []stream.Fact{fact("c", 0), fact("c", 1)}); err == nil {
		big := fact("c", 2)
		big.Body = make([]byte, 100_000)
		if err := s.Append(t.Context(), []stream.Fact{big}); err == nil {
			t.Fatal("what was not applied made room")
		}
	}
	defer run(t, s, db, func(ctx context.Context, facts []stream.Fact) (stream.Apply, error) {
		for i := range facts {
			facts[i].Body = nil
		}
		return record(ctx, facts)
	})()
	settled(t, s, db)
	if n := count(t, db, "select count(*) from seen_by_test where person <> 'c'"); n != 2*kept {
		t.Errorf("%d facts of %d", n, 2*kept)
	}
	big := fact("d", 0)
	big.Body = make([]byte, 100_000)
	until(t, "room", func() bool { return s.Append(t.Context(), []stream.Fact{big}) == nil })
}

func TestOldFactsAreForgotten(t *testing.T) {
	db := storetest.SQLite(t)
	defer db.Close()
	table(t, db)
	now := time.Now()
	s := open(t, t.TempDir(), func(o *stream.Options) { o.Now = func() time.Time { return now } })
	keep(t, s, fact("a", 1), fact("b", 1))
	now = now.Add(31 * 24 * time.Hour)
	if err := s.Trim(t.Context(), db); err != nil { // not applied: they stay
		t.Fatal(err)
	}
	stop := run(t, s, db, record)
	settled(t, s, db)
	stop()
	if n := count(t, db, "select count(*) from seen_by_test"); n != 2 {
		t.Fatalf("%d facts of 2", n)
	}
	if err := s.Trim(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	// a database that never saw them is not told them any more
	other := storetest.SQLite(t)
	defer other.Close()
	lags, err := s.Lags(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lags {
		if l.Waiting != 0 {
			t.Errorf("%+v", l)
		}
	}
}

func TestASecondProcessIsKeptOut(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	if _, err := stream.Open(t.Context(), stream.Options{Dir: dir}); !fault.Is(err, fault.Unavailable) {
		t.Error(err)
	}
}

func TestNamesThatNoDatabaseTakesAreKeptAsDigests(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		defer db.Close()
		table(t, db)
		s := open(t, t.TempDir())
		strange := []string{"a\x00", "\xff", strings.Repeat("long", 1000)}
		for _, name := range append(strange, strange...) { // told twice
			f := fact("a", 1)
			f.Key, f.Person = name, name
			keep(t, s, f)
		}
		defer run(t, s, db, record)()
		settled(t, s, db)
		if n := count(t, db, "select count(*) from seen_by_test"); n != 3 || len(asides(t, db)) != 0 {
			t.Errorf("%d facts of 3, %d aside", n, len(asides(t, db)))
		}
		for _, name := range strange {
			if n, err := s.Erase(t.Context(), db, workspace, name); err != nil || n != 2 {
				t.Error(n, err)
			}
		}
	})
}

func TestWhatIsNoFactIsRefused(t *testing.T) {
	s := open(t, t.TempDir())
	for _, f := range []stream.Fact{
		{Key: "k"}, {Workspace: "w"}, {Workspace: "w\x00", Key: "a"}, {Workspace: "w", Key: "k", Kind: "\xff"},
		{Workspace: "w", Key: "k", Body: make([]byte, stream.MaxBody+1)},
	} {
		if err := s.Append(t.Context(), []stream.Fact{f}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%.40v: %v", f, err)
		}
	}
	if err := s.Append(t.Context(), nil); err != nil {
		t.Error(err)
	}
	s.Close()
	if err := s.Append(t.Context(), []stream.Fact{fact("a", 1)}); !fault.Is(err, fault.Unavailable) {
		t.Error(err)
	}
}
