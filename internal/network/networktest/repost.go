package networktest

import (
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// reposts passes on what somebody said, twice, and takes it back, twice. What we passed on
// is no post of ours: whoever looks for one of the same words does not take it for that.
func reposts(t *testing.T, h Harness) {
	if !offers(t, h, network.ActRepost) {
		return
	}
	if h.Passing != nil {
		passing(t, h)
		return
	}
	w := NewWorld(t, h)
	_, sent := w.Publish("pass it on")
	words := "We open at nine tomorrow"
	comment, _ := w.comment(sent.ID, words)
	reposter := w.Driver.(network.Reposter)
	turn := func(on bool, news int) {
		t.Helper()
		before := len(w.Ledger(sandbox.Repost))
		evenTwice(t, func() error { return reposter.Repost(t.Context(), w.Conn, comment.Ref, on) })
		made := w.Ledger(sandbox.Repost)[before:]
		if len(made) < 1 || on && len(made) != news {
			t.Errorf("repost %v, asked twice, is %+v", on, made)
		}
		for _, e := range made {
			if e.Object != comment.ID && e.Shared != comment.ID {
				t.Errorf("%s was meant, and it is %+v", comment.ID, e)
			}
		}
	}
	turn(true, 1)
	part := w.Part(words)
	part.At = w.Now()
	look, err := w.Look(part)
	if err != nil || look.Exact != nil {
		t.Fatalf("the look is %+v, %v", look, err)
	}
	for _, seen := range near(look, part) {
		t.Errorf("what was passed on is taken for our post: %+v", seen)
	}
	turn(false, 1)
	w.Restart() // nothing is remembered of it
	turn(true, 1)
	w.Restart()
	turn(false, 1)
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Repost, Times: 1})
	if err := reposter.Repost(t.Context(), w.Conn, comment.Ref, true); err != nil {
		w.kind(err, fault.Unavailable, fault.Uncertain) // done again without harm
		before := len(w.Ledger(sandbox.Repost))
		if err := reposter.Repost(t.Context(), w.Conn, comment.Ref, true); err != nil {
			t.Errorf("again: %v", err)
		}
		if n := len(w.Ledger(sandbox.Repost)) - before; n != 0 {
			t.Errorf("an answer was lost, and it was reposted %d times more", n)
		}
	}
	if !offers(t, h, network.ActPrivateReply) {
		return
	}
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "message", Text: "Between you and me", Person: "p003"})
	events, _ := w.Read(cursor)
	for _, e := range events {
		if e.Kind == network.Direct && strings.Contains(e.Text, "Between you and me") {
			before := len(w.Ledger(sandbox.Repost))
			w.kind(reposter.Repost(t.Context(), w.Conn, e.Ref, true), fault.Invalid)
			if len(w.Ledger(sandbox.Repost)) != before {
				t.Error("what was said in private is passed on")
			}
			return
		}
	}
	t.Errorf("the message did not come in: %+v", events)
}

// passing passes on what has an address, as a post of its own: it goes out once, is found
// after a lost answer, and is neither taken for another post nor another one for it.
func passing(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	part := h.Passing(w)
	sent, err := w.Send(part)
	made := w.Ledger(sandbox.Repost)
	if err != nil || len(made) != 1 || made[0].Object != sent.ID || made[0].Shared == "" || made[0].Shared == sent.ID {
		t.Fatalf("sent as %+v, %v, and the ledger has %+v", sent, err, made)
	}
	w.finds(part, sent.ID)
	w.findsNone(w.Part(made[0].Text)) // the words are theirs
	other := h.Passing(w)
	w.Publish(made[0].Text)
	w.findsNone(other)

	w.Weather(sandbox.Mishap{Kind: sandbox.ServerError, Action: sandbox.Repost, Times: 1})
	_, err = w.Send(other)
	w.kind(err, fault.Uncertain, fault.Unavailable)
	w.later()
	w.findsNone(other)
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Repost, Times: 1})
	_, err = w.Send(other)
	w.kind(err, fault.Uncertain)
	w.Restart()
	w.later()
	made = w.Ledger(sandbox.Repost)
	if len(made) != 2 {
		t.Fatalf("the ledger has %+v", made)
	}
	w.finds(other, made[1].Object)

	deleter := w.Driver.(network.Deleter)
	evenTwice(t, func() error { return deleter.Delete(t.Context(), w.Conn, sent.Ref) })
	w.findsNone(part)
	if editor, ok := w.Driver.(network.Editor); ok {
		said := other
		said.Text = "words of ours"
		_, err := editor.Edit(t.Context(), w.Conn, network.Ref{ID: made[1].Object}, said)
		w.kind(err, fault.Invalid)
	}
	before := len(w.Front.Requests())
	for what, spoil := range map[string]func(*network.Part){
		"with a file":             func(p *network.Part) { p.Media = []network.Media{w.picture("ours")} },
		"of nothing":              func(p *network.Part) { p.Options[network.OptionRepost] = "" },
		"of what is not theirs":   func(p *network.Part) { p.Options[network.OptionRepost] = "https://example.org/7" },
		"of what leads elsewhere": func(p *network.Part) { p.Options[network.OptionRepost] += "/../../7/" },
	} {
		wrong := h.Passing(w)
		spoil(&wrong)
		_, err := w.Send(wrong)
		if w.kind(err, fault.Invalid); len(w.Front.Requests()) != before {
			t.Fatalf("%s: the network was asked", what)
		}
	}
}

// later is when what was accepted is in every list.
func (w *World) later() { w.Stage.Clock.Advance(w.Driver.Profile().Delay + time.Second) }

// finds looks for a part that must be there alone, and as the given id.
func (w *World) finds(part network.Part, id string) {
	w.t.Helper()
	look, err := w.Look(part)
	if err != nil {
		w.t.Fatal(err)
	}
	ours(w.t, look, part, id)
}

// findsNone looks for a part that is not there, and must be able to say so.
func (w *World) findsNone(part network.Part) {
	w.t.Helper()
	look, err := w.Look(part)
	if err != nil || look.Exact != nil || !look.Complete && !look.Keyed {
		w.t.Fatalf("the look is %+v, %v", look, err)
	}
	for _, seen := range near(look, part) {
		w.t.Errorf("taken for %q: %+v", part.Text, seen)
	}
}

// links publishes an address beside the words: the network shows it as a link.
func links(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	part := w.Part("Our new opening hours")
	part.Link = "https://example.com/hours"
	if _, err := w.Send(part); err != nil {
		t.Fatal(err)
	}
	made := w.Ledger(sandbox.Publish)
	if len(made) != 1 || made[0].Link != part.Link {
		t.Errorf("the ledger has %+v", made)
	}
}
