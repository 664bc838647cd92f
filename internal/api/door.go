package api

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/team"
)

// Config is what the door stands on.
type Config struct {
	House     *flow.House
	Version   string
	PublicURL string         // where people reach this house, without a slash at the end
	Mail      bool           // a mail server is set
	Setup     team.Password  // opens a house that nobody owns yet; empty: it is set up at the command line alone
	Proxies   []netip.Prefix // whose word about the caller's address counts
	Rehearsal http.Handler   // the stage's control door; nil when networks are real
	Rate      float64        // requests a second from one caller; 0 = 500
	Log       *slog.Logger
}

// Door is the REST API.
type Door struct {
	Config
	log    *slog.Logger
	api    huma.API
	mux    *http.ServeMux
	cross  *http.CrossOriginProtection
	rate   *pace
	secure bool
	front  http.Handler
	ended  chan struct{}
	ending sync.Once
}

// New makes the door. Close ends what it keeps open.
func New(c Config) (*Door, error) {
	d := &Door{
		Config: c, log: c.Log, mux: http.NewServeMux(), cross: http.NewCrossOriginProtection(),
		rate: newPace(c.Rate), ended: make(chan struct{}), secure: strings.HasPrefix(c.PublicURL, "https://"),
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err == nil {
			err = d.cross.AddTrustedOrigin(u.Scheme + "://" + u.Host)
		}
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "The public address is not one.").WithHint("It has the form https://kith.example.org.")
		}
	}
	d.api = humago.New(d.mux, description())
	for _, resource := range []func(){
		d.setup, d.session, d.me, d.devices, d.members, d.workspace, d.channels, d.grants, d.apps, d.health, d.reading, d.spending, d.asides, d.sheets, d.posts, d.media, d.uploads, d.avatars, d.conversations, d.attachments, d.templates, d.people, d.today, d.rehearsal, d.news,
	} {
		resource()
	}
	d.describe()
	pack, err := light()
	if err != nil {
		return nil, err
	}
	d.front = pack(http.HandlerFunc(d.serve))
	return d, nil
}

// Close ends the news streams, so that a server can stop.
func (d *Door) Close() { d.ending.Do(func() { close(d.ended) }) }

// describe serves the OpenAPI text, which is written when somebody asks for it
// first: hardly anybody does.
func (d *Door) describe() {
	schemas := d.api.OpenAPI().Components.Schemas.Map()
	delete(schemas, "ErrorModel") // the framework's own, which nobody ever gets
	delete(schemas, "ErrorDetail")
	text := sync.OnceValues(d.OpenAPI)
	d.mux.HandleFunc("GET "+prefix+"/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		said, err := text()
		if err != nil {
			problem(http.StatusInternalServerError, "The description of the API cannot be written.", "This is a mistake in Kith.").write(w)
			return
		}
		w.Header().Set("Content-Type", "application/openapi+json;version=3.1")
		_, _ = w.Write(said) // who does not listen is not told
	})
}

// format reads and writes JSON; a body with U+0000 in a text is refused, since
// no database keeps it.
func format() huma.Format {
	return huma.Format{
		Marshal: func(w io.Writer, v any) error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			return e.Encode(v)
		},
		Unmarshal: func(data []byte, into any) error {
			if err := json.Unmarshal(data, into); err != nil {
				return err
			}
			if any, ok := into.(*any); ok && holdsNull(*any) {
				return errors.New("a text holds U+0000")
			}
			return nil
		},
	}
}

func holdsNull(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.ContainsRune(v, 0)
	case []any:
		for _, e := range v {
			if holdsNull(e) {
				return true
			}
		}
	case map[string]any:
		for k, e := range v {
			if strings.ContainsRune(k, 0) || holdsNull(e) {
				return true
			}
		}
	}
	return false
}
