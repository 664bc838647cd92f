package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/test/hand"
)

func (p *place) subtitles(h house, media, lang, file string) said {
	p.t.Helper()
	body, kind := form(p.t, nil, []byte(file))
	return p.with(h, "PUT", "/media/"+media+"/subtitles/"+lang, body, "Content-Type", kind)
}

func TestAVideoKeepsSubtitlesOfSeveralLanguages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		ada, eve := p.team("ada@example.org"), p.team("eve@example.org")
		film := ok[api.Media](t, p.upload(ada, nil, hand.Film(5, 640, 360, 4000))).ID
		image := ok[api.Media](t, p.upload(ada, nil, picture(t))).ID
		const good = "1\n00:00:01,000 --> 00:00:02,000\nBonjour\n"
		for _, lang := range []string{"fr", "FR", "pt_br"} {
			ok[api.Subtitles](t, p.subtitles(ada, film, lang, good))
		}
		s := ok[api.Subtitles](t, p.subtitles(ada, film, "fr", "WEBVTT\n\n00:00.000 --> 00:01.000\nSalut\n\n00:01.000 --> 00:02.000\nBonjour\n"))
		if s.Lang != "fr" || s.Cues != 2 || s.Name != "plage.png" {
			t.Errorf("%+v", s)
		}
		if all := ok[api.Page[api.Subtitles]](t, p.with(ada, "GET", "/media/"+film+"/subtitles", nil)).Items; len(all) != 2 || all[0].Lang != "fr" || all[1].Lang != "pt-BR" {
			t.Errorf("%+v", all)
		}
		answer := p.with(ada, "GET", "/media/"+film+"/subtitles/fr", nil)
		if !strings.HasPrefix(string(answer.body), "WEBVTT\n") || answer.Header.Get("Content-Type") != "text/vtt; charset=utf-8" || answer.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %v", answer.body, answer.Header)
		}
		for _, one := range []struct{ media, lang, file, field, detail string }{
			{film, "fr", "1\n00:00:01,000 --> 00:00:61,000\nx\n", "file", "Line 2: “00:00:61,000” is no time"},
			{film, "fr", "1\n00:01:01,000 --> 00:01:02,000\nx\n", "file", "Line 2: this subtitle begins after 61 seconds, and the video lasts 5."},
			{film, "fr", "", "file", "There are no subtitles"},
			{film, "fran%C3%A7ais", good, "lang", "“français” is no language."},
			{image, "fr", good, "", "Only a video has subtitles."},
		} {
			if told := refused(t, p.subtitles(ada, one.media, one.lang, one.file), 422, "invalid"); told.Field != one.field || !strings.HasPrefix(told.Detail, one.detail) || told.Hint == "" {
				t.Errorf("%+v", told)
			}
		}
		body, kind := form(t, nil, []byte("Bonjour"))
		if told := refused(t, p.with(ada, "PUT", "/media/"+film+"/subtitles/fr", body, "Content-Type", kind, "Accept-Language", "fr"), 422, "invalid"); told.Detail != "Ligne 1\u202f: on attend ici un numéro ou un minutage, et on trouve «\u202fBonjour\u202f»." {
			t.Errorf("%+v", told)
		}
		refused(t, p.subtitles(eve, film, "fr", good), 404, "not_found")
		for range 2 {
			if gone := p.with(ada, "DELETE", "/media/"+film+"/subtitles/fr", nil); gone.StatusCode != http.StatusNoContent {
				t.Error(gone.Status)
			}
		}
		refused(t, p.with(ada, "GET", "/media/"+film+"/subtitles/fr", nil), 404, "not_found")
	})
}
