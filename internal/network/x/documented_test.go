package x_test

import (
	"os"
	"path/filepath"
	"testing"
)

// documented is a webhook in the form that the documentation shows.
func documented(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "events", name+".json"))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}
