package house

import (
	"slices"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// messenger connects the Page on Messenger, too.
func (p *place) messenger() {
	p.t.Helper()
	p.channels["messenger"], p.accounts["messenger"] = p.Connect(p.t, "messenger", p.settings["facebook"]).ID, p.accounts["facebook"]
}

// times says how often a text is said in the inbox, and on which networks.
func (p *place) times(text string) (networks []string) {
	p.t.Helper()
	for _, c := range hand.Do[api.Page[api.Conversation]](p.t, p.Hand, "GET", "/conversations?state=all", nil).Items {
		for _, m := range p.Messages(p.t, c.ID) {
			if m.Text == text {
				networks = append(networks, string(c.Network))
			}
		}
	}
	return networks
}

// once waits until a text is in the inbox, and then some: it must be there once.
func (p *place) once(text, network string) {
	p.t.Helper()
	p.conversation(network, text)
	p.Facebook.Settle()
	for range 3 { // every channel has been read once more
		done := hand.Do[api.Page[api.Channel]](p.t, p.Hand, "GET", "/channels", nil)
		var heard []time.Time
		for _, c := range done.Items {
			if c.CompleteUntil != nil {
				heard = append(heard, *c.CompleteUntil)
			}
		}
		p.until("the channels have been read again", func() (bool, any) {
			now := hand.Do[api.Page[api.Channel]](p.t, p.Hand, "GET", "/channels", nil)
			moved := 0
			for _, c := range now.Items {
				if c.CompleteUntil != nil && !slices.ContainsFunc(heard, c.CompleteUntil.Equal) {
					moved++
				}
			}
			return moved == len(now.Items), moved
		})
	}
	if on := p.times(text); len(on) != 1 || on[0] != network {
		p.t.Errorf("“%s” is said on %v, and should be on %s once", text, on, network)
	}
}

// Private messages come to the Page's Facebook channel until the Page is connected on
// Messenger, which then takes the conversations over: nothing is lost, and nothing is
// there twice.
func TestMessengerTakesTheConversationsOver(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.publish("Come in!", "facebook")
		say := func(network, kind, text string) {
			p.act(sandbox.Act{Network: network, Account: p.accounts["facebook"], Person: "p003", Kind: kind, Text: text})
		}
		say("facebook", "message", "Before Messenger")
		before := p.conversation("facebook", "Before Messenger")
		p.answer("facebook", before.ID, "An answer on Facebook", false)
		person := p.message(before.ID, "Before Messenger").Person.It.ID

		p.messenger()
		p.once("Before Messenger", "messenger")
		p.once("An answer on Facebook", "messenger")
		say("messenger", "message", "After Messenger")
		p.once("After Messenger", "messenger")
		c := p.conversation("messenger", "After Messenger")
		if c.ID != before.ID || p.message(c.ID, "After Messenger").Person.It.ID != person {
			t.Errorf("it goes on in %s with %v, and was %s with %s", c.ID, c.Person.It, before.ID, person)
		}
		p.answer("messenger", c.ID, "An answer on Messenger", false)
		if on, elsewhere := p.written("messenger", "An answer on Messenger"), p.written("facebook", "An answer on Messenger"); len(on) != 1 || len(elsewhere) != 0 {
			t.Errorf("sent by Messenger %d times, by Facebook %d times", len(on), len(elsewhere))
		}
		p.once("An answer on Messenger", "messenger")
		if found := hand.Do[api.Page[api.Hit]](t, p.Hand, "GET", "/search?q=before&channel="+p.channels["messenger"], nil); len(found.Items) != 1 {
			t.Errorf("a search on Messenger finds it %d times", len(found.Items))
		}

		// One body tells of a comment and of a message, and the answer that was lost is found.
		_, err := p.Stage.Stage.Weather.Add(sandbox.Mishap{Kind: sandbox.HookCrowded, Times: 2})
		p.must(err)
		say("facebook", "comment", "In public")
		say("messenger", "message", "In private")
		p.once("In public", "facebook")
		p.once("In private", "messenger")
		p.lose("messenger", sandbox.AnyWrite)
		p.answer("messenger", c.ID, "In doubt", false)
		p.once("In doubt", "messenger")

		// A private answer to a comment is given on Facebook, and what comes back arrives
		// on Messenger.
		comment := p.conversation("facebook", "In public")
		p.answer("facebook", comment.ID, "Just for you", true)
		p.once("Just for you", "facebook")

		// Without Messenger, Facebook gets them again.
		hand.Do[struct{}](t, p.Hand, "DELETE", "/channels/"+p.channels["messenger"], nil)
		say("facebook", "message", "Without Messenger")
		p.once("Without Messenger", "facebook")
		p.messenger()
		p.once("Without Messenger", "messenger")
		if now := p.conversation("messenger", "Without Messenger"); now.ID != before.ID {
			t.Errorf("connected again, it goes on in %s and not in %s", now.ID, before.ID)
		}
	})
}

// A Page may be connected on Messenger alone; the app is Facebook's.
func TestMessengerAlone(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.messenger()
		hand.Do[struct{}](t, p.Hand, "DELETE", "/channels/"+p.channels["facebook"], nil)
		p.act(sandbox.Act{Network: "messenger", Person: "p004", Kind: "message", Text: "Bonsoir"})
		p.once("Bonsoir", "messenger")
		c := p.conversation("messenger", "Bonsoir")
		if c.Kind != "direct" || c.Person.It == nil {
			t.Errorf("%+v", c)
		}
		p.until("the writer has a face", func() (bool, any) {
			m := p.message(c.ID, "Bonsoir")
			return m.Person.It != nil && m.Person.It.AvatarURL != "", m.Person.It
		})
		p.answer("messenger", c.ID, "Bonsoir à vous", false)
		m := p.message(c.ID, "Bonsoir")
		hand.Do[struct{}](t, p.Hand, "POST", "/messages/"+m.ID+"/like", nil)
		if e := p.written("messenger", "👍"); len(e) != 1 {
			t.Errorf("liked %d times", len(e))
		}
		for _, a := range hand.Do[api.Page[api.NetworkApp]](t, p.Hand, "GET", "/network-apps", nil).Items {
			if a.Network == "messenger" {
				t.Errorf("Messenger asks for an app of its own: %+v", a)
			}
		}
		health := hand.Do[api.ChannelHealth](t, p.Hand, "GET", "/channels/"+p.channels["messenger"]+"/health", nil)
		if !health.Webhook.Possible || health.Webhook.Address != p.URL+"/hooks/facebook" || health.Webhook.At == nil {
			t.Errorf("%+v", health.Webhook)
		}
	})
}
