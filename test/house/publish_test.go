package house

import (
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// A thread with an image goes out in order at its time, another wording where
// one was written, each part once.
func TestAPostGoesOut(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		image := p.Upload(t, "shop.png", picture(t), "the shop window")
		parts := hand.Texts("goesout one", "goesout two", "goesout three")
		parts[0].Media = []api.MediaUse{{ID: image.ID, Alt: "the shop window"}}
		own := hand.Texts("goesout all in one for Facebook")
		own[0].Media = parts[0].Media
		due := time.Now().Add(1500 * time.Millisecond)
		post := p.Write(t, parts, api.Target{ChannelID: p.channels["bluesky"]}, api.Target{ChannelID: p.channels["mastodon"]},
			api.Target{ChannelID: p.channels["facebook"], Parts: own})
		if got := p.Schedule(t, post.ID, due); got.State != "scheduled" {
			t.Fatalf("scheduled, it is %s", describe(got))
		}
		if n := len(p.written("", "goesout")); n != 0 {
			t.Fatalf("%d parts left before their time", n)
		}
		p.until("the post is out", func() (bool, any) {
			post = p.Post(t, post.ID)
			return post.State == "published", describe(post)
		})
		for _, u := range post.Publications {
			if u.URL == "" || u.PublishedAt == nil || u.PublishedAt.Before(due.Add(-time.Second)) {
				t.Errorf("%s: published at %v, due %v, address %q", u.Network, u.PublishedAt, due, u.URL)
			}
			said := p.written(string(u.Network), "goesout")
			want := []string{"goesout one", "goesout two", "goesout three"}
			if u.Network == "facebook" {
				want = []string{"goesout all in one for Facebook"}
			}
			if len(said) != len(want) {
				t.Fatalf("%s accepted %d parts of %d", u.Network, len(said), len(want))
			}
			for i, e := range said {
				if e.Text != want[i] || e.At.Before(due) {
					t.Errorf("%s part %d says “%s” at %v", u.Network, i, e.Text, e.At)
				}
				if i > 0 && e.Parent != said[i-1].Object {
					t.Errorf("%s part %d hangs below %s, not below %s", u.Network, i, e.Parent, said[i-1].Object)
				}
			}
		}
		if n := len(p.Ledger.Entries(sandbox.Filter{Action: sandbox.Upload})); n < 2 {
			t.Errorf("the image was uploaded %d times", n)
		}
		if all := p.Ledger.Duplicates(nil); len(all) > 0 {
			t.Errorf("duplicates: %+v", all)
		}
		p.refused(p.Hand, 409, "PUT", "/posts/"+post.ID, api.Change{Draft: api.Draft{Parts: hand.Texts("changed")}, Revision: post.Revision})
	})
}

// weather lets the next post on a network be accepted and its answer be lost.
func (p *place) lose(network string, action sandbox.Action, more ...sandbox.Mishap) {
	p.Weather.Must(sandbox.Mishap{Network: network, Action: action, Kind: sandbox.LostAnswer, Times: 1})
	for _, m := range more {
		m.Network, m.Action, m.Times = network, action, 1
		p.Weather.Must(m)
	}
}

// An answer that was lost, a post that is listed late, an identical one that was
// there before: Kith looks and finds its own, and sends nothing twice.
func TestAnUnclearPostIsFound(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			p := open(t, engine, true)
			for _, n := range []string{"bluesky", "mastodon", "facebook"} {
				p.lose(n, sandbox.Publish)
			}
			p.publish("unclear but there at once", "bluesky", "mastodon", "facebook")

			// Listed after 90 s, the networks' own dated delay: nobody is patient by chance.
			for _, n := range []string{"mastodon", "facebook"} {
				p.lose(n, sandbox.Publish, sandbox.Mishap{Kind: sandbox.ListedLate})
			}
			p.patiently("unclear and listed late", "mastodon", "facebook")

			// An identical post by another hand, an hour before: it is not ours.
			for _, n := range []string{"mastodon", "facebook"} {
				p.lose(n, sandbox.Publish, sandbox.Mishap{Kind: sandbox.EarlierTwin})
			}
			p.publish("unclear beside an older twin", "mastodon", "facebook")

			// Both at once: for 90 s only the twin is to be seen.
			for _, n := range []string{"mastodon", "facebook"} {
				p.lose(n, sandbox.Publish, sandbox.Mishap{Kind: sandbox.EarlierTwin}, sandbox.Mishap{Kind: sandbox.ListedLate})
			}
			p.patiently("unclear, late and a twin", "mastodon", "facebook")

			// What never arrived is sent, once, after two looks that missed.
			for _, n := range []string{"bluesky", "mastodon", "facebook"} {
				p.Weather.Must(sandbox.Mishap{Network: n, Action: sandbox.Publish, Kind: sandbox.Cut, Times: 1})
			}
			p.patiently("unclear and not there", "bluesky", "mastodon", "facebook")
			for _, e := range p.Ledger.Entries(sandbox.Filter{Text: "unclear"}) {
				if n := len(p.written(e.Network, e.Text)); n != 1 {
					t.Errorf("%s has “%s” %d times", e.Network, e.Text, n)
				}
			}
		})
	}
}

// patiently publishes while the stage's clock moves on by itself.
func (p *place) patiently(text string, networks ...string) {
	p.t.Helper()
	var to []string
	for _, n := range networks {
		to = append(to, p.channels[n])
	}
	post := p.Write(p.t, hand.Texts(text), hand.To(to...)...)
	p.Schedule(p.t, post.ID, time.Time{})
	p.until("somebody is in doubt", func() (bool, any) {
		post = p.Post(p.t, post.ID)
		return post.State == "unclear" || post.State == "published", describe(post)
	})
	steps := 0
	hand.Until(p.t, 2*time.Minute, "“"+text+"” is out", func() (bool, any) {
		post = p.Post(p.t, post.ID)
		if steps++; steps%10 == 0 { // half a second of ours is four of the stage's
			p.Clock.Advance(4 * time.Second)
		}
		return post.State == "published", describe(post)
	})
}

// Where nobody can tell, a person is asked, and their word is taken.
func TestAPersonIsAskedAboutWhatNobodyCanTell(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		for _, outcome := range []string{"published", "absent"} {
			text := "cannot tell, and it is " + outcome
			// A twin that is as young as ours: no look can tell them apart.
			young := 20.0
			p.lose("mastodon", sandbox.Publish, sandbox.Mishap{Kind: sandbox.EarlierTwin, Seconds: &young})
			post := p.Write(t, hand.Texts(text), hand.To(p.channels["mastodon"])...)
			p.Schedule(t, post.ID, time.Time{})
			p.until("a person is asked", func() (bool, any) {
				post = p.Post(t, post.ID)
				u := post.Publications[0]
				return u.State == "unclear" && len(u.Seen) > 1 && u.Error.It != nil && strings.Contains(u.Error.It.Hint, "Look on the network"), describe(post)
			})
			path := "/publications/" + post.Publications[0].ID + "/resolve"
			post = hand.Do[api.Post](t, p.Hand, "POST", path, api.Resolution{Outcome: outcome, URL: "https://mastodon.test/@hirondelle/1"})
			want := 1
			if outcome == "absent" {
				want = 2 // the person was wrong, and Kith does as it is told
				p.until("it is sent again", func() (bool, any) {
					post = p.Post(t, post.ID)
					return post.State == "published", describe(post)
				})
			}
			if post.State != "published" || len(p.written("mastodon", text)) != want {
				t.Errorf("by the word “%s” it is %s, and the network accepted %d", outcome, describe(post), len(p.written("mastodon", text)))
			}
			p.refused(p.Hand, 409, "POST", path, api.Resolution{Outcome: outcome})
		}
	})
}
