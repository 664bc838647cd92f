package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/fault"
)

// prepared is the writer's connection with its statements kept parsed: on
// SQLite half of a small write would otherwise be parsing it again. It is used
// by the writer alone.
type prepared struct {
	conn *sql.Conn
	of   map[string]*statement
}

type statement struct {
	*sql.Stmt
	busy bool // its rows are being read: the same text inside the loop gets another one
}

// Texts made for a number of rows come in many lengths; those that are long or
// one too many are parsed each time.
const (
	mostPrepared    = 500
	longestPrepared = 20_000
)

// begin takes the writer's connection, once, and begins a transaction.
func (p *prepared) begin(ctx context.Context, db *sql.DB) error {
	if p.conn == nil {
		conn, err := db.Conn(ctx)
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "The database does not answer.")
		}
		p.conn, p.of = conn, map[string]*statement{}
	}
	if _, err := p.ExecContext(ctx, "begin immediate"); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The database does not answer.")
	}
	return nil
}

func (p *prepared) end(ctx context.Context, how string) error {
	_, err := p.ExecContext(ctx, how)
	return err
}

func (p *prepared) close() {
	if p.conn == nil {
		return
	}
	for _, s := range p.of {
		_ = s.Close() // nothing is left to lose: every commit is durable
	}
	_ = p.conn.Close()
}

// find gives a free statement for a text, nil when it shall be parsed anew.
func (p *prepared) find(ctx context.Context, text string) (*statement, error) {
	if s := p.of[text]; s != nil {
		if s.busy {
			return nil, nil
		}
		return s, nil
	}
	if len(p.of) >= mostPrepared || len(text) > longestPrepared {
		return nil, nil
	}
	s, err := p.conn.PrepareContext(ctx, unnamed(text))
	if err != nil {
		return nil, err
	}
	p.of[text] = &statement{Stmt: s}
	return p.of[text], nil
}

// unnamed writes ? for $1, $2, … where they come in that order. SQLite takes $1
// for a name, and looks every name up in a list: with a thousand values that
// takes longer than writing them.
func unnamed(text string) string {
	var b strings.Builder
	rest := text
	for n := 1; ; n++ {
		before, after, more := strings.Cut(rest, "$")
		b.WriteString(before)
		if !more {
			return b.String()
		}
		number := strconv.Itoa(n)
		after, ok := strings.CutPrefix(after, number)
		if !ok || after != "" && after[0] >= '0' && after[0] <= '9' {
			return text
		}
		b.WriteByte('?')
		rest = after
	}
}

// ExecContext runs a statement.
func (p *prepared) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	s, err := p.find(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return p.conn.ExecContext(ctx, text, args...)
	}
	return s.ExecContext(ctx, args...)
}

// QueryContext begins reading rows; done is called when they have been read.
func (p *prepared) QueryContext(ctx context.Context, text string, args ...any) (rows *sql.Rows, done func(), err error) {
	s, err := p.find(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	if s == nil {
		rows, err = p.conn.QueryContext(ctx, text, args...)
		return rows, func() {}, err
	}
	if rows, err = s.QueryContext(ctx, args...); err != nil {
		return nil, nil, err
	}
	s.busy = true
	return rows, func() { s.busy = false }, nil
}

// plain is a transaction of database/sql: the readers, and PostgreSQL, whose
// driver keeps its own statements.
type plain struct{ *sql.Tx }

// QueryContext begins reading rows.
func (p plain) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, func(), error) {
	rows, err := p.Tx.QueryContext(ctx, text, args...)
	return rows, func() {}, err
}

var (
	_ querier = (*prepared)(nil)
	_ querier = plain{}
)
