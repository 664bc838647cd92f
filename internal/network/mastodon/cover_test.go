package mastodon_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/mastodon"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/mastodon"
)

func get(t *testing.T, address string) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The picture that was chosen is the one that people see before a video is played; one
// that is none is left out, and the video goes out once.
func TestACoverIsSeen(t *testing.T) {
	for name, cover := range map[string]network.Media{
		"a picture":  networktest.Picture("image/png", 720, 1280, ""),
		"no picture": networktest.File("image/png", []byte("no picture at all"), 10, 10, ""),
	} {
		w := networktest.NewWorld(t, harness(pretended.Options{MediaAsks: 1}))
		part := film(w, "with a cover: "+name)
		part.Media[0].Cover = &cover
		sent, err := w.Send(part)
		if n := len(w.Ledger(sandbox.Publish)); err != nil || n != 1 {
			t.Fatalf("%s: %v, and %d posts", name, err, n)
		}
		var status struct {
			Files []struct {
				Preview string `json:"preview_url"`
				URL     string `json:"url"`
			} `json:"media_attachments"`
		}
		if err := json.Unmarshal(get(t, w.Conn.Base+"/api/v1/statuses/"+sent.ID), &status); err != nil || len(status.Files) != 1 {
			t.Fatalf("%s: %+v, %v", name, status, err)
		}
		if f := status.Files[0]; name == "no picture" {
			if f.Preview != f.URL {
				t.Errorf("a picture that is none is seen: %+v", f)
			}
			continue
		}
		file, err := cover.Open()
		if err != nil {
			t.Fatal(err)
		}
		want, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := get(t, status.Files[0].Preview); !bytes.Equal(got, want) {
			t.Errorf("a picture of %d bytes is seen, not the one of %d", len(got), len(want))
		}
	}
}

// GoToSocial would leave a cover out without a word: it is offered none, and sent none.
func uncovered(t *testing.T, h networktest.Harness) {
	t.Helper()
	w := networktest.NewWorld(t, h)
	if c := w.Account.Limits.Media.Video.Cover; c != nil {
		t.Fatalf("covers are offered: %+v", c)
	}
	part := film(w, "with a cover that nobody takes")
	cover := networktest.Picture("image/png", 720, 1280, "")
	part.Media[0].Cover = &cover
	if _, err := w.Send(part); err != nil {
		t.Fatal(err)
	}
	for _, r := range w.Front.Requests() {
		if bytes.Contains(r.Body, []byte(`name="thumbnail"`)) {
			t.Errorf("%s %s brings a cover", r.Method, r.Path)
		}
	}
}

// What a server says of itself decides whether covers are offered.
func TestCoversAreOfferedWhereTheyAreTaken(t *testing.T) {
	for said, want := range map[string]bool{
		`"version":"4.3.0","api_versions":{"mastodon":2}`:                                      true,
		`"version":"4.5.1+glitch","api_versions":{"mastodon":7}`:                               true,
		`"version":"0.20.0+git-abc"`:                                                           false, // GoToSocial
		`"version":"3.5.3+0.17.0-git-abc"`:                                                     false, // GoToSocial that was told to call itself a Mastodon
		`"version":"2.7.2 (compatible; Pleroma 2.9.1)","api_versions":{"mastodon":2}`:          false,
		`"version":"4.2.0 (compatible; Akkoma 3.15.2)","api_versions":{"mastodon":1,"x":true}`: false,
		`"version":"4.3.0","api_versions":{}`:                                                  false,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if r.URL.Path == "/api/v2/instance" {
				_, _ = io.WriteString(w, `{"domain":"example.social",`+said+`,"configuration":{"media_attachments":{"image_size_limit":5000000}}}`) // the client sees to it
				return
			}
			_, _ = io.WriteString(w, `{"id":"1","username":"atelier","acct":"atelier"}`) // as above
		}))
		d := mastodon.New(networktest.Client(t, time.Now), mastodon.Options{})
		a, err := d.Connect(t.Context(), map[string]string{"server": server.URL, "token": "t"})
		server.Close()
		if err != nil {
			t.Fatal(err)
		}
		c := a.Limits.Media.Video.Cover
		if (c != nil) != want || c != nil && c.MaxBytes != 5000000 {
			t.Errorf("%s: %+v", said, c)
		}
	}
}
