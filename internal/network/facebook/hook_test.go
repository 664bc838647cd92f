package facebook_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/facebook"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/facebook"
)

// house is a world whose network also knocks at our door.
type house struct {
	*networktest.World
	t      *testing.T
	net    *pretended.Network
	driver *facebook.Driver
	door   string
	mu     sync.Mutex
	bodies [][]byte
}

func open(t *testing.T) *house {
	t.Helper()
	o := &house{t: t}
	h := harness(facebook.Options{AppID: appID, AppSecret: appSecret})
	h.Open = func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		o.net = pretended.New(stage, pretended.Options{})
		page := o.net.AddPage("Atelier")
		return o.net.Handler(), func(string) map[string]string {
			return map[string]string{"page": page.ID, "token": page.Token}
		}
	}
	o.World = networktest.NewWorld(t, h)
	o.driver = o.Driver.(*facebook.Driver)
	door := httptest.NewServer(http.HandlerFunc(o.knock))
	t.Cleanup(door.Close)
	o.door = door.URL
	o.listenTo("feed", "messages")
	return o
}

// listenTo lets the Page tell what happens of these fields.
func (o *house) listenTo(fields ...string) {
	o.t.Helper()
	if err := o.net.Subscribe(o.t.Context(), o.door, "typed", fields...); err != nil {
		o.t.Fatal(err)
	}
}

func (o *house) knock(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		answer, ok := o.driver.Challenge(r.URL.Query(), network.App{Verify: "typed"})
		if !ok {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = io.WriteString(w, answer.Body) // the client sees to it
		return
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = o.driver.Verify(r.Header, body, appSecret)
	}
	if err != nil {
		o.t.Error(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bodies = append(o.bodies, body)
}

// told splits all that has been knocked.
func (o *house) told() []network.Raw {
	o.t.Helper()
	o.net.Settle()
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []network.Raw
	for _, body := range o.bodies {
		raws, err := o.driver.Split(body)
		if err != nil {
			o.t.Fatal(err)
		}
		all = append(all, raws...)
	}
	return all
}

func (o *house) decode(raw network.Raw) network.Event {
	o.t.Helper()
	events, err := o.driver.Decode(o.Conn, raw)
	if err != nil || len(events) != 1 {
		o.t.Fatalf("%+v: %d events, %v", raw, len(events), err)
	}
	return events[0]
}

// What is told by webhook and by reading is one event, with one key.
func TestBothWaysTellTheSame(t *testing.T) {
	o := open(t)
	_, cursor := o.Read("")
	_, sent := o.Publish("Hello")
	done := o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "Ça va ? 👩‍👩‍👧 <3", Person: "p001"})
	o.Act(sandbox.Act{Kind: "comment", Target: done.ID, Text: "Oui", Person: "p002"})
	o.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p003"})
	o.Act(sandbox.Act{Kind: "message", Text: "Psst", Person: "p004"})
	part := o.Part("Merci")
	part.After = &network.Ref{ID: done.ID}
	if _, err := o.driver.Reply(t.Context(), o.Conn, part); err != nil {
		t.Fatal(err)
	}
	who, _ := o.Stage.Cast.Person("p005")
	if _, err := o.net.VisitorPost(who, o.Account.ID, "I was here"); err != nil {
		t.Fatal(err)
	}
	hooked := o.told()
	got, err := o.driver.Read(t.Context(), o.Conn, cursor)
	if err != nil {
		t.Fatal(err)
	}
	read := got.Events
	// Only a reading tells what the writer of a private message is called.
	whose, _ := o.Stage.Cast.Person("p004")
	named := slices.IndexFunc(read, func(r network.Raw) bool { return strings.HasPrefix(r.Key, "named ") })
	if named < 0 {
		t.Fatal("nobody is named")
	}
	if e := o.decode(read[named]); e.Author.Name != whose.Name || e.Author.ID != read[named].Person || e.Kind != network.Reaction || !e.Removed || e.Text != "" {
		t.Errorf("%+v is not %s", e, whose.Name)
	}
	if len(hooked) != 7 || len(read) != 7+1 {
		t.Errorf("%d by webhook, %d by reading", len(hooked), len(read))
	}
	for _, h := range hooked {
		i := slices.IndexFunc(read, func(r network.Raw) bool { return r.Key == h.Key })
		if i < 0 {
			t.Errorf("%q was not read", h.Key)
			continue
		}
		a, b := o.decode(h), o.decode(read[i])
		if h.Person != read[i].Person || h.Account != read[i].Account || a.Kind != b.Kind || a.ID != b.ID || a.Text != b.Text || a.Parent != b.Parent ||
			a.Post != b.Post || a.Thread != b.Thread || a.Author.ID != b.Author.ID || string(a.Extra) != string(b.Extra) || !a.At.Equal(b.At) {
			t.Errorf("by webhook %+v\nby reading %+v", a, b)
		}
	}
}

func TestOneBodyTellsOfManyPeople(t *testing.T) {
	o := open(t)
	_, sent := o.Publish("Hello")
	o.Weather(sandbox.Mishap{Kind: sandbox.HookCrowded})
	o.Weather(sandbox.Mishap{Kind: sandbox.UnknownFields})
	for _, p := range []string{"p001", "p002", "p003"} {
		o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "I am " + p, Person: p})
	}
	o.Act(sandbox.Act{Kind: "message", Text: "and me", Person: "p004"})
	o.Stage.Clock.Advance(2 * time.Second)
	people := map[string]bool{}
	for _, raw := range o.told() {
		if e := o.decode(raw); e.Kind == network.Comment || e.Kind == network.Direct {
			people[raw.Person] = true
		}
	}
	if len(people) != 4 {
		t.Errorf("%d people", len(people))
	}
}

// What happens to a comment afterwards.
func TestChangesAreTold(t *testing.T) {
	o := open(t)
	_, sent := o.Publish("Hello")
	done := o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "first", Person: "p001"})
	o.Read("")
	ref := network.Ref{ID: done.ID}
	editor := o.editor()
	who, _ := o.Stage.Cast.Person("p001")
	want := []network.EventKind{network.Ours, network.Comment}
	for _, on := range []bool{true, false, true} {
		if err := o.driver.Hide(t.Context(), o.Conn, ref, on); err != nil {
			t.Fatal(err)
		}
		o.Stage.Clock.Advance(time.Second)
		want = append(want, network.Hidden)
	}
	if err := editor.Edit(who, done.ID, "second"); err != nil {
		t.Fatal(err)
	}
	o.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p002"})
	o.Act(sandbox.Act{Kind: "react", Target: sent.ID, Person: "p002", Reaction: "NONE"})
	if err := editor.Remove(who, done.ID); err != nil {
		t.Fatal(err)
	}
	want = append(want, network.Edited, network.Reaction, network.Reaction, network.Deleted)
	keys := map[string]bool{}
	var got []network.EventKind
	for _, raw := range o.told() {
		e := o.decode(raw)
		got = append(got, e.Kind)
		if keys[raw.Key] {
			t.Errorf("%q comes twice", raw.Key)
		}
		keys[raw.Key] = true
		switch e.Kind {
		case network.Edited:
			if e.Text != "second" || e.ID != done.ID {
				t.Errorf("edited: %+v", e)
			}
		case network.Deleted, network.Hidden:
			if e.ID != done.ID {
				t.Errorf("%s: %+v", e.Kind, e)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("told %v, and it was %v", got, want)
	}
}

func (o *house) editor() sandbox.Editor {
	n, _ := o.Stage.Network("facebook")
	return n.Actor.(sandbox.Editor)
}

// Without webhooks, reading notices it a little later, with the same keys.
func TestChangesAreReadToo(t *testing.T) {
	o := open(t)
	_, cursor := o.Read("")
	_, sent := o.Publish("Hello")
	who, _ := o.Stage.Cast.Person("p001")
	one := o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "first", Person: "p001"})
	two := o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "other", Person: "p001"})
	_, cursor = o.Read(cursor)
	if err := o.editor().Edit(who, one.ID, "second"); err != nil {
		t.Fatal(err)
	}
	if err := o.editor().Remove(who, two.ID); err != nil {
		t.Fatal(err)
	}
	o.Stage.Clock.Advance(3 * time.Minute)
	got, err := o.driver.Read(t.Context(), o.Conn, cursor)
	if err != nil {
		t.Fatal(err)
	}
	raws, cursor := got.Events, got.Next
	var hooked []string
	for _, raw := range o.told() {
		hooked = append(hooked, raw.Key)
	}
	kinds := map[network.EventKind]string{}
	for _, raw := range raws {
		e := o.decode(raw)
		kinds[e.Kind] = e.ID
		if !slices.Contains(hooked, raw.Key) {
			t.Errorf("%q has another key by webhook: %q", raw.Key, hooked)
		}
	}
	if kinds[network.Edited] != one.ID || kinds[network.Deleted] != two.ID {
		t.Errorf("read %v", kinds)
	}
	o.Stage.Clock.Advance(3 * time.Minute)
	again, _ := o.Read(cursor)
	for _, e := range again {
		if e.Kind == network.Edited || e.Kind == network.Deleted {
			t.Errorf("told again: %+v", e)
		}
	}
}

// A place in a list that is gone loses nothing that follows it.
func TestALostPlaceLosesNothing(t *testing.T) {
	o := open(t)
	_, cursor := o.Read("")
	_, sent := o.Publish("Hello")
	who, _ := o.Stage.Cast.Person("p001")
	var ids []string
	for range 250 {
		ids = append(ids, o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "word", Person: "p001"}).ID)
	}
	asked := 0
	o.Front.Instead(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/comments") {
			if asked++; asked == 2 { // the comment that marks our place
				if err := o.editor().Remove(who, ids[99]); err != nil {
					t.Error(err)
				}
			}
		}
		return false
	})
	events, _ := o.Read(cursor)
	seen := map[string]bool{}
	for _, e := range events {
		seen[e.ID] = true
	}
	for i, id := range ids {
		if i != 99 && !seen[id] {
			t.Fatalf("comment %d was left out; %d questions", i, asked)
		}
	}
}

// Everything below many posts comes in, also when it takes several readings.
func TestManyPostsAreRead(t *testing.T) {
	o := open(t)
	_, cursor := o.Read("")
	want := 0
	for range 60 {
		_, sent := o.Publish("Hello")
		for range 12 {
			o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "word", Person: "p001"})
			want++
		}
	}
	events, next := o.Read(cursor)
	got := map[string]bool{}
	for _, e := range events {
		if e.Kind == network.Comment {
			got[e.ID] = true
		}
	}
	if len(got) != want {
		t.Errorf("%d of %d came in", len(got), want)
	}
	if len(next) > 16<<10 {
		t.Errorf("the cursor has %d bytes", len(next))
	}
	o.Stage.Clock.Advance(time.Hour)
	_, next = o.Read(next) // once more, for what came in meanwhile
	before := len(o.Front.Requests())
	_, next = o.Read(next)
	o.Read(next)
	if n := len(o.Front.Requests()) - before; n > 12 {
		t.Errorf("%d questions when nothing happened", n)
	}
}

// A comment that was answered in private once, and a person who cannot be found.
func TestPrivateAnswersToComments(t *testing.T) {
	o := open(t)
	_, sent := o.Publish("Hello")
	_, cursor := o.Read("")
	done := o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "how much?", Person: "p001"})
	events, _ := o.Read(cursor)
	i := slices.IndexFunc(events, func(e network.Event) bool { return e.ID == done.ID })
	part := o.Part("12 €")
	part.After, part.Private = &events[i].Ref, true
	o.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Message, Times: 1})
	if _, err := o.driver.Reply(t.Context(), o.Conn, part); !fault.Is(err, fault.Uncertain) {
		t.Fatal(err)
	}
	look, err := o.driver.Find(t.Context(), o.Conn, part, part.At.Add(-time.Minute))
	if err != nil || len(look.Near) != 1 || look.Near[0].Text != "12 €" || look.Near[0].After != done.ID || !look.Complete {
		t.Errorf("%+v, %v", look, err)
	}
	_, err = o.driver.Reply(t.Context(), o.Conn, part)
	if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, "already") || hint == "" {
		t.Errorf("a second time: %v", err)
	}
	// The whole conversation is over after a day.
	o.Stage.Clock.Advance(25 * time.Hour)
	part.After = &network.Ref{ID: "m_x", Extra: look.Near[0].Extra}
	if _, err = o.driver.Reply(t.Context(), o.Conn, part); !fault.Is(err, fault.Invalid) {
		t.Errorf("after a day: %v", err)
	}
}

// An answer to an answer hangs beside it, and is found there.
func TestALostAnswerToAnAnswerIsFound(t *testing.T) {
	o := open(t)
	_, sent := o.Publish("Hello")
	_, cursor := o.Read("")
	first := o.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "one", Person: "p001"})
	second := o.Act(sandbox.Act{Kind: "comment", Target: first.ID, Text: "two", Person: "p002"})
	events, _ := o.Read(cursor)
	i := slices.IndexFunc(events, func(e network.Event) bool { return e.ID == second.ID })
	for _, ref := range []network.Ref{events[i].Ref, {ID: second.ID}} {
		part := o.Part("three " + string(ref.Extra))
		part.After = &ref
		o.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Reply, Times: 1})
		if _, err := o.driver.Reply(t.Context(), o.Conn, part); !fault.Is(err, fault.Uncertain) {
			t.Fatal(err)
		}
		look, err := o.driver.Find(t.Context(), o.Conn, part, part.At.Add(-time.Minute))
		ours := slices.IndexFunc(look.Near, func(s network.Seen) bool { return s.Text == part.Text && s.After == second.ID })
		if err != nil || ours < 0 || !look.Complete {
			t.Errorf("%+v, %v", look, err)
		}
	}
}

// What the key may not do is named, before and when it is tried.
func TestMissingPermissionsAreNamed(t *testing.T) {
	o := open(t)
	weak := o.net.IssuePageToken(o.Account.ID, 5*24*time.Hour, "pages_show_list", "pages_read_engagement", "pages_read_user_content")
	account, err := o.driver.Connect(t.Context(), map[string]string{"page": o.Account.ID, "token": weak})
	if err != nil || !strings.Contains(account.Warning, "pages_manage_posts") || !strings.Contains(account.Warning, "pages_messaging") {
		t.Fatalf("%q, %v", account.Warning, err)
	}
	conn := network.Conn{Account: account.ID, Handle: account.Handle, Keys: account.Keys}
	part := o.Part("x")
	part.Step = network.Step{Name: "publish", State: []byte(`{"phase":"publish"}`), Public: true}
	_, err = o.driver.Step(t.Context(), conn, part)
	if _, hint := fault.Shown(err); !fault.Is(err, fault.Denied) || !strings.Contains(hint, "pages_manage_posts") {
		t.Errorf("%v, %q", err, hint)
	}
	if _, err := o.driver.Read(t.Context(), conn, ""); err != nil {
		t.Errorf("what may be read is read: %v", err)
	}
	all := o.net.IssuePageToken(o.Account.ID, 5*24*time.Hour, "pages_read_engagement", "pages_read_user_content", "pages_manage_posts",
		"pages_manage_engagement", "pages_manage_metadata", "pages_messaging", "read_insights")
	if account, err = o.driver.Connect(t.Context(), map[string]string{"page": o.Account.ID, "token": all}); err != nil || account.Warning != "" {
		t.Fatalf("%q, %v", account.Warning, err)
	}
	conn.Keys = account.Keys
	health, _, err := o.driver.Check(t.Context(), conn)
	if err != nil || health.State != "warn" || !strings.Contains(health.Text, "expires") || health.Followers < 1 {
		t.Errorf("%+v, %v", health, err)
	}
	o.net.Revoke(all)
	health, _, err = o.driver.Check(t.Context(), conn)
	if err != nil || health.State != "broken" || !strings.Contains(health.Text, "signed out") || health.Fix == "" {
		t.Errorf("%+v, %v", health, err)
	}
}

func TestChallenge(t *testing.T) {
	d := facebook.New(nil, facebook.Options{})
	good := map[string][]string{"hub.mode": {"subscribe"}, "hub.verify_token": {"typed"}, "hub.challenge": {"1158201444"}}
	if answer, ok := d.Challenge(good, network.App{Verify: "typed"}); !ok || answer.Body != "1158201444" {
		t.Errorf("%q, %v", answer, ok)
	}
	for name, bad := range map[string][2]string{"mode": {"hub.mode", "unsubscribe"}, "token": {"hub.verify_token", "typed "}, "script": {"hub.challenge", "<script>"}, "nothing": {"hub.challenge", ""}} {
		q := map[string][]string{}
		for k, v := range good {
			q[k] = v
		}
		q[bad[0]] = []string{bad[1]}
		if _, ok := d.Challenge(q, network.App{Verify: "typed"}); ok {
			t.Errorf("%s is answered", name)
		}
	}
	if _, ok := d.Challenge(map[string][]string{"hub.mode": {"subscribe"}, "hub.challenge": {"1"}}, network.App{}); ok {
		t.Error("nobody typed a token, and it is answered")
	}
}

// Asked to, Meta learns our address, tests it, and lets the Page's news through:
// with the app of the connection, not that of the options.
func TestMetaIsAskedToKnock(t *testing.T) {
	w := networktest.NewWorld(t, harness(facebook.Options{}))
	driver := w.Driver.(*facebook.Driver)
	app := network.App{ID: "600000000000001", Secret: "app-secret", Verify: "our word"}
	var tested int
	ours := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		answer, ok := driver.Challenge(r.URL.Query(), app)
		if r.Method == http.MethodGet && ok {
			tested++
			_, _ = rw.Write([]byte(answer.Body))
			return
		}
		rw.WriteHeader(http.StatusOK)
	}))
	t.Cleanup(ours.Close)
	conn := w.Conn
	conn.App = app
	if _, err := driver.Subscribe(t.Context(), conn, ours.URL); err != nil || tested != 1 {
		t.Fatalf("asked to knock, Meta says %v and tested %d times", err, tested)
	}
	wrong := conn
	wrong.App.Secret = "another secret"
	if _, err := driver.Subscribe(t.Context(), wrong, ours.URL); err == nil {
		t.Error("an app with a wrong secret may change where Meta knocks")
	}
	wrong.App = network.App{ID: app.ID, Secret: app.Secret}
	if _, err := driver.Subscribe(t.Context(), wrong, ours.URL); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a word to be tested with: %v", err)
	}
}
