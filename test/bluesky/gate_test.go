package bluesky_test

import (
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/test/bluesky"
)

// may is what somebody may do with a post.
type may struct {
	NoAnswer, NoQuote bool
	Gate              struct{ HiddenReplies []string }
}

func TestPostsAreClosedOnTheRealNetwork(t *testing.T) {
	h := connect(t, "alice.test", named)
	n, mark := h.world, id.New()
	bob := func(ref network.Ref) may {
		t.Helper()
		h.settle()
		return bluesky.Ask[may](t, n, bluesky.Command{"do": "gates", "as": "bob.test", "uri": ref.ID})
	}

	part := h.part(mark + " no answers, please")
	part.Options = map[string]string{"who_answers": "nobody", "no_quotes": "true"}
	shut := h.publish(part)
	if got := bob(shut.Ref); !got.NoAnswer || !got.NoQuote {
		t.Errorf("published closed, and bob has %+v", got)
	}
	// The same part once more: the server finds the key taken and writes nothing.
	if _, err := h.send(h.conn, part); !fault.Is(err, fault.Uncertain) {
		t.Errorf("once more: %v", err)
	}
	look, err := h.driver.Find(t.Context(), h.conn, part, part.At)
	if err != nil || look.Exact == nil || look.Exact.ID != shut.ID || len(h.records("alice.test", mark)) != 1 {
		t.Errorf("found %+v, %v", look, err)
	}
	// We go on below our own gate; nobody else is seen there.
	next := h.part(mark + " second part")
	next.Options, next.After, next.Root = part.Options, &shut.Ref, &shut.Ref
	h.publish(next)
	bluesky.Ask[written](t, n, bluesky.Command{"do": "reply", "as": "bob.test", "uri": shut.ID, "text": mark + " let me in"})
	h.settle()
	if got := bluesky.Ask[shown](t, n, bluesky.Command{"do": "thread", "uri": shut.ID}); len(got.Answers) != 1 || got.Answers[0].Text != next.Text {
		t.Errorf("below it stands %+v", got.Answers)
	}

	if err := h.driver.Close(t.Context(), h.conn, shut.Ref, false); err != nil {
		t.Fatal(err)
	}
	if got := bob(shut.Ref); got.NoAnswer || !got.NoQuote {
		t.Errorf("opened, and bob has %+v", got)
	}

	plain := h.publish(h.part(mark + " talk to me"))
	rude := bluesky.Ask[written](t, n, bluesky.Command{"do": "reply", "as": "bob.test", "uri": plain.ID, "text": mark + " rude"})
	h.settle()
	if err := h.driver.Hide(t.Context(), h.conn, network.Ref{ID: rude.URI}, true); err != nil {
		t.Fatal(err)
	}
	for _, on := range []bool{true, true, false, false} {
		if err := h.driver.Close(t.Context(), h.conn, plain.Ref, on); err != nil {
			t.Fatalf("closed %v: %v", on, err)
		}
		if got := bob(plain.Ref); got.NoAnswer != on || len(got.Gate.HiddenReplies) != 1 {
			t.Errorf("closed %v, and bob has %+v", on, got)
		}
	}
}
