package house

import (
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// A person lets us in at Facebook, chooses two of their Pages, and publishes there
// what a community manager publishes: photos, a video with a first comment, a reel
// and a story.
func TestPagesAreConnectedAndPublishEverything(t *testing.T) {
	p := open(t, "sqlite", false)
	me := p.browser(keeper)
	second := p.Facebook.AddPage("Second shop")
	begins := func(channel string) string {
		var going api.Going
		me.api(200, "POST", "/channels/authorize", api.Authorize{Network: "facebook", Channel: channel}, &going)
		return going.URL
	}
	g := me.grant(me.goes(me.consents(begins(""), "answer", "allow")))
	if g.State != "granted" || len(g.Accounts) != 2 || g.Accounts[0].ChannelID != p.channels["facebook"] || g.Accounts[1].ID != second.ID || g.Accounts[1].ChannelID != "" {
		t.Fatalf("what came of it: %+v", g)
	}
	var made api.Page[api.Channel]
	me.api(200, "POST", "/grants/"+g.ID, api.Choose{Accounts: []string{p.accounts["facebook"], second.ID}}, &made)
	if len(made.Items) != 2 || made.Items[0].ID != p.channels["facebook"] || made.Items[1].Health.State != "ok" || made.Items[1].Name != "Second shop" {
		t.Fatalf("connected: %+v", made)
	}
	page := made.Items[1].ID
	denied := me.grant(me.goes(me.consents(begins(page), "answer", "deny")))
	if denied.State != "refused" || denied.Error.It == nil || !strings.Contains(denied.Error.It.Text, "did not allow") {
		t.Errorf("denied, it says %+v", denied)
	}
	photo := api.MediaUse{ID: p.Upload(t, "shelf.png", hand.Photo(640, 640), "a shelf of books").ID}
	other := api.MediaUse{ID: p.Upload(t, "shelf2.png", hand.Photo(630, 640), "another shelf").ID}
	film := api.MediaUse{ID: p.Upload(t, "shelf.mp4", hand.Film(5, 720, 1280, 5<<20), "").ID}
	for name, c := range map[string]struct {
		parts []api.Part
		kind  string
		want  int // things on the network
	}{
		"photos": {[]api.Part{{Text: "two shelves", Media: []api.MediaUse{photo, other}}}, "", 1},
		"video":  {[]api.Part{{Text: "a shelf, filmed", Media: []api.MediaUse{film}}, {Text: "More on example.org"}}, "", 2},
		"reel":   {[]api.Part{{Text: "a shelf, upright", Media: []api.MediaUse{film}}}, "reel", 1},
		"story":  {[]api.Part{{Media: []api.MediaUse{film}}}, "story", 1},
	} {
		before := len(p.made(second.ID))
		post := p.Write(t, c.parts, api.Target{ChannelID: page, Kind: c.kind})
		out := p.out(post.ID)
		if out.State != "published" || len(p.made(second.ID))-before != c.want {
			t.Errorf("%s: %+v, and the Page has %+v", name, out, p.made(second.ID)[before:])
		}
	}
	// A video that nobody can read is said to be at fault, and the post can be mended.
	bad := hand.Film(5, 720, 1280, 200_000)
	copy(bad[len(bad)-100:], "kith:unreadable")
	post := p.Write(t, []api.Part{{Text: "broken", Media: []api.MediaUse{{ID: p.Upload(t, "bad.mp4", bad, "").ID}}}}, api.Target{ChannelID: page})
	p.Schedule(t, post.ID, time.Time{})
	p.until("it failed", func() (bool, any) {
		now := p.Post(t, post.ID)
		return now.State == "failed" && now.Publications[0].Error.It != nil && strings.Contains(now.Publications[0].Error.It.Text, "cannot use this video"), now
	})
}

// made is what is on a Page of ours, as the ledger has it.
func (p *place) made(page string) (all []sandbox.Entry) {
	for _, e := range p.Ledger.Entries(sandbox.Filter{Network: "facebook", Account: page}) {
		if e.Action == sandbox.Publish || e.Action == sandbox.Reply {
			all = append(all, e)
		}
	}
	return all
}
