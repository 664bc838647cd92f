package store

import (
	"context"
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
	var p prepared
	defer p.close()
	for first := range db.queue {
		db.commit(&p, first)
	}
}

// commit runs the first closure and all that arrive meanwhile in one SQLite
// transaction, then tells each how it went.
func (db *DB) commit(p *prepared, first *work) {
	background := context.Background() // a write is never cancelled mid-statement
	all := []*work{first}
	defer func() {
		for _, w := range all {
			close(w.done)
		}
	}()
	if first.err = p.begin(background, db.write); first.err != nil {
		return
	}
	began := time.Now()
	if !db.run(first, p) {
		if err := p.end(background, "rollback"); err != nil && first.err == nil {
			first.err = err
		}
		return
	}
	for len(all) < crowd && time.Since(began) < crowdTime {
		select {
		case w, open := <-db.queue:
			if !open {
				goto commit
			}
			all = append(all, w)
			db.join(p, w)
			continue
		default:
		}
		break
	}
commit:
	began = time.Now()
	err := p.end(background, "commit")
	db.committed(began, len(all))
	if err != nil {
		_ = p.end(background, "rollback") // the commit already failed; that is what is told
		for _, w := range all {
			if w.err == nil {
				w.err = fault.Wrap(fault.Unavailable, err, "The database could not keep the change.").
					WithHint("Is the disk full?")
			}
		}
	}
}

// join gives a closure that comes to others its savepoint. The first needs none:
// where it fails there is nothing else to keep, and a savepoint costs a copy of
// every page that is written to.
func (db *DB) join(p *prepared, w *work) {
	background := context.Background()
	if _, w.err = p.ExecContext(background, "savepoint w"); w.err != nil {
		return
	}
	if !db.run(w, p) {
		if err := p.end(background, "rollback to w"); err != nil && w.err == nil {
			w.err = err
		}
	}
	if err := p.end(background, "release w"); err != nil && w.err == nil {
		w.err = err
	}
}

// run runs one closure with its own time (one that joins others late must not
// write a moment from before it was asked), and says whether what it wrote stays.
func (db *DB) run(w *work, p *prepared) (ok bool) {
	if w.err = w.ctx.Err(); w.err != nil {
		return false
	}
	returned := false
	defer func() {
		if !returned {
			w.panic, ok = recover(), false
		}
	}()
	w.tx = &Tx{Now: db.Now(), writable: true, on: p, db: db}
	w.err = w.write(context.WithValue(context.WithoutCancel(w.ctx), txMark{}, true), w.tx)
	returned = true
	if w.tx.broken != nil {
		w.err = w.tx.broken
	}
	return w.err == nil
}
