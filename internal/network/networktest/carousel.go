package networktest

import (
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// Broken is where a file stands that is not what it should be, for networks that
// fetch files.
const Broken = "https://kith.example.org/files/broken"

// halfCarousel publishes several images of which the network takes the first and
// refuses the second for good: nobody sees a half of it, also when it is tried again,
// and the words say what is wrong, with which of them where the network says so. With another file it goes out once.
func halfCarousel(t *testing.T, h Harness) {
	odd := h.Odd
	if odd == nil {
		odd = []byte("this is no picture, whatever its name says")
	}
	w := NewWorld(t, h)
	part := w.Part("two of a kind")
	good := w.picture("the first")
	bad := File(good.Type, odd, good.Width, good.Height, "the second")
	bad.Address = func() (string, error) { return Broken, nil }
	part.Media = []network.Media{good, bad}
	for range 2 {
		sent, err := w.Send(part)
		if err == nil {
			t.Fatalf("it went out as %s", sent.ID)
		}
		w.kind(err, fault.Invalid)
		if text, hint := fault.Shown(err); text == "" || hint == "" {
			t.Errorf("nothing is said about why, or what to do: %v", err)
		}
		if text, _ := fault.Shown(err); strings.HasPrefix(text, "File 2 of 2") == h.Unsaid {
			t.Errorf("which of the files it is, is said or not: %s", text)
		}
		w.Restart()
	}
	if made := w.Ledger(sandbox.Publish, sandbox.Reply); len(made) != 0 {
		t.Fatalf("a half of it is %+v", made)
	}
	look, err := w.Find(part, part.At)
	if err != nil || look.Exact != nil || len(near(look, part)) != 0 {
		t.Errorf("a look shows %+v, %v", look, err)
	}
	mended := w.Part("two of a kind")
	mended.Media = []network.Media{good, w.picture("the second")}
	if _, err := w.Send(mended); err != nil {
		t.Fatalf("with another file: %v", err)
	}
	if made := w.Ledger(sandbox.Publish); len(made) != 1 {
		t.Errorf("with another file there is %+v", made)
	}
}
