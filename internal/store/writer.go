package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/kithhq/kith/internal/fault"
)

// A crowd shares one commit up to this many closures or this much time: beyond
// it the fsync is no longer what costs, and the first would wait for the last.
const (
	crowd     = 128
	crowdTime = 10 * time.Millisecond
)

type work struct {
	ctx   context.Context
	write func(ctx context.Context, tx *Tx) error
	tx    *Tx
	err   error
	panic any
	done  chan struct{}
}

func (db *DB) enqueue(ctx context.Context, write func(ctx context.Context, tx *Tx) error) (err error) {
	w := &work{ctx: ctx, write: write, done: make(chan struct{})}
	defer func() {
		if recover() != nil { // the queue was closed while we stood in it
			err = fault.New(fault.Unavailable, "The database is closed.")
		}
		if w.panic != nil {
			panic(w.panic)
		}
	}()
	select {
	case db.queue <- w:
	case <-ctx.Done():
		return ctx.Err()
	}
	<-w.done // not ctx.Done(): once begun, only the database knows how it ends
	if w.panic != nil || w.err != nil {
		return w.err
	}
	for _, f := range w.tx.after {
		f()
	}
	return nil
}

func (db *DB) writer() {
	defer close(db.done)
	for first := range db.queue {
		db.commit(first)
	}
}

// commit runs the first closure and all that arrive meanwhile in one SQLite
// transaction, then tells each how it went.
func (db *DB) commit(first *work) {
	background := context.Background() // a write is never cancelled mid-statement
	all := []*work{first}
	defer func() {
		for _, w := range all {
			close(w.done)
		}
	}()
	t, err := db.write.BeginTx(background, nil)
	if err != nil {
		first.err = fault.Wrap(fault.Unavailable, err, "The database does not answer.")
		return
	}
	now, began := db.Now(), time.Now()
	db.run(t, first, now)
	for len(all) < crowd && time.Since(began) < crowdTime {
		select {
		case w, open := <-db.queue:
			if !open {
				goto commit
			}
			all = append(all, w)
			db.run(t, w, now)
			continue
		default:
		}
		break
	}
commit:
	if err := t.Commit(); err != nil {
		_ = t.Rollback() // the commit already failed; that is what is told
		for _, w := range all {
			if w.err == nil {
				w.err = fault.Wrap(fault.Unavailable, err, "The database could not keep the change.").
					WithHint("Is the disk full?")
			}
		}
	}
}

// run gives one closure its savepoint.
func (db *DB) run(t *sql.Tx, w *work, now time.Time) {
	background := context.Background()
	if w.err = w.ctx.Err(); w.err != nil {
		return
	}
	if _, w.err = t.ExecContext(background, "savepoint w"); w.err != nil {
		return
	}
	ok := false
	defer func() {
		if !ok {
			w.panic = recover()
		}
		end := "release w"
		if w.err != nil || w.panic != nil {
			end = "rollback to w; release w"
		}
		if _, err := t.ExecContext(background, end); err != nil && w.err == nil {
			w.err = err
		}
	}()
	w.tx = &Tx{Now: now, writable: true, on: t, db: db}
	w.err = w.write(context.WithValue(context.WithoutCancel(w.ctx), txMark{}, true), w.tx)
	ok = true
}
