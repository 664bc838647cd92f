package x_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/x"
)

// What reading costs is counted as X counts it: each thing of an answer, once a day for
// the whole app, our own posts apart; and each sort has a price with where it is from.
func TestWhatIsReadIsCountedAsXCountsIt(t *testing.T) {
	w := enter(t, pretended.Options{})
	counted := map[string]int{}
	w.Conn.Meter = func(what string, n int) { counted[what] += n }
	words := map[string]string{"read_post": "Posts: Read", "read_own_post": "Owned reads", "read_person": "User: Read", "read_message": "DM Event: Read", "read_figures": "Analytics: Read"}
	agree := func(when string) {
		t.Helper()
		ours, theirs := map[string]int{}, w.net.Billed()
		for what, n := range counted {
			if words[what] == "" {
				t.Errorf("%s: %s is not among what X charges for", when, what)
			}
			ours[words[what]] = n
		}
		if !maps.Equal(ours, theirs) {
			t.Errorf("%s: we count %v, X %v", when, ours, theirs)
		}
	}
	_, sent := w.Publish("Hello")
	for i := range 12 {
		person := fmt.Sprintf("p%03d", i%5+1)
		w.Act(sandbox.Act{Kind: "comment", Text: fmt.Sprint("comment ", i), Person: person, Target: sent.ID})
		w.Act(sandbox.Act{Kind: "message", Text: fmt.Sprint("message ", i), Person: person})
		w.Act(sandbox.Act{Kind: "react", Person: person, Target: sent.ID})
	}
	cursor := ""
	for range 4 {
		_, cursor = w.Read(cursor)
		w.Stage.Clock.Advance(6 * time.Minute)
	}
	figures := func() {
		t.Helper()
		_, err := w.Driver.(network.Measurer).Measure(t.Context(), w.Conn, []network.Ref{sent.Ref})
		if err == nil {
			_, err = w.Driver.(network.Insighter).Insights(t.Context(), w.Conn, w.Now())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	figures()
	agree("on the first day")
	for what := range words {
		if counted[what] == 0 {
			t.Errorf("nothing of %s was read", what)
		}
	}
	once := maps.Clone(counted)
	_, _ = w.Read("")
	figures()
	if agree("read again"); !maps.Equal(once, counted) {
		t.Errorf("what was read again that day is counted again: %v, then %v", once, counted)
	}
	w.Stage.Clock.Advance(24 * time.Hour)
	_, keys, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || keys == "" {
		t.Fatalf("the key was not renewed: %v", err)
	}
	w.Conn.Keys = keys
	_, _ = w.Read(cursor)
	figures()
	if agree("on the next day"); counted["read_own_post"] <= once["read_own_post"] {
		t.Errorf("a new day takes nothing: %v", counted)
	}
	priced := map[string]bool{}
	for _, p := range w.Driver.Profile().Prices {
		priced[p.What] = p.Amount != "" && len(p.Currency) == 3
	}
	for what := range words {
		if !priced[what] {
			t.Errorf("%s has no price", what)
		}
	}
}
