package messenger_test

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
	"github.com/kithhq/kith/internal/network/messenger"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pages "github.com/kithhq/kith/internal/sandbox/facebook"
	pretended "github.com/kithhq/kith/internal/sandbox/messenger"
	"github.com/kithhq/kith/internal/secret"
)

// house is a world whose network also knocks at our door, at Facebook's address.
type house struct {
	*networktest.World
	t      *testing.T
	on     *pages.Network
	page   pages.Page
	host   *facebook.Driver
	door   string
	mu     sync.Mutex
	bodies [][]byte
}

func open(t *testing.T, o pages.Options) *house {
	t.Helper()
	s := &house{t: t, host: facebook.New(nil, facebook.Options{})}
	h := harness(messenger.Options{AppID: appID, AppSecret: appSecret})
	h.Open = func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		s.on = pages.New(stage, o)
		s.page = s.on.AddPage("Atelier")
		return pretended.New(s.on).Handler(), func(string) map[string]string {
			return map[string]string{"page": s.page.ID, "token": s.page.Token}
		}
	}
	s.World = networktest.NewWorld(t, h)
	s.Conn.App = network.App{ID: appID, Secret: appSecret, Verify: "typed"}
	door := httptest.NewServer(http.HandlerFunc(s.knock))
	t.Cleanup(door.Close)
	s.door = door.URL
	return s
}

func (s *house) knock(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		answer, ok := s.host.Challenge(r.URL.Query(), s.Conn.App)
		if !ok {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = io.WriteString(w, answer.Body) // the client sees to it
		return
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = s.host.Verify(r.Header, body, appSecret)
	}
	if err != nil {
		s.t.Error(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bodies = append(s.bodies, body)
}

// told are the events that Facebook's address heard of Messenger.
func (s *house) told() (raws []network.Raw, events []network.Event) {
	s.t.Helper()
	s.on.Settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, body := range s.bodies {
		some, err := s.host.Split(body)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, raw := range some {
			if raw.Network != "messenger" {
				continue
			}
			one, err := s.Driver.(network.Decoder).Decode(s.Conn, raw)
			if err != nil {
				s.t.Fatal(err)
			}
			host, err := s.host.Decode(s.Conn, raw)
			if err != nil || len(host) != len(one) || len(one) > 0 && (host[0].ID != one[0].ID || host[0].Kind != one[0].Kind) {
				s.t.Errorf("Facebook decodes it as %+v, Messenger as %+v, %v", host, one, err)
			}
			raws, events = append(raws, raw), append(events, one...)
		}
	}
	return raws, events
}

func (s *house) person(id string) sandbox.Person {
	p, _ := s.Stage.Cast.Person(id)
	return p
}

// One app has one address for all that Pages tell, and one list of fields for each
// Page: neither network may take anything from the other.
func TestMessengerAndFacebookShareOneSubscription(t *testing.T) {
	for _, first := range []string{"facebook", "messenger"} {
		s := open(t, pages.Options{})
		fb := facebook.New(s.out(), facebook.Options{GraphURL: s.Base})
		conn := s.Conn
		subscribe := map[string]network.Subscriber{"facebook": fb, "messenger": s.Driver.(network.Subscriber)}
		for _, name := range []string{first, map[string]string{"facebook": "messenger", "messenger": "facebook"}[first]} {
			if _, err := subscribe[name].Subscribe(t.Context(), conn, s.door); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			// A field that somebody else has asked for stays, too.
			if name == first {
				if err := s.on.SubscribePage(s.page.ID, append(s.on.Subscribed(s.page.ID), "ratings")...); err != nil {
					t.Fatal(err)
				}
			}
		}
		fields := s.on.Subscribed(s.page.ID)
		for _, want := range []string{"feed", "mention", "messages", "message_echoes", "message_edits", "message_reactions", "messaging_postbacks", "standby", "ratings"} {
			if !slices.Contains(fields, want) {
				t.Errorf("%s first: %s is not told any more, only %v", first, want, fields)
			}
		}
	}
}

// A token that may not read messages asks for the rest and takes nothing away.
func TestAReducedTokenTakesNothingAway(t *testing.T) {
	s := open(t, pages.Options{})
	if _, err := s.Driver.(network.Subscriber).Subscribe(t.Context(), s.Conn, s.door); err != nil {
		t.Fatal(err)
	}
	before := s.on.Subscribed(s.page.ID)
	poor := s.Conn
	token := s.on.IssuePageToken(s.page.ID, 0, "pages_read_engagement", "pages_manage_metadata", "pages_manage_posts")
	poor.Keys = messengerKeys(token)
	fb := facebook.New(s.out(), facebook.Options{GraphURL: s.Base})
	_, _ = fb.Subscribe(t.Context(), poor, s.door) // refused or not: what counts is what is left
	if after := s.on.Subscribed(s.page.ID); !slices.Equal(before, after) {
		t.Errorf("before %v, after %v", before, after)
	}
}

func TestAllThatIsSaidComesInByWebhook(t *testing.T) {
	s := open(t, pages.Options{})
	if _, err := s.Driver.(network.Subscriber).Subscribe(t.Context(), s.Conn, s.door); err != nil {
		t.Fatal(err)
	}
	said := s.Act(sandbox.Act{Kind: "message", Text: "Bonjour", Person: "p001"})
	s.Act(sandbox.Act{Kind: "edit", Target: said.ID, Text: "Bonsoir", Person: "p001"})
	s.Act(sandbox.Act{Kind: "react", Target: said.ID, Person: "p001"})
	s.Act(sandbox.Act{Kind: "react", Target: said.ID, Person: "p001", Reaction: "NONE"})
	s.Stage.Clock.Advance(time.Second)
	s.Act(sandbox.Act{Kind: "react", Target: said.ID, Person: "p001"}) // once more: another reaction than the first
	who := s.person("p001")
	shared, err := s.on.Share(who, s.page.ID, "", "image", "https://files.example/1.jpg", "sticker", "https://files.example/2.png", "fallback", "https://example.org/", "audio", "https://files.example/3.mp3")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.on.Press(s.person("p002"), s.page.ID, "Get started"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.on.Answer(who, s.page.ID, "From the phone"); err != nil {
		t.Fatal(err)
	}
	raws, events := s.told()
	want := []network.EventKind{network.Direct, network.Edited, network.Reaction, network.Reaction, network.Reaction, network.Direct, network.Direct, network.Ours}
	var kinds []network.EventKind
	for i, e := range events {
		kinds = append(kinds, e.Kind)
		if e.At.IsZero() || raws[i].Person == "" || raws[i].Key == "" || !e.Private {
			t.Errorf("%+v of %+v", e, raws[i])
		}
	}
	if !slices.Equal(kinds, want) {
		t.Fatalf("%v, want %v", kinds, want)
	}
	if events[1].ID != said.ID || events[1].Text != "Bonsoir" || events[2].Parent != said.ID || events[2].Removed || !events[3].Removed || events[2].ID == events[3].ID || raws[2].Key == raws[4].Key {
		t.Errorf("%+v", events[:5])
	}
	var types []string
	for _, a := range events[5].Media {
		types = append(types, a.Type)
	}
	if events[5].ID != shared || !slices.Equal(types, []string{"image", "image", "link", "audio"}) {
		t.Errorf("%+v", events[5])
	}
	if events[6].Text != "Get started" || network.Refusal(s.Account.Limits, s.Answer("Welcome", events[6].Ref)) != nil {
		t.Errorf("%+v", events[6])
	}
	if _, _, err := reply(t, s.World, "Welcome", events[6].Ref); err != nil {
		t.Errorf("who pressed a button cannot be answered: %v", err)
	}
	// What is told by webhook and by reading is one event, with one key.
	got, err := s.Driver.(network.Reader).Read(t.Context(), s.Conn, "")
	if err != nil {
		t.Fatal(err)
	}
	both := 0
	for _, raw := range raws {
		for _, r := range got.Events {
			if r.Key == raw.Key {
				both++
				if r.Person != raw.Person || r.Account != raw.Account || !r.At.Equal(raw.At) {
					t.Errorf("by webhook %+v\nby reading %+v", raw, r)
				}
			}
		}
	}
	if both != 3 {
		t.Errorf("%d of three messages are the same both ways", both)
	}
}

func TestWhatIsToldTwiceAndInOneBodyIsOneEach(t *testing.T) {
	s := open(t, pages.Options{})
	if _, err := s.Driver.(network.Subscriber).Subscribe(t.Context(), s.Conn, s.door); err != nil {
		t.Fatal(err)
	}
	s.Weather(sandbox.Mishap{Kind: sandbox.HookCrowded, Times: 3})
	s.Weather(sandbox.Mishap{Kind: sandbox.HookTwice, Times: 2})
	s.Weather(sandbox.Mishap{Kind: sandbox.UnknownFields})
	for _, who := range []string{"p001", "p002", "p003", "p001"} {
		s.Act(sandbox.Act{Kind: "message", Text: "from " + who, Person: who})
	}
	s.Stage.Clock.Advance(time.Minute)
	raws, events := s.told()
	keys, people := map[string]bool{}, map[string]bool{}
	for i, raw := range raws {
		keys[raw.Key], people[events[i].Author.ID] = true, true
	}
	if len(keys) != 4 || len(people) != 3 || len(raws) <= 4 {
		t.Errorf("%d events of %d people under %d keys", len(raws), len(people), len(keys))
	}
	huge := `{"object":"page","entry":[` + strings.TrimSuffix(strings.Repeat(`{"id":"1","messaging":[{"sender":{"id":"2"},"message":{"mid":"m_1","text":"x"}}]},`, 20_000), ",") + `]}`
	if raws, err := s.host.Split([]byte(huge)); err != nil || len(raws) != 20_000 {
		t.Errorf("%d, %v", len(raws), err)
	}
}

func TestAfterADayAPersonMayAnswerForSeven(t *testing.T) {
	s := open(t, pages.Options{})
	e := direct(t, s.World, "p001", "Any news?")
	s.Stage.Clock.Advance(23 * time.Hour)
	if _, _, err := reply(t, s.World, "Soon", e.Ref); err != nil {
		t.Fatal(err)
	}
	s.Stage.Clock.Advance(2 * time.Hour)
	if _, _, err := reply(t, s.World, "Tomorrow", e.Ref); err != nil {
		t.Errorf("on the second day: %v", err)
	}
	requests := s.Front.Requests()
	if last := string(requests[len(requests)-1].Body); !strings.Contains(last, "MESSAGE_TAG") || !strings.Contains(last, "HUMAN_AGENT") {
		t.Errorf("with %s", last)
	}
	s.Stage.Clock.Advance(6 * 24 * time.Hour)
	_, _, err := reply(t, s.World, "Too late", e.Ref)
	is(t, err, fault.Invalid)
	if text, hint := fault.Shown(err); !strings.Contains(text, "seven days") || hint == "" {
		t.Errorf("%s %s", text, hint)
	}
	if n := len(s.Ledger(sandbox.Message)); n != 2 {
		t.Errorf("%d messages went out", n)
	}
	// They write again.
	s.Act(sandbox.Act{Kind: "message", Text: "Hello?", Person: "p001"})
	if _, _, err := reply(t, s.World, "Here we are", e.Ref); err != nil {
		t.Error(err)
	}
}

func TestWithoutTheFeatureADayIsAll(t *testing.T) {
	s := open(t, pages.Options{NoHumanAgent: true})
	e := direct(t, s.World, "p001", "Any news?")
	s.Stage.Clock.Advance(25 * time.Hour)
	_, _, err := reply(t, s.World, "Late", e.Ref)
	is(t, err, fault.Denied, fault.Invalid)
	if text, hint := fault.Shown(err); !strings.Contains(text, "24 hours") || !strings.Contains(hint, "Human Agent") {
		t.Errorf("%s %s", text, hint)
	}
	if n := len(s.Ledger(sandbox.Message)); n != 0 {
		t.Errorf("%d messages went out", n)
	}
}

func TestWhoCannotBeReachedIsSaid(t *testing.T) {
	s := open(t, pages.Options{})
	e := direct(t, s.World, "p001", "hello")
	for what, away := range map[string]func(bool) error{
		"blocked the Page": func(on bool) error { return s.on.Shut(s.person("p001"), s.page.ID, on) },
		"Another app":      func(on bool) error { return s.on.Yield(s.person("p001"), s.page.ID, on) },
	} {
		if err := away(true); err != nil {
			t.Fatal(err)
		}
		_, _, err := reply(t, s.World, "anybody?", e.Ref)
		is(t, err, fault.Invalid)
		if text, hint := fault.Shown(err); !strings.Contains(text+hint, what) {
			t.Errorf("%s: %s %s", what, text, hint)
		}
		if err := away(false); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := reply(t, s.World, "who?", network.Ref{ID: "m_1", Extra: []byte(`{"to":"42"}`)})
	is(t, err, fault.Invalid)
}

// While another app answers, we hear in standby what is said.
func TestStandbyIsHeard(t *testing.T) {
	s := open(t, pages.Options{})
	if _, err := s.Driver.(network.Subscriber).Subscribe(t.Context(), s.Conn, s.door); err != nil {
		t.Fatal(err)
	}
	s.Act(sandbox.Act{Kind: "message", Text: "first", Person: "p001"})
	if err := s.on.Yield(s.person("p001"), s.page.ID, true); err != nil {
		t.Fatal(err)
	}
	s.Act(sandbox.Act{Kind: "message", Text: "second", Person: "p001"})
	_, events := s.told()
	if len(events) != 2 || events[1].Text != "second" || events[1].Kind != network.Direct {
		t.Errorf("%+v", events)
	}
}

func TestPeopleHaveNamesAndFaces(t *testing.T) {
	s := open(t, pages.Options{})
	_, cursor := s.Read("")
	s.Act(sandbox.Act{Kind: "message", Text: "hello", Person: "p001"})
	events, cursor := s.Read(cursor)
	i := slices.IndexFunc(events, func(e network.Event) bool { return e.Author.AvatarURL != "" })
	if i < 0 || events[i].Author.Name != s.person("p001").Name || !events[i].Removed {
		t.Fatalf("nobody has a face: %+v", events)
	}
	asked := func() (n int) {
		for _, r := range s.Front.Requests() {
			if strings.Contains(r.Query, "profile_pic") {
				n++
			}
		}
		return n
	}
	before := asked()
	s.Act(sandbox.Act{Kind: "message", Text: "again", Person: "p001"})
	_, cursor = s.Read(cursor)
	if asked() != before {
		t.Error("asked again at once")
	}
	s.Stage.Clock.Advance(8 * 24 * time.Hour)
	s.Act(sandbox.Act{Kind: "message", Text: "a week later", Person: "p001"})
	if s.Read(cursor); asked() == before {
		t.Error("never asked again, though the address of a picture ends")
	}
}

func TestAWrongConnectionIsSaid(t *testing.T) {
	s := open(t, pages.Options{})
	connector := s.Driver.(network.Connector)
	other := s.on.AddPage("Boutique")
	poor := s.on.IssuePageToken(s.page.ID, 0, "pages_read_engagement", "pages_manage_metadata")
	for what, settings := range map[string]map[string]string{
		"no Page":            {"page": "not a number!", "token": s.page.Token},
		"no token":           {"page": s.page.ID, "token": "x"},
		"another Page":       {"page": other.ID, "token": s.page.Token},
		"no such Page":       {"page": "4711", "token": s.page.Token},
		"no right to talk":   {"page": s.page.ID, "token": poor},
		"somebody's forgery": {"page": s.page.ID, "token": "EAAGforgedforgedforged"},
	} {
		_, err := connector.Connect(t.Context(), settings)
		is(t, err, fault.Invalid, fault.Denied)
		if text, hint := fault.Shown(err); text == "" || hint == "" {
			t.Errorf("%s: %q %q", what, text, hint)
		}
	}
	// A token that ends soon.
	soon := s.Conn
	soon.Keys = messengerKeys(s.on.IssuePageToken(s.page.ID, 5*24*time.Hour, "pages_messaging", "pages_read_engagement", "pages_manage_metadata", "read_insights"))
	health, _, err := s.Driver.(network.Checker).Check(t.Context(), soon)
	if err != nil || health.State != "warn" || health.Expires.IsZero() || health.Fix == "" {
		t.Errorf("%+v, %v", health, err)
	}
}

func messengerKeys(token string) secret.Text { return secret.Text(`{"token":"` + token + `"}`) }

func (s *house) out() *outward.Client {
	s.t.Helper()
	out, err := outward.New(outward.Options{Allow: []string{"127.0.0.1"}, Now: s.Stage.Clock.Now})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(out.Close)
	return out
}
