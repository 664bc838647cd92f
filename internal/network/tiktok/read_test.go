package tiktok_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
)

// texts are what people said, as events told it.
func texts(events []network.Event, kind network.EventKind) (all []string) {
	for _, e := range events {
		if e.Kind == kind {
			all = append(all, e.Text)
		}
	}
	slices.Sort(all)
	return all
}

func TestRepliesToOldCommentsComeIn(t *testing.T) {
	o := quick()
	o.AccessLasts = 100 * time.Hour
	w := networktest.NewWorld(t, harness(o, nil))
	_, sent := w.Publish("talk!")
	old := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "old", Person: "p001"})
	_, cursor := w.Read("")
	w.Stage.Clock.Advance(26 * time.Hour)
	_, cursor = w.Read(cursor)
	var want []string
	for i := range 7 { // more than come along with a comment
		text := fmt.Sprint("reply ", i)
		w.Act(sandbox.Act{Kind: "comment", Target: old.ID, Text: text, Person: "p002"})
		want = append(want, text)
		w.Stage.Clock.Advance(time.Minute)
	}
	events, cursor := w.Read(cursor)
	if got := texts(events, network.Comment); !slices.Equal(got, want) {
		t.Errorf("told %v", got)
	}
	for _, e := range events {
		if e.Parent != old.ID || e.Thread != sent.ID || e.Post != sent.ID {
			t.Errorf("%+v", e)
		}
	}
	// Nothing has happened since: nothing is told or asked twice.
	w.Stage.Clock.Advance(time.Hour)
	_, cursor = w.Read(cursor)
	before := len(w.Front.Requests())
	if events, _ := w.Read(cursor); len(events) != 0 {
		t.Errorf("told again: %+v", events)
	}
	for _, r := range w.Front.Requests()[before:] {
		if strings.HasSuffix(r.Path, "/reply/list/") {
			t.Error("replies are asked for, though their number is the same")
		}
	}
}

func TestOursAndHiddenOnesAreKnown(t *testing.T) {
	w := networktest.NewWorld(t, harness(quick(), nil))
	_, sent := w.Publish("talk!")
	spam := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "spam", Person: "p001"})
	events, _ := w.Read("")
	ref := events[0].Ref
	if _, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, w.Answer("no, thank you", ref)); err != nil {
		t.Fatal(err)
	}
	if err := w.Driver.(network.Hider).Hide(t.Context(), w.Conn, ref, true); err != nil {
		t.Fatal(err)
	}
	if err := w.Driver.(network.Pinner).Pin(t.Context(), w.Conn, ref, true); err != nil {
		t.Fatal(err)
	}
	if err := w.Driver.(network.Pinner).Pin(t.Context(), w.Conn, sent.Ref, true); !fault.Is(err, fault.Invalid) {
		t.Errorf("pinning a post: %v", err)
	}
	events, _ = w.Read("")
	hidden := slices.IndexFunc(events, func(e network.Event) bool { return e.Kind == network.Hidden })
	if hidden < 0 || events[hidden].ID != spam.ID || events[hidden].Removed {
		t.Errorf("what came: %+v", events)
	}
	ours := slices.IndexFunc(events, func(e network.Event) bool { return e.Kind == network.Ours })
	if ours < 0 || events[ours].Text != "no, thank you" || events[ours].Parent != spam.ID || events[ours].Author.ID != w.Conn.Account {
		t.Errorf("what came: %+v", events)
	}
}

func TestMoreThanTikTokOrdersIsSaidToBeLost(t *testing.T) {
	w := networktest.NewWorld(t, harness(quick(), nil))
	_, sent := w.Publish("a raid")
	_, cursor := w.Read("")
	for i := range 640 {
		w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: fmt.Sprint("raid ", i), Person: fmt.Sprintf("p%03d", i%100+1)})
		if i%8 == 0 {
			w.Stage.Clock.Advance(time.Second)
		}
	}
	got, lost := 0, false
	for range 100 {
		r, err := w.Driver.(network.Reader).Read(t.Context(), w.Conn, cursor)
		if err != nil {
			t.Fatal(err)
		}
		got += len(r.Events)
		lost = lost || r.Lost != nil && r.Lost.From.Before(r.Lost.To)
		if cursor = r.Next; !r.More {
			break
		}
	}
	if got < 500 || got >= 640 || !lost {
		t.Errorf("%d told, and lost is said: %v", got, lost)
	}
}

func TestReadingKeepsToTheLimitOfAMinute(t *testing.T) {
	o := quick()
	o.PerMinute = 40
	w := networktest.NewWorld(t, harness(o, nil))
	for i := range 3 {
		w.Publish(fmt.Sprint("post ", i))
		w.Stage.Clock.Advance(time.Minute)
	}
	cursor, slow := "", false
	for range 30 {
		r, err := w.Driver.(network.Reader).Read(t.Context(), w.Conn, cursor)
		if fault.Is(err, fault.Throttled) {
			slow = true
			if fault.After(err) < time.Minute {
				t.Fatalf("wait %v", fault.After(err))
			}
			w.Stage.Clock.Advance(fault.After(err))
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if cursor = r.Next; !r.More {
			w.Stage.Clock.Advance(3 * time.Second) // as often as a rehearsal reads
		}
	}
	if slow {
		t.Error("three posts, read every few seconds, are too much for TikTok")
	}
}

func TestAPostThatIsGoneDoesNotStopReading(t *testing.T) {
	w := networktest.NewWorld(t, harness(quick(), nil))
	_, sent := w.Publish("stays")
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "here", Person: "p001"})
	cursor := fmt.Sprintf(`{"from":%d,"began":%d,"posts":["7000000000000000001",%q]}`, w.Stage.Clock.Now().Add(-time.Hour).Unix(), w.Stage.Clock.Now().Unix(), sent.ID)
	if events, _ := w.Read(cursor); !slices.Equal(texts(events, network.Comment), []string{"here"}) {
		t.Errorf("what came: %+v", events)
	}
}

func TestWebhooksAreAHint(t *testing.T) {
	o := slow()
	var tt place
	w := networktest.NewWorld(t, harness(o, &tt))
	knocker := w.Driver.(network.Knocker)
	var bodies [][]byte
	told := make(chan []byte, 64)
	server := listen(t, func(r *http.Request, body []byte) int {
		if err := knocker.Verify(r.Header, body, "tiktok-secret"); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		told <- body
		return http.StatusOK
	})
	tt.Callback(server)
	w.Weather(sandbox.Mishap{Kind: sandbox.HookTwice})
	_, sent := w.Publish("seen by everyone")
	tt.Settle()
	close(told)
	for body := range told {
		bodies = append(bodies, body)
	}
	events := map[string]int{}
	keys := map[string]bool{}
	for _, body := range bodies {
		var h struct{ Event string }
		if json.Unmarshal(body, &h) != nil {
			t.Errorf("%s", body)
		}
		events[h.Event]++
		raws, err := knocker.Split(body)
		if err != nil {
			t.Errorf("%s: %v", body, err)
		}
		for _, raw := range raws {
			keys[raw.Key] = true
			got, err := w.Driver.(network.Decoder).Decode(w.Conn, raw)
			if err != nil || len(got) != 1 || got[0].Kind != network.Ours || got[0].ID != sent.ID || raw.Account != w.Conn.Account {
				t.Errorf("%+v, %v", got, err)
			}
		}
	}
	if events["post.publish.complete"] != 2 || events["post.publish.publicly_available"] != 2 || len(keys) != 1 {
		t.Errorf("told %v, and keys %v", events, keys)
	}
}

func TestSignaturesGrowOld(t *testing.T) {
	w := networktest.NewWorld(t, harness(quick(), nil))
	knocker := w.Driver.(network.Knocker)
	header, body, key := hook(t, w.Stage.Clock.Now())
	if err := knocker.Verify(header, body, key); err != nil {
		t.Fatal(err)
	}
	huge := append(slices.Clone(body), make([]byte, 5<<20)...)
	if err := knocker.Verify(header, huge, key); err == nil {
		t.Error("a huge body is taken")
	}
	for _, field := range []string{"", "t=1", "s=00", "t=,s=", "t=x,s=00", header.Get("Tiktok-Signature") + "," + strings.Repeat("x", 600), "s=" + strings.Repeat("0", 64) + ",t=1763900000"} {
		if err := knocker.Verify(http.Header{"Tiktok-Signature": {field}}, body, key); err == nil {
			t.Errorf("%.40q is taken", field)
		}
	}
	if err := knocker.Verify(http.Header{"Tiktok-Signature": {header.Get("Tiktok-Signature"), header.Get("Tiktok-Signature")}}, body, key); err == nil {
		t.Error("two signatures are taken")
	}
	const old = network.Skew + time.Minute
	w.Stage.Clock.Advance(old)
	if err := knocker.Verify(header, body, key); !fault.Is(err, fault.Denied) {
		t.Errorf("a recording: %v", err)
	}
	w.Stage.Clock.Advance(-2 * old)
	if err := knocker.Verify(header, body, key); !fault.Is(err, fault.Denied) {
		t.Errorf("one from the future: %v", err)
	}
}
