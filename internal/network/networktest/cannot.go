package networktest

import (
	"slices"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// overheard lists what is done with the words of others: nothing, where they are not
// told.
func overheard() []network.Action {
	return []network.Action{network.ActReply, network.ActPrivateReply, network.ActReplyFiles, network.ActLike, network.ActRepost, network.ActHide, network.ActHold,
		network.ActDeleteOthers, network.ActBan, network.ActMute}
}

// lacks says whether this sort of account cannot do something, or has nothing to do
// it with.
func (h Harness) lacks(a network.Action) bool {
	return slices.Contains(h.Cannot, a) || slices.Contains(h.Cannot, network.ActPoll) && slices.Contains(overheard(), a)
}

// can says whether the driver offers something, and this account has it.
func (w *World) can(a network.Action) bool { return network.Can(w.Driver, a) && !w.harness.lacks(a) }

// declared holds what is said of this account, when it is connected and when it is
// checked, against what it can: no more is denied, and no less.
func declared(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil {
		t.Fatal(err)
	}
	for when, granted := range map[string]network.Granted{"connected": w.Account.Granted, "checked": health.Granted} {
		if _, named := w.Driver.Profile().SortOf(granted); granted.Sort != "" && !named {
			t.Errorf("%s: the facts know no sort of account %q", when, granted.Sort)
		}
		for _, a := range network.Actions() {
			if network.Can(w.Driver, a) && network.CanAs(w.Driver, granted, a) == h.lacks(a) {
				t.Errorf("%s as %q: %s is said to be possible: %v", when, granted.Sort, a, h.lacks(a))
			}
		}
		for a, why := range w.Driver.Profile().Denies(granted) {
			if why.Why == "" || why.Instead == "" {
				t.Errorf("%s: nothing is said about why, or what to do instead", a)
			}
		}
	}
}

// refuses asks for what this sort of account cannot, though the network can: each is
// refused in words, with what to do, or nothing is told; and nothing happens.
func refuses(t *testing.T, h Harness) {
	declared(t, h)
	if len(h.Cannot) == 0 {
		t.Logf("all accounts of %s are alike", h.Name)
		return
	}
	w := NewWorld(t, h)
	health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || health.State == "broken" {
		t.Errorf("this sort of account is %+v, %v", health, err)
	}
	_, sent := w.Publish("Talk to us")
	said := w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "hello", Person: "p001"})
	before := len(w.Stage.Ledger.Entries(sandbox.Filter{}))
	ref := network.Ref{ID: said.ID}
	for _, a := range h.Cannot {
		if !network.Can(w.Driver, a) {
			t.Errorf("%s has no %s for anybody", h.Name, a)
			continue
		}
		switch a {
		case network.ActFirstComment:
			if w.Account.Limits.Comment || health.Limits.Comment {
				t.Error("a first comment is among the limits")
			}
			continue
		case network.ActWebhook: // there is nothing that one could ask for; the driver's own tests see that nobody calls
			continue
		case network.ActMention: // nothing is told at all: that is how it is refused
			if !h.lacks(network.ActPoll) {
				t.Error("mentions alone are not told, and the suite does not know how to see that")
			}
			continue
		case network.ActPoll:
			if raws, err := w.raws(""); err != nil || len(raws) != 0 {
				t.Errorf("told %+v, %v", raws, err)
			}
			continue
		case network.ActReply:
			_, err = w.Driver.(network.Replier).Reply(t.Context(), w.Conn, w.Answer("Hello!", ref))
		case network.ActReplyFiles:
			part := w.Answer("", ref)
			part.Media = []network.Media{w.picture("A blue shelf")}
			_, err = w.Driver.(network.Replier).Reply(t.Context(), w.Conn, part)
		case network.ActLike:
			err = w.Driver.(network.Liker).Like(t.Context(), w.Conn, ref, true)
		case network.ActRepost:
			err = w.Driver.(network.Reposter).Repost(t.Context(), w.Conn, ref, true)
		case network.ActHide:
			err = w.Driver.(network.Hider).Hide(t.Context(), w.Conn, ref, true)
		case network.ActPin:
			err = w.Driver.(network.Pinner).Pin(t.Context(), w.Conn, ref, true)
		case network.ActClose:
			err = w.Driver.(network.Closer).Close(t.Context(), w.Conn, sent.Ref, true)
		case network.ActDelete:
			err = w.Driver.(network.Deleter).Delete(t.Context(), w.Conn, sent.Ref)
		case network.ActDeleteReply:
			err = w.Driver.(network.Deleter).Delete(t.Context(), w.Conn, ref)
		case network.ActEdit:
			_, err = w.Driver.(network.Editor).Edit(t.Context(), w.Conn, sent.Ref, w.Part("Talk to us, please"))
		case network.ActBan:
			err = w.Driver.(network.Banner).Ban(t.Context(), w.Conn, network.Author{ID: "p001", Said: said.ID}, true)
		case network.ActDeleteOthers:
			err = w.Driver.(network.Remover).Remove(t.Context(), w.Conn, ref)
		default:
			t.Fatalf("the suite does not know how to ask for %s", a)
		}
		if err == nil {
			t.Errorf("%s is taken for done", a)
			continue
		}
		w.kind(err, fault.Denied, fault.Invalid)
		if text, hint := fault.Shown(err); text == "" || hint == "" {
			t.Errorf("%s: nothing is said about why, or what to do: %v", a, err)
		}
	}
	if all := w.Stage.Ledger.Entries(sandbox.Filter{}); len(all) != before {
		t.Errorf("there is %+v", all[before:])
	}
}
