package lemmy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/lemmy"
)

func TestWhatComesLateFromAnotherServerIsHeard(t *testing.T) {
	w := open(t, pretended.Options{Late: 5 * time.Hour})
	afar := ""
	for _, p := range w.Stage.Cast.All() {
		if p.Hue%2 == 1 {
			afar = p.ID
			break
		}
	}
	_, sent := w.Publish("hello")
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "from here", Person: "p001"})
	w.Act(sandbox.Act{Kind: "message", Text: "from here", Person: "p001"})
	w.Stage.Clock.Advance(time.Hour)
	_, cursor := w.Read("")
	w.Stage.Clock.Advance(time.Hour)
	_, cursor = w.Read(cursor)
	// What answers somebody else is told by the post alone, deep in its list.
	first := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "near", Person: "p001"})
	w.Act(sandbox.Act{Kind: "comment", Target: first.ID, Text: "late word", Person: afar})
	w.Act(sandbox.Act{Kind: "message", Text: "late letter", Person: afar})
	events, cursor := w.Read(cursor)
	heard := map[string]network.EventKind{}
	for _, e := range events {
		heard[e.Text] = e.Kind
	}
	if heard["late word"] != network.Comment || heard["late letter"] != network.Direct {
		t.Errorf("heard %v", heard)
	}
	w.Stage.Clock.Advance(time.Hour)
	if events, _ := w.Read(cursor); len(events) != 0 {
		t.Errorf("told again without need: %+v", events)
	}
}

func TestAMentionElsewhereIsNoComment(t *testing.T) {
	w := open(t, pretended.Options{})
	_, cursor := w.Read("")
	who, _ := w.Stage.Cast.Person("p004")
	post, said, err := w.lemmy.Mention(who, w.us.ID, "have you read it?")
	if err != nil {
		t.Fatal(err)
	}
	events, _ := w.Read(cursor)
	if len(events) != 1 || events[0].Kind != network.Mention || events[0].Post != "" || events[0].Thread != post || events[0].ID != said {
		t.Fatalf("%+v", events)
	}
	// An answer stands below it; what it needs to know it asks for.
	if _, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, w.Answer("I have", network.Ref{ID: said})); err != nil {
		t.Fatal(err)
	}
	if made := w.Ledger(sandbox.Reply); len(made) != 1 || made[0].Parent != said {
		t.Errorf("%+v", made)
	}
}

func TestWhatBecomesOfACommentIsNoticed(t *testing.T) {
	w := open(t, pretended.Options{})
	_, sent := w.Publish("talk")
	said := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "first", Person: "p001"})
	_, cursor := w.Read("")
	var kinds []string
	look := func(do func()) {
		t.Helper()
		do()
		w.Stage.Clock.Advance(11 * time.Minute)
		events, next := w.Read(cursor)
		cursor = next
		for _, e := range events {
			if e.ID != said.ID {
				t.Errorf("of another thing: %+v", e)
			}
			kinds = append(kinds, fmt.Sprint(e.Kind, e.Removed, e.Text))
		}
	}
	look(func() {})
	kinds = nil
	look(func() { w.Act(sandbox.Act{Kind: "edit", Target: said.ID, Text: "second", Person: "p001"}) })
	for _, removed := range []bool{true, false, true, false} {
		look(func() {
			if err := w.lemmy.Moderate(said.ID, removed); err != nil {
				t.Fatal(err)
			}
		})
	}
	look(func() { w.Act(sandbox.Act{Kind: "remove", Target: said.ID, Person: "p001"}) })
	want := []string{"editedfalsesecond", "hiddenfalse", "hiddentrue", "hiddenfalse", "hiddentrue", "deletedfalse"}
	var events []string
	for _, k := range kinds {
		if !strings.HasPrefix(k, "comment") {
			events = append(events, k)
		}
	}
	if strings.Join(events, " ") != strings.Join(want, " ") {
		t.Errorf("noticed %v, and it should be %v", events, want)
	}
}

func TestWhoIsMutedIsNotHeard(t *testing.T) {
	w := open(t, pretended.Options{})
	_, sent := w.Publish("talk")
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "hm", Person: "p001"})
	events, cursor := w.Read("")
	muter := w.Driver.(network.Muter)
	for _, on := range []bool{true, true, false, false, true} {
		if err := muter.Mute(t.Context(), w.Conn, events[0].Author, on); err != nil {
			t.Fatal(err)
		}
	}
	w.Stage.Clock.Advance(time.Hour)
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "hm again", Person: "p001"})
	if events, _ := w.Read(cursor); len(events) != 0 {
		t.Errorf("%+v", events)
	}
	if err := muter.Mute(t.Context(), w.Conn, network.Author{ID: w.us.ID}, true); !fault.Is(err, fault.Invalid) {
		t.Errorf("oneself: %v", err)
	}
	counts, err := w.Driver.(network.Insighter).Insights(t.Context(), w.Conn, w.Stage.Clock.Now())
	if err != nil || counts["lemmy:posts"] != 1 || counts["lemmy:comments"] != 0 {
		t.Errorf("counts %v, %v", counts, err)
	}
}

func TestALongListIsReadToItsEnd(t *testing.T) {
	w := open(t, pretended.Options{})
	_, sent := w.Publish("talk")
	_, cursor := w.Read("")
	want := map[string]bool{}
	for i := range 520 {
		text := fmt.Sprint("word ", i)
		person := fmt.Sprintf("p%03d", i%40+1)
		w.Act(sandbox.Act{Kind: "message", Text: text, Person: person})
		w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: text, Person: person})
		want["direct"+text], want["comment"+text] = true, true
	}
	events, cursor := w.Read(cursor)
	for _, e := range events {
		delete(want, string(e.Kind)+e.Text)
	}
	if len(want) != 0 {
		t.Errorf("%d were left out", len(want))
	}
	// What is at the edge of a reading is told once more, and then no more.
	w.Stage.Clock.Advance(time.Hour)
	_, cursor = w.Read(cursor)
	asked := len(w.Front.Requests())
	if events, _ := w.Read(cursor); len(events) != 0 || len(w.Front.Requests())-asked > 5 {
		t.Errorf("%d were told again without need, and it took %d calls", len(events), len(w.Front.Requests())-asked)
	}
}

func (w *world) somebody(afar bool) string {
	for _, p := range w.Stage.Cast.All() {
		if (p.Hue%2 == 1) == afar {
			return p.ID
		}
	}
	return ""
}

func TestALateLetterBelowManyIsFound(t *testing.T) {
	w := open(t, pretended.Options{Late: 5 * time.Hour})
	for i := range 70 {
		w.Act(sandbox.Act{Kind: "message", Text: fmt.Sprint("letter ", i), Person: w.somebody(false)})
		w.Stage.Clock.Advance(time.Minute)
	}
	_, cursor := w.Read("")
	w.Stage.Clock.Advance(time.Hour)
	w.Act(sandbox.Act{Kind: "message", Text: "on its way for hours", Person: w.somebody(true)})
	events, _ := w.Read(cursor)
	if len(events) != 1 || events[0].Text != "on its way for hours" {
		t.Errorf("%d came: %+v", len(events), events)
	}
}

func TestALongTalkBelowAPostIsReadToItsEnd(t *testing.T) {
	w := open(t, pretended.Options{})
	_, sent := w.Publish("talk")
	first := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "I begin", Person: "p001"})
	_, cursor := w.Read("")
	want, last := map[string]bool{}, sandbox.Acted{}
	for i := range 520 { // they answer each other: nobody tells us
		text := fmt.Sprint("word ", i)
		last = w.Act(sandbox.Act{Kind: "comment", Target: first.ID, Text: text, Person: fmt.Sprintf("p%03d", i%40+1)})
		want[text] = true
	}
	events, cursor := w.Read(cursor)
	for _, e := range events {
		delete(want, e.Text)
	}
	if len(want) != 0 {
		t.Errorf("%d were left out", len(want))
	}
	// A word among many is changed: no count says so.
	w.Stage.Clock.Advance(11 * time.Minute)
	w.Act(sandbox.Act{Kind: "edit", Target: last.ID, Text: "another word", Person: last.Person.ID})
	events, _ = w.Read(cursor)
	events = slices.DeleteFunc(events, func(e network.Event) bool { return e.Kind != network.Edited })
	if len(events) != 1 || events[0].ID != last.ID || events[0].Text != "another word" {
		t.Errorf("noticed %d: %+v", len(events), events)
	}
}
