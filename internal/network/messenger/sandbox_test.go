package messenger_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/facebook"
	"github.com/kithhq/kith/internal/network/messenger"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pages "github.com/kithhq/kith/internal/sandbox/facebook"
	pretended "github.com/kithhq/kith/internal/sandbox/messenger"
	"github.com/kithhq/kith/internal/secret"
)

const (
	appID     = "600000000000001"
	appSecret = "app-secret"
)

// harness is Messenger for the suite. Nothing is published here: what the suite proves
// with posts is proved with messages instead.
func harness(o messenger.Options) networktest.Harness {
	return networktest.Harness{
		Name: "messenger",
		Open: func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
			on := pages.New(stage, pages.Options{RequireProof: o.AppSecret != ""})
			page := on.AddPage("Atelier des Halles")
			return pretended.New(on).Handler(), func(string) map[string]string {
				return map[string]string{"page": page.ID, "token": page.Token}
			}
		},
		Driver: func(out *outward.Client, base string, now func() time.Time) network.Driver {
			o := o
			o.GraphURL, o.Now = base, now
			return messenger.New(out, o)
		},
		Grain: time.Minute,
		Instead: map[string]func(*testing.T, networktest.Harness){
			"an answer lost after acceptance is found":              lostAnswer,
			"a lost answer to a reply is found":                     lostAnswer,
			"comments come in and are answered":                     answers,
			"private messages come in and are answered":             answers,
			"likes are given and taken back":                        thumbs,
			"people are kept out and let back":                      blocks,
			"nothing is left out between two readings":              reading,
			"a key that is refused is said, with what to do":        deniedKeys,
			"too fast: later, and when if the network says so":      throttled,
			"trouble before acceptance leaves nothing behind":       trouble,
			"what is too long is refused before and by the network": tooLong,
			"fields nobody announced change nothing":                unknownFields,
			"hostile bodies do no harm":                             hostile,
			"a hostile network does no harm":                        hostileNetwork,
			// It is told at Facebook's address, so Facebook's driver judges signatures.
			"a forged webhook is refused":                               forgedHook,
			"a webhook that comes twice or out of order tells the same": told,
			"one webhook tells of several people":                       told,
			"a huge webhook is refused, or read in bounds":              told,
			"a webhook with fields that nobody announced says the same": told,
		},
	}
}

func TestMessengerWithAnApp(t *testing.T) {
	networktest.Run(t, harness(messenger.Options{AppID: appID, AppSecret: appSecret}))
}

func TestMessengerWithATokenAlone(t *testing.T) { networktest.Run(t, harness(messenger.Options{})) }

func world(t *testing.T) *networktest.World {
	t.Helper()
	return networktest.NewWorld(t, harness(messenger.Options{AppID: appID, AppSecret: appSecret}))
}

// direct lets a person write and gives the event of it.
func direct(t *testing.T, w *networktest.World, who, text string) network.Event {
	t.Helper()
	_, cursor := w.Read("")
	w.Act(sandbox.Act{Kind: "message", Text: text, Person: who})
	events, _ := w.Read(cursor)
	for _, e := range events {
		if e.Kind == network.Direct && e.Text == text {
			return e
		}
	}
	t.Fatalf("%s did not come in; what came: %+v", text, events)
	return network.Event{}
}

func reply(t *testing.T, w *networktest.World, text string, to network.Ref) (network.Part, network.Sent, error) {
	t.Helper()
	part := w.Answer(text, to)
	part.Private = true
	sent, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, part)
	return part, sent, err
}

func is(t *testing.T, err error, want ...fault.Kind) {
	t.Helper()
	for _, k := range want {
		if fault.Is(err, k) {
			return
		}
	}
	t.Fatalf("%v, and it should be %v", err, want)
}

func answers(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	text := "J'adore <3 & \"ça\" – 5 > 3 👩‍👩‍👧"
	e := direct(t, w, "p003", text)
	if e.Author.ID == "" || e.Author.Name == "" || e.Thread != e.Author.ID || e.At.IsZero() || !e.Private {
		t.Errorf("something is missing: %+v", e)
	}
	_, sent, err := reply(t, w, "Bonjour !", e.Ref)
	if err != nil {
		t.Fatal(err)
	}
	made := w.Ledger(sandbox.Message)
	if len(made) != 1 || made[0].Text != "Bonjour !" || made[0].Object != sent.ID || made[0].Parent != e.ID {
		t.Fatalf("the ledger has %+v, and sent was %+v", made, sent)
	}
	if public := w.Ledger(sandbox.Publish, sandbox.Reply); len(public) != 0 {
		t.Fatalf("a private answer became %+v", public)
	}
	events, _ := w.Read("")
	i := slices.IndexFunc(events, func(e network.Event) bool { return e.ID == sent.ID })
	if i < 0 || events[i].Kind != network.Ours || events[i].Thread != e.Thread {
		t.Errorf("our answer is read as %+v", events)
	}
	// One may go on with what was sent.
	if _, _, err := reply(t, w, "Encore", sent.Ref); err != nil {
		t.Error(err)
	}
	_, _, err = reply(t, w, "to nobody", network.Ref{ID: "m_1"})
	is(t, err, fault.Invalid)
	_, _, err = reply(t, w, "to ourselves", network.Ref{ID: "m_1", Extra: []byte(`{"to":"` + w.Account.ID + `"}`)})
	is(t, err, fault.Invalid)
}

func lostAnswer(t *testing.T, h networktest.Harness) {
	for _, m := range []sandbox.Mishap{{Kind: sandbox.LostAnswer}, {Kind: sandbox.ErrorAfter}, {Kind: sandbox.CutAnswer}} {
		w := networktest.NewWorld(t, h)
		e := direct(t, w, "p003", "Are you open?")
		m.Action, m.Times = sandbox.Message, 1
		w.Weather(m)
		part, _, err := reply(t, w, "We are, from ten.", e.Ref)
		is(t, err, fault.Uncertain)
		look, err := w.Look(part)
		if err != nil {
			t.Fatal(err)
		}
		made := w.Ledger(sandbox.Message)
		if len(made) != 1 || len(look.Near) != 1 || look.Near[0].ID != made[0].Object || look.Near[0].Text != "We are, from ten." || look.Near[0].After != e.ID || !look.Complete {
			t.Errorf("%s: made %+v, found %+v", m.Kind, made, look)
		}
		// What was said before is none of ours.
		w.Stage.Clock.Advance(time.Hour)
		if look, err = w.Driver.(network.Finder).Find(t.Context(), w.Conn, part, w.Stage.Clock.Now()); err != nil || len(look.Near) != 0 || !look.Complete {
			t.Errorf("an hour later: %+v, %v", look, err)
		}
	}
}

func thumbs(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	e := direct(t, w, "p002", "Merci pour tout")
	liker := w.Driver.(network.Liker)
	for _, on := range []bool{true, true, false, false} {
		if err := liker.Like(t.Context(), w.Conn, e.Ref, on); err != nil {
			t.Fatalf("like %v: %v", on, err)
		}
	}
	if made := w.Ledger(sandbox.Like); len(made) == 0 || made[0].Object != e.ID || made[0].Text != "👍" {
		t.Errorf("%+v", made)
	}
	is(t, liker.Like(t.Context(), w.Conn, network.Ref{ID: e.ID}, true), fault.Invalid)
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Message, Times: 1})
	if err := liker.Like(t.Context(), w.Conn, e.Ref, true); err != nil {
		is(t, err, fault.Unavailable) // done again without harm
	}
}

func blocks(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	e := direct(t, w, "p001", "no")
	banner := w.Driver.(network.Banner)
	act := sandbox.Act{Kind: "message", Text: "hello again", Person: "p001", Network: "messenger"}
	for _, on := range []bool{true, true, false, false} {
		if err := banner.Ban(t.Context(), w.Conn, e.Author, on); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Stage.Scripts.Do(act); (err == nil) == on {
			t.Errorf("kept out: %v, and writing gives %v", on, err)
		}
	}
	is(t, banner.Ban(t.Context(), w.Conn, network.Author{ID: w.Account.ID}, true), fault.Invalid)
	is(t, banner.Ban(t.Context(), w.Conn, network.Author{}, true), fault.Invalid)
}

// reading lets many people write more than one page holds, between small readings.
func reading(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	_, cursor := w.Read("")
	want, got := map[string]bool{}, map[string]int{}
	read := func() {
		var events []network.Event
		events, cursor = w.Read(cursor)
		for _, e := range events {
			if e.Kind == network.Direct {
				got[e.ID]++
			}
		}
	}
	for i := range 120 {
		done := w.Act(sandbox.Act{Kind: "message", Text: fmt.Sprint("word ", i), Person: fmt.Sprintf("p%03d", i*i%40+1)})
		want[done.ID] = true
		if i%17 == 0 {
			w.Stage.Clock.Advance(40 * time.Second)
			read()
		}
	}
	for i := range 60 { // one person says more than a list shows at once
		done := w.Act(sandbox.Act{Kind: "message", Text: fmt.Sprint("flood ", i), Person: "p005"})
		want[done.ID] = true
	}
	read()
	for id := range want {
		if got[id] == 0 {
			t.Errorf("%s was left out", id)
		}
	}
	first, err := w.Driver.(network.Reader).Read(t.Context(), w.Conn, "")
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.Driver.(network.Reader).Read(t.Context(), w.Conn, "of an older version")
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, r := range first.Events {
		if keys[r.Key] || r.Person == "" || r.Account != w.Conn.Account || r.At.IsZero() || r.Network != "" {
			t.Errorf("%+v", r)
		}
		keys[r.Key] = true
	}
	for _, r := range again.Events {
		if !keys[r.Key] {
			t.Errorf("told again, %q is another event", r.Key)
		}
	}
	if !slices.IsSortedFunc(first.Events, func(a, b network.Raw) int { return a.At.Compare(b.At) }) {
		t.Error("events do not come in the order of their time")
	}
}

func deniedKeys(t *testing.T, h networktest.Harness) {
	for _, m := range []sandbox.Mishap{{Kind: sandbox.TokenRevoked}, {Kind: sandbox.TokenReduced}, {Kind: sandbox.TokenExpired}} {
		t.Run(string(m.Kind), func(t *testing.T) {
			w := networktest.NewWorld(t, h)
			e := direct(t, w, "p001", "hello")
			w.Weather(m)
			_, _, err := reply(t, w, "with a bad key", e.Ref)
			is(t, err, fault.Denied)
			if _, hint := fault.Shown(err); hint == "" {
				t.Error("nothing is said about what to do")
			}
			if _, err := w.Driver.(network.Reader).Read(t.Context(), w.Conn, ""); !fault.Is(err, fault.Denied) {
				t.Errorf("reading gives %v", err)
			}
			health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
			if err != nil || health.State != "broken" || health.Text == "" || health.Fix == "" {
				t.Errorf("health %+v, %v", health, err)
			}
			if n := len(w.Ledger(sandbox.Message)); n != 0 {
				t.Errorf("%d messages went out", n)
			}
		})
	}
}

func throttled(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	e := direct(t, w, "p001", "hello")
	wait := 120
	w.Weather(sandbox.Mishap{Kind: sandbox.Throttled, Action: sandbox.Message, RetryAfterS: &wait, Times: 1})
	_, _, err := reply(t, w, "too fast", e.Ref)
	is(t, err, fault.Throttled)
	if after := fault.After(err); after < 2*time.Minute || after > 3*time.Minute {
		t.Errorf("again in %v", after)
	}
	if _, _, err := reply(t, w, "not too fast", e.Ref); err != nil {
		t.Error(err)
	}
}

func trouble(t *testing.T, h networktest.Harness) {
	for _, m := range []sandbox.Mishap{{Kind: sandbox.ServerError}, {Kind: sandbox.Maintenance}, {Kind: sandbox.Cut}} {
		w := networktest.NewWorld(t, h)
		e := direct(t, w, "p001", "hello")
		m.Action, m.Times = sandbox.Message, 1
		w.Weather(m)
		_, _, err := reply(t, w, "in bad weather", e.Ref)
		is(t, err, fault.Unavailable, fault.Uncertain)
		if n := len(w.Ledger(sandbox.Message)); n != 0 {
			t.Errorf("%s left %d messages", m.Kind, n)
		}
	}
}

func tooLong(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	e := direct(t, w, "p001", "hello")
	before := len(w.Front.Requests())
	for _, text := range []string{strings.Repeat("é", 2001), " \n", ""} {
		_, _, err := reply(t, w, text, e.Ref)
		is(t, err, fault.Invalid)
	}
	if n := len(w.Front.Requests()); n != before {
		t.Errorf("%d requests for what can never pass", n-before)
	}
	if _, _, err := reply(t, w, strings.Repeat("é", 2000), e.Ref); err != nil {
		t.Error(err)
	}
	part := w.Answer("words beside a file", e.Ref)
	part.Media = []network.Media{networktest.Picture("image/png", 8, 8, "")}
	_, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, part)
	is(t, err, fault.Invalid)
}

func unknownFields(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	w.Weather(sandbox.Mishap{Kind: sandbox.UnknownFields})
	e := direct(t, w, "p001", "odd times")
	if _, sent, err := reply(t, w, "odd indeed", e.Ref); err != nil || sent.ID == "" {
		t.Errorf("%+v, %v", sent, err)
	}
}

func nasty() [][]byte {
	return [][]byte{nil, []byte("null"), []byte("[]"), []byte(`""`), []byte(`{"data":null}`), []byte(`{"data":[null,7,"x",{"id":{}}]}`), []byte(`{"message":null}`), []byte(`{"named":{}}`),
		[]byte(`{"id":"\u0000","message_id":"../../x","recipient_id":7}`), []byte(`{"error":{"code":"x"}}`), []byte("<html>"), bytes.Repeat([]byte("["), 100_000),
		[]byte(`{"message":{"id":"m_1","with":{"id":"2","name":"\u0000"},"text":"\ud800\u0000","sent":9e18,"media":[{"type":"x","url":"\u0000"}]}}`),
		[]byte(`{"data":[{"id":"t_1","updated_time":"x","messages":{"data":[{"id":"m_1","from":{"id":"2"},"created_time":7}],"paging":{"next":"https://evil.example/?after=x"}}}]}`)}
}

func hostile(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	for _, body := range nasty() {
		events, err := w.Driver.(network.Decoder).Decode(w.Conn, network.Raw{Body: body})
		if err == nil {
			err = networktest.Sound(events)
		} else if fault.Is(err, fault.Invalid) {
			err = nil
		}
		if err != nil {
			t.Errorf("%.60q: %v", body, err)
		}
	}
}

func hostileNetwork(t *testing.T, h networktest.Harness) {
	w := networktest.NewWorld(t, h)
	e := direct(t, w, "p001", "before")
	for _, body := range nasty() {
		w.Front.Instead(func(rw http.ResponseWriter, _ *http.Request) bool {
			rw.Header().Set("Content-Type", "application/json")
			_, _ = rw.Write(body) // the client sees to it
			return true
		})
		part, _, err := reply(t, w, "x", e.Ref)
		is(t, err, fault.Uncertain, fault.Unavailable, fault.Denied, fault.Invalid)
		_, _ = w.Driver.(network.Reader).Read(t.Context(), w.Conn, "")                     // no panic
		_, _ = w.Driver.(network.Finder).Find(t.Context(), w.Conn, part, time.Time{})      // no panic
		_, _, _ = w.Driver.(network.Checker).Check(t.Context(), w.Conn)                    // no panic
		_, _ = w.Driver.(network.Connector).Connect(t.Context(), w.Fields())               // no panic
		_ = w.Driver.(network.Liker).Like(t.Context(), w.Conn, e.Ref, true)                // no panic
		_ = w.Driver.(network.Banner).Ban(t.Context(), w.Conn, e.Author, true)             // no panic
		_, _ = w.Driver.(network.Subscriber).Subscribe(t.Context(), w.Conn, "https://k.x") // no panic
	}
}

func forgedHook(t *testing.T, _ networktest.Harness) {
	set := network.NewSet(facebook.New(nil, facebook.Options{}), messenger.New(nil, messenger.Options{}))
	if set.Host("messenger") != "facebook" || !slices.Equal(set.Guests("facebook"), []network.Name{"messenger"}) || set.Host("facebook") != "facebook" {
		t.Fatal("Messenger is no guest of Facebook")
	}
	body := []byte(`{"object":"page","entry":[{"id":"1","time":1700000000000,"messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":1700000000000,"message":{"mid":"m_1","text":"hi"}}]}]}`)
	signed, _ := pages.Sign(appSecret, body)
	knocker := facebook.New(nil, facebook.Options{})
	good := http.Header{"X-Hub-Signature-256": {signed}}
	if err := knocker.Verify(good, body, secret.Text(appSecret)); err != nil {
		t.Error(err)
	}
	if err := knocker.Verify(good, append(bytes.Clone(body), ' '), secret.Text(appSecret)); !fault.Is(err, fault.Denied) {
		t.Errorf("a forged one: %v", err)
	}
}
