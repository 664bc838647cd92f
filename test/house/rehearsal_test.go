package house

import (
	"context"
	"log/slog"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/test/hand"
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

// A day and a night go by in a minute: what was planned for a moment goes out in that
// moment of the rehearsal, once, on every network, while people talk everywhere.
func TestADayIsRehearsedFast(t *testing.T) {
	t.Parallel()
	stage, a := rehearsing(t)
	begun := stage.Clock.Now()
	if _, err := stage.Scripts.Start(sandbox.Scene{Name: "calm"}); err != nil {
		t.Fatal(err)
	}
	there := make(chan struct{})
	stage.Clock.After(31*time.Hour, func() { close(there) })
	stage.Clock.Hurry(begun.Add(32 * time.Hour))
	<-there
	planned := map[string]time.Duration{"Story hour": 3 * time.Hour, "Le club de lecture": 26 * time.Hour, "New on the shelf": 30 * time.Hour}
	out, networks := map[string]int{}, map[string]bool{}
	for _, e := range stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish}) {
		networks[e.Network] = true
		for words, in := range planned {
			if !strings.Contains(e.Text, words) {
				continue
			}
			out[words]++
			if late := e.At.Sub(begun) - in; late < -time.Minute || late > 3*time.Minute {
				t.Errorf("“%s” was planned after %s and is on %s after %s", words, in, e.Network, e.At.Sub(begun))
			}
		}
	}
	if want := map[string]int{"Story hour": 3, "Le club de lecture": 5, "New on the shelf": 2}; !maps.Equal(out, want) {
		t.Errorf("out are %v, planned were %v", out, want)
	}
	for _, n := range stage.Networks() {
		if !networks[n.Name] && !n.Private {
			t.Errorf("nothing is on %s", n.Name)
		}
	}
	for _, twice := range stage.Ledger.Duplicates(nil) {
		if twice.Marker != "" {
			t.Errorf("there twice: %+v", twice)
		}
	}
	heard := map[string]int{}
	if err := store.View(t.Context(), a.DB, func(ctx context.Context, tx *store.Tx) error {
		type row struct {
			Network string
			N       int
		}
		rows, err := store.All[row](ctx, tx, `select c.network, count(*) from message m join channel c on c.id = m.channel_id where m.from_us = 0 group by c.network`)
		for _, r := range rows {
			heard[r.Network] = r.N
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, n := range stage.Networks() {
		if n.Name != "pinterest" && heard[n.Name] == 0 { // Pinterest tells programs no words of people
			t.Errorf("nobody was heard on %s: %v", n.Name, heard)
		}
	}
	if d := stage.Scripts.Scenes()[0]; d.Failed > 0 || d.Debrief.Asked < 20 || d.Progress < 0.15 {
		t.Errorf("%+v", d)
	}
}

// Networks that knock in life knock at a rehearsal: each is asked to by its channel, and
// no page says both that it cannot be and that it did.
func TestARehearsalIsToldByWebhook(t *testing.T) {
	t.Parallel()
	stage, a := rehearsing(t)
	all := func() (all []channel.Channel) {
		if err := store.View(t.Context(), a.DB, func(ctx context.Context, tx *store.Tx) (err error) {
			all, err = channel.Everywhere(ctx, tx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return all
	}
	hand.Until(t, soon, "each that is asked to knock does", func() (bool, any) {
		stood := map[network.Name]bool{}
		for _, c := range all() {
			if c.Knocks.Error != "" {
				t.Fatalf("%s: %s %s", c.Network, c.Knocks.Error, c.Knocks.Fix)
			}
			stood[c.Network] = !c.Knocks.Since.IsZero()
		}
		return stood["linkedin"] && stood["x"] && stood["whatsapp"], stood
	})
	for _, name := range []string{"linkedin", "x"} {
		for _, c := range all() {
			if string(c.Network) != name {
				continue
			}
			hand.Until(t, soon, name+" knocks", func() (bool, any) {
				// Posts of the sample may not be out yet.
				_, err := stage.Scripts.Do(sandbox.Act{Network: name, Account: c.Account, Person: "p001", Kind: "comment", Text: "Told at once"})
				for _, now := range all() {
					if now.ID == c.ID {
						c = now
					}
				}
				return !c.WebhookAt.IsZero(), err
			})
		}
	}
}
