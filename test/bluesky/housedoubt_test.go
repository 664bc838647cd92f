package bluesky_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/test/bluesky"
	"github.com/kithhq/kith/test/hand"
)

func TestTheHouseHoldsFloodingHidesItAndShowsItAgain(t *testing.T) {
	p := live(t)
	p.flooding(3, 600)
	p.publish(time.Time{}, hand.Texts("Des questions ?")...)
	uri := p.written("")[0].URI
	p.settle()

	// Nothing is hidden on the network until this is let through.
	through := make(chan struct{})
	keep := func(c call) {
		if c.method == "putRecord" && strings.Contains(c.body, "threadgate") {
			<-through
		}
	}
	p.front.ask.Store(&keep)
	var said []string
	for i := range 5 {
		said = append(said, p.act("reply", uri, fmt.Sprintf("Moi ! (%d)", i+1)).URI)
		p.settle() // so that the network knows them in this order
	}
	states := func(want ...string) {
		t.Helper()
		hand.Until(t, soon, strings.Join(want, " "), func() (bool, any) {
			all := list[api.Hit](p, "/search?q=moi")
			slices.SortFunc(all, func(a, b api.Hit) int { return strings.Compare(a.Message.Text, b.Message.Text) })
			var now []string
			for _, h := range all {
				m := h.Message
				now = append(now, m.State)
				if held := m.State == "held" || m.State == "hidden"; held != (m.Reason.It != nil) {
					t.Errorf("“%s” is %s for %+v", m.Text, m.State, m.Reason.It)
				}
			}
			return slices.Equal(now, want), now
		})
	}
	hidden := func(want ...string) {
		t.Helper()
		slices.Sort(want)
		hand.Until(t, soon, fmt.Sprintf("%d replies are hidden on the network", len(want)), func() (bool, any) {
			p.settle()
			top := bluesky.Ask[struct{ Hidden []string }](t, p.world, bluesky.Command{"do": "thread", "uri": uri})
			slices.Sort(top.Hidden)
			return slices.Equal(top.Hidden, want), top.Hidden
		})
	}
	states("visible", "visible", "visible", "held", "held")
	hidden()
	close(through)
	states("visible", "visible", "visible", "hidden", "hidden")
	hidden(said[3], said[4])

	five := p.conversation("comments", "Moi ! (5)")
	if five.Held != 1 || p.conversation("comments", "Moi ! (1)").Held != 0 {
		t.Errorf("the last conversation is %+v", five)
	}
	verdicts := list[api.Verdict](p, "/verdicts?state=in_force")
	if len(verdicts) != 1 || len(verdicts[0].MessageIDs) != 2 || verdicts[0].Person.It.ID != five.Person.It.ID || verdicts[0].Reason.Key != "flooding" {
		t.Fatalf("the verdicts are %+v", verdicts)
	}
	hand.Do[api.Verdict](t, p.Hand, http.MethodPost, "/verdicts/"+verdicts[0].ID+"/undo", api.Undo{Reason: "C'était un jeu"})
	states("visible", "visible", "visible", "visible", "visible")
	hidden()
	if five = p.conversation("comments", "Moi ! (5)"); five.Held != 0 {
		t.Errorf("undone, and the last conversation is %+v", five)
	}
}

func TestTheHouseWritesOnceWhenAnAnswerIsLost(t *testing.T) {
	all := live(t)
	for _, c := range []struct {
		name string
		cut  func(*front) func(then *func(call))
	}{
		{"on the way back", func(f *front) func(*func(call)) { return f.reply.Store }},
		{"on the way there", func(f *front) func(*func(call)) { return f.ask.Store }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := *all
			p.t = t
			mark := id.New()
			then, cut := once(func(c call) bool { return c.method == "putRecord" && strings.Contains(c.body, mark+" deux") })
			c.cut(p.front)(then)
			_, made := p.publish(time.Time{}, hand.Texts(mark+" un", mark+" deux", mark+" trois")...)
			kept := p.written(mark)
			if !cut.Load() {
				t.Error("the line was not cut")
			}
			if first := thread(t, kept, mark+" un", mark+" deux", mark+" trois"); !same(made.URL, first.URI) {
				t.Errorf("Kith says %s, and the first is %s", made.URL, first.URI)
			}
		})
	}
}

func TestTheHouseAnswersOnceWhenAnAnswerIsLost(t *testing.T) {
	p := live(t)
	p.publish(time.Time{}, hand.Texts("Qui est là ?")...)
	p.settle()
	p.act("reply", p.written("")[0].URI, "Moi")
	p.settle()
	talk := p.conversation("comments", "Moi")
	then, cut := once(func(c call) bool { return c.method == "putRecord" && strings.Contains(c.body, "Bienvenue") })
	p.front.reply.Store(then)
	answer := hand.Do[api.Message](t, p.Hand, http.MethodPost, "/conversations/"+talk.ID+"/reply", api.Reply{Text: "Bienvenue"})
	hand.Until(t, soon, "the answer is known to be sent", func() (bool, any) {
		all := p.Messages(t, talk.ID)
		return len(all) == 2 && slices.ContainsFunc(all, func(m api.Message) bool { return m.ID == answer.ID && m.Sending == "sent" }), all
	})
	if kept := p.written("Bienvenue"); !cut.Load() || len(kept) != 1 {
		t.Errorf("cut: %v; the PDS keeps %+v", cut.Load(), kept)
	}
}
