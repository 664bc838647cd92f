// Package id makes identifiers that sort by time: UUIDv7 as text.
package id

import (
	"iter"
	"strings"

	"github.com/google/uuid"
)

// New gives a fresh identifier; later ones sort after earlier ones.
func New() string { return uuid.Must(uuid.NewV7()).String() }

// Valid says whether a text from outside is an identifier in the form New gives.
func Valid(s string) bool {
	u, err := uuid.Parse(s)
	return err == nil && u.String() == s
}

// Within gives what looks like identifiers in a text, in the form New gives.
func Within(text string) iter.Seq[string] {
	const long, dash = 36, 8 // the first of the dashes
	return func(yield func(string) bool) {
		for from := 0; ; {
			at := strings.IndexByte(text[from:], '-')
			if at < 0 {
				return
			}
			start := from + at - dash
			if start >= 0 && start+long <= len(text) && Valid(text[start:start+long]) {
				if !yield(text[start : start+long]) {
					return
				}
				from = start + long
				continue
			}
			from += at + 1
		}
	}
}
