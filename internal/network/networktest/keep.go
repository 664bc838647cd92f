package networktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

func deniedKeys(t *testing.T, h Harness) {
	for _, m := range []sandbox.Mishap{
		{Kind: sandbox.TokenRevoked}, {Kind: sandbox.TokenReduced}, {Kind: sandbox.TokenExpired},
	} {
		t.Run(string(m.Kind), func(t *testing.T) {
			w := NewWorld(t, h)
			w.Weather(m)
			_, err := w.Send(w.Part("with a bad key"))
			w.kind(err, fault.Denied)
			if _, hint := fault.Shown(err); hint == "" {
				t.Error("nothing is said about what to do")
			}
			health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
			if err != nil || health.State == "ok" || health.Text == "" || health.Fix == "" {
				t.Errorf("health %+v, %v", health, err)
			}
			if n := len(w.Ledger(sandbox.Publish)); n != 0 {
				t.Errorf("%d posts went out", n)
			}
		})
	}
}

func renewal(t *testing.T, h Harness) {
	if h.Renew == 0 {
		t.Logf("keys of %s do not expire", h.Name)
		return
	}
	w := NewWorld(t, h)
	w.Stage.Clock.Advance(h.Renew)
	health, keys, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if keys == "" {
		keys = w.kept // by Conn.Renew, where the key that renews is good once
	}
	if err != nil || health.State != "ok" || keys == "" || keys == w.Conn.Keys {
		t.Fatalf("health %+v, new keys: %v, %v", health, keys != "" && keys != w.Conn.Keys, err)
	}
	w.Conn.Keys = keys
	w.Restart()
	w.Publish("with new keys")
	_, again, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || again != "" {
		t.Errorf("keys that are fresh were changed again: %v, %v", again != "", err)
	}
}

func unknownFields(t *testing.T, h Harness) {
	w := open(t, h, h.Open)
	w.Weather(sandbox.Mishap{Kind: sandbox.UnknownFields})
	w.Connect()
	part, sent := w.Publish("odd times")
	look, err := w.Look(part)
	if err != nil {
		t.Fatal(err)
	}
	ours(t, look, part, sent.ID)
	if w.can(network.ActPoll) && offers(t, h, network.ActReply) {
		comment, _ := w.comment(sent.ID, "odd indeed")
		if comment.Author.ID == "" || comment.Post != sent.ID {
			t.Errorf("the comment is %+v", comment)
		}
	}
	odd := w.answers(t, sent.Ref)
	if counts := odd["counts"].(map[string]network.Counts)[sent.ID]; len(counts) == 0 && offers(t, h, network.ActMeasure) ||
		offers(t, h, network.ActReply) && offers(t, h, network.ActMeasure) && counts[network.Replies] != 1 {
		t.Errorf("counts %v", counts)
	}
	w.Stage.Weather.Clear()
	w.Restart()
	for name, plain := range w.answers(t, sent.Ref) {
		if !reflect.DeepEqual(odd[name], plain) {
			t.Errorf("%s: %+v, and without the fields %+v", name, odd[name], plain)
		}
	}
}

// answers are what a network says of an account and its post, by what was asked.
func (w *World) answers(t *testing.T, post network.Ref) map[string]any {
	t.Helper()
	all := map[string]any{}
	keep := func(name string, got any, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		all[name] = got
	}
	health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	keep("health", health, err)
	var counts map[string]network.Counts
	if m, ok := w.Driver.(network.Measurer); ok && w.can(network.ActMeasure) {
		counts, err = m.Measure(t.Context(), w.Conn, []network.Ref{post})
	}
	keep("counts", counts, err)
	if i, ok := w.Driver.(network.Insighter); ok && w.can(network.ActInsights) {
		figures, err := i.Insights(t.Context(), w.Conn, w.Now().AddDate(0, 0, -3))
		keep("figures", figures, err)
	}
	if c, ok := w.Driver.(network.Chooser); ok {
		for _, option := range w.Driver.Profile().Options {
			if option.Account {
				choices, err := c.Choices(t.Context(), w.Conn, network.Choosing{Option: option.Name})
				keep("choices of "+option.Name, choices, err)
			}
		}
	}
	return all
}

func forgedHook(t *testing.T, h Harness) {
	w := open(t, h, h.Open)
	knocker, ok := knocker(t, h, w)
	if !ok {
		return
	}
	if h.Hook == nil {
		t.Fatal("the harness has no webhook")
	}
	header, body, key := h.Hook(t, w.Stage.Clock.Now())
	if err := knocker.Verify(header, body, key); err != nil {
		t.Fatalf("a good one is refused: %v", err)
	}
	flipped := bytes.Clone(body)
	flipped[len(flipped)/2] ^= 1
	forged := map[string]func() error{
		"another body": func() error { return knocker.Verify(header, flipped, key) },
		"a longer one": func() error { return knocker.Verify(header, append(bytes.Clone(body), ' '), key) },
		"another key":  func() error { return knocker.Verify(header, body, key+"x") },
		"no key":       func() error { return knocker.Verify(header, body, "") },
		"no header":    func() error { return knocker.Verify(http.Header{}, body, key) },
	}
	for name := range header {
		short := header.Clone()
		short.Set(name, header.Get(name)[:len(header.Get(name))/2])
		forged["half a "+name] = func() error { return knocker.Verify(short, body, key) }
	}
	for name, verify := range forged {
		if err := verify(); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if _, ok := knocker.Challenge(nil, network.App{ID: "1", Secret: "x", Verify: "x"}); ok {
		t.Error("nothing is a challenge")
	}
}

// nasties are bodies that nobody should send.
func nasties() [][]byte {
	return [][]byte{
		nil, []byte("null"), []byte("{}"), []byte("[]"), []byte("7"), []byte(`"x"`), []byte("\xff\xfe"), []byte(`{"a":`),
		[]byte(strings.Repeat("[", 200_000)), []byte(strings.Repeat(`{"a":`, 20_000)),
		[]byte(`{"text":"` + strings.Repeat("x", 1<<20) + `"}`), []byte(`[null,null]`), []byte(`{"id":null,"entry":[null],"notifications":[null]}`),
	}
}

func hostile(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	for _, body := range append(nasties(), h.Hostile...) {
		for _, raw := range split(w.Driver, body) {
			w.decodes(raw)
		}
	}
	// Something real, damaged in every place.
	_, sent := w.Publish("break me")
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "ok \u202e\u0007 <script>alert(1)</script>", Person: "p002"})
	raws, err := w.raws("")
	if err != nil || len(raws) == 0 {
		t.Fatalf("%d, %v", len(raws), err)
	}
	for _, raw := range raws {
		w.decodes(raw)
		for i := 0; i < len(raw.Body); i += 3 {
			cut := raw
			cut.Body = raw.Body[:i]
			w.decodes(cut)
			cut.Body = bytes.Clone(raw.Body)
			cut.Body[i] ^= 0x15
			w.decodes(cut)
		}
	}
}

// split gives the body itself and what a webhook of it would be split into.
func split(d network.Driver, body []byte) []network.Raw {
	all := []network.Raw{{Body: body}}
	if k, ok := d.(network.Knocker); ok {
		raws, err := k.Split(body)
		if err == nil {
			all = append(all, raws...)
		}
	}
	return all
}

// decodes decodes twice and holds the events against what is promised.
func (w *World) decodes(raw network.Raw) {
	w.t.Helper()
	decoder := w.Driver.(network.Decoder)
	first, err := decoder.Decode(w.Conn, raw)
	again, err2 := decoder.Decode(w.Conn, raw)
	if !reflect.DeepEqual(first, again) || (err == nil) != (err2 == nil) {
		w.t.Errorf("decoding twice differs: %+v, %+v", first, again)
	}
	if err := Sound(first); err != nil {
		w.t.Errorf("%v, of %.300q", err, raw.Body)
	}
}

// Sound says what is wrong with events that came out of a decoder, for fuzzing
// too: text that cannot be stored, kinds that do not exist, no end.
func Sound(events []network.Event) error {
	data, err := json.Marshal(events)
	if err != nil {
		return err
	}
	if len(data) > 4<<20 {
		return fmt.Errorf("%d bytes of events", len(data))
	}
	for _, e := range events {
		texts := []string{e.ID, e.URL, e.Text, e.Thread, e.Post, e.Parent, e.Author.ID, e.Author.Handle, e.Author.Name, e.Author.AvatarURL, e.Author.URL, e.Key, e.Failure, e.Price}
		for _, a := range e.Media {
			texts = append(texts, a.Type, a.URL, a.Alt)
		}
		if n := e.Notice; n != nil {
			texts = append(texts, n.Subject, n.Template, n.TemplateID, n.Text, n.Fix)
		}
		if (e.Kind == network.Noticed) != (e.Notice != nil) {
			return fmt.Errorf("%s with notice %v", e.Kind, e.Notice)
		}
		for _, s := range texts {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				return fmt.Errorf("%.200q cannot be stored", s)
			}
		}
		switch e.Kind {
		case network.Comment, network.Mention, network.Direct, network.Reaction, network.Repost, network.Follow,
			network.Edited, network.Deleted, network.Hidden, network.Receipt, network.Ours, network.Named, network.Charged, network.Noticed:
		default:
			return fmt.Errorf("no event is called %q", e.Kind)
		}
	}
	return nil
}

func hostileNetwork(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	_, sent := w.Publish("before")
	for _, body := range nasties() {
		w.Front.Instead(func(rw http.ResponseWriter, _ *http.Request) bool {
			rw.Header().Set("Content-Type", "application/json")
			_, _ = rw.Write(body) // the client sees to it
			return true
		})
		if _, err := w.Send(w.Part("x")); err != nil {
			w.kind(err, fault.Uncertain, fault.Unavailable, fault.Denied, fault.Invalid)
		} else {
			t.Errorf("%.60q says that a post went out", body)
		}
		_, _, _ = w.tryRead(t.Context(), "") // no panic
		if m, ok := w.Driver.(network.Measurer); ok {
			_, _ = m.Measure(t.Context(), w.Conn, []network.Ref{sent.Ref}) // no panic
		}
		_, _, _ = w.Driver.(network.Checker).Check(t.Context(), w.Conn)    // no panic
		_, _ = w.Driver.(network.Connector).Connect(t.Context(), w.fields) // no panic
		if d, ok := w.Driver.(network.Deleter); ok {
			_ = d.Delete(t.Context(), w.Conn, network.Ref{ID: "\x00/../" + sent.ID}) // no panic
		}
	}
	w.Front.Instead(func(rw http.ResponseWriter, _ *http.Request) bool {
		_, _ = rw.Write([]byte(`{"x":"`)) // the client sees to it
		for range 200 {
			if _, err := rw.Write(bytes.Repeat([]byte("x"), 1<<16)); err != nil {
				return true
			}
		}
		return true
	})
	_, err := w.Send(w.Part("x"))
	w.kind(err, fault.Uncertain, fault.Unavailable, fault.Denied, fault.Invalid)
}
