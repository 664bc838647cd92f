// Package sandboxtest is how the sandboxes' own tests reach them: over HTTP, at an
// address, as anybody would. It knows no network.
package sandboxtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// Door is a pretended network at an address, on a stage whose time stands still.
type Door struct {
	T     *testing.T
	Stage *sandbox.Stage
	Base  string
}

// Open raises a stage and opens a network on it.
func Open(t *testing.T, network func(*sandbox.Stage) http.Handler) Door {
	t.Helper()
	stage := sandbox.New(sandbox.Options{Seed: 3, Frozen: true, Start: time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)})
	server := httptest.NewServer(network(stage))
	t.Cleanup(func() { stage.Close(); server.Close(); http.DefaultTransport.(*http.Transport).CloseIdleConnections() })
	return Door{t, stage, server.URL}
}

// Ask makes a call to a path, or to a whole address; head are names of headers, each
// followed by its value, and those without one are left out. Nothing is followed.
func (d Door) Ask(method, path, body string, head ...string) (status int, header http.Header, text []byte) {
	d.T.Helper()
	address := path
	if strings.HasPrefix(path, "/") {
		address = d.Base + path
	}
	r, err := http.NewRequestWithContext(d.T.Context(), method, address, strings.NewReader(body))
	if err != nil {
		d.T.Fatal(err)
	}
	for i := 0; i < len(head); i += 2 {
		if head[i+1] != "" {
			r.Header.Set(head[i], head[i+1])
		}
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		d.T.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // it is read to its end
	if text, err = io.ReadAll(res.Body); err != nil {
		d.T.Fatal(err)
	}
	return res.StatusCode, res.Header, text
}
