package api

import (
	"encoding/base64"
	"encoding/json"
	"reflect"

	"github.com/kithhq/kith/internal/fault"
)

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// after reads a cursor: the position of the last thing on the page before. An
// empty cursor leaves the zero position.
func after[P any](cursor string) (P, error) {
	var at P
	if cursor == "" {
		return at, nil
	}
	plain, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(plain, &at)
	}
	if err != nil {
		return at, fault.New(fault.Invalid, "The cursor is not one that this list gave.").On("cursor").
			WithHint("Begin again without a cursor.")
	}
	return at, nil
}

// page cuts a list that was read one longer than the limit, and says where the
// next page begins.
func page[T, P any](items []T, limit int, position func(T) P) Page[T] {
	if len(items) <= limit {
		return Page[T]{Items: items}
	}
	items = items[:limit]
	plain, _ := json.Marshal(position(items[limit-1])) // positions are plain values
	return Page[T]{Items: items, Next: base64.RawURLEncoding.EncodeToString(plain)}
}

// each gives the things of one room in the words of the API.
func each[A, B any](all []A, say func(A) B) List[B] {
	said := make(List[B], len(all))
	for i, a := range all {
		said[i] = say(a)
	}
	return said
}
