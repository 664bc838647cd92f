package x_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/x"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/x"
)

// What reading costs is counted as X counts it: each thing of an answer, once a day for
// the whole app, our own posts apart; and each sort has a price with where it is from.
func TestWhatIsReadIsCountedAsXCountsIt(t *testing.T) {
	w := enter(t, pretended.Options{})
	counted := map[string]int{}
	once := map[string]bool{}
	w.Conn.Purse.Pay = func(_ context.Context, at time.Time, all []network.Purchase) error {
		for _, p := range all {
			if key := at.UTC().Format(time.DateOnly) + p.What + " " + p.ID; !once[key] {
				once[key] = true
				counted[p.Price]++
			}
		}
		return nil
	}
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
	before := maps.Clone(counted)
	_, _ = w.Read("")
	figures()
	if agree("read again"); !maps.Equal(before, counted) {
		t.Errorf("what was read again that day is counted again: %v, then %v", before, counted)
	}
	w.Stage.Clock.Advance(24 * time.Hour)
	_, keys, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || keys == "" {
		t.Fatalf("the key was not renewed: %v", err)
	}
	w.Conn.Keys = keys
	_, _ = w.Read(cursor)
	figures()
	if agree("on the next day"); counted["read_own_post"] <= before["read_own_post"] {
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

// What cannot be counted is not taken over: the answer is asked for again, and paid once.
func TestNothingIsReadThatIsNotCounted(t *testing.T) {
	w := enter(t, pretended.Options{})
	_, sent := w.Publish("Hello")
	w.Act(sandbox.Act{Kind: "comment", Text: "Well?", Person: "p001", Target: sent.ID})
	full := errors.New("the disk is full")
	w.Conn.Purse.Pay = func(context.Context, time.Time, []network.Purchase) error { return full }
	if got, err := w.Driver.(network.Reader).Read(t.Context(), w.Conn, ""); !errors.Is(err, full) || len(got.Events) != 0 {
		t.Errorf("%d events, %v", len(got.Events), err)
	}
}

// Reading stops between two questions when nothing may be spent any more: what is paid is
// told, what is not goes on from there, and nothing is told twice or left out.
func TestReadingStopsWhereItsPurseIsEmptyAndGoesOnFromThere(t *testing.T) {
	w := enter(t, pretended.Options{})
	_, sent := w.Publish("Hello")
	_, cursor := w.Read("")
	said := map[string]bool{}
	for i := range 6 {
		text := fmt.Sprint("comment ", i)
		w.Act(sandbox.Act{Kind: "comment", Text: text, Person: fmt.Sprintf("p%03d", i+1), Target: sent.ID})
		w.Act(sandbox.Act{Kind: "message", Text: "between us: " + text, Person: fmt.Sprintf("p%03d", i+1)})
		said[text], said["between us: "+text] = true, true
	}
	w.Stage.Clock.Advance(10 * time.Minute)
	for stops := range 8 { // one question further each time
		asked := 0
		w.Conn.Purse.Empty = func(context.Context) (bool, error) { asked++; return asked > stops, nil }
		got, err := w.Driver.(network.Reader).Read(t.Context(), w.Conn, cursor)
		if err != nil || got.More != (stops < 6) {
			t.Fatalf("stopped after %d questions: more %v, %v", stops+1, got.More, err)
		}
		if asked > stops+1 {
			t.Errorf("told after %d questions that its purse is empty, it asks on", stops+1)
		}
		cursor = got.Next
		for _, raw := range got.Events {
			events, err := w.Driver.(network.Decoder).Decode(w.Conn, raw)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				delete(said, e.Text)
			}
		}
	}
	if len(said) != 0 {
		t.Errorf("never told: %v", said)
	}
}

// Every event that X brings by itself and takes money for is a fact of its own, and of no
// other; each is one, however often it is brought.
func TestWhatXTellsByItselfIsCountedAsItIsCharged(t *testing.T) {
	d := x.New(nil, x.Options{})
	priced := map[string]string{}
	for _, p := range d.Profile().Prices {
		priced[p.What] = p.Amount
	}
	for kind, amount := range map[string]string{"post.create": "0.005", "post.mention.create": "0.005", "post.reply.create": "0.005", "post.quote.create": "0.005", "post.repost.create": "0.005",
		"like.create": "0.001", "follow.follow": "0.010", "follow.unfollow": "0.010", "dm.received": "0.010", "dm.sent": "", "post.delete": "", "never.heard.of": ""} {
		event := func(uuid string) []network.Event {
			payload := `{"id":"20","author_id":"7","created_at":"2026-11-27T10:00:00.000Z","text":"Hello","source":{"data":{"id":"7"}},"target":{"data":{"id":"7"}},"liked_tweet_id":"20","liked_tweet_author_id":"9"}`
			raws, err := d.Split([]byte(`{"data":{"filter":{"user_id":"7"},"event_uuid":"` + uuid + `","event_type":"` + kind + `","payload":` + payload + `}}`))
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			var all []network.Event
			for _, raw := range raws {
				events, err := d.Decode(network.Conn{Account: "7"}, raw)
				if err != nil {
					t.Fatalf("%s: %v", kind, err)
				}
				for _, e := range events {
					if e.Kind == network.Charged {
						all = append(all, e)
					}
				}
			}
			return all
		}
		a, b, nameless := event("-81"), event("82"), event("")
		if amount == "" {
			if len(a)+len(nameless) != 0 {
				t.Errorf("%s costs nothing, and is counted as %+v", kind, a)
			}
			continue
		}
		if len(a) != 1 || priced[a[0].Price] != amount || len(b) != 1 || b[0].ID == a[0].ID || len(nameless) != 1 || nameless[0].ID == a[0].ID || event("-81")[0].ID != a[0].ID {
			t.Errorf("%s: %+v, %+v, %+v", kind, a, b, nameless)
		}
	}
}
