package store

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/kithhq/kith/internal/fault"
)

//go:embed schema
var schema embed.FS

// migrate brings the schema up to date: schema/common and the engine's own
// folder are one row of numbered files.
func (db *DB) migrate(ctx context.Context) error {
	if db.onlyLook { // asking goose for the version of a database without one makes a table
		if found, err := db.furnished(ctx); err != nil || !found {
			return cmp.Or(err, missing())
		}
	}
	dialect := goose.DialectSQLite3
	options := []goose.ProviderOption{goose.WithLogger(goose.NopLogger())}
	if db.postgres {
		dialect = goose.DialectPostgres
		// Several replicas may start at once: one migrates, the others wait.
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return fault.Wrap(fault.Internal, err, "preparing the schema lock")
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db.write, db.schema(), options...)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "reading the schema")
	}
	want := int64(0)
	for _, step := range provider.ListSources() {
		want = max(want, step.Version)
	}
	db.version = want
	have, err := provider.GetDBVersion(ctx)
	switch {
	case err != nil:
		return unready(err)
	case have > want, db.upTo > want:
		return fault.New(fault.Conflict, "The database belongs to a newer Kith.").
			WithHint("Use that one: an older program would harm what it does not know.")
	case db.asItIs && have < want && have > 0:
		return fault.New(fault.Conflict, "The database belongs to an older Kith.").
			WithHint("Start kith serve with this program: it brings the database up to date. Or run this with the program that serves it now.")
	case db.onlyLook:
		return nil
	}
	if db.upTo > 0 {
		want = db.upTo
	}
	if _, err := provider.UpTo(ctx, want); err != nil {
		return unready(err)
	}
	return nil
}

// schema is the row of numbered files of the engine.
func (db *DB) schema() schemaFS {
	if db.postgres {
		return schemaFS{own: "schema/postgres", collate: true}
	}
	return schemaFS{own: "schema/sqlite"}
}

// furnished says whether Kith, or anybody, has begun to make its tables there.
func (db *DB) furnished(ctx context.Context) (found bool, err error) {
	text := "select count(*) > 0 from sqlite_master where type = 'table' and name = 'goose_db_version'"
	if db.postgres {
		text = "select to_regclass('goose_db_version') is not null"
	}
	if err := db.read.QueryRowContext(ctx, text).Scan(&found); err != nil {
		return false, unready(err)
	}
	return found, nil
}

func missing() error {
	return fault.New(fault.NotFound, "There is no database of Kith there yet.").
		WithHint("Start kith serve, which makes it. If there should be one: is this the right --data, or --db?")
}

// unready says why a schema could not be made or read.
func unready(err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "42501" { // insufficient_privilege
		return mayNot(err)
	}
	return fault.Wrap(fault.Unavailable, err, "The database could not be brought up to date.").
		WithHint("Nothing is half done: each step is one transaction. The log names the step.")
}

func mayNot(err error) error {
	return fault.Wrap(fault.Unavailable, err, "This user may not make tables in the database.").
		WithHint("Make it the owner of the database: alter database … owner to ….")
}

// schemaFS shows the common folder and one engine's folder as one.
type schemaFS struct {
	own     string
	collate bool
}

var textColumn = regexp.MustCompile(`(?m)^(  \w+ text)\b`)

// Open gives one schema file. On PostgreSQL text compares by bytes, as it does
// on SQLite, so that both order and page alike.
func (s schemaFS) Open(name string) (fs.File, error) {
	if name == "." {
		return &folder{s}, nil
	}
	for _, dir := range []string{"schema/common", s.own} {
		text, err := schema.ReadFile(path.Join(dir, name))
		if err != nil {
			continue
		}
		if s.collate {
			text = textColumn.ReplaceAll(text, []byte(`$1 collate "C"`))
		}
		return &file{name: name, text: text}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ReadDir lists the files of both folders.
func (s schemaFS) ReadDir(string) ([]fs.DirEntry, error) {
	common, err := schema.ReadDir("schema/common")
	if err != nil {
		return nil, err
	}
	own, err := schema.ReadDir(s.own)
	return append(common, own...), err
}

type folder struct{ of schemaFS }

func (f *folder) Stat() (fs.FileInfo, error)         { return fs.Stat(schema, "schema/common") }
func (f *folder) Read([]byte) (int, error)           { return 0, fs.ErrInvalid }
func (f *folder) Close() error                       { return nil }
func (f *folder) ReadDir(int) ([]fs.DirEntry, error) { return f.of.ReadDir(".") }

type file struct {
	name string
	text []byte
	at   int
}

func (f *file) Stat() (fs.FileInfo, error) { return f, nil }
func (f *file) Close() error               { return nil }
func (f *file) Name() string               { return f.name }
func (f *file) Size() int64                { return int64(len(f.text)) }
func (f *file) Mode() fs.FileMode          { return 0o444 }
func (f *file) ModTime() time.Time         { return time.Time{} }
func (f *file) IsDir() bool                { return false }
func (f *file) Sys() any                   { return nil }

// Read gives the next bytes of the file.
func (f *file) Read(into []byte) (int, error) {
	if f.at == len(f.text) {
		return 0, io.EOF
	}
	n := copy(into, f.text[f.at:])
	f.at += n
	return n, nil
}
