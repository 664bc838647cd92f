package app_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
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

// Nothing leaves a rehearsal, not even the question where a name of the world lives.
func TestNothingLeavesARehearsal(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(server.Close)
	a, err := app.New(t.Context(), config.Config{Data: t.TempDir(), Listen: "127.0.0.1:0", FactsMB: 64, Allow: []string{"127.0.0.1/32"}},
		app.WithRehearsal(http.NotFoundHandler()), app.WithLog(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Stop(t.Context()) })
	ask := func(address string) error {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.Outside.Do(t.Context(), request)
		return err
	}
	for _, address := range []string{"https://pbs.twimg.com/profile_images/1/x_normal.jpg", "http://1.1.1.1/", "http://[2606:4700::1111]/"} {
		if err := ask(address); !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), "nothing leaves here") {
			t.Errorf("%s: %v", address, err)
		}
	}
	if err := ask(server.URL); err != nil {
		t.Errorf("a network of the rehearsal: %v", err)
	}
}
