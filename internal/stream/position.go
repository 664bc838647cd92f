package stream

import (
	"context"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// turn is the table whose writers go one after another. PostgreSQL reads a table as
// small as this one whole, so that each partition's step would be a conflict with
// every other's: together they would mostly repeat.
const turn = "stream_position"

type position struct {
	Applied int64
	Reader  string
	Until   time.Time
}

// hold makes the partition ours, or says how long somebody else has it.
func (r *reader) hold(ctx context.Context) (wait time.Duration, err error) {
	s := r.s
	err = store.DoInTurn(ctx, r.db, turn, func(ctx context.Context, tx *store.Tx) error {
		wait = 0
		if _, err := tx.Exec(ctx, `insert into stream_position (epoch, partition_no, applied) values ($1, $2, 0)
			on conflict do nothing`, s.epoch, r.partition); err != nil {
			return err
		}
		at, err := store.One[position](ctx, tx, `select applied, reader, lease_until from stream_position
			where epoch = $1 and partition_no = $2`, s.epoch, r.partition)
		if err != nil {
			return err
		}
		if s.shared() && at.Reader != s.reader && at.Until.After(tx.Now) {
			wait = min(at.Until.Sub(tx.Now), s.o.Lease/3)
			return nil
		}
		// The folder of an embedded stream is locked, so nobody else can read it,
		// and what a dead process held is ours at once.
		if _, judged := s.judged.LoadOrStore(r.partition, true); !judged && !s.shared() && uint64(at.Applied) > s.found {
			s.o.Log.Warn("the stream is older than the database: it is read from its beginning",
				"partition", r.partition, "applied", at.Applied, "last", s.found)
			at.Applied = 0
		}
		r.applied = uint64(at.Applied)
		_, err = tx.Exec(ctx, `update stream_position set reader = $3, applied = $4, lease_until = $5
			where epoch = $1 and partition_no = $2`, s.epoch, r.partition, s.reader, at.Applied, r.until(tx))
		return err
	})
	return wait, err
}

func (r *reader) until(tx *store.Tx) time.Time {
	if r.s.shared() {
		return tx.Now.Add(r.s.o.Lease)
	}
	return time.Time{}
}

// advance writes how far we are, if the partition is still ours.
func (r *reader) advance(ctx context.Context, tx *store.Tx, to uint64) error {
	n, err := tx.Exec(ctx, `update stream_position set applied = $5, lease_until = $6
		where epoch = $1 and partition_no = $2 and reader = $3 and applied = $4`,
		r.s.epoch, r.partition, r.s.reader, int64(r.applied), int64(to), r.until(tx))
	if err == nil && n != 1 {
		err = errLost
	}
	return err
}

// letGo gives the partition back, so that the next reader need not wait.
func (r *reader) letGo() {
	if !r.s.shared() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = store.DoInTurn(ctx, r.db, turn, func(ctx context.Context, tx *store.Tx) error { // else the lease ends by itself
		_, err := tx.Exec(ctx, `update stream_position set reader = '', lease_until = null
			where epoch = $1 and partition_no = $2 and reader = $3`, r.s.epoch, r.partition, r.s.reader)
		return err
	})
}

// Lag says how far the database is behind in one partition.
type Lag struct {
	Partition int
	Applied   uint64
	Waiting   uint64    // facts
	Oldest    time.Time // when the first of them was appended; zero when there is none
	next      uint64
}

// Lags says how far the database is behind.
func (s *Stream) Lags(ctx context.Context, db *store.DB) ([]Lag, error) {
	all := make([]Lag, s.partitions)
	err := store.View(ctx, db, func(ctx context.Context, tx *store.Tx) error {
		for p := range all {
			all[p].Partition = p
		}
		for row, err := range store.Each[struct {
			Partition int
			Applied   int64
		}](ctx, tx, `select partition_no, applied from stream_position where epoch = $1`, s.epoch) {
			if err != nil {
				return err
			}
			if row.Partition < len(all) {
				all[row.Partition].Applied = uint64(row.Applied)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		l := &all[i]
		facts, waiting, err := s.fetch(ctx, l.Partition, l.Applied+1, 1)
		if err != nil {
			return nil, err
		}
		if len(facts) > 0 {
			l.Waiting, l.Oldest, l.next = waiting, facts[0].Received, facts[0].Sequence
		}
	}
	return all, nil
}

// CompleteUntil says until when everything that was appended is in the database.
func (s *Stream) CompleteUntil(ctx context.Context, db *store.DB) (time.Time, error) {
	until := s.o.Now()
	lags, err := s.Lags(ctx, db)
	for _, l := range lags {
		if !l.Oldest.IsZero() && l.Oldest.Before(until) {
			until = l.Oldest
		}
	}
	return until, err
}

// keepHouse forgets old facts, every hour and when there is no room.
func (s *Stream) keepHouse(ctx context.Context, db *store.DB) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.full:
		}
		if err := s.Trim(ctx, db); err != nil && ctx.Err() == nil {
			s.o.Log.Warn("old facts stay", "error", err)
		}
	}
}

// Trim forgets facts that were applied and are older than Keep; where the
// stream is nearly full, a quarter of it, as far as it was applied.
func (s *Stream) Trim(ctx context.Context, db *store.DB) error {
	// The end is read first: what is appended from here on stays in any case.
	info, err := s.stream.Info(ctx)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "The stream does not answer.")
	}
	lags, err := s.Lags(ctx, db)
	if err != nil {
		return err
	}
	state := info.State
	to := state.LastSeq + 1 // the first that stays
	messages, err := jetstreamext.GetBatch(ctx, s.js, name, 1, jetstreamext.GetBatchSubject("fact.*"),
		jetstreamext.GetBatchStartTime(s.o.Now().Add(-s.o.Keep)))
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "The stream does not answer.")
	}
	for m, err := range messages {
		if err == nil {
			to = min(to, m.Sequence)
		}
	}
	if state.Bytes > uint64(s.o.MaxBytes)/10*9 {
		to = max(to, state.FirstSeq+(state.LastSeq-state.FirstSeq)/4)
	}
	for _, l := range lags {
		if l.Waiting > 0 {
			to = min(to, l.next)
		}
	}
	if to <= state.FirstSeq {
		return nil
	}
	if err := s.stream.Purge(ctx, jetstream.WithPurgeSequence(to)); err != nil {
		return fault.Wrap(fault.Unavailable, err, "Old facts could not be forgotten.")
	}
	return nil
}
