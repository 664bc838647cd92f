package id_test

import (
	"testing"

	"github.com/kithhq/kith/internal/id"
)

func TestIdentifiersSortByTime(t *testing.T) {
	last := ""
	for range 10_000 {
		next := id.New()
		if next <= last || !id.Valid(next) {
			t.Fatalf("%s after %s", next, last)
		}
		last = next
	}
	if id.Valid("{"+last+"}") || id.Valid("x") || id.Valid("") {
		t.Fatal("a foreign form is taken for an identifier")
	}
}
