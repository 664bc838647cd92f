package messenger_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph/graphtest"
	"github.com/kithhq/kith/internal/network/messenger"
	"github.com/kithhq/kith/internal/network/networktest"
)

// published are Meta's own lists of what Pages take, and its collection of calls to
// Messenger.
type published struct {
	graphtest.Lists
	bodies  []map[string]any // of the collection's sends
	answers []map[string]any
	// How a file is handed over there, and what is answered.
	upload, uploaded map[string]any
}

func lists(t *testing.T) published {
	t.Helper()
	l, err := graphtest.Read("Page", "UnifiedThread")
	if err != nil {
		t.Skip("no published parameter lists at meta-graph/api_specs (set KITH_SPECS): requests were not judged by them")
	}
	l.Everywhere = []string{"fields", "limit", "after", "ids", "appsecret_proof"}
	l.Answers = map[string]string{"conversations": "UnifiedThread", "messages": "UnifiedMessage"}
	l.Fields = map[string][]string{"UnifiedMessage": {"created_time", "message", "from", "to", "attachments"}, // in no list: as recorded
		"Person": {"name", "first_name", "last_name", "profile_pic"}} // and these as documented: the user profile of Messenger
	p := published{Lists: l}
	var collection struct {
		Item []struct {
			Item []struct {
				Request  struct{ Body struct{ Raw string } }
				Response []struct{ Body string }
			}
		}
	}
	data, err := os.ReadFile(graphtest.Specs("messenger", "messenger-platform-api.postman_collection.json"))
	if err != nil {
		t.Skip("no collection of calls at messenger (set KITH_SPECS): messages were not judged by it")
	}
	if err := json.Unmarshal(data, &collection); err != nil {
		t.Fatal(err)
	}
	for _, one := range collection.Item[0].Item {
		var body, answer map[string]any
		if json.Unmarshal([]byte(one.Request.Body.Raw), &body) != nil || json.Unmarshal([]byte(one.Response[0].Body), &answer) != nil {
			t.Fatalf("the collection has changed: %s", one.Request.Body.Raw)
		}
		p.bodies, p.answers = append(p.bodies, body), append(p.answers, answer)
	}
	last := collection.Item[1].Item[0]
	if json.Unmarshal([]byte(last.Request.Body.Raw), &p.upload) != nil || json.Unmarshal([]byte(last.Response[0].Body), &p.uploaded) != nil {
		t.Fatalf("the collection has changed: %s", last.Request.Body.Raw)
	}
	return p
}

// wrong says what is not published about a call.
func (p published) wrong(method, path string, params url.Values) (all []string) {
	id, edge, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(path, "/"), "v25.0/"), "/")
	kind := "Page"
	switch {
	case edge == "subscriptions" || id == "debug_token":
		return nil // guides describe these, not the lists
	case id == "" && params.Has("ids"):
		kind = "Person"
	case strings.HasPrefix(id, "t_"):
		kind = "UnifiedThread"
	}
	all = p.Checked(kind, method, edge, params)
	if method == http.MethodPost && edge == "messages" && params.Has("message") && !slices.ContainsFunc(p.bodies, func(b map[string]any) bool { return alike(b, params) }) {
		all = append(all, "a message like no call of the collection")
	}
	if method == http.MethodPost && edge == "message_attachments" && !p.handed(params) {
		all = append(all, "a file that is handed over like none of the collection")
	}
	return all
}

// handed says whether a file is handed over as in the collection, but for its
// address: the file itself goes along.
func (p published) handed(params url.Values) bool {
	var sent map[string]any
	if json.Unmarshal([]byte(params.Get("message")), &sent) != nil {
		return false
	}
	want, _ := p.upload["message"].(map[string]any)
	for _, name := range []string{"attachment", "payload"} {
		of, _ := sent[name].(map[string]any)
		like, _ := want[name].(map[string]any)
		delete(like, "url")
		if of == nil || !slices.Equal(slices.Sorted(maps.Keys(of)), slices.Sorted(maps.Keys(like))) {
			return false
		}
		sent, want = of, like
	}
	return true
}

// alike says whether a send has the shape of one in the collection.
func alike(body map[string]any, params url.Values) bool {
	for _, name := range []string{"recipient", "message"} {
		var sent map[string]any
		if json.Unmarshal([]byte(params.Get(name)), &sent) != nil {
			return false
		}
		want, _ := body[name].(map[string]any)
		if !slices.Equal(slices.Sorted(maps.Keys(sent)), slices.Sorted(maps.Keys(want))) {
			return false
		}
	}
	return true
}

func judge(t *testing.T, next http.Handler) http.Handler {
	t.Helper()
	p := lists(t)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if strings.Contains(r.URL.String(), "EAAG") || !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
			t.Errorf("%s %s: the token is not where it belongs", r.Method, r.URL.Path)
		}
		for _, wrong := range p.wrong(r.Method, r.URL.Path, graphtest.Sent(r, body)) {
			t.Errorf("%s %s: %s", r.Method, r.URL.Path, wrong)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// The whole suite once more, with what is published between.
func TestRequestsAreAsPublished(t *testing.T) {
	lists(t)
	h := harness(messenger.Options{AppID: appID, AppSecret: appSecret})
	h.Judge = judge
	networktest.Run(t, h)
}

// The sandbox answers a send as the collection says that Meta does.
func TestAnswersAreAsInTheCollection(t *testing.T) {
	p := lists(t)
	w := world(t)
	e := direct(t, w, "p001", "hello")
	var got map[string]any
	w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
		held := &recorder{header: http.Header{}}
		w.Front.Next().ServeHTTP(held, r)
		_ = json.Unmarshal(held.body.Bytes(), &got) // looked at below
		_, _ = rw.Write(held.body.Bytes())          // the client sees to it
		return true
	})
	if _, _, err := reply(t, w, "Hello!", e.Ref); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(p.answers[0]))) {
		t.Errorf("the sandbox answers %v, Meta %v", got, p.answers[0])
	}
	part := w.Answer("", e.Ref)
	part.Media = []network.Media{networktest.Picture("image/png", 8, 8, "")}
	var all []map[string]any
	w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
		held := &recorder{header: http.Header{}}
		w.Front.Next().ServeHTTP(held, r)
		var one map[string]any
		_ = json.Unmarshal(held.body.Bytes(), &one) // looked at below
		all = append(all, one)
		_, _ = rw.Write(held.body.Bytes()) // the client sees to it
		return true
	})
	if _, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, part); err != nil {
		t.Fatal(err)
	}
	for i, want := range []map[string]any{p.uploaded, p.answers[1]} {
		if len(all) != 2 || !slices.Equal(slices.Sorted(maps.Keys(all[i])), slices.Sorted(maps.Keys(want))) {
			t.Errorf("the sandbox answers %v, Meta %v", all, want)
		}
	}
}

type recorder struct {
	header http.Header
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header            { return r.header }
func (r *recorder) Write(data []byte) (int, error) { return r.body.Write(data) }
func (*recorder) WriteHeader(int)                  {}

// The judge must be able to say no.
func TestTheJudgeRefusesWhatIsNotPublished(t *testing.T) {
	p := lists(t)
	for _, form := range []string{"colour=red", "messaging_type=SHOUT", "sender_action=WAVE", `recipient={"name":"x"}&message={"text":"x"}`} {
		params, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.wrong(http.MethodPost, "/v25.0/1/messages", params)) == 0 {
			t.Errorf("%s passes", form)
		}
	}
	for _, message := range []string{`{"text":"x"}`, `{"attachment":{"type":"image"}}`, `{"attachment":{"type":"image","payload":{"reusable":true}}}`} {
		if len(p.wrong(http.MethodPost, "/v25.0/1/message_attachments", url.Values{"message": {message}})) == 0 {
			t.Errorf("%s passes", message)
		}
	}
	if len(p.wrong(http.MethodPost, "/v25.0/1/massages", nil)) == 0 {
		t.Error("an unknown edge passes")
	}
}
