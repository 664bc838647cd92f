package house

import (
	"slices"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// able says whether a channel can do something, as its own page says, and why not.
func (p *place) able(network, action string) (can bool, why, instead string) {
	p.t.Helper()
	c := hand.Do[api.ChannelDetail](p.t, p.Hand, "GET", "/channels/"+p.channels[network], nil)
	for _, a := range c.Actions {
		if a.Action == action {
			return a.Can, a.Why, a.Instead
		}
	}
	p.t.Fatalf("the channel on %s says nothing of %s", network, action)
	return false, "", ""
}

// What a sort of account cannot is said before anybody tries, and refused before the
// network is asked; when the account becomes another sort, it can.
func TestAnAccountSaysWhatItsSortCannot(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.guest("x")
		post := p.publish("We open at nine.", "x")
		edit := "/publications/" + post.Publications[0].ID + "/edit"
		if can, why, instead := p.able("x", "edit"); can || why == "" || instead == "" {
			t.Errorf("an account without Premium: %v %q %q", can, why, instead)
		}
		if can, _, _ := p.able("x", "publish"); !can {
			t.Error("it cannot publish")
		}
		before := len(p.Ledger.Entries(sandbox.Filter{Network: "x"}))
		p.refused(p.Hand, 422, "POST", edit, api.Rewording{Text: "We open at ten."})
		if n := len(p.Ledger.Entries(sandbox.Filter{Network: "x"})); n != before {
			t.Error("the network was asked")
		}
		p.premium()
		if can, why, _ := p.able("x", "edit"); !can {
			t.Errorf("with Premium: %s", why)
		}
		hand.Do[api.Post](t, p.Hand, "POST", edit, api.Rewording{Text: "We open at ten."})
	})
}

// A right that was taken away on the network is missed at the next check: what it
// prevents is said in words, the button is gone, and it comes back with the right.
func TestARightThatWasTakenAwayIsSaid(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		post := p.publish("Come and see", "facebook")
		_ = post
		p.act(sandbox.Act{Network: "facebook", Person: "p001", Kind: "comment", Text: "I will", Target: p.written("facebook", "Come and see")[0].Object})
		c := p.conversation("facebook", "I will")
		may := func(what string) bool { return slices.Contains([]string(p.message(c.ID, "I will").Can), what) }
		if !may("hide") || !may("reply") {
			t.Fatal("at first it cannot hide or answer")
		}
		p.lacking("pages_manage_engagement")
		if may("hide") || may("reply") || may("like") {
			t.Error("without the right, buttons are offered")
		}
		if can, why, instead := p.able("facebook", "hide"); can || why == "" || instead == "" {
			t.Errorf("without the right: %v %q %q", can, why, instead)
		}
		if can, _, _ := p.able("facebook", "publish"); !can {
			t.Error("it cannot publish any more")
		}
		h := hand.Do[api.ChannelHealth](t, p.Hand, "GET", "/channels/"+p.channels["facebook"]+"/health", nil)
		missing := 0
		for _, r := range h.Rights {
			if !r.Given {
				missing++
			}
			if r.Given == (r.Name == "pages_manage_engagement") || r.Without == "" || r.Instead == "" {
				t.Errorf("%+v", r)
			}
		}
		if missing != 1 || len(h.Channel.Cannot) == 0 {
			t.Errorf("%d rights are missing, %+v", missing, h.Channel.Cannot)
		}
		p.refused(p.Hand, 422, "POST", "/messages/"+p.message(c.ID, "I will").ID+"/hide", nil)
		p.refused(p.Hand, 422, "POST", "/conversations/"+c.ID+"/reply", api.Reply{Text: "Thank you"})
		p.Weather.Clear()
		hand.Do[api.Channel](t, p.Hand, "POST", "/channels/"+p.channels["facebook"]+"/check", nil)
		if !may("hide") || !may("reply") {
			t.Error("with the right again, buttons are missing")
		}
	})
}

// lacking takes rights of the Page away, and lets the house hear of it.
func (p *place) lacking(rights ...string) {
	p.t.Helper()
	_, err := p.Weather.Add(sandbox.Mishap{Network: "facebook", Kind: sandbox.TokenReduced, Scopes: rights})
	p.must(err)
	hand.Do[api.Channel](p.t, p.Hand, "POST", "/channels/"+p.channels["facebook"]+"/check", nil)
}
