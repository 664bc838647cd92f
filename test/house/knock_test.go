package house

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/whatsapp"
	"github.com/kithhq/kith/test/hand"
)

// move gives the house another address in the world: its own on this machine, or none.
func (p *place) move(public bool) {
	p.t.Helper()
	at := strings.TrimPrefix(p.URL, "http://")
	p.stop()
	p.config.Listen, p.config.PublicURL = at, ""
	if public {
		p.config.PublicURL = "http://" + at
	}
	p.begin(p.config)
}

// number is a number on WhatsApp that nobody has asked Meta to tell us of yet, and what it
// is connected with.
func (p *place) number() (n *whatsapp.Network, settings map[string]string) {
	p.t.Helper()
	settings, err := p.Invite(p.t.Context(), "whatsapp", p.URL)
	p.must(err)
	of, _ := p.Stage.Stage.Network("whatsapp")
	n = of.Actor.(interface{ Network() *whatsapp.Network }).Network()
	n.Forget(settings["account"])
	return n, settings
}

func (p *place) dial(settings map[string]string) (account string) {
	p.t.Helper()
	p.channels["whatsapp"], p.accounts["whatsapp"] = p.Connect(p.t, "whatsapp", settings).ID, settings["phone"]
	return settings["account"]
}

func (p *place) health(network string) api.ChannelHealth {
	return hand.Do[api.ChannelHealth](p.t, p.Hand, "GET", "/channels/"+p.channels[network]+"/health", nil)
}

func alerted(h api.ChannelHealth, key string) (api.Alert, bool) {
	i := slices.IndexFunc(h.Alerts, func(a api.Alert) bool { return a.Key == key })
	if i < 0 {
		return api.Alert{}, false
	}
	return h.Alerts[i], true
}

// leads says where the line of today leads that says something.
func (p *place) leads(key string) string {
	p.t.Helper()
	for _, i := range hand.Do[api.Today](p.t, p.Hand, "GET", "/today", nil).Urgent {
		if i.TextKey == key {
			return i.Href
		}
	}
	return ""
}

// A number is connected before the app is registered: it is said that nothing comes in
// and what to do, and nothing is claimed; once the app is there, Meta knocks, and what
// was not told meanwhile stays a gap. So it is said of a house that has no address.
func TestAnAppComesAfterItsChannel(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		n, settings := p.number()
		p.config.Apps = slices.DeleteFunc(p.config.Apps, func(a string) bool { return strings.HasPrefix(a, "whatsapp=") })
		p.move(true)
		account := p.dial(settings)
		var h api.ChannelHealth
		p.until("it is said that nobody tells", func() (bool, any) {
			h = p.health("whatsapp")
			a, said := alerted(h, "not_told")
			return said && a.Bad && a.Mend == "app" && a.Params["app"] == "whatsapp" && strings.Contains(a.Params["text"].(string), "There is no app"), h
		})
		if to := p.leads("not_told"); to != "/settings/channels/app/whatsapp" {
			t.Errorf("today leads to %q", to)
		}
		p.Clock.Advance(25 * time.Minute)
		p.until("it is said since when something may be missing", func() (bool, any) {
			p.Clock.Advance(time.Minute)
			h = p.health("whatsapp")
			return len(h.Gaps) == 1 && h.Gaps[0].Reason == "untold" && h.Gaps[0].To == nil, h.Gaps
		})
		if h.Channel.CompleteUntil != nil || !h.Webhook.Only || h.Webhook.Since != nil {
			t.Errorf("it claims to be complete until %v: %+v", h.Channel.CompleteUntil, h.Webhook)
		}

		hand.Do[api.NetworkApp](t, p.Hand, "PUT", "/network-apps/whatsapp", map[string]string{"app_id": "800000000000002", "secret": "app-secret"})
		p.until("Meta knocks", func() (bool, any) {
			h = p.health("whatsapp")
			return h.Webhook.Since != nil && h.Webhook.Error == "" && len(h.Alerts) == 0 && n.Subscribed(account), h
		})
		if len(h.Gaps) != 1 || h.Gaps[0].To == nil {
			t.Errorf("what was not told is %+v", h.Gaps)
		}
		p.until("it is read at once", func() (bool, any) { // and not at its next turn
			h = p.health("whatsapp")
			return h.Channel.CompleteUntil != nil && !h.Channel.CompleteUntil.Before(*h.Webhook.SeenAt), h
		})
		p.act(sandbox.Act{Network: "whatsapp", Person: "p001", Kind: "message", Text: "Vous êtes là ?"})
		p.conversation("whatsapp", "Vous êtes là ?")
		p.until("it is complete", func() (bool, any) {
			p.Clock.Advance(time.Minute)
			h = p.health("whatsapp")
			return h.Channel.CompleteUntil != nil, h
		})

		// Without an address nobody can tell, and nothing is claimed from then on.
		p.move(false)
		p.Clock.Advance(25 * time.Minute)
		until := p.health("whatsapp").Channel.CompleteUntil
		p.until("it is said that there is no address", func() (bool, any) {
			p.Clock.Advance(time.Minute)
			h = p.health("whatsapp")
			a, said := alerted(h, "no_address")
			return said && a.Bad && slices.ContainsFunc(h.Gaps, func(g api.Gap) bool { return g.Reason == "untold" && g.To == nil }), h
		})
		p.Clock.Advance(3 * time.Hour)
		if h = p.health("whatsapp"); !h.Channel.CompleteUntil.Equal(*until) {
			t.Errorf("without an address it claims to be complete until %v, after %v", h.Channel.CompleteUntil, until)
		}
		if to := p.leads("no_address"); to != "/settings/channels/app/whatsapp" {
			t.Errorf("today leads to %q", to)
		}
	})
}

// What was lost at the network is found by looking, asked for again, and told as a gap.
// Knocks that are not signed are said, once, until a genuine one comes.
func TestAWebhookIsLookedAfter(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.move(true)
		n, settings := p.number()
		account := p.dial(settings)
		var h api.ChannelHealth
		stands := func() (bool, any) {
			h = p.health("whatsapp")
			return h.Webhook.Since != nil && h.Webhook.Error == "" && len(h.Alerts) == 0, h
		}
		p.until("Meta knocks", stands)
		for i, lose := range []func(){func() { n.Unsubscribe(account) }, func() { n.Divert(account, "https://elsewhere.example") }, func() { n.Forget(account) }} {
			since := *h.Webhook.Since
			lose()
			p.act(sandbox.Act{Network: "whatsapp", Person: "p001", Kind: "message", Text: "Nobody hears this"})
			p.until("it is found", func() (bool, any) {
				p.Clock.Advance(time.Minute)
				ok, _ := stands()
				return ok && h.Webhook.Since.After(since), h
			})
			if len(h.Gaps) != i+1 || h.Gaps[0].Reason != "untold" || h.Gaps[0].To == nil || h.Gaps[0].From.After(since.Add(time.Minute)) {
				t.Errorf("lost %d times, what may be missing is %+v since %v", i+1, h.Gaps, since)
			}
		}
		p.act(sandbox.Act{Network: "whatsapp", Person: "p001", Kind: "message", Text: "And this?"})
		p.conversation("whatsapp", "And this?")

		// The secret is wrong.
		p.Clock.Advance(2 * time.Minute)
		hand.Do[api.NetworkApp](t, p.Hand, "PUT", "/network-apps/whatsapp", map[string]string{"app_id": "800000000000002", "secret": "another secret"})
		p.until("Meta does not know us", func() (bool, any) { h = p.health("whatsapp"); return h.Webhook.Error != "", h })
		until := *h.Webhook.SeenAt // nobody has noted yet up to when it is complete
		if h.Webhook.At.After(until) {
			until = *h.Webhook.At
		}
		p.act(sandbox.Act{Network: "whatsapp", Person: "p001", Kind: "message", Text: "Do you hear me?"})
		for range 20 { // it is told again and again
			p.Clock.Advance(15 * time.Second)
		}
		p.until("it is said that knocks are refused", func() (bool, any) {
			p.Clock.Advance(time.Minute)
			h = p.health("whatsapp")
			a, said := alerted(h, "not_signed")
			return said && a.Mend == "app" && h.Webhook.RefusedAt != nil, h
		})
		p.Clock.Advance(2 * time.Hour)
		p.until("it is said that it fails, or why nothing works", func() (bool, any) {
			p.Clock.Advance(time.Minute)
			h = p.health("whatsapp")
			_, fails := alerted(h, "telling_fails")
			_, broken := alerted(h, "channel_broken") // once it was checked, this is said in its place
			return fails || broken, h
		})
		if h.Channel.CompleteUntil.After(until) {
			t.Errorf("it claims to be complete until %v, after %v", h.Channel.CompleteUntil, until)
		}
		hand.Do[api.NetworkApp](t, p.Hand, "PUT", "/network-apps/whatsapp", map[string]string{"app_id": "800000000000002", "secret": "app-secret"})
		p.until("all is well", stands)
		p.Clock.Advance(time.Hour) // it is told again
		p.conversation("whatsapp", "Do you hear me?")
	})
}

// A loss that was found is told as a gap also where the house ends before it hears that it
// is mended: whoever looks after that finds nothing wrong.
func TestALossIsToldThoughNobodySawItMended(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.move(true)
		n, settings := p.number()
		account := p.dial(settings)
		p.until("Meta knocks", func() (bool, any) {
			h := p.health("whatsapp")
			return h.Webhook.Since != nil && h.Webhook.Error == "", h
		})
		p.must(p.Gate.Stop(sandbox.Stop{Step: sandbox.Begun, Network: "whatsapp", Action: sandbox.Token, Match: "{", Times: 1, Hold: true}))
		n.Unsubscribe(account)
		now, done := context.WithCancel(t.Context())
		done()
		p.until("Meta is asked to knock again", func() (bool, any) {
			p.Clock.Advance(time.Minute)
			all := p.Gate.Wait(now, 0)
			return len(all) > 0, all
		})
		p.stop()
		p.Gate.Clear()
		p.until("it knocks, and nobody was told so", func() (bool, any) { return n.Subscribed(account), nil })
		p.begin(p.config)
		var h api.ChannelHealth
		p.until("it is told what may be missing", func() (bool, any) {
			p.Clock.Advance(time.Minute)
			h = p.health("whatsapp")
			return len(h.Gaps) > 0, h
		})
		if len(h.Gaps) != 1 || h.Gaps[0].Reason != "untold" {
			t.Errorf("it is %+v", h.Gaps)
		}
	})
}

// An app that is entered while Meta is asked with the one from before is asked with at
// once, and not at the next look.
func TestAnAppIsEnteredDuringALook(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.move(true)
		enter := func(secret string) {
			hand.Do[api.NetworkApp](t, p.Hand, "PUT", "/network-apps/whatsapp", map[string]string{"app_id": "800000000000002", "secret": secret})
		}
		n, settings := p.number()
		enter("another secret")
		account := p.dial(settings)
		var h api.ChannelHealth
		p.until("Meta does not know us", func() (bool, any) { h = p.health("whatsapp"); return h.Webhook.Error != "", h })
		p.must(p.Gate.Stop(sandbox.Stop{Step: sandbox.Begun, Network: "whatsapp", Action: sandbox.Token, Times: 1, Hold: true}))
		enter("a wrong one, too")
		if all := p.Gate.Wait(t.Context(), 0); len(all) != 1 || !strings.HasSuffix(all[0].Path, "/subscriptions") {
			t.Fatalf("Meta is not asked: %+v", all)
		}
		enter("app-secret") // what runs has begun with the one before
		p.Gate.Clear()
		p.until("Meta knocks", func() (bool, any) {
			h = p.health("whatsapp")
			return h.Webhook.Since != nil && h.Webhook.Error == "" && n.Subscribed(account), h
		})
	})
}

// When a network that could not be asked says that it knocks, it is noted at once up to
// when nothing is missing, and not at the next turn.
func TestReadingIsHurriedWhenItIsToldAgain(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.move(true)
		_, settings := p.number()
		p.dial(settings)
		var h api.ChannelHealth
		p.until("Meta knocks", func() (bool, any) {
			h = p.health("whatsapp")
			return h.Webhook.Since != nil && h.Webhook.Error == "", h
		})
		since := *h.Webhook.Since
		p.Weather.Must(sandbox.Mishap{Network: "whatsapp", Kind: sandbox.Maintenance})
		p.until("nobody can be asked", func() (bool, any) {
			p.Clock.Advance(time.Minute)
			h = p.health("whatsapp")
			return h.Webhook.Error != "", h
		})
		p.Clock.Advance(5 * time.Minute)
		p.Weather.Clear()
		hand.Do[api.Channel](t, p.Hand, "POST", "/channels/"+p.channels["whatsapp"]+"/check", nil)
		p.until("it is noted at once", func() (bool, any) {
			h = p.health("whatsapp")
			return h.Webhook.Error == "" && h.Channel.CompleteUntil != nil && !h.Channel.CompleteUntil.Before(*h.Webhook.SeenAt), h
		})
		if !h.Webhook.Since.Equal(since) || len(h.Gaps) > 0 {
			t.Errorf("it knocked all the time, since %v; it says %v, and that this is missing: %+v", since, h.Webhook.Since, h.Gaps)
		}
	})
}

// Knocks that are not signed are said until the network itself knocks: then our secret is
// right, and somebody else's was not. What is refused later is said as anew.
func TestAGenuineKnockEndsThatKnocksAreRefused(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		forged := func() {
			t.Helper()
			p.Clock.Advance(2 * time.Minute)
			before := p.health("facebook").Webhook.RefusedAt
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL+"/hooks/facebook", strings.NewReader(`{"object":"page","entry":[]}`))
			p.must(err)
			r.Header.Set("X-Hub-Signature-256", "sha256="+strings.Repeat("0", 64))
			answer, err := p.Client.Do(r)
			p.must(err)
			p.must(answer.Body.Close())
			if answer.StatusCode != http.StatusForbidden {
				t.Fatalf("a forged knock is answered with %s", answer.Status)
			}
			p.until("it is noted", func() (bool, any) {
				at := p.health("facebook").Webhook.RefusedAt
				return at != nil && (before == nil || at.After(*before)), at
			})
		}
		said := func() bool {
			h := p.health("facebook")
			_, said := alerted(h, "not_signed")
			_, today := p.urgent("not_signed")
			if said != today {
				t.Errorf("its page says %v, and the day %v", said, today)
			}
			return said
		}
		genuine := func(network, kind, words string) {
			t.Helper()
			p.Clock.Advance(2 * time.Minute)
			p.act(sandbox.Act{Network: "facebook", Person: "p001", Kind: kind, Text: words})
			p.conversation(network, words)
			p.until("that knocks are refused is over", func() (bool, any) { return !said(), p.health("facebook") })
		}
		p.publish("What is new?", "facebook")
		p.messenger() // which is told at the same address, with the same secret
		for i, words := range []string{"The first", "The second", "In private"} {
			forged()
			if said() {
				t.Errorf("round %d: one refused knock is said", i)
			}
			forged()
			if !said() {
				t.Errorf("round %d: refused knocks are not said", i)
			}
			if i < 2 {
				genuine("facebook", "comment", words)
			} else {
				genuine("messenger", "message", words)
			}
		}
	})
}
