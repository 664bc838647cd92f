package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// wall is the smallest network: POST /post writes, GET /post lists.
type wall struct {
	stage *Stage
	texts []string
	acts  []string
}

func (l *wall) Posts(account string) []Post { return []Post{{ID: "post-1", Account: account}} }
func (l *wall) Comment(p Person, _, target, text string) (string, error) {
	l.acts = append(l.acts, p.ID+" comments "+target+": "+text)
	return "c" + p.ID, nil
}
func (l *wall) React(p Person, _, target, kind string) error {
	l.acts = append(l.acts, p.ID+" reacts "+kind+" to "+target)
	return nil
}
func (l *wall) Follow(Person, string) error { return ErrCannot }
func (l *wall) Message(p Person, _, text string) (string, error) {
	l.acts = append(l.acts, p.ID+" writes "+text)
	return "m", nil
}

func (l *wall) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		json.NewEncoder(w).Encode(map[string]any{"items": l.texts})
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "half a request", http.StatusBadRequest)
		return
	}
	l.texts = append(l.texts, string(body))
	From(r.Context()).Accept(Entry{Account: "a", Object: "post-1", Text: string(body)})
	io.WriteString(w, `{"id":"post-1","nested":{"n":1}}`)
}

func raise(t *testing.T) (*Stage, *wall, *httptest.Server) {
	t.Helper()
	s := New(Options{Seed: 7, Frozen: true, Start: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)})
	l := &wall{stage: s}
	h := s.Open(Network{Name: "wall", Handler: l, Actor: l, Accounts: func() []Account { return []Account{{ID: "a", Name: "Atelier"}} },
		Action: func(r *http.Request) Action {
			if r.Method == http.MethodGet {
				return Read
			}
			return Publish
		}})
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	t.Cleanup(s.Close)
	return s, l, server
}

// said is an answer that was read.
type said struct {
	status int
	header http.Header
	body   string
}

func send(t *testing.T, server *httptest.Server, text string) (said, error) {
	t.Helper()
	res, err := server.Client().Post(server.URL+"/post", "text/plain", strings.NewReader(text))
	if err != nil {
		return said{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return said{res.StatusCode, res.Header, string(body)}, err
}

func TestTheClockFiresInOrderWhenItIsMoved(t *testing.T) {
	s := New(Options{Frozen: true})
	start := s.Clock.Now()
	var seen []time.Duration
	at := func() { seen = append(seen, s.Clock.Now().Sub(start)) }
	s.Clock.After(3*time.Minute, at)
	s.Clock.After(time.Minute, func() { at(); s.Clock.After(30*time.Second, at) })
	cancel := s.Clock.After(2*time.Minute, at)
	cancel()
	s.Clock.Advance(2 * time.Minute)
	s.Clock.Advance(5 * time.Minute)
	if want := []time.Duration{time.Minute, 90 * time.Second, 3 * time.Minute}; !slices.Equal(seen, want) {
		t.Fatalf("fired at %v, want %v", seen, want)
	}
}

func TestAFastClockFiresByItself(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	s.Clock.SetSpeed(100000)
	fired := make(chan struct{})
	s.Clock.After(time.Hour, func() { close(fired) })
	<-fired
}

func TestTheWeatherBeforeAcceptanceAcceptsNothing(t *testing.T) {
	retry := 17
	for _, m := range []Mishap{{Kind: Throttled, RetryAfterS: &retry}, {Kind: Throttled}, {Kind: ServerError, Status: 502}, {Kind: Maintenance}, {Kind: Cut}} {
		s, _, server := raise(t)
		m.Action, m.Times = AnyWrite, 1
		s.Weather.Must(m)
		res, err := send(t, server, "hello "+strings.Repeat("x", 5000))
		switch m.Kind {
		case Cut:
			if err == nil {
				t.Errorf("cut: answered %d", res.status)
			}
		case Throttled:
			want := ""
			if m.RetryAfterS != nil {
				want = "17"
			}
			if res.status != 429 || res.header.Get("Retry-After") != want {
				t.Errorf("throttled: %d, Retry-After %q", res.status, res.header.Get("Retry-After"))
			}
		case ServerError:
			if res.status != 502 {
				t.Errorf("server error: %d", res.status)
			}
		case Maintenance:
			if res.status != 503 {
				t.Errorf("maintenance: %d", res.status)
			}
		}
		if s.Ledger.Len() != 0 {
			t.Errorf("%s: accepted nevertheless", m.Kind)
		}
		if _, err := send(t, server, "again"); err != nil || s.Ledger.Len() != 1 {
			t.Errorf("%s: the second try was not let through: %v", m.Kind, err)
		}
	}
}

func TestTheWeatherAfterAcceptanceLosesOnlyTheAnswer(t *testing.T) {
	for _, m := range []Mishap{{Kind: LostAnswer}, {Kind: CutAnswer}, {Kind: ErrorAfter}, {Kind: SlowAnswer, DelayMS: 5}, {Kind: UnknownFields}} {
		s, _, server := raise(t)
		m.Times = 1
		s.Weather.Must(m)
		res, err := send(t, server, "hello")
		switch m.Kind {
		case LostAnswer, CutAnswer:
			if err == nil {
				t.Errorf("%s: a whole answer came", m.Kind)
			}
		case ErrorAfter:
			if res.status != 500 {
				t.Errorf("error after: %d", res.status)
			}
		case SlowAnswer:
			if err != nil || res.body != `{"id":"post-1","nested":{"n":1}}` {
				t.Errorf("slow answer: %q %v", res.body, err)
			}
		case UnknownFields:
			if strings.Count(res.body, "zz_unannounced") != 2 || !strings.Contains(res.body, `"n":1`) {
				t.Errorf("unknown fields: %s", res.body)
			}
		}
		if s.Ledger.Len() != 1 {
			t.Errorf("%s: %d entries", m.Kind, s.Ledger.Len())
		}
	}
}

func TestARefusalOfTheNetworkIsNotLost(t *testing.T) {
	s := New(Options{Frozen: true})
	t.Cleanup(s.Close)
	server := httptest.NewServer(s.Open(Network{Name: "wall", Action: func(*http.Request) Action { return Publish },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "too long", http.StatusUnprocessableEntity)
		})}))
	t.Cleanup(server.Close)
	m := s.Weather.Must(Mishap{Kind: LostAnswer, Times: 1})
	if res, err := send(t, server, "x"); err != nil || res.status != http.StatusUnprocessableEntity {
		t.Errorf("%+v %v", res, err)
	}
	if left := s.Weather.Forecast(); len(left) != 1 || left[0].ID != m.ID || left[0].Left != 1 {
		t.Errorf("the mishap was used up on what was not accepted: %+v", left)
	}
}

func TestChanceFollowsTheSeed(t *testing.T) {
	run := func() (drawn string) {
		s := New(Options{Seed: 3, Frozen: true})
		s.Weather.Must(Mishap{Kind: Cut, Probability: 0.3})
		for range 400 {
			if _, ok := s.Weather.Strikes("wall", Publish, Cut); ok {
				drawn += "x"
			} else {
				drawn += "."
			}
		}
		return
	}
	one := run()
	if n := strings.Count(one, "x"); one != run() || n < 80 || n > 160 {
		t.Fatalf("%d of 400, or not the same twice", n)
	}
}

func TestTheDateIsTheStagesAndCanBeSkewed(t *testing.T) {
	s, _, server := raise(t)
	res, _ := send(t, server, "x")
	if got := res.header.Get("Date"); got != "Mon, 02 Mar 2026 08:00:00 GMT" {
		t.Errorf("date %q", got)
	}
	s.Weather.Must(Mishap{Kind: ClockSkew, Seconds: new(float64(300))})
	res, _ = send(t, server, "x")
	if got := res.header.Get("Date"); got != "Mon, 02 Mar 2026 08:05:00 GMT" {
		t.Errorf("skewed date %q", got)
	}
}

func TestTheGateHoldsARequestAtEachStep(t *testing.T) {
	for _, step := range []Step{Begun, Accepted, Answered} {
		s, _, server := raise(t)
		if err := s.Gate.Stop(Stop{Step: step, Network: "wall", Action: Publish, Times: 1, Hold: true}); err != nil {
			t.Fatal(err)
		}
		answered := make(chan error, 1)
		go func() {
			_, err := send(t, server, "#m1 held")
			answered <- err
		}()
		got := s.Gate.Wait(t.Context(), 0)
		if len(got) != 1 || got[0].Step != step || !got[0].Held {
			t.Fatalf("%s: %+v", step, got)
		}
		if want := map[Step]int{Begun: 0, Accepted: 1, Answered: 1}[step]; s.Ledger.Len() != want {
			t.Errorf("%s: %d in the ledger", step, s.Ledger.Len())
		}
		if step == Accepted && (got[0].Entry == nil || got[0].Entry.Text != "#m1 held") {
			t.Errorf("accepted tells %+v", got[0].Entry)
		}
		s.Gate.Release(got[0].N, step == Accepted)
		if err := <-answered; (err != nil) != (step == Accepted) {
			t.Errorf("%s: %v", step, err)
		}
	}
}

func TestTheLedgerFindsDuplicates(t *testing.T) {
	s, _, server := raise(t)
	for _, text := range []string{"one #k1", "two #k2", "one #k1", "no marker", "no marker"} {
		if _, err := send(t, server, text); err != nil {
			t.Fatal(err)
		}
	}
	s.Ledger.Record(Entry{Network: "wall", Account: "a", Action: Publish, Text: "again #k2", Repeat: true})
	found := s.Ledger.Duplicates(regexp.MustCompile(`#k\d+`))
	if len(found) != 1 || found[0].Marker != "#k1" || len(found[0].Entries) != 2 {
		t.Errorf("%+v", found)
	}
	if all := s.Ledger.Duplicates(nil); len(all) != 2 {
		t.Errorf("whole texts: %+v", all)
	}
}

func TestPeopleSpeakTwoLanguagesWithVariety(t *testing.T) {
	s := New(Options{Frozen: true})
	for _, lang := range []string{"fr", "en"} {
		lines := 0
		for section, all := range s.Scripts.talk[lang] {
			if section != "topic" && section != "product" && section != "place" {
				lines += len(all)
			}
			if m := Mood(section); (m == Fan || m == Curious || m == Complaining || m == Troll || m == Spammer) && len(s.Cast.Some(m, lang)) == 0 {
				t.Errorf("nobody is %s in %s", m, lang)
			}
		}
		if lines < 60 {
			t.Errorf("%s: %d lines", lang, lines)
		}
		r := s.Random("talk")
		for range 500 {
			for section := range s.Scripts.talk[lang] {
				if line := s.Scripts.talk.say(r, lang, section, "Atelier"); line == "" || strings.ContainsAny(line, "{}") {
					t.Fatalf("%s/%s: %q", lang, section, line)
				}
			}
		}
	}
	handles := map[string]bool{}
	for _, p := range s.Cast.All() {
		if handles[p.Handle] || !regexp.MustCompile(`^[a-z0-9_]+$`).MatchString(p.Handle) {
			t.Errorf("handle %q", p.Handle)
		}
		handles[p.Handle] = true
		if !bytes.HasPrefix(p.Avatar(), []byte("<svg")) {
			t.Errorf("%s has no face", p.Name)
		}
	}
}

func TestPeopleReactToAPostTheSameWayForTheSameSeed(t *testing.T) {
	run := func() []string {
		s, l, server := raise(t)
		if _, err := s.Scripts.Start(Scene{Name: "lively"}); err != nil {
			t.Fatal(err)
		}
		if _, err := send(t, server, "a new post"); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(3 * time.Hour)
		return l.acts
	}
	one := run()
	if len(one) < 12 || !slices.Equal(one, run()) {
		t.Fatalf("%d acts, or not the same twice", len(one))
	}
}

func TestAFloodIsOnePersonAndARaidIsMany(t *testing.T) {
	s, l, _ := raise(t)
	if _, err := s.Scripts.Start(Scene{Name: "flood"}); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(2 * time.Minute)
	who := map[string]int{}
	for _, act := range l.acts {
		who[strings.Fields(act)[0]]++
	}
	if len(who) != 1 || len(l.acts) < 12 {
		t.Errorf("a flood of %d acts by %d people", len(l.acts), len(who))
	}
	l.acts = nil
	raid, err := s.Scripts.Start(Scene{Name: "raid", Intensity: 2})
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
	s.Scripts.Stop(raid.ID)
	so := len(l.acts)
	s.Clock.Advance(time.Hour)
	if so == 0 || len(l.acts) != so {
		t.Errorf("a stopped raid went on: %d, then %d", so, len(l.acts))
	}
}

func TestWhatANetworkDoesNotHaveIsSaid(t *testing.T) {
	s, _, _ := raise(t)
	if _, err := s.Scripts.Do(Act{Network: "wall", Account: "a", Kind: "follow"}); !errors.Is(err, ErrCannot) {
		t.Errorf("follow: %v", err)
	}
	if _, err := s.Scripts.Do(Act{Network: "wall", Account: "a", Kind: "edit", Target: "x"}); !errors.Is(err, ErrCannot) {
		t.Errorf("edit: %v", err)
	}
}
