package whatsapp_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/network/whatsapp"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/whatsapp"
	"github.com/kithhq/kith/internal/secret"
)

func app() network.App {
	return network.App{ID: "800000000000002", Secret: "app-secret", Verify: "typed"}
}

// harness is the suite. What it has for posts and comments is played here with
// messages: there is nothing else.
func harness() networktest.Harness {
	return networktest.Harness{
		Name: "whatsapp",
		Open: func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
			n := pretended.New(stage, pretended.Options{})
			a := n.AddNumber("Atelier", "Atelier des Halles", "+33 1 99 00 12 34")
			return n.Handler(), func(string) map[string]string { return form(a) }
		},
		Driver: func(out *outward.Client, base string, now func() time.Time) network.Driver {
			return whatsapp.New(out, whatsapp.Options{Base: base, Now: now})
		},
		Told:  told(),
		Crowd: crowd,
		Hook: func(*testing.T, time.Time) (http.Header, []byte, secret.Text) {
			body := []byte(`{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[]}]}`)
			header := http.Header{}
			signed, _ := pretended.Sign("app-secret", body)
			header.Set("X-Hub-Signature-256", signed)
			return header, body, "app-secret"
		},
		Asked: asked,
		Instead: map[string]func(*testing.T, networktest.Harness){
			// There is no list in which a lost answer could be found; a status proves it.
			"a lost answer to a reply is found": provedByStatus,
			// There are no comments, and nothing is read.
			"comments come in and are answered":         answers,
			"private messages come in and are answered": answers,
			"likes are given and taken back":            reacts,
			"people are kept out and let back":          blocks,
		},
	}
}

func form(a pretended.Number) map[string]string {
	return map[string]string{"token": a.Token, "phone": a.ID, "account": a.Account}
}

func TestWhatsApp(t *testing.T) { networktest.Run(t, harness()) }

// house is a world whose network also knocks at our door.
type house struct {
	*networktest.World
	t      *testing.T
	net    *pretended.Network
	number pretended.Number
	driver *whatsapp.Driver
	door   string
	mu     sync.Mutex
	bodies [][]byte
	status int // what the door answers
}

func open(t *testing.T, h networktest.Harness, o pretended.Options) *house {
	t.Helper()
	at := &house{t: t, status: http.StatusOK}
	h.Open = func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		at.net = pretended.New(stage, o)
		at.number = at.net.AddNumber("Atelier", "Atelier des Halles", "+33 1 99 00 12 34")
		return at.net.Handler(), func(string) map[string]string { return form(at.number) }
	}
	at.World = networktest.NewWorld(t, h)
	at.Conn.App = app()
	at.driver = at.Driver.(*whatsapp.Driver)
	door := httptest.NewServer(http.HandlerFunc(at.knock))
	t.Cleanup(door.Close)
	at.door = door.URL
	if _, err := at.driver.Subscribe(t.Context(), at.Conn, door.URL); err != nil {
		t.Fatal(err)
	}
	return at
}

func (o *house) knock(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		answer, ok := o.driver.Challenge(r.URL.Query(), app())
		if !ok {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = io.WriteString(w, answer.Body) // the client sees to it
		return
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = o.driver.Verify(r.Header, body, "app-secret")
	}
	if err != nil {
		o.t.Error(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if w.WriteHeader(o.status); o.status == http.StatusOK {
		o.bodies = append(o.bodies, body)
	}
}

// told gives the events of all that has been knocked, each key once, as the house
// takes them.
func (o *house) told() []network.Event {
	o.t.Helper()
	o.net.Settle()
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []network.Event
	keys := map[string]bool{}
	for _, body := range o.bodies {
		raws, err := o.driver.Split(body)
		if err != nil {
			o.t.Fatal(err)
		}
		for _, raw := range raws {
			if raw.Account != o.Conn.Account && raw.Account != o.number.Account || raw.Person == "" || raw.At.IsZero() {
				o.t.Errorf("something is missing: %+v", raw)
			}
			if keys[raw.Key] {
				continue
			}
			keys[raw.Key] = true
			events, err := o.driver.Decode(o.Conn, raw)
			if err != nil {
				o.t.Fatalf("%s: %v", raw.Body, err)
			}
			all = append(all, events...)
		}
	}
	return all
}

// of gives the events of a kind.
func (o *house) of(kind network.EventKind) []network.Event {
	o.t.Helper()
	var some []network.Event
	for _, e := range o.told() {
		if e.Kind == kind {
			some = append(some, e)
		}
	}
	return some
}

// hears lets a person write and gives the event of it.
func (o *house) hears(person, text string) network.Event {
	o.t.Helper()
	done := o.Act(sandbox.Act{Kind: "message", Text: text, Person: person})
	for _, e := range o.of(network.Direct) {
		if e.ID == done.ID {
			return e
		}
	}
	o.t.Fatalf("%q did not come in", text)
	return network.Event{}
}

// asked is a world in which somebody wrote to us. There is no public.
func asked(t *testing.T, h networktest.Harness, private bool) (*networktest.World, network.Event) {
	t.Helper()
	if !private {
		return nil, network.Event{}
	}
	o := open(t, h, pretended.Options{})
	return o.World, o.hears("p002", "What does it look like?")
}

func (o *house) person(id string) sandbox.Person {
	p, ok := o.Stage.Cast.Person(id)
	if !ok {
		o.t.Fatalf("nobody is called %s", id)
	}
	return p
}

// answer is an answer to an event, as after a restart: from the database.
func (o *house) answer(e network.Event, text string) network.Part {
	part := o.World.Answer(text, network.Ref{ID: e.ID, URL: e.URL, Extra: append([]byte(nil), e.Extra...)})
	part.Private = true
	return part
}

func (o *house) reply(part network.Part) (network.Sent, error) {
	return o.driver.Reply(o.t.Context(), o.Conn, part)
}

// kind fails unless an error is of a kind and says what to do.
func (o *house) kind(err error, want fault.Kind) {
	o.t.Helper()
	if !fault.Is(err, want) {
		o.t.Errorf("%v, and it should be %v", err, want)
	}
}

func answers(t *testing.T, h networktest.Harness) {
	o := open(t, h, pretended.Options{})
	text := "J'adore <3 & \"ça\" – 5 > 3 👩‍👩‍👧"
	for _, who := range []string{"p001", "p002", "p003"} { // the third hides their number
		e := o.hears(who, text)
		p := o.person(who)
		if e.Text != text || e.Author.Name != p.Name || e.Author.Handle == "" || e.Thread == "" || e.Thread != e.Author.ID || !e.Private || e.At.IsZero() {
			t.Errorf("%+v", e)
		}
		if hidden := who == "p003"; hidden != (e.Author.URL == "") || hidden != (e.Author.Handle == "@"+p.Handle) {
			t.Errorf("%+v", e.Author)
		}
		part := o.answer(e, "Merci ! https://example.org/"+who)
		before := len(o.Ledger(sandbox.Message))
		sent, err := o.reply(part)
		if err != nil {
			t.Fatal(err)
		}
		made := o.Ledger(sandbox.Message)[before:]
		if len(made) != 1 || made[0].Parent != e.ID || made[0].Text != part.Text || made[0].Object != sent.ID || made[0].ClientID != part.Key {
			t.Errorf("the ledger has %+v; sent as %+v", made, sent)
		}
		if seen, _ := o.net.Seen(e.ID); !seen {
			t.Error("they are not told that it was read")
		}
		again := o.hears(who, "De rien "+who)
		if again.Thread != e.Thread || again.Author.ID != e.Author.ID {
			t.Errorf("another conversation: %+v", again)
		}
	}
	nobody := o.World.Answer("hello?", network.Ref{ID: "wamid.x"})
	_, err := o.reply(nobody)
	o.kind(err, fault.Invalid)
	_, err = o.reply(o.answer(o.hears("p001", "again"), " \n"))
	o.kind(err, fault.Invalid)
}

func provedByStatus(t *testing.T, h networktest.Harness) {
	for _, m := range []sandbox.Mishap{{Kind: sandbox.LostAnswer}, {Kind: sandbox.CutAnswer}, {Kind: sandbox.ErrorAfter}, {Kind: sandbox.ErrorAfter, Status: 504}} {
		o := open(t, h, pretended.Options{})
		e := o.hears("p001", "are you there?")
		m.Action, m.Times = sandbox.Message, 1
		o.Weather(m)
		part := o.answer(e, "yes")
		_, err := o.reply(part)
		o.kind(err, fault.Uncertain)
		made := o.Ledger(sandbox.Message)
		receipts := o.of(network.Receipt)
		if len(made) != 1 || len(receipts) != 1 || receipts[0].Key != part.Key || receipts[0].ID != made[0].Object || receipts[0].Failure != "" || receipts[0].At.IsZero() {
			t.Errorf("%s: the ledger has %+v, and we were told %+v", m.Kind, made, receipts)
		}
	}
}

func reacts(t *testing.T, h networktest.Harness) {
	o := open(t, h, pretended.Options{})
	e := o.hears("p003", "nice")
	for _, on := range []bool{true, true, false, false} {
		if err := o.driver.Like(t.Context(), o.Conn, e.Ref, on); err != nil {
			t.Fatalf("like %v: %v", on, err)
		}
		if _, reaction := o.net.Seen(e.ID); (reaction == "👍") != on {
			t.Errorf("like %v: there stands %q", on, reaction)
		}
	}
	o.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Message, Times: 1})
	o.kind(o.driver.Like(t.Context(), o.Conn, e.Ref, true), fault.Unavailable) // done again without harm
}

func blocks(t *testing.T, h networktest.Harness) {
	o := open(t, h, pretended.Options{})
	for _, who := range []string{"p001", "p003"} {
		e := o.hears(who, "you again")
		act := sandbox.Act{Kind: "message", Text: "hello", Person: who, Network: "whatsapp"}
		for _, on := range []bool{true, true, false, false} {
			if err := o.driver.Ban(t.Context(), o.Conn, e.Author, on); err != nil {
				t.Fatalf("%s %v: %v", who, on, err)
			}
			if _, err := o.Stage.Scripts.Do(act); (err != nil) != on {
				t.Errorf("%s, blocked %v: %v", who, on, err)
			}
		}
		o.Stage.Clock.Advance(25 * time.Hour)
		err := o.driver.Ban(t.Context(), o.Conn, e.Author, true)
		if o.kind(err, fault.Invalid); err != nil {
			if _, hint := fault.Shown(err); hint == "" {
				t.Error("nothing is said about what to do")
			}
		}
		if err := o.driver.Ban(t.Context(), o.Conn, e.Author, false); err != nil {
			t.Error(err)
		}
	}
	o.kind(o.driver.Ban(t.Context(), o.Conn, network.Author{ID: "nobody"}, true), fault.Invalid)
}
