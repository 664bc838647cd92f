package house

import (
	"maps"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/x"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// charged is what X counts of what it told, by our names for prices, from the words of its
// pages.
func (p *place) charged() map[string]int64 {
	words := map[string]string{"Posts: Read": "read_post", "Owned reads": "read_own_post", "User: Read": "read_person", "DM Event: Read": "read_message", "Analytics: Read": "read_figures",
		"like.create": "event_like", "follow.follow": "event_follow", "follow.unfollow": "event_follow", "dm.received": "event_message"}
	all := map[string]int64{}
	for word, n := range p.X.Billed() {
		name := words[word]
		if strings.HasPrefix(word, "post.") {
			name = "event_post"
		}
		all[name] += int64(n)
	}
	return all
}

// counted is what the house says that reading X took.
func (p *place) counted() map[string]int64 {
	p.t.Helper()
	all := map[string]int64{}
	for _, l := range hand.Do[api.Spending](p.t, p.Hand, "GET", "/spending", nil).Lines {
		if l.Network == "x" && l.Kind == "reading" {
			all[l.What] += l.N
		}
	}
	return all
}

// agree waits until the house counts what X does.
func (p *place) agree(when string) (all map[string]int64) {
	p.t.Helper()
	p.until(when+": it is counted as X charges", func() (bool, any) {
		theirs := p.charged()
		all = p.counted()
		return maps.Equal(all, theirs), []any{all, theirs}
	})
	return all
}

// readings waits until a channel has been read to its end so many times.
func (p *place) readings(name string, n int) {
	p.t.Helper()
	last := p.heard(name)
	p.until("it is read again", func() (bool, any) {
		if at := p.heard(name); at.After(last) {
			last, n = at, n-1
		}
		return n <= 0, last
	})
}

// What reading costs is what X charges, to the last line: also after the house began anew
// on the same day, in two workspaces, and of what X tells by itself.
func TestWhatReadingCostsIsCountedAsItIsChargedAlsoAfterARestart(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.guest("x")
		p.publish("What is new?", "x")
		for _, person := range []string{"p001", "p002", "p003"} {
			p.act(sandbox.Act{Network: "x", Person: person, Kind: "comment", Text: "Tell us, says " + person})
			p.act(sandbox.Act{Network: "x", Person: person, Kind: "message", Text: "Only me, " + person})
			p.conversation("x", "Tell us, says "+person)
			p.conversation("x", "Only me, "+person)
		}
		p.readings("x", 2)
		before := p.agree("on a day")
		for _, what := range []string{"read_post", "read_own_post", "read_person", "read_message"} {
			if before[what] == 0 {
				t.Errorf("nothing of %s was read", what)
			}
		}
		p.stop()
		p.begin(p.config)
		p.readings("x", 3)
		if after := p.agree("after it began anew"); !maps.Equal(before, after) {
			t.Errorf("what was read before it began anew is counted again: %v, then %v", before, after)
		}

		p.knocks()
		p.Weather.Must(sandbox.Mishap{Network: "x", Action: sandbox.Hook, Kind: sandbox.HookTwice, Copies: 3})
		p.act(sandbox.Act{Network: "x", Person: "p004", Kind: "comment", Text: "What a webhook brings"})
		p.act(sandbox.Act{Network: "x", Person: "p004", Kind: "message", Text: "Privately"})
		p.act(sandbox.Act{Network: "x", Person: "p004", Kind: "react"})
		p.act(sandbox.Act{Network: "x", Person: "p004", Kind: "follow"})
		p.until("the events are charged", func() (bool, any) {
			all := p.charged()
			return all["event_post"] > 0 && all["event_message"] == 1 && all["event_like"] == 1 && all["event_follow"] == 1, all
		})
		p.agree("of what X tells by itself")
	})
}

// knocks lets X knock at the house.
func (p *place) knocks() {
	p.t.Helper()
	app := network.App{ID: "Y2xpZW50LXJlaGVhcnNhbA", Secret: "client-secret-of-the-rehearsal", Extra: map[string]string{"bearer": p.X.Bearer()}}
	out, err := outward.New(outward.Options{Allow: []string{"127.0.0.1"}})
	p.must(err)
	defer out.Close()
	settings, err := p.Settings(p.t.Context(), "x", "")
	p.must(err)
	var base string
	for _, e := range p.config.Endpoints {
		if name, address, _ := strings.Cut(e, "="); name == "x" {
			base = address
		}
	}
	d := x.New(out.For("x"), x.Options{Base: base})
	account, err := d.Connect(p.t.Context(), settings)
	p.must(err)
	_, err = d.Subscribe(p.t.Context(), network.Conn{Base: account.Base, Account: account.ID, Handle: account.Handle, Keys: account.Keys, Limits: account.Limits, App: app}, p.URL+"/hooks/x")
	p.must(err)
}
