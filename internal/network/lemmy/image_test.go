package lemmy_test

import (
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/lemmy"
)

// An image in a comment is text of it: it counts, and a new text keeps it.
func TestImagesInCommentsAreTextOfThem(t *testing.T) {
	w := open(t, pretended.Options{})
	_, sent := w.Publish("Ask us")
	part := w.Answer("Here", sent.Ref)
	part.Media = []network.Media{networktest.Picture("image/png", 40, 40, "five [new] books")}
	made, err := w.Reply(part)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Driver.(network.Editor).Edit(t.Context(), w.Conn, made.Ref, w.Part("There")); err != nil {
		t.Fatal(err)
	}
	edits := w.Ledger(sandbox.Edit)
	if text := edits[len(edits)-1].Text; !strings.HasPrefix(text, "There\n\n![five (new) books]("+w.Base+"/pictrs/image/") || strings.Count(text, "![") != 1 {
		t.Errorf("it says %q now", text)
	}

	part = w.Answer(strings.Repeat("é", 8900), sent.Ref)
	part.Media = []network.Media{networktest.Picture("image/png", 40, 40, strings.Repeat("a", 1400))}
	if _, err = w.Reply(part); !fault.Is(err, fault.Invalid) || len(w.Ledger(sandbox.Reply)) != 1 {
		t.Errorf("%v, and the ledger has %+v", err, w.Ledger(sandbox.Reply))
	}
}
