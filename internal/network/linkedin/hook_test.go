package linkedin_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/linkedin"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/linkedin"
)

// door is our address for webhooks, as ingest has it.
type door struct {
	*httptest.Server
	mu     sync.Mutex
	raws   []network.Raw
	bodies int
	most   int
	closed bool
}

func (w *ours) door() *door {
	d := &door{}
	d.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			answer, ok := w.driver.Challenge(r.URL.Query(), w.app)
			if !ok {
				http.Error(rw, "no", http.StatusForbidden)
				return
			}
			rw.Header().Set("Content-Type", answer.Type)
			_, _ = io.WriteString(rw, answer.Body)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.t.Error(err)
		}
		if err := w.driver.Verify(r.Header, body, w.app.Secret); err != nil {
			w.t.Error(err)
			http.Error(rw, "forged", http.StatusForbidden)
			return
		}
		raws, err := w.driver.Split(body)
		if err != nil {
			w.t.Error(err)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.closed {
			http.Error(rw, "full", http.StatusServiceUnavailable)
			return
		}
		d.raws, d.bodies, d.most = append(d.raws, raws...), d.bodies+1, max(d.most, len(raws))
	}))
	w.t.Cleanup(d.Close)
	return d
}

func (d *door) heard() []network.Raw {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.raws)
}

// subscribe lets the portal test the address, and the driver subscribe.
func (w *ours) subscribe(d *door) {
	w.t.Helper()
	if err := w.net.Register(w.t.Context(), d.URL); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.driver.Subscribe(w.t.Context(), w.conn, d.URL); err != nil {
		w.t.Fatal(err)
	}
}

func TestWhatIsToldAtOnceIsWhatIsReadLater(t *testing.T) {
	w := open(t, pretended.Options{})
	d := w.door()
	w.subscribe(d)
	sent := w.must(w.conn, w.part("Talk!"))
	one := w.act(sandbox.Act{Kind: "comment", Target: sent.ID, Person: "p001", Text: "one <&> été"})
	w.act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p002"})
	w.act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p003", Reaction: "repost"})
	if _, err := w.driver.Reply(t.Context(), w.conn, network.Part{Key: "k", Text: "Merci !", After: &network.Ref{ID: one.ID}}); err != nil {
		t.Fatal(err)
	}
	w.stage.Clock.Advance(time.Second)
	w.act(sandbox.Act{Kind: "edit", Target: one.ID, Person: "p001", Text: "one, again"})
	w.stage.Clock.Advance(time.Second)
	w.act(sandbox.Act{Kind: "remove", Target: one.ID, Person: "p001"})
	p, _ := w.stage.Cast.Person("p004")
	mention := w.net.Mention(p, w.page, "Go and see them")
	w.net.Settle()

	read, events, _ := w.read(w.conn, "")
	keys := func(raws []network.Raw) (all []string) {
		for _, r := range raws {
			if strings.HasPrefix(r.Key, "named ") {
				continue // what only asking tells
			}
			all = append(all, r.Account+" "+r.Person+" "+r.Key+" "+r.At.String())
		}
		slices.Sort(all)
		return all
	}
	if told := keys(d.heard()); !slices.Equal(told, keys(read)) || len(told) != 7 {
		t.Errorf("told\n%s\nread\n%s", strings.Join(told, "\n"), strings.Join(keys(read), "\n"))
	}
	// Asking says what people are called, also of what was told without.
	named := 0
	for i, r := range read {
		if strings.HasPrefix(r.Key, "named ") {
			named++
			if e := events[i]; e.ID != one.ID || e.Kind != network.Comment || e.Author.Name == "" || e.Author.ID != r.Person {
				t.Errorf("named %+v", e)
			}
		}
	}
	if told, err := w.driver.Decode(w.conn, d.heard()[0]); err != nil || told[0].Author.Name+told[0].Author.Handle != "" || named != 1 {
		t.Errorf("%d named; told %+v, %v", named, told, err)
	}
	kinds := map[network.EventKind]network.Event{}
	for _, e := range events {
		kinds[e.Kind] = e
	}
	c := kinds[network.Comment]
	if c.ID != one.ID || c.Text != "one <&> été" || c.Post != sent.ID || c.Author.Name == "" || c.Parent != sent.ID {
		t.Errorf("comment %+v", c)
	}
	if e := kinds[network.Ours]; e.Text != "Merci !" || e.Parent != one.ID || e.Thread != sent.ID {
		t.Errorf("ours %+v", e)
	}
	if e := kinds[network.Edited]; e.ID != one.ID || e.Text != "one, again" {
		t.Errorf("edited %+v", e)
	}
	if e := kinds[network.Deleted]; e.ID != one.ID || e.Post != sent.ID {
		t.Errorf("deleted %+v", e)
	}
	if e := kinds[network.Mention]; e.ID != mention || e.Post != "" || e.Text != "Go and see them" {
		t.Errorf("mention %+v", e)
	}
	if len(kinds) != 7 {
		t.Errorf("%d kinds: %+v", len(kinds), events)
	}
}

func TestWebhooksInBadWeather(t *testing.T) {
	for _, m := range []sandbox.Mishap{{Kind: sandbox.HookTwice}, {Kind: sandbox.HookReordered}, {Kind: sandbox.HookDelayed}, {Kind: sandbox.HookCrowded}} {
		w := open(t, pretended.Options{})
		d := w.door()
		w.subscribe(d)
		sent := w.must(w.conn, w.part("Talk!"))
		m.Action = sandbox.Hook
		w.stage.Weather.Must(m)
		want := map[string]bool{}
		for i := range 25 {
			id := w.act(sandbox.Act{Kind: "comment", Target: sent.ID, Person: []string{"p001", "p002", "p003"}[i%3], Text: "word"}).ID
			want["comment "+id[strings.LastIndexByte(id, ',')+1:len(id)-1]] = true
		}
		w.stage.Clock.Advance(time.Hour)
		w.net.Settle()
		got := map[string]int{}
		for _, raw := range d.heard() {
			got[raw.Key]++
		}
		for key := range want {
			if got[key] == 0 || m.Kind == sandbox.HookTwice && got[key] != 2 {
				t.Errorf("%s: %s came %d times", m.Kind, key, got[key])
			}
		}
		if m.Kind == sandbox.HookCrowded && d.most != 10 {
			t.Errorf("%d in one body", d.most)
		}
	}
}

func TestALostWebhookIsBroughtAgainOrRead(t *testing.T) {
	w := open(t, pretended.Options{})
	d := w.door()
	w.subscribe(d)
	sent := w.must(w.conn, w.part("Talk!"))
	d.closed = true
	w.act(sandbox.Act{Kind: "comment", Target: sent.ID, Person: "p001", Text: "late"})
	w.net.Settle()
	d.mu.Lock()
	d.closed = false
	d.mu.Unlock()
	w.stage.Clock.Advance(6 * time.Minute)
	w.net.Settle()
	if n := len(d.heard()); n != 1 {
		t.Errorf("%d came", n)
	}
	w.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.HookLost, Action: sandbox.Hook})
	w.act(sandbox.Act{Kind: "comment", Target: sent.ID, Person: "p001", Text: "never"})
	w.net.Settle()
	if _, events, _ := w.read(w.conn, ""); len(events) != 3 { // and what the person is called
		t.Errorf("%+v", events)
	}
}

func TestSubscribingSaysWhatIsMissing(t *testing.T) {
	w := open(t, pretended.Options{})
	d := w.door()
	_, err := w.driver.Subscribe(t.Context(), w.conn, d.URL)
	kind(t, err, fault.Invalid)
	if _, hint := fault.Shown(err); !strings.Contains(hint, d.URL) {
		t.Errorf("%q", hint)
	}
	without := w.conn
	without.App.Extra = nil
	_, err = w.driver.Subscribe(t.Context(), without, d.URL)
	kind(t, err, fault.Invalid)
	if _, err := w.driver.Subscribe(t.Context(), w.connect(w.member.Token, ""), d.URL); err != nil {
		t.Errorf("a member: %v", err)
	}
	w.net.SetRole(w.page.Number, w.member.Number, "ANALYST")
	if err := w.net.Register(t.Context(), d.URL); err != nil {
		t.Fatal(err)
	}
	_, err = w.driver.Subscribe(t.Context(), w.conn, d.URL)
	kind(t, err, fault.Denied)
}

func TestTheChallenge(t *testing.T) {
	d := linkedin.New(nil, linkedin.Options{})
	app := network.App{ID: "1", Secret: "client-secret"}
	answer, ok := d.Challenge(url.Values{"challengeCode": {"890e4665-4dfe-4ab1-b689-ed553bceeed0"}}, app)
	var said map[string]string
	if !ok || answer.Type != "application/json" || json.Unmarshal([]byte(answer.Body), &said) != nil ||
		said["challengeCode"] != "890e4665-4dfe-4ab1-b689-ed553bceeed0" ||
		// echo -n CODE | openssl dgst -sha256 -hmac client-secret
		said["challengeResponse"] != challengeAnswer {
		t.Errorf("%+v, %v", answer, ok)
	}
	for _, bad := range []url.Values{nil, {"challengeCode": {""}}, {"challengeCode": {"<script>alert(1)</script>"}}, {"challengeCode": {strings.Repeat("a", 200)}}} {
		if answer, ok := d.Challenge(bad, app); ok {
			t.Errorf("%v is answered with %q", bad, answer.Body)
		}
	}
	if _, ok := d.Challenge(url.Values{"challengeCode": {"890e4665-4dfe"}}, network.App{ID: "1"}); ok {
		t.Error("answered without a secret")
	}
}

func hookBody(tb testing.TB) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "notifications.json"))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func TestAHookIsTakenApart(t *testing.T) {
	d := linkedin.New(nil, linkedin.Options{})
	raws, err := d.Split(hookBody(t))
	if err != nil {
		t.Fatal(err)
	}
	conn := network.Conn{Account: "urn:li:organization:96070001"}
	var kinds []network.EventKind
	for _, raw := range raws {
		events, err := d.Decode(conn, raw)
		if err != nil || len(events) != 1 {
			t.Fatalf("%+v, %v", events, err)
		}
		e := events[0]
		kinds = append(kinds, e.Kind)
		if e.At.Year() != 2026 || e.ID == "" || e.Kind != network.Deleted && e.Author.ID == "" || raw.Account != conn.Account || raw.Person == "" {
			t.Errorf("%+v of %+v", e, raw)
		}
	}
	want := []network.EventKind{network.Comment, network.Ours, network.Edited, network.Deleted, network.Reaction, network.Repost, network.Mention}
	if !slices.Equal(kinds, want) {
		t.Errorf("%v", kinds)
	}
	if raws[0].Key != "comment 7514977717598625792" || raws[0].Person != "urn:li:person:zLpTygAB8S" {
		t.Errorf("%+v", raws[0])
	}
	events, err := d.Decode(conn, raws[1])
	if err != nil || events[0].Parent != "urn:li:comment:(urn:li:activity:7514637247890620418,7514977717598625792)" || events[0].Post != "urn:li:share:7514637247487995904" {
		t.Errorf("%+v, %v", events, err)
	}
	huge := bytes.Replace(hookBody(t), []byte("Quelle belle"), bytes.Repeat([]byte("é"), 1<<20), 1)
	raws, err = d.Split(huge)
	if err != nil || len(raws) != 7 || len(raws[0].Body) > 300<<10 {
		t.Fatalf("%d, %v", len(raws), err)
	}
	events, err = d.Decode(conn, raws[0])
	if err != nil || !events[0].Truncated || len(events[0].Text) > 64<<10 {
		t.Errorf("%d bytes, %v", len(events[0].Text), err)
	}
}

const challengeAnswer = "8ab4bbad570533d66462deba280bde93c1cad8b543e7f526d3e962acaf6c391a"
