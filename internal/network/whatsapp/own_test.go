package whatsapp_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/whatsapp"
)

// What is refused has a kind, and says what to do.
func TestRefusalsSayWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		options pretended.Options
		before  func(o *house, e network.Event)
		want    fault.Kind
	}{
		"the day is over":      {pretended.Options{}, func(o *house, _ network.Event) { o.Stage.Clock.Advance(24*time.Hour + time.Second) }, fault.Invalid},
		"too many to one":      {pretended.Options{PairBurst: 1}, func(o *house, e network.Event) { o.must(o.answer(e, "one")) }, fault.Throttled},
		"too many in a second": {pretended.Options{PerSecond: 1}, func(o *house, e network.Event) { o.must(o.answer(e, "one")) }, fault.Throttled},
		"somebody is blocked":  {pretended.Options{}, func(o *house, e network.Event) { _ = o.driver.Ban(o.t.Context(), o.Conn, e.Author, true) }, fault.Invalid},
		"out of order":         {pretended.Options{}, weather(sandbox.Mishap{Kind: sandbox.ServerError}), fault.Uncertain},
		"maintenance":          {pretended.Options{}, weather(sandbox.Mishap{Kind: sandbox.Maintenance}), fault.Uncertain},
		"slowed down":          {pretended.Options{}, weather(sandbox.Mishap{Kind: sandbox.Throttled}), fault.Throttled},
		"key expired":          {pretended.Options{}, weather(sandbox.Mishap{Kind: sandbox.TokenExpired}), fault.Denied},
		"key revoked":          {pretended.Options{}, weather(sandbox.Mishap{Kind: sandbox.TokenRevoked}), fault.Denied},
		"key reduced":          {pretended.Options{}, weather(sandbox.Mishap{Kind: sandbox.TokenReduced}), fault.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			o := open(t, harness(), c.options)
			e := o.hears("p001", "hello")
			c.before(o, e)
			before := len(o.Ledger(sandbox.Message))
			_, err := o.reply(o.answer(e, "two"))
			o.kind(err, c.want)
			if text, hint := fault.Shown(err); text == "" || hint == "" && c.want != fault.Throttled && c.want != fault.Uncertain {
				t.Errorf("%q, to do: %q", text, hint)
			}
			if strings.Contains(err.Error(), o.number.Token) {
				t.Error("the key stands in the error")
			}
			if len(o.Ledger(sandbox.Message)) != before {
				t.Error("it went out all the same")
			}
		})
	}
}

func weather(m sandbox.Mishap) func(*house, network.Event) {
	return func(o *house, _ network.Event) { o.Weather(m) }
}

func (o *house) must(part network.Part) network.Sent {
	o.t.Helper()
	sent, err := o.reply(part)
	if err != nil {
		o.t.Fatal(err)
	}
	return sent
}

// Every way in which the network slows one down is the same to us.
func TestEveryLimitIsWaitedFor(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	e := o.hears("p001", "hello")
	o.Weather(sandbox.Mishap{Kind: sandbox.Throttled, Action: sandbox.Message})
	for range 8 {
		_, err := o.reply(o.answer(e, "x"))
		o.kind(err, fault.Throttled)
	}
}

// What cannot be delivered is told later, with a sentence that says why.
func TestWhatWasNotDeliveredIsToldLater(t *testing.T) {
	for name, o := range map[string]pretended.Options{"nobody there": {}, "the day is over": {LateWindow: true}} {
		o := open(t, harness(), o)
		e := o.hears("p001", "hello")
		if name == "nobody there" {
			o.net.Unreachable("p001")
		} else {
			o.Stage.Clock.Advance(25 * time.Hour)
		}
		part := o.answer(e, "you there?")
		sent := o.must(part)
		o.Stage.Clock.Advance(5 * time.Second)
		got := o.of(network.Receipt)
		if len(got) != 1 || got[0].ID != sent.ID || got[0].Key != part.Key || len(got[0].Failure) < 30 || strings.Contains(got[0].Failure, "code") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// The statuses of one message are three facts, and none is a failure.
func TestStatuses(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	for _, who := range []string{"p001", "p002", "p003", "p004"} {
		o.must(o.answer(o.hears(who, "hello "+who), "hi"))
	}
	o.Stage.Clock.Advance(5 * time.Minute)
	got := o.of(network.Receipt)
	reached := map[string]int{}
	for _, e := range got {
		reached[e.Reached]++
	}
	if reached[""] != 4 || reached[network.Delivered] != 4 || reached[network.Read] == 0 || reached[network.Read] == 4 {
		t.Errorf("how far they came: %v", reached)
	}
	if len(got) < 9 || slices.ContainsFunc(got, func(e network.Event) bool { return e.Failure != "" || e.Key == "" }) {
		t.Errorf("%d: %+v", len(got), got)
	}
}

// The weather of webhooks: twice, late, in one body, in another order, with fields
// that nobody announced, and a door that is shut for a while.
func TestWebhooksInBadWeather(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	for _, m := range []sandbox.Mishap{{Kind: sandbox.HookTwice}, {Kind: sandbox.HookCrowded, Probability: 0.5}, {Kind: sandbox.HookReordered, Probability: 0.5}, {Kind: sandbox.UnknownFields}} {
		m.Action = sandbox.Hook
		o.Weather(m)
	}
	o.status = http.StatusServiceUnavailable
	want := map[string]string{}
	for i := range 30 {
		done := o.Act(sandbox.Act{Kind: "message", Text: "word " + string(rune('a'+i%26)), Person: []string{"p001", "p002", "p003", "p004"}[i%4]})
		want[done.ID] = done.Text
		if i == 15 {
			o.net.Settle()
			o.mu.Lock()
			o.status = http.StatusOK
			o.mu.Unlock()
		}
	}
	for range 10 {
		o.Stage.Clock.Advance(10 * time.Minute)
		o.net.Settle()
	}
	for _, e := range o.of(network.Direct) {
		if want[e.ID] != e.Text {
			t.Errorf("%s: %q", e.ID, e.Text)
		}
		delete(want, e.ID)
	}
	if len(want) > 0 {
		t.Errorf("%d never came", len(want))
	}
}

// People change and take back what they wrote, and react to what we did.
func TestPeopleChangeTheirMinds(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	e := o.hears("p001", "helo")
	o.Act(sandbox.Act{Kind: "edit", Target: e.ID, Text: "hello", Person: "p001"})
	sent := o.must(o.answer(e, "hi"))
	o.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p001", Reaction: "❤️"})
	o.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p001", Reaction: "❤️"})
	o.Act(sandbox.Act{Kind: "remove", Target: e.ID, Person: "p001"})
	if got := o.of(network.Edited); len(got) != 1 || got[0].ID != e.ID || got[0].Text != "hello" {
		t.Errorf("%+v", got)
	}
	if got := o.of(network.Reaction); len(got) != 2 || got[0].Parent != sent.ID || got[0].Removed || !got[1].Removed {
		t.Errorf("%+v", got)
	}
	if got := o.of(network.Deleted); len(got) != 1 || got[0].ID != e.ID {
		t.Errorf("%+v", got)
	}
}

// Files go both ways; what came in is opened with our key and by nobody else.
func TestFiles(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	data := []byte("\xff\xd8\xff\xe0 a picture of the sea")
	if _, _, err := o.net.Send(o.person("p002"), o.number.ID, "image", "image/jpeg", "Look!", data); err != nil {
		t.Fatal(err)
	}
	e := o.of(network.Direct)[0]
	if e.Text != "Look!" || len(e.Media) != 1 || e.Media[0].Type != "image" || !strings.HasPrefix(e.Media[0].URL, network.Closed) {
		t.Fatalf("%+v", e)
	}
	for range 2 {
		file, err := o.driver.Open(t.Context(), o.Conn, e.Media[0])
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(file.Body.(io.Reader))
		_ = file.Body.Close() // it was read
		if err != nil || !bytes.Equal(got, data) || file.Type != "image/jpeg" {
			t.Errorf("%q as %s, %v", got, file.Type, err)
		}
		o.Stage.Clock.Advance(10 * time.Minute) // the address is over, and asked for again
	}
	for _, address := range []string{"", "closed:", "closed:../x", "https://example.org/x", network.Closed + "12345"} {
		_, err := o.driver.Open(t.Context(), o.Conn, network.Attachment{URL: address})
		o.kind(err, fault.NotFound)
	}
	o.Stage.Clock.Advance(8 * 24 * time.Hour)
	_, err := o.driver.Open(t.Context(), o.Conn, e.Media[0])
	o.kind(err, fault.NotFound)

	e = o.hears("p002", "and you?")
	part := o.answer(e, "Voilà")
	part.Media = []network.Media{networktest.Picture("image/png", 40, 30, "")}
	o.must(part)
	if made := o.Ledger(sandbox.Message); len(made) != 1 || made[0].Text != "Voilà" {
		t.Errorf("%+v", made)
	}
	part = o.answer(e, "two")
	part.Media = []network.Media{networktest.Picture("image/png", 40, 30, ""), networktest.Picture("image/png", 40, 30, "")}
	_, err = o.reply(part)
	o.kind(err, fault.Invalid)
	part.Media = []network.Media{networktest.File("image/gif", []byte("GIF89a"), 4, 4, "")}
	_, err = o.reply(part)
	o.kind(err, fault.Invalid)
	part.Media = []network.Media{networktest.Clip(4096, 3, 320, 240, "")}
	part.Text = strings.Repeat("é", 1025)
	_, err = o.reply(part)
	o.kind(err, fault.Invalid)
	part.Text = "film"
	o.must(part)
}

// Our key is for Meta: an address elsewhere does not get it.
func TestTheKeyGoesNowhereElse(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	asked := 0
	o.Front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "/4711") {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"url":"http://localhost:1/whatsapp_business/attachments/?mid=4711","mime_type":"image/jpeg"}`)
			asked++
			return true
		}
		return false
	})
	_, err := o.driver.Open(t.Context(), o.Conn, network.Attachment{URL: network.Closed + "4711"})
	if err == nil || asked != 1 || strings.Contains(err.Error(), "localhost") {
		t.Errorf("%v, asked %d times", err, asked)
	}
}

// When the day is over, an approved template goes out, with what stands in its holes.
func TestTemplates(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	e := o.hears("p001", "call me")
	all, err := o.driver.Templates(t.Context(), o.Conn)
	if err != nil {
		t.Fatal(err)
	}
	var ids, unready []string
	for _, one := range all {
		if one.Why != "" && one.Fix != "" {
			unready = append(unready, one.ID)
		} else {
			ids = append(ids, one.ID)
		}
	}
	if want := []string{"brouillon/fr", "soldes/fr"}; !slices.Equal(unready, want) {
		t.Errorf("not to be sent now: %v", unready)
	}
	if want := []string{"order_ready/en", "rencontre/fr", "reprise_contact/fr", "resume_contact/en"}; !slices.Equal(ids, want) {
		t.Fatalf("%v", ids)
	}
	if a := all[1]; !slices.Equal(a.Holes, []string{"number", "first_name"}) || a.Category != "utility" || a.Text != "Order {{number}}\nGood news, {{first_name}}: your order is ready." {
		t.Errorf("%+v", a)
	}
	o.Stage.Clock.Advance(48 * time.Hour)
	part := o.answer(e, "")
	part.Template = &network.Filled{ID: "order_ready/en", Values: map[string]string{"number": "17", "first_name": "Ada\n"}}
	o.must(part)
	part = o.answer(e, "")
	part.Template = &network.Filled{ID: "reprise_contact/fr", Values: map[string]string{"1": "Ada", "2": "votre commande"}}
	o.must(part)
	made := o.Ledger(sandbox.Message)
	if len(made) != 2 || !strings.Contains(made[0].Text, "Order 17") || !strings.Contains(made[1].Text, "Bonjour Ada, nous revenons vers vous au sujet de votre commande.") {
		t.Errorf("%+v", made)
	}
	for name, f := range map[string]network.Filled{
		"something missing": {ID: "reprise_contact/fr", Values: map[string]string{"1": "Ada"}},
		"unknown":           {ID: "nothing/fr"}, "no id": {ID: "../x"}, "not approved": {ID: "brouillon/fr"}, "another language": {ID: "reprise_contact/en"}, "wants a file": {ID: "affiche/fr"},
	} {
		part.Template = &f
		if _, err := o.reply(part); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	part.Template = &network.Filled{ID: "rencontre/fr"}
	for status, reason := range map[string]string{"PAUSED": "NONE", "REJECTED": "PROMOTIONAL", "DISABLED": "NONE", "PENDING": "NONE", "PENDING_DELETION": "NONE", "NEVER_HEARD_OF": ""} {
		o.net.Review(o.number.Account, "rencontre", status, reason)
		_, err = o.reply(part)
		o.kind(err, fault.Invalid)
		if text, hint := fault.Shown(err); text == "" || hint == "" || strings.Contains(text, "not among") {
			t.Errorf("%s: %q, %q", status, text, hint)
		}
	}
	o.net.Review(o.number.Account, "rencontre", "APPROVED", "NONE")
	o.must(part)
}

// How the number and its key are.
func TestHealth(t *testing.T) {
	check := func(o *house) (network.Health, error) {
		h, _, err := o.driver.Check(o.t.Context(), o.Conn)
		return h, err
	}
	for kind, want := range map[sandbox.Kind]string{sandbox.TokenExpired: "broken", sandbox.TokenRevoked: "broken", sandbox.TokenReduced: "warn"} {
		o := open(t, harness(), pretended.Options{})
		o.Weather(sandbox.Mishap{Kind: kind})
		if h, err := check(o); err != nil || h.State != want || h.Text == "" || h.Fix == "" {
			t.Errorf("%s: %+v, %v", kind, h, err)
		}
	}
	o := open(t, harness(), pretended.Options{})
	if h, err := check(o); err != nil || h.State != "ok" || h.Handle != "+33 1 99 00 12 34" || h.Name != "Atelier des Halles" || h.Followers != -1 {
		t.Errorf("%+v, %v", h, err)
	}
	o.net.Rate(o.number.ID, "RED")
	if h, err := check(o); err != nil || h.State != "warn" || h.Fix == "" {
		t.Errorf("%+v, %v", h, err)
	}
	o.net.Rate(o.number.ID, "GREEN")
	for status, want := range map[string]string{"BANNED": "broken", "RESTRICTED": "warn", "LINKED": "ok"} {
		o.net.Put(o.number.ID, status)
		if h, err := check(o); err != nil || h.State != want || (h.Fix == "") != (want == "ok") {
			t.Errorf("%s: %+v, %v", status, h, err)
		}
	}
	o.net.Put(o.number.ID, "LINKED")
	fields := o.Fields()
	fields["token"] = o.net.IssueToken(o.number.Account, 10*24*time.Hour, "whatsapp_business_management", "whatsapp_business_messaging")
	a, err := o.driver.Connect(t.Context(), fields)
	if err != nil || a.Warning != "" {
		t.Fatal(a, err)
	}
	o.Conn.Keys = a.Keys
	if h, err := check(o); err != nil || h.State != "warn" || h.Expires.IsZero() {
		t.Errorf("%+v, %v", h, err)
	}
	fields["token"] = o.net.IssueToken(o.number.Account, 0, "whatsapp_business_management")
	if a, err := o.driver.Connect(t.Context(), fields); err != nil || !strings.Contains(a.Warning, "whatsapp_business_messaging") {
		t.Error(a.Warning, err)
	}
}

// The field of the form that is wrong is named.
func TestConnectingSaysWhatIsWrong(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	other := o.net.AddNumber("Boutique", "Boutique", "+33 1 99 00 56 78")
	for field, value := range map[string]string{"phone": other.ID, "account": other.Account, "token": "x y"} {
		fields := o.Fields()
		fields[field] = value
		_, err := o.driver.Connect(t.Context(), fields)
		e, ok := err.(*fault.Error) //nolint:errorlint // it is the outermost
		if !ok || e.Field != field || e.Hint == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
}
