package rehearse

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"sync"

	"github.com/kithhq/kith/internal/fault"
)

// filled remembers what accounts were connected with: whoever rehearses connecting one has to
// know what to type.
type filled struct {
	mu  sync.Mutex
	all map[string]map[string]string // by network
}

func (f *filled) keep(name string, settings map[string]string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all == nil {
		f.all = map[string]map[string]string{}
	}
	f.all[name] = maps.Clone(settings)
}

// door answers what to type for a network, and leaves everything else to the stage.
func (f *filled) door(stage http.Handler) http.Handler {
	m := http.NewServeMux()
	m.Handle("/", stage)
	m.HandleFunc("GET /sandbox/settings", func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		settings := f.all[r.URL.Query().Get("network")]
		if settings == nil {
			settings = map[string]string{}
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(map[string]any{"settings": settings}) // whoever asked has gone
	})
	return m
}

// Settings gives what the form that connects the account of a guest would be
// filled in with; hook is where the network knocks.
func (s *Stage) Settings(ctx context.Context, name, hook string) (map[string]string, error) {
	for _, g := range s.guests {
		if g.name == name {
			return g.connect(ctx, g.url, hook)
		}
	}
	return nil, fault.New(fault.NotFound, "There is no such guest on the stage.")
}
