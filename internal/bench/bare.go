package bench

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/text"
)

// bare is what a database held before something was written to it, so that the
// very rows that came can be written again, without what stands around them.
type bare struct {
	source *sql.DB
	before map[string]int64 // table → its last row
}

func newBare(ctx context.Context, path string) (*bare, error) {
	source, err := sql.Open("sqlite", "file:"+path+"?_pragma=query_only(1)")
	if err != nil {
		return nil, err
	}
	b := &bare{source, map[string]int64{}}
	b.before, err = b.ends(ctx)
	return b, err
}

func (b *bare) close() { _ = b.source.Close() } // only read

// ends gives the last row of each table.
func (b *bare) ends(ctx context.Context) (map[string]int64, error) {
	names, err := column[string](ctx, b.source, `select name from sqlite_schema where type = 'table' and sql not like '%virtual%' and name not like 'message_text%' and name not like 'sqlite%'`)
	if err != nil {
		return nil, err
	}
	last := map[string]int64{}
	for _, name := range names {
		n, err := column[int64](ctx, b.source, "select coalesce(max(rowid), 0) from "+name) //nolint:gosec // a table of ours
		if err != nil {
			return nil, err
		}
		last[name] = n[0]
	}
	return last, nil
}

func column[T any](ctx context.Context, db *sql.DB, query string) (all []T, err error) {
	found, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer found.Close() //nolint:errcheck // found.Err tells
	for found.Next() {
		var v T
		if err := found.Scan(&v); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, found.Err()
}

// portion is how many messages share a transaction, as in a house that is told more
// than it can write; manyRows is how many rows share a statement there.
const (
	portion  = 1000
	manyRows = 64
)

// again writes every row that came since into a fresh database of the same
// schema and pragmas, with prepared statements for so many rows each. It gives how
// many messages a second that makes: the limit of this machine and this engine.
func (b *bare) again(ctx context.Context, to string, messages, per int) (rate float64, what string, err error) {
	fresh, err := store.Open(ctx, "sqlite:"+to)
	if err != nil {
		return 0, "", err
	}
	fresh.Close()
	ends, err := b.ends(ctx)
	if err != nil {
		return 0, "", err
	}
	var all []*rows
	n := 0
	for _, table := range slices.Sorted(maps.Keys(ends)) {
		if ends[table] == b.before[table] {
			continue
		}
		r, err := load(ctx, b.source, table, b.before[table])
		if err != nil {
			return 0, "", err
		}
		all, n = append(all, r), n+len(r.values)
	}
	// The text index keeps no texts; it is given the same terms again, last, as the
	// house does.
	terms, err := termsOf(ctx, b.source, b.before["message"])
	if err != nil {
		return 0, "", err
	}
	for _, r := range all {
		r.per = per
	}
	all, n = append(all, terms), n+len(terms.values)
	sink, err := sql.Open("sqlite", "file:"+to+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=cache_size(-16000)&_pragma=temp_store(memory)&_pragma=mmap_size(268435456)")
	if err != nil {
		return 0, "", err
	}
	defer sink.Close() //nolint:errcheck // a measured copy
	sink.SetMaxOpenConns(1)
	for _, r := range all {
		if err := r.prepare(ctx, sink); err != nil {
			return 0, "", err
		}
	}
	began := time.Now()
	for at := 0; at < messages; at += portion {
		tx, err := sink.BeginTx(ctx, nil)
		if err != nil {
			return 0, "", err
		}
		for _, r := range all {
			if err := r.insert(ctx, tx, at*len(r.values)/messages, min((at+portion)*len(r.values)/messages, len(r.values))); err != nil {
				return 0, "", err
			}
		}
		if err := tx.Commit(); err != nil {
			return 0, "", err
		}
	}
	return float64(messages) / time.Since(began).Seconds(), fmt.Sprintf("%d rows of %d tables", n, len(all)), nil
}

// rows are a table in memory.
type rows struct {
	into   string
	values [][]any
	per    int
	one    *sql.Stmt
	many   *sql.Stmt
}

func load(ctx context.Context, db *sql.DB, table string, after int64) (*rows, error) {
	found, err := db.QueryContext(ctx, "select * from "+table+" where rowid > ? order by rowid", after) //nolint:gosec // a table of ours
	if err != nil {
		return nil, err
	}
	defer found.Close() //nolint:errcheck // found.Err tells
	names, err := found.Columns()
	if err != nil {
		return nil, err
	}
	r := &rows{into: table + " (" + strings.Join(names, ", ") + ")"}
	for found.Next() {
		row := make([]any, len(names))
		at := make([]any, len(names))
		for i := range row {
			at[i] = &row[i]
		}
		if err := found.Scan(at...); err != nil {
			return r, err
		}
		r.values = append(r.values, row)
	}
	return r, found.Err()
}

func (r *rows) prepare(ctx context.Context, db *sql.DB) (err error) {
	marks := "(" + strings.TrimSuffix(strings.Repeat("?,", len(r.values[0])), ",") + ")"
	if r.one, err = db.PrepareContext(ctx, "insert into "+r.into+" values "+marks); err != nil { //nolint:gosec // a table and columns of ours
		return err
	}
	r.many, err = db.PrepareContext(ctx, "insert or fail into "+r.into+" values "+strings.TrimSuffix(strings.Repeat(marks+",", r.per), ",")) //nolint:gosec // a table and columns of ours
	return err
}

func (r *rows) insert(ctx context.Context, tx *sql.Tx, from, to int) error {
	one, many := tx.StmtContext(ctx, r.one), tx.StmtContext(ctx, r.many) //nolint:sqlclosecheck // they go with the transaction
	for from < to {
		s, n := one, 1
		if to-from >= r.per {
			s, n = many, r.per
		}
		var args []any
		for _, row := range r.values[from : from+n] {
			args = append(args, row...)
		}
		if _, err := s.ExecContext(ctx, args...); err != nil {
			return fmt.Errorf("bare %s: %w", r.into, err)
		}
		from += n
	}
	return nil
}

// termsOf gives the rows of the text index. As in the house each is written by a
// statement of its own: FTS5 writes out what it has gathered whenever one for
// several rows begins.
func termsOf(ctx context.Context, db *sql.DB, after int64) (*rows, error) {
	r := &rows{into: "message_text (rowid, terms)", per: 1}
	found, err := db.QueryContext(ctx, "select seq, text, author_name, workspace, channel_id from message where seq > ? and state <> 'missing' order by seq", after)
	if err != nil {
		return r, err
	}
	defer found.Close() //nolint:errcheck // found.Err tells
	for found.Next() {
		var seq int64
		var said, author, workspace, channel string
		if err := found.Scan(&seq, &said, &author, &workspace, &channel); err != nil {
			return r, err
		}
		terms := append(text.Terms(said+" "+author), "w"+strings.ReplaceAll(workspace, "-", "")+"w", "c"+strings.ReplaceAll(channel, "-", "")+"c")
		r.values = append(r.values, []any{seq, strings.Join(terms, " ")})
	}
	return r, found.Err()
}
