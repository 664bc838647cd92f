package house

import (
	"net/http"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// A video has the cover that was chosen: once, also where an answer is lost; what the network
// refuses is said, and the video is out nevertheless, once.
func TestAVideoHasACover(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.guest("youtube")
		film := p.Upload(t, "press.mp4", hand.Film(5, 1280, 720, 200<<10), "")
		cover := p.Upload(t, "cover.png", picture(t), "")
		p.refused(p.Hand, http.StatusUnprocessableEntity, http.MethodPost, "/posts", api.Draft{Parts: []api.Part{{Text: "x", Media: []api.MediaUse{{ID: film.ID, Cover: film.ID}}}}})
		var post api.Post
		becomes := func(title, state string) api.Publication {
			t.Helper()
			post = p.Write(t, []api.Part{{Text: title, Title: title, Media: []api.MediaUse{{ID: p.Upload(t, title, hand.Film(5, 1280, 720, 200<<10+len(title)), "").ID, Cover: cover.ID}}}},
				api.Target{ChannelID: p.channels["youtube"], Options: map[string]string{"kids": "no"}})
			if got := p.Post(t, post.ID).Parts[0].Media[0].Cover; got != cover.ID {
				t.Errorf("the cover of the draft is %q", got)
			}
			p.Schedule(t, post.ID, time.Time{})
			steps := 0
			hand.Until(t, 2*time.Minute, "the cover is "+state, func() (bool, any) {
				if steps++; steps%10 == 0 {
					p.Clock.Advance(8 * time.Second)
				}
				post = p.Post(t, post.ID)
				all := post.Publications[0].Covers
				return len(all) == 1 && all[0].State == state, post.Publications[0]
			})
			return post.Publications[0]
		}
		p.lose("youtube", sandbox.Edit)
		if out := becomes("The press", "there"); out.State != "published" || out.Covers[0].Error != "" {
			t.Errorf("%+v", out)
		}
		set := 0
		for _, e := range p.Ledger.Entries(sandbox.Filter{Network: "youtube", Action: sandbox.Edit}) {
			if e.Text == "thumbnail" && !e.Repeat {
				set++
			}
		}
		if set != 1 {
			t.Errorf("%d covers", set)
		}
		p.Weather.Must(sandbox.Mishap{Network: "youtube", Action: sandbox.Edit, Kind: sandbox.Blocked, Times: 1})
		out := becomes("The other press", "failed")
		if out.State != "published" || out.Covers[0].Error == "" || out.Covers[0].Hint == "" {
			t.Errorf("%+v", out)
		}
		// It is brought once more when somebody asks for it: the picture alone.
		uploads := len(p.Ledger.Entries(sandbox.Filter{Network: "youtube", Action: sandbox.Upload}))
		for range 2 {
			hand.Do[api.Post](t, p.Hand, http.MethodPost, "/publications/"+out.ID+"/covers", nil)
		}
		hand.Until(t, time.Minute, "the cover is there", func() (bool, any) {
			p.Clock.Advance(time.Second)
			now := p.Post(t, post.ID).Publications[0]
			return now.Covers[0].State == "there" && now.Covers[0].Error == "", now
		})
		if now := len(p.Ledger.Entries(sandbox.Filter{Network: "youtube", Action: sandbox.Upload})); now != uploads {
			t.Errorf("%d uploads more", now-uploads)
		}
		if made := p.Ledger.Entries(sandbox.Filter{Network: "youtube", Action: sandbox.Publish}); len(made) != 2 {
			t.Errorf("the videos are %+v", made)
		}
	})
}
