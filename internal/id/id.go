// Package id makes identifiers that sort by time: UUIDv7 as text.
package id

import "github.com/google/uuid"

// New gives a fresh identifier; later ones sort after earlier ones.
func New() string { return uuid.Must(uuid.NewV7()).String() }

// Valid says whether a text from outside is an identifier in the form New gives.
func Valid(s string) bool {
	u, err := uuid.Parse(s)
	return err == nil && u.String() == s
}
