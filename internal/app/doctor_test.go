package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kithhq/kith/internal/app"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// found gives the doctor's finding that says something.
func found(t *testing.T, c config.Config, says string) (f app.Finding) {
	t.Helper()
	var all []string
	for f := range app.Doctor(t.Context(), c) {
		if strings.Contains(f.What, says) {
			return f
		}
		all = append(all, f.String())
	}
	t.Fatalf("nothing says %q:\n%s", says, strings.Join(all, "\n"))
	return f
}

func TestTheDoctorTellsThisKithFromAnother(t *testing.T) {
	here, other := serve(t, config.Config{}), serve(t, config.Config{})
	var behind atomic.Pointer[url.URL]
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(behind.Load()) }})
	t.Cleanup(proxy.Close)
	to := func(a *app.App) {
		u, err := url.Parse(a.URL())
		if err != nil {
			t.Fatal(err)
		}
		behind.Store(u)
	}
	c := here.Config
	c.PublicURL, c.Listen = proxy.URL, strings.TrimPrefix(here.URL(), "http://")
	to(here)
	if f := found(t, c, "reaches this Kith"); f.Bad {
		t.Error(f)
	}
	if f := found(t, c, "Kith runs and does its work"); f.Bad {
		t.Error(f)
	}
	to(other)
	if f := found(t, c, "another Kith answers"); !f.Bad || !strings.Contains(f.What, here.Config.Data) || f.Do == "" {
		t.Error(f)
	}
	copied := c // a copy of the folder, whose house has not begun
	copied.Data = filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(copied.Data, os.DirFS(other.Config.Data)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(copied.Data, "instance")); err != nil {
		t.Fatal(err)
	}
	found(t, copied, "another Kith answers")
	c.Listen = strings.TrimPrefix(other.URL(), "http://")
	found(t, c, "does not run on "+c.Listen)
	page := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(page.Close)
	c.PublicURL = page.URL
	if f := found(t, c, "something else than Kith answers (404)"); !f.Bad {
		t.Error(f)
	}
}

// tables are what a PostgreSQL database holds, with how many rows.
func tables(t *testing.T, address string) []string {
	t.Helper()
	db, err := store.Open(t.Context(), address, store.OnlyLook())
	if err != nil {
		return nil
	}
	defer db.Close()
	var all []string
	storetest.View(t, db, func(ctx context.Context, tx *store.Tx) error {
		names, err := store.All[string](ctx, tx, "select table_name from information_schema.tables where table_schema = 'public' order by 1")
		for _, name := range names {
			n, err := store.One[string](ctx, tx, "select '"+name+" '||count(*) from "+name)
			if err != nil {
				return err
			}
			all = append(all, n)
		}
		return err
	})
	return all
}

func listed(t *testing.T, dir string) (names []string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		names = append(names, f.Name())
	}
	return names
}

func TestTheDoctorOnlyLooks(t *testing.T) {
	for engine, address := range map[string]string{"sqlite": "", "postgres": storetest.PostgresURL(t)} {
		t.Run(engine, func(t *testing.T) {
			c := config.Config{Data: t.TempDir(), DB: address, Listen: "127.0.0.1:1", FactsMB: 64}
			if f := found(t, c, "no database of Kith"); !f.Bad || f.Do == "" {
				t.Error(f)
			}
			if left := listed(t, c.Data); len(left) > 0 {
				t.Errorf("it has left %q", left)
			}
			if _, err := store.Open(t.Context(), c.Database(), store.OnlyLook()); err == nil {
				t.Error("it has made a database")
			}
			owner := app.NewOwner{Email: "ada@example.org", Password: "three words or four", Workspace: "Radio", Zone: "Europe/Paris", Locale: "fr"}
			if err := app.CreateOwner(t.Context(), c, owner); err != nil {
				t.Fatal(err)
			}
			files := listed(t, c.Data)
			var rows []string
			if address != "" {
				rows = tables(t, address)
			}
			found(t, c, "There is no master key") // nor is one made
			if left := listed(t, c.Data); !slices.Equal(left, files) {
				t.Errorf("it has left %q, there were %q", left, files)
			}
			if address != "" && (len(rows) < 20 || !slices.Equal(rows, tables(t, address))) {
				t.Errorf("it has changed %q to %q", rows, tables(t, address))
			}
			db, err := store.Open(t.Context(), c.Database(), store.OnlyLook())
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := store.Do(t.Context(), db, func(context.Context, *store.Tx) error { return nil }); err == nil {
				t.Error("who only looks may write")
			}
		})
	}
}
