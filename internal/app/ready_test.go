package app_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// serve starts a house on a database; it ends with the test.
func serve(t *testing.T, c config.Config) *app.App {
	t.Helper()
	if c.Data == "" {
		c.Data = filepath.Join(t.TempDir(), "data")
	}
	c.Listen, c.Read, c.FactsMB = "127.0.0.1:0", time.Minute, 64
	a, err := app.New(t.Context(), c, app.WithLog(slog.New(slog.NewTextHandler(t.Output(), nil))))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := a.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

// fetch asks a house for a page.
func fetch(t *testing.T, a *app.App, path, accept string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.URL()+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", accept)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// eventually asks until it is so, for as long as a loaded machine may take.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(2 * time.Minute)
	defer late.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-late.C:
			t.Fatal("waited in vain for ", what)
		}
	}
}

// unready waits until a house says that one part of it, and no other, cannot work.
func unready(t *testing.T, a *app.App, name string) {
	t.Helper()
	var said app.Readiness
	eventually(t, name+" to be named", func() bool {
		status, body := fetch(t, a, "/readyz", "application/json")
		said = app.Readiness{}
		if err := json.Unmarshal([]byte(body), &said); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		if said.Ready == (status != http.StatusOK) {
			t.Fatalf("%d, and %+v", status, said)
		}
		for _, p := range said.Parts {
			if p.Name == name {
				return !p.Ready && p.Text != ""
			}
		}
		return false
	})
	for _, p := range said.Parts {
		if strings.ContainsAny(p.Text, "/\\") { // a path, an address
			t.Errorf("%s tells outsiders %q", p.Name, p.Text)
		}
		if p.Name != name && !p.Ready {
			t.Errorf("%s is not ready either: %s", p.Name, p.Text)
		}
	}
	if status, body := fetch(t, a, "/readyz", "*/*"); status != http.StatusServiceUnavailable || !strings.HasPrefix(body, "not ready\n") || !strings.Contains(body, "\n"+name+" – ") {
		t.Errorf("%d %s", status, body)
	}
}

func ready(t *testing.T, a *app.App) {
	t.Helper()
	eventually(t, "it to be ready", func() bool {
		status, body := fetch(t, a, "/readyz", "*/*")
		return status == http.StatusOK && body == "ready\ndatabase ok\nfacts ok\njobs ok\ndisk ok\n"
	})
}

func TestAHouseSaysWhichPartOfItIsNotReady(t *testing.T) {
	t.Run("disk", func(t *testing.T) {
		a := serve(t, config.Config{})
		ready(t, a)
		away := a.Config.Data + ".away"
		if err := os.Rename(a.Config.Data, away); err != nil {
			t.Fatal(err)
		}
		unready(t, a, "disk")
		if err := os.Rename(away, a.Config.Data); err != nil {
			t.Fatal(err)
		}
		ready(t, a)
	})
	t.Run("jobs", func(t *testing.T) { // the pump hangs: somebody writes and does not end
		a := serve(t, config.Config{})
		hangs, end, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- store.Do(context.Background(), a.DB, func(context.Context, *store.Tx) error {
				close(hangs)
				<-end
				return nil
			})
		}()
		<-hangs
		unready(t, a, "jobs")
		close(end)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		ready(t, a)
	})
	t.Run("facts", func(t *testing.T) {
		a := serve(t, config.Config{})
		ready(t, a)
		a.Facts.Close()
		unready(t, a, "facts")
	})
	t.Run("database", func(t *testing.T) {
		a := serve(t, config.Config{DB: storetest.PostgresURL(t)})
		ready(t, a)
		a.DB.Close()
		eventually(t, "the database to be named", func() bool {
			status, body := fetch(t, a, "/readyz", "*/*")
			return status == http.StatusServiceUnavailable && strings.Contains(body, "\ndatabase – ")
		})
	})
}
