package bench

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/text"
)

// bareRate copies the rows that ingesting has written into a fresh database of
// the same schema, prepared statement by prepared statement, and gives how many
// messages a second that makes: the limit of this machine and this engine.
func bareRate(ctx context.Context, from, to string, messages int) (float64, error) {
	fresh, err := store.Open(ctx, "sqlite:"+to)
	if err != nil {
		return 0, err
	}
	fresh.Close()
	source, err := sql.Open("sqlite", "file:"+from)
	if err != nil {
		return 0, err
	}
	defer source.Close() //nolint:errcheck // only read
	var all []rows
	for _, table := range []string{"person", "identity", "conversation", "message", "fact_seen", "signal", "verdict", "tally"} {
		r, err := load(ctx, source, table)
		if err != nil {
			return 0, err
		}
		all = append(all, r)
	}
	// The text index keeps no texts; it is given the same terms again.
	terms, err := termsOf(ctx, source)
	if err != nil {
		return 0, err
	}
	all = append(all, terms)
	sink, err := sql.Open("sqlite", "file:"+to+"?_txlock=immediate&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=cache_size(-16000)&_pragma=temp_store(memory)&_pragma=mmap_size(268435456)")
	if err != nil {
		return 0, err
	}
	defer sink.Close() //nolint:errcheck // a measured copy
	sink.SetMaxOpenConns(1)
	began := time.Now()
	const portion = 500
	for at := 0; at < messages; at += portion {
		tx, err := sink.BeginTx(ctx, nil)
		if err != nil {
			return 0, err
		}
		for _, r := range all {
			if err := r.insert(ctx, tx, at*len(r.values)/messages, min((at+portion)*len(r.values)/messages, len(r.values))); err != nil {
				return 0, err
			}
		}
		if err := tx.Commit(); err != nil {
			return 0, err
		}
	}
	return float64(messages) / time.Since(began).Seconds(), nil
}

// rows are a table in memory.
type rows struct {
	into   string
	values [][]any
}

func load(ctx context.Context, db *sql.DB, table string) (rows, error) {
	found, err := db.QueryContext(ctx, "select * from "+table+" order by rowid") //nolint:gosec // a table of ours
	if err != nil {
		return rows{}, err
	}
	defer found.Close() //nolint:errcheck // found.Err tells
	names, err := found.Columns()
	if err != nil {
		return rows{}, err
	}
	r := rows{into: table + " (" + strings.Join(names, ", ") + ")"}
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

func (r rows) insert(ctx context.Context, tx *sql.Tx, from, to int) error {
	if from >= to {
		return nil
	}
	marks := strings.TrimSuffix(strings.Repeat("?,", len(r.values[0])), ",")
	s, err := tx.PrepareContext(ctx, "insert into "+r.into+" values ("+marks+")") //nolint:gosec // a table and columns of ours
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // it goes with the transaction
	for _, row := range r.values[from:to] {
		if _, err := s.ExecContext(ctx, row...); err != nil {
			return fmt.Errorf("bare %s: %w", r.into, err)
		}
	}
	return nil
}

func termsOf(ctx context.Context, db *sql.DB) (rows, error) {
	r := rows{into: "message_text (rowid, terms)"}
	found, err := db.QueryContext(ctx, "select seq, text, author_name, workspace, channel_id from message where state <> 'missing' order by seq")
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
