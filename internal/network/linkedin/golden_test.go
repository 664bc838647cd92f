package linkedin_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/linkedin"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/secret"
)

// Of comments LinkedIn publishes its documentation alone. Each call has a file in
// testdata/calls, with the address, the date and how certain it is: the fields and
// their types, and an example. The driver must ask exactly what the example asks and
// understand what it answers, and the pretended LinkedIn must answer in its shape.
type call struct {
	Name, Method, Path, Restli     string
	Documentation, Date, Certainty string
	Query                          map[string]string
	Request, Answer                map[string]string
	Example                        struct {
		Status          int
		Head            map[string]string
		Request, Answer json.RawMessage
	}
}

func calls(t *testing.T) map[string]call {
	t.Helper()
	return networktest.Examples[call](t, "testdata/calls")
}

// shapes are the fields of what is answered, by the name of the row in documented.json.
func shapes(t *testing.T) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	for _, c := range calls(t) {
		all[c.Name] = c.Answer
	}
	return all
}

func TestExamplesNameTheirSourcesAndKeepTheirShape(t *testing.T) {
	for name, c := range calls(t) {
		if !strings.HasPrefix(c.Documentation, "https://learn.microsoft.com/") || c.Date == "" || c.Certainty == "" {
			t.Errorf("%s has no dated source", name)
		}
		if !slices.ContainsFunc(rows(t), func(r documentedCall) bool { return r.Name == c.Name && r.Method == c.Method }) {
			t.Errorf("%s is no call of documented.json", name)
		}
		if c.Example.Request != nil || c.Request != nil {
			for _, wrong := range networktest.Differs(c.Example.Request, c.Request) {
				t.Errorf("%s asks: %s", name, wrong)
			}
		}
		if c.Example.Answer != nil || len(c.Answer) > 0 {
			for _, wrong := range networktest.Differs(c.Example.Answer, c.Answer) {
				t.Errorf("%s answers: %s", name, wrong)
			}
		}
	}
}

// golden is a LinkedIn that knows the examples alone.
type golden struct {
	*httptest.Server
	t     *testing.T
	mu    sync.Mutex
	known map[string]call
	asked map[string]int
}

// ServeHTTP answers the example that was asked for to the letter.
func (g *golden) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for name, c := range g.known {
		if !g.is(c, r, body) {
			continue
		}
		g.asked[name]++
		w.Header().Set("Content-Type", "application/json")
		for k, v := range c.Example.Head {
			w.Header().Set(k, v)
		}
		w.WriteHeader(c.Example.Status)
		_, _ = w.Write(c.Example.Answer) // the client sees to it
		return
	}
	g.t.Errorf("no example asks %s %s %s", r.Method, r.URL.RequestURI(), body)
	w.WriteHeader(http.StatusNotImplemented)
}

func (g *golden) is(c call, r *http.Request, body []byte) bool {
	query := map[string]string{}
	for name := range r.URL.Query() {
		query[name] = r.URL.Query().Get(name)
	}
	var have, want any
	_ = json.Unmarshal(body, &have)              // nil where there is none
	_ = json.Unmarshal(c.Example.Request, &want) // nil where there is none
	return c.Method == r.Method && c.Path == r.URL.EscapedPath() && c.Restli == r.Header.Get("X-RestLi-Method") &&
		(len(query) == 0 && len(c.Query) == 0 || reflect.DeepEqual(query, c.Query)) && reflect.DeepEqual(have, want) &&
		r.Header.Get("LinkedIn-Version") == "202609" && r.Header.Get("X-Restli-Protocol-Version") == "2.0.0" &&
		r.Header.Get("Authorization") == "Bearer token" && (want == nil || r.Header.Get("Content-Type") == "application/json")
}

func (g *golden) was(name string) {
	g.t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.asked[name] != 1 {
		g.t.Errorf("the example %s was asked %d times", name, g.asked[name])
	}
	delete(g.asked, name)
}

const (
	hirondelle = "urn:li:organization:2414183"
	share      = "urn:li:share:7385912847561244672"
	activity   = "urn:li:activity:7385912848102309888"
	firstOne   = "urn:li:comment:(" + activity + ",7386000000000000001)"
	answer     = "urn:li:comment:(" + activity + ",7386000000000000003)"
)

func TestCommentsAndTheirCountsAreAsTheExamples(t *testing.T) {
	g := &golden{t: t, known: calls(t), asked: map[string]int{}}
	g.Server = httptest.NewServer(g)
	t.Cleanup(g.Close)
	now := func() time.Time { return time.UnixMilli(1793189000000) }
	d := linkedin.New(networktest.Client(t, now), linkedin.Options{Base: g.URL, Now: now})
	conn := network.Conn{Base: g.URL, Account: hirondelle, Keys: secret.Text(`{"token":"token","member":"urn:li:person:yrZCpj2ZYQ"}`)}
	say := func(name, text string, after network.Ref, want string) network.Ref {
		t.Helper()
		sent, err := d.Reply(t.Context(), conn, network.Part{Text: text, After: &after})
		if err != nil || sent.ID != want {
			t.Errorf("%s: %+v, %v", name, sent, err)
		}
		g.was(name)
		return sent.Ref
	}
	ours := say("comment_create", "Our shop opens at nine.", network.Ref{ID: share}, firstOne)
	// What is said to the answer goes below the same first comment: there is one level.
	below := say("comment_nested", "Until seven.", network.Ref{ID: firstOne}, answer)
	say("comment_nested", "Until seven.", below, answer)

	image := networktest.Picture("image/png", 9, 9, "")
	state := `{"files":[{"urn":"urn:li:image:C552CAQGu16obsGZENQ","given":true,"ready":true}]}`
	did, err := d.StepReply(t.Context(), conn, network.Part{Text: "Here it is.", Media: []network.Media{image}, After: &network.Ref{ID: activity},
		Step: network.Step{Name: "publish", State: json.RawMessage(state), Since: now()}})
	if err != nil || did.Sent == nil || did.Sent.ID != "urn:li:comment:("+activity+",7386000000000000002)" {
		t.Errorf("%+v, %v", did, err)
	}
	g.was("comment_image")

	since := time.UnixMilli(1793188000000)
	look, err := d.Find(t.Context(), conn, network.Part{Text: "Our shop opens at nine.", After: &network.Ref{ID: share}}, since)
	if err != nil || !look.Complete || len(look.Near) != 1 || look.Near[0].ID != ours.ID || look.Near[0].Text != "Our shop opens at nine." || look.Near[0].At.UnixMilli() != 1793188800000 {
		t.Errorf("%+v, %v", look, err)
	}
	g.was("comments_list")
	look, err = d.Find(t.Context(), conn, network.Part{Text: "Until seven.", After: &network.Ref{ID: firstOne}}, since)
	if err != nil || !look.Complete || len(look.Near) != 1 || look.Near[0].ID != answer || look.Near[0].After != firstOne {
		t.Errorf("%+v, %v", look, err)
	}
	g.was("comments_nested")

	bare := network.Ref{ID: firstOne} // nothing is remembered of it but its name
	for name, do := range map[string]func() error{
		"comment_edit": func() error {
			_, err := d.Edit(t.Context(), conn, bare, network.Part{Text: "Our shop opens at ten."})
			return err
		},
		"comment_delete":  func() error { return d.Remove(t.Context(), conn, bare) },
		"reaction_create": func() error { return d.Like(t.Context(), conn, bare, true) },
		"reaction_delete": func() error { return d.Like(t.Context(), conn, bare, false) },
		"comments_close":  func() error { return d.Close(t.Context(), conn, network.Ref{ID: share}, true) },
	} {
		if err := do(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		g.was(name)
	}

	counts, err := d.Measure(t.Context(), conn, []network.Ref{{ID: share}})
	if c := counts[share]; err != nil || c[network.Likes] != 5 || c[network.Replies] != 3 || c[network.Views] != 120 || c[network.Reach] != 97 || c[network.Reposts] != 2 {
		t.Errorf("%v, %v", counts, err)
	}
	g.was("social_metadata_batch")
	g.was("share_statistics")
}
