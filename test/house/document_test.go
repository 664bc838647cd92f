package house

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// A document goes to the network that takes it, once, also where the answer is lost; the
// others say before anything is scheduled that they do not. A video goes there with the one
// language that the network takes.
func TestADocumentGoesOut(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.guest("linkedin")
		paper := p.Upload(t, "Autumn programme.pdf", []byte("%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"), "")
		part := []api.Part{{Text: "Our autumn", Media: []api.MediaUse{{ID: paper.ID}}}}
		said := hand.Do[api.Checked](t, p.Hand, http.MethodPost, "/posts/check", api.Check{Parts: part, Channels: hand.To(p.channels["linkedin"], p.channels["mastodon"])})
		for i, want := range []bool{false, true} {
			if got := slices.ContainsFunc(said.Channels[i].Problems, func(w api.Wrong) bool { return w.Key == "no_document" && w.Level == "error" }); got != want {
				t.Errorf("%+v", said.Channels[i].Problems)
			}
		}
		sent := func(post api.Post) api.Publication {
			t.Helper()
			p.Schedule(t, post.ID, time.Time{})
			steps := 0
			hand.Until(t, 2*time.Minute, "it is there", func() (bool, any) {
				if steps++; steps%10 == 0 {
					p.Clock.Advance(20 * time.Second)
				}
				post = p.Post(t, post.ID)
				return post.Publications[0].State == "published", post.Publications[0]
			})
			return post.Publications[0]
		}
		p.lose("linkedin", sandbox.Publish)
		sent(p.Write(t, part, hand.To(p.channels["linkedin"])...))
		if made := p.written("linkedin", "Our autumn"); len(made) != 1 {
			t.Errorf("LinkedIn has %+v", made)
		}

		film := p.Upload(t, "press.mp4", hand.Film(5, 1280, 720, 200<<10), "")
		p.subtitle(film.ID, "en", "press.vtt", []byte(inEnglish))
		p.subtitle(film.ID, "fr", "press.fr.srt", []byte(inFrench))
		out := sent(p.Write(t, []api.Part{{Text: "The press, filmed", Media: []api.MediaUse{{ID: film.ID}}}}, hand.To(p.channels["linkedin"])...))
		states := map[string]string{}
		for _, s := range out.Subtitles {
			states[s.Lang] = s.State
		}
		if len(states) != 2 || states["en"] != "there" || states["fr"] != "failed" {
			t.Errorf("the subtitles became %+v", out.Subtitles)
		}
	})
}
