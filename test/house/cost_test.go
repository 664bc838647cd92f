package house

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// What an answer costs is said before it is sent, with where that is from, and is
// counted once when it is out, however that became known.
func TestWhatAnswersCostIsSaidBeforeAndCountedOnce(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.config.Mechanics = filepath.Join(t.TempDir(), "mechanics.json")
		p.must(os.WriteFile(p.config.Mechanics, []byte(`{
			"mastodon": {"prices": [{"what": "post", "amount": "0.01", "currency": "EUR"}, {"what": "reply", "amount": "0.02", "currency": "EUR"}, {"what": "reply_with_link", "amount": "0.20", "currency": "EUR"}]},
			"whatsapp": {"prices": [{"what": "message", "amount": "0.003", "currency": "EUR"}, {"what": "template", "category": "utility", "country": "33", "amount": "0.05", "currency": "EUR"}]}}`), 0o600))
		p.stop()
		p.begin(p.config)
		p.whatsapp()
		p.publish("What is new?", "mastodon")
		p.act(sandbox.Act{Network: "mastodon", Person: "p001", Kind: "comment", Text: "Tell us!"})
		c := p.conversation("mastodon", "Tell us!")
		price := func(conversation, text string) *api.Cost {
			return hand.Do[api.ReplyChecked](t, p.Hand, "POST", "/conversations/"+conversation+"/check", api.Reply{Text: text}).Price.It
		}
		if plain, linked := price(c.ID, "Soon"), price(c.ID, "At https://kith.example"); plain == nil || plain.Amount != "0.02" || plain.Link || linked == nil || linked.Amount != "0.20" || !linked.Link {
			t.Errorf("an answer costs %+v, with a link %+v", plain, linked)
		}
		p.answer("mastodon", c.ID, "Soon", false)
		p.lose("mastodon", sandbox.Reply)
		p.answer("mastodon", c.ID, "At https://kith.example", false)

		p.act(sandbox.Act{Network: "whatsapp", Person: "p001", Kind: "message", Text: "Bonjour ?"})
		w := p.conversation("whatsapp", "Bonjour ?")
		if said := price(w.ID, "Bonjour"); said == nil || said.Amount != "0.003" || len(said.Sources) != 1 || said.Sources[0].Date == "" {
			t.Errorf("a message costs %+v", said)
		}
		p.lose("whatsapp", sandbox.Message)
		p.answer("whatsapp", w.ID, "Bonjour", false)
		all := hand.Do[api.Page[api.Template]](t, p.Hand, "GET", "/channels/"+p.channels["whatsapp"]+"/templates?conversation="+w.ID, nil).Items
		priced := 0
		for _, template := range all {
			if template.Category == "utility" && template.Price.It != nil && template.Price.It.Amount == "0.05" {
				priced++
			}
			if template.Category != "utility" && template.Price.It != nil || len(template.Sources) == 0 {
				t.Errorf("%s: %+v", template.Category, template)
			}
		}
		if priced == 0 {
			t.Errorf("no template has its price: %+v", all)
		}
		p.refused(p.Hand, 404, "GET", "/channels/"+p.channels["whatsapp"]+"/templates?conversation="+c.ID, nil)

		for network, want := range map[string][]api.Spent{
			"mastodon": {{What: "post", N: 1, Price: "0.01", Amount: "0.01", Currency: "EUR"}, {What: "reply", N: 1, Price: "0.02", Amount: "0.02", Currency: "EUR"},
				{What: "reply_with_link", N: 1, Price: "0.20", Amount: "0.20", Currency: "EUR"}},
			"whatsapp": {{What: "message", N: 1, Price: "0.003", Amount: "0.003", Currency: "EUR"}},
		} {
			p.until(network+" is counted", func() (bool, any) {
				h := hand.Do[api.ChannelHealth](t, p.Hand, "GET", "/channels/"+p.channels[network]+"/health", nil)
				same := len(h.Spent) == len(want) && h.SpentDays == 30
				for i := range h.Spent {
					same = same && h.Spent[i] == want[i]
				}
				return same, h.Spent
			})
		}
	})
}

// A reader leaves a part of a network's calls for what is to go out and says so, also
// after Kith began anew.
func TestAReaderLeavesTheCallsThatPublishingNeeds(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.config.Mechanics = filepath.Join(t.TempDir(), "mechanics.json")
		p.must(os.WriteFile(p.config.Mechanics, []byte(`{"youtube": {"quotas": [{"name": "calls", "max": 300, "window_s": 86400, "per": "app"}], "call_costs": {"GET": 90, "post": 400}}}`), 0o600))
		p.stop()
		p.begin(p.config)
		settings, err := p.Invite(t.Context(), "youtube", p.URL)
		p.must(err)
		id := p.Connect(t, "youtube", settings).ID
		var h api.ChannelHealth
		p.until("reading stops", func() (bool, any) {
			h = hand.Do[api.ChannelHealth](t, p.Hand, "GET", "/channels/"+id+"/health", nil)
			return len(h.Alerts) == 1 && h.Alerts[0].Key == "calls_kept", h
		})
		if len(h.Quotas) != 1 || h.Quotas[0].Name != "calls" || h.Quotas[0].Used < 270 || h.Quotas[0].Max != 300 || h.Quotas[0].Source != "kith" {
			t.Errorf("the channel's page says %+v", h.Quotas)
		}
		before := h.Quotas[0].Used
		p.stop() // it is remembered
		p.begin(p.config)
		h = hand.Do[api.ChannelHealth](t, p.Hand, "GET", "/channels/"+id+"/health", nil)
		if len(h.Quotas) != 1 || h.Quotas[0].Used < before-90 {
			t.Errorf("after it began again %+v, before %d", h.Quotas, before)
		}
	})
}
