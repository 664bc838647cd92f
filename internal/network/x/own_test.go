package x_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/x"
)

// X refuses what was said already. Where that is the try before, it is found;
// where it is another post, a person is told, instead of trying for ever.
func TestWhatWasSaidAlready(t *testing.T) {
	w := enter(t, pretended.Options{})
	w.Publish("Open today")
	w.Stage.Clock.Advance(time.Hour)
	_, err := w.Send(w.Part("Open today"))
	if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, "already") || hint == "" {
		t.Errorf("an hour later: %v", err)
	}
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
	part := w.Part("Open tomorrow")
	if _, err := w.Send(part); !fault.Is(err, fault.Uncertain) {
		t.Fatal(err)
	}
	// Tried again against all rules: X says that it is there, and that is where to look.
	if _, err := w.Send(part); !fault.Is(err, fault.Uncertain) {
		t.Errorf("the try before was accepted, and this one is %v", err)
	}
	look, err := w.Find(part, part.At.Add(-time.Minute))
	if err != nil || len(look.Near) != 1 || look.Near[0].Text != part.Text || !look.Complete {
		t.Errorf("%+v, %v", look, err)
	}
	if n := len(w.Ledger(sandbox.Publish)); n != 2 {
		t.Errorf("%d posts", n)
	}
}

// A post with files is known by them, whatever became of its words.
func TestAPostWithFilesIsKnownBeyondDoubt(t *testing.T) {
	w := enter(t, pretended.Options{})
	part := w.Part("")
	part.Media = []network.Media{networktest.Picture("image/png", 40, 30, "Une librairie")}
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
	if _, err := w.Send(part); !fault.Is(err, fault.Uncertain) {
		t.Fatal(err)
	}
	look, err := w.Find(part, part.At.Add(-time.Minute))
	made := w.Ledger(sandbox.Publish)
	if err != nil || look.Exact == nil || len(made) != 1 || look.Exact.ID != made[0].Object {
		t.Fatalf("%+v, %v", look, err)
	}
	if alt := w.net.Alt(made[0].Object, 0); alt != "Une librairie" {
		t.Errorf("described as %q", alt)
	}
}

// A large file goes out in pieces, each with its length, and goes on where it
// stopped; nothing reads the whole of it at once.
func TestALargeFileGoesOutInPieces(t *testing.T) {
	w := enter(t, pretended.Options{})
	const size = 9<<20 + 17
	clip := networktest.Clip(size, 5, 1280, 720, "")
	var opened []int64
	at := clip.OpenAt
	var mu sync.Mutex // segments go side by side
	clip.OpenAt = func(offset int64) (network.ReadCloser, error) {
		mu.Lock()
		defer mu.Unlock()
		opened = append(opened, offset)
		return at(offset)
	}
	clip.Open = func() (network.ReadCloser, error) {
		t.Error("the whole file is opened")
		return at(0)
	}
	part := w.Part("moving")
	part.Media = []network.Media{clip}
	w.Weather(sandbox.Mishap{Kind: sandbox.Cut, Action: sandbox.Upload, Times: 1})
	for range 3 {
		if _, err := w.Send(part); err == nil {
			break
		} else if !fault.Is(err, fault.Unavailable) {
			t.Fatal(err)
		}
		w.Restart()
	}
	if made := w.Ledger(sandbox.Publish); len(made) != 1 {
		t.Fatalf("the ledger has %+v", made)
	}
	slices.Sort(opened)
	if want := []int64{0, 4 << 20, 8 << 20}; !slices.Equal(slices.Compact(opened), want) {
		t.Errorf("opened at %v", opened)
	}
	for _, r := range w.Front.Requests() {
		if strings.HasSuffix(r.Path, "/append") && len(r.Body) > 5<<20 {
			t.Errorf("%d bytes at once", len(r.Body))
		}
	}
}

// A door in front of X that takes less than X says is met with smaller pieces.
func TestSmallerPiecesWhereLargeOnesAreRefused(t *testing.T) {
	for edge, whole := range map[int64]bool{5 << 20: true, 3 << 20: true, 1<<20 + 4096: true, 1 << 20: false} {
		w := enter(t, pretended.Options{Edge: edge, Plenty: true})
		part := w.Part("moving")
		part.Media = []network.Media{networktest.Clip(9<<20+17, 5, 1280, 720, "")}
		_, n, err := w.SendForgetting(part)
		if made := w.Ledger(sandbox.Publish); (err == nil) != whole || (len(made) == 1) != whole {
			t.Errorf("a door of %d bytes: %v, after %d acts were forgotten, and the ledger has %d", edge, err, n, len(made))
		}
		if !whole && !fault.Is(err, fault.Invalid) {
			t.Errorf("a door of %d bytes: %v", edge, err)
		}
		if whole {
			got := int64(0)
			for _, p := range w.net.Handed() {
				got += p.Bytes
			}
			if got != 9<<20+17 {
				t.Errorf("a door of %d bytes: %d came", edge, got)
			}
		}
	}
}

func TestALargeFileIsWholeThoughSegmentsAreForgotten(t *testing.T) {
	w := enter(t, pretended.Options{})
	part := w.Part("moving")
	part.Media = []network.Media{networktest.Clip(120<<20, 5, 1280, 720, "")}
	if _, n, err := w.SendForgetting(part); err != nil || n < 2 {
		t.Errorf("%d segments were forgotten: %v", n, err)
	}
	if made := w.Ledger(sandbox.Publish); len(made) != 1 {
		t.Errorf("the ledger has %+v", made)
	}
}

// What X has forgotten is handed over again, whenever that shows.
func TestForgottenFilesAreHandedOverAgain(t *testing.T) {
	w := enter(t, pretended.Options{})
	for acts := 1; ; acts++ {
		part := w.Part("with a picture " + strings.Repeat("i", acts))
		part.Media = []network.Media{networktest.Picture("image/png", 40, 30, "a picture")}
		step, done := network.Step{Name: network.Begun, Since: w.Stage.Clock.Now()}, 0
		for range 40 {
			part.Step = step
			if done == acts {
				w.net.Forget()
			}
			did, err := w.driver.Step(t.Context(), w.Conn, part)
			if err != nil {
				t.Fatalf("forgotten after %d acts, in %s: %v", acts, step.Name, err)
			}
			if done++; did.Sent != nil {
				break
			}
			step = did.Step
		}
		if n := len(w.Ledger(sandbox.Publish)); n != acts {
			t.Fatalf("forgotten after %d acts: %d posts", acts, n)
		}
		if done <= acts+1 {
			return // there are no more acts
		}
	}
}

// The network's own verdict on a file ends it.
func TestAFileThatXCannotReadIsRefused(t *testing.T) {
	w := enter(t, pretended.Options{})
	part := w.Part("broken")
	part.Media = []network.Media{networktest.File("video/mp4", bytes.Repeat([]byte("no video "), 1000), 640, 480, "")}
	_, err := w.Send(part)
	if _, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || hint == "" {
		t.Errorf("%v", err)
	}
	if n := len(w.Ledger(sandbox.Publish)); n != 0 {
		t.Errorf("%d posts", n)
	}
}

func TestAnimationsStandAlone(t *testing.T) {
	w := enter(t, pretended.Options{})
	gif := func(size int) network.Media {
		return networktest.File("image/gif", append([]byte("GIF89a"), make([]byte, size)...), 400, 300, "a cat that waves")
	}
	part := w.Part("look")
	part.Media = []network.Media{gif(6 << 20)}
	if _, err := w.Send(part); err != nil {
		t.Fatal(err)
	}
	before := len(w.Front.Requests())
	for _, files := range [][]network.Media{{gif(16 << 20)}, {gif(100), networktest.Picture("image/png", 40, 30, "x")}, {networktest.File("image/png", make([]byte, 6<<20), 40, 30, "x")}} {
		part := w.Part("look again")
		part.Media = files
		if _, err := w.Send(part); !fault.Is(err, fault.Invalid) {
			t.Errorf("%d files: %v", len(files), err)
		}
	}
	if len(w.Front.Requests()) != before {
		t.Error("X was asked about files that it does not take")
	}
}

func TestOptionsAreTold(t *testing.T) {
	w := enter(t, pretended.Options{})
	part := w.Part("for a few")
	part.Options = map[string]string{"reply_settings": "mentionedUsers"}
	if _, err := w.Send(part); err != nil {
		t.Fatal(err)
	}
	last := w.Front.Requests()[len(w.Front.Requests())-1]
	var told map[string]any
	if err := json.Unmarshal(last.Body, &told); err != nil || told["reply_settings"] != "mentionedUsers" {
		t.Errorf("told %s", last.Body)
	}
}

// An edit has a number of its own at X, and is one post for us: its counts are
// those of all its versions, and it is deleted as a whole.
func TestAnEditedPostStaysOnePost(t *testing.T) {
	w := enter(t, pretended.Options{Premium: true})
	part := w.Part("Opne today")
	part.Media = []network.Media{networktest.Picture("image/png", 40, 30, "the shop")}
	sent, err := w.Send(part)
	if err != nil {
		t.Fatal(err)
	}
	w.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p001"})
	ref, err := w.driver.Edit(t.Context(), w.Conn, sent.Ref, w.Part("Open today"))
	if err != nil || ref.ID != sent.ID {
		t.Fatalf("%+v, %v", ref, err)
	}
	made := w.Ledger(sandbox.Edit)
	if len(made) != 1 || made[0].Text != "Open today" || made[0].Object == sent.ID || w.net.Alt(made[0].Object, 0) != "the shop" {
		t.Fatalf("the ledger has %+v", made)
	}
	w.Act(sandbox.Act{Kind: "react", Target: made[0].Object, Person: "p002"})
	counts, err := w.driver.Measure(t.Context(), w.Conn, []network.Ref{ref})
	if err != nil || counts[sent.ID][network.Likes] != 2 {
		t.Errorf("counted %v, %v", counts, err)
	}
	// An answer to it is below the post that we know.
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "comment", Target: made[0].Object, Text: "at last", Person: "p003"})
	events, _ := w.Read(cursor)
	if i := slices.IndexFunc(events, func(e network.Event) bool { return e.Text == "at last" }); i < 0 || events[i].Post != sent.ID || events[i].Kind != network.Comment {
		t.Errorf("came in as %+v", events)
	}
	w.Stage.Clock.Advance(31 * time.Minute)
	if _, err := w.driver.Edit(t.Context(), w.Conn, ref, w.Part("Too late")); !fault.Is(err, fault.Invalid) {
		t.Errorf("after half an hour: %v", err)
	}
	if err := w.driver.Delete(t.Context(), w.Conn, ref); err != nil {
		t.Fatal(err)
	}
	if counts, err = w.driver.Measure(t.Context(), w.Conn, []network.Ref{ref}); err != nil || len(counts) != 0 {
		t.Errorf("deleted, and counted %v, %v", counts, err)
	}
}

func TestXSaysWhenToGoOn(t *testing.T) {
	h := harness(pretended.Options{})
	h.Open = func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		n := pretended.New(stage, pretended.Options{})
		us := n.Account("atelier", "Atelier")
		return n.Handler(), func(string) map[string]string { return map[string]string{"token": us.Token} }
	}
	w := networktest.NewWorld(t, h)
	var err error
	for i := 0; err == nil && i < 120; i++ {
		_, err = w.Send(w.Part("post number " + strings.Repeat("i", i+1)))
	}
	if after := fault.After(err); !fault.Is(err, fault.Throttled) || after < 14*time.Minute || after > 15*time.Minute {
		t.Fatalf("%v, after %v", err, after)
	}
	if n := len(w.Ledger(sandbox.Publish)); n != 100 {
		t.Errorf("%d posts", n)
	}
	w.Stage.Clock.Advance(fault.After(err))
	w.Publish("in the next quarter of an hour")
}

// Programs answer only whom names or quotes the account.
func TestWhoDidNotNameUsIsNotAnswered(t *testing.T) {
	w := enter(t, pretended.Options{Summoned: true})
	_, sent := w.Publish("Hello")
	_, cursor := w.Read("")
	one := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "hi", Person: "p001"})
	w.Read(cursor)
	who, _ := w.Stage.Cast.Person("p002")
	aside := w.net.Aside(who, one.ID, "not to you")
	_, err := w.driver.Reply(t.Context(), w.Conn, w.Answer("Hello!", network.Ref{ID: aside}))
	if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, "named") || hint == "" {
		t.Errorf("%v", err)
	}
	if _, err := w.driver.Reply(t.Context(), w.Conn, w.Answer("Hello!", network.Ref{ID: one.ID})); err != nil {
		t.Errorf("who named us: %v", err)
	}
}

// What holds for posts is not done to private messages by their numbers.
func TestPrivateMessagesAreNoPosts(t *testing.T) {
	w := enter(t, pretended.Options{})
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "message", Text: "a question", Person: "p001"})
	w.Stage.Clock.Advance(2 * time.Minute)
	events, _ := w.Read(cursor)
	if len(events) != 1 || events[0].Kind != network.Direct {
		t.Fatalf("%+v", events)
	}
	answer := w.Answer("an answer", events[0].Ref)
	answer.Private = true
	sent, err := w.driver.Reply(t.Context(), w.Conn, answer)
	if err != nil {
		t.Fatal(err)
	}
	before := len(w.Front.Requests())
	for what, err := range map[string]error{
		"delete": w.driver.Delete(t.Context(), w.Conn, sent.Ref),
		"like":   w.driver.Like(t.Context(), w.Conn, events[0].Ref, true),
		"hide":   w.driver.Hide(t.Context(), w.Conn, events[0].Ref, true),
	} {
		if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, "private message") || hint == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := len(w.Front.Requests()); n != before {
		t.Errorf("X was asked %d times", n-before)
	}
}

func TestActsOnPeopleAndTheirPosts(t *testing.T) {
	w := enter(t, pretended.Options{})
	_, sent := w.Publish("Hello")
	comment := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "hm", Person: "p001"})
	events, _ := w.Read("")
	i := slices.IndexFunc(events, func(e network.Event) bool { return e.ID == comment.ID })
	for _, on := range []bool{true, true, false, false} {
		if err := w.driver.Mute(t.Context(), w.Conn, events[i].Author, on); err != nil {
			t.Errorf("mute %v: %v", on, err)
		}
	}
	who, _ := w.Stage.Cast.Person("p002")
	elsewhere := w.net.Mention(who, w.Account.ID, "spam")
	if err := w.driver.Hide(t.Context(), w.Conn, network.Ref{ID: elsewhere}, true); !fault.Is(err, fault.Invalid) {
		t.Errorf("hiding what is not below a post of ours: %v", err)
	}
	if err := w.driver.Mute(t.Context(), w.Conn, network.Author{ID: "../7"}, true); !fault.Is(err, fault.NotFound) {
		t.Errorf("an odd id: %v", err)
	}
	if err := w.driver.Like(t.Context(), w.Conn, network.Ref{ID: "1"}, true); !fault.Is(err, fault.NotFound) {
		t.Errorf("what is not there: %v", err)
	}
}

// A private answer needs to know whom: from the message, else from X.
func TestPrivateAnswersFindTheirWay(t *testing.T) {
	w := enter(t, pretended.Options{})
	_, sent := w.Publish("Hello")
	comment := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "call me", Person: "p001"})
	part := w.Answer("Where?", network.Ref{ID: comment.ID}) // nothing else is remembered
	part.Private = true
	if _, err := w.driver.Reply(t.Context(), w.Conn, part); err != nil {
		t.Fatal(err)
	}
	part = w.Answer("To whom?", network.Ref{ID: sent.ID})
	part.Private = true
	if _, err := w.driver.Reply(t.Context(), w.Conn, part); !fault.Is(err, fault.Invalid) {
		t.Errorf("to ourselves: %v", err)
	}
	part = w.Answer("Anybody?", network.Ref{ID: "1234567890123456789"})
	part.Private = true
	if _, err := w.driver.Reply(t.Context(), w.Conn, part); !fault.Is(err, fault.Invalid) {
		t.Errorf("to what is gone: %v", err)
	}
}

func TestInsightsAndQuota(t *testing.T) {
	w := enter(t, pretended.Options{})
	_, sent := w.Publish("count me")
	for _, p := range []string{"p001", "p002"} {
		w.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: p})
		w.Act(sandbox.Act{Kind: "follow", Person: p})
	}
	today := w.Stage.Clock.Now()
	counts, err := w.driver.Insights(t.Context(), w.Conn, today)
	if err != nil || counts[network.Likes] != 2 || counts[network.Followers] != 320 || counts[network.Follows] != 2 || counts[network.Views] == 0 {
		t.Errorf("%v, %v", counts, err)
	}
	if n, given := counts[network.Unfollows]; !given || n != 0 {
		t.Errorf("a given 0 is a 0: %v", counts)
	}
	counts, err = w.driver.Insights(t.Context(), w.Conn, today.Add(-5*24*time.Hour))
	if _, given := counts[network.Likes]; err != nil || given {
		t.Errorf("of a day without posts nothing is known: %v, %v", counts, err)
	}
	use, err := w.driver.Quota(t.Context(), w.Conn)
	if err != nil || len(use) != 1 || use[0].Max != 2_000_000 || use[0].Used == 0 || !use[0].Resets.After(today) {
		t.Errorf("%+v, %v", use, err)
	}
	w.Conn.App.Extra = nil
	if use, err = w.driver.Quota(t.Context(), w.Conn); err != nil || use == nil || len(use) != 0 {
		t.Errorf("without the app's own token: %+v, %v", use, err)
	}
	// Old posts have public counts alone, and do not spoil those of others.
	old := w.net.Elsewhere(w.Account.ID, "long ago", today.Add(-60*24*time.Hour))
	got, err := w.driver.Measure(t.Context(), w.Conn, []network.Ref{{ID: old}, sent.Ref})
	if _, given := got[old][network.Clicks]; err != nil || given || got[sent.ID][network.Likes] != 2 || got[sent.ID][network.Clicks] != 2 {
		t.Errorf("%v, %v", got, err)
	}
}

// What somebody else publishes with our account is told, and is no answer to us.
func TestPostsMadeElsewhereAreOurs(t *testing.T) {
	w := enter(t, pretended.Options{})
	_, cursor := w.Read("")
	w.Stage.Clock.Advance(time.Minute)
	id := w.net.Elsewhere(w.Account.ID, "from my phone", w.Stage.Clock.Now())
	events, _ := w.Read(cursor)
	if i := slices.IndexFunc(events, func(e network.Event) bool { return e.ID == id }); i < 0 || events[i].Kind != network.Ours || events[i].Text != "from my phone" {
		t.Errorf("%+v", events)
	}
}

// No token, and no secret of the app, stands in an address or in a log of ours.
func TestNothingSecretIsInAddresses(t *testing.T) {
	w := enter(t, pretended.Options{})
	w.Publish("Hello")
	w.Read("")
	if _, _, err := w.driver.Check(t.Context(), w.Conn); err != nil {
		t.Fatal(err)
	}
	for _, r := range w.Front.Requests() {
		for _, piece := range strings.FieldsFunc(w.Conn.Keys.Reveal()+" "+w.app.Secret.Reveal(), func(r rune) bool { return strings.ContainsRune(`{}":, `, r) }) {
			if len(piece) > 12 && strings.Contains(r.Path+r.Query, piece) {
				t.Errorf("%s?%s gives a key away", r.Path, r.Query)
			}
		}
	}
}
