package house

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

const (
	inFrench  = "1\n00:00:00,500 --> 00:00:02,000\nVoilà la presse\n"
	inEnglish = "WEBVTT\n\n00:00.500 --> 00:02.000\nThis is the press\n"
)

// subtitle gives a video subtitles, as a browser does.
func (p *place) subtitle(media, lang, name string, file []byte) api.Subtitles {
	p.t.Helper()
	return p.Subtitle(p.t, media, lang, name, file)
}

// becomes waits until nothing is on its way and gives what became of the subtitles on a
// network.
func (p *place) becomes(post, network string) (all []api.Subtitled) {
	p.t.Helper()
	p.until("the subtitles are there or not", func() (bool, any) {
		now := p.Post(p.t, post)
		i := slices.IndexFunc(now.Publications, func(u api.Publication) bool { return string(u.Network) == network })
		all = now.Publications[i].Subtitles
		return !slices.ContainsFunc(all, func(s api.Subtitled) bool { return s.State == "due" }), now.Publications[i]
	})
	return all
}

// A video goes out with its subtitles where the network takes them, without where it
// does not, and says so; also where an answer is lost on the way.
func TestAVideoHasSubtitles(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		film := p.Upload(t, "press.mp4", hand.Film(5, 720, 1280, 200<<10), "")
		p.subtitle(film.ID, "FR", "press.fr.srt", []byte("1\r\n00:00:00,500 --> 00:00:02,000\r\nVoil\xe0 la presse\r\n")) // Latin-1
		p.subtitle(film.ID, "en", "press.vtt", []byte(inEnglish))
		long := "WEBVTT\n\n00:00.500 --> 00:02.000\n" + strings.Repeat(strings.Repeat("a", 999)+"\n", 2) + "\n"
		p.subtitle(film.ID, "de", "press.de.vtt", []byte("WEBVTT\n"+strings.Repeat(strings.TrimPrefix(long, "WEBVTT\n"), 11)))
		if kind, got := p.opens("/api/v1/media/" + film.ID + "/subtitles/fr?format=srt"); string(got) != inFrench || kind != "application/x-subrip; charset=utf-8" {
			t.Errorf("French came back as %q, %s", got, kind)
		}
		part := []api.Part{{Text: "The press, filmed", Media: []api.MediaUse{{ID: film.ID}}}}
		said := hand.Do[api.Checked](t, p.Hand, http.MethodPost, "/posts/check", api.Check{Parts: part, Channels: hand.To(p.channels["bluesky"], p.channels["mastodon"])})
		for i, want := range []string{"subtitles_too_big", "no_subtitles"} {
			if !slices.ContainsFunc(said.Channels[i].Problems, func(w api.Wrong) bool { return w.Key == want && w.Level == "warn" && w.Field == "subtitles" }) {
				t.Errorf("no %s in %+v", want, said.Channels[i].Problems)
			}
		}
		p.lose("bluesky", sandbox.Upload)
		post := p.Write(t, part, hand.To(p.channels["bluesky"], p.channels["mastodon"])...)
		p.out(post.ID)
		for network, want := range map[string]map[string]string{
			"bluesky":  {"de": "failed", "en": "there", "fr": "there"},
			"mastodon": {"de": "failed", "en": "failed", "fr": "failed"},
		} {
			all := p.becomes(post.ID, network)
			for _, s := range all {
				if s.State != want[s.Lang] || s.MediaID != film.ID || (s.Error == "") == (s.State == "failed") {
					t.Errorf("%s: %+v", network, s)
				}
			}
			if len(all) != 3 || len(p.written(network, "The press, filmed")) != 1 {
				t.Errorf("%s has %+v, and %+v", network, p.written(network, "The press, filmed"), all)
			}
		}
	})
}
