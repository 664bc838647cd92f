package house

import (
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// One may write first to so many people in a day: each counts once, also while what
// was written waits; who has written lately counts for nothing; who is one too many is
// refused with the moment from which there is room; and a limit that was raised holds at once.
func TestToHowManyPeopleOneMayWriteFirst(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			writesFirst(t, open(t, engine, true))
		})
	}
}

func writesFirst(t *testing.T, p *place) {
	p.whatsapp()
	n, _ := p.Stage.Stage.Network("whatsapp")
	tier := func(most int) { n.Actor.(interface{ Tier(string, int) }).Tier(p.accounts["whatsapp"], most) }
	tier(2)
	talks := map[string]string{}
	for _, who := range []string{"p001", "p002", "p003", "p004"} {
		p.act(sandbox.Act{Network: "whatsapp", Person: who, Kind: "message", Text: "Bonjour de " + who})
		talks[who] = p.conversation("whatsapp", "Bonjour de "+who).ID
	}
	p.Clock.Advance(30 * time.Hour)
	hand.Do[api.Channel](t, p.Hand, "POST", "/channels/"+p.channels["whatsapp"]+"/check", nil)
	room := func(who string) *api.Room {
		query := ""
		if who != "" {
			query = "?conversation=" + talks[who]
		}
		return hand.Do[api.Page[api.Template]](t, p.Hand, "GET", "/channels/"+p.channels["whatsapp"]+"/templates"+query, nil).Items[0].Room.It
	}
	filled := api.Filled{Template: "reprise_contact/fr", Values: map[string]string{"1": "Camille", "2": "votre demande"}}
	write := func(who string) api.Message {
		return hand.Do[api.Message](t, p.Hand, "POST", "/conversations/"+talks[who]+"/template", filled)
	}
	if r := room("p001"); r == nil || r.Used != 0 || r.Max != 2 || r.Needs != 1 || !r.Fits || r.Name != "people" {
		t.Fatalf("before anything: %+v", r)
	}
	began := p.Clock.Now()
	first := write("p001")
	write("p002")
	p.until("it is sent", func() (bool, any) {
		m := p.message(talks["p001"], first.Text)
		return m.Sending == "sent", m
	})
	if r := room("p001"); r == nil || r.Used != 2 || r.Needs != 0 || !r.Fits {
		t.Errorf("who was written to already: %+v", r)
	}
	for _, who := range []string{"p003", ""} {
		if r := room(who); r == nil || r.Fits || r.Next == nil || r.Next.Sub(began) < 24*time.Hour || r.Next.Sub(began) > 25*time.Hour {
			t.Errorf("one too many, %q: %+v", who, r)
		}
	}
	why := p.refused(p.Hand, 422, "POST", "/conversations/"+talks["p003"]+"/template", filled)
	if !strings.Contains(why.Detail, "first to 2 people in 24 hours") || !strings.Contains(why.Hint, "next possible time is 20") {
		t.Errorf("refused with %+v", why)
	}
	write("p001")
	h := hand.Do[api.ChannelHealth](t, p.Hand, "GET", "/channels/"+p.channels["whatsapp"]+"/health", nil)
	if len(h.Quotas) != 1 || h.Quotas[0].Name != "people" || h.Quotas[0].Used != 2 || h.Quotas[0].Max != 2 || h.Quotas[0].Source != "kith" || h.Quotas[0].Per != "portfolio" {
		t.Errorf("the channel's page says %+v", h.Quotas)
	}

	p.act(sandbox.Act{Network: "whatsapp", Person: "p003", Kind: "message", Text: "Encore moi"})
	p.conversation("whatsapp", "Encore moi")
	write("p003") // who has just written is answered

	tier(3)
	write("p004") // asked anew, before anybody is refused

	tier(-1)
	hand.Do[api.Channel](t, p.Hand, "POST", "/channels/"+p.channels["whatsapp"]+"/check", nil)
	if r := room(""); r != nil {
		t.Errorf("without a limit: %+v", r)
	}
	p.until("all are sent once", func() (bool, any) {
		e := p.written("whatsapp", "au sujet de votre demande")
		return len(e) == 5, len(e)
	})
}
