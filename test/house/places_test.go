package house

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// A place is found by words, on Facebook and on Instagram, and goes out with the post;
// what is wrong with one is said in plain words, and a Page without an address is refused
// before anything is out.
func TestAPostNamesItsPlace(t *testing.T) {
	t.Parallel()
	p := open(t, "sqlite", false)
	p.guest("instagram")
	photo := p.Upload(t, "trees.jpg", hand.Photo(640, 640), "trees")
	for _, name := range []string{"facebook", "instagram"} {
		c := p.channels[name]
		at := "/channels/" + c + "/choices/place?q="
		found := hand.Do[api.Page[api.Choice]](t, p.Hand, "GET", at+url.QueryEscape("parc thabor"), nil).Items
		if len(found) != 1 || found[0].Label != "Parc du Thabor" || !strings.Contains(found[0].More, "Rennes") {
			t.Fatalf("%s: %+v", name, found)
		}
		if none := hand.Do[api.Page[api.Choice]](t, p.Hand, "GET", at+"p", nil).Items; len(none) != 0 {
			t.Errorf("%s: by one letter %+v", name, none)
		}
		if err := p.Ask(t.Context(), "GET", at+url.QueryEscape("https://www.facebook.com/lesChampsLibres"), nil, nil); err == nil || !strings.Contains(err.Error(), "no number") {
			t.Errorf("%s: %v", name, err)
		}
		if name == "instagram" {
			continue // it fetches pictures from a house that can be reached from outside
		}
		text := "a walk on " + name
		post := p.Write(t, []api.Part{{Text: text, Media: []api.MediaUse{{ID: photo.ID}}}}, api.Target{ChannelID: c, Options: map[string]string{"place": found[0].Value}})
		out := p.out(post.ID)
		if kept := out.Publications[0].Options["place"]; kept != "214300987120441 Parc du Thabor" {
			t.Errorf("%s: kept as %q", name, kept)
		}
		made := p.Ledger.Entries(sandbox.Filter{Network: name, Action: sandbox.Publish, Text: text})
		if len(made) != 1 || made[0].Place != "214300987120441" {
			t.Errorf("%s: %+v", name, made)
		}
		text = "nowhere on " + name
		post = p.Write(t, []api.Part{{Text: text, Media: []api.MediaUse{{ID: photo.ID}}}}, api.Target{ChannelID: c, Options: map[string]string{"place": "106078429431907 Rennes Infos"}})
		before := len(p.Ledger.Entries(sandbox.Filter{Network: name}))
		p.Schedule(t, post.ID, time.Time{})
		p.until("it is refused", func() (bool, any) {
			now := p.Post(t, post.ID)
			said := now.Publications[0].Error.It
			return said != nil && strings.Contains(said.Text, "without an address") && said.Hint != "", describe(now)
		})
		if made := p.Ledger.Entries(sandbox.Filter{Network: name}); len(made) != before {
			t.Errorf("%s: %+v", name, made[before:])
		}
	}
}
