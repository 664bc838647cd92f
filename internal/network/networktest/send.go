package networktest

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
)

func connects(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	a := w.Account
	if a.ID == "" || a.Base == "" || a.Handle == "" || a.Name == "" || a.Keys == "" || a.Limits.Text.Max == 0 {
		t.Errorf("something is missing: %+v", a)
	}
	health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || health.State != "ok" || health.Handle == "" {
		t.Errorf("health %+v, %v", health, err)
	}
	for name := range w.fields {
		fields := map[string]string{}
		for n, v := range w.fields {
			fields[n] = v
		}
		fields[name] = "\x00not\u2028this"
		_, err := w.Driver.(network.Connector).Connect(t.Context(), fields)
		if err == nil {
			t.Errorf("%s may be nonsense", name)
			continue
		}
		w.kind(err, fault.Invalid, fault.Denied, fault.NotFound)
	}
}

func publishes(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	text := h.Sample
	if text == "" {
		text = "Bonjour 👋🏽 à tous & <b>all</b>\n\nhttps://example.org/a?b=c#d #été \"q\""
	}
	part, sent := w.Publish(text)
	made := w.Ledger(sandbox.Publish)
	if len(made) != 1 || made[0].Text != text {
		t.Fatalf("the ledger has %+v", made)
	}
	if sent.ID != made[0].Object || sent.At.IsZero() {
		t.Errorf("sent as %+v, and it is %s", sent, made[0].Object)
	}
	look, err := w.Look(part)
	if err != nil {
		t.Fatal(err)
	}
	ours(t, look, part, sent.ID)
}

// ours fails unless a look shows the part, and as the given id.
func ours(t *testing.T, look network.Look, part network.Part, id string) {
	t.Helper()
	if look.Exact != nil {
		if look.Exact.ID != id || look.Exact.Text != part.Text {
			t.Errorf("found %+v, and ours is %s", look.Exact, id)
		}
		return
	}
	same := near(look, part)
	if len(same) != 1 || same[0].ID != id {
		t.Errorf("what looks like ours: %+v; ours is %s; all %+v", same, id, look.Near)
	}
}

// near are the posts of a look that may be the part: same text, same place, not
// older than it but for what clocks differ.
func near(look network.Look, part network.Part) []network.Seen {
	after := ""
	if part.After != nil {
		after = part.After.ID
	}
	var all []network.Seen
	for _, s := range look.Near {
		if !s.Doubtful && strings.Join(strings.Fields(s.Text), " ") == strings.Join(strings.Fields(part.Text), " ") && s.After == after &&
			s.Media == len(part.Media) && !s.At.Before(part.At.Add(-network.Skew)) {
			all = append(all, s)
		}
	}
	return all
}

func threads(t *testing.T, h Harness) {
	if !offers(t, h, network.ActThread) {
		return
	}
	w := NewWorld(t, h)
	var root, after *network.Ref
	for _, text := range []string{"one", "two", "three"} {
		part := w.Part(text)
		part.After, part.Root = after, root
		sent, err := w.Send(part)
		if err != nil {
			t.Fatal(err)
		}
		// As after a restart: the reference comes from the database.
		ref := network.Ref{ID: sent.ID, URL: sent.URL, Extra: bytes.Clone(sent.Extra)}
		after = &ref
		if root == nil {
			root = &ref
		}
	}
	made := w.Ledger(sandbox.Publish, sandbox.Reply)
	if len(made) != 3 || made[0].Parent != "" || made[1].Parent != made[0].Object || made[2].Parent != made[1].Object {
		t.Errorf("the thread is %+v", made)
	}
}

func images(t *testing.T, h Harness) {
	if !offers(t, h, network.ActImage) {
		return
	}
	w := NewWorld(t, h)
	if w.Account.Limits.Media.MaxItems < 2 {
		t.Fatalf("%s takes one image: give a test of its own", h.Name)
	}
	part := w.Part("with two images")
	part.Media = []network.Media{w.picture("Un chat sur le toit"), w.picture("A dog")}
	sent, err := w.Send(part)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(w.Ledger(sandbox.Publish)); n != 1 {
		t.Errorf("%d posts", n)
	}
	described := 0
	for _, r := range w.Front.Requests() {
		for _, alt := range []string{"Un chat sur le toit", "A dog"} {
			if bytes.Contains(r.Body, []byte(alt)) || strings.Contains(r.Query, strings.ReplaceAll(alt, " ", "+")) ||
				bytes.Contains(r.Body, []byte(strings.ReplaceAll(alt, " ", "+"))) {
				described++
			}
		}
	}
	if described < 2 {
		t.Error("the network was not told what the images show")
	}
	look, err := w.Look(part)
	if err != nil {
		t.Fatal(err)
	}
	ours(t, look, part, sent.ID)

	for range 30 {
		part.Media = append(part.Media, w.picture("more"))
	}
	part.Key += "x"
	before := len(w.Front.Requests())
	_, err = w.Send(part)
	w.kind(err, fault.Invalid)
	if len(w.Front.Requests()) != before {
		t.Error("the network was asked about too many images")
	}
}

func tooLong(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	plain, _ := w.Account.Limits.Of(network.PlainPost)
	most := plain.Beside(w.Part("").Media).Max
	before := len(w.Front.Requests())
	_, err := w.Send(w.Part(strings.Repeat("é", most+1)))
	w.kind(err, fault.Invalid)
	if _, hint := fault.Shown(err); hint == "" {
		t.Error("nothing is said about what to do")
	}
	if len(w.Front.Requests()) != before {
		t.Error("the network was asked, though the limit is known")
	}
	// The network changed its mind and we do not know yet.
	w.Conn.Limits.Text.Max, w.Conn.Limits.Text.MaxBytes = most*100, 0
	w.Conn.Limits.Media.Image.Text = nil
	if w.Conn.Limits.Media.MaxItems == 0 {
		w.Conn.Limits = w.Account.Limits
	}
	_, err = w.Send(w.Part(strings.Repeat("é", most+1)))
	w.kind(err, fault.Invalid)
	w.Publish(strings.Repeat("é", most))
	if n := len(w.Ledger(sandbox.Publish)); n != 1 {
		t.Errorf("%d posts went out", n)
	}
}

func throttled(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	hint := 37
	w.Weather(sandbox.Mishap{Kind: sandbox.Throttled, Action: sandbox.Publish, Times: 1, RetryAfterS: &hint})
	_, err := w.Send(w.Part("one"))
	w.kind(err, fault.Throttled)
	if after := fault.After(err); after < 30*time.Second || after > 45*time.Second+h.Grain {
		t.Errorf("wait %v, and the network said 37 s", after)
	}
	w.Weather(sandbox.Mishap{Kind: sandbox.Throttled, Action: sandbox.Publish, Times: 1})
	_, err = w.Send(w.Part("two"))
	w.kind(err, fault.Throttled)
	if offers(t, h, network.ActPoll) {
		w.Weather(sandbox.Mishap{Kind: sandbox.Throttled, Action: sandbox.Read, Times: 1, RetryAfterS: &hint})
		_, _, err = w.tryRead(t.Context(), "")
		w.kind(err, fault.Throttled)
	}
	if n := len(w.Ledger(sandbox.Publish)); n != 0 {
		t.Errorf("%d posts went out", n)
	}
}

func trouble(t *testing.T, h Harness) {
	for _, m := range []sandbox.Mishap{
		{Kind: sandbox.ServerError}, {Kind: sandbox.ServerError, Status: 500}, {Kind: sandbox.ServerError, Status: 502},
		{Kind: sandbox.Maintenance}, {Kind: sandbox.Cut},
	} {
		w := NewWorld(t, h)
		m.Action, m.Times = sandbox.Publish, 1
		w.Weather(m)
		part := w.Part("in bad weather")
		_, err := w.Send(part)
		// Nothing happened, but from here that cannot be known.
		w.kind(err, fault.Uncertain, fault.Unavailable)
		if fault.Is(err, fault.Unavailable) && len(w.Ledger(sandbox.Publish)) > 0 {
			t.Errorf("%s: accepted, and the driver says it was not", m.Kind)
		}
		look, err := w.Look(part)
		if err != nil {
			t.Fatal(err)
		}
		if look.Exact != nil || len(near(look, part)) > 0 || !look.Complete {
			t.Errorf("%s: nothing is there, and the look is %+v", m.Kind, look)
		}
		if !offers(t, h, network.ActPoll) {
			continue
		}
		m.Action = sandbox.Read
		w.Weather(m)
		// What only reads may be asked again at once when the connection broke.
		if _, _, err = w.tryRead(t.Context(), ""); err != nil || m.Kind != sandbox.Cut {
			w.kind(err, fault.Unavailable)
		}
	}
}

func refusedConnection(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	w.server.Close()
	w.Restart() // without connections that were open before
	_, err := w.Send(w.Part("to nobody"))
	w.kind(err, fault.Unavailable)
	_, err = w.Find(w.Part("to nobody"), time.Time{})
	w.kind(err, fault.Unavailable)
	_, _, err = w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	w.kind(err, fault.Unavailable)
}

// after are the ways in which a network accepts and does not say so.
func after() []sandbox.Mishap {
	return []sandbox.Mishap{{Kind: sandbox.LostAnswer}, {Kind: sandbox.CutAnswer}, {Kind: sandbox.ErrorAfter}, {Kind: sandbox.ErrorAfter, Status: 504}}
}

func lostAnswer(t *testing.T, h Harness) {
	for _, m := range after() {
		w := NewWorld(t, h)
		m.Action, m.Times = sandbox.Publish, 1
		w.Weather(m)
		part := w.Part("did it arrive? " + string(m.Kind))
		_, err := w.Send(part)
		w.kind(err, fault.Uncertain)
		found(t, w, part, sandbox.Publish)
	}
}

// found fails unless a look finds the one thing that the ledger shows.
func found(t *testing.T, w *World, part network.Part, action ...sandbox.Action) {
	t.Helper()
	made := w.Ledger(action...)
	if len(made) != 1 {
		t.Fatalf("the ledger has %+v", made)
	}
	w.Restart()
	look, err := w.Look(part)
	if err != nil {
		t.Fatal(err)
	}
	if look.Exact != nil {
		ours(t, look, part, made[0].Object)
		if _, gradual := w.Driver.(network.Stepper); gradual {
			return // what was found is never sent again
		}
		// Who knows his posts by a key can repeat them without harm, also at a
		// later try.
		if _, err := w.Send(part); err != nil {
			t.Errorf("repeated: %v", err)
		}
		part.At = part.At.Add(time.Minute)
		if _, err := w.Send(part); err != nil && !fault.Is(err, fault.Uncertain) {
			t.Errorf("repeated later: %v", err)
		}
		if n := len(w.Ledger(action...)); n != 1 {
			t.Errorf("the repetition made it %d", n)
		}
		if changed := w.Ledger(sandbox.Edit); len(changed) != 0 {
			t.Errorf("the repetition changed what was there: %+v", changed)
		}
		return
	}
	same := near(look, part)
	if len(same) != 1 || !strings.Contains(made[0].Object, same[0].ID) {
		t.Errorf("what looks like ours: %+v; ours is %s", same, made[0].Object)
	}
}

func lostReply(t *testing.T, h Harness) {
	if !offers(t, h, network.ActReply) {
		return
	}
	for _, m := range after()[:2] {
		w := NewWorld(t, h)
		_, sent := w.Publish("say something")
		comment, _ := w.comment(sent.ID, "something")
		part := w.Answer("Thank you!", comment.Ref)
		m.Action, m.Times = sandbox.Reply, 1
		w.Weather(m)
		_, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, part)
		w.kind(err, fault.Uncertain)
		look, err := w.Look(part)
		if err != nil {
			t.Fatal(err)
		}
		made := w.Ledger(sandbox.Reply)
		if len(made) != 1 {
			t.Fatalf("the ledger has %+v", made)
		}
		if look.Exact == nil {
			// Networks that show an answer with the person's name before it are
			// asked for the same text, so the driver says it without.
			if same := near(look, part); len(same) != 1 || same[0].ID != made[0].Object {
				t.Errorf("what looks like ours: %+v of %+v; ours is %s", same, look.Near, made[0].Object)
			}
		} else if look.Exact.ID != made[0].Object {
			t.Errorf("found %s, and ours is %s", look.Exact.ID, made[0].Object)
		}
	}
}

func earlierTwin(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	hour := 3600.0
	w.Weather(sandbox.Mishap{Kind: sandbox.EarlierTwin, Action: sandbox.Publish, Times: 1, Seconds: &hour})
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
	part := w.Part("Good morning!")
	_, err := w.Send(part)
	w.kind(err, fault.Uncertain)
	found(t, w, part, sandbox.Publish)

	// The same words once more, and this time they do not arrive.
	w.Stage.Clock.Advance(time.Hour)
	again := w.Part("Good morning!")
	w.Weather(sandbox.Mishap{Kind: sandbox.Cut, Action: sandbox.Publish, Times: 1})
	_, err = w.Send(again)
	w.kind(err, fault.Uncertain)
	look, err := w.Look(again)
	if err != nil {
		t.Fatal(err)
	}
	if look.Exact != nil || len(near(look, again)) > 0 || !look.Complete {
		t.Errorf("it never arrived, and the look is %+v", look)
	}
}

func listedLate(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	w.Weather(sandbox.Mishap{Kind: sandbox.ListedLate, Action: sandbox.Publish})
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
	part := w.Part("patience")
	_, err := w.Send(part)
	w.kind(err, fault.Uncertain)
	look, err := w.Look(part)
	if err != nil {
		t.Fatal(err)
	}
	if look.Keyed && look.Exact == nil {
		t.Error("it is there, and the driver says that it is certainly not")
	}
	delay := w.Driver.Profile().Delay
	if !look.Keyed && delay < 90*time.Second {
		t.Errorf("the driver believes that everything is listed after %v", delay)
	}
	w.Stage.Clock.Advance(delay + time.Second)
	look, err = w.Look(part)
	if err != nil || !look.Complete {
		t.Fatalf("after the delay: %+v, %v", look, err)
	}
	found(t, w, part, sandbox.Publish)
}

func blindLook(t *testing.T, h Harness) {
	w := NewWorld(t, h)
	part := w.Part("where am I?")
	for _, body := range []string{"", "{}", "null", `{"error":null}`, "<html>Back soon</html>", "[null", `"x"`, "7", `[{"id":7}]`, `{"data":"x"}`, `[null]`} {
		w.Front.Instead(func(rw http.ResponseWriter, _ *http.Request) bool {
			rw.Header().Set("Content-Type", "application/json")
			_, _ = rw.Write([]byte(body)) // the client sees to it
			return true
		})
		look, err := w.Look(part)
		if err == nil && (look.Complete || look.Exact != nil || look.Keyed) {
			t.Errorf("%q proves %+v", body, look)
		}
	}
}
