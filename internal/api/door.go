package api

import (
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Config is what the door stands on.
type Config struct {
	Version string
	Log     *slog.Logger
}

// Door is the REST API.
type Door struct {
	Config
	log *slog.Logger
	api huma.API
	mux *http.ServeMux
}

// New makes the door.
func New(c Config) *Door {
	d := &Door{Config: c, log: c.Log, mux: http.NewServeMux()}
	d.api = humago.New(d.mux, description())
	d.session()
	d.members()
	d.workspace()
	d.channels()
	d.posts()
	d.media()
	d.conversations()
	d.people()
	d.today()
	d.rehearsal()
	d.news()
	return d
}
