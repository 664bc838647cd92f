package store

import (
	"bytes"
	"context"
	"database/sql"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/kithhq/kith/internal/fault"
)

// Copying is who takes a copy of a database. What it is given is the text format of
// PostgreSQL's COPY, whole rows only.
type Copying struct {
	// Begin hears what will come, once it is certain of when the copy is.
	Begin func(Shape) error
	// Rows takes some rows of a table; they are read only until it returns.
	Rows func(table string, rows []byte) error
	// Terms are the words by which a message of a SQLite database is found: there they
	// lie beside it, in a form of its own.
	Terms Terms
}

// Terms gives the words by which a message is found.
type Terms func(workspace, channel, text, author string) []string

// pieceSize is how much text is handed over at once: one row is longer only alone.
const pieceSize = 4 << 20

// CopyOut reads every table as of one moment, while the database is in use.
func (db *DB) CopyOut(ctx context.Context, to Copying) error {
	if db.postgres {
		return db.copyPostgres(ctx, to)
	}
	return View(ctx, db, func(ctx context.Context, tx *Tx) error { return tx.copySQLite(ctx, to) })
}

func (db *DB) copyPostgres(ctx context.Context, to Copying) error {
	own, err := db.read.Conn(ctx)
	if err != nil {
		return unavailable(ctx, err)
	}
	defer own.Close() //nolint:errcheck // it only read
	// One snapshot for all tables. It needs no more than that: a transaction writes what
	// belongs together, and the position in the stream with it.
	t, err := own.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return unavailable(ctx, err)
	}
	defer t.Rollback() //nolint:errcheck // it only read
	names, err := db.tables()
	if err != nil {
		return err
	}
	for i, name := range names {
		names[i] = pgx.Identifier{name}.Sanitize()
	}
	// The locks come before the snapshot: a schema that changes in between would leave it
	// with tables that look empty. They wait for nobody who reads or writes.
	if _, err := t.ExecContext(ctx, `set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0;
		lock table `+strings.Join(names, ", ")+" in access share mode"); err != nil {
		return failed(err)
	}
	tx := &Tx{Now: db.Now(), postgres: true, on: plain{t}, db: db}
	version, err := One[int64](ctx, tx, "select max(version_id) from goose_db_version")
	if err != nil {
		return err
	}
	if version != db.version {
		return fault.New(fault.Conflict, "The database was brought up to date just now.").WithHint("Try again, with the program that serves it now.")
	}
	shape, err := tx.shape(ctx)
	if err == nil {
		err = to.Begin(shape)
	}
	if err != nil {
		return err
	}
	return own.Raw(func(driver any) error {
		conn := driver.(*stdlib.Conn).Conn().PgConn()
		for _, table := range shape.Tables {
			p := pieces{of: table.Name, to: to.Rows}
			if _, err := conn.CopyTo(ctx, &p, "copy "+pgx.Identifier{table.Name}.Sanitize()+" ("+table.list()+") to stdout"); err != nil {
				return broken(ctx, p.err, err)
			}
			if err := p.flush(true); err != nil {
				return err
			}
		}
		return nil
	})
}

// broken says what ended a copy: whoever asked, whoever took it, or the database.
func broken(ctx context.Context, taker, database error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case taker != nil:
		return taker
	}
	return failed(database)
}

// list names the columns, for a statement.
func (t Table) list() string {
	quoted := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		quoted[i] = pgx.Identifier{c}.Sanitize()
	}
	return strings.Join(quoted, ", ")
}

// pieces gathers rows.
type pieces struct {
	of   string
	to   func(table string, rows []byte) error
	held []byte
	err  error
}

// Write takes more of the text.
func (p *pieces) Write(text []byte) (int, error) {
	p.held = append(p.held, text...)
	if len(p.held) < pieceSize {
		return len(text), nil
	}
	p.err = p.flush(false)
	return len(text), p.err
}

func (p *pieces) flush(all bool) error {
	end := len(p.held)
	if !all { // a line break in a value is written as two signs, so that a bare one ends a row
		end = bytes.LastIndexByte(p.held, '\n') + 1
	}
	if end == 0 {
		return nil
	}
	err := p.to(p.of, p.held[:end])
	p.held = append(p.held[:0], p.held[end:]...)
	return err
}
