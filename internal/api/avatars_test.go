package api_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/people"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// faces is a network that hands out pictures, and counts.
type faces struct {
	*httptest.Server
	asked atomic.Int32
}

func (p *place) faces(give func(w http.ResponseWriter, r *http.Request)) *faces {
	p.t.Helper()
	f := &faces{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.asked.Add(1)
		give(w, r)
	}))
	p.t.Cleanup(f.Close)
	return f
}

// meets makes an identity with a picture at an address.
func (p *place) meets(h house, remote, address string) (i people.Identity) {
	p.t.Helper()
	p.do(func(ctx context.Context, tx *store.Tx) (err error) {
		f := people.Face{Workspace: h.by.Workspace, Network: "bluesky", RemoteID: remote}
		crowd, err := people.Meet(ctx, tx, []people.Face{f})
		if err != nil {
			return err
		}
		i = crowd.Recognize(f, network.Author{ID: remote, Handle: remote, AvatarURL: address}, tx.Now)
		return crowd.Keep(ctx, tx)
	})
	return i
}

func face(t *testing.T, kind string) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 300, 200))
	for i := range m.Pix {
		m.Pix[i] = 0xff
	}
	if kind == "clear" {
		m.Set(150, 100, color.RGBA{})
		kind = "png"
	}
	var b bytes.Buffer
	err := map[string]func() error{
		"png": func() error { return png.Encode(&b, m) }, "jpeg": func() error { return jpeg.Encode(&b, m, nil) }, "gif": func() error { return gif.Encode(&b, m, nil) },
	}[kind]()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAPictureComesFromUs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		ada, eve := p.team("ada@example.org"), p.team("eve@example.org")
		shown := face(t, "jpeg")
		const marker = "a comment that travels in the file"
		shown = append(append(append([]byte{}, shown[:2]...), append([]byte{0xff, 0xfe, 0, byte(len(marker) + 2)}, marker...)...), shown[2:]...)
		n := p.faces(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Cookie")+r.Header.Get("Authorization")+r.Header.Get("Referer") != "" {
				t.Errorf("the network learns %v", r.Header)
			}
			_, _ = w.Write(shown)
		})
		i := p.meets(ada, "fan.test", n.URL+"/a.jpg")
		person := ok[api.Person](t, p.with(ada, "GET", "/people/"+i.PersonID, nil))
		at := person.Identities[0].AvatarURL
		if !strings.HasPrefix(at, "/api/v1/avatars/"+i.ID+"?v=") {
			t.Fatalf("the picture is said to be at %s", at)
		}
		s := p.with(ada, "GET", strings.TrimPrefix(at, "/api/v1"), nil)
		picture, format, err := image.Decode(bytes.NewReader(s.body))
		if s.StatusCode != 200 || err != nil || format != "jpeg" || picture.Bounds().Dx() != 160 || picture.Bounds().Dy() != 160 || bytes.Contains(s.body, []byte(marker)) {
			t.Errorf("%s %s %v", s.Status, format, err)
		}
		if h := s.Header; h.Get("Content-Type") != "image/jpeg" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "private, max-age=86400" {
			t.Errorf("%v", h)
		}
		if again := p.with(ada, "GET", "/avatars/"+i.ID, nil, "If-None-Match", s.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Error(again.Status)
		}
		if n.asked.Load() != 1 {
			t.Errorf("the network was asked %d times", n.asked.Load())
		}
		refused(t, p.with(eve, "GET", "/avatars/"+i.ID, nil), 404, "not_found")
		refused(t, p.ask("GET", "/api/v1/avatars/"+i.ID, nil), 401, "denied")
		if n.asked.Load() != 1 {
			t.Error("somebody else's picture was fetched")
		}
		p.meets(ada, "fan.test", n.URL+"/b.jpg") // they look otherwise now
		if now := ok[api.Person](t, p.with(ada, "GET", "/people/"+i.PersonID, nil)).Identities[0].AvatarURL; now == at {
			t.Error("a browser would show the former picture")
		}
	})
}

func TestOnlyPicturesComeThrough(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada := p.team("ada@example.org")
	png := face(t, "png")
	for name, c := range map[string]struct {
		give func(w http.ResponseWriter, r *http.Request)
		kind string
	}{
		"png":       {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(png) }, "image/jpeg"},
		"clear png": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(face(t, "clear")) }, "image/png"},
		"gif":       {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(face(t, "gif")) }, "image/jpeg"},
		"a page": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte("<script>alert(1)</script>"))
		}, ""},
		"a drawing": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`))
		}, ""},
		"half":      {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(png[:40]) }, ""},
		"too large": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(append(png, make([]byte, 6<<20)...)) }, ""},
		"gone":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, ""},
		"down":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, ""},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://10.0.0.1/", http.StatusFound)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			n := p.faces(c.give)
			i := p.meets(ada, name, n.URL)
			for range 3 {
				s := p.with(ada, "GET", "/avatars/"+i.ID, nil)
				if c.kind == "" {
					refused(t, s, 404, "not_found")
					lasts := "private, max-age=300"
					if name == "gone" { // its network has said so
						lasts = "private, max-age=86400"
					}
					if s.Header.Get("Cache-Control") != lasts {
						t.Errorf("a browser would ask again at another time: %v", s.Header)
					}
				} else if s.StatusCode != 200 || s.Header.Get("Content-Type") != c.kind {
					t.Errorf("%s %s", s.Status, s.Header.Get("Content-Type"))
				}
			}
			if n.asked.Load() != 1 {
				t.Errorf("the network was asked %d times", n.asked.Load())
			}
		})
	}
}

// The guard of package outward holds here too, and who may not see a channel
// does not see the faces on it.
func TestNoPictureIsFetchedFromInside(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada := p.team("ada@example.org")
	strict, err := outward.New(outward.Options{})
	p.must(err)
	t.Cleanup(strict.Close)
	p.house.Faces = flow.NewFaces(strict, p.house.Blobs, slog.New(slog.DiscardHandler))
	t.Cleanup(p.house.Faces.Close)
	n := p.faces(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(face(t, "png")) })
	for _, address := range []string{n.URL, "http://user:secret@" + strings.TrimPrefix(n.URL, "http://"), "file:///etc/passwd", "javascript:alert(1)", "http://169.254.169.254/latest", "%", "//x"} {
		i := p.meets(ada, address, address)
		refused(t, p.with(ada, "GET", "/avatars/"+i.ID, nil), 404, "not_found")
	}
	if n.asked.Load() != 0 {
		t.Error("a machine of the inside was asked")
	}
	if i := p.meets(ada, "faceless", ""); ok[api.Person](t, p.with(ada, "GET", "/people/"+i.PersonID, nil)).Identities[0].AvatarURL != "" {
		t.Error("who has no picture is said to have one")
	}
	refused(t, p.with(ada, "GET", "/avatars/none", nil), 404, "not_found")
}

func TestAFaceIsSeenByWhoSeesItsChannel(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada := p.team("ada@example.org")
	ids := p.furnish(ada)
	n := p.faces(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(face(t, "png")) })
	spoke := p.meets(ada, "did:plc:fan", n.URL+"/fan") // wrote on the channel of the furniture
	silent := p.meets(ada, "did:plc:other", n.URL+"/other")
	guests := 0
	see := func(channels []string, id string) int {
		t.Helper()
		guests++
		cookie := p.member(ada, fmt.Sprintf("guest%d@example.org", guests), channels)
		return p.ask("GET", "/api/v1/avatars/"+id, nil, "Cookie", cookie).StatusCode
	}
	if got := see([]string{ids["channels"]}, spoke.ID); got != 200 {
		t.Errorf("who sees the channel: %d", got)
	}
	if got := see([]string{ids["channels"]}, silent.ID); got != 404 {
		t.Errorf("who is not on the channel: %d", got)
	}
	if got := see([]string{}, spoke.ID); got != 404 {
		t.Errorf("who sees no channel: %d", got)
	}
}

// What a network does not have is asked for once, however many pages show whose it is,
// and a browser need not ask us either; what only failed may come soon.
func TestAPictureThatIsGoneIsNotAskedForOnEachPage(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada := p.team("ada@example.org")
	for status, lasts := range map[int]string{404: "private, max-age=86400", 410: "private, max-age=86400", 503: "private, max-age=300"} {
		n := p.faces(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		i := p.meets(ada, fmt.Sprint("faceless", status), n.URL)
		for range 3 {
			s := p.with(ada, "GET", "/avatars/"+i.ID, nil)
			refused(t, s, 404, "not_found")
			if got := s.Header.Get("Cache-Control"); got != lasts {
				t.Errorf("%d: a browser is told %q", status, got)
			}
		}
		if n.asked.Load() != 1 {
			t.Errorf("%d: the network was asked %d times", status, n.asked.Load())
		}
	}
}

// A network that takes its time does not hold up the page: initials are shown,
// and the picture once it is there.
func TestASlowPictureHoldsNobodyUp(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada := p.team("ada@example.org")
	p.house.Faces.Patience = time.Second
	let := make(chan struct{})
	n := p.faces(func(w http.ResponseWriter, _ *http.Request) {
		<-let
		_, _ = w.Write(face(t, "png"))
	})
	i := p.meets(ada, "slow", n.URL)
	refused(t, p.with(ada, "GET", "/avatars/"+i.ID, nil), 404, "not_found")
	close(let)
	for range 20 { // each waits a moment for the one that is under way
		if p.with(ada, "GET", "/avatars/"+i.ID, nil).StatusCode == 200 {
			if n.asked.Load() != 1 {
				t.Errorf("the network was asked %d times", n.asked.Load())
			}
			return
		}
	}
	t.Error("the picture never came")
}
