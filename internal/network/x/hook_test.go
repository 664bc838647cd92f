package x_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/x"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/x"
)

// door is where X knocks.
type door struct {
	*house
	url    string
	mu     sync.Mutex
	bodies [][]byte
	deaf   atomic.Bool
}

func listen(t *testing.T, o pretended.Options) *door {
	t.Helper()
	d := &door{house: enter(t, o)}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	d.url = server.URL + "/hooks/x"
	if _, err := d.driver.Subscribe(t.Context(), d.Conn, d.url); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		answer, ok := d.driver.Challenge(r.URL.Query(), d.app)
		if !ok {
			w.WriteHeader(http.StatusForbidden)
		}
		w.Header().Set("Content-Type", answer.Type)
		_, _ = io.WriteString(w, answer.Body) // the client sees to it
		return
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = d.driver.Verify(r.Header, body, d.app.Secret)
	}
	if err != nil {
		d.t.Error(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.deaf.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	d.bodies = append(d.bodies, body)
}

// told splits all that has been knocked.
func (d *door) told() []network.Raw {
	d.t.Helper()
	d.net.Settle()
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []network.Raw
	for _, body := range d.bodies {
		raws, err := d.driver.Split(body)
		if err != nil {
			d.t.Fatal(err)
		}
		all = append(all, raws...)
	}
	return all
}

func (d *door) decode(raw network.Raw) network.Event {
	d.t.Helper()
	events, err := d.driver.Decode(d.Conn, raw)
	if err != nil || len(events) != 1 {
		d.t.Fatalf("%+v: %d events, %v", raw, len(events), err)
	}
	return events[0]
}

// What is told by webhook and by reading is one event, with one key.
func TestBothWaysTellTheSame(t *testing.T) {
	for _, prose := range []bool{false, true} {
		o := pretended.Options{Prose: prose}
		if prose { // those names are not in the published text
			o.Consumer = "older-secret"
		}
		d := listen(t, o)
		_, cursor := d.Read("")
		_, sent := d.Publish("Hello")
		one := d.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "Ça va ? 👩‍👩‍👧 <3 kith.dev", Person: "p001"})
		d.Act(sandbox.Act{Kind: "comment", Target: one.ID, Text: "Oui & non", Person: "p002"})
		d.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p003"})
		d.Act(sandbox.Act{Kind: "react", Target: sent.ID, Reaction: "repost", Person: "p004"})
		d.Act(sandbox.Act{Kind: "follow", Person: "p005"})
		d.Act(sandbox.Act{Kind: "message", Text: "Psst & <b>", Person: "p006"})
		who, _ := d.Stage.Cast.Person("p007")
		d.net.Mention(who, d.Account.ID, "have you seen this?")
		d.net.Quote(who, sent.ID, "look at them")
		if _, err := d.driver.Reply(t.Context(), d.Conn, d.Answer("Merci", network.Ref{ID: one.ID})); err != nil {
			t.Fatal(err)
		}
		hooked := d.told()
		got, err := d.driver.Read(t.Context(), d.Conn, cursor)
		if err != nil {
			t.Fatal(err)
		}
		keys := map[string]bool{}
		for _, h := range hooked {
			if keys[h.Key] {
				continue // X tells some things as a mention and as an answer
			}
			if d.decode(h).Kind == network.Charged {
				continue // what reading costs is counted as it is read
			}
			keys[h.Key] = true
			i := slices.IndexFunc(got.Events, func(r network.Raw) bool { return r.Key == h.Key })
			if i < 0 {
				t.Errorf("%q was not read", h.Key)
				continue
			}
			a, b := d.decode(h), d.decode(got.Events[i])
			if h.Person != got.Events[i].Person || h.Account != got.Events[i].Account || a.ID != b.ID || a.Text != b.Text || a.Parent != b.Parent ||
				a.Thread != b.Thread || a.Author.ID != b.Author.ID || a.Author.Handle != b.Author.Handle || string(a.Extra) != string(b.Extra) {
				t.Errorf("by webhook %+v\nby reading %+v", a, b)
			}
			// Whether a conversation is ours shows in a webhook where it is answered directly.
			if a.Kind != b.Kind && !(a.Kind == network.Mention && b.Kind == network.Comment && a.Parent == one.ID) {
				t.Errorf("%q is a %s by webhook and a %s by reading", h.Key, a.Kind, b.Kind)
			}
		}
		for _, r := range got.Events {
			if !keys[r.Key] {
				t.Errorf("%q was read and not knocked", r.Key)
			}
		}
		if len(keys) != 10 {
			t.Errorf("%d things happened: %v", len(keys), keys)
		}
	}
}

// Webhooks come twice, late, in another order and with odd fields.
func TestKnocksInBadWeather(t *testing.T) {
	d := listen(t, pretended.Options{})
	_, sent := d.Publish("Hello")
	d.told()
	d.Weather(sandbox.Mishap{Kind: sandbox.HookTwice})
	d.Weather(sandbox.Mishap{Kind: sandbox.HookReordered, Times: 1})
	d.Weather(sandbox.Mishap{Kind: sandbox.UnknownFields})
	d.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "first", Person: "p001"})
	d.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "second", Person: "p002"})
	d.deaf.Store(true)
	d.Act(sandbox.Act{Kind: "message", Text: "nobody hears", Person: "p003"})
	d.net.Settle()
	d.deaf.Store(false)
	d.Stage.Clock.Advance(20 * time.Second)
	texts := map[string]int{}
	for _, raw := range d.told() {
		if e := d.decode(raw); e.Kind != network.Ours {
			texts[e.Text]++
		}
	}
	if texts["first"] < 2 || texts["second"] < 2 || texts["nobody hears"] < 2 {
		t.Errorf("told %v", texts)
	}
	d.Weather(sandbox.Mishap{Kind: sandbox.HookLost})
	_, cursor := d.Read("")
	d.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "lost on the way", Person: "p001"})
	if events, _ := d.Read(cursor); !slices.ContainsFunc(events, func(e network.Event) bool { return e.Text == "lost on the way" }) {
		t.Errorf("what no webhook told is read: %+v", events)
	}
}

// What happens afterwards is told: an edit, a deletion of ours, an unfollow.
func TestChangesAreTold(t *testing.T) {
	d := listen(t, pretended.Options{})
	_, sent := d.Publish("Hello")
	one := d.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "first thought", Person: "p001"})
	d.Act(sandbox.Act{Kind: "edit", Target: one.ID, Text: "second thought", Person: "p001"})
	d.Act(sandbox.Act{Kind: "follow", Person: "p002"})
	who, _ := d.Stage.Cast.Person("p002")
	d.net.Unfollow(who, d.Account.ID)
	if err := d.driver.Delete(t.Context(), d.Conn, sent.Ref); err != nil {
		t.Fatal(err)
	}
	edited, gone, follows := 0, 0, 0
	for _, raw := range d.told() {
		switch e := d.decode(raw); e.Kind {
		case network.Edited:
			if e.ID != one.ID || e.Text != "second thought" || e.Thread != sent.ID {
				t.Errorf("edited: %+v", e)
			}
			edited++
		case network.Deleted:
			if e.ID != sent.ID {
				t.Errorf("deleted: %+v", e)
			}
			gone++
		case network.Follow:
			follows++
			if (follows == 2) != e.Removed {
				t.Errorf("follow %d: %+v", follows, e)
			}
		}
	}
	if edited == 0 || gone != 1 || follows != 2 {
		t.Errorf("%d edits, %d deletions, %d follows", edited, gone, follows)
	}
}

// Subscribing twice is harmless; what the app may not be told is said.
func TestSubscribing(t *testing.T) {
	d := listen(t, pretended.Options{})
	if _, err := d.driver.Subscribe(t.Context(), d.Conn, d.url); err != nil {
		t.Errorf("a second time: %v", err)
	}
	without := d.Conn
	without.App.Extra = nil
	if _, err := d.driver.Subscribe(t.Context(), without, d.url); !fault.Is(err, fault.Invalid) {
		t.Errorf("without the app's own token: %v", err)
	}
	if _, err := d.driver.Subscribe(t.Context(), d.Conn, "http://kith.example.org:8443/hooks/x"); !fault.Is(err, fault.Invalid) {
		t.Errorf("an address that X does not take: %v", err)
	}
	liar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"response_token":"sha256=x"}`)
	}))
	defer liar.Close()
	if _, err := d.driver.Subscribe(t.Context(), d.Conn, liar.URL); !fault.Is(err, fault.Invalid) {
		t.Errorf("an address that cannot prove itself: %v", err)
	}
	weak := d.Conn
	token, refresh := d.net.Issue(d.Account.ID, "tweet.read", "users.read", "offline.access")
	account, err := d.driver.Connect(t.Context(), map[string]string{"token": token, "refresh": refresh})
	if err != nil {
		t.Fatal(err)
	}
	weak.Keys = account.Keys
	other := httptest.NewServer(d)
	defer other.Close()
	lacks, err := d.driver.Subscribe(t.Context(), weak, other.URL)
	if err != nil {
		t.Fatal(err)
	}
	if text, hint := fault.Shown(lacks); !fault.Is(lacks, fault.Invalid) || !strings.Contains(text, "dm.received") || strings.Contains(text, "post.reply.create") || hint == "" {
		t.Errorf("with few scopes: %v", lacks)
	}
}

func TestChallenge(t *testing.T) {
	d := x.New(nil, x.Options{})
	app := network.App{ID: "me", Secret: "client-secret"}
	answer, ok := d.Challenge(url.Values{"crc_token": {"word"}}, app)
	if !ok || answer.Type != "application/json" || answer.Body != `{"response_token":"`+pretended.Sign("client-secret", []byte("word"))+`"}` {
		t.Errorf("%+v, %v", answer, ok)
	}
	for name, q := range map[string]url.Values{"nothing": {}, "an empty word": {"crc_token": {""}}, "a long one": {"crc_token": {strings.Repeat("x", 2000)}}} {
		if _, ok := d.Challenge(q, app); ok {
			t.Errorf("%s is answered", name)
		}
	}
	if _, ok := d.Challenge(url.Values{"crc_token": {"word"}}, network.App{ID: "me"}); ok {
		t.Error("answered without a secret")
	}
}

func TestSignatures(t *testing.T) {
	d := x.New(nil, x.Options{})
	body := []byte(`{"data":{}}`)
	good, other := pretended.Sign("secret", body), pretended.Sign("older", body)
	const newer, older = "X-Twitter-Webhooks-Signature-OAuth2", "X-Twitter-Webhooks-Signature"
	for name, c := range map[string]struct {
		header map[string][]string
		ok     bool
	}{
		"the newer":               {map[string][]string{newer: {good}}, true},
		"the older":               {map[string][]string{older: {good}}, true},
		"both":                    {map[string][]string{newer: {good}, older: {other}}, true},
		"a wrong newer":           {map[string][]string{newer: {other}, older: {good}}, false},
		"twice":                   {map[string][]string{newer: {good, good}}, false},
		"of another body":         {map[string][]string{newer: {pretended.Sign("secret", []byte("x"))}}, false},
		"without what stands 1st": {map[string][]string{newer: {strings.TrimPrefix(good, "sha256=")}}, false},
		"none":                    {nil, false},
	} {
		header := http.Header{}
		for k, v := range c.header {
			for _, one := range v {
				header.Add(k, one)
			}
		}
		if err := d.Verify(header, body, "secret"); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	huge := bytes.Repeat([]byte("x"), 4<<20)
	if err := d.Verify(http.Header{newer: {"sha256=" + string(huge[:1<<16])}}, huge, "secret"); err == nil {
		t.Error("a huge forgery is taken")
	}
}

// What the pages of the documentation show of events is understood.
func TestEventsAsDocumented(t *testing.T) {
	d := x.New(nil, x.Options{})
	conn := network.Conn{Account: "1111111111111111111"}
	for name, want := range map[string]network.Event{
		"mention": {Kind: network.Mention, Text: "hey @ExampleUser"},
		"reply":   {Kind: network.Comment, Text: "Great post — thanks for sharing!", Post: "2080761390344937796", Parent: "2080761390344937796"},
		"quote":   {Kind: network.Mention, Post: "2080761390344937796"},
		"repost":  {Kind: network.Repost, Post: "2080761390344937796"},
		"create":  {Kind: network.Ours, Text: "Hello from the Activity API"},
		"delete":  {Kind: network.Deleted},
		"message": {Kind: network.Direct, Text: "hello!"},
		"sent":    {Kind: network.Ours, Text: "Thanks for the update!"},
		"follow":  {Kind: network.Follow},
	} {
		raws, err := d.Split(documented(t, name))
		raws = unpaid(raws)
		if err != nil || len(raws) != 1 || raws[0].Account != conn.Account || raws[0].Key == "" || raws[0].Person == "" {
			t.Errorf("%s: %+v, %v", name, raws, err)
			continue
		}
		events, err := d.Decode(conn, raws[0])
		if err != nil || len(events) != 1 {
			t.Errorf("%s: %+v, %v", name, events, err)
			continue
		}
		e := events[0]
		if e.Kind != want.Kind || want.Text != "" && e.Text != want.Text || want.Post != "" && e.Post != want.Post || want.Parent != "" && e.Parent != want.Parent || e.Author.ID == "" {
			t.Errorf("%s: %+v", name, e)
		}
	}
	for _, name := range []string{"like-outbound", "follow-outbound", "profile"} {
		if raws, err := d.Split(documented(t, name)); err != nil || len(unpaid(raws)) != 0 {
			t.Errorf("%s is nothing that happens to us: %+v, %v", name, raws, err)
		}
	}
}

// unpaid is what was told without what it costs.
func unpaid(all []network.Raw) []network.Raw {
	return slices.DeleteFunc(slices.Clone(all), func(r network.Raw) bool { return strings.HasPrefix(r.Key, "charged ") })
}
