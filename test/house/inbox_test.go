package house

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// A comment comes in: a conversation about our post, a person, a count of the
// day, and the search finds it.
func TestACommentComesIn(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		post := p.publish("Which book tonight?", "bluesky", "mastodon", "facebook")
		for _, u := range post.Publications {
			name := string(u.Network)
			text := "Élégie für " + name + " 東京"
			done := p.act(sandbox.Act{Network: name, Mood: sandbox.Curious, Kind: "comment", Text: text})
			c := p.conversation(name, text)
			if c.Kind != "comments" || c.Post.It == nil || c.Post.It.PublicationID != u.ID || c.Unread != 1 || c.State != "open" || c.WaitingSince == nil {
				t.Errorf("%s: the conversation is %+v about %+v", name, c, c.Post.It)
			}
			m := p.message(c.ID, text)
			if m.Person.It == nil || m.FromUs || m.State != "visible" || !slices.Contains(m.Can, "reply") {
				t.Fatalf("%s: the message is %+v", name, m)
			}
			who := hand.Do[api.Person](t, p.Hand, "GET", "/people/"+m.Person.It.ID, nil)
			if who.Name != done.Person.Name || who.Messages != 1 || len(who.Identities) != 1 || who.Identities[0].Network != u.Network || len(who.Recent) != 1 {
				t.Errorf("%s: the person is %+v, on the stage %s", name, who, done.Person.Name)
			}
			for _, words := range []string{"elegie " + name, "élé " + name[:4], "東京 " + name, name + " fur"} {
				found := hand.Do[api.Page[api.Hit]](t, p.Hand, "GET", "/search?q="+url.QueryEscape(words), nil)
				ours := slices.ContainsFunc(found.Items, func(h api.Hit) bool { return h.Message.ID == m.ID && h.ConversationID == c.ID })
				if !ours && words != "élé "+name[:4] { // only the last word is a beginning
					t.Errorf("%s: a search for “%s” finds %d others", name, words, len(found.Items))
				}
			}
		}
		today := hand.Do[api.Today](t, p.Hand, "GET", "/today", nil)
		if today.Answer.Count != 3 {
			t.Errorf("today there are %d to answer, not 3", today.Answer.Count)
		}
	})
}

// We answer, in public and in private; an answer whose confirmation was lost is
// found and not sent twice.
func TestWeAnswer(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.publish("Questions?", "bluesky", "mastodon", "facebook")
		for _, name := range []string{"bluesky", "mastodon", "facebook"} {
			asked := p.act(sandbox.Act{Network: name, Mood: sandbox.Curious, Kind: "comment", Text: "Are you open on Monday?"})
			c := p.conversation(name, "Are you open on Monday?")
			p.answer(name, c.ID, "We are, from ten. "+name, false)
			if e := p.written(name, "We are, from ten."); len(e) != 1 || e[0].Parent != asked.ID {
				t.Errorf("%s: the answer hangs at %+v, not at %s", name, e, asked.ID)
			}
			p.lose(name, sandbox.AnyWrite)
			p.answer(name, c.ID, "And until seven. "+name, false)
			if n := len(p.written(name, "And until seven.")); n != 1 {
				t.Errorf("%s: the answer that was in doubt is there %d times", name, n)
			}
			now := hand.Do[api.Conversation](t, p.Hand, "GET", "/conversations/"+c.ID, nil)
			if now.Count != 3 || now.Unread != 0 || now.WaitingSince != nil || !now.Last.FromUs {
				t.Errorf("%s: after two answers the conversation is %+v", name, now)
			}
		}
		p.act(sandbox.Act{Network: "facebook", Mood: sandbox.Fan, Kind: "comment", Text: "May I write to you?"})
		c := p.conversation("facebook", "May I write to you?")
		p.answer("facebook", c.ID, "Please do, here.", true)
		if e := p.written("facebook", "Please do, here."); len(e) != 1 || e[0].Action != sandbox.Message {
			t.Errorf("the private answer is %+v", e)
		}
		for _, name := range []string{"bluesky", "facebook"} {
			p.act(sandbox.Act{Network: name, Mood: sandbox.Fan, Kind: "message", Text: "Just between us"})
			c := p.conversation(name, "Just between us")
			if c.Kind != "direct" {
				t.Errorf("%s: a private message is in a conversation of kind %s", name, c.Kind)
			}
			p.until(name+": the writer has a name, and not a number", func() (bool, any) {
				c := p.conversation(name, "Just between us")
				return c.Person.It != nil && strings.ContainsFunc(c.Person.It.Name, unicode.IsLetter), c.Person.It
			})
			p.answer(name, c.ID, "Our lips are sealed. "+name, false)
			if n := len(p.written(name, "Our lips are sealed.")); n != 1 {
				t.Errorf("%s: the private answer is there %d times", name, n)
			}
		}
	})
}

// answer answers and waits until it is sent.
func (p *place) answer(network, conversation, text string, private bool) {
	p.t.Helper()
	m := hand.Do[api.Message](p.t, p.Hand, "POST", "/conversations/"+conversation+"/reply", api.Reply{Text: text, Private: private})
	p.until("“"+text+"” is sent", func() (bool, any) {
		now := p.message(conversation, text)
		return now.ID == m.ID && now.Sending == "sent", network + " " + now.Sending + " " + now.Error
	})
}

// A flood is held, hidden on the network, and shown again when a person undoes
// the verdict.
func TestAHideIsUndone(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		rule := hand.Do[api.Page[api.Rule]](t, p.Hand, "GET", "/rules", nil).Items[0]
		live, count, window := "live", 3, 60
		hand.Do[api.Rule](t, p.Hand, "PATCH", "/rules/"+rule.ID, api.RuleChange{Mode: &live, Count: &count, WindowS: &window})
		p.publish("Talk to us", "facebook")
		who := p.Cast.Some(sandbox.Spammer, "")[0]
		flood := func(n int) string { return "Buy now! " + string(rune('0'+n)) }
		var last sandbox.Acted
		for n := range 4 {
			last = p.act(sandbox.Act{Network: "facebook", Person: who.ID, Kind: "comment", Text: flood(n)})
			p.conversation("facebook", flood(n)) // one after the other, as typed
		}
		hidden := func() bool {
			for _, e := range p.Ledger.Entries(sandbox.Filter{Network: "facebook", Action: sandbox.Hide}) {
				if e.Object == last.ID && e.Text == "hidden" {
					return true
				}
			}
			return false
		}
		var m api.Message
		p.until("it is hidden on the network", func() (bool, any) {
			m = p.message(p.conversation("facebook", flood(3)).ID, flood(3))
			return m.State == "hidden" && hidden(), m.State
		})
		if m.Reason.It == nil || m.Reason.It.Key != "flooding" {
			t.Errorf("the reason is %+v", m.Reason.It)
		}
		if before := p.message(p.conversation("facebook", flood(0)).ID, flood(0)); before.State != "visible" {
			t.Errorf("what was said before the line was crossed is %s", before.State)
		}
		verdicts := hand.Do[api.Page[api.Verdict]](t, p.Hand, "GET", "/verdicts?state=in_force", nil).Items
		if len(verdicts) != 1 || !slices.Contains(verdicts[0].MessageIDs, m.ID) {
			t.Fatalf("the verdicts are %+v", verdicts)
		}
		undone := hand.Do[api.Verdict](t, p.Hand, "POST", "/verdicts/"+verdicts[0].ID+"/undo", api.Undo{Reason: "A reader with a stutter."})
		if undone.State != "undone" || undone.ClosedWhy != "A reader with a stutter." {
			t.Errorf("undone, it is %+v", undone)
		}
		p.until("it is visible again on the network", func() (bool, any) {
			all := p.Ledger.Entries(sandbox.Filter{Network: "facebook", Action: sandbox.Hide})
			m = p.message(m.ConversationID, flood(3))
			return len(all) > 0 && all[len(all)-1].Object == last.ID && all[len(all)-1].Text != "hidden" && m.State == "visible", all
		})
		p.refused(p.Hand, 409, "POST", "/verdicts/"+verdicts[0].ID+"/undo", api.Undo{Reason: "again"})
	})
}

// What Facebook tells by webhook and what reading finds is one and the same;
// what a webhook never told is found by reading.
func TestWebhookAndPollingTellOnce(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.publish("Told twice", "facebook")
		p.Weather.Must(sandbox.Mishap{Network: "facebook", Action: sandbox.Hook, Kind: sandbox.HookTwice, Copies: 3})
		p.act(sandbox.Act{Network: "facebook", Mood: sandbox.Fan, Kind: "comment", Text: "by both"})
		p.Weather.Clear()
		p.Weather.Must(sandbox.Mishap{Network: "facebook", Action: sandbox.Hook, Kind: sandbox.HookLost})
		p.act(sandbox.Act{Network: "facebook", Mood: sandbox.Curious, Kind: "comment", Text: "by reading alone"})
		p.conversation("facebook", "by reading alone")
		p.Weather.Clear()
		p.act(sandbox.Act{Network: "facebook", Mood: sandbox.Fan, Kind: "comment", Text: "the last"})
		last := p.conversation("facebook", "the last")
		heard := p.heard("facebook")
		p.until("the channel is read again", func() (bool, any) { now := p.heard("facebook"); return now.After(heard), now })
		all := hand.Do[api.Page[api.Conversation]](t, p.Hand, "GET", "/conversations?state=all&channel="+p.channels["facebook"], nil).Items
		times := map[string]int{}
		for _, c := range all {
			if c.Count != 1 || c.Unread != 1 {
				t.Errorf("“%s” was counted %d times", c.Last.Text, c.Count)
			}
			for _, m := range p.Messages(t, c.ID) {
				times[m.Text]++
			}
		}
		if len(times) != 3 || times["by both"] != 1 || times["by reading alone"] != 1 || times["the last"] != 1 || last.Count != 1 {
			t.Errorf("the inbox holds %v", times)
		}
	})
}

// heard is until when everything of a channel has been heard.
func (p *place) heard(network string) time.Time {
	p.t.Helper()
	c := hand.Do[api.Channel](p.t, p.Hand, "GET", "/channels/"+p.channels[network], nil)
	if c.CompleteUntil == nil {
		return time.Time{}
	}
	return *c.CompleteUntil
}
