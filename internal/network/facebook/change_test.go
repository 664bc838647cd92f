package facebook_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

func TestAPostIsChanged(t *testing.T) {
	o := open(t)
	_, sent := o.Publish("Opne today")
	for range 2 {
		if ref, err := o.driver.Edit(t.Context(), o.Conn, sent.Ref, o.Part("Open today")); err != nil || ref.ID != sent.ID {
			t.Fatal(ref, err)
		}
	}
	look, err := o.driver.Find(t.Context(), o.Conn, o.Part("Open today"), time.Time{})
	if err != nil || len(look.Near) != 1 || look.Near[0].Text != "Open today" {
		t.Errorf("%+v, %v", look, err)
	}
	film, err := o.Send(films(o)["film"])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.driver.Edit(t.Context(), o.Conn, film.Ref, o.Part("moved")); err != nil {
		t.Error(err)
	}
	for name, text := range map[string]string{"nothing": " ", "too much": strings.Repeat("x", 63207)} {
		before := len(o.Front.Requests())
		if _, err := o.driver.Edit(t.Context(), o.Conn, sent.Ref, o.Part(text)); !fault.Is(err, fault.Invalid) || len(o.Front.Requests()) != before {
			t.Errorf("%s: %v", name, err)
		}
	}
	o.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Edit, Times: 1})
	if _, err := o.driver.Edit(t.Context(), o.Conn, sent.Ref, o.Part("Open until six")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("changing twice is harmless: %v", err)
	}
	if err := o.driver.Delete(t.Context(), o.Conn, sent.Ref); err != nil {
		t.Fatal(err)
	}
	if _, err := o.driver.Edit(t.Context(), o.Conn, sent.Ref, o.Part("gone")); !fault.Is(err, fault.NotFound) {
		t.Errorf("what is gone: %v", err)
	}
}

func TestAPostIsPinned(t *testing.T) {
	o := open(t)
	_, one := o.Publish("one")
	_, two := o.Publish("two")
	for _, ref := range []network.Ref{one.Ref, two.Ref, two.Ref} {
		if err := o.driver.Pin(t.Context(), o.Conn, ref, true); err != nil {
			t.Fatal(err)
		}
		if at := o.net.Pinned(o.Account.ID); at != ref.ID {
			t.Errorf("at the top is %s", at)
		}
	}
	for range 2 {
		if err := o.driver.Pin(t.Context(), o.Conn, two.Ref, false); err != nil || o.net.Pinned(o.Account.ID) != "" {
			t.Errorf("%v, %s", err, o.net.Pinned(o.Account.ID))
		}
	}
	answer, err := o.driver.Reply(t.Context(), o.Conn, o.Answer("ours", one.Ref))
	if err != nil {
		t.Fatal(err)
	}
	if err := o.driver.Pin(t.Context(), o.Conn, answer.Ref, true); !fault.Is(err, fault.Invalid) {
		t.Errorf("a comment: %v", err)
	}
}

// The figures of a day are those of the Page's own day; what is dead is left out, and
// what is not told is absent.
func TestFiguresOfAPage(t *testing.T) {
	o := open(t)
	day := o.Stage.Clock.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	o.Stage.Clock.Set(day.Add(12 * time.Hour)) // noon in London, four in California: the same day in both
	_, sent := o.Publish("count")
	for _, p := range []string{"p001", "p002"} {
		o.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: p})
		o.Act(sandbox.Act{Kind: "follow", Person: p})
	}
	o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "one", Person: "p003"})
	counts, err := o.driver.Insights(t.Context(), o.Conn, day)
	if err != nil || len(counts) != 0 {
		t.Errorf("the day is not over: %v, %v", counts, err)
	}
	o.Stage.Clock.Advance(36 * time.Hour)
	counts, err = o.driver.Insights(t.Context(), o.Conn, day)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int64{network.Likes: 2, network.Engagement: 3, network.Follows: 2, network.Views: 40 + 24 + 21} {
		if got, ok := counts[name]; !ok || got != want {
			t.Errorf("%s: %d of %v", name, got, counts)
		}
	}
	if n, ok := counts[network.Unfollows]; !ok || n != 0 || counts[network.Followers] < 100 {
		t.Errorf("zero is not nothing: %v", counts)
	}
	if before, err := o.driver.Insights(t.Context(), o.Conn, day.Add(-24*time.Hour)); err != nil || before[network.Follows] != 0 {
		t.Errorf("the day before: %v, %v", before, err)
	}
	// One figure is not answered any more: it is absent, and the others are there.
	o.Front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Query().Get("metric"), "page_views_total") {
			return false
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":{"code":100,"message":"(#100) The value must be a valid insights metric"}}`)) // the client sees to it
		return true
	})
	counts, err = o.driver.Insights(t.Context(), o.Conn, day)
	if _, there := counts[network.Visits]; err != nil || there || counts[network.Likes] != 2 {
		t.Errorf("%v, %v", counts, err)
	}
	// Small Pages are told nothing.
	o.Front.Instead(func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = w.Write([]byte(`{"data":[]}`)) // the client sees to it
		return true
	})
	if counts, err = o.driver.Insights(t.Context(), o.Conn, day); err != nil || len(counts) != 0 {
		t.Errorf("%v, %v", counts, err)
	}
	o.Front.Instead(func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = w.Write([]byte(`{"data":[null,7,{"name":"page_follows","values":[{"value":null,"end_time":"x"},{"value":"many"}]}]}`)) // the client sees to it
		return true
	})
	if counts, err = o.driver.Insights(t.Context(), o.Conn, day); err != nil || len(counts) != 0 {
		t.Errorf("%v, %v", counts, err)
	}
}
