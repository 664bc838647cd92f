package api

import (
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// List is a list that is never null, in JSON and in its schema.
type List[T any] []T

// MarshalJSON writes [] for nothing.
func (l List[T]) MarshalJSON() ([]byte, error) {
	if l == nil {
		return []byte("[]"), nil
	}
	return json.Marshal([]T(l))
}

// Schema is that of a list which is never null.
func (List[T]) Schema(r huma.Registry) *huma.Schema {
	s := huma.SchemaFromType(r, typeOf[[]T]())
	s.Nullable = false
	return s
}

// Maybe is an object, or null.
type Maybe[T any] struct{ It *T }

func some[T any](it T) Maybe[T] { return Maybe[T]{&it} }

// MarshalJSON writes the object, or null.
func (m Maybe[T]) MarshalJSON() ([]byte, error) { return json.Marshal(m.It) }

// UnmarshalJSON reads the object, or null.
func (m *Maybe[T]) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &m.It) }

// Schema is that of the object, or null.
func (Maybe[T]) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{r.Schema(typeOf[T](), true, ""), {Type: "null"}}}
}

// Page is one page of a list; next is the cursor of the following one, "" at the end.
type Page[T any] struct {
	Items List[T] `json:"items"`
	Next  string  `json:"next" doc:"The cursor of the next page; empty at the end."`
}

// Paging is what every list takes.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"512" doc:"What the page before gave as next."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type none struct{}

type byID struct {
	ID string `path:"id" maxLength:"64"`
}

// with is an input with an id in the path and a body.
type with[T any] struct {
	ID   string `path:"id" maxLength:"64"`
	Body T
}

// about is what an operation concerns, for the audit.
func (b byID) about() string    { return b.ID }
func (w with[T]) about() string { return w.ID }

// told is an input with a body.
type told[T any] struct{ Body T }

// answer is an output with a body.
type answer[T any] struct{ Body T }

// when gives a time as the API writes it: null for never.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
