package stream_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/stream"
)

// again asks for facts that were set aside once more.
func again(t *testing.T, s *stream.Stream, db *store.DB, all ...stream.Aside) {
	t.Helper()
	for _, a := range all {
		if err := s.Replay(t.Context(), []stream.Aside{a}); err != nil {
			t.Fatal(err)
		}
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			return stream.Replayed(ctx, tx, workspace, []stream.Aside{a})
		})
	}
}

func asides(t *testing.T, db *store.DB) (all []stream.Aside) {
	t.Helper()
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
		if all, err = stream.Asides(ctx, tx, workspace, stream.Which{Limit: 100}); err != nil {
			return err
		}
		if n, _, err := stream.Waiting(ctx, tx); err != nil || n != len(all) {
			t.Errorf("%d wait, of %d set aside: %v", n, len(all), err)
		}
		return nil
	})
	return all
}

// Some facts fail in preparing, some in applying, one panics: they are set
// aside, the others go their way, and later the ones aside do too.
func TestAFactThatFailsIsSetAsideAndReplayed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		defer db.Close()
		table(t, db)
		var mended atomic.Bool
		var tried [3]atomic.Int64
		s := open(t, t.TempDir(), func(o *stream.Options) { o.Partitions = 1 })
		for n := range 30 {
			keep(t, s, fact("a", n))
		}
		bad := func(facts []stream.Fact, key string, which int) bool {
			for _, f := range facts {
				if f.Key == key && !mended.Load() {
					if len(facts) == 1 {
						tried[which].Add(1)
					}
					return true
				}
			}
			return false
		}
		defer run(t, s, db, func(ctx context.Context, facts []stream.Fact) (stream.Apply, error) {
			if bad(facts, "a/3", 0) {
				return nil, errors.New("cannot be decoded \x00\xff")
			}
			panics := bad(facts, "a/20", 2)
			apply, err := record(ctx, facts)
			return func(ctx context.Context, tx *store.Tx) error {
				if err := apply(ctx, tx); err != nil {
					return err
				}
				if panics {
					panic("a mistake")
				}
				if bad(facts, "a/4", 1) {
					return fault.New(fault.Invalid, "no")
				}
				return nil
			}, err
		})()
		settled(t, s, db)
		all := asides(t, db)
		if len(all) != 3 || all[0].Fact.Key != "a/3" || all[1].Fact.Key != "a/4" || all[2].Fact.Key != "a/20" || all[0].Said != "" || all[1].Said != "no" || all[0].Again {
			t.Fatalf("%+v", all)
		}
		for i := range tried {
			if n := tried[i].Load(); n < 5 || n > 8 { // the database may ask to repeat a transaction
				t.Errorf("%d was tried %d times", i, n)
			}
		}
		if n := count(t, db, "select count(*) from seen_by_test"); n != 27 {
			t.Errorf("%d facts of 27", n)
		}
		again(t, s, db, all...) // before anything was mended
		settled(t, s, db)
		until(t, "all of them to fail again", func() bool {
			all = asides(t, db)
			return !slices.ContainsFunc(all, func(a stream.Aside) bool { return a.Times != 2 })
		})
		if len(all) != 3 || all[0].Tried.IsZero() || all[0].Again || all[0].At.After(all[0].Tried) {
			t.Fatalf("%+v", all)
		}
		mended.Store(true)
		again(t, s, db, append(all, all...)...) // twice
		settled(t, s, db)
		if n := count(t, db, "select count(*) from seen_by_test"); n != 30 || len(asides(t, db)) != 0 {
			t.Errorf("%d facts of 30, %d aside", n, len(asides(t, db)))
		}
	})
}

// The one who asks again dies before anybody reads it: the database knows where reading
// goes on, and what was told twice is there once.
func TestWhatIsReplayedIsAppliedOnceAfterAFall(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		defer db.Close()
		table(t, db)
		dir := t.TempDir()
		s := open(t, dir)
		keep(t, s, fact("a", 1), fact("a", 2), fact("b", 3))
		stop := run(t, s, db, func(context.Context, []stream.Fact) (stream.Apply, error) { return nil, errors.New("a mistake") })
		settled(t, s, db)
		stop()
		all := asides(t, db)
		again(t, s, db, all...)
		for _, a := range asides(t, db) {
			if !a.Again {
				t.Errorf("it is not on its way: %+v", a)
			}
		}
		if err := s.Replay(t.Context(), all); err != nil { // the second who asks falls before it is noted
			t.Fatal(err)
		}
		keep(t, s, fact("a", 2)) // and the network tells it again
		s.Close()
		s = open(t, dir)
		defer run(t, s, db, record)()
		settled(t, s, db)
		if n := count(t, db, "select count(*) from seen_by_test"); n != 3 || len(asides(t, db)) != 0 {
			t.Errorf("%d facts of 3, %d aside", n, len(asides(t, db)))
		}
		storetest.Do(t, db, stream.ForgetAsides)
		if n := count(t, db, "select count(*) from fact_aside"); n != 0 {
			t.Errorf("%d facts are kept aside that have come in", n)
		}
	})
}

func TestWhatIsDiscardedDoesNotComeBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		defer db.Close()
		table(t, db)
		s := open(t, t.TempDir(), func(o *stream.Options) { o.Partitions = 1 })
		var mended atomic.Bool
		defer run(t, s, db, func(ctx context.Context, facts []stream.Fact) (stream.Apply, error) {
			if !mended.Load() {
				return nil, errors.New("a mistake")
			}
			return record(ctx, facts)
		})()
		other := fact("b", 1)
		other.Channel = "d"
		keep(t, s, fact("a", 1), fact("a", 2), other)
		settled(t, s, db)
		until(t, "three to be set aside", func() bool { return len(asides(t, db)) == 3 })
		mended.Store(true)
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			mine := stream.Which{Channels: []string{"c"}, Limit: 1}
			some, err := stream.Asides(ctx, tx, workspace, mine)
			if err != nil {
				return err
			}
			if n, err := stream.CountAsides(ctx, tx, workspace, mine); n != 2 || len(some) != 1 || err != nil {
				t.Errorf("%d of one channel: %+v %v", n, some, err)
			}
			next, err := stream.Asides(ctx, tx, workspace, stream.Which{After: some[0].At, AfterID: some[0].ID, Limit: 9})
			if err != nil || len(next) != 2 {
				t.Errorf("%+v %v", next, err)
			}
			if _, err := stream.GetAside(ctx, tx, "another", some[0].ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("another workspace sees it: %v", err)
			}
			return stream.Discard(ctx, tx, workspace, some[0])
		})
		keep(t, s, fact("a", 1), fact("a", 2), other)
		settled(t, s, db)
		if n := count(t, db, "select count(*) from seen_by_test"); n != 2 || len(asides(t, db)) != 0 {
			t.Errorf("%d facts of 2, %d aside", n, len(asides(t, db)))
		}
	})
}

func TestWhatIsUnavailableIsWaitedFor(t *testing.T) {
	db := storetest.SQLite(t)
	defer db.Close()
	table(t, db)
	s := open(t, t.TempDir())
	var asked atomic.Int64
	for n := range 5 {
		keep(t, s, fact("a", n))
	}
	defer run(t, s, db, func(ctx context.Context, facts []stream.Fact) (stream.Apply, error) {
		if n := asked.Add(1); n < 12 {
			return nil, fault.New([]fault.Kind{fault.Unavailable, fault.Throttled}[n%2], "later")
		}
		return record(ctx, facts)
	})()
	settled(t, s, db)
	if n := count(t, db, "select count(*) from seen_by_test"); n != 5 || len(asides(t, db)) != 0 {
		t.Errorf("%d facts of 5, %d aside", n, len(asides(t, db)))
	}
}

func TestAPersonIsErased(t *testing.T) {
	db := storetest.SQLite(t)
	defer db.Close()
	table(t, db)
	s := open(t, t.TempDir(), func(o *stream.Options) { o.Partitions = 2 })
	for n := range 300 {
		keep(t, s, fact(fmt.Sprint("person", n%10), n))
	}
	n, err := s.Erase(t.Context(), db, workspace, "person3")
	if err != nil || n != 30 {
		t.Fatal(n, err)
	}
	if n, err := s.Erase(t.Context(), db, "another", "person4"); err != nil || n != 0 {
		t.Fatal(n, err)
	}
	defer run(t, s, db, record)()
	settled(t, s, db)
	if all, his := count(t, db, "select count(*) from seen_by_test"), count(t, db, "select count(*) from seen_by_test where person = 'person3'"); all != 270 || his != 0 {
		t.Errorf("%d facts, %d of them erased ones", all, his)
	}
}

// cluster gives connections to a server that several processes would share.
func cluster(t *testing.T, n int) []*nats.Conn {
	t.Helper()
	ns, err := server.NewServer(&server.Options{DontListen: true, JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	ns.Start()
	t.Cleanup(func() { ns.Shutdown(); ns.WaitForShutdown() })
	conns := make([]*nats.Conn, n)
	for i := range conns {
		if conns[i], err = nats.Connect("", nats.InProcessServer(ns)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(conns[i].Close)
	}
	return conns
}

// A reader that was only asleep wakes when another has its partition: it writes
// nothing more, although it had prepared its facts already.
func TestAReaderThatSleptTooLongWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		defer db.Close()
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "create table applied_by_test (who text not null, key text not null)")
			return err
		})
		by := func(who string, before func()) stream.Receive { // without looking whether a fact is fresh
			return func(_ context.Context, facts []stream.Fact) (stream.Apply, error) {
				before()
				return func(ctx context.Context, tx *store.Tx) error {
					for _, f := range facts {
						if _, err := tx.Exec(ctx, "insert into applied_by_test (who, key) values ($1, $2)", who, f.Key); err != nil {
							return err
						}
					}
					return nil
				}, nil
			}
		}
		conns := cluster(t, 2)
		change := func(conn *nats.Conn) func(o *stream.Options) {
			return func(o *stream.Options) {
				o.Conn, o.MaxBytes, o.Partitions, o.Lease = conn, 64<<20, 1, 300*time.Millisecond
			}
		}
		first := open(t, "", change(conns[0]))
		keep(t, first, fact("a", 1), fact("a", 2))
		asleep, awake := make(chan struct{}, 100), make(chan struct{})
		stopFirst := run(t, first, db, by("first", func() { asleep <- struct{}{}; <-awake }))
		<-asleep
		second := open(t, "", change(conns[1]))
		stopSecond := run(t, second, db, by("second", func() {}))
		settled(t, second, db)
		stopSecond()
		close(awake)
		keep(t, first, fact("a", 3)) // which the first applies, after it has the partition again
		settled(t, first, db)
		stopFirst()
		if n, m := count(t, db, "select count(*) from applied_by_test where who = 'second'"), count(t, db, "select count(*) from applied_by_test where who = 'first'"); n != 2 || m != 1 {
			t.Errorf("the second applied %d facts of 2, the first %d of 1", n, m)
		}
		first.Close()
		second.Close()
	})
}

// Two processes share a stream: one reads a partition, and when it goes the
// other goes on.
func TestAPartitionHasOneReader(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		defer db.Close()
		table(t, db)
		conns := cluster(t, 2)
		var streams [2]*stream.Stream
		var read [2]atomic.Int64
		var stops [2]func()
		for i := range streams {
			streams[i] = open(t, "", func(o *stream.Options) { o.Conn, o.MaxBytes, o.Lease = conns[i], 64<<20, 20*time.Second })
			defer streams[i].Close()
			stops[i] = run(t, streams[i], db, func(ctx context.Context, facts []stream.Fact) (stream.Apply, error) {
				read[i].Add(int64(len(facts)))
				return record(ctx, facts)
			})
			for n := range 50 { // the first has everything by now
				keep(t, streams[0], fact(fmt.Sprint("p", n), 100*i))
			}
			settled(t, streams[i], db)
		}
		if read[1].Load() != 0 {
			t.Errorf("the second read %d facts that are the first's", read[1].Load())
		}
		stops[0]()
		for n := range 50 {
			keep(t, streams[0], fact(fmt.Sprint("p", n), 200))
		}
		settled(t, streams[1], db)
		stops[1]()
		if n := count(t, db, "select count(*) from seen_by_test"); n != 150 || read[1].Load() < 50 {
			t.Errorf("%d facts of 150, %d by the second", n, read[1].Load())
		}
	})
}
