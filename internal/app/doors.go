package app

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/callback"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/files"
	"github.com/kithhq/kith/internal/ingest"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/stream"
	"github.com/kithhq/kith/internal/ui"
)

// doors are what answers requests: networks knock at /hooks and send people back
// to /connect, everyone else speaks to /api, and the rest is the browser
// application.
func (a *App) doors(w wiring) (http.Handler, error) {
	var proxies []netip.Prefix
	for _, s := range a.Config.Trusted {
		p, err := config.Prefix(s)
		if err != nil {
			return nil, err
		}
		proxies = append(proxies, p)
	}
	rest, err := api.New(api.Config{House: a.House, Version: Version(), PublicURL: a.Config.Address(), Mail: a.Config.SMTP.Host != "",
		Setup: a.setup, Proxies: proxies, Rehearsal: w.rehearsal, Log: a.Log})
	if err != nil {
		return nil, err
	}
	a.closeDoor = rest.Close
	mux := http.NewServeMux()
	mux.Handle("/api/", rest)
	media := &files.Door{DB: a.DB, Keys: a.Keys, Blobs: a.Blobs, Base: a.base}
	mux.Handle("/files/", media.Handler())
	if a.Config.PublicURL != "" || w.rehearsal != nil {
		a.House.Address = media.Address
	}
	hooks := ingest.New(ingest.Options{Facts: a.Facts, Knocker: a.knocker, Channels: a.accounts, Knocked: a.knocked, Refused: a.refused, Now: w.now, Log: a.Log})
	deaf := a.DB.Listen(channel.AppsChanged, func(string) { hooks.Forget() })
	a.closing("hooks", func(context.Context) error { deaf(); return nil })
	mux.Handle("/hooks/", hooks.Handler())
	mux.Handle("/connect/", callback.Handler(callback.Options{House: a.House, Person: rest.Person, Log: a.Log}))
	mux.HandleFunc("GET /healthz", a.healthz)
	parts := a.parts()
	mux.HandleFunc("GET /readyz", readyz(parts))
	mux.HandleFunc("GET /metrics", a.metrics(parts))
	pages, err := ui.New(strings.HasPrefix(a.Config.Address(), "https://"))
	if err != nil {
		return nil, err
	}
	mux.Handle("/", pages)
	return mux, nil
}

// base is the address under which networks reach us: in a rehearsal they are on
// this machine.
func (a *App) base() string {
	if a.Config.PublicURL != "" {
		return a.Config.Address()
	}
	return a.URL()
}

// healthz says that this process lives, that it is Kith, and to kith doctor which one.
func (a *App) healthz(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Kith-Version", Version())
	w.Header().Set("Cache-Control", "no-store")
	if said := sum(a.instance, r.URL.Query().Get(challenge)); said != "" {
		w.Header().Set(reply, said)
	}
	fmt.Fprintln(w, "ok")
}

// aside is how many facts could not be applied and wait for somebody, and how many of
// them cannot even be read.
func aside(ctx context.Context, db *store.DB) (n, unreadable int, err error) {
	err = store.View(ctx, db, func(ctx context.Context, tx *store.Tx) (err error) {
		n, unreadable, err = stream.Waiting(ctx, tx)
		return err
	})
	return n, unreadable, err
}

// host is the name in the public address.
func (a *App) host() string {
	u, err := url.Parse(a.Config.PublicURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
