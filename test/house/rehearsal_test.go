package house

import (
	"log/slog"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/secret"
)

// rehearsing is a house as “kith rehearse” makes it: sample workspace, every
// network, one clock for both sides.
func rehearsing(t *testing.T) (*rehearse.Stage, *app.App) {
	t.Helper()
	stage, err := rehearse.Open(t.Context(), sandbox.Options{Seed: 1, Start: time.Date(2026, 11, 30, 7, 30, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stage.Close)
	c := config.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", FactsMB: 1024}
	stage.Fit(&c)
	a, err := app.New(t.Context(), c, append(stage.Options(), app.WithLog(slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	stage.Follow(t.Context(), a)
	if err := rehearse.Fill(t.Context(), a, stage, secret.Text(secret.Token()), true); err != nil {
		t.Fatal(err)
	}
	return stage, a
}

// A week goes by in a minute or two: what was planned for Thursday goes out on
// Thursday, once, on every network.
func TestAWeekIsRehearsedFast(t *testing.T) {
	t.Parallel()
	stage, _ := rehearsing(t)
	begun := stage.Clock.Now()
	real := time.Now()
	if _, err := stage.Scripts.Start(sandbox.Scene{Name: "calm"}); err != nil {
		t.Fatal(err)
	}
	stage.Clock.Hurry(begun.Add(12 * time.Hour))
	for !stage.Clock.Until().IsZero() {
		<-time.After(time.Second)
		t.Log(time.Since(real).Round(time.Second), stage.Clock.Now().Sub(begun).Round(time.Minute), stage.Ledger.Len())
	}
	for _, e := range stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish}) {
		t.Log(e.At.Sub(begun), e.Network, e.Text)
	}
	if twice := stage.Ledger.Duplicates(regexp.MustCompile(`.+`)); len(twice) > 0 {
		t.Errorf("published twice: %+v", twice)
	}
}
