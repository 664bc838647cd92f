package house

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/test/hand"
)

// guest connects the account of ours on a further network of the stage.
func (p *place) guest(name string) {
	p.t.Helper()
	settings, err := p.Settings(p.t.Context(), name, p.URL+"/hooks/"+name)
	p.must(err)
	p.channels[name] = p.Connect(p.t, name, settings).ID
	n, _ := p.Stage.Network(name)
	p.accounts[name] = n.Accounts()[0].ID
}

// clocked runs a test on either database, in a house that lives by the stage's clock.
func clocked(t *testing.T, test func(t *testing.T, p *place)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			test(t, open(t, engine, true))
		})
	}
}

// premium lets the account on X have Premium, and the house hear of it.
func (p *place) premium() {
	p.t.Helper()
	p.X.Subscribe(p.accounts["x"])
	hand.Do[api.Channel](p.t, p.Hand, "POST", "/channels/"+p.channels["x"]+"/check", nil)
}

// A private answer is written in the network's time: the house says how much is
// left, names a person once the first day is over, and after a week refuses before
// anything is sent.
func TestAnAnswerComesInTime(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.guest("instagram")
		p.act(sandbox.Act{Network: "instagram", Person: "p001", Kind: "message", Text: "Are you open on Sunday?"})
		c := p.conversation("instagram", "Are you open on Sunday?")
		now := func() api.Writing {
			w := hand.Do[api.Conversation](t, p.Hand, "GET", "/conversations/"+c.ID, nil).Writing.It
			if w == nil {
				t.Fatal("nothing says until when one may write")
			}
			return *w
		}
		heard := c.Last.At
		if w := now(); !w.Open || w.Window != "standard" || w.Until.Sub(heard) != 24*time.Hour {
			t.Errorf("at once: %+v, heard %v", w, heard)
		}
		p.answer("instagram", c.ID, "We are, from ten.", false)
		p.Clock.Advance(25 * time.Hour)
		if w := now(); !w.Open || w.Window != "human_agent" || w.Until.Sub(heard) != 7*24*time.Hour {
			t.Errorf("after a day: %+v", w)
		}
		p.answer("instagram", c.ID, "And did you find it?", false)
		p.Clock.Advance(6 * 24 * time.Hour)
		if w := now(); w.Open || w.Then == "" {
			t.Errorf("after a week: %+v", w)
		}
		sent := len(p.Ledger.Entries(sandbox.Filter{Network: "instagram", Action: sandbox.Message}))
		p.refused(p.Hand, 409, "POST", "/conversations/"+c.ID+"/reply", api.Reply{Text: "Too late?"})
		if n := len(p.Ledger.Entries(sandbox.Filter{Network: "instagram", Action: sandbox.Message})); n != sent || sent != 2 {
			t.Errorf("%d messages are there, and %d before the refusal", n, sent)
		}
		// They write again, and the time begins anew.
		p.act(sandbox.Act{Network: "instagram", Person: "p001", Kind: "message", Text: "Hello again"})
		p.conversation("instagram", "Hello again")
		if w := now(); !w.Open || w.Window != "standard" {
			t.Errorf("after a new message: %+v", w)
		}
		p.answer("instagram", c.ID, "Welcome back", false)
	})
}

// A post that is out is changed where the network can: what it said before is
// kept, a change whose answer was lost is looked for and not made twice, and what
// comes too late is refused.
func TestAPostIsReworded(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.guest("x")
		p.premium()
		post := p.publish("We open at nine.", "x")
		id := post.Publications[0].ID
		reworded := func(text, state string) api.Edit {
			t.Helper()
			hand.Do[api.Post](t, p.Hand, "POST", "/publications/"+id+"/edit", api.Rewording{Text: text})
			var e api.Edit
			steps := 0
			p.until("the change is "+state, func() (bool, any) {
				if steps++; steps%20 == 0 {
					p.Clock.Advance(15 * time.Second) // an accepted change may be invisible for a while
				}
				e = hand.Do[api.Page[api.Edit]](t, p.Hand, "GET", "/publications/"+id+"/edits", nil).Items[0]
				return e.State == state, e
			})
			return e
		}
		e := reworded("We open at ten.", "done")
		if e.Before != "We open at nine." || e.After != "We open at ten." || e.By == "" {
			t.Errorf("the history says %+v", e)
		}
		now := p.Post(t, post.ID).Publications[0]
		if now.Parts[0].Text != "We open at ten." || now.State != "published" {
			t.Errorf("the page shows %+v", now)
		}
		p.lose("x", sandbox.AnyWrite)
		reworded("We open at eleven.", "done")
		if n := len(p.written("x", "We open at eleven.")); n != 1 {
			t.Errorf("the change whose answer was lost was made %d times", n)
		}
		reworded("We open at noon.", "done") // on top of the one that was found
		p.refused(p.Hand, 422, "POST", "/publications/"+id+"/edit", api.Rewording{Text: "We open at noon."})
		p.refused(p.Hand, 422, "POST", "/publications/"+id+"/edit", api.Rewording{Text: strings.Repeat("long ", 6000)})
		p.Clock.Advance(31 * time.Minute)
		before := len(p.Ledger.Entries(sandbox.Filter{Network: "x"}))
		p.refused(p.Hand, 409, "POST", "/publications/"+id+"/edit", api.Rewording{Text: "We are closed."})
		if n := len(p.Ledger.Entries(sandbox.Filter{Network: "x"})); n != before {
			t.Error("what came too late was sent")
		}
		other := p.publish("A post for ever", "bluesky").Publications[0].ID
		p.refused(p.Hand, 422, "POST", "/publications/"+other+"/edit", api.Rewording{Text: "Another one"})
	})
}

// A person is muted and heard again; on a network that cannot, the reason is said.
func TestAPersonIsMuted(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.guest("x")
		p.publish("Talk to us", "x", "facebook")
		p.act(sandbox.Act{Network: "x", Person: "p002", Kind: "comment", Text: "So loud"})
		c := p.conversation("x", "So loud")
		who := "/people/" + c.Person.It.ID
		for _, on := range []bool{true, false} {
			if now := hand.Do[api.Person](t, p.Hand, "POST", who+"/mute", api.Switch{On: on}); now.Muted != on {
				t.Errorf("muted %v: %+v", on, now)
			}
		}
		p.act(sandbox.Act{Network: "facebook", Person: "p004", Kind: "comment", Text: "Less loud"})
		p.refused(p.Hand, 422, "POST", "/people/"+p.conversation("facebook", "Less loud").Person.It.ID+"/mute", api.Switch{On: true})
	})
}

// The private messages of a person are kept away and taken again, and what they say in
// public is heard all the while; a network without such a switch says so.
func TestPrivateMessagesOfAPersonAreBlocked(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.guest("x")
		p.publish("Write to us", "x", "facebook")
		p.act(sandbox.Act{Network: "x", Person: "p002", Kind: "message", Text: "Psst"})
		c := p.conversation("x", "Psst")
		said := hand.Do[api.Page[api.Message]](t, p.Hand, "GET", "/conversations/"+c.ID+"/messages", nil).Items[0]
		if !slices.Contains(said.Can, "block_messages") {
			t.Errorf("the conversation does not offer it: %v", said.Can)
		}
		who := "/people/" + c.Person.It.ID
		if now := hand.Do[api.Person](t, p.Hand, "POST", who+"/block-messages", api.Switch{On: true}); !now.MessagesBlocked || now.Muted || now.Blocked {
			t.Errorf("blocked: %+v", now)
		}
		if _, err := p.Stage.Scripts.Do(sandbox.Act{Network: "x", Person: "p002", Kind: "message", Text: "Psst again"}); !errors.Is(err, sandbox.ErrBlocked) {
			t.Errorf("X takes a message still: %v", err)
		}
		p.act(sandbox.Act{Network: "x", Person: "p002", Kind: "comment", Text: "Then in public"})
		p.conversation("x", "Then in public")
		if now := hand.Do[api.Person](t, p.Hand, "POST", who+"/block-messages", api.Switch{On: false}); now.MessagesBlocked {
			t.Errorf("taken again: %+v", now)
		}
		p.act(sandbox.Act{Network: "x", Person: "p002", Kind: "message", Text: "Me again"})
		p.conversation("x", "Me again")
		p.act(sandbox.Act{Network: "facebook", Person: "p004", Kind: "comment", Text: "Hello there"})
		p.refused(p.Hand, 422, "POST", "/people/"+p.conversation("facebook", "Hello there").Person.It.ID+"/block-messages", api.Switch{On: true})
	})
}

// What YouTube keeps back for review arrives as held and is released; a comment is
// held by us, and let out again.
func TestACommentIsHeldAndReleased(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.guest("youtube")
		n, _ := p.Stage.Network("youtube")
		tube := n.Actor.(interface {
			HoldBack(id, state string)
			State(id string) string
		})
		film := p.Upload(t, "shelf.mp4", hand.Film(5, 720, 1280, 20_000), "")
		video := p.Write(t, []api.Part{{Text: "What we read", Title: "The shelf", Media: []api.MediaUse{{ID: film.ID}}}},
			api.Target{ChannelID: p.channels["youtube"], Options: map[string]string{"kids": "no"}})
		p.out(video.ID)
		said := p.act(sandbox.Act{Network: "youtube", Person: "p002", Kind: "comment", Text: "Buy gold"})
		tube.HoldBack(said.ID, "heldForReview")
		// What is kept back is asked for now and then: as if that time had come.
		p.until("it is in the inbox", func() (bool, any) {
			p.must(store.Do(t.Context(), p.app.DB, func(ctx context.Context, tx *store.Tx) error {
				all, err := channel.Everywhere(ctx, tx)
				for _, c := range all {
					if c.Network == "youtube" && err == nil {
						err = channel.Heard(ctx, tx, c.Workspace, c.ID, "", c.CompleteUntil, 0, nil)
					}
				}
				return err
			}))
			all := hand.Do[api.Page[api.Conversation]](t, p.Hand, "GET", "/conversations?state=all&channel="+p.channels["youtube"], nil).Items
			return len(all) > 0, len(all)
		})
		c := p.conversation("youtube", "Buy gold")
		var m api.Message
		p.until("it is held", func() (bool, any) { m = p.message(c.ID, "Buy gold"); return m.State == "held", m })
		if m.Reason.It == nil || m.Reason.It.Key != "review" || !slices.Contains(m.Can, "hold") {
			t.Errorf("held, it is %+v", m)
		}
		if now := hand.Do[api.Message](t, p.Hand, "POST", "/messages/"+m.ID+"/release", nil); now.State != "visible" || tube.State(said.ID) != "published" {
			t.Errorf("released, it is %+v, and there %s", now, tube.State(said.ID))
		}
		if now := hand.Do[api.Message](t, p.Hand, "POST", "/messages/"+m.ID+"/hold", nil); now.State != "held" || tube.State(said.ID) != "heldForReview" {
			t.Errorf("held by us, it is %+v, and there %s", now, tube.State(said.ID))
		}
	})
}

// Accounts are asked once for each day of their network; what was not told is not
// there.
func TestAnAccountIsCountedEveryDay(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.guest("instagram")
		figures := func(name string) api.AccountFigures {
			return hand.Do[api.Page[api.AccountFigures]](t, p.Hand, "GET", "/measures/accounts?channel="+p.channels[name], nil).Items[0]
		}
		var f api.AccountFigures
		p.until("the followers of today are known", func() (bool, any) {
			f = figures("mastodon")
			return f.Audience.Followers != nil, f
		})
		if !f.Told || f.Audience.Before != nil || f.Audience.Gained != nil || len(f.Days) != 1 {
			t.Errorf("Mastodon tells what is now, and of no other day: %+v", f)
		}
		p.until("the days of Instagram are asked for", func() (bool, any) { f = figures("instagram"); return f.Told && len(f.Days) >= 28, len(f.Days) })
		for _, who := range p.Cast.Some(sandbox.Fan, "")[:3] {
			p.act(sandbox.Act{Network: "mastodon", Person: who.ID, Kind: "follow"})
		}
		p.Clock.Advance(28 * time.Hour)
		p.until("the next day tells of the new ones", func() (bool, any) {
			f = figures("mastodon")
			return f.Audience.Before != nil && *f.Audience.Followers == *f.Audience.Before+3, f
		})
		for _, d := range f.Days {
			if n, told := d.Counts[network.Followers]; !told || n < 0 {
				t.Errorf("%s says %v", d.Day, d.Counts)
			}
		}
	})
}

// A comment is answered in private once and in time, where the network sets it so;
// in public it still is.
func TestAPrivateAnswerIsGivenOnce(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.stop()
		p.config.Mechanics = filepath.Join(t.TempDir(), "mechanics.json")
		p.must(os.WriteFile(p.config.Mechanics, []byte(`{"facebook": {"windows": [{"name": "private_reply", "hours": 168, "kind": "private_reply", "once": true, "then": "Answer the comment in public."}]}}`), 0o600))
		p.begin(p.config)
		p.publish("Ask us", "facebook")
		for person, text := range map[string]string{"p001": "First question?", "p002": "Second question?"} {
			p.act(sandbox.Act{Network: "facebook", Person: person, Kind: "comment", Text: text})
		}
		first, second := p.conversation("facebook", "First question?"), p.conversation("facebook", "Second question?")
		m := p.message(first.ID, "First question?")
		if m.Writing.It == nil || !m.Writing.It.Open || m.Writing.It.Spent || !slices.Contains(m.Can, "private_reply") {
			t.Errorf("before the answer: %+v %v", m.Writing.It, m.Can)
		}
		p.answer("facebook", first.ID, "Let us go on here.", true)
		if m = p.message(first.ID, "First question?"); m.Writing.It == nil || m.Writing.It.Open || !m.Writing.It.Spent || slices.Contains(m.Can, "private_reply") {
			t.Errorf("after the answer: %+v %v", m.Writing.It, m.Can)
		}
		p.refused(p.Hand, 409, "POST", "/conversations/"+first.ID+"/reply", api.Reply{Text: "Once more", MessageID: m.ID, Private: true})
		p.answer("facebook", first.ID, "And in public.", false)
		p.Clock.Advance(8 * 24 * time.Hour)
		p.refused(p.Hand, 409, "POST", "/conversations/"+second.ID+"/reply", api.Reply{Text: "Late", Private: true})
		if n := len(p.Ledger.Entries(sandbox.Filter{Network: "facebook", Action: sandbox.Message})); n != 1 {
			t.Errorf("%d private messages are there, not one", n)
		}
	})
}

// A comment is pinned and let go where the network pins comments, and posts are not
// pinned there.
func TestACommentIsPinned(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.guest("tiktok")
		film := p.Upload(t, "shelf.mp4", hand.Film(5, 720, 1280, 20_000), "")
		video := p.Write(t, []api.Part{{Text: "What we read", Media: []api.MediaUse{{ID: film.ID}}}},
			api.Target{ChannelID: p.channels["tiktok"], Options: map[string]string{"privacy": "PUBLIC_TO_EVERYONE", "comments": "true"}})
		out := p.out(video.ID).Publications[0]
		p.act(sandbox.Act{Network: "tiktok", Person: "p002", Kind: "comment", Text: "Read this first"})
		c := p.conversation("tiktok", "Read this first")
		m := p.message(c.ID, "Read this first")
		if !slices.Contains(m.Can, "pin") || m.Pinned {
			t.Errorf("before, it is %+v", m)
		}
		for _, step := range []struct {
			path string
			on   bool
		}{{"pin", true}, {"unpin", false}} {
			if now := hand.Do[api.Message](t, p.Hand, "POST", "/messages/"+m.ID+"/"+step.path, nil); now.Pinned != step.on {
				t.Errorf("%s: %+v", step.path, now)
			}
		}
		p.refused(p.Hand, 422, "POST", "/publications/"+out.ID+"/pin", api.Switch{On: true})
	})
}

// A key that the network refuses when a post or a comment is pinned makes the channel
// broken, as it does where comments are closed.
func TestAKeyRefusedWhilePinningIsShown(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.guest("tiktok")
		film := p.Upload(t, "shelf.mp4", hand.Film(5, 720, 1280, 20_000), "")
		video := p.Write(t, []api.Part{{Text: "What we read", Media: []api.MediaUse{{ID: film.ID}}}},
			api.Target{ChannelID: p.channels["tiktok"], Options: map[string]string{"privacy": "PUBLIC_TO_EVERYONE", "comments": "true"}})
		p.out(video.ID)
		p.act(sandbox.Act{Network: "tiktok", Person: "p002", Kind: "comment", Text: "Read this first"})
		m := p.message(p.conversation("tiktok", "Read this first").ID, "Read this first")
		post := p.publish("Keep me at the top", "mastodon")
		for network, path := range map[string]string{"tiktok": "/messages/" + m.ID + "/pin", "mastodon": "/publications/" + post.Publications[0].ID + "/pin"} {
			p.Weather.Must(sandbox.Mishap{Network: network, Kind: sandbox.TokenRevoked})
			var on any
			if network == "mastodon" {
				on = api.Switch{On: true}
			}
			p.refused(p.Hand, 403, "POST", path, on)
			if ch := hand.Do[api.Channel](t, p.Hand, "GET", "/channels/"+p.channels[network], nil); ch.Health.State != "broken" || ch.Health.Fix == "" {
				t.Errorf("%s: it is %+v", network, ch.Health)
			}
			p.Weather.Clear()
		}
	})
}
