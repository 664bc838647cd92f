package networktest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// poster is a picture that the network takes for a video.
func (w *World) poster() network.Media {
	kind := "image/jpeg"
	if takes := w.Account.Limits.Media.Video.Cover; !slices.Contains(takes.Types, kind) {
		kind = takes.Types[0]
	}
	return Picture(kind, 1280, 720, "")
}

// covered is a video with a cover.
func (w *World) covered() network.Media {
	m := w.clip()
	cover := w.poster()
	m.Cover = &cover
	return m
}

// shows counts the requests that brought a picture: its bytes, or where they can be had.
func (w *World) shows(m network.Media) (n int) {
	w.t.Helper()
	for _, r := range w.Front.Requests() {
		if carries(r, m) {
			n++
		}
	}
	return n
}

// carries says whether a request brought a picture.
func carries(r Request, m network.Media) bool {
	file, err := m.Open()
	if err != nil {
		panic(err) // it is in memory
	}
	data, err := io.ReadAll(file)
	if err := errors.Join(err, file.Close()); err != nil {
		panic(err) // as above
	}
	text := base64.StdEncoding.EncodeToString(data)
	return bytes.Contains(r.Body, data) || bytes.Contains(r.Body, []byte(text)) || strings.Contains(string(r.Body)+r.Query, m.ID)
}

// covers publishes a video with a cover: once, and the network gets the picture; where it
// takes it afterwards, also when an answer is lost, and once more does no harm.
func covers(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	part := w.Part("with a cover")
	part.Media = []network.Media{w.covered()}
	cover := *part.Media[0].Cover
	takes := w.Account.Limits.Media.Video.Cover
	if takes.Later {
		part.Media[0].Cover = nil // the house brings it
	}
	sent := w.sendOnce(part)
	if takes.Later {
		w.unveils(sent.Ref, cover)
	} else if n := w.shows(cover); n != 1 {
		t.Errorf("the cover was brought %d times", n)
	}
	if len(w.Account.Limits.Media.Video.Types) > 0 {
		odd := w.covered()
		odd.Cover.Type = "image/x-odd"
		problems := w.Account.Limits.CheckParts([]network.Part{{Text: "x", Title: "x", Media: []network.Media{odd}}})
		if !slices.ContainsFunc(problems, func(p network.Problem) bool { return p.Key == "cover_type" && p.Level == "warn" }) {
			t.Errorf("nothing is said about a cover that is not taken: %+v", problems)
		}
	}
}

// unveils brings a cover to a video that is out.
func (w *World) unveils(ref network.Ref, cover network.Media) {
	w.t.Helper()
	coverer := w.Driver.(network.Coverer)
	evenTwice(w.t, func() error { return coverer.Cover(w.t.Context(), w.Conn, ref, cover) })
	if n := w.shows(cover); n != 2 {
		w.t.Errorf("the cover was brought %d times", n)
	}
	w.again(w.t, sandbox.Edit, func() error { return coverer.Cover(w.t.Context(), w.Conn, ref, cover) })
	w.Weather(sandbox.Mishap{Kind: sandbox.ServerError, Action: sandbox.Edit, Times: 1})
	w.kind(coverer.Cover(w.t.Context(), w.Conn, ref, cover), fault.Unavailable)
	odd := File("image/jpeg", []byte("no picture at all"), 10, 10, "")
	w.kind(coverer.Cover(w.t.Context(), w.Conn, ref, odd), fault.Invalid)
	if err := w.Driver.(network.Deleter).Delete(w.t.Context(), w.Conn, ref); err != nil {
		w.t.Fatal(err)
	}
	w.kind(coverer.Cover(w.t.Context(), w.Conn, ref, cover), fault.NotFound, fault.Invalid)
}

// refusedCover publishes a video whose cover the network does not want: it goes out
// without, once, and that is said.
func refusedCover(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	if w.Account.Limits.Media.Video.Cover.Later {
		return // what is refused afterwards is seen in the test before
	}
	part := w.Part("without a cover")
	part.Media = []network.Media{w.covered()}
	part.Media[0].ID = "film"
	cover := *part.Media[0].Cover
	refused := 0
	w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if err != nil || !carries(Request{Body: body, Query: r.URL.RawQuery}, cover) {
			return false
		}
		refused++
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(rw, `{"code":1,"message":"no","error":{"message":"no","type":"OAuthException","code":100}}`) // the client sees to it
		return true
	})
	sent, err := w.Send(part)
	if made := w.Ledger(sandbox.Publish); err != nil || len(made) != 1 || made[0].Object != sent.ID || refused != 1 {
		t.Fatalf("sent as %s, %v, refused %d times, and the ledger has %+v", sent.ID, err, refused, made)
	}
	if u := w.steps[part.Key].Uncovered; u == nil || u.Media != "film" || u.Why == "" {
		t.Errorf("it is said that %+v", u)
	}
}
