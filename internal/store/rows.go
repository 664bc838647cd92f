package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"github.com/kithhq/kith/internal/fault"
)

// Exec runs a statement and gives the number of rows it changed. Arguments are
// translated: time to microseconds (zero to null), bool to 0 or 1, slices, maps
// and structs to JSON text; see All for the way back.
func (tx *Tx) Exec(ctx context.Context, text string, args ...any) (int64, error) {
	if !tx.writable {
		return 0, fault.New(fault.Internal, "writing in a view")
	}
	bound, err := bind(args)
	if err != nil {
		return 0, err
	}
	result, err := tx.on.ExecContext(ctx, text, bound...)
	if err != nil {
		return 0, tx.failed(err)
	}
	return result.RowsAffected()
}

// All reads every row into a T. T is a struct whose fields take the columns in
// order, or a single value. Null becomes the zero value; integers become
// time.Time or bool, JSON text becomes slices, maps and structs.
func All[T any](ctx context.Context, tx *Tx, text string, args ...any) ([]T, error) {
	var all []T
	for row, err := range Each[T](ctx, tx, text, args...) {
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, nil
}

// Each reads rows one by one, as All; after an error it stops.
func Each[T any](ctx context.Context, tx *Tx, text string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		bound, err := bind(args)
		if err != nil {
			yield(zero, err)
			return
		}
		rows, done, err := tx.on.QueryContext(ctx, text, bound...)
		if err != nil {
			yield(zero, tx.failed(err))
			return
		}
		defer done()
		defer rows.Close() //nolint:errcheck // rows.Err tells
		for rows.Next() {
			var row T
			if err := rows.Scan(targets(&row)...); err != nil {
				yield(zero, tx.failed(err))
				return
			}
			if !yield(row, nil) {
				// What follows the last row that was wanted may be that the transaction
				// is undone: PostgreSQL finds a conflict while it is still reading.
				if err := rows.Close(); err != nil {
					tx.broken = tx.failed(err)
				}
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(zero, tx.failed(err))
		}
	}
}

// One reads the first row, or gives NotFound.
func One[T any](ctx context.Context, tx *Tx, text string, args ...any) (T, error) {
	var first T
	found := false
	for row, err := range Each[T](ctx, tx, text, args...) {
		if err != nil {
			return first, err
		}
		first = row
		found = true
		break
	}
	if found || tx.broken != nil {
		return first, tx.broken
	}
	return first, fault.New(fault.NotFound, "There is no such thing, or it is gone.")
}

// Taken says whether an error means that a unique value exists already.
func Taken(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "23505"
	}
	lite, ok := errors.AsType[*sqlite.Error](err)
	return ok && (lite.Code() == 2067 || lite.Code() == 1555) // UNIQUE, PRIMARY KEY
}

func bind(args []any) ([]any, error) {
	bound := make([]any, len(args))
	for i, a := range args {
		switch v := a.(type) {
		case nil, string, int64, []byte, float64:
			bound[i] = v
		case int:
			bound[i] = int64(v)
		case bool:
			bound[i] = int64(0)
			if v {
				bound[i] = int64(1)
			}
		case time.Time:
			if !v.IsZero() {
				bound[i] = v.UnixMicro()
			}
		default:
			value, err := bindOther(v)
			if err != nil {
				return nil, err
			}
			bound[i] = value
		}
	}
	return bound, nil
}

func bindOther(v any) (any, error) {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.String:
		return r.String(), nil
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Int16, reflect.Int8:
		return r.Int(), nil
	case reflect.Uint, reflect.Uint32, reflect.Uint16, reflect.Uint8, reflect.Uint64:
		return int64(r.Uint()), nil //nolint:gosec // our numbers are far below 2^63
	case reflect.Slice, reflect.Map, reflect.Pointer:
		if r.IsNil() {
			return nil, nil
		}
	}
	text, err := json.Marshal(v)
	return string(text), err
}

func targets(row any) []any {
	r := reflect.ValueOf(row).Elem()
	if r.Kind() != reflect.Struct || r.Type() == reflect.TypeFor[time.Time]() {
		return []any{&target{r}}
	}
	all := make([]any, r.NumField())
	for i := range all {
		all[i] = &target{r.Field(i)}
	}
	return all
}

type target struct{ into reflect.Value }

var _ sql.Scanner = (*target)(nil)

// Scan translates one value from the database.
func (c *target) Scan(from any) error {
	if from == nil {
		c.into.SetZero()
		return nil
	}
	if b, ok := from.([]byte); ok {
		from = string(b)
	}
	if n, ok := from.(int64); ok {
		switch {
		case c.into.Type() == reflect.TypeFor[time.Time]():
			c.into.Set(reflect.ValueOf(time.UnixMicro(n).UTC()))
			return nil
		case c.into.Kind() == reflect.Bool:
			c.into.SetBool(n != 0)
			return nil
		case c.into.CanInt():
			c.into.SetInt(n)
			return nil
		case c.into.CanFloat():
			c.into.SetFloat(float64(n))
			return nil
		}
	}
	if s, ok := from.(string); ok {
		if c.into.Kind() == reflect.String {
			c.into.SetString(s)
			return nil
		}
		if c.into.Kind() == reflect.Slice && c.into.Type().Elem().Kind() == reflect.Uint8 {
			c.into.SetBytes([]byte(s))
			return nil
		}
		return json.Unmarshal([]byte(s), c.into.Addr().Interface())
	}
	if f, ok := from.(float64); ok && c.into.CanFloat() {
		c.into.SetFloat(f)
		return nil
	}
	return fmt.Errorf("%T does not fit %s", from, c.into.Type())
}
