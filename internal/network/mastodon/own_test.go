package mastodon_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/mastodon"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/mastodon"
)

func TestAnAnswerIsAddressedToWhoIsAnswered(t *testing.T) {
	w := networktest.NewWorld(t, harness(pretended.Options{}))
	_, sent := w.Publish("Hello")
	for _, person := range []string{"p001", "p002", "p003", "p004"} { // of this server and of another
		_, cursor := w.Read("")
		w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "Hi from " + person, Person: person})
		events, _ := w.Read(cursor)
		i := slices.IndexFunc(events, func(e network.Event) bool { return e.Text == "Hi from "+person })
		if i < 0 {
			t.Fatalf("what came: %+v", events)
		}
		part := w.Part("Merci " + person)
		part.After = &network.Ref{ID: events[i].ID} // nothing else is remembered
		if _, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, part); err != nil {
			t.Fatal(err)
		}
		made := w.Ledger(sandbox.Reply)
		text := made[len(made)-1].Text
		name := strings.TrimSuffix(text, " Merci "+person)
		if !strings.HasPrefix(name, "@") || !strings.HasPrefix(events[i].Author.Handle, name[1:]) {
			t.Errorf("%q answers %s", text, events[i].Author.Handle)
		}
		look, err := w.Driver.(network.Finder).Find(t.Context(), w.Conn, part, part.At.Add(-time.Minute))
		if err != nil || !slices.ContainsFunc(look.Near, func(s network.Seen) bool { return s.Text == part.Text && s.After == events[i].ID }) {
			t.Errorf("looking for %q: %+v, %v", part.Text, look.Near, err)
		}
	}
}

func TestChangesAndDeletionsAreNoticed(t *testing.T) {
	w := networktest.NewWorld(t, harness(pretended.Options{}))
	_, sent := w.Publish("Hello")
	_, cursor := w.Read("")
	kept := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "first thought", Person: "p001"})
	gone := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "rude", Person: "p002"})
	_, cursor = w.Read(cursor)
	w.Stage.Clock.Advance(3 * time.Minute)
	w.Act(sandbox.Act{Kind: "edit", Target: kept.ID, Text: "second thought", Person: "p001"})
	w.Act(sandbox.Act{Kind: "remove", Target: gone.ID, Person: "p002"})
	events, cursor := w.Read(cursor)
	edited := slices.IndexFunc(events, func(e network.Event) bool { return e.Kind == network.Edited })
	if edited < 0 || events[edited].ID != kept.ID || events[edited].Text != "second thought" || events[edited].Thread != sent.ID {
		t.Errorf("no change in %+v", events)
	}
	if !slices.ContainsFunc(events, func(e network.Event) bool { return e.Kind == network.Deleted && e.ID == gone.ID }) {
		t.Errorf("no deletion in %+v", events)
	}
	w.Stage.Clock.Advance(3 * time.Minute)
	events, _ = w.Read(cursor)
	for _, e := range events {
		if e.Kind == network.Edited || e.Kind == network.Deleted {
			t.Errorf("told twice: %+v", e)
		}
	}
}

// Two transactions of the server end in another order than their ids say.
func TestWhatBecomesVisibleLateIsRead(t *testing.T) {
	w := networktest.NewWorld(t, harness(pretended.Options{}))
	_, sent := w.Publish("Hello")
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "early", Person: "p001"})
	w.Stage.Clock.Advance(10 * time.Minute)
	_, cursor := w.Read("")
	late := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "slow", Person: "p001"})
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "fast", Person: "p002"})
	w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/notifications") {
			return false
		}
		held := httptest.NewRecorder()
		w.Front.Next().ServeHTTP(held, r)
		var all, kept []json.RawMessage
		if err := json.Unmarshal(held.Body.Bytes(), &all); err != nil {
			return false
		}
		for _, one := range all {
			if !strings.Contains(string(one), late.ID) {
				kept = append(kept, one)
			}
		}
		rw.Header().Set("Date", held.Header().Get("Date")) // the stage's clock
		_ = json.NewEncoder(rw).Encode(kept)               // the client sees to it
		return true
	})
	events, cursor := w.Read(cursor)
	if slices.ContainsFunc(events, func(e network.Event) bool { return e.Text == "slow" }) {
		t.Fatal("it came too early")
	}
	w.Front.Instead(nil)
	events, _ = w.Read(cursor)
	if !slices.ContainsFunc(events, func(e network.Event) bool { return e.Text == "slow" }) {
		t.Errorf("what became visible late was left out: %+v", events)
	}
}

func TestIdempotencyIsNotTrusted(t *testing.T) {
	// A server that ignores the key makes a second post: so nothing here repeats.
	w := networktest.NewWorld(t, harness(pretended.Options{GoToSocial: true}))
	part, _ := w.Publish("once")
	if _, err := w.Send(part); err != nil {
		t.Fatal(err)
	}
	if n := len(w.Ledger(sandbox.Publish)); n != 2 {
		t.Errorf("%d posts: then the sandbox is kinder than life", n)
	}
	look, err := w.Find(part, part.At.Add(-time.Minute))
	if err != nil || look.Exact != nil || look.Keyed || len(look.Near) != 2 || !look.Complete {
		t.Errorf("the look is %+v, %v", look, err)
	}
	for _, r := range w.Front.Requests() {
		if r.Method == "POST" && r.Header.Get("Idempotency-Key") != part.Key {
			t.Errorf("the key is not sent along: %v", r.Header)
		}
	}
}

func TestALinkStandsInTheText(t *testing.T) {
	w := networktest.NewWorld(t, harness(pretended.Options{}))
	part := w.Part("Read this")
	part.Link = "https://example.org/an/article/with/a/long/name?and=more"
	sent, err := w.Send(part)
	if err != nil {
		t.Fatal(err)
	}
	if made := w.Ledger(sandbox.Publish); made[0].Text != "Read this\n\n"+part.Link {
		t.Errorf("sent %q", made[0].Text)
	}
	look, err := w.Driver.(network.Finder).Find(t.Context(), w.Conn, part, part.At.Add(-time.Minute))
	if err != nil || len(look.Near) != 1 || look.Near[0].Text != part.Text || look.Near[0].ID != sent.ID {
		t.Errorf("the look is %+v, %v", look, err)
	}
}

// Whoever has a server next door is told that the house may not go there, and not that
// their token is wrong.
func TestAnAddressOfTheInsideIsSaidToBeOne(t *testing.T) {
	out, err := outward.New(outward.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	_, err = mastodon.New(out, mastodon.Options{}).Connect(t.Context(), map[string]string{"server": "http://127.0.0.1:1", "token": "abc"})
	if text, hint := fault.Shown(err); !fault.Is(err, fault.Denied) || !strings.Contains(text, "public internet") || hint == "" {
		t.Errorf("%v: %s %s", err, text, hint)
	}
}
