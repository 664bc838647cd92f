package youtube_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/youtube"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/youtube"
)

func TestAFirstCommentStandsBelowTheVideo(t *testing.T) {
	w := open(t, pretended.Options{})
	_, sent := w.Publish("the video")
	part := w.Answer("Les liens sont ici : https://example.org", sent.Ref)
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Reply, Times: 1})
	_, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, part)
	is(t, err, fault.Uncertain)
	look, err := w.Find(part, part.At.Add(-time.Minute))
	if err != nil || !look.Complete || len(look.Near) != 1 || look.Near[0].Text != part.Text || look.Near[0].After != sent.ID {
		t.Fatalf("%+v, %v", look, err)
	}
	if made := w.Ledger(sandbox.Reply); len(made) != 1 || made[0].Parent != sent.ID || made[0].Object != look.Near[0].ID {
		t.Errorf("the ledger has %+v", made)
	}
	// It comes back as ours, and is told once.
	events, _ := w.Read("")
	if len(events) != 1 || events[0].Kind != network.Ours || events[0].ID != look.Near[0].ID || events[0].Parent != sent.ID {
		t.Errorf("%+v", events)
	}
	// Below what is for children nobody comments.
	kids := w.Part("for the little ones")
	kids.Options["kids"] = "yes"
	closed, err := w.Send(kids)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Driver.(network.Replier).Reply(t.Context(), w.Conn, w.Answer("hello", closed.Ref))
	is(t, err, fault.Invalid)
	private := w.Answer("psst", sent.Ref)
	private.Private = true
	_, err = w.Driver.(network.Replier).Reply(t.Context(), w.Conn, private)
	is(t, err, fault.Invalid)
	_, err = w.Driver.(network.Replier).Reply(t.Context(), w.Conn, w.Answer(strings.Repeat("x", 10_001), sent.Ref))
	is(t, err, fault.Invalid)
}

// An answer to an answer stands below the comment at the top.
func TestAnAnswerToAnAnswer(t *testing.T) {
	w := open(t, pretended.Options{})
	_, sent := w.Publish("talk")
	top := say(t, w.World, sent.ID, "p001", "first")
	below := say(t, w.World, top.ID, "p002", "second")
	if below.Parent != top.ID || below.Thread != sent.ID || below.Post != sent.ID {
		t.Errorf("%+v", below)
	}
	answer, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, w.Answer("third", below.Ref))
	if err != nil || !strings.HasPrefix(answer.ID, top.ID+".") || !strings.Contains(answer.URL, sent.ID) {
		t.Errorf("%+v, %v", answer, err)
	}
}

func TestALongThreadIsReadToItsEnd(t *testing.T) {
	w := open(t, pretended.Options{})
	_, sent := w.Publish("talk")
	top := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "a question", Person: "p001"})
	_, cursor := w.Read("")
	want := map[string]bool{}
	for i := range 130 {
		done := w.Act(sandbox.Act{Kind: "comment", Target: top.ID, Text: fmt.Sprint("answer ", i), Person: fmt.Sprintf("p%03d", i%40+1)})
		want[done.ID] = true
		w.Stage.Clock.Advance(time.Second)
	}
	events, cursor := w.Read(cursor)
	for _, e := range events {
		delete(want, e.ID)
	}
	if len(want) > 0 {
		t.Errorf("%d answers were left out", len(want))
	}
	// The thread grows old and is still heard.
	w.Stage.Clock.Advance(3 * 24 * time.Hour)
	_, cursor = w.Read(cursor)
	late := w.Act(sandbox.Act{Kind: "comment", Target: top.ID, Text: "late", Person: "p009"})
	w.Stage.Clock.Advance(16 * time.Minute)
	events, cursor = w.Read(cursor)
	if !slices.ContainsFunc(events, func(e network.Event) bool { return e.ID == late.ID }) {
		t.Errorf("an answer below an old comment was left out: %+v", events)
	}
	// Nothing new: the answers are not asked for again.
	w.Stage.Clock.Advance(16 * time.Minute)
	before := len(w.Front.Requests())
	w.Read(cursor)
	for _, r := range w.Front.Requests()[before:] {
		if strings.HasSuffix(r.Path, "/comments") {
			t.Error("the answers were listed again, and none is new")
		}
	}
}

// Many threads with many answers: one reading does not ask for all of them, and
// the next ones leave nothing out.
func TestManyLongThreads(t *testing.T) {
	w := open(t, pretended.Options{})
	_, sent := w.Publish("talk")
	var tops []string
	for i := range 30 {
		tops = append(tops, w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: fmt.Sprint("thread ", i), Person: "p001"}).ID)
	}
	_, cursor := w.Read("")
	want := map[string]bool{}
	for _, top := range tops {
		for i := range 7 {
			want[w.Act(sandbox.Act{Kind: "comment", Target: top, Text: fmt.Sprint("answer ", i), Person: "p002"}).ID] = true
		}
	}
	for range 4 {
		w.Stage.Clock.Advance(16 * time.Minute)
		var events []network.Event
		events, cursor = w.Read(cursor)
		for _, e := range events {
			delete(want, e.ID)
		}
	}
	if len(want) > 0 {
		t.Errorf("%d answers were left out", len(want))
	}
}

func TestWhatIsChangedAndKeptBackIsTold(t *testing.T) {
	w := open(t, pretended.Options{})
	_, sent := w.Publish("talk")
	e := say(t, w.World, sent.ID, "p001", "helo")
	held := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "buy gold", Person: "p002"})
	w.youtube.HoldBack(held.ID, "heldForReview")
	_, cursor := w.Read("")
	w.Stage.Clock.Advance(20 * time.Minute)
	w.Act(sandbox.Act{Kind: "edit", Target: e.ID, Text: "hello", Person: "p001"})
	spam := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "cheap!!!", Person: "p003"})
	w.youtube.HoldBack(spam.ID, "likelySpam")
	events, cursor := w.Read(cursor)
	kinds := map[string][]network.EventKind{}
	for _, e := range events {
		kinds[e.ID] = append(kinds[e.ID], e.Kind)
	}
	if got := kinds[e.ID]; !slices.Contains(got, network.Edited) {
		t.Errorf("edited: %v", got)
	}
	if got := kinds[spam.ID]; !slices.Contains(got, network.Comment) || !slices.Contains(got, network.Hidden) {
		t.Errorf("taken for spam: %v", got)
	}
	// Somebody lets one go in YouTube Studio, and rejects the other.
	w.youtube.HoldBack(held.ID, "published")
	w.youtube.HoldBack(spam.ID, "rejected")
	w.Stage.Clock.Advance(20 * time.Minute)
	events, _ = w.Read(cursor)
	shown := 0
	for _, e := range events {
		if e.Kind == network.Hidden && e.Removed && e.ID == held.ID {
			shown++
		}
		if e.ID == spam.ID {
			t.Errorf("what was rejected is told: %+v", e)
		}
	}
	if shown != 1 {
		t.Errorf("shown %d times: %+v", shown, events)
	}
}

// A comment that stands in no list for some minutes is not left out.
func TestWhatIsListedLateIsHeard(t *testing.T) {
	w := open(t, pretended.Options{})
	_, sent := w.Publish("talk")
	_, cursor := w.Read("")
	late := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "wait for me", Person: "p001"})
	w.youtube.HoldBack(late.ID, "rejected") // stands nowhere
	w.Stage.Clock.Advance(time.Minute)
	_, cursor = w.Read(cursor)
	w.youtube.HoldBack(late.ID, "published")
	w.Stage.Clock.Advance(5 * time.Minute)
	events, _ := w.Read(cursor)
	if !slices.ContainsFunc(events, func(e network.Event) bool { return e.ID == late.ID }) {
		t.Errorf("left out: %+v", events)
	}
}

func TestCommentsAreHeldAndLetGo(t *testing.T) {
	w := open(t, pretended.Options{})
	_, sent := w.Publish("talk")
	e := say(t, w.World, sent.ID, "p001", "hm")
	for _, step := range []struct {
		do   func() error
		want string
	}{
		{func() error { return w.Driver.(network.Holder).Hold(t.Context(), w.Conn, e.Ref, true) }, "heldForReview"},
		{func() error { return w.Driver.(network.Holder).Hold(t.Context(), w.Conn, e.Ref, false) }, "published"},
		{func() error { return w.Driver.(network.Hider).Hide(t.Context(), w.Conn, e.Ref, true) }, "rejected"},
		{func() error { return w.Driver.(network.Hider).Hide(t.Context(), w.Conn, e.Ref, false) }, "published"},
	} {
		if err := step.do(); err != nil || w.youtube.State(e.ID) != step.want {
			t.Errorf("%v, it is %s and should be %s", err, w.youtube.State(e.ID), step.want)
		}
	}
	is(t, w.Driver.(network.Hider).Hide(t.Context(), w.Conn, sent.Ref, true), fault.Invalid)
	// After it was hidden its author can be banned by it, though no list shows it.
	if err := w.Driver.(network.Hider).Hide(t.Context(), w.Conn, e.Ref, true); err != nil {
		t.Fatal(err)
	}
	if err := w.Driver.(network.Banner).Ban(t.Context(), w.Conn, e.Author, true); err != nil || len(w.Ledger(sandbox.Ban)) != 1 {
		t.Errorf("%v, %+v", err, w.Ledger(sandbox.Ban))
	}
}

func TestAVideoAndACommentAreEdited(t *testing.T) {
	w := open(t, pretended.Options{})
	part := w.Part("first words")
	part.Options["tags"], part.Options["category"] = "one, two", "27"
	sent, err := w.Send(part)
	if err != nil {
		t.Fatal(err)
	}
	editor := w.Driver.(network.Editor)
	if _, err := editor.Edit(t.Context(), w.Conn, sent.Ref, network.Part{Text: "other words", Title: "Another title"}); err != nil {
		t.Fatal(err)
	}
	now := bodies(w, http.MethodPut, "/youtube/v3/videos")
	snippet := now[len(now)-1]["snippet"].(map[string]any)
	if snippet["title"] != "Another title" || snippet["description"] != "other words" || snippet["categoryId"] != "27" || len(snippet["tags"].([]any)) != 2 {
		t.Errorf("what was not named is lost: %v", snippet)
	}
	if changed := w.Ledger(sandbox.Edit); len(changed) != 1 || changed[0].Text != "other words" {
		t.Errorf("%+v", changed)
	}
	_, err = editor.Edit(t.Context(), w.Conn, sent.Ref, network.Part{Text: "a > b"})
	is(t, err, fault.Invalid)
	answer, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, w.Answer("typo", sent.Ref))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := editor.Edit(t.Context(), w.Conn, answer.Ref, network.Part{Text: "no typo"}); err != nil || w.Ledger(sandbox.Edit)[1].Text != "no typo" {
		t.Errorf("%v, %+v", err, w.Ledger(sandbox.Edit))
	}
	if err := w.Driver.(network.Deleter).Delete(t.Context(), w.Conn, answer.Ref); err != nil {
		t.Error(err)
	}
}

func TestFiguresOfVideosAndOfTheChannel(t *testing.T) {
	w := open(t, pretended.Options{})
	_, sent := w.Publish("count")
	w.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p001"})
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Person: "p002", Text: "nice"})
	w.Act(sandbox.Act{Kind: "follow", Person: "p003"})
	counts, err := w.Driver.(network.Measurer).Measure(t.Context(), w.Conn, []network.Ref{sent.Ref})
	c := counts[sent.ID]
	if err != nil || c[network.Views] != 2 || c[network.Likes] != 1 || c[network.Replies] != 1 || c[network.Watched] != 4*60_000 {
		t.Errorf("%v, %v", counts, err)
	}
	zone, _ := time.LoadLocation("America/Los_Angeles")
	day := w.Stage.Clock.Now().In(zone)
	insights := func() network.Counts {
		got, err := w.Driver.(network.Insighter).Insights(t.Context(), w.Conn, day)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := insights(); len(got) != 0 {
		t.Errorf("a day that was not counted yet has %v", got)
	}
	w.Stage.Clock.Advance(3 * 24 * time.Hour)
	if got := insights(); got[network.Follows] != 1 || got[network.Views] != 2 || got[network.Watched] != 4*60_000 || got[network.Unfollows] != 0 {
		t.Errorf("%v", got)
	}
	// Without the right to Analytics, the rest is counted all the same.
	w.youtube.Reduce(w.channel.ID, "yt-analytics.readonly")
	counts, err = w.Driver.(network.Measurer).Measure(t.Context(), w.Conn, []network.Ref{sent.Ref})
	if _, watched := counts[sent.ID][network.Watched]; err != nil || counts[sent.ID][network.Views] != 2 || watched {
		t.Errorf("%v, %v", counts, err)
	}
}

// However often the house reads, YouTube is asked once a minute.
func TestReadingIsFrugal(t *testing.T) {
	w := open(t, pretended.Options{})
	out, err := outward.New(outward.Options{Allow: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	d := youtube.New(out, youtube.Options{Base: w.Base, Now: w.Stage.Clock.Now, Every: time.Minute})
	last, _ := w.youtube.Used()
	used, cursor := 0, ""
	for range 4 * 60 * 2 { // two hours, every fifteen seconds
		got, err := d.Read(t.Context(), w.Conn, cursor)
		if err != nil {
			t.Fatal(err)
		}
		cursor = got.Next
		now, _ := w.youtube.Used()
		if now < last { // a new day has begun there, at midnight of its own zone
			last = 0
		}
		used, last = used+now-last, now
		w.Stage.Clock.Advance(15 * time.Second)
	}
	if used > 160 || used < 100 {
		t.Errorf("%d units in two hours", used)
	}
}

func TestAPlaceThatIsLostIsFoundAgain(t *testing.T) {
	w := open(t, pretended.Options{})
	_, sent := w.Publish("talk")
	_, cursor := w.Read("")
	var ids []string
	for i := range 150 {
		ids = append(ids, w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: fmt.Sprint("word ", i), Person: "p001"}).ID)
		w.Stage.Clock.Advance(time.Second)
	}
	// The comment at the end of the first page is taken back while we read.
	gone := ids[50]
	first := true
	w.Front.Instead(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.RawQuery, "pageToken") && first {
			first = false
			p, _ := w.Stage.Cast.Person("p001")
			n, _ := w.Stage.Network("youtube")
			if err := n.Actor.(sandbox.Editor).Remove(p, gone); err != nil {
				t.Error(err)
			}
		}
		return false
	})
	events, _ := w.Read(cursor)
	got := map[string]bool{}
	for _, e := range events {
		got[e.ID] = true
	}
	for i, id := range ids {
		if !got[id] && id != gone {
			t.Errorf("word %d was left out", i)
		}
	}
	if first {
		t.Error("there was no second page")
	}
}
