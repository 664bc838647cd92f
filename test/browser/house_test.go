// Package browser_test drives the built application in Chromium: the main job from signing in to undoing a verdict, and
// every page in every look. The house is a whole one, on pretended networks; nothing is stubbed.
package browser_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
	"github.com/kithhq/kith/internal/ui"
	"github.com/kithhq/kith/test/port"
)

const password = "vent-du-nord-42"

// house is a running Kith and the networks it speaks to.
type house struct {
	t     *testing.T
	app   *app.App
	stage *rehearse.Stage
	url   string
}

// setupCode opens a house that nobody owns yet.
const setupCode = "ABCD-EFGH-JKLM-NPQR"

// open starts a house, with the sample workspace or with an empty one.
func open(t *testing.T, full bool, change ...func(*config.Config)) *house {
	t.Helper()
	h := fresh(t, change...)
	if full {
		must(t, rehearse.Fill(t.Context(), h.app, h.stage, password, true))
		return h
	}
	must(t, store.Do(t.Context(), h.app.DB, func(ctx context.Context, tx *store.Tx) error {
		_, err := team.Begin(ctx, tx, "Librairie Hirondelle", "Europe/Paris", "en")
		return err
	}))
	h.owns(rehearse.Keeper, "Camille Aubry")
	return h
}

// fresh starts a house that nobody owns yet.
func fresh(t *testing.T, change ...func(*config.Config)) *house {
	t.Helper()
	if !ui.Built() {
		t.Fatal("these tests need the built browser application inside: run scripts/web.sh and give go test -tags webbuilt (scripts/test.sh real does both)")
	}
	ctx := t.Context()
	stage, err := rehearse.Open(ctx, sandbox.Options{Seed: 7})
	must(t, err)
	t.Cleanup(stage.Close)
	// Links in invitations carry the address, so it is known before the house listens.
	listen, err := port.Free(ctx)
	must(t, err)
	c := config.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: listen, Log: "error", Read: 500 * time.Millisecond, FactsMB: 256}
	stage.Fit(&c)
	for _, f := range change {
		f(&c)
	}
	a, err := app.New(ctx, c, append(stage.Options(), app.WithSetup(setupCode))...)
	must(t, err)
	t.Cleanup(func() { must(t, a.Stop(context.WithoutCancel(ctx))) })
	a.Handler = failing(cutting(a.Handler))
	must(t, a.Start(ctx))
	stage.Follow(ctx, a)
	return &house{t: t, app: a, stage: stage, url: a.URL()}
}

// failCookie makes the house refuse its data to one browser, as it does when its database is away.
const failCookie = "kith_browser_test_fails"

func failing(next http.Handler) http.Handler {
	spared := map[string]bool{"/api/v1/me": true, "/api/v1/session": true, "/api/v1/news": true}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie(failCookie); err == nil && strings.HasPrefix(r.URL.Path, "/api/") && !spared[r.URL.Path] {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// lineCookie is a number: so often the line of one browser breaks three megabytes into an
// upload, before the browser is told how far it got. Then it is away.
const lineCookie = "kith_browser_test_line"

func cutting(next http.Handler) http.Handler {
	var mu sync.Mutex
	cuts := 0
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		line, err := r.Cookie(lineCookie)
		if err != nil || !strings.HasPrefix(r.URL.Path, "/api/v1/uploads/") {
			next.ServeHTTP(w, r)
			return
		}
		most, _ := strconv.Atoi(line.Value)
		mu.Lock()
		away := cuts >= most
		if !away && r.Method == http.MethodPatch {
			cuts++
		}
		mu.Unlock()
		switch {
		case away:
			w.WriteHeader(http.StatusServiceUnavailable)
		case r.Method == http.MethodPatch:
			r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, 3_000_000), iotest.ErrReader(io.ErrUnexpectedEOF)))
			next.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// owns adds an owner to the workspace.
func (h *house) owns(email, name string) {
	h.t.Helper()
	hash, err := secret.HashPassword(h.t.Context(), password)
	must(h.t, err)
	must(h.t, store.Do(h.t.Context(), h.app.DB, func(ctx context.Context, tx *store.Tx) error {
		all, err := team.Workspaces(ctx, tx)
		if err != nil {
			return err
		}
		_, err = team.Own(ctx, tx, all[0].ID, email, name, hash)
		return err
	}))
}

// acts lets a person on the stage do something.
func (h *house) acts(a sandbox.Act) sandbox.Acted {
	h.t.Helper()
	done, err := h.stage.Scripts.Do(a)
	must(h.t, err)
	return done
}

// samples is how many posts of the sample workspace go out at once, counted on each network.
const samples = 15

// wrote waits for n things that the networks took from us.
func (h *house) wrote(n int, f sandbox.Filter) []sandbox.Entry {
	h.t.Helper()
	var found []sandbox.Entry
	await(h.t, "the networks take what we write", func() bool {
		found = found[:0]
		for _, e := range h.stage.Ledger.Entries(f) {
			if !e.Repeat {
				found = append(found, e)
			}
		}
		return len(found) >= n
	})
	if len(found) != n {
		h.t.Fatalf("%d writes where %d were meant: %+v", len(found), n, found)
	}
	return found
}

// patience is how long anything may take on a busy machine.
const patience = 2 * time.Minute

// await asks again and again until it is so.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	ticker := time.NewTicker(40 * time.Millisecond)
	defer ticker.Stop()
	late := time.After(patience)
	for !so() {
		select {
		case <-ticker.C:
		case <-late:
			t.Fatalf("waited in vain: %s", what)
		case <-t.Context().Done():
			t.Fatalf("interrupted: %s", what)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// quoted is a text as a script writes it.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string is always JSON
	}
	return string(b)
}
