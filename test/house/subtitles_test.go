package house

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

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

// Where subtitles come once the video is out, they are brought once, also when the answer
// is lost and the network shows late what it has taken; those that were added since, and
// those that were refused, are brought when somebody asks.
func TestSubtitlesFollowAVideo(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.guest("youtube")
		film := p.Upload(t, "press.mp4", hand.Film(5, 1280, 720, 200<<10), "")
		p.subtitle(film.ID, "fr", "press.fr.srt", []byte(inFrench))
		p.lose("youtube", sandbox.Subtitle, sandbox.Mishap{Kind: sandbox.ListedLate})
		post := p.Write(t, []api.Part{{Text: "The press, filmed", Title: "The press", Media: []api.MediaUse{{ID: film.ID}}}},
			api.Target{ChannelID: p.channels["youtube"], Options: map[string]string{"kids": "no"}})
		p.Schedule(t, post.ID, time.Time{})
		steps := 0
		patient := func(what string, want map[string]string) {
			t.Helper()
			hand.Until(t, 2*time.Minute, what, func() (bool, any) {
				now := p.Post(t, post.ID)
				if steps++; steps%10 == 0 {
					p.Clock.Advance(8 * time.Second)
				}
				all := now.Publications[0].Subtitles
				for _, s := range all {
					if want[s.Lang] != s.State {
						return false, now.Publications[0]
					}
				}
				return len(all) == len(want), now.Publications[0]
			})
		}
		patient("French is there", map[string]string{"fr": "there"})
		brought := func() (langs []string) {
			for _, e := range p.Ledger.Entries(sandbox.Filter{Network: "youtube"}) {
				if e.Action == sandbox.Subtitle {
					langs = append(langs, e.Text)
				}
			}
			return langs
		}
		if all := brought(); !slices.Equal(all, []string{"fr"}) {
			t.Errorf("brought: %v", all)
		}
		p.Weather.Must(sandbox.Mishap{Network: "youtube", Action: sandbox.Subtitle, Kind: sandbox.Blocked, Times: 1})
		p.subtitle(film.ID, "en", "press.vtt", []byte(inEnglish))
		again := "/publications/" + p.Post(t, post.ID).Publications[0].ID + "/subtitles"
		hand.Do[api.Post](t, p.Hand, http.MethodPost, again, nil)
		patient("English is refused", map[string]string{"fr": "there", "en": "failed"})
		hand.Do[api.Post](t, p.Hand, http.MethodPost, again, nil)
		patient("and there in the end", map[string]string{"fr": "there", "en": "there"})
		if all := brought(); !slices.Equal(all, []string{"fr", "en"}) {
			t.Errorf("brought: %v", all)
		}
		if made := p.Ledger.Entries(sandbox.Filter{Network: "youtube", Action: sandbox.Publish}); len(made) != 1 {
			t.Errorf("the video is %+v", made)
		}
	})
}
