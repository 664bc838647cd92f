package networktest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

func replies(t *testing.T, h Harness) {
	if !offers(t, h, network.ActReply) {
		return
	}
	w := NewWorld(t, h)
	_, sent := w.Publish("What do you think?")
	text := "J'adore <3 & \"ça\" – 5 > 3 👩‍👩‍👧"
	comment, cursor := w.comment(sent.ID, text)
	if comment.Text != text {
		t.Errorf("text %q, and it was %q", comment.Text, text)
	}
	if comment.Author.ID == "" || comment.Author.Handle == "" && comment.Author.Name == "" || comment.ID == "" || comment.At.IsZero() {
		t.Errorf("something is missing: %+v", comment)
	}
	if comment.Post != sent.ID || comment.Thread != sent.ID || comment.Parent != sent.ID {
		t.Errorf("below %s: post %q, thread %q, parent %q", sent.ID, comment.Post, comment.Thread, comment.Parent)
	}
	part := w.Answer("Merci !", network.Ref{ID: comment.ID, URL: comment.URL, Extra: comment.Extra})
	answer, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, part)
	if err != nil {
		t.Fatal(err)
	}
	made := w.Ledger(sandbox.Reply)
	if len(made) != 1 || made[0].Parent != comment.ID || !strings.Contains(made[0].Text, "Merci !") || made[0].Object != answer.ID {
		t.Fatalf("the ledger has %+v; answered %s as %s", made, comment.ID, answer.ID)
	}
	// They answer our answer: still the same conversation.
	w.Act(sandbox.Act{Kind: "comment", Target: answer.ID, Text: "De rien", Person: "p001"})
	events, _ := w.Read(cursor)
	i := slices.IndexFunc(events, func(e network.Event) bool { return strings.Contains(e.Text, "De rien") })
	below := answer.ID
	if h.Flat {
		below = comment.ID
	}
	if i < 0 || events[i].Kind != network.Comment || events[i].Thread != sent.ID || events[i].Parent != below {
		t.Errorf("the next answer came as %+v", events)
	}
}

func private(t *testing.T, h Harness) {
	if !offers(t, h, network.ActPrivateReply) {
		return
	}
	w := NewWorld(t, h)
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "message", Text: "Psst, a question", Person: "p003"})
	events, _ := w.Read(cursor)
	i := slices.IndexFunc(events, func(e network.Event) bool {
		return e.Kind == network.Direct && strings.Contains(e.Text, "Psst, a question")
	})
	if i < 0 {
		t.Fatalf("what came: %+v", events)
	}
	e := events[i]
	if e.Author.ID == "" || e.Author.Name == "" && e.Author.Handle == "" || e.Thread == "" || e.At.IsZero() {
		t.Errorf("something is missing: %+v", e)
	}
	part := w.Answer("Ask away", e.Ref)
	part.Private = true
	sent, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, part)
	if err != nil {
		t.Fatal(err)
	}
	made := w.Ledger(sandbox.Message)
	if len(made) != 1 || !strings.Contains(made[0].Text, "Ask away") || sent.ID == "" {
		t.Fatalf("the ledger has %+v", made)
	}
	if public := w.Ledger(sandbox.Publish, sandbox.Reply); len(public) != 0 {
		t.Fatalf("a private answer became %+v", public)
	}
	// The next one is lost on the way back.
	w.Stage.Clock.Advance(5 * time.Minute)
	part = w.Answer("Are you there?", e.Ref)
	part.Private = true
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Message, Times: 1})
	_, err = w.Driver.(network.Replier).Reply(t.Context(), w.Conn, part)
	w.kind(err, fault.Uncertain)
	look, err := w.Look(part)
	if err != nil {
		t.Fatal(err)
	}
	if look.Exact == nil && len(near(look, part)) != 1 {
		t.Errorf("one message was lost, and the look is %+v", look)
	}
	// In private to somebody who spoke in public.
	_, post := w.Publish("anything else?")
	_, cursor = w.Read("")
	w.Act(sandbox.Act{Kind: "comment", Target: post.ID, Text: "my number is secret", Person: "p003"})
	events, _ = w.Read(cursor)
	i = slices.IndexFunc(events, func(e network.Event) bool { return strings.Contains(e.Text, "my number is secret") })
	if i < 0 {
		t.Fatalf("what came: %+v", events)
	}
	part = w.Answer("Let us go on here", events[i].Ref)
	part.Private = true
	if _, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, part); err != nil {
		t.Fatal(err)
	}
	if public := w.Ledger(sandbox.Reply); len(public) != 0 || len(w.Ledger(sandbox.Message)) != 3 {
		t.Fatalf("a private answer became %+v", public)
	}
}

func likes(t *testing.T, h Harness) {
	if !offers(t, h, network.ActLike) {
		return
	}
	w := NewWorld(t, h)
	_, sent := w.Publish("like this")
	comment, _ := w.comment(sent.ID, "nice")
	liker := w.Driver.(network.Liker)
	if !w.Driver.Profile().Likes.Takes(false) {
		err := liker.Like(t.Context(), w.Conn, comment.Ref, true)
		w.kind(err, fault.Invalid)
		if text, hint := fault.Shown(err); text == "" || hint == "" || len(w.Ledger(sandbox.Like)) != 0 {
			t.Errorf("what is said in public cannot be liked, and it says %v", err)
		}
		comment = w.message("thank you")
	}
	for _, on := range []bool{true, true, false, false} {
		if err := liker.Like(t.Context(), w.Conn, comment.Ref, on); err != nil {
			t.Fatalf("like %v: %v", on, err)
		}
	}
	if len(w.Ledger(sandbox.Like)) == 0 {
		t.Error("the network knows of no like")
	}
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Like, Times: 1})
	if err := liker.Like(t.Context(), w.Conn, comment.Ref, true); err != nil {
		w.kind(err, fault.Unavailable, fault.Uncertain) // done again without harm
		if err := liker.Like(t.Context(), w.Conn, comment.Ref, true); err != nil {
			t.Errorf("again: %v", err)
		}
	}
}

// message is what somebody tells us in private, as we read it.
func (w *World) message(text string) network.Event {
	w.t.Helper()
	_, cursor := w.Read("")
	said := w.Act(sandbox.Act{Kind: "message", Text: text, Person: "p001"})
	events, _ := w.Read(cursor)
	i := slices.IndexFunc(events, func(e network.Event) bool { return e.Kind == network.Direct && e.ID == said.ID })
	if i < 0 {
		w.t.Fatalf("what came: %+v", events)
	}
	return events[i]
}

func hides(t *testing.T, h Harness) {
	if !offers(t, h, network.ActHide) {
		return
	}
	w := NewWorld(t, h)
	_, sent := w.Publish("say it")
	first, _ := w.comment(sent.ID, "spam one")
	second, _ := w.comment(sent.ID, "spam two")
	hider, shown := w.Driver.(network.Hider), false
	for _, step := range []struct {
		ref network.Ref
		on  bool
	}{{first.Ref, true}, {first.Ref, true}, {second.Ref, true}, {first.Ref, false}, {first.Ref, false}} {
		before := len(w.Ledger(sandbox.Hide))
		if err := hider.Hide(t.Context(), w.Conn, step.ref, step.on); err != nil {
			t.Fatalf("hide %v: %v", step.on, err)
		}
		shown = shown || !step.on && len(w.Ledger(sandbox.Hide)) > before
	}
	if !shown {
		t.Error("the network was not told to show it again")
	}
	if n := len(w.Ledger(sandbox.Hide)); n < 3 { // hidden, hidden, shown
		t.Errorf("the network was told %d times", n)
	}
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Hide, Times: 1})
	if err := hider.Hide(t.Context(), w.Conn, first.Ref, true); err != nil {
		w.kind(err, fault.Unavailable, fault.Uncertain) // done again without harm
		if err := hider.Hide(t.Context(), w.Conn, first.Ref, true); err != nil {
			t.Errorf("again: %v", err)
		}
	}
}

func deletes(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	part, sent := w.Publish("for a moment")
	deleter := w.Driver.(network.Deleter)
	evenTwice(t, func() error { return deleter.Delete(t.Context(), w.Conn, sent.Ref) })
	if n := len(w.Ledger(sandbox.Delete)); n != 1 {
		t.Errorf("deleted %d times", n)
	}
	look, err := w.Look(part)
	if err != nil || look.Exact != nil || len(near(look, part)) > 0 {
		t.Errorf("it is gone, and the look is %+v, %v", look, err)
	}
	if !offers(t, h, network.ActReply) {
		return // nobody writes below posts there
	}
	// What others wrote.
	_, sent = w.Publish("stays")
	comment, _ := w.comment(sent.ID, "not yours")
	if remover, ok := w.Driver.(network.Remover); ok && w.can(network.ActDeleteOthers) {
		evenTwice(t, func() error { return remover.Remove(t.Context(), w.Conn, comment.Ref) })
	} else if err := deleter.Delete(t.Context(), w.Conn, comment.Ref); err != nil {
		w.kind(err, fault.Invalid, fault.Denied, fault.NotFound)
	}
}

func bans(t *testing.T, h Harness) {
	if !offers(t, h, network.ActBan) {
		return
	}
	w := NewWorld(t, h)
	_, sent := w.Publish("be nice")
	comment, _ := w.comment(sent.ID, "no")
	banner := w.Driver.(network.Banner)
	act := sandbox.Act{Kind: "comment", Target: sent.ID, Text: "hello again", Person: "p001", Network: string(h.Name)}
	evenTwice(t, func() error { return banner.Ban(t.Context(), w.Conn, comment.Author, true) })
	if _, err := w.Stage.Scripts.Do(act); err == nil {
		t.Error("who was kept out can still comment")
	}
	evenTwice(t, func() error { return banner.Ban(t.Context(), w.Conn, comment.Author, false) })
	if _, err := w.Stage.Scripts.Do(act); err != nil {
		t.Errorf("who was let back cannot comment: %v", err)
	}
}

// reading lets people talk while we read, in small bites.
func reading(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	_, sent := w.Publish("talk!")
	_, cursor := w.Read("")
	// Something to begin with, long enough ago that nothing holds it any more.
	for _, p := range []string{"p001", "p002"} {
		w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "early", Person: p})
		w.Stage.Clock.Advance(11 * time.Minute)
		_, cursor = w.Read(cursor)
	}
	// All of it takes less than what is signed may be old: a call may last as long.
	const people, each, pause = 6, 20, 5 * time.Second
	want := map[string]bool{}
	var mu sync.Mutex
	var talk sync.WaitGroup
	for p := range people {
		talk.Go(func() {
			for i := range each {
				done, err := w.Stage.Scripts.Do(sandbox.Act{Network: string(h.Name), Kind: "comment", Target: sent.ID,
					Person: fmt.Sprintf("p%03d", p+1), Text: fmt.Sprintf("word %d of %d", i, p)})
				if err != nil {
					t.Errorf("talking: %v", err)
					return
				}
				mu.Lock()
				want[done.ID] = true
				mu.Unlock()
				if i%4 == 0 {
					w.Stage.Clock.Advance(pause)
				}
			}
		})
	}
	over := make(chan struct{})
	go func() { talk.Wait(); close(over) }()
	got := map[string]int{}
	read := func() {
		events, next := w.Read(cursor)
		for _, e := range events {
			if e.Kind == network.Comment {
				got[e.ID]++
			}
		}
		cursor = next
	}
	for going := true; going; {
		select {
		case <-over:
			going = false
		default:
		}
		read()
	}
	read()
	for id := range want {
		if got[id] == 0 {
			t.Errorf("%s was left out", id)
		}
	}
	if len(want) != people*each {
		t.Fatalf("%d were said", len(want))
	}
	// A crowd at once, more than one answer of the network holds.
	crowd := map[string]bool{}
	for i := range 130 {
		done := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Person: fmt.Sprintf("p%03d", i%50+1), Text: fmt.Sprint("crowd ", i)})
		crowd[done.ID], want[done.ID] = true, true
		if i%10 == 0 {
			w.Stage.Clock.Advance(5 * time.Second)
		}
	}
	read()
	for id := range crowd {
		if got[id] == 0 {
			t.Errorf("of the crowd, %s was left out", id)
		}
	}
	// From the same place again: the same, no harm.
	events, _ := w.Read("")
	again := map[string]bool{}
	for _, e := range events {
		again[e.ID] = true
	}
	for id := range want {
		if !again[id] {
			t.Errorf("%s is not told again", id)
			break
		}
	}
	raws, err := w.raws("")
	if err != nil {
		t.Fatal(err)
	}
	raws2, err := w.raws("")
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, r := range raws {
		if keys[r.Key] {
			t.Errorf("two events of one reading have the key %q", r.Key)
		}
		keys[r.Key] = true
		if r.Person == "" || r.Account != w.Conn.Account || r.At.IsZero() {
			t.Errorf("something is missing: %+v", r)
		}
	}
	for _, r := range raws2 {
		if !keys[r.Key] {
			t.Errorf("told again, %q is another event", r.Key)
		}
	}
	if !slices.IsSortedFunc(raws, func(a, b network.Raw) int { return a.At.Compare(b.At) }) {
		t.Error("events do not come in the order of their time")
	}
	// An unfamiliar cursor is no reason to stop.
	if _, _, err := w.tryRead(t.Context(), "of an older version"); err != nil {
		t.Errorf("an unfamiliar cursor: %v", err)
	}
}

func reactions(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	_, sent := w.Publish("react!")
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p004"})
	acts := map[network.EventKind]error{}
	_, acts[network.Repost] = w.Stage.Scripts.Do(sandbox.Act{Network: string(h.Name), Kind: "react", Reaction: "repost", Target: sent.ID, Person: "p005"})
	if offers(t, h, network.ActFollow) {
		_, acts[network.Follow] = w.Stage.Scripts.Do(sandbox.Act{Network: string(h.Name), Kind: "follow", Person: "p006"})
	}
	events, _ := w.Read(cursor)
	acts[network.Reaction] = nil
	for kind, err := range acts {
		if err != nil {
			if kind == network.Follow {
				t.Errorf("the table says that followers are told, and nobody can follow: %v", err)
			}
			continue // people cannot do that here
		}
		i := slices.IndexFunc(events, func(e network.Event) bool { return e.Kind == kind })
		if i < 0 {
			t.Errorf("no %s came in: %+v", kind, events)
			continue
		}
		if e := events[i]; e.Author.ID == "" || kind != network.Follow && e.Post != sent.ID {
			t.Errorf("%s: %+v", kind, e)
		}
	}
}

func measures(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	_, sent := w.Publish("count me")
	_, quiet := w.Publish("nobody likes me")
	for _, p := range []string{"p001", "p002", "p003"} {
		w.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: p})
	}
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Person: "p001", Text: "four"})
	measurer := w.Driver.(network.Measurer)
	end := "22"
	if strings.HasSuffix(sent.ID, end) {
		end = "33" // names end in anything
	}
	missing := network.Ref{ID: sent.ID[:len(sent.ID)-2] + end, Extra: sent.Extra}
	refs := []network.Ref{sent.Ref, quiet.Ref, missing}
	counts, err := measurer.Measure(t.Context(), w.Conn, refs)
	if err != nil {
		t.Fatal(err)
	}
	if c := counts[sent.ID]; c[network.Likes] != 3 || c[network.Replies] != 1 {
		t.Errorf("counted %v", c)
	}
	if n, given := counts[quiet.ID][network.Likes]; !given || n != 0 {
		t.Errorf("a given 0 is a 0: %v", counts[quiet.ID])
	}
	if _, there := counts[missing.ID]; there {
		t.Errorf("a post that does not exist has counts: %v", counts)
	}
	// More than one call takes.
	for range 60 {
		refs = append(refs, quiet.Ref)
	}
	if _, err := measurer.Measure(t.Context(), w.Conn, refs); err != nil {
		t.Errorf("many posts: %v", err)
	}
	w.silence(h.Counts)
	counts, err = measurer.Measure(t.Context(), w.Conn, []network.Ref{sent.Ref})
	if err != nil {
		t.Fatal(err)
	}
	for name, n := range counts[sent.ID] {
		t.Errorf("the network says nothing, and %s is %d", name, n)
	}
}

func limits(t *testing.T, h Harness) {
	if h.Other == nil {
		t.Logf("every server of %s has the same limits", h.Name)
		return
	}
	most := 0
	w := open(t, h, func(t *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		handler, settings, n := h.Other(t, stage)
		most = n
		return handler, settings
	})
	w.Connect()
	if w.Account.Limits.Text.Max != most {
		t.Errorf("the limit is %d, and the server says %d", w.Account.Limits.Text.Max, most)
	}
	health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || health.Limits.Text.Max != most {
		t.Errorf("Check finds %+v, %v", health.Limits, err)
	}
	w.Publish(strings.Repeat("a", most))
	_, err = w.Send(w.Part(strings.Repeat("a", most+1)))
	w.kind(err, fault.Invalid)
}
