package youtube_test

import (
	"encoding/json"
	"testing"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/youtube"
)

func drop(t *testing.T, w *world, step network.Step, kept ...network.Step) {
	t.Helper()
	if err := w.Driver.(network.Dropper).Drop(t.Context(), w.Conn, step, kept); err != nil {
		t.Fatal(err)
	}
}

// The last piece of a file arrived, and nobody here knows: the session does.
func TestAnUploadThatCameToItsEndUnknownIsForgotten(t *testing.T) {
	w := open(t, pretended.Options{})
	part := w.Part("The press")
	step, _ := walk(t, w, part, "upload")
	drop(t, w, step)
	if gone := w.Ledger(sandbox.Delete); len(gone) > 0 {
		t.Errorf("of an upload that has just begun %+v was deleted", gone)
	}
	for part.Step = step; part.Step.Name == "upload"; {
		step = part.Step
		did, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part)
		if err != nil {
			t.Fatal(err)
		}
		part.Step = did.Step
	}
	drop(t, w, step, step)
	if gone := w.Ledger(sandbox.Delete); len(gone) > 0 {
		t.Errorf("what another part goes on with was deleted: %+v", gone)
	}
	drop(t, w, step)
	if up, gone := w.Ledger(sandbox.Upload), w.Ledger(sandbox.Delete); len(gone) != 1 || gone[0].Object != up[0].Object {
		t.Errorf("of %+v is deleted: %+v", up, gone)
	}
}

// What was found on the channel may be somebody's own work, and what somebody shows by
// hand is no secret any more.
func TestWhatIsNotCertainlyOursIsLeft(t *testing.T) {
	w := open(t, pretended.Options{})
	part := w.Part("The press")
	first, _ := walk(t, w, part, "publish")
	step, _ := walk(t, w, part, "publish") // the same file: YouTube has it already
	var said struct{ Video string }
	if json.Unmarshal(step.State, &said) != nil || said.Video != w.Ledger(sandbox.Upload)[0].Object {
		t.Fatalf("the twin is gone on with as %s", step.State)
	}
	drop(t, w, step)
	if gone := w.Ledger(sandbox.Delete); len(gone) > 0 {
		t.Errorf("what was found is deleted: %+v", gone)
	}
	part.Step = first
	if _, err := w.Driver.(network.Stepper).Step(t.Context(), w.Conn, part); err != nil {
		t.Fatal(err)
	}
	drop(t, w, first)
	if gone := w.Ledger(sandbox.Delete); len(gone) > 0 {
		t.Errorf("what is public is deleted: %+v", gone)
	}
}

// A call that is made twice, because the key had ended, takes what two calls take.
func TestASecondTryIsCounted(t *testing.T) {
	w := open(t, pretended.Options{})
	_, sent := w.Publish("The press")
	w.youtube.EndAccess(w.channel.ID)
	taken := 0
	w.Conn.Meter = func(what string, n int) {
		if what == network.Calls {
			taken += n
		}
	}
	if err := w.Driver.(network.Deleter).Delete(t.Context(), w.Conn, sent.Ref); err != nil {
		t.Fatal(err)
	}
	if taken != 100 {
		t.Errorf("deleting twice takes %d units", taken)
	}
}
