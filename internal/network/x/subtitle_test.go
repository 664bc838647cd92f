package x_test

import (
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/x"
)

// X knows languages of two letters, and no countries: what it cannot have is said, and the
// video goes out with the rest.
func TestLanguagesAreThoseOfX(t *testing.T) {
	w := enter(t, pretended.Options{})
	part := w.Part("with words")
	film := networktest.Clip(300<<10, 5, 720, 1280, "")
	film.ID = "film"
	for _, lang := range []string{"fr", "fr-CA", "gsw", "pt-BR"} {
		film.Subtitles = append(film.Subtitles, network.Subtitle{Lang: lang, VTT: "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n" + lang + "\n"})
	}
	part.Media = []network.Media{film}
	var last network.Part
	sent, err := w.SendWatching(part, func(p network.Part) { last = p })
	if err != nil || len(w.Ledger(sandbox.Publish)) != 1 {
		t.Fatalf("%+v, %v", sent, err)
	}
	there := ""
	for _, s := range last.Step.Subtitled {
		if s.Why == "" {
			there += s.Lang + " "
		} else if s.Hint == "" {
			t.Errorf("%+v", s)
		}
	}
	if len(last.Step.Subtitled) != 4 || there != "fr pt-BR " {
		t.Errorf("there are %s of %+v", there, last.Step.Subtitled)
	}
	var bodies strings.Builder
	for _, r := range w.Front.Requests() {
		if r.Path == "/2/media/subtitles" {
			bodies.Write(r.Body)
		}
	}
	if n := len(w.Ledger(sandbox.Subtitle)); n != 2 || strings.Count(bodies.String(), `"language_code":"PT"`) != 1 || strings.Count(bodies.String(), `"language_code":"FR"`) != 1 {
		t.Errorf("%d were brought: %s", n, bodies.String())
	}
}
