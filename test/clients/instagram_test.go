package clients_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/instagram"
)

func TestMetasOwnSDKKeepsAnInstagramAccount(t *testing.T) {
	stage := sandbox.New(sandbox.Options{Seed: 7})
	t.Cleanup(stage.Close)
	network := instagram.New(stage, instagram.Options{})
	account := network.AddAccount("maison.kith", "Maison Kith")
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 640, 640)), nil); err != nil {
		t.Fatal(err)
	}
	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/video.mp4" {
			w.Header().Set("Content-Type", "video/mp4")
			_, _ = w.Write(append([]byte("\x00\x00\x00\x18ftypisom"), make([]byte, 4096)...)) // the client sees to it
			return
		}
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write(picture.Bytes()) // the client sees to it
	}))
	server, control := httptest.NewServer(network.Handler()), httptest.NewServer(stage.Control())
	t.Cleanup(files.Close)
	t.Cleanup(server.Close)
	t.Cleanup(control.Close)

	steps := play(t, "instagram.mjs", server.URL, account.PageToken, account.ID, account.PageID, files.URL+"/picture.jpg", files.URL+"/video.mp4", control.URL)
	expect(t, steps, 38)
}
