package x_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/x"
)

// Somebody's edit is told as one, and what they take away is noticed.
func TestChangesAndDeletionsAreNoticed(t *testing.T) {
	w := enter(t, pretended.Options{})
	_, sent := w.Publish("Hello")
	_, cursor := w.Read("")
	kept := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "first thought", Person: "p001"})
	gone := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "rude", Person: "p002"})
	_, cursor = w.Read(cursor)
	w.Stage.Clock.Advance(11 * time.Minute)
	w.Act(sandbox.Act{Kind: "edit", Target: kept.ID, Text: "second thought", Person: "p001"})
	w.Act(sandbox.Act{Kind: "remove", Target: gone.ID, Person: "p002"})
	events, cursor := w.Read(cursor)
	i := slices.IndexFunc(events, func(e network.Event) bool { return e.Kind == network.Edited })
	if i < 0 || events[i].ID != kept.ID || events[i].Text != "second thought" || events[i].Thread != sent.ID {
		t.Fatalf("no change in %+v", events)
	}
	if !slices.ContainsFunc(events, func(e network.Event) bool { return e.Kind == network.Deleted && e.ID == gone.ID }) {
		t.Errorf("no deletion in %+v", events)
	}
	// What is answered, liked and hidden is its newest version.
	if err := w.driver.Hide(t.Context(), w.Conn, events[i].Ref, true); err != nil {
		t.Error(err)
	}
	w.Stage.Clock.Advance(11 * time.Minute)
	events, _ = w.Read(cursor)
	for _, e := range events {
		if e.Kind == network.Deleted {
			t.Errorf("told twice: %+v", e)
		}
	}
}

// Who answers somebody else in our conversation may leave our name out; the
// conversation is searched when it has more answers than before.
func TestAnswersWithoutOurNameAreFound(t *testing.T) {
	w := enter(t, pretended.Options{})
	_, sent := w.Publish("What do you think?")
	_, cursor := w.Read("")
	one := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "nothing good", Person: "p001"})
	_, cursor = w.Read(cursor)
	who, _ := w.Stage.Cast.Person("p002")
	aside := w.net.Aside(who, one.ID, "they never answer")
	// Nothing about our post has changed: conversations are searched every few minutes.
	w.Stage.Clock.Advance(6 * time.Minute)
	events, cursor := w.Read(cursor)
	i := slices.IndexFunc(events, func(e network.Event) bool { return e.ID == aside })
	if i < 0 || events[i].Kind != network.Comment || events[i].Post != sent.ID || events[i].Parent != one.ID {
		t.Errorf("came in as %+v", events)
	}
	before := len(w.Front.Requests())
	for range 6 {
		w.Stage.Clock.Advance(10 * time.Second)
		_, cursor = w.Read(cursor)
	}
	searched := 0
	for _, r := range w.Front.Requests()[before:] {
		if strings.HasSuffix(r.Path, "/search/recent") {
			searched++
		}
	}
	if searched > 0 {
		t.Errorf("%d searches in a minute in which nothing happened", searched)
	}
}

// X tells eight hundred mentions at most; what is before is said to be lost.
func TestWhatXTellsNoMoreIsSaid(t *testing.T) {
	w := enter(t, pretended.Options{})
	who, _ := w.Stage.Cast.Person("p001")
	w.net.Mention(who, w.Account.ID, "first")
	w.Stage.Clock.Advance(10 * time.Minute)
	_, cursor := w.Read("")
	began := w.Stage.Clock.Now()
	w.Stage.Clock.Advance(time.Hour)
	for range 900 {
		w.net.Mention(who, w.Account.ID, "again")
	}
	got, err := w.driver.Read(t.Context(), w.Conn, cursor)
	if err != nil || got.Lost == nil || got.Lost.From.After(began) || got.Lost.To.Before(began) || len(got.Events) < 800 {
		t.Fatalf("%d events, lost %+v, %v", len(got.Events), got.Lost, err)
	}
	if len(got.Next) > 32<<10 {
		t.Errorf("a cursor of %d bytes", len(got.Next))
	}
	w.Stage.Clock.Advance(20 * time.Minute)
	if got, err = w.driver.Read(t.Context(), w.Conn, got.Next); err != nil || got.Lost != nil {
		t.Errorf("lost again: %+v, %v", got.Lost, err)
	}
}

// A day of reading every minute never asks faster than X lets one.
func TestReadingKeepsToTheLimits(t *testing.T) {
	h := harness(pretended.Options{})
	var n *pretended.Network
	h.Open = func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		n = pretended.New(stage, pretended.Options{})
		us := n.Account("atelier", "Atelier")
		return n.Handler(), func(string) map[string]string { return map[string]string{"token": us.Token} }
	}
	w := networktest.NewWorld(t, h)
	_, sent := w.Publish("talk")
	cursor, told := "", map[string]bool{}
	for minute := range 100 {
		for _, kind := range []string{"comment", "message", "react"} {
			person := string([]byte{'p', byte('0' + minute/100%10), byte('0' + minute/10%10), byte('0' + minute%10)})
			if minute == 0 {
				person = "p100"
			}
			w.Act(sandbox.Act{Kind: kind, Target: sent.ID, Text: "again", Person: person})
		}
		for range 6 {
			got, err := w.Driver.(network.Reader).Read(t.Context(), w.Conn, cursor)
			if err != nil {
				t.Fatalf("minute %d: %v", minute, err)
			}
			cursor = got.Next
			for _, e := range got.Events {
				told[e.Key] = true
			}
			w.Stage.Clock.Advance(10 * time.Second)
		}
	}
	kinds := map[string]int{}
	for key := range told {
		kind, _, _ := strings.Cut(key, " ")
		kinds[kind]++
	}
	if kinds["post"] != 101 || kinds["message"] < 98 || kinds["like"] < 98 {
		t.Errorf("told %v", kinds)
	}
}
