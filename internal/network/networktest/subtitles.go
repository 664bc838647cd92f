package networktest

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// spoken is what is said in the subtitles of the suite, by language.
func spoken() []network.Subtitle {
	return []network.Subtitle{
		{Lang: "en", VTT: "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nGood evening\n"},
		{Lang: "fr", VTT: "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nBonsoir à tous\n"},
	}
}

// voices are those of the languages that the network takes beside one video.
func (w *World) voices() []network.Subtitle {
	all := spoken()
	if takes := w.Account.Limits.Media.Video.Subtitles; takes != nil && takes.MaxItems == 1 {
		return all[1:]
	}
	return all
}

// voiced is a video, with subtitles where they go along with it.
func (w *World) voiced() network.Media {
	m := w.clip()
	if takes := w.Account.Limits.Media.Video.Subtitles; takes != nil && !takes.Later {
		m.ID = "film"
		m.Subtitles = w.voices()
	}
	return m
}

// subtitles publishes a video with two languages. The network gets both, once, in the
// format that it takes, also when an answer is lost.
func subtitles(t *testing.T, h Harness) {
	if !offers(t, h, network.ActVideo) || !offers(t, h, network.ActSubtitles) {
		return
	}
	w := NewWorld(t, h)
	part := w.Part("with subtitles")
	part.Media = []network.Media{w.voiced()}
	sent := w.sendOnce(part)
	if part.Media[0].Subtitles != nil {
		for _, s := range w.voices() {
			if !slices.Contains(w.steps[part.Key].Subtitled, network.Subtitled{Media: "film", Lang: s.Lang}) {
				t.Errorf("%s is not said to be there: %+v", s.Lang, w.steps[part.Key].Subtitled)
			}
		}
	} else {
		w.afterwards(sent.Ref)
	}
	takes := w.Account.Limits.Media.Video.Subtitles
	for _, s := range w.voices() {
		file, err := s.As(takes.Format)
		if err != nil {
			t.Fatal(err)
		}
		if n := w.brought(file); n != 1 {
			t.Errorf("%s was brought %d times", s.Lang, n)
		}
	}
}

// brought counts the requests that had something in them.
func (w *World) brought(what string) (n int) {
	for _, r := range w.Front.Requests() {
		if bytes.Contains(r.Body, []byte(what)) {
			n++
		}
	}
	return n
}

// afterwards brings subtitles to a video that is out, as the house would: it looks,
// brings, and looks again where the answer is lost.
func (w *World) afterwards(ref network.Ref) {
	w.t.Helper()
	subtitler := w.Driver.(network.Subtitler)
	langs := []string{"en", "fr"}
	for i, s := range spoken() {
		there, err := subtitler.Subtitled(w.t.Context(), w.Conn, ref, langs)
		if err != nil || !slices.Equal(there, langs[:i]) {
			w.t.Fatalf("before %s there are %v, %v", s.Lang, there, err)
		}
		if i == 1 {
			w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Subtitle, Times: 1})
		}
		err = subtitler.Subtitle(w.t.Context(), w.Conn, ref, s)
		if i == 1 && !fault.Is(err, fault.Uncertain) || i == 0 && err != nil {
			w.t.Fatalf("%s: %v", s.Lang, err)
		}
	}
	w.Stage.Clock.Advance(w.Driver.Profile().Delay + time.Second)
	w.Restart()
	if there, err := w.Driver.(network.Subtitler).Subtitled(w.t.Context(), w.Conn, ref, append(langs, "de")); err != nil || !slices.Equal(there, langs) {
		w.t.Errorf("in the end there are %v, %v", there, err)
	}
	if made := w.Ledger(sandbox.Subtitle); len(made) != 2 {
		w.t.Errorf("the ledger has %+v", made)
	}
	if err := w.Driver.(network.Deleter).Delete(w.t.Context(), w.Conn, ref); err != nil {
		w.t.Fatal(err)
	}
	other := network.Subtitle{Lang: "de", VTT: "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nWeg\n"}
	w.kind(subtitler.Subtitle(w.t.Context(), w.Conn, ref, other), fault.NotFound, fault.Invalid, fault.Denied)
}

// refusedSubtitles publishes a video whose subtitles the network does not want: it goes
// out, and is said to be without.
func refusedSubtitles(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	takes := w.Account.Limits.Media.Video.Subtitles
	file, err := spoken()[1].As(takes.Format)
	if err != nil {
		t.Fatal(err)
	}
	w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
		body, err := io.ReadAll(r.Body)
		if r.Body = io.NopCloser(bytes.NewReader(body)); err != nil || !bytes.Contains(body, []byte(file)) {
			return false
		}
		http.Error(rw, `{"error":"InvalidRequest","message":"no"}`, http.StatusBadRequest)
		return true
	})
	part := w.Part("without subtitles")
	part.Media = []network.Media{w.voiced()}
	sent, err := w.Send(part)
	if made := w.Ledger(sandbox.Publish); err != nil || len(made) != 1 || made[0].Object != sent.ID {
		t.Fatalf("sent as %s, %v, and the ledger has %+v", sent.ID, err, made)
	}
	if takes.Later {
		err := w.Driver.(network.Subtitler).Subtitle(t.Context(), w.Conn, sent.Ref, spoken()[1])
		w.kind(err, fault.Invalid)
		return
	}
	became, last := w.steps[part.Key].Subtitled, len(w.voices())-1
	if len(became) != last+1 || last == 1 && became[0] != (network.Subtitled{Media: "film", Lang: "en"}) || became[last].Lang != "fr" || became[last].Why == "" {
		t.Errorf("it is said that %+v", became)
	}
}
