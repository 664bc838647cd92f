package bench

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
)

// idle: the memory of a kith with three connected channels, on three networks, that
// has been left alone for a minute. It reads the channels as usual meanwhile. Beside
// it stands what this program takes with its database and its stream alone.
func idle(ctx context.Context, c Command, say func(Figure)) error {
	dir, err := os.MkdirTemp("", "kith-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	stage, err := rehearse.Open(ctx, sandbox.Options{Seed: 1})
	if err != nil {
		return err
	}
	defer stage.Close()
	w, err := employ(ctx, filepath.Join(dir, "kith"), "--facebook-graph-url", stage.FacebookURL)
	if err != nil {
		return err
	}
	defer w.process.stop()
	sky, toot, page := stage.Bluesky.Account("hirondelle.bsky.test", "Hirondelle"), stage.Mastodon.Account("hirondelle", "Hirondelle"), stage.Facebook.AddPage("Hirondelle")
	for name, settings := range map[string]map[string]string{
		"bluesky":  {"server": stage.BlueskyURL, "handle": sky.Handle, "password": sky.AppPassword},
		"mastodon": {"server": stage.MastodonURL, "token": toot.Token},
		"facebook": {"page": page.ID, "token": page.Token},
	} {
		if _, err := w.connect(ctx, name, settings); err != nil {
			return err
		}
	}
	bare, _, err := launch(ctx, "bare", "--data", filepath.Join(dir, "bare"))
	if err != nil {
		return err
	}
	defer bare.stop()
	wait := time.Minute
	if c.Small {
		wait = 2 * time.Second
	}
	connected := time.Now()
	pause(ctx, wait)
	mb, err := w.process.resident()
	if err != nil {
		return err
	}
	plainly, err := bare.resident()
	if err != nil {
		return err
	}
	say(Figure{Name: "resident", Value: mb, Unit: "MB", Limit: 60, Note: fmt.Sprintf("after %v with three channels, of Bluesky, Mastodon and Facebook", wait),
		Bare: plainly, What: "database and stream alone"})
	if c.Small {
		return nil // they are read every quarter of a minute
	}
	return w.heard(ctx, connected)
}

// heard makes sure that every channel is well and was read after a moment.
func (w *worker) heard(ctx context.Context, after time.Time) error {
	var all struct {
		Items []struct {
			Network       string
			CompleteUntil time.Time `json:"complete_until"`
			Health        struct{ State, Text string }
		}
	}
	if err := w.send(ctx, http.MethodGet, "/channels", "application/json", http.NoBody, &all); err != nil {
		return err
	}
	for _, c := range all.Items {
		if c.Health.State != "ok" || c.CompleteUntil.Before(after) {
			return fault.New(fault.Internal, "%s was not read meanwhile: %s %s, until %v", c.Network, c.Health.State, c.Health.Text, c.CompleteUntil)
		}
	}
	return nil
}
