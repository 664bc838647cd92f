package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/kithhq/kith/internal/fault"
)

// Tx is one transaction. It is used by one goroutine.
type Tx struct {
	Now      time.Time // the one time of this transaction, UTC, to the microsecond
	postgres bool
	writable bool
	on       querier
	db       *DB
	after    []func()
	broken   error // the transaction is undone, whatever the closure makes of it
	first    error // PostgreSQL: the first statement that failed; all after it fail for its sake
}

// failed is what a statement's error means, and keeps the first of them.
func (tx *Tx) failed(err error) error {
	err = failed(err)
	if tx.first == nil && tx.postgres {
		tx.first = err
	}
	return err
}

type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (rows *sql.Rows, done func(), err error)
}

type txMark struct{}

// InTx says whether the context belongs to an open transaction.
func InTx(ctx context.Context) bool { return ctx.Value(txMark{}) != nil }

// AfterCommit runs a function once the transaction is durable, and not at all
// when it is undone. It must not block: it runs before Do returns.
func (tx *Tx) AfterCommit(do func()) { tx.after = append(tx.after, do) }

// Postgres says which engine this is. Only for the few texts that truly
// differ; such a text lives in this package or says why it does not.
func (tx *Tx) Postgres() bool { return tx.postgres }

// View runs a closure that reads one consistent state.
func View(ctx context.Context, db *DB, read func(ctx context.Context, tx *Tx) error) error {
	if InTx(ctx) {
		return fault.New(fault.Internal, "a transaction inside a transaction")
	}
	t, err := db.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: db.viewLevel()})
	if err != nil {
		return unavailable(ctx, err)
	}
	defer t.Rollback() //nolint:errcheck // reading leaves nothing to undo
	return read(context.WithValue(ctx, txMark{}, true), &Tx{Now: db.Now(), postgres: db.postgres, on: plain{t}, db: db})
}

// A view on PostgreSQL is REPEATABLE READ: one snapshot, which is all that
// reading for a screen needs, and it can never be asked to repeat.
func (db *DB) viewLevel() sql.IsolationLevel {
	if db.postgres {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault
}

// Do runs a closure that writes. It is durable when Do returns nil. The closure
// may run more than once (PostgreSQL, on a conflict).
func Do(ctx context.Context, db *DB, write func(ctx context.Context, tx *Tx) error) error {
	return do(ctx, db, sql.LevelSerializable, "", write)
}

// DoInTurn is Do for closures that would always be in each other's way: those who
// name the same table go one after another, over all processes. They wait for
// their turn before they look at anything; on SQLite all writers do. On PostgreSQL
// it is a lock of the table that readers and other writers do not notice.
func DoInTurn(ctx context.Context, db *DB, table string, write func(ctx context.Context, tx *Tx) error) error {
	return do(ctx, db, sql.LevelSerializable, table, write)
}

// DoLocking is Do for closures that lock every row they decide by before they
// read what depends on it. On PostgreSQL it runs READ COMMITTED: each statement
// sees what was committed before it, the locks give the order, and several
// claimers do not make each other (or anyone else) repeat. Say at the call why
// the locks are enough.
func DoLocking(ctx context.Context, db *DB, write func(ctx context.Context, tx *Tx) error) error {
	return do(ctx, db, sql.LevelReadCommitted, "", write)
}

// Who was overtaken so often goes on in turn with all who were, of this process and of
// others, and is then in nobody's way but theirs who come anew. Without it a crowd may
// collide until none of it has any tries left.
const (
	collisions = 3
	overtaken  = "goose_db_version" // a table that nobody else locks
)

func do(ctx context.Context, db *DB, level sql.IsolationLevel, turn string, write func(ctx context.Context, tx *Tx) error) error {
	if InTx(ctx) {
		return fault.New(fault.Internal, "a transaction inside a transaction")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if db.onlyLook {
		return fault.New(fault.Internal, "a database that is only looked at is written to")
	}
	if !db.postgres {
		return db.enqueue(ctx, write)
	}
	turns := []string{turn}
	for attempt := 0; ; attempt++ {
		if attempt == collisions {
			select {
			case db.crowd <- struct{}{}: // one of us waits with a connection, not all of them
				defer func() { <-db.crowd }()
			case <-ctx.Done():
				return ctx.Err()
			}
			turns = []string{overtaken, turn} // in this order: who has a turn waits for nothing else
		}
		after, err := db.once(ctx, level, turns, write)
		if err == nil {
			for _, f := range after {
				f()
			}
			return nil
		}
		// A unique value may be taken by somebody whom only the next try shows.
		hidden := Taken(err) && attempt < 3
		if !repeatable(err) && !hidden {
			return err
		}
		if attempt == 30 { // nothing is wrong with what was to be done
			return fault.Wrap(fault.Unavailable, err, "Too many are changing the same at this moment.").WithHint("Try again.")
		}
		// Two that collided must not collide again at once.
		wait := time.Duration(1+rand.IntN(1<<min(attempt, 6))) * time.Millisecond
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

func (db *DB) once(ctx context.Context, level sql.IsolationLevel, turns []string, write func(ctx context.Context, tx *Tx) error) ([]func(), error) {
	t, err := db.write.BeginTx(ctx, &sql.TxOptions{Isolation: level})
	if err != nil {
		return nil, unavailable(ctx, err)
	}
	defer t.Rollback() //nolint:errcheck // after a commit there is nothing to undo
	for _, turn := range turns {
		if turn == "" {
			continue
		}
		// This statement alone takes no snapshot: what is seen afterwards is what those
		// before us have left.
		if _, err := t.ExecContext(ctx, "lock table "+pgx.Identifier{turn}.Sanitize()+" in share update exclusive mode"); err != nil {
			return nil, failed(err)
		}
	}
	tx := &Tx{Now: db.Now(), postgres: true, writable: true, on: plain{t}, db: db}
	err = write(context.WithValue(ctx, txMark{}, true), tx)
	if tx.broken != nil {
		return nil, tx.broken // whatever the closure made of it
	}
	if tx.first != nil && (repeatable(tx.first) || aborted(err)) { // the same
		return nil, tx.first
	}
	if err != nil {
		return nil, err
	}
	began := time.Now()
	err = t.Commit()
	db.committed(began, 1)
	if err != nil {
		if repeatable(err) {
			return nil, err
		}
		// The server may have committed before the line broke.
		return nil, fault.Wrap(fault.Uncertain, err, "The database did not confirm the change.")
	}
	return tx.after, nil
}

func unavailable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fault.Wrap(fault.Unavailable, err, "The database does not answer.")
}

// repeatable says whether PostgreSQL asks to run the transaction again:
// serialization failure, deadlock, or no memory left for locks, which others give
// back when they end.
func repeatable(err error) bool {
	// A closure that made nothing of a statement's error: all of it is undone, for certain.
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return true
	}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40001" || pg.Code == "40P01" || pg.Code == "53200")
}

// aborted says that a statement failed because one before it had.
func aborted(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == "25P02"
}

// failed says what a failed statement means. Nothing has happened in any case;
// what the server or the disk has too little of is there again later.
func failed(err error) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case strings.HasPrefix(pg.Code, "53"), strings.HasPrefix(pg.Code, "58"), strings.HasPrefix(pg.Code, "57P0"):
			return fault.Wrap(fault.Unavailable, err, "The database cannot do that at the moment.")
		}
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_BUSY:
			return fault.Wrap(fault.Unavailable, err, "The database could not keep the change.").WithHint("Is the disk full?")
		}
	}
	return fmt.Errorf("database: %w", err)
}
