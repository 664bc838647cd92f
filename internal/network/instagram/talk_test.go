package instagram_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// What is told by webhook and by reading is one event, with one key.
func TestBothWaysTellTheSame(t *testing.T) {
	for _, login := range []string{facebook, own} {
		o := listening(t, login)
		_, cursor := o.Read("")
		_, sent := o.Publish("Hello")
		done := o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "Ça va ? 👩‍👩‍👧 <3", Person: "p001"})
		o.Act(sandbox.Act{Kind: "comment", Target: done.ID, Text: "Oui", Person: "p002"})
		o.Act(sandbox.Act{Kind: "message", Text: "Psst", Person: "p004"})
		part := o.Answer("Merci", network.Ref{ID: done.ID, Extra: []byte(`{"media":"` + sent.ID + `"}`)})
		if _, err := o.driver.Reply(t.Context(), o.Conn, part); err != nil {
			t.Fatal(err)
		}
		hooked := o.told()
		got, err := o.driver.Read(t.Context(), o.Conn, cursor)
		if err != nil {
			t.Fatal(err)
		}
		if len(hooked) != 4 {
			t.Errorf("%d were knocked", len(hooked))
		}
		for _, h := range hooked {
			i := slices.IndexFunc(got.Events, func(r network.Raw) bool { return r.Key == h.Key })
			if i < 0 {
				t.Errorf("%s is not read", h.Key)
				continue
			}
			a, b := o.decode(h), o.decode(got.Events[i])
			a.At, b.At = time.Time{}, time.Time{}
			a.URL, b.URL = "", ""
			if a.Kind == network.Direct { // a webhook knows people by their numbers alone
				i := slices.IndexFunc(got.Events, func(r network.Raw) bool { return strings.HasPrefix(r.Key, "named ") })
				if i < 0 || o.decode(got.Events[i]).Author != b.Author || b.Author.Handle == "" || o.decode(got.Events[i]).ID != a.ID {
					t.Error("nobody says what they are called")
				}
				b.Author = a.Author
			}
			if fmt.Sprintf("%+v", a) != fmt.Sprintf("%+v", b) || h.Person != got.Events[i].Person || h.Account != got.Events[i].Account {
				t.Errorf("%s:\n%+v\n%+v", h.Key, a, b)
			}
		}
	}
}

// The weather of webhooks: twice, late, in one body, in another order.
func TestWebhooksInBadWeather(t *testing.T) {
	o := listening(t, own)
	_, sent := o.Publish("Hello")
	for _, m := range []sandbox.Mishap{{Kind: sandbox.HookTwice}, {Kind: sandbox.HookCrowded, Probability: 0.5}, {Kind: sandbox.HookReordered, Probability: 0.5}, {Kind: sandbox.UnknownFields}} {
		m.Action = sandbox.Hook
		o.Weather(m)
	}
	want := map[string]bool{}
	for i := range 30 {
		done := o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: fmt.Sprint("word ", i), Person: fmt.Sprintf("p%03d", i%5+1)})
		want["comment "+done.ID] = true
	}
	o.Stage.Clock.Advance(time.Minute)
	for _, raw := range o.told() {
		delete(want, raw.Key)
		o.decode(raw)
	}
	if len(want) > 0 {
		t.Errorf("%d never came", len(want))
	}
}

// A mention comes in without its words, and is answered where it stands.
func TestAMentionIsAnswered(t *testing.T) {
	for _, inComment := range []bool{true, false} {
		o := listening(t, facebook)
		o.net.Mention(o.person("p007"), o.account.ID, "hey @atelier", inComment)
		raws := o.told()
		if len(raws) != 1 {
			t.Fatalf("%d were knocked", len(raws))
		}
		e := o.decode(raws[0])
		if e.Kind != network.Mention || !e.Truncated || e.Post != "" {
			t.Errorf("%+v", e)
		}
		part := o.Answer("thank you", e.Ref)
		sent, err := o.driver.Reply(t.Context(), o.Conn, part)
		made := o.Ledger(sandbox.Reply)
		if err != nil || len(made) != 1 || made[0].Object != sent.ID || made[0].Parent != e.ID {
			t.Errorf("%+v, %v; the ledger has %+v", sent, err, made)
		}
		if look, err := o.driver.Find(t.Context(), o.Conn, part, part.At.Add(-time.Minute)); err != nil || look.Complete || look.Keyed {
			t.Errorf("what cannot be seen proves %+v, %v", look, err)
		}
	}
}

func TestATagIsReadWithItsWords(t *testing.T) {
	o := open(t, facebook)
	_, cursor := o.Read("")
	id := o.net.Tag(o.person("p003"), o.account.ID, "with the good people of @atelier")
	events, next := o.Read(cursor)
	if e := find(t, events, network.Mention); e.ID != id || !strings.Contains(e.Text, "good people") || e.Author.Handle == "" || e.Truncated {
		t.Errorf("%+v", e)
	}
	o.Stage.Clock.Advance(time.Hour)
	_, next = o.Read(next)
	if events, _ = o.Read(next); len(events) != 0 {
		t.Errorf("told again: %+v", events)
	}
}

// An answer to an old comment, far below the newest, is found within ten minutes.
func TestAnAnswerToAnOldCommentIsFound(t *testing.T) {
	o := open(t, own)
	_, sent := o.Publish("a long discussion")
	old := o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "the first", Person: "p001"})
	for i := range 120 {
		o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: fmt.Sprint("word ", i), Person: fmt.Sprintf("p%03d", i%40+1)})
		if i%20 == 0 {
			o.Stage.Clock.Advance(time.Minute)
		}
	}
	_, cursor := o.Read("")
	o.Stage.Clock.Advance(time.Hour)
	_, cursor = o.Read(cursor)
	answer := o.Act(sandbox.Act{Kind: "comment", Target: old.ID, Text: "so late?", Person: "p050"})
	var got []network.Event
	for range 6 {
		var events []network.Event
		o.Stage.Clock.Advance(2 * time.Minute)
		events, cursor = o.Read(cursor)
		got = append(got, events...)
	}
	i := slices.IndexFunc(got, func(e network.Event) bool { return e.ID == answer.ID })
	if i < 0 || got[i].Parent != old.ID || got[i].Post != sent.ID {
		t.Errorf("not found: %+v", got)
	}
	// A reading in which nothing happened costs little.
	o.Stage.Clock.Advance(time.Hour)
	_, cursor = o.Read(cursor)
	before := len(o.Front.Requests())
	o.Read(cursor)
	if n := len(o.Front.Requests()) - before; n > 3 {
		t.Errorf("%d requests for nothing", n)
	}
}

// What became of a comment elsewhere is told though Instagram tells it nobody.
func TestWhatWasHiddenOrDeletedElsewhereIsTold(t *testing.T) {
	o := open(t, facebook)
	_, sent := o.Publish("talk")
	_, cursor := o.Read("")
	hidden := o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "ugly", Person: "p001"})
	gone := o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "oops", Person: "p002"})
	_, cursor = o.Read(cursor)
	if err := o.driver.Hide(t.Context(), o.Conn, network.Ref{ID: hidden.ID, Extra: []byte(`{"media":"1"}`)}, true); err != nil {
		t.Fatal(err)
	}
	o.Act(sandbox.Act{Kind: "remove", Target: gone.ID, Person: "p002"})
	o.Stage.Clock.Advance(5 * time.Minute)
	events, _ := o.Read(cursor)
	if e := find(t, events, network.Hidden); e.ID != hidden.ID || e.Removed {
		t.Errorf("%+v", e)
	}
	if e := find(t, events, network.Deleted); e.ID != gone.ID {
		t.Errorf("%+v", e)
	}
}

// Only the newest twenty messages of a conversation can be read: the rest is said
// to be lost.
func TestMessagesThatCannotBeReadAreSaidToBeLost(t *testing.T) {
	o := open(t, own)
	_, cursor := o.Read("")
	o.Stage.Clock.Advance(time.Hour)
	for i := range 30 {
		o.Act(sandbox.Act{Kind: "message", Text: fmt.Sprint("message ", i), Person: "p001"})
		o.Stage.Clock.Advance(time.Minute)
	}
	got, err := o.driver.Read(t.Context(), o.Conn, cursor)
	if err != nil || got.Lost == nil || !got.Lost.To.After(got.Lost.From) {
		t.Fatalf("%+v, %v", got.Lost, err)
	}
	if n := len(slices.DeleteFunc(got.Events, func(r network.Raw) bool { return strings.HasPrefix(r.Key, "named ") })); n != 20 {
		t.Errorf("%d were told", n)
	}
	o.Act(sandbox.Act{Kind: "message", Text: "one more", Person: "p001"})
	if got, err = o.driver.Read(t.Context(), o.Conn, got.Next); err != nil || got.Lost != nil {
		t.Errorf("%+v, %v", got.Lost, err)
	}
}

// A day is over, a week is not: the tag of a human agent lets one answer.
func TestTheWindowsOfMessages(t *testing.T) {
	for _, login := range []string{facebook, own} {
		o := open(t, login)
		e := direct(t, o.World, "p003", "a question")
		say := func() error {
			part := o.Answer("an answer", e.Ref)
			part.Private = true
			_, err := o.driver.Reply(t.Context(), o.Conn, part)
			return err
		}
		o.Stage.Clock.Advance(30 * time.Hour)
		if err := say(); err != nil {
			t.Errorf("after 30 hours: %v", err)
		}
		o.Stage.Clock.Advance(6 * 24 * time.Hour)
		err := say()
		if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, "seven days") || hint == "" {
			t.Errorf("after a week: %v", err)
		}
		if n := len(o.Ledger(sandbox.Message)); n != 1 {
			t.Errorf("%d messages", n)
		}
	}
}

func TestACommentIsAnsweredInPrivateOnceAndForAWeek(t *testing.T) {
	o := open(t, facebook)
	_, sent := o.Publish("talk")
	_, cursor := o.Read("")
	o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "my order?", Person: "p001"})
	o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "and mine?", Person: "p002"})
	events, _ := o.Read(cursor)
	var comments []network.Event
	for _, e := range events {
		if e.Kind == network.Comment {
			comments = append(comments, e)
		}
	}
	private := func(e network.Event) error {
		part := o.Answer("let us see", e.Ref)
		part.Private = true
		_, err := o.driver.Reply(t.Context(), o.Conn, part)
		return err
	}
	if err := private(comments[0]); err != nil {
		t.Fatal(err)
	}
	if err := private(comments[0]); !fault.Is(err, fault.Invalid) {
		t.Errorf("twice: %v", err)
	}
	o.Stage.Clock.Advance(8 * 24 * time.Hour)
	if err := private(comments[1]); !fault.Is(err, fault.Invalid) {
		t.Errorf("after a week: %v", err)
	}
	if err := o.driver.Hide(t.Context(), o.Conn, comments[1].Ref, true); err != nil {
		t.Fatal(err)
	}
	if _, err := o.driver.Reply(t.Context(), o.Conn, o.Answer("hello", comments[1].Ref)); !fault.Is(err, fault.Invalid) {
		t.Errorf("answering what is hidden: %v", err)
	}
}

// Asked to, Meta learns our address, tests it, and lets the account's news through.
func TestMetaIsAskedToKnock(t *testing.T) {
	o := open(t, facebook)
	conn := o.Conn
	conn.App = word()
	if _, err := o.driver.Subscribe(t.Context(), conn, o.door); err != nil || o.tested != 1 {
		t.Fatalf("asked to knock, Meta says %v and tested %d times", err, o.tested)
	}
	_, sent := o.Publish("now")
	o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "I heard", Person: "p001"})
	if raws := o.told(); len(raws) != 1 {
		t.Errorf("%d were knocked", len(raws))
	}
	conn.App.Verify = ""
	if _, err := o.driver.Subscribe(t.Context(), conn, o.door); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a word to be tested with: %v", err)
	}
	o = open(t, own)
	if _, err := o.driver.Subscribe(t.Context(), o.Conn, o.door); err != nil {
		t.Errorf("with Instagram's own login: %v", err)
	}
}

// The figures of a day that are not there yet are absent; those of one that is over
// are what Instagram says.
func TestTheFiguresOfADay(t *testing.T) {
	o := open(t, own)
	_, sent := o.Publish("count")
	day := o.Stage.Clock.Now()
	o.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p001"})
	o.Act(sandbox.Act{Kind: "follow", Person: "p002"})
	if counts, err := o.driver.Insights(t.Context(), o.Conn, day); err != nil || len(counts) != 0 {
		t.Errorf("today: %v, %v", counts, err)
	}
	o.Stage.Clock.Advance(72 * time.Hour)
	counts, err := o.driver.Insights(t.Context(), o.Conn, day)
	if err != nil || counts[network.Likes] != 1 || counts[network.Follows] != 1 || counts[network.Unfollows] != 1 || counts[network.Reach] == 0 {
		t.Errorf("then: %v, %v", counts, err)
	}
	if _, told := counts[network.Reposts]; told {
		t.Error("an empty set became a number")
	}
	use, err := o.driver.Quota(t.Context(), o.Conn)
	if err != nil || len(use) != 1 || use[0].Used != 0 || use[0].Max != 100 {
		t.Errorf("the quota: %+v, %v", use, err)
	}
}

// A post that is refused figures has its counts nevertheless, and spoils no other.
func TestFiguresThatAreRefusedSpoilNothing(t *testing.T) {
	o := open(t, facebook)
	_, first := o.Publish("one")
	_, second := o.Publish("two")
	o.Front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.RawQuery, "insights") || !strings.Contains(r.URL.RawQuery, first.ID) {
			return false
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":{"message":"(#10) Not enough viewers","type":"OAuthException","code":10}}`)) // the client sees to it
		return true
	})
	counts, err := o.driver.Measure(t.Context(), o.Conn, []network.Ref{first.Ref, second.Ref})
	if err != nil {
		t.Fatal(err)
	}
	if _, told := counts[first.ID][network.Views]; told || counts[first.ID][network.Likes] != 0 {
		t.Errorf("%v", counts[first.ID])
	}
	if counts[second.ID][network.Views] == 0 {
		t.Errorf("%v", counts[second.ID])
	}
}
