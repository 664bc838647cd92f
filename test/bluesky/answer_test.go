package bluesky_test

import (
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/test/bluesky"
)

// An answer with a picture, whose answer is lost, stands once below what it answers.
func TestAnAnswerWithAPictureStandsOnTheRealNetwork(t *testing.T) {
	h := connect(t, "alice.test", named)
	address, lose := deaf(t, h.world.PDS)
	mark := id.New()
	post := h.publish(h.part(mark + " What do you sell?"))
	h.settle()
	asked := bluesky.Ask[written](t, h.world, bluesky.Command{"do": "reply", "as": "bob.test", "uri": post.ID, "text": "Show us"})
	h.settle()

	part := h.part(mark + " This")
	part.After, part.Media = &network.Ref{ID: asked.URI}, []network.Media{nothing(t)}
	h.conn.Base = address
	lose()
	if _, err := h.send(h.conn, part); !fault.Is(err, fault.Uncertain) {
		t.Fatalf("the answer was lost, and the driver says %v", err)
	}
	look, err := h.driver.Find(t.Context(), h.conn, part, part.At)
	if err != nil || look.Exact == nil || look.Exact.Media != 1 || look.Exact.After != asked.URI {
		t.Fatalf("found %+v, %v", look, err)
	}
	if again := h.publish(part); again.ID != look.Exact.ID {
		t.Errorf("repeated as %s, and it was %s", again.ID, look.Exact.ID)
	}
	kept := h.records("alice.test", mark+" This")
	if len(kept) != 1 || kept[0].Value.Reply == nil || kept[0].Value.Reply.Parent.URI != asked.URI || kept[0].Value.Reply.Root.URI != post.ID || !strings.Contains(string(kept[0].Value.Embed), "Rien, en 40 × 30") {
		t.Fatalf("the PDS keeps %+v", kept)
	}
	h.settle()
	top := bluesky.Ask[shown](t, h.world, bluesky.Command{"do": "thread", "uri": post.ID})
	if len(top.Answers) != 1 || len(top.Answers[0].Answers) != 1 || top.Answers[0].Answers[0].URI != look.Exact.ID {
		t.Errorf("the AppView shows %+v", top)
	}
}
