package networktest

import (
	"slices"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// gone lets somebody take a comment back, and a post of ours disappear, just before
// we do something with it: that is said, in words, and nobody has to look whether it
// happened.
func gone(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	if w.can(network.ActReply) {
		_, sent := w.Publish("Tell us")
		comment, _ := w.comment(sent.ID, "never mind")
		w.Act(sandbox.Act{Kind: "remove", Target: comment.ID, Person: "p001"})
		w.without(t, "a comment that was taken back", comment.Ref)
	}
	if !w.can(network.ActDelete) {
		return // nor can anybody's post disappear by us
	}
	_, sent := w.Publish("for a moment")
	if deleter := w.Driver.(network.Deleter); fault.Is(deleter.Delete(t.Context(), w.Conn, sent.Ref), fault.Invalid) {
		return // comments alone are deleted there
	}
	w.Stage.Clock.Advance(15 * time.Minute) // what is young may only be late
	w.without(t, "a post that was deleted", sent.Ref)
}

// without does all that is done with one thing; it is not there.
func (w *World) without(t *testing.T, what string, ref network.Ref) {
	t.Helper()
	made := []sandbox.Action{sandbox.Reply, sandbox.Message, sandbox.Edit, sandbox.Publish}
	before := len(w.Ledger(made...))
	for _, one := range []struct {
		ability network.Action
		do      func() error
	}{
		{network.ActReply, func() error {
			_, err := w.Reply(w.Answer("Too late", ref))
			return err
		}},
		{network.ActLike, func() error { return w.Driver.(network.Liker).Like(t.Context(), w.Conn, ref, true) }},
		{network.ActHide, func() error { return w.Driver.(network.Hider).Hide(t.Context(), w.Conn, ref, true) }},
		{network.ActHold, func() error { return w.Driver.(network.Holder).Hold(t.Context(), w.Conn, ref, true) }},
		{network.ActPin, func() error { return w.Driver.(network.Pinner).Pin(t.Context(), w.Conn, ref, true) }},
		{network.ActClose, func() error { return w.Driver.(network.Closer).Close(t.Context(), w.Conn, ref, true) }},
		{network.ActEdit, func() error {
			_, err := w.Driver.(network.Editor).Edit(t.Context(), w.Conn, ref, w.Part("Better words"))
			return err
		}},
	} {
		if !w.can(one.ability) || slices.Contains(w.harness.Heedless, one.ability) {
			continue
		}
		for _, when := range []string{"", ", after a restart"} {
			if when != "" {
				w.Restart()
			}
			err := one.do()
			text, _ := fault.Shown(err)
			switch {
			case err == nil:
				t.Errorf("%s of %s%s is taken for done", one.ability, what, when)
			case !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict), text == "":
				t.Errorf("%s of %s%s: %v", one.ability, what, when, err)
			}
			if err != nil {
				w.discreet(err)
			}
		}
	}
	if all := w.Ledger(made...); len(all) != before {
		t.Errorf("with %s there is %+v", what, all[before:])
	}
}
