package house

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// sends answers with files and waits until the last message of it is sent.
func (p *place) sends(conversation string, r api.Reply) api.Message {
	p.t.Helper()
	m := hand.Do[api.Message](p.t, p.Hand, "POST", "/conversations/"+conversation+"/reply", r)
	p.until("it is sent", func() (bool, any) {
		m = p.byID(conversation, m.ID)
		return m.Sending == "sent", m.Sending + " " + m.Error
	})
	return m
}

func (p *place) byID(conversation, id string) api.Message {
	p.t.Helper()
	all := p.Messages(p.t, conversation)
	i := slices.IndexFunc(all, func(m api.Message) bool { return m.ID == id })
	if i < 0 {
		p.t.Fatalf("there is no message %s", id)
	}
	return all[i]
}

// carried is what a network got from us with files, oldest first.
func (p *place) carried(network string) (all []sandbox.Entry) {
	for _, e := range p.Ledger.Entries(sandbox.Filter{Network: network}) {
		if (e.Action == sandbox.Reply || e.Action == sandbox.Message) && e.Files > 0 {
			all = append(all, e)
		}
	}
	return all
}

// opens fetches a file of the house as a member's browser does.
func (p *place) opens(address string) (kind string, data []byte) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.URL+address, nil)
	p.must(err)
	r.Header.Set("Authorization", "Bearer "+p.Token)
	res, err := p.Client.Do(r)
	p.must(err)
	defer res.Body.Close()
	data, err = io.ReadAll(res.Body)
	p.must(err)
	return res.Header.Get("Content-Type"), data
}

// A comment is answered with a photo, which the conversation shows, and which is there
// once although the network's answer is lost.
func TestAnAnswerWithAPhoto(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.publish("What is new?", "facebook")
		p.act(sandbox.Act{Network: "facebook", Person: "p001", Kind: "comment", Text: "Show us!"})
		c := p.conversation("facebook", "Show us!")
		photo := p.Upload(t, "shelf.jpg", hand.Photo(60, 40), "A shelf")
		checked := hand.Do[api.ReplyChecked](t, p.Hand, "POST", "/conversations/"+c.ID+"/check", api.Reply{Text: "Here", Media: []api.MediaUse{{ID: photo.ID}}})
		if len(checked.Problems) != 0 || checked.Messages != 1 {
			t.Errorf("%+v", checked)
		}
		m := p.sends(c.ID, api.Reply{Text: "Here it is", Media: []api.MediaUse{{ID: photo.ID, Alt: "Five new books"}}})
		if len(m.Media) != 1 || m.Media[0].Type != "image" || m.Media[0].MediaID != photo.ID || m.Media[0].Alt != "Five new books" {
			t.Fatalf("%+v", m.Media)
		}
		if kind, data := p.opens(m.Media[0].URL); kind != "image/jpeg" || int64(len(data)) != photo.Bytes {
			t.Errorf("%s of %d bytes", kind, len(data))
		}
		p.lose("facebook", sandbox.Reply)
		p.sends(c.ID, api.Reply{Media: []api.MediaUse{{ID: photo.ID}}})
		if made := p.carried("facebook"); len(made) != 2 || made[0].Text != "Here it is" || made[1].Text != "" {
			t.Errorf("the network has %+v", made)
		}

		paper := p.Upload(t, "prices.pdf", []byte("%PDF-1.7\n%%EOF"), "")
		for name, r := range map[string]api.Reply{
			"nothing":          {},
			"a document":       {Text: "Prices", Media: []api.MediaUse{{ID: paper.ID}}},
			"two photos":       {Media: []api.MediaUse{{ID: photo.ID}, {ID: photo.ID}}},
			"a file of nobody": {Text: "Here", Media: []api.MediaUse{{ID: "nobody's"}}},
		} {
			t.Log(name)
			p.refused(p.Hand, http.StatusUnprocessableEntity, "POST", "/conversations/"+c.ID+"/reply", r)
		}
		if made := p.carried("facebook"); len(made) != 2 {
			t.Errorf("what was refused is there: %+v", made)
		}
	})
}

// Messenger sends a file without words: an answer with both becomes two messages,
// each of them there once. What failed is sent again with its file.
func TestAnAnswerThatBecomesTwoMessages(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.messenger()
		p.act(sandbox.Act{Network: "messenger", Person: "p002", Kind: "message", Text: "The programme, please"})
		c := p.conversation("messenger", "The programme, please")
		paper := p.Upload(t, "programme.pdf", []byte("%PDF-1.7\n%%EOF"), "")
		with := []api.MediaUse{{ID: paper.ID}}
		if checked := hand.Do[api.ReplyChecked](t, p.Hand, "POST", "/conversations/"+c.ID+"/check", api.Reply{Text: "Here", Media: with}); checked.Messages != 2 || len(checked.Problems) != 0 {
			t.Errorf("%+v", checked)
		}
		p.lose("messenger", sandbox.Message)
		if m := p.sends(c.ID, api.Reply{Text: "Here it is!", Media: with}); m.Text != "Here it is!" || len(m.Media) != 0 {
			t.Errorf("the last message is %+v", m)
		}
		var file api.Message
		p.until("the file is sent", func() (bool, any) {
			for _, m := range p.Messages(t, c.ID) {
				if len(m.Media) == 1 && m.FromUs {
					file = m
				}
			}
			return file.Sending == "sent", file
		})
		if file.Media[0].Name != "programme.pdf" || file.Media[0].Type != "other" {
			t.Errorf("%+v", file.Media)
		}
		if made := p.written("messenger", "Here it is!"); len(made) != 1 || len(p.carried("messenger")) != 1 {
			t.Errorf("the words are there %d times, the file %d times", len(made), len(p.carried("messenger")))
		}

		who, _ := p.Cast.Person("p002")
		// A file that has to be tried again keeps its words waiting.
		wait := 2
		p.Weather.Must(sandbox.Mishap{Network: "messenger", Action: sandbox.Message, Kind: sandbox.Throttled, Times: 1, RetryAfterS: &wait})
		p.sends(c.ID, api.Reply{Text: "And once more", Media: with})
		var order []bool
		for _, e := range p.Ledger.Entries(sandbox.Filter{Network: "messenger", Action: sandbox.Message}) {
			order = append(order, e.Files > 0)
		}
		if len(order) != 4 || !order[2] || order[3] {
			t.Errorf("files among what was sent: %v", order)
		}

		p.must(p.Facebook.Shut(who, p.accounts["facebook"], true))
		words := hand.Do[api.Message](t, p.Hand, "POST", "/conversations/"+c.ID+"/reply", api.Reply{Text: "See page three", Media: with})
		p.until("both failed, the words because of the file", func() (bool, any) {
			all := p.Messages(t, c.ID)
			i := slices.IndexFunc(all, func(m api.Message) bool { return m.Sending == "failed" && len(m.Media) == 1 })
			if i >= 0 {
				file = all[i]
			}
			words = p.byID(c.ID, words.ID)
			return i >= 0 && words.Sending == "failed" && strings.HasPrefix(words.Error, "The file before it"), words.Sending + " " + words.Error
		})
		p.must(p.Facebook.Shut(who, p.accounts["facebook"], false))
		hand.Do[api.Message](t, p.Hand, "POST", "/messages/"+file.ID+"/retry", nil)
		for _, m := range []api.Message{file, words} { // what was to follow comes along
			p.until("it is sent after all", func() (bool, any) {
				again := p.byID(c.ID, m.ID)
				return again.Sending == "sent" && len(again.Media) == len(m.Media), again.Sending + " " + again.Error
			})
		}
		if n, made := len(p.carried("messenger")), p.written("messenger", "See page three"); n != 3 || len(made) != 1 {
			t.Errorf("the network has %d files, and the words %d times", n, len(made))
		}
	})
}

// WhatsApp has words below a document and none below a sound; a lost answer is settled
// by what it tells.
func TestFilesOnWhatsApp(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.whatsapp()
		p.act(sandbox.Act{Network: "whatsapp", Person: "p001", Kind: "message", Text: "Les horaires ?"})
		c := p.conversation("whatsapp", "Les horaires ?")
		paper := p.Upload(t, "horaires.pdf", []byte("%PDF-1.7\n%%EOF"), "")
		p.lose("whatsapp", sandbox.Message)
		if m := p.sends(c.ID, api.Reply{Text: "Les voici", Media: []api.MediaUse{{ID: paper.ID}}}); len(m.Media) != 1 || m.Text != "Les voici" {
			t.Errorf("%+v", m)
		}
		sound := p.Upload(t, "voix.mp3", []byte("ID3\x03\x00\x00\x00\x00\x00\x00 une voix"), "")
		p.sends(c.ID, api.Reply{Text: "À samedi", Media: []api.MediaUse{{ID: sound.ID}}})
		p.until("both are there", func() (bool, any) {
			made := p.carried("whatsapp")
			return len(made) == 2 && made[0].Text == "Les voici" && made[1].Text == "" && len(p.written("whatsapp", "À samedi")) == 1, made
		})
		film := p.Upload(t, "film.mp4", hand.Film(3, 320, 240, 17<<20), "")
		p.refused(p.Hand, http.StatusUnprocessableEntity, "POST", "/conversations/"+c.ID+"/reply", api.Reply{Media: []api.MediaUse{{ID: film.ID}}})
		checked := hand.Do[api.ReplyChecked](t, p.Hand, "POST", "/conversations/"+c.ID+"/check", api.Reply{Media: []api.MediaUse{{ID: film.ID}}})
		if len(checked.Problems) != 1 || checked.Problems[0].Key != "video_too_big" || !strings.Contains(checked.Problems[0].Text, "17.9 MB, this network takes 16.7") {
			t.Errorf("%+v", checked)
		}
	})
}

// Three files for a network that takes one in a message: three messages in their order,
// the words with the first, each there once although an answer is lost, and
// none passes the one before it. What cannot be sent names its file.
func TestSeveralFilesBecomeSeveralMessages(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.guest("x")
		p.messenger()
		var with []api.MediaUse
		for _, name := range []string{"one.jpg", "two.jpg", "three.jpg"} {
			with = append(with, api.MediaUse{ID: p.Upload(t, name, hand.Photo(60+len(with), 40), "").ID})
		}
		for name, first := range map[string]string{"x": "Here they are", "messenger": ""} {
			p.act(sandbox.Act{Network: name, Person: "p003", Kind: "message", Text: "Photos, please"})
			c := p.conversation(name, "Photos, please")
			messages := 3
			if first == "" {
				messages = 4 // the words are one of their own
			}
			if checked := hand.Do[api.ReplyChecked](t, p.Hand, "POST", "/conversations/"+c.ID+"/check", api.Reply{Text: "Here they are", Media: with}); checked.Messages != messages || len(checked.Problems) != 0 {
				t.Errorf("%s: %+v", name, checked)
			}
			p.lose(name, sandbox.Message)
			p.sends(c.ID, api.Reply{Text: "Here they are", Media: with})
			p.until("all are sent", func() (bool, any) {
				var ours []string
				sent := 0
				for _, m := range p.Messages(t, c.ID) {
					if m.FromUs {
						ours = append(ours, m.Sending+" "+m.Error)
						if m.Sending == "sent" {
							sent++
						}
					}
				}
				return sent == messages && len(ours) == messages, ours
			})
			if made := p.carried(name); len(made) != 3 || made[0].Text != first || made[1].Text != "" || made[2].Text != "" {
				t.Errorf("%s has %+v", name, made)
			}
			if made := p.written(name, "Here they are"); len(made) != 1 {
				t.Errorf("%s has the words %d times", name, len(made))
			}
			many := append(append(append(append([]api.MediaUse{}, with...), with...), with...), with...)
			p.refused(p.Hand, http.StatusUnprocessableEntity, "POST", "/conversations/"+c.ID+"/reply", api.Reply{Media: many})
			if name != "x" {
				continue
			}
			paper := p.Upload(t, "prices.pdf", []byte("%PDF-1.7\n%%EOF"), "") // no document of X
			bad := hand.Do[api.ReplyChecked](t, p.Hand, "POST", "/conversations/"+c.ID+"/check", api.Reply{Media: []api.MediaUse{with[0], {ID: paper.ID}}})
			if len(bad.Problems) == 0 || bad.Problems[len(bad.Problems)-1].File != 1 {
				t.Errorf("%s: %+v", name, bad.Problems)
			}
		}
	})
}

// What was handed over stays so when the network asks for patience afterwards.
func TestAFileOfAnAnswerIsHandedOverOnce(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.publish("What is new?", "mastodon")
		p.act(sandbox.Act{Network: "mastodon", Person: "p001", Kind: "comment", Text: "Show us!"})
		c := p.conversation("mastodon", "Show us!")
		photo := p.Upload(t, "shelf.jpg", hand.Photo(60, 40), "A shelf")
		wait := 1
		p.Weather.Must(sandbox.Mishap{Network: "mastodon", Action: sandbox.Reply, Kind: sandbox.Throttled, Times: 2, RetryAfterS: &wait})
		p.sends(c.ID, api.Reply{Text: "Here", Media: []api.MediaUse{{ID: photo.ID}}})
		if n := len(p.Ledger.Entries(sandbox.Filter{Network: "mastodon", Action: sandbox.Upload})); n != 1 {
			t.Errorf("it was handed over %d times", n)
		}
		if made := p.carried("mastodon"); len(made) != 1 {
			t.Errorf("the network has %+v", made)
		}
	})
}
