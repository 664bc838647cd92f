package house

import (
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// Somebody names us elsewhere: it comes in, is passed on as it stands and taken back, once
// each, also when an answer was lost; whoever may not let posts leave the house may not, and
// what was said in private stays there.
func TestAMentionIsReposted(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.guest("x")
		moderator := p.colleague(access.Moderator, p.channels["mastodon"], p.channels["bluesky"], p.channels["x"])
		for _, name := range []string{"mastodon", "bluesky", "x"} {
			text := "Go and see them, " + name
			done := p.act(sandbox.Act{Network: name, Mood: sandbox.Fan, Kind: "mention", Text: text})
			c, m := p.says(name, text)
			if c.Kind != "mention" || m.Reposted || !slices.Contains(m.Can, "repost") {
				t.Fatalf("%s: of kind %s, %+v", name, c.Kind, m)
			}
			passed := func() int { return len(p.ledger(name, sandbox.Repost)) }
			if now := hand.Do[api.Message](t, p.Hand, "POST", "/messages/"+m.ID+"/repost", nil); !now.Reposted || passed() != 1 {
				t.Errorf("%s: it was passed on %d times: %+v", name, passed(), now)
			}
			if made := p.ledger(name, sandbox.Repost); made[0].Object != done.ID && made[0].Shared != done.ID {
				t.Errorf("%s: %s was meant, and it is %+v", name, done.ID, made[0])
			}
			if now := hand.Do[api.Message](t, p.Hand, "POST", "/messages/"+m.ID+"/unrepost", nil); now.Reposted || passed() != 2 {
				t.Errorf("%s: after it was taken back: %d, %+v", name, passed(), now)
			}
			p.refused(moderator, 403, "POST", "/messages/"+m.ID+"/repost", nil)
			if seen := hand.Do[api.Page[api.Message]](t, moderator, "GET", "/conversations/"+c.ID+"/messages", nil).Items; slices.Contains(seen[0].Can, "repost") {
				t.Errorf("%s: a moderator is offered %v", name, seen[0].Can)
			}
			p.act(sandbox.Act{Network: name, Mood: sandbox.Fan, Kind: "message", Text: "Between us, " + name})
			if _, m := p.says(name, "Between us, "+name); slices.Contains(m.Can, "repost") {
				t.Errorf("%s: what was said in private may be passed on: %v", name, m.Can)
			} else {
				p.refused(p.Hand, 422, "POST", "/messages/"+m.ID+"/repost", nil)
			}
		}
	})
}

// says waits until somebody says a text that ends so: networks put our name before it.
func (p *place) says(network, text string) (c api.Conversation, said api.Message) {
	p.t.Helper()
	p.until("“"+text+"” is in the inbox", func() (bool, any) {
		all := hand.Do[api.Page[api.Conversation]](p.t, p.Hand, "GET", "/conversations?state=all&channel="+p.channels[network], nil).Items
		for _, one := range all {
			for _, m := range p.Messages(p.t, one.ID) {
				if strings.HasSuffix(m.Text, text) {
					c, said = one, m
					return true, nil
				}
			}
		}
		return false, len(all)
	})
	return c, said
}
