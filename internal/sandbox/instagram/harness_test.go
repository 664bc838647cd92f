package instagram

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// asker asks the pretended Instagram as a tool would, with the token of a Page.
type asker struct {
	*testing.T
	stage  *sandbox.Stage
	net    *Network
	us     Account
	server *httptest.Server
	token  string
}

func jpegOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, width, height)), nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func film(more string) []byte { return append([]byte("\x00\x00\x00\x18ftypisom"), more...) }

func open(t *testing.T, o Options) *asker {
	t.Helper()
	g := &asker{T: t, stage: sandbox.New(sandbox.Options{Seed: 1, Frozen: true, Start: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)})}
	if o.Fetch == nil {
		good, flat := jpegOf(t, 400, 400), jpegOf(t, 900, 100)
		o.Fetch = func(_ context.Context, address, _ string) ([]byte, error) {
			switch {
			case strings.HasSuffix(address, "good.jpg"):
				return good, nil
			case strings.HasSuffix(address, "flat.jpg"):
				return flat, nil
			case strings.HasSuffix(address, "not.jpg"):
				return []byte("GIF89a"), nil
			case strings.HasSuffix(address, ".mp4"):
				return film("film"), nil
			}
			return nil, http.ErrNotSupported
		}
	}
	g.net = New(g.stage, o)
	g.us = g.net.AddAccount("atelier", "Atelier")
	g.token = g.us.PageToken
	g.server = httptest.NewServer(g.net.Handler())
	t.Cleanup(func() { g.stage.Close(); g.server.Close() })
	return g
}

func (g *asker) ask(method, path string, pairs ...string) (int, map[string]any) {
	g.Helper()
	form := url.Values{"access_token": {g.token}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	address, body := g.server.URL+path, io.Reader(nil)
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	} else {
		address += "?" + form.Encode()
	}
	r, err := http.NewRequestWithContext(g.Context(), method, address, body)
	if err != nil {
		g.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return g.do(r)
}

func (g *asker) do(r *http.Request) (int, map[string]any) {
	g.Helper()
	res, err := g.server.Client().Do(r)
	if err != nil {
		g.Fatal(err)
	}
	defer res.Body.Close()
	var got map[string]any
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
		g.Fatal(err)
	}
	return res.StatusCode, got
}

func (g *asker) well(method, path string, pairs ...string) map[string]any {
	g.Helper()
	status, got := g.ask(method, path, pairs...)
	if status != http.StatusOK {
		g.Fatalf("%s %s %q: %d %v", method, path, pairs, status, got)
	}
	return got
}

// ill is ask that must fail with a code and a subcode.
func (g *asker) ill(code, subcode int, method, path string, pairs ...string) {
	g.Helper()
	status, got := g.ask(method, path, pairs...)
	e, _ := got["error"].(map[string]any)
	sub, _ := e["error_subcode"].(float64)
	if status < 400 || e["code"] != float64(code) || int(sub) != subcode || e["message"] == "" || e["fbtrace_id"] == "" {
		g.Errorf("%s %s %q: %d %v, want code %d/%d", method, path, pairs, status, got, code, subcode)
	}
}

// contain makes a container that is ready.
func (g *asker) contain(pairs ...string) string {
	g.Helper()
	id := g.well("POST", "/v25.0/"+g.us.ID+"/media", pairs...)["id"].(string)
	g.stage.Clock.Advance(30 * time.Second)
	return id
}

func (g *asker) publish(caption string) string {
	g.Helper()
	id := g.contain("image_url", "https://x.example/good.jpg", "caption", caption)
	return g.well("POST", "/v25.0/"+g.us.ID+"/media_publish", "creation_id", id)["id"].(string)
}

func (g *asker) comment(i int, target, text string) string {
	g.Helper()
	id, err := actor{g.net}.Comment(g.stage.Cast.All()[i], g.us.ID, target, text)
	if err != nil {
		g.Fatal(err)
	}
	return id
}

func data(v any) []map[string]any {
	var all []map[string]any
	m, _ := v.(map[string]any)
	list, _ := m["data"].([]any)
	for _, one := range list {
		all = append(all, one.(map[string]any))
	}
	return all
}
