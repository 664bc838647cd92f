// Package view answers what a page shows: read-only SQL across rooms, one file
// for a page. It writes nothing.
package view

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
)

// Page is one page of a list; Next is "" on the last one.
type Page[T any] struct {
	Items []T
	Next  string
}

// cursor is where a page ended: the sort value and the id of its last row.
type cursor struct {
	At int64  `json:"a"`
	ID string `json:"i"`
}

func (c cursor) String() string {
	text, _ := json.Marshal(c) // two plain fields
	return base64.RawURLEncoding.EncodeToString(text)
}

func parseCursor(s string) (c cursor, given bool, err error) {
	if s == "" {
		return c, false, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		return c, false, fault.New(fault.Invalid, "The cursor is not one of ours.").On("cursor").WithHint("Begin again without a cursor.")
	}
	return c, true, nil
}

// query builds a select whose conditions come and go.
type query struct {
	text strings.Builder
	args []any
}

// add appends a piece of SQL; each ? becomes the next placeholder.
func (q *query) add(piece string, args ...any) *query {
	for _, a := range args {
		q.args = append(q.args, a)
		piece = strings.Replace(piece, "?", fmt.Sprintf("$%d", len(q.args)), 1)
	}
	q.text.WriteString(piece)
	q.text.WriteByte('\n')
	return q
}

// when appends a condition only if it is wanted.
func (q *query) when(wanted bool, piece string, args ...any) *query {
	if wanted {
		q.add(piece, args...)
	}
	return q
}

// within binds a query to the channels that an actor may see.
func (q *query) within(actor access.Actor, column string) *query {
	if actor.Channels == nil {
		return q
	}
	return q.in(column, actor.Channels)
}

func (q *query) in(column string, values []string) *query {
	if len(values) == 0 {
		return q.add("and 1 = 0")
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	return q.add("and "+column+" in ("+strings.TrimSuffix(strings.Repeat("?,", len(values)), ",")+")", args...)
}

func limited(limit int) int {
	if limit <= 0 || limit > 200 {
		return 50
	}
	return limit
}

// cut makes a page out of one row more than was asked for.
func cut[T any](rows []T, limit int, at func(T) cursor) Page[T] {
	if len(rows) <= limit {
		if rows == nil {
			rows = []T{}
		}
		return Page[T]{Items: rows}
	}
	return Page[T]{Items: rows[:limit], Next: at(rows[limit-1]).String()}
}
