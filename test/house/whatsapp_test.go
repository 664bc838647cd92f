package house

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// correspondent is what else people can do on a network of conversations.
type correspondent interface {
	Show(p sandbox.Person, account, kind, mime, caption string, data []byte) (string, error)
	Unreachable(person string)
}

func (p *place) whatsapp() correspondent {
	p.t.Helper()
	settings, err := p.Invite(p.t.Context(), "whatsapp", p.URL)
	p.must(err)
	p.channels["whatsapp"], p.accounts["whatsapp"] = p.Connect(p.t, "whatsapp", settings).ID, settings["phone"]
	n, _ := p.Stage.Stage.Network("whatsapp")
	return n.Actor.(correspondent)
}

// People write on WhatsApp and are answered; what was lost on the way back is settled
// by what the network tells, and what never arrived is said to have failed.
func TestAConversationOnWhatsApp(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		them := p.whatsapp()
		say := func(person, text string) api.Conversation {
			p.act(sandbox.Act{Network: "whatsapp", Person: person, Kind: "message", Text: text})
			return p.conversation("whatsapp", text)
		}
		c := say("p001", "Vous êtes ouverts ?")
		if c.Kind != "direct" || c.Person.It == nil || !strings.HasPrefix(c.Person.It.Handle, "+33") {
			t.Errorf("%+v", c)
		}
		p.answer("whatsapp", c.ID, "Oui, jusqu'à 19 h.", false)
		asked := p.message(c.ID, "Vous êtes ouverts ?")
		hand.Do[api.Message](t, p.Hand, "POST", "/messages/"+asked.ID+"/like", nil)
		if e := p.written("whatsapp", "👍"); len(e) != 1 {
			t.Errorf("liked %d times", len(e))
		}
		if again := say("p001", "Merci !"); again.ID != c.ID {
			t.Error("it goes on in another conversation")
		}

		// The answer is lost on the way back: a status settles it, and nothing is sent twice.
		p.lose("whatsapp", sandbox.Message)
		p.answer("whatsapp", c.ID, "De rien.", false)
		if e := p.written("whatsapp", "De rien."); len(e) != 1 {
			t.Errorf("sent %d times", len(e))
		}

		// What never arrived.
		c = say("p002", "Hello?")
		them.Unreachable("p002")
		hand.Do[api.Message](t, p.Hand, "POST", "/conversations/"+c.ID+"/reply", api.Reply{Text: "Anybody there?"})
		p.until("it is said that it never arrived", func() (bool, any) {
			m := p.message(c.ID, "Anybody there?")
			return m.Sending == "failed" && strings.Contains(m.Error, "WhatsApp cannot deliver"), m
		})
	})
}

// The network tells how far an answer came, on each of Meta's networks, and it stays so.
func TestHowFarAnAnswerCameIsSeen(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.whatsapp()
		p.messenger()
		p.guest("instagram")
		who := ""
		for _, one := range p.Cast.Some(sandbox.Fan, "") {
			if one.Look%4 != 0 { // the others do not let it be known
				who = one.ID
			}
		}
		talks := map[string]string{}
		for _, name := range []string{"whatsapp", "messenger", "instagram"} {
			p.act(sandbox.Act{Network: name, Account: p.accounts[name], Person: who, Kind: "message", Text: "On " + name + "?"})
			talks[name] = p.conversation(name, "On "+name+"?").ID
			p.answer(name, talks[name], "Yes, on "+name, false)
		}
		reached := func(step string, is func(api.Message) bool, names ...string) {
			for _, name := range names {
				p.until(name+" says "+step, func() (bool, any) { m := p.message(talks[name], "Yes, on "+name); return is(m), m })
			}
		}
		p.Clock.Advance(5 * time.Second)
		reached("delivered", func(m api.Message) bool { return m.DeliveredAt != nil && m.Sending == "sent" }, "whatsapp", "messenger")
		p.Clock.Advance(time.Minute)
		reached("read", func(m api.Message) bool {
			return m.ReadAt != nil && m.DeliveredAt != nil && !m.ReadAt.Before(*m.DeliveredAt) && !m.DeliveredAt.Before(m.At.Add(-time.Second))
		}, "whatsapp", "messenger", "instagram")
		// Where no network says it, nothing is said.
		p.act(sandbox.Act{Network: "mastodon", Account: p.accounts["mastodon"], Person: who, Kind: "message", Text: "On Mastodon?"})
		c := p.conversation("mastodon", "On Mastodon?")
		p.answer("mastodon", c.ID, "Yes, on Mastodon", false)
		p.Clock.Advance(time.Hour)
		if m := p.message(c.ID, "Yes, on Mastodon"); m.DeliveredAt != nil || m.ReadAt != nil {
			t.Errorf("Mastodon tells nothing: %+v", m)
		}
	})
}

// What a number sent on a day is told a day later, with what each count means; of days
// on which nothing was sent nothing is told.
func TestWhatANumberSentIsCounted(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.whatsapp()
		p.act(sandbox.Act{Network: "whatsapp", Person: "p001", Kind: "message", Text: "Vous êtes ouverts ?"})
		p.answer("whatsapp", p.conversation("whatsapp", "Vous êtes ouverts ?").ID, "Oui, jusqu'à 19 h.", false)
		day := p.Clock.Now().UTC().Format(time.DateOnly)
		var f api.AccountFigures
		figures := func() api.AccountFigures {
			return hand.Do[api.Page[api.AccountFigures]](t, p.Hand, "GET", "/measures/accounts?channel="+p.channels["whatsapp"], nil).Items[0]
		}
		p.until("the days before are asked for", func() (bool, any) { f = figures(); return len(f.Days) >= 28, len(f.Days) })
		p.Clock.Advance(28 * time.Hour)
		p.until("the day is told", func() (bool, any) {
			f = figures()
			return slices.ContainsFunc(f.Days, func(d api.AccountDay) bool { return d.Counts["whatsapp:sent"] > 0 }), f
		})
		for _, d := range f.Days {
			if n, told := d.Counts["whatsapp:sent"]; told != (d.Day == day) || told && n != 1 {
				t.Errorf("%s says %v", d.Day, d.Counts)
			}
		}
		if i := slices.IndexFunc(f.Means, func(m api.CountMeaning) bool { return m.Count == "whatsapp:sent" }); i < 0 || f.Means[i].Label == "" || f.Means[i].Text == "" {
			t.Errorf("nobody knows what that means: %+v", f.Means)
		}
	})
}

// What somebody sends is looked at through us: only our key opens it.
func TestAPictureOnWhatsApp(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		them := p.whatsapp()
		who, _ := p.Cast.Person("p001")
		photo := hand.Photo(40, 30)
		_, err := them.Show(who, p.accounts["whatsapp"], "image", "image/jpeg", "La couverture", photo)
		p.must(err)
		_, err = them.Show(who, p.accounts["whatsapp"], "document", "application/pdf", "Le bon", []byte("<script>alert(1)</script>"))
		p.must(err)
		c := p.conversation("whatsapp", "Le bon")
		get := func(address, token string) (int, http.Header, []byte) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+address, nil)
			p.must(err)
			r.Header.Set("Authorization", "Bearer "+token)
			res, err := p.Client.Do(r)
			p.must(err)
			defer res.Body.Close()
			data, err := io.ReadAll(res.Body)
			p.must(err)
			return res.StatusCode, res.Header, data
		}
		m := p.message(c.ID, "La couverture")
		if len(m.Media) != 1 || !strings.HasPrefix(m.Media[0].URL, "/api/") {
			t.Fatalf("%+v", m.Media)
		}
		if status, h, data := get(m.Media[0].URL, p.Token); status != http.StatusOK || !bytes.Equal(data, photo) || h.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%d %s, %d bytes", status, h.Get("Content-Type"), len(data))
		}
		// A stranger's document is never shown as a page of ours.
		if status, h, _ := get(p.message(c.ID, "Le bon").Media[0].URL, p.Token); status != http.StatusOK || h.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%d %v", status, h)
		}
		for _, address := range []string{strings.TrimSuffix(m.Media[0].URL, "0") + "1", strings.TrimSuffix(m.Media[0].URL, "0") + "-1", strings.TrimSuffix(m.Media[0].URL, "0") + "x"} {
			if status, _, _ := get(address, p.Token); status != http.StatusNotFound {
				t.Errorf("%s: %d", address, status)
			}
		}
		if status, _, _ := get(m.Media[0].URL, "nobody"); status != http.StatusUnauthorized {
			t.Errorf("without a key: %d", status)
		}
	})
}

// When a person has not written for more than a day, a template still reaches them.
func TestATemplateOnWhatsApp(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			p := open(t, engine, true)
			p.whatsapp()
			p.act(sandbox.Act{Network: "whatsapp", Person: "p001", Kind: "message", Text: "Avez-vous le Goncourt ?"})
			c := p.conversation("whatsapp", "Avez-vous le Goncourt ?")
			p.Clock.Advance(30 * time.Hour)
			all := hand.Do[api.Page[api.Template]](t, p.Hand, "GET", "/channels/"+p.channels["whatsapp"]+"/templates", nil).Items
			i := slices.IndexFunc(all, func(t api.Template) bool { return t.ID == "reprise_contact/fr" })
			if i < 0 || len(all[i].Holes) != 2 || all[i].Category != "utility" {
				t.Fatalf("%+v", all)
			}
			address := "/conversations/" + c.ID + "/template"
			p.refused(p.Hand, 422, "POST", address, api.Filled{Template: "reprise_contact/fr", Values: map[string]string{"1": "Camille"}})
			p.refused(p.Hand, 422, "POST", address, api.Filled{Template: "affiche/fr"})
			p.refused(p.Hand, 422, "POST", "/conversations/"+c.ID+"/template", api.Filled{Template: "../x"})
			sent := hand.Do[api.Message](t, p.Hand, "POST", address, api.Filled{Template: "reprise_contact/fr", Values: map[string]string{"1": "Camille", "2": "votre\n demande"}})
			if !strings.HasPrefix(sent.Text, "Bonjour Camille, nous revenons vers vous au sujet de votre demande.") {
				t.Errorf("%q", sent.Text)
			}
			p.until("the template is sent", func() (bool, any) {
				m := p.message(c.ID, sent.Text)
				return m.Sending == "sent", m
			})
			if e := p.written("whatsapp", "au sujet de votre demande"); len(e) != 1 {
				t.Errorf("sent %d times", len(e))
			}
			networks := hand.Do[api.Page[api.Network]](t, p.Hand, "GET", "/networks", nil).Items
			for _, n := range networks {
				if n.Templates != (n.Name == "whatsapp") {
					t.Errorf("%s: templates %v", n.Name, n.Templates)
				}
			}
		})
	}
}

// WhatsApp knocks for a week and can be asked nothing: who was away for longer is
// told from when to when something may be missing.
func TestALongAbsenceIsKnownWhereNobodyCanBeAsked(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			p := open(t, engine, true)
			p.move(true) // nobody is told anything who has no address
			p.whatsapp()
			var h api.ChannelHealth
			attended := func(since time.Time) time.Time {
				t.Helper()
				p.until("it is attended", func() (bool, any) {
					h = hand.Do[api.ChannelHealth](t, p.Hand, "GET", "/channels/"+p.channels["whatsapp"]+"/health", nil)
					return h.Channel.CompleteUntil != nil && h.Channel.CompleteUntil.After(since), h
				})
				return *h.Channel.CompleteUntil
			}
			away := func(gone time.Duration, since time.Time) time.Time {
				t.Helper()
				p.stop()
				p.Clock.Advance(gone)
				p.begin(p.config)
				return attended(since.Add(gone - time.Minute))
			}
			left := away(6*24*time.Hour, attended(time.Time{}))
			if len(h.Gaps) != 0 {
				t.Errorf("after less than a week: %+v", h.Gaps)
			}
			back := away(9*24*time.Hour, left)
			if len(h.Gaps) != 1 || h.Gaps[0].Reason != "lost" || h.Gaps[0].From.Sub(left).Abs() > time.Minute || h.Gaps[0].To == nil || back.Add(-7*24*time.Hour).Sub(*h.Gaps[0].To).Abs() > time.Minute {
				t.Errorf("left at %v, back at %v: %+v", left, back, h.Gaps)
			}
		})
	}
}
