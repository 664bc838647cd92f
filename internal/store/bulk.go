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
		k, err := tx.Exec(ctx, "insert into "+into+" values "+tuples(n, row(columns))+" "+tail, args...)
		if err != nil {
			return total, err
		}
		total, rows = total+k, rows[n:]
	}
	return total, nil
}

// keysMark stands in a text for the rows that are asked or changed for; their
// columns are called column1, column2, …
const keysMark = "(keys)"

// Each key is a row of values. Keyed asks one question for many keys at once:
// the text has "from (keys) k cross join …", which makes both engines look the
// keys up one after the other by an index.
func Keyed[T any](ctx context.Context, tx *Tx, text string, keys [][]any) ([]T, error) {
	var all []T
	err := keyed(text, keys, func(text string, args []any) error {
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
	err := keyed(text, keys, func(text string, args []any) error {
		n, err := tx.Exec(ctx, text, args...)
		total += n
		return err
	})
	return total, err
}

func keyed(text string, keys [][]any, do func(text string, args []any) error) error {
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
		if err := do(before+"(values "+tuples(n, columns)+")"+after, args); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// typed says what stands before and after the placeholders of a key: PostgreSQL
// takes for text what it is not told to be a number.
func typed(key []any) []column {
	all := make([]column, len(key))
	for i, value := range key {
		switch value.(type) {
		case int, int64, bool, time.Time:
			all[i] = column{"cast(", " as bigint)"}
		default:
			if reflect.ValueOf(value).CanInt() {
				all[i] = column{"cast(", " as bigint)"}
			}
		}
	}
	return all
}

type column struct{ before, after string }

func row(columns int) []column { return make([]column, columns) }

func flat(rows [][]any, columns int) ([]any, error) {
	for _, r := range rows {
		if len(r) != columns {
			return nil, fault.New(fault.Internal, "%d values for %d columns", len(r), columns)
		}
	}
	return slices.Concat(rows...), nil
}

// tuples writes ($1,$2),($3,$4),…
func tuples(n int, columns []column) string {
	var b strings.Builder
	for i := range n * len(columns) {
		c := columns[i%len(columns)]
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%len(columns) == 0:
			b.WriteString("),(")
		default:
			b.WriteByte(',')
		}
		b.WriteString(c.before)
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i + 1))
		b.WriteString(c.after)
	}
	b.WriteByte(')')
	return b.String()
}
