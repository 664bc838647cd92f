package app_test

import (
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/fault"
)

// A rehearsal and a real house never open each other's folder, and leave it as it was.
func TestARehearsalAndAHouseNeverShareAFolder(t *testing.T) {
	open := func(dir string, options ...app.Option) error {
		a, err := app.New(t.Context(), config.Config{Data: dir, Listen: "127.0.0.1:0", FactsMB: 64}, append(options, app.WithLog(slog.New(slog.DiscardHandler)))...)
		if err != nil {
			return err
		}
		return a.Stop(t.Context())
	}
	played := app.WithRehearsal(http.NotFoundHandler())
	real, stage, foreign := filepath.Join(t.TempDir(), "real"), filepath.Join(t.TempDir(), "stage"), t.TempDir()
	notes := filepath.Join(foreign, "notes.txt")
	if err := os.WriteFile(notes, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, try := range []struct {
		what    string
		err     error
		refused bool
	}{
		{"a house in a new folder", open(real), false},
		{"a rehearsal in a new folder", open(stage, played), false},
		{"a rehearsal in its own folder", open(stage, played), false},
		{"a house in its own folder", open(real), false},
		{"a rehearsal in the folder of a house", open(real, played), true},
		{"clearing the folder of a house", app.ClearStage(real), true},
		{"a house in the folder of a rehearsal", open(stage), true},
		{"a rehearsal among somebody's files", open(foreign, played), true},
		{"clearing somebody's files", app.ClearStage(foreign), true},
	} {
		if fault.Is(try.err, fault.Conflict) != try.refused || try.err != nil != try.refused {
			t.Errorf("%s: %v", try.what, try.err)
		}
	}
	if _, err := app.Backup(t.Context(), config.Config{Data: stage}, filepath.Join(t.TempDir(), "kith.tar.gz"), nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("a backup of a rehearsal: %v", err)
	}
	for _, kept := range []string{filepath.Join(real, "kith.db"), filepath.Join(real, "secret.key"), notes} {
		if _, err := os.Stat(kept); err != nil {
			t.Error(err)
		}
	}
	// The next rehearsal begins afresh, and takes nothing away that is not of Kith.
	beside := filepath.Join(stage, "notes.txt")
	if err := os.WriteFile(beside, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := app.ClearStage(stage); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(stage, "kith.db")); err == nil {
		t.Error("the people of the last rehearsal are still there")
	}
	if _, err := os.Stat(beside); err != nil {
		t.Error(err)
	}
	if err := open(stage); !fault.Is(err, fault.Conflict) {
		t.Errorf("a house in a folder that is cleared for a rehearsal: %v", err)
	}
	a, err := app.New(t.Context(), config.Config{Data: stage, Listen: "127.0.0.1:0", FactsMB: 64}, played, app.WithLog(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Stop(t.Context()) //nolint:errcheck // it is only there
	if err := app.ClearStage(stage); err == nil {
		t.Error("a rehearsal that is under way was taken away")
	}
}
