package stream

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

const (
	batch  = 1000
	tries  = 5
	breath = 20 * time.Millisecond
)

// Receive prepares facts outside any transaction (decodes, scores) and gives
// what is to be done inside one. The facts come in order. It is called again,
// with one fact, where a batch fails.
type Receive func(ctx context.Context, facts []Fact) (Apply, error)

// Apply writes what facts changed. It may run more than once.
type Apply func(ctx context.Context, tx *store.Tx) error

// Run applies facts until the context ends, from where the database says that
// it is. It returns when all readers have stopped.
func (s *Stream) Run(ctx context.Context, db *store.DB, receive Receive) error {
	wakes := make([]chan struct{}, s.partitions)
	for p := range wakes {
		wakes[p] = make(chan struct{}, 1)
	}
	sub, err := s.conn.Subscribe("kith.wake.*", func(m *nats.Msg) {
		p, err := strconv.Atoi(m.Subject[strings.LastIndexByte(m.Subject, '.')+1:])
		if err != nil || p < 0 || p >= len(wakes) {
			return
		}
		select {
		case wakes[p] <- struct{}{}:
		default:
		}
	})
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "The stream does not answer.")
	}
	defer sub.Unsubscribe() //nolint:errcheck // the connection may be gone already
	var readers sync.WaitGroup
	for p := range s.partitions {
		r := &reader{s: s, db: db, receive: receive, partition: p, wake: wakes[p]}
		readers.Go(func() { r.run(ctx) })
	}
	readers.Go(func() { s.keepHouse(ctx, db) })
	readers.Wait()
	return nil
}

var errLost = errors.New("another reader has this partition")

// reader applies one partition.
type reader struct {
	s         *Stream
	db        *store.DB
	receive   Receive
	partition int
	wake      chan struct{}
	applied   uint64
}

func (r *reader) run(ctx context.Context) {
	defer r.letGo()
	for failures := 0; ctx.Err() == nil; {
		wait, err := r.hold(ctx)
		if err == nil && wait == 0 {
			failures = 0
			err = r.follow(ctx)
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, errLost) {
			r.s.o.Log.Warn("reading facts", "partition", r.partition, "error", err)
			failures++
			wait = r.pause(failures)
		}
		r.sleep(ctx, wait)
	}
}

// follow applies one batch after the other until something is wrong with our
// hold on the partition.
func (r *reader) follow(ctx context.Context) error {
	failures := 0
	for ctx.Err() == nil {
		facts, _, err := r.s.fetch(ctx, r.partition, r.applied+1, batch)
		switch {
		case err != nil:
			return err
		case len(facts) == 0:
			if err := r.idle(ctx); err != nil {
				return err
			}
			continue
		}
		began := time.Now()
		err = r.try(ctx, facts)
		switch {
		case err == nil:
			failures = 0
			if len(facts) < batch {
				// As long as that took, the next ones gather: many cost little more than few.
				r.sleep(ctx, min(time.Since(began), breath))
			}
		case errors.Is(err, errLost) || fault.Is(err, fault.Uncertain) || ctx.Err() != nil:
			return err // the database knows better than we how far we are
		case temporary(err):
			failures++
			r.s.o.Log.Warn("facts wait", "partition", r.partition, "facts", len(facts), "error", err)
			r.sleep(ctx, max(r.pause(failures), fault.After(err)))
		default:
			if err := r.singly(ctx, facts); err != nil {
				return err
			}
		}
	}
	return nil
}

// singly applies facts one by one until it is past the one that fails.
func (r *reader) singly(ctx context.Context, facts []Fact) error {
	for _, f := range facts {
		waits := 0
		for failures := 0; ; {
			err := r.try(ctx, []Fact{f})
			if err == nil {
				if failures+waits > 0 {
					return nil // past it: together again
				}
				break
			}
			if errors.Is(err, errLost) || fault.Is(err, fault.Uncertain) || ctx.Err() != nil {
				return err
			}
			if temporary(err) || r.db.Ping(ctx) != nil {
				waits++
				r.sleep(ctx, max(r.pause(waits), fault.After(err)))
				continue
			}
			failures++
			r.s.o.Log.Warn("a fact fails", "partition", r.partition, "sequence", f.Sequence, "time", failures, "error", err)
			if failures == tries {
				return r.setAside(ctx, f, err)
			}
			r.sleep(ctx, r.pause(failures))
		}
	}
	return nil
}

func temporary(err error) bool {
	return fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Throttled)
}

// try applies facts and our position in one transaction.
func (r *reader) try(ctx context.Context, facts []Fact) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Wrap(fault.Internal, fmt.Errorf("%v", p), "applying facts panicked")
		}
	}()
	for _, f := range facts {
		if f.Workspace == "" {
			return fault.New(fault.Internal, "a stored fact cannot be read")
		}
	}
	apply, err := r.receive(ctx, facts)
	if err != nil {
		return err
	}
	last := facts[len(facts)-1].Sequence
	err = store.DoInTurn(ctx, r.db, turn, func(ctx context.Context, tx *store.Tx) error {
		// First: who lost the partition learns it before doing anything.
		if err := r.advance(ctx, tx, last); err != nil || apply == nil {
			return err
		}
		return apply(ctx, tx)
	})
	if err == nil {
		r.applied = last
	}
	return err
}

func (r *reader) pause(failures int) time.Duration {
	return min(r.s.o.Pause<<min(failures-1, 16), 30*time.Second)
}

func (r *reader) sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// idle waits for a wake, and looks by itself once in a while: a wake may be lost.
func (r *reader) idle(ctx context.Context) error {
	timer := time.NewTimer(r.s.o.Lease / 3)
	defer timer.Stop()
	select {
	case <-r.wake:
		return nil
	case <-ctx.Done():
		return nil
	case <-timer.C:
	}
	if !r.s.shared() {
		return nil
	}
	return store.DoInTurn(ctx, r.db, turn, func(ctx context.Context, tx *store.Tx) error { return r.advance(ctx, tx, r.applied) })
}

// fetch reads facts of a partition from a sequence on, and how many there are.
func (s *Stream) fetch(ctx context.Context, partition int, from uint64, most int) (facts []Fact, pending uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	messages, err := jetstreamext.GetBatch(ctx, s.js, name, most, jetstreamext.GetBatchSeq(from),
		jetstreamext.GetBatchSubject(subject(partition)), jetstreamext.GetBatchMaxBytes(8<<20))
	if err != nil {
		return nil, 0, fault.Wrap(fault.Unavailable, err, "The stream does not answer.")
	}
	last := ""
	for m, err := range messages {
		switch {
		case errors.Is(err, jetstreamext.ErrNoMessages):
			return nil, 0, nil
		case err != nil:
			return nil, 0, fault.Wrap(fault.Unavailable, err, "The stream does not answer.")
		}
		if len(facts) == 0 {
			left, _ := strconv.ParseUint(m.Header.Get("Nats-Num-Pending"), 10, 64)
			pending = left + 1
		} else if m.Header.Get(jetstream.LastSequenceHeader) != last {
			return facts, pending, nil // one between was lost on the way: ask again from here
		}
		last = strconv.FormatUint(m.Sequence, 10)
		f, err := decode(m.Data)
		if err != nil { // nothing can be done with it but to set it aside
			f = Fact{Key: "unreadable " + last, Body: m.Data}
		}
		f.Sequence, f.Received = m.Sequence, m.Time
		facts = append(facts, f)
	}
	if len(facts) == 0 && ctx.Err() != nil {
		return nil, 0, fault.Wrap(fault.Unavailable, ctx.Err(), "The stream does not answer.")
	}
	return facts, pending, nil
}
