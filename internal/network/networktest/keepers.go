package networktest

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

// What an account does with what is out already, and with people, beside
// answering them.

func edits(t *testing.T, h Harness) {
	if !offers(t, h, network.ActEdit) {
		return
	}
	w := NewWorld(t, h)
	part, sent := w.Publish("with a mitsake")
	editor := w.Driver.(network.Editor)
	change := part
	change.Text = "without a mistake"
	now := sent.Ref
	for range 2 {
		ref, err := editor.Edit(t.Context(), w.Conn, now, change)
		if err != nil {
			t.Fatal(err)
		}
		if ref.ID == "" {
			t.Fatal("what is changed is nothing any more")
		}
		now = ref
	}
	if !w.told("without a mistake") {
		t.Error("the network was not told the new words")
	}
	if made := w.Ledger(sandbox.Publish); len(made) != 1 {
		t.Errorf("a change made another post: %+v", made)
	}
	change.Text = strings.Repeat("é", w.Account.Limits.Text.Max+1)
	before := len(w.Ledger(sandbox.Edit))
	_, err := editor.Edit(t.Context(), w.Conn, now, change)
	w.kind(err, fault.Invalid)
	if len(w.Ledger(sandbox.Edit)) != before {
		t.Error("what is too long was taken")
	}
	change.Text = "once more"
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Edit, Times: 1})
	if _, err := editor.Edit(t.Context(), w.Conn, now, change); err != nil {
		w.kind(err, fault.Unavailable, fault.Uncertain)
	}
}

func (w *World) told(text string) bool { return w.Front.Told(text) }

// Told says whether the network got a text in the body of some request.
func (f *Front) Told(text string) bool {
	for _, r := range f.Requests() {
		if strings.Contains(string(r.Body), text) || strings.Contains(string(r.Body), strings.ReplaceAll(text, " ", "+")) {
			return true
		}
	}
	return false
}

func pins(t *testing.T, h Harness) {
	if !offers(t, h, network.ActPin) {
		return
	}
	w := NewWorld(t, h)
	_, first := w.Publish("first things first")
	_, second := w.Publish("then this")
	pinner := w.Driver.(network.Pinner)
	if fault.Is(pinner.Pin(t.Context(), w.Conn, first.Ref, true), fault.Invalid) && w.can(network.ActReply) {
		// Some networks let programs pin comments alone.
		one, _ := w.comment(first.ID, "well said")
		two, _ := w.comment(first.ID, "quite so")
		first.Ref, second.Ref = one.Ref, two.Ref
	}
	for _, step := range []struct {
		ref network.Ref
		on  bool
	}{{first.Ref, true}, {first.Ref, true}, {second.Ref, true}, {first.Ref, false}, {second.Ref, false}, {second.Ref, false}} {
		if err := pinner.Pin(t.Context(), w.Conn, step.ref, step.on); err != nil {
			t.Fatalf("pin %v: %v", step.on, err)
		}
	}
	w.again(t, sandbox.Edit, func() error { return pinner.Pin(t.Context(), w.Conn, first.Ref, true) })
}

func closes(t *testing.T, h Harness) {
	if !offers(t, h, network.ActClose) {
		return
	}
	w := NewWorld(t, h)
	_, sent := w.Publish("say what you like, while you may")
	say := func() error {
		_, err := w.Stage.Scripts.Do(sandbox.Act{Network: string(h.Name), Kind: "comment", Target: sent.ID, Text: "me too", Person: "p001"})
		return err
	}
	if err := say(); err != nil {
		t.Fatal(err)
	}
	closer := w.Driver.(network.Closer)
	for _, on := range []bool{true, true, false, false, true} {
		if err := closer.Close(t.Context(), w.Conn, sent.Ref, on); err != nil {
			t.Fatalf("closed %v: %v", on, err)
		}
		if err := say(); (err != nil) != on {
			t.Errorf("closed %v: a comment: %v", on, err)
		}
	}
	for _, as := range []sandbox.Action{sandbox.Edit, sandbox.Hide} { // as the network calls it
		w.again(t, as, func() error { return closer.Close(t.Context(), w.Conn, sent.Ref, false) })
	}
	if err := say(); err != nil {
		t.Errorf("opened again: %v", err)
	}
	if n := len(w.Ledger(sandbox.Publish)); n != 1 {
		t.Errorf("%d posts", n)
	}
}

// again loses the answer to something that may be done again without harm.
func (w *World) again(t *testing.T, action sandbox.Action, do func() error) {
	t.Helper()
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: action, Times: 1})
	if err := do(); err != nil {
		w.kind(err, fault.Unavailable, fault.Uncertain)
		if err := do(); err != nil {
			t.Errorf("again: %v", err)
		}
	}
}

// evenTwice does what is the same when it is done once more.
func evenTwice(t *testing.T, do func() error) {
	t.Helper()
	for n := range 2 {
		if err := do(); err != nil {
			t.Fatalf("time %d: %v", n+1, err)
		}
	}
}

func mutes(t *testing.T, h Harness) {
	if !offers(t, h, network.ActMute) {
		return
	}
	w := NewWorld(t, h)
	_, sent := w.Publish("say what you like")
	comment, cursor := w.comment(sent.ID, "blah")
	muter := w.Driver.(network.Muter)
	mute := func(on bool) {
		t.Helper()
		evenTwice(t, func() error { return muter.Mute(t.Context(), w.Conn, comment.Author, on) })
	}
	heard := func(text string) bool {
		t.Helper()
		w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: text, Person: "p001"}) // they do not notice
		events, next := w.Read(cursor)
		cursor = next
		for _, e := range events {
			if strings.Contains(e.Text, text) {
				return true
			}
		}
		return false
	}
	mute(true)
	if heard("blah blah") == h.Unheard {
		t.Errorf("who is muted is heard: %v", !h.Unheard)
	}
	mute(false)
	if !heard("sorry") {
		t.Error("who is not muted any more is not heard")
	}
	w.again(t, sandbox.Ban, func() error { return muter.Mute(t.Context(), w.Conn, comment.Author, true) })
}

func blocksMessages(t *testing.T, h Harness) {
	if !offers(t, h, network.ActBlockMessages) {
		return
	}
	w := NewWorld(t, h)
	_, sent := w.Publish("say what you like")
	comment, _ := w.comment(sent.ID, "I will write to you")
	blocker := w.Driver.(network.MessageBlocker)
	block := func(on bool) {
		t.Helper()
		evenTwice(t, func() error { return blocker.BlockMessages(t.Context(), w.Conn, comment.Author, on) })
	}
	writes := func() error {
		_, err := w.Stage.Scripts.Do(sandbox.Act{Network: string(h.Name), Kind: "message", Text: "psst", Person: "p001"})
		return err
	}
	block(true)
	if err := writes(); !errors.Is(err, sandbox.ErrBlocked) {
		t.Errorf("a message that is blocked comes in: %v", err)
	}
	if _, err := w.Stage.Scripts.Do(sandbox.Act{Network: string(h.Name), Kind: "comment", Target: sent.ID, Text: "then in public", Person: "p001"}); err != nil {
		t.Errorf("words in public are blocked too: %v", err)
	}
	block(false)
	if err := writes(); err != nil {
		t.Errorf("a message that is not blocked any more does not come in: %v", err)
	}
	w.again(t, sandbox.Ban, func() error { return blocker.BlockMessages(t.Context(), w.Conn, comment.Author, true) })
	if err := blocker.BlockMessages(t.Context(), w.Conn, network.Author{ID: "../7"}, true); !fault.Is(err, fault.NotFound) {
		t.Errorf("an odd id: %v", err)
	}
}

func insights(t *testing.T, h Harness) {
	if !offers(t, h, network.ActInsights) {
		return
	}
	w := NewWorld(t, h)
	ask := func() (network.Counts, error) {
		return w.Driver.(network.Insighter).Insights(t.Context(), w.Conn, w.Now().Add(-24*time.Hour))
	}
	before, err := ask()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Stage.Scripts.Do(sandbox.Act{Network: string(h.Name), Kind: "follow", Person: "p006"}); err == nil {
		after, err := ask()
		if err != nil {
			t.Fatal(err)
		}
		if was, given := before[network.Followers]; given && after[network.Followers] < was {
			t.Errorf("somebody follows, and %d became %d", was, after[network.Followers])
		}
	}
	for name, n := range before {
		if n < 0 {
			t.Errorf("%s is %d", name, n)
		}
	}
	w.silence([]string{"followers_count", "following_count", "followersCount", "followsCount"})
	if counts, err := ask(); err == nil && counts[network.Followers] == 0 {
		if _, given := counts[network.Followers]; given {
			t.Error("the network says nothing, and nobody follows")
		}
	}
}

// silence makes a network that stops telling some fields.
func (w *World) silence(names []string) {
	w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
		held := httptest.NewRecorder()
		w.Front.next.ServeHTTP(held, r)
		var value any
		body := held.Body.Bytes()
		if json.Unmarshal(body, &value) == nil {
			strip(value, names)
			body, _ = json.Marshal(value) // it has just been read
		}
		rw.Header().Set("Content-Type", held.Header().Get("Content-Type"))
		rw.WriteHeader(held.Code)
		_, _ = rw.Write(body) // the client sees to it
		return true
	})
}

// strip takes fields out of a JSON value.
func strip(v any, names []string) {
	switch v := v.(type) {
	case map[string]any:
		for _, n := range names {
			delete(v, n)
		}
		for _, inner := range v {
			strip(inner, names)
		}
	case []any:
		for _, inner := range v {
			strip(inner, names)
		}
	}
}
