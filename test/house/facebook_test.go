package house

import (
	"errors"
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
	t.Parallel()
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

// Facebook takes thirty reels in a day: they are counted when they are scheduled, what is
// taken back counts no more, and other posts go out beside them.
func TestReelsAreCountedAhead(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		film := api.MediaUse{ID: p.Upload(t, "shelf.mp4", hand.Film(5, 720, 1280, 200_000), "").ID}
		write := func(kind string) string {
			return p.Write(t, []api.Part{{Text: "a shelf", Media: []api.MediaUse{film}}}, api.Target{ChannelID: p.channels["facebook"], Kind: kind}).ID
		}
		due := p.Clock.Now().UTC().Add(48 * time.Hour).Truncate(time.Hour)
		var last string
		for i := range 30 {
			last = write("reel")
			p.Schedule(t, last, due.Add(time.Duration(i)*time.Minute))
		}
		over := write("reel")
		err := p.Ask(t.Context(), "POST", "/posts/"+over+"/schedule", api.Due{DueAt: &due}, nil)
		var refused *hand.Refused
		if !errors.As(err, &refused) || refused.Status != 422 || refused.Problem.Field != "due_at" || !strings.Contains(refused.Problem.Detail, "30 reels") {
			t.Fatalf("one more: %v", err)
		}
		paris, err := time.LoadLocation("Europe/Paris")
		p.must(err)
		if next := due.Add(24 * time.Hour); !strings.Contains(refused.Problem.Hint, next.In(paris).Format("2006-01-02 15:04")) {
			t.Errorf("the next possible time is %s, and not: %s", next, refused.Problem.Hint)
		}
		ask := api.Check{Parts: []api.Part{{Text: "a shelf", Media: []api.MediaUse{film}}}, DueAt: &due}
		for kind, want := range map[string]int{"reel": 1, "": 0} {
			ask.Channels = []api.Target{{ChannelID: p.channels["facebook"], Kind: kind}}
			said := hand.Do[api.Checked](t, p.Hand, "POST", "/posts/check", ask).Channels[0].Quotas
			if len(said) != want || want > 0 && (said[0].Fits || said[0].Name != "reels" || said[0].Used != 1) {
				t.Errorf("the composer says of %q: %+v", kind, said)
			}
		}
		p.Schedule(t, write(""), due) // another post has room
		hand.Do[api.Post](t, p.Hand, "POST", "/posts/"+last+"/unschedule", nil)
		p.Schedule(t, over, due.Add(29*time.Minute))
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
