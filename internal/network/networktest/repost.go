package networktest

import (
	"strings"
	"testing"

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
