package network

import (
	"strings"
	"testing"
)

func TestSubtitlesThatDoNotFitAreLeftOut(t *testing.T) {
	said := "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nBonjour\n"
	long := said + "\n00:00:03.000 --> 00:00:04.000\n" + strings.Repeat("a", 500) + "\n"
	m := Media{ID: "film", Type: "video/mp4", Subtitles: []Subtitle{{"de", long}, {"en", said}, {"fr", said}, {"it", said}}}
	l := VideoLimit{Types: []string{"video/mp4"}, Subtitles: &SubtitleLimit{Format: "srt", MaxBytes: 200, MaxItems: 3}}
	fit, unfit := l.Captions(m)
	if len(fit) != 2 || fit[0].Lang != "en" || fit[1].Lang != "fr" || len(unfit) != 2 || unfit[0].Lang != "de" || unfit[1].Lang != "it" {
		t.Fatalf("%+v, %+v", fit, unfit)
	}
	for _, u := range unfit {
		if u.Why == "" || u.Hint == "" || u.Media != "film" {
			t.Errorf("%+v", u)
		}
	}
	if file, err := fit[0].As("srt"); err != nil || file != "1\n00:00:01,000 --> 00:00:02,000\nBonjour\n" {
		t.Errorf("%q, %v", file, err)
	}
	l.Subtitles = nil
	if fit, unfit := l.Captions(m); len(fit) != 0 || len(unfit) != 4 {
		t.Errorf("%+v, %+v", fit, unfit)
	}
	for _, p := range (Limits{Media: MediaLimit{MaxItems: 1, Video: l}}).CheckParts([]Part{{Text: "x", Media: []Media{m}}}) {
		if p.Level == "error" || p.Field != "subtitles" || p.Key != "no_subtitles" {
			t.Errorf("%+v", p)
		}
	}
}
