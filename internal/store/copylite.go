package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/kithhq/kith/internal/fault"
)

// copySQLite writes what PostgreSQL would say of the same rows.
func (tx *Tx) copySQLite(ctx context.Context, to Copying) error {
	shape, err := tx.shape(ctx)
	if err != nil {
		return err
	}
	asked := make([]string, len(shape.Tables))
	for i, t := range shape.Tables {
		asked[i] = "select " + t.list() + " from " + pgx.Identifier{t.Name}.Sanitize()
		if t.Name == "message" { // what is deleted is not to be found
			asked[i] = "select " + t.list() + ", exists (select 1 from message_text_docsize d where d.id = message.seq) from message"
			shape.Tables[i].Columns = append(t.Columns, "terms")
		}
	}
	if err := to.Begin(shape); err != nil {
		return err
	}
	for i, t := range shape.Tables {
		p := pieces{of: t.Name, to: to.Rows}
		if err := tx.copyRows(ctx, asked[i], &p, t.values(to.Terms)); err != nil {
			return err
		}
	}
	return nil
}

// values is what becomes of the last value of each row before it is written: of a
// message it says whether it is to be found.
func (t Table) values(terms Terms) func(row []any) {
	if t.Name != "message" {
		return func([]any) {}
	}
	column := func(name string) int { return slices.Index(t.Columns, name) }
	workspace, channel, text, author := column("workspace"), column("channel_id"), column("text"), column("author_name")
	return func(row []any) {
		last := len(row) - 1
		if row[last] == int64(0) {
			row[last] = nil
			return
		}
		said := func(i int) string { s, _ := row[i].(string); return s }
		row[last] = vector(terms(said(workspace), said(channel), said(text), said(author)))
	}
}

func (tx *Tx) copyRows(ctx context.Context, text string, to *pieces, change func(row []any)) error {
	rows, done, err := tx.on.QueryContext(ctx, text)
	if err != nil {
		return failed(err)
	}
	defer done()
	defer rows.Close() //nolint:errcheck // it only read
	names, err := rows.Columns()
	if err != nil {
		return failed(err)
	}
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	var line []byte
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return failed(err)
		}
		change(values)
		line = line[:0]
		for _, value := range values {
			if line, err = asCopied(line, value); err != nil {
				return err
			}
			line = append(line, '\t')
		}
		line[len(line)-1] = '\n'
		if _, err := to.Write(line); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return broken(ctx, nil, err)
	}
	return to.flush(true)
}

var copied = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`) //nolint:gochecknoglobals // never changed

// asCopied writes a value as COPY does.
func asCopied(line []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(line, `\N`...), nil
	case int64:
		return strconv.AppendInt(line, v, 10), nil
	case string:
		return append(line, copied.Replace(v)...), nil
	}
	return nil, fault.New(fault.Internal, "a value of type %T in the database", value)
}

// vector writes a tsvector of words.
func vector(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = lexeme(w)
	}
	return strings.Join(quoted, " ")
}
