package house

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/whatsapp"
	"github.com/kithhq/kith/test/hand"
)

// urgent gives the line of the day with a key.
func (p *place) urgent(key string) (item api.Item, there bool) {
	for _, i := range hand.Do[api.Today](p.t, p.Hand, "GET", "/today", nil).Urgent {
		if i.TextKey == key {
			return i, true
		}
	}
	return item, false
}

// template gives a template as it is offered.
func (p *place) template(id string) (one api.Template) {
	for _, t := range hand.Do[api.Page[api.Template]](p.t, p.Hand, "GET", "/channels/"+p.channels["whatsapp"]+"/templates", nil).Items {
		if t.ID == id {
			return t
		}
	}
	p.t.Fatalf("there is no template %s", id)
	return one
}

// What Meta says of the business account and of no number is heard: of templates, of the
// quality and the limit of the number, of what the account may not do any more. It is said
// on the day's page in plain words, and is over when Meta says so.
func TestWhatWhatsAppTellsOfAnAccount(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		n, settings := p.number()
		p.move(true)
		account := p.dial(settings)
		p.until("Meta knocks", func() (bool, any) {
			h := p.health("whatsapp")
			return h.Webhook.Since != nil && n.Subscribed(account) && len(h.Alerts) == 0, h
		})
		says := func(key, words string, there bool) {
			t.Helper()
			p.until(key+" is said, or over", func() (bool, any) {
				h := p.health("whatsapp")
				a, said := alerted(h, key)
				item, urgent := p.urgent(key)
				if !there {
					return !said && !urgent, h.Alerts
				}
				text, _ := a.Params["text"].(string)
				today, _ := item.Params["text"].(string)
				return said && urgent && strings.Contains(text, words) && today == text && a.Params["fix"] != "", h.Alerts
			})
		}
		p.act(sandbox.Act{Network: "whatsapp", Person: "p001", Kind: "message", Text: "Bonjour"})
		talk := p.conversation("whatsapp", "Bonjour")
		address := "/conversations/" + talk.ID + "/template"

		// A template is paused, and comes back; what is told late changes nothing.
		n.Review(account, "rencontre", "PAUSED", "NONE")
		says("template_barred", "paused", true)
		if one := p.template("rencontre/fr"); !strings.Contains(one.Why, "paused") || one.Fix == "" {
			t.Errorf("%+v", one)
		}
		p.refused(p.Hand, http.StatusUnprocessableEntity, "POST", address, api.Filled{Template: "rencontre/fr"})
		p.Clock.Advance(3 * time.Hour)
		n.Review(account, "rencontre", "APPROVED", "NONE")
		says("template_barred", "", false)
		if one := p.template("rencontre/fr"); one.Why != "" {
			t.Errorf("%+v", one)
		}

		// A template is refused, with why; that it is approved again reaches nobody, and is seen
		// when templates are looked at.
		n.Review(account, "affichette", "REJECTED", "PROMOTIONAL") // of another name: nothing happens
		n.Review(account, "resume_contact", "REJECTED", "PROMOTIONAL")
		says("template_barred", "advertises", true)
		n.Unsubscribe(account)
		n.Review(account, "resume_contact", "APPROVED", "NONE")
		if one := p.template("resume_contact/en"); one.Why != "" {
			t.Errorf("%+v", one)
		}
		says("template_barred", "", false)
		n.SubscribeAccount(account)

		// People complain: fewer may be written to first, and health says why.
		n.Tier(p.accounts["whatsapp"], 10_000)
		most := func(want int) {
			t.Helper()
			p.until("the limit is known", func() (bool, any) {
				q := p.health("whatsapp").Quotas
				for _, u := range q {
					if u.Name == "people" && u.Max == want {
						return true, q
					}
				}
				return false, q
			})
		}
		most(10_000)
		p.Clock.Advance(time.Minute)
		n.Decline(p.accounts["whatsapp"], "RED", 2000)
		most(2000)
		says("account_warned", "2000", true)
		says("channel_warn", "its quality is low", true)
		p.Clock.Advance(time.Minute)
		n.Rate(p.accounts["whatsapp"], "GREEN")
		n.Tier(p.accounts["whatsapp"], 10_000)
		most(10_000)
		says("account_warned", "", false)
		says("channel_warn", "", false)

		// The account is restricted for three days.
		until := p.Clock.Now().Add(72 * time.Hour)
		n.Restrict(account, pretended.NoBeginning, until)
		says("account_barred", "begin no conversations", true)
		if a, _ := alerted(p.health("whatsapp"), "account_barred"); a.Params["ends"] == nil || !a.Bad || a.Mend != "look" {
			t.Errorf("%+v", a)
		}
		p.Clock.Advance(30 * time.Hour)
		sent := hand.Do[api.Message](t, p.Hand, "POST", address, api.Filled{Template: "rencontre/fr"})
		p.until("the template is refused", func() (bool, any) {
			m := p.message(talk.ID, sent.Text)
			return m.Sending == "failed" && strings.Contains(m.Error, "restricted"), m
		})
		if h := p.health("whatsapp"); h.Channel.Health.State == "broken" {
			t.Errorf("its keys are blamed: %+v", h.Channel)
		}
		p.Clock.Advance(72 * time.Hour)
		says("account_barred", "", false)

		// It is disabled, and reinstated.
		n.Disable(account, true)
		says("account_barred", "disabled", true)
		p.Clock.Advance(time.Minute)
		n.Disable(account, false)
		says("account_barred", "", false)
		p.Clock.Advance(time.Minute)
		p.until("all is well", func() (bool, any) { h := p.health("whatsapp"); return len(h.Alerts) == 0, h.Alerts })
	})
}
