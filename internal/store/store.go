package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"github.com/kithhq/kith/internal/fault"
)

// DB is one open database.
type DB struct {
	postgres bool
	read     *sql.DB // SQLite: query-only connections; PostgreSQL: the pool
	write    *sql.DB // SQLite: the one writer; PostgreSQL: the same pool
	queue    chan *work
	done     chan struct{}
	crowd    chan struct{} // PostgreSQL: held by the one who goes on after collisions
	closing  sync.Once
	now      func() time.Time
	path     string
	asItIs   bool
	onlyLook bool
	version  int64  // of the schema
	upTo     int64  // 0: the newest; else how far the schema is brought
	within   string // PostgreSQL: the schema that takes the tables; '': that of the user
	commits  func(took time.Duration, group int)
	words    notices
	shapes   sync.Map // of many rows in a text → the text
}

// Option changes how a database is opened.
type Option func(*DB)

// WithNow gives transactions another clock; tests and rehearsals use it.
func WithNow(now func() time.Time) Option { return func(db *DB) { db.now = now } }

// AsItIs opens a database beside the house that serves it: one of an older Kith is
// refused and not brought up to date under its feet. A new one is made.
func AsItIs() Option { return func(db *DB) { db.asItIs = true } }

// WithCommits tells how long each commit took and how many transactions shared it.
func WithCommits(heard func(took time.Duration, group int)) Option {
	return func(db *DB) { db.commits = heard }
}

func (db *DB) committed(began time.Time, group int) {
	if db.commits != nil {
		db.commits(time.Since(began), group)
	}
}

// OnlyLook opens a database as it is and lets nobody write to it; where there is none,
// none is made.
func OnlyLook() Option { return func(db *DB) { db.asItIs, db.onlyLook = true, true } }

// Open opens the database at an address and brings its schema up to date.
// An address is "postgres://…", or "sqlite:PATH" (or only a path).
func Open(ctx context.Context, address string, options ...Option) (*DB, error) {
	db := &DB{now: time.Now, crowd: make(chan struct{}, 1)}
	for _, o := range options {
		o(db)
	}
	var err error
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		err = db.openPostgres(ctx, address)
	} else {
		err = db.openSQLite(ctx, strings.TrimPrefix(address, "sqlite:"))
	}
	if err == nil {
		err = db.migrate(ctx)
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

func (db *DB) openPostgres(ctx context.Context, address string) error {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return noAddress(err)
	}
	// A process that stands still in a transaction holds the turn of all others.
	pool := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		text := "set idle_in_transaction_session_timeout = '60s'"
		if db.onlyLook {
			text += "; set default_transaction_read_only = on"
		}
		if db.within != "" {
			text += "; set search_path = " + pgx.Identifier{db.within}.Sanitize()
		}
		_, err := c.Exec(ctx, text)
		return err
	}))
	pool.SetMaxOpenConns(20)
	pool.SetMaxIdleConns(10)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	db.postgres, db.read, db.write = true, pool, pool
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := pool.PingContext(ctx); err != nil {
		return unreached(err, config)
	}
	db.words.open(address, pool)
	return nil
}

func noAddress(err error) error {
	return fault.Wrap(fault.Invalid, err, "The database address is not one.").
		WithHint("It has the form postgres://user:password@host:5432/name.")
}

// patience is how long a database may take to let somebody in.
const patience = 30 * time.Second

// unreached says why a PostgreSQL does not let us in.
func unreached(err error, to *pgx.ConnConfig) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code {
		case "28P01", "28000": // invalid_password, invalid_authorization_specification
			return fault.Wrap(fault.Unavailable, err, "The database does not let the user “%s” in.", to.User).
				WithHint("Look at the user and the password in --db (KITH_DB), and at pg_hba.conf of the server.")
		case "3D000": // invalid_catalog_name
			return fault.Wrap(fault.Unavailable, err, "There is no database “%s”.", to.Database).
				WithHint("Make it: createdb --owner %s %s", to.User, to.Database)
		case "53300": // too_many_connections
			return fault.Wrap(fault.Unavailable, err, "The database has no connection left.").WithHint("Raise max_connections; Kith uses 20.")
		}
	}
	return fault.Wrap(fault.Unavailable, err, "The database does not answer at %s.", net.JoinHostPort(to.Host, strconv.Itoa(int(to.Port)))).
		WithHint("Is PostgreSQL running there, and may this machine reach it? The address is --db (KITH_DB).")
}

func (db *DB) openSQLite(ctx context.Context, path string) error {
	if _, err := os.Stat(path); db.onlyLook && errors.Is(err, fs.ErrNotExist) {
		return missing()
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The data folder cannot be made.").
			WithHint("Give --data a folder that this user may write to.")
	}
	// What is in it is for nobody else on this machine.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names it
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "The database file cannot be opened.").
			WithHint("Is it a Kith database, and may this user write to it?")
	}
	db.path = path
	open := func(extra string) (*sql.DB, error) {
		return sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+
			"?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)&_pragma=synchronous(full)"+
			"&_pragma=cache_size(-16000)&_pragma=temp_store(memory)&_pragma=mmap_size(268435456)"+extra)
	}
	if db.write, err = open("&_txlock=immediate"); err != nil {
		return fault.Wrap(fault.Internal, err, "opening SQLite")
	}
	db.write.SetMaxOpenConns(1)
	db.write.SetConnMaxIdleTime(0)
	if err := db.write.PingContext(ctx); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The database file cannot be opened.").
			WithHint("Is it a Kith database, and may this user write to it?")
	}
	if db.read, err = open("&_pragma=query_only(1)"); err != nil {
		return fault.Wrap(fault.Internal, err, "opening SQLite")
	}
	db.read.SetMaxOpenConns(4)
	db.read.SetMaxIdleConns(4)
	db.read.SetConnMaxIdleTime(30 * time.Second) // each keeps a cache of its own
	db.queue, db.done = make(chan *work), make(chan struct{})
	go db.writer()
	return nil
}

// Close ends the database; transactions that wait are told Unavailable.
func (db *DB) Close() {
	db.closing.Do(func() {
		db.words.close()
		if db.queue != nil {
			close(db.queue)
			<-db.done
		}
		if db.read != nil {
			_ = db.read.Close() // nothing is left to lose: every commit is durable
		}
		if db.write != nil && !db.postgres {
			_ = db.write.Close()
		}
	})
}

// Engine names what the database runs on: "sqlite" or "postgres".
func (db *DB) Engine() string {
	if db.postgres {
		return "postgres"
	}
	return "sqlite"
}

// Now is the clock that transactions carry.
func (db *DB) Now() time.Time { return db.now().UTC().Truncate(time.Microsecond) }

// Backup writes a consistent copy of a SQLite database to a new file while it
// is in use. Of PostgreSQL there is CopyOut.
func (db *DB) Backup(ctx context.Context, path string) error {
	if db.postgres {
		return fault.New(fault.Internal, "PostgreSQL is no file")
	}
	// A connection of its own: the readers are query-only, the writer is busy.
	own, err := sql.Open("sqlite", "file:"+(&url.URL{Path: db.path}).EscapedPath()+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return fault.Wrap(fault.Internal, err, "opening SQLite")
	}
	defer own.Close()                                                           // nothing was changed through it
	if _, err := own.ExecContext(ctx, "vacuum into "+quote(path)); err != nil { //nolint:gosec // quoted; SQLite takes no placeholder here
		return fault.Wrap(fault.Unavailable, err, "The copy could not be written.").
			WithHint("Is there room on the disk, and is the file new?")
	}
	return nil
}

// Ping says whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	if err := db.read.QueryRowContext(ctx, "select 1").Scan(&one); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The database does not answer.")
	}
	return nil
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// Size gives the bytes of the database, for health pages.
func (db *DB) Size(ctx context.Context) (int64, error) {
	text := "select page_count * page_size from pragma_page_count(), pragma_page_size()"
	if db.postgres {
		text = "select pg_database_size(current_database())"
	}
	var n int64
	if err := db.read.QueryRowContext(ctx, text).Scan(&n); err != nil {
		return 0, fmt.Errorf("size of the database: %w", err)
	}
	return n, nil
}

// Settle lets the engine look at what it holds, after much was written at once:
// its plans depend on statistics that it would otherwise gather later.
func (db *DB) Settle(ctx context.Context) error {
	text, on := "vacuum analyze", db.write
	if !db.postgres {
		own, err := sql.Open("sqlite", "file:"+(&url.URL{Path: db.path}).EscapedPath()+"?_pragma=busy_timeout(10000)")
		if err != nil {
			return fault.Wrap(fault.Internal, err, "opening SQLite")
		}
		defer own.Close() //nolint:errcheck // statistics are kept by then
		text, on = "analyze; pragma wal_checkpoint(truncate)", own
	}
	if _, err := on.ExecContext(ctx, text); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The statistics could not be gathered.")
	}
	return nil
}
