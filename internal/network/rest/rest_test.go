package rest_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network/rest"
	"github.com/kithhq/kith/internal/outward"
)

var errRefused = errors.New("refused")

// server gives a server that answers with a function, in no network's words.
func server(t *testing.T, answer http.HandlerFunc) rest.Server {
	t.Helper()
	there := httptest.NewServer(answer)
	t.Cleanup(there.Close)
	out, err := outward.New(outward.Options{Allow: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	return rest.Server{Out: out, Base: there.URL,
		Failed: func(a rest.Ask, _ *outward.Response, _ time.Time) error {
			return fault.Wrap(a.Doubt(), errRefused, "no")
		},
		Strange: func(a rest.Ask) error { return fault.Wrap(a.Doubt(), rest.ErrStrange, "what?") }}
}

func TestAFileIsReadWhileItIsSent(t *testing.T) {
	const film = "a film of some length"
	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength <= int64(len(film)) || len(r.TransferEncoding) > 0 {
			t.Errorf("the length is %d, %v", r.ContentLength, r.TransferEncoding)
		}
		file, head, err := r.FormFile("media")
		if err != nil {
			t.Error(err)
			return
		}
		data, err := io.ReadAll(file)
		if err != nil || string(data) != film[:12] || head.Header.Get("Content-Type") != "video/mp4" || r.FormValue("segment") != "3" || r.Header.Get("Authorization") != "Bearer word" {
			t.Errorf("%q as %v, %v, %v", data, head.Header, r.Form, err)
		}
		w.Header().Set("Date", "Sun, 22 Nov 2026 08:00:00 GMT")
		_, _ = w.Write([]byte(`{"id":"7"}`)) // the client sees to it
	})
	body, err := rest.Form(rest.File{Field: "media", Type: "video/mp4", Body: strings.NewReader(film), Bytes: 12}, [2]string{"segment", "3"})
	if err != nil {
		t.Fatal(err)
	}
	var made struct{ ID string }
	got, err := s.Send(t.Context(), "word", rest.Ask{Method: http.MethodPost, Path: "/media", Stream: body}, &made)
	if err != nil || made.ID != "7" || got.Status != 200 || got.At.Year() != 2026 || got.At.Second() != 0 || time.Since(got.Heard) > time.Minute {
		t.Errorf("%+v, %+v, %v", made, got, err)
	}
}

func TestWhatMayHaveHappenedIsInDoubt(t *testing.T) {
	for name, body := range map[string]string{"refused": "", "no JSON": "<html>"} {
		s := server(t, func(w http.ResponseWriter, _ *http.Request) {
			if body == "" {
				w.WriteHeader(http.StatusInternalServerError)
			}
			_, _ = w.Write([]byte(body)) // the client sees to it
		})
		for want, asks := range map[fault.Kind][]rest.Ask{
			fault.Uncertain:   {{Method: http.MethodPost}, {Method: http.MethodDelete}, {Method: http.MethodPost, Body: map[string]int{"a": 1}}},
			fault.Unavailable: {{}, {Method: http.MethodGet}, {Method: http.MethodPost, Harmless: true}},
		} {
			for _, a := range asks {
				a.Path = "/x"
				var into struct{}
				if _, err := s.Send(t.Context(), "", a, &into); !fault.Is(err, want) {
					t.Errorf("%s, %+v: %v, and it should be %v", name, a, err, want)
				}
			}
		}
	}
}
