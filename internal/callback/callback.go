// Package callback is the door at which people come back from a network's own
// page of consent. It is outside of the API, because a network sends the browser
// here; it shows nothing and sends the browser on to a page of the application.
//
// What comes back counts only for the person who set out: their session must be
// open in this browser, and the state must be one that was made for them, once.
// Nobody is sent anywhere but to a page of ours.
package callback

import (
	"log/slog"
	"net/http"
	"net/url"
	"regexp"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/network"
)

// Options are what the door asks others for.
type Options struct {
	House *flow.House
	// Person says whose session a browser has; ok is false when it has none.
	Person func(r *http.Request) (by access.Actor, ok bool)
	Log    *slog.Logger
}

// Handler answers GET /connect/{network}, and says who this house is to networks
// whose clients are documents at an address (network.Discoverable).
func Handler(o Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /connect/{network}", o.back)
	mux.HandleFunc("GET /connect/{network}/{$}", o.back) // where a network wants a slash at the end
	mux.HandleFunc("GET /connect/{network}/client-metadata.json", o.client)
	return mux
}

// state is the form of those that we make.
var state = regexp.MustCompile(`^[A-Za-z0-9_-]{20,100}$`) //nolint:gochecknoglobals // compiled once

// nowhere is the page of an attempt that nobody knows: it says so.
const nowhere = "unknown"

func (o Options) back(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // the address holds a code
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	query, err := url.ParseQuery(r.URL.RawQuery)
	attempt := query.Get("state")
	if err != nil || !state.MatchString(attempt) {
		o.on(w, r, nowhere)
		return
	}
	by, ok := o.Person(r)
	if !ok {
		o.on(w, r, attempt) // the page asks who it is, then says what to do
		return
	}
	if err := o.House.CameBack(r.Context(), by, network.Name(r.PathValue("network")), query); err != nil {
		if fault.Is(err, fault.Internal) {
			o.Log.ErrorContext(r.Context(), "what came back from a network was lost", "network", r.PathValue("network"), "error", err)
		}
		// An attempt that was used already shows what came of it.
		if !fault.Is(err, fault.Conflict) {
			attempt = nowhere
		}
	}
	o.on(w, r, attempt)
}

// client is the document about this house: public, and the same for everybody.
func (o Options) client(w http.ResponseWriter, r *http.Request) {
	data, err := o.House.ClientMetadata(r.Context(), network.Name(r.PathValue("network")))
	switch {
	case fault.Is(err, fault.NotFound):
		http.NotFound(w, r)
		return
	case err != nil:
		o.Log.ErrorContext(r.Context(), "the document about this house cannot be served", "network", r.PathValue("network"), "error", err)
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "public, max-age=60")
	h.Set("Access-Control-Allow-Origin", "*") // clients in a browser may look who we are, too
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(data) //nolint:gosec // JSON of our own making; that the other side went away is no matter
}

// on sends the browser to the page of an attempt: the path is ours, whatever came
// in.
func (o Options) on(w http.ResponseWriter, r *http.Request, attempt string) {
	http.Redirect(w, r, "/settings/channels/grant/"+url.PathEscape(attempt), http.StatusSeeOther)
}
