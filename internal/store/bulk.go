package store

import (
	"context"
	"math/bits"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
)

// Many rows share a statement, up to this many rows and values. The engines
// take more (SQLite 32,766 values, PostgreSQL 65,535), but what is longer gains
// nothing and cannot be kept parsed.
const (
	mostRows   = 64
	mostValues = 2048
)

// portion is how many of n rows the next statement takes: a power of two, so
// that there are few texts and the engines know them all.
func portion(n, columns int) int {
	n = max(1, min(n, mostRows, mostValues/max(1, columns)))
	return 1 << (bits.Len(uint(n)) - 1)
}

// Insert writes many rows in few statements. tail is what follows the values,
// as "on conflict do nothing". It gives the number of rows written.
func (tx *Tx) Insert(ctx context.Context, into string, columns int, rows [][]any, tail string) (int64, error) {
	var total int64
	for len(rows) > 0 {
		n := portion(len(rows), columns)
		args, err := flat(rows[:n], columns)
		if err != nil {
			return total, err
		}
		k, err := tx.execMany(ctx, "insert", " into "+into+" values "+tx.db.tuples(n, strings.Repeat(plainly, columns))+" "+tail, args)
		if err != nil {
			return total, err
		}
		total, rows = total+k, rows[n:]
	}
	return total, nil
}

// execMany runs a statement that writes several rows. On SQLite it does so without
// the means to undo the rows before one that fails: keeping a copy of every page it
// touches costs as much as writing to it. Whoever's rows fail is undone as a whole,
// as on PostgreSQL.
func (tx *Tx) execMany(ctx context.Context, verb, rest string, args []any) (int64, error) {
	if !tx.postgres {
		verb += " or fail"
	}
	n, err := tx.Exec(ctx, verb+rest, args...)
	if err != nil && tx.broken == nil {
		tx.broken = err
	}
	return n, err
}

// keysMark stands in a text for the rows that are asked or changed for; their
// columns are called column1, column2, …
const keysMark = "(keys)"

// Each key is a row of values. Keyed asks one question for many keys at once:
// the text has "from (keys) k cross join …", which makes both engines look the
// keys up one after the other by an index.
func Keyed[T any](ctx context.Context, tx *Tx, text string, keys [][]any) ([]T, error) {
	var all []T
	err := tx.keyed(text, keys, func(text string, args []any) error {
		some, err := All[T](ctx, tx, text, args...)
		all = append(all, some...)
		return err
	})
	return all, err
}

// ExecKeyed changes rows, each by the values of its key: the text has
// "update … from (keys) k where …". A row must have one key only.
func (tx *Tx) ExecKeyed(ctx context.Context, text string, keys [][]any) (int64, error) {
	var total int64
	rest, is := strings.CutPrefix(text, "update")
	if !is {
		return 0, fault.New(fault.Internal, "rows are changed by an update alone")
	}
	err := tx.keyed(rest, keys, func(rest string, args []any) error {
		n, err := tx.execMany(ctx, "update", rest, args)
		total += n
		return err
	})
	return total, err
}

func (tx *Tx) keyed(text string, keys [][]any, do func(text string, args []any) error) error {
	before, after, marked := strings.Cut(text, keysMark)
	if !marked {
		return fault.New(fault.Internal, "a text without its keys")
	}
	if len(keys) == 0 {
		return nil
	}
	columns := typed(keys[0])
	for len(keys) > 0 {
		n := portion(len(keys), len(columns))
		args, err := flat(keys[:n], len(columns))
		if err != nil {
			return err
		}
		if err := do(before+"(values "+tx.db.tuples(n, columns)+")"+after, args); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// A placeholder stands plainly, or with what PostgreSQL must be told of it.
const (
	plainly  = "."
	asNumber = "n"
	asTerms  = "t"
)

// typed says how the placeholders of a key stand: PostgreSQL takes for text what it
// is not told to be a number.
func typed(key []any) string {
	var all strings.Builder
	for _, value := range key {
		switch value.(type) {
		case int, int64, bool, time.Time:
			all.WriteString(asNumber)
			continue
		}
		if reflect.ValueOf(value).CanInt() {
			all.WriteString(asNumber)
		} else {
			all.WriteString(plainly)
		}
	}
	return all.String()
}

func flat(rows [][]any, columns int) ([]any, error) {
	for _, r := range rows {
		if len(r) != columns {
			return nil, fault.New(fault.Internal, "%d values for %d columns", len(r), columns)
		}
	}
	return slices.Concat(rows...), nil
}

// shape is the shape of many rows in a text.
type shape struct {
	rows    int
	columns string
}

// tuples writes ($1,$2),($3,$4),… There are few shapes, each used thousands of
// times, so that they are remembered.
func (db *DB) tuples(rows int, columns string) string {
	if known, ok := db.shapes.Load(shape{rows, columns}); ok {
		return known.(string)
	}
	var b strings.Builder
	for i := range rows * len(columns) {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%len(columns) == 0:
			b.WriteString("),(")
		default:
			b.WriteByte(',')
		}
		mark := "$" + strconv.Itoa(i+1)
		switch columns[i%len(columns)] {
		case asNumber[0]:
			mark = "cast(" + mark + " as bigint)"
		case asTerms[0]:
			mark = "array_to_tsvector(" + mark + "::text[])"
		}
		b.WriteString(mark)
	}
	b.WriteByte(')')
	db.shapes.Store(shape{rows, columns}, b.String())
	return b.String()
}
