package bluesky_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/bluesky"
)

// gateWorld is a network whose requests are judged where the lexicons are.
func gateWorld(t *testing.T) (*networktest.World, *pretended.Network) {
	t.Helper()
	h, n := harness(), (*pretended.Network)(nil)
	h.Open = func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		n = pretended.New(stage, pretended.Options{})
		us := n.Account("atelier.bsky.test", "Atelier")
		return n.Handler(), func(base string) map[string]string {
			return map[string]string{"handle": us.Handle, "password": us.AppPassword, "server": base}
		}
	}
	if _, err := os.Stat(specs("bluesky", "lexicons")); err == nil {
		h.Judge = judge
	}
	return networktest.NewWorld(t, h), n
}

// gate is what the network keeps beside a post; nil: nothing.
func gate(w *networktest.World, collection, post string) map[string]any {
	w.T().Helper()
	query := url.Values{"repo": {w.Conn.Account}, "collection": {collection}, "rkey": {post[strings.LastIndexByte(post, '/')+1:]}}
	answer, err := http.Get(w.Base + "/xrpc/com.atproto.repo.getRecord?" + query.Encode()) //nolint:noctx // a test
	if err != nil {
		w.T().Fatal(err)
	}
	defer answer.Body.Close()
	var got struct{ Value map[string]any }
	if answer.StatusCode == http.StatusBadRequest {
		return nil
	}
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		w.T().Fatal(err)
	}
	return got.Value
}

const threadgate, postgate = "app.bsky.feed.threadgate", "app.bsky.feed.postgate"

func TestAPostIsNeverOutWithoutItsGates(t *testing.T) {
	for choice, want := range map[string]string{
		"following": "followingRule", "followers": "followerRule", "mentioned": "mentionRule", "nobody": "", "everybody and his dog": "-",
	} {
		w, n := gateWorld(t)
		part := w.Part("Who may answer?")
		part.Options = map[string]string{"who_answers": choice, "no_quotes": "true"}
		sent, err := w.Send(part)
		if err != nil {
			t.Fatalf("%s: %v", choice, err)
		}
		kept := gate(w, threadgate, sent.ID)
		allow, limited := kept["allow"].([]any)
		switch {
		case want == "-":
			if kept != nil {
				t.Errorf("what nobody chose: %v", kept)
			}
		case !limited, kept["post"] != sent.ID, want == "" && len(allow) > 0,
			want != "" && (len(allow) != 1 || allow[0].(map[string]any)["$type"] != threadgate+"#"+want):
			t.Errorf("%s: %v", choice, kept)
		}
		_, err = w.Stage.Scripts.Do(sandbox.Act{Network: "bluesky", Kind: "comment", Target: sent.ID, Text: "me", Person: "p001"})
		if (err == nil) != (want == "-") {
			t.Errorf("%s: a stranger: %v", choice, err)
		}
		if choice == "followers" {
			w.Act(sandbox.Act{Kind: "follow", Person: "p001"})
			w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "now me", Person: "p001"})
		}
		if kept := gate(w, postgate, sent.ID); kept == nil || kept["post"] != sent.ID {
			t.Errorf("who may quote: %v", kept)
		}
		if _, err := n.Quote(sandbox.Person{ID: "p003", Handle: "nour", Name: "Nour"}, sent.ID, "look"); err == nil {
			t.Error("it is quoted all the same")
		}
	}
}

func TestAGateIsOfTheWholeThread(t *testing.T) {
	w, _ := gateWorld(t)
	options := map[string]string{"who_answers": "nobody", "no_quotes": "true"}
	part := w.Part("first")
	part.Options = options
	first, err := w.Send(part)
	if err != nil {
		t.Fatal(err)
	}
	next := w.Part("second")
	next.Options, next.After, next.Root = options, &first.Ref, &first.Ref
	second, err := w.Send(next)
	if err != nil {
		t.Fatalf("we answer ourselves below our own gate: %v", err)
	}
	if gate(w, threadgate, first.ID) == nil || gate(w, threadgate, second.ID) != nil || gate(w, postgate, second.ID) == nil {
		t.Error("the gates are elsewhere")
	}
}

func TestALostAnswerLeavesOnePostWithOneGate(t *testing.T) {
	for _, kind := range []sandbox.Kind{sandbox.LostAnswer, sandbox.ServerError, sandbox.ErrorAfter} {
		w, _ := gateWorld(t)
		part := w.Part("once")
		part.Options = map[string]string{"who_answers": "nobody"}
		w.Weather(sandbox.Mishap{Kind: kind, Action: sandbox.Publish, Times: 1})
		_, err := w.Send(part)
		if !fault.Is(err, fault.Uncertain) {
			t.Fatalf("%v: %v", kind, err)
		}
		look, err := w.Look(part)
		if err != nil || !look.Keyed || (look.Exact == nil) != (kind == sandbox.ServerError) {
			t.Fatalf("%v: %+v, %v", kind, look, err)
		}
		// Another try, whatever the look said: it makes nothing new.
		if _, err = w.Send(part); look.Exact != nil && !fault.Is(err, fault.Uncertain) || look.Exact == nil && err != nil {
			t.Errorf("%v, again: %v", kind, err)
		}
		look, err = w.Look(part)
		if err != nil || look.Exact == nil {
			t.Fatal(look, err)
		}
		if len(w.Ledger(sandbox.Publish)) != 1 || len(w.Ledger(sandbox.Hide)) != 1 || gate(w, threadgate, look.Exact.ID) == nil {
			t.Errorf("%v: %+v", kind, w.Ledger(sandbox.Publish, sandbox.Hide))
		}
	}
}

func TestClosingKeepsWhatIsHidden(t *testing.T) {
	w, _ := gateWorld(t)
	_, sent := w.Publish("Hello")
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "rude", Person: "p002"})
	events, _ := w.Read(cursor)
	i := slices.IndexFunc(events, func(e network.Event) bool { return e.Kind == network.Comment })
	if err := w.Driver.(network.Hider).Hide(t.Context(), w.Conn, events[i].Ref, true); err != nil {
		t.Fatal(err)
	}
	closer := w.Driver.(network.Closer)
	for _, on := range []bool{true, false} {
		if err := closer.Close(t.Context(), w.Conn, sent.Ref, on); err != nil {
			t.Fatal(err)
		}
		kept := gate(w, threadgate, sent.ID)
		hidden, _ := kept["hiddenReplies"].([]any)
		allow, limited := kept["allow"].([]any)
		if len(hidden) != 1 || hidden[0] != events[i].ID || limited != on || len(allow) != 0 {
			t.Errorf("closed %v: %v", on, kept)
		}
	}
	// What is not the first post of a thread of ours has no gate.
	answer, err := w.Reply(w.Answer("no need", events[i].Ref))
	if err != nil {
		t.Fatal(err)
	}
	for what, ref := range map[string]network.Ref{"an answer": answer.Ref, "somebody's": events[i].Ref, "nothing": {ID: "x"}} {
		err := closer.Close(t.Context(), w.Conn, ref, true)
		if _, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || hint == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
}
