package house

import (
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// Counts come back as the network gives them: what it does not give is absent
// and no zero, and one rate says how it was made.
func TestCountsComeBack(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			p := open(t, engine, true)
			post := p.publish("Count us", "bluesky", "mastodon", "facebook")
			for _, u := range post.Publications {
				name := string(u.Network)
				for _, who := range p.Cast.Some(sandbox.Fan, "")[:3] {
					p.act(sandbox.Act{Network: name, Person: who.ID, Kind: "follow"})
					p.act(sandbox.Act{Network: name, Person: who.ID, Kind: "react"})
				}
				p.act(sandbox.Act{Network: name, Mood: sandbox.Curious, Kind: "comment", Text: "one reply on " + name})
			}
			steps := 0
			for i := range post.Publications {
				p.until("the counts are there", func() (bool, any) {
					if steps++; steps%10 == 0 { // a young post is counted every five minutes
						p.Clock.Advance(5 * 60e9)
					}
					u := p.Post(t, post.ID).Publications[i]
					return u.Counts["likes"] == 3 && u.Counts["replies"] == 1, u.Counts
				})
			}
			post = p.Post(t, post.ID)
			for _, u := range post.Publications {
				name := string(u.Network)
				if _, given := u.Counts["views"]; given && name != "facebook" {
					t.Errorf("%s gives no views, and Kith says %d", name, u.Counts["views"])
				}
				followers, given := u.Counts["followers"]
				if !given || followers < 3 {
					t.Errorf("%s has followers %d, given %v", name, followers, given)
				}
				r := u.Rate.It
				if r == nil || r.Value == nil || r.Definition != "engagement_by_followers" || r.Formula == "" {
					t.Fatalf("%s: the rate is %+v", name, r)
				}
				sum := int64(0)
				for _, count := range r.Given {
					n, there := u.Counts[count]
					if !there {
						t.Errorf("%s: the rate counts %s, which nobody gave", name, count)
					}
					sum += n
				}
				for _, count := range r.Missing {
					if _, there := u.Counts[count]; there {
						t.Errorf("%s: %s was given and is said to be missing", name, count)
					}
				}
				if want := float64(sum) / float64(followers) * 100; *r.Value != want || *r.Numerator != sum || *r.Denominator != followers {
					t.Errorf("%s: the rate is %v of %d by %d, not %v", name, *r.Value, *r.Numerator, *r.Denominator, want)
				}
				if partial := len(r.Missing) > 0; partial != (r.Coverage == "partial") {
					t.Errorf("%s: coverage is %s, and missing are %v", name, r.Coverage, r.Missing)
				}
			}
			all := hand.Do[api.Page[api.PostMeasure]](t, p.Hand, "GET", "/measures/posts", nil).Items
			if len(all) != 3 {
				t.Errorf("%d posts are measured, not 3", len(all))
			}
		})
	}
}
