package house

import (
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
)

// What the author of a shared post thinks of its being shared is read with the figures,
// kept and said: while they have not agreed, when they do, and when they take it back;
// then nobody is asked again.
func TestWhatBecomesOfAQuoteIsSaid(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			p := open(t, engine, true)
			theirs := p.Mastodon.Page(p.MastodonURL, p.Mastodon.Says(p.Cast.All()[1], "Our report is out", "public", "", true))
			post := p.Write(t, []api.Part{{Text: "Worth reading"}}, api.Target{ChannelID: p.channels["mastodon"], Options: map[string]string{"reshare": theirs}})
			plain := p.publish("Shares nothing", "mastodon")
			p.Schedule(t, post.ID, time.Time{})
			is := func(id, state string) {
				t.Helper()
				steps := 0
				p.until("it is "+state, func() (bool, any) {
					if steps++; steps%10 == 0 { // a young post is counted every five minutes
						p.Clock.Advance(5 * time.Minute)
					}
					u := p.Post(t, id).Publications[0]
					return u.Shared == state && (state == "" || u.State == "published"), u.Shared
				})
			}
			is(post.ID, "pending")
			made := p.Ledger.Entries(sandbox.Filter{Network: "mastodon", Action: sandbox.Publish, Text: "Worth reading"})
			if len(made) != 1 {
				t.Fatalf("%+v", made)
			}
			p.Mastodon.Agree(made[0].Object, true)
			is(post.ID, "accepted")
			p.Mastodon.Revoke(made[0].Object)
			is(post.ID, "revoked")
			if u := p.Post(t, plain.ID).Publications[0]; u.Shared != "" || u.Counts == nil {
				t.Errorf("one that shares nothing: %q, counted %v", u.Shared, u.Counts)
			}
		})
	}
}
