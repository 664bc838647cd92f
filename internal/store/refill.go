package store

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/kithhq/kith/internal/fault"
)

// workshop is the schema in which a PostgreSQL database is put together. What ends on the
// way, however it ends, leaves nothing that a house would start on.
const workshop = "kith_restore"

// holdWorkshop keeps others out of it until the connection ends.
const holdWorkshop = "select pg_try_advisory_lock(hashtext('kith restore'))"

// Refill fills an empty PostgreSQL database with a copy: [NewRefill], [Refill.Begin], then
// [Refill.Rows] for all that the copy holds, [Refill.Prepare], and [Refill.Place], which
// makes it the database, at once and whole.
type Refill struct {
	address string
	tables  map[string]Table
	home    string // the schema in which the house looks for its tables
	conn    *pgx.Conn
	db      *DB // in the workshop
	placed  bool
}

// NewRefill goes to a database, if it is empty and nobody else fills it.
func NewRefill(ctx context.Context, address string) (*Refill, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, noAddress(err)
	}
	r := &Refill{address: address, tables: map[string]Table{}}
	entering, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if r.conn, err = pgx.ConnectConfig(entering, config); err != nil {
		return nil, unreached(err, config)
	}
	if err := r.enter(ctx); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// Begin makes the tables as they were when the copy was made.
func (r *Refill) Begin(ctx context.Context, s Shape) (err error) {
	for _, t := range s.Tables {
		r.tables[t.Name] = t
	}
	r.db, err = Open(ctx, r.address, func(db *DB) { db.within, db.upTo = workshop, s.Schema })
	return err
}

// enter makes the workshop, where the database is empty and this user may fill it.
func (r *Refill) enter(ctx context.Context) error {
	// The lock ends with the connection: what is in the workshop then was left there.
	var alone bool
	if err := r.conn.QueryRow(ctx, holdWorkshop).Scan(&alone); err != nil {
		return failed(err)
	}
	if !alone {
		return fault.New(fault.Conflict, "Another backup is being put back into this database.").WithHint("Wait for it, or stop it.")
	}
	var home *string
	var may bool
	if err := r.conn.QueryRow(ctx, `select current_schema(), coalesce(has_schema_privilege(current_schema(), 'create'), false)
		and has_database_privilege(current_database(), 'create')`).Scan(&home, &may); err != nil {
		return failed(err)
	}
	if home == nil || !may {
		return mayNot(nil)
	}
	r.home = *home
	if err := r.empty(ctx); err != nil {
		return err
	}
	if _, err := r.conn.Exec(ctx, "set statement_timeout = 0; drop schema if exists "+workshop+" cascade; create schema "+workshop); err != nil {
		return failed(err)
	}
	return nil
}

// empty says whether nothing is in the way. What an extension brought along is not.
func (r *Refill) empty(ctx context.Context) error {
	var found *string
	err := r.conn.QueryRow(ctx, `select min(relname::text) from pg_class c where relnamespace = $1::text::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f', 'S')
		and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`, pgx.Identifier{r.home}.Sanitize()).Scan(&found)
	if err != nil {
		return failed(err)
	}
	if found != nil {
		return fault.New(fault.Conflict, "The database is not empty: there is “%s” in it.", *found).
			WithHint("Make another one (createdb), and give its address. Nothing was changed in this one.")
	}
	return nil
}

// Rows puts rows of a table back.
func (r *Refill) Rows(ctx context.Context, table string, rows []byte) error {
	t, known := r.tables[table]
	if !known {
		return fault.New(fault.Invalid, "The backup has rows of “%s”, and does not say what they are.", table)
	}
	into := pgx.Identifier{workshop, t.Name}.Sanitize()
	if _, err := r.conn.PgConn().CopyFrom(ctx, bytes.NewReader(rows), "copy "+into+" ("+t.list()+") from stdin"); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if e, ok := errors.AsType[*pgconn.PgError](err); ok && (strings.HasPrefix(e.Code, "22") || strings.HasPrefix(e.Code, "23") || strings.HasPrefix(e.Code, "42")) {
			return fault.Wrap(fault.Invalid, err, "The backup does not fit its own description.").WithHint("It is damaged, or was changed; nothing was started from it.")
		}
		return failed(err)
	}
	return nil
}

// Prepare brings what was put back up to date, and lets do work on it.
func (r *Refill) Prepare(ctx context.Context, do func(db *DB) error) error {
	if err := r.goOn(ctx); err != nil {
		return err
	}
	r.db.upTo = 0
	if err := r.db.migrate(ctx); err != nil {
		return err
	}
	return do(r.db)
}

// goOn lets new rows take the numbers after those of the copy.
func (r *Refill) goOn(ctx context.Context) error {
	rows, _ := r.conn.Query(ctx, `select format('%I.%I', table_schema, table_name), quote_ident(column_name), column_name::text from information_schema.columns
		where table_schema = $1 and is_identity = 'YES' and table_name <> 'goose_db_version'`, workshop)
	type numbered struct{ Table, Quoted, Column string }
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[numbered])
	if err != nil {
		return failed(err)
	}
	for _, n := range all {
		if _, err := r.conn.Exec(ctx, "select setval(pg_get_serial_sequence("+quote(n.Table)+", "+quote(n.Column)+"), greatest(1, max("+n.Quoted+")), max("+n.Quoted+") is not null) from "+n.Table); err != nil {
			return failed(err)
		}
	}
	return nil
}

// Place makes of what was put together the database: all of it, or nothing.
func (r *Refill) Place(ctx context.Context) error {
	r.db.Close()
	err := pgx.BeginFunc(ctx, r.conn, func(t pgx.Tx) error {
		if err := r.empty(ctx); err != nil { // somebody may have started a house meanwhile
			return err
		}
		rows, _ := t.Query(ctx, "select relname::text from pg_class where relnamespace = $1::text::regnamespace and relkind = 'r'", workshop)
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return failed(err)
		}
		for _, name := range names { // indexes and sequences go with them
			if _, err := t.Exec(ctx, "alter table "+pgx.Identifier{workshop, name}.Sanitize()+" set schema "+pgx.Identifier{r.home}.Sanitize()); err != nil {
				return failed(err)
			}
		}
		if _, err := t.Exec(ctx, "drop schema "+workshop); err != nil {
			return failed(err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.placed = true
	_, _ = r.conn.Exec(ctx, "analyze") // else the database does it later, by itself
	return nil
}

// Close ends the work; what was not placed is gone.
func (r *Refill) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if r.db != nil {
		r.db.Close()
	}
	if !r.placed && r.home != "" {
		r.leave(ctx)
	}
	_ = r.conn.Close(ctx) // the database keeps what it has confirmed
}

// leave clears the workshop; where it cannot, the next one who enters does.
func (r *Refill) leave(ctx context.Context) {
	if r.conn.IsClosed() { // a statement that is broken off takes its connection with it
		again, err := pgx.ConnectConfig(ctx, r.conn.Config())
		if err != nil {
			return
		}
		r.conn = again
	}
	var alone bool
	if err := r.conn.QueryRow(ctx, holdWorkshop).Scan(&alone); err == nil && alone {
		_, _ = r.conn.Exec(ctx, "drop schema if exists "+workshop+" cascade")
	}
}
