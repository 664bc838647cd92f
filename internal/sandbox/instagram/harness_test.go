package instagram

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph/graphtest"
)

// asker asks the pretended Instagram as a tool would, with the token of a Page.
type asker struct {
	graphtest.Asker
	stage *sandbox.Stage
	net   *Network
	us    Account
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
	g := &asker{Asker: graphtest.Asker{T: t}, stage: sandbox.New(sandbox.Options{Seed: 1, Frozen: true, Start: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)})}
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
	g.Token = g.us.PageToken
	g.Server = httptest.NewServer(g.net.Handler())
	t.Cleanup(func() { g.stage.Close(); g.Server.Close() })
	return g
}

// contain makes a container that is ready.
func (g *asker) contain(pairs ...string) string {
	g.Helper()
	id := g.Well("POST", "/v25.0/"+g.us.ID+"/media", pairs...)["id"].(string)
	g.stage.Clock.Advance(30 * time.Second)
	return id
}

func (g *asker) publish(caption string) string {
	g.Helper()
	id := g.contain("image_url", "https://x.example/good.jpg", "caption", caption)
	return g.Well("POST", "/v25.0/"+g.us.ID+"/media_publish", "creation_id", id)["id"].(string)
}

func (g *asker) comment(i int, target, text string) string {
	g.Helper()
	id, err := actor{g.net}.Comment(g.stage.Cast.All()[i], g.us.ID, target, text)
	if err != nil {
		g.Fatal(err)
	}
	return id
}
