package app

import (
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/config"
)

// Who starts a house that nobody owns is told its code; once it is owned, nobody is.
func TestTheCodeIsToldToWhoStartsAnEmptyHouse(t *testing.T) {
	c := config.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", PublicURL: "https://kith.example.org", FactsMB: 64}
	said := func() string {
		t.Helper()
		a, err := New(t.Context(), c, WithLog(slog.New(slog.DiscardHandler)))
		if err != nil {
			t.Fatal(err)
		}
		defer a.close(t.Context())
		var terminal strings.Builder
		if err := a.welcome(t.Context(), &terminal); err != nil {
			t.Fatal(err)
		}
		return terminal.String()
	}
	code := regexp.MustCompile(`https://kith\.example\.org/setup#([A-Z2-9]{4}(?:-[A-Z2-9]{4}){3})\n`)
	first, second := code.FindStringSubmatch(said()), code.FindStringSubmatch(said())
	if first == nil || second == nil || first[1] == second[1] {
		t.Errorf("%q, then %q", first, second)
	}
	if err := CreateOwner(t.Context(), c, NewOwner{Email: "ada@example.org", Password: "three words or four", Workspace: "Radio", Zone: "Europe/Paris", Locale: "fr"}); err != nil {
		t.Fatal(err)
	}
	if told := said(); told != "" {
		t.Errorf("a house that is owned says %q", told)
	}
}
