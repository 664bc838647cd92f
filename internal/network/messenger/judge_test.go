package messenger_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/network/messenger"
	"github.com/kithhq/kith/internal/network/networktest"
)

func specs(path ...string) string {
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	return filepath.Join(append([]string{root}, path...)...)
}

// published are Meta's own lists of what Pages take, and its collection of calls to
// Messenger.
type published struct {
	edges   map[string]map[string]string // "POST messages" → parameter → type
	enums   map[string][]string
	bodies  []map[string]any // of the collection's sends
	answers []map[string]any
}

func read(t *testing.T, into any, path ...string) {
	t.Helper()
	data, err := os.ReadFile(specs(path...))
	if err != nil {
		t.Skip("nothing published at " + path[0] + " (set KITH_SPECS): requests were not judged")
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

func lists(t *testing.T) published {
	t.Helper()
	p := published{edges: map[string]map[string]string{}, enums: map[string][]string{}}
	for _, kind := range []string{"Page", "UnifiedThread"} {
		var node struct {
			APIs []struct {
				Method, Endpoint string
				Params           []struct{ Name, Type string }
			}
		}
		read(t, &node, "meta-graph", "api_specs", "specs", kind+".json")
		for _, api := range node.APIs {
			name := kind + " " + api.Method + " " + strings.TrimPrefix(api.Endpoint, "/")
			p.edges[name] = map[string]string{}
			for _, param := range api.Params {
				p.edges[name][param.Name] = param.Type
			}
		}
	}
	var enums []struct {
		Name   string
		Values []string
	}
	read(t, &enums, "meta-graph", "api_specs", "specs", "enum_types.json")
	for _, e := range enums {
		p.enums[e.Name] = e.Values
	}
	var collection struct {
		Item []struct {
			Item []struct {
				Request  struct{ Body struct{ Raw string } }
				Response []struct{ Body string }
			}
		}
	}
	read(t, &collection, "messenger", "messenger-platform-api.postman_collection.json")
	for _, one := range collection.Item[0].Item {
		var body, answer map[string]any
		if json.Unmarshal([]byte(one.Request.Body.Raw), &body) != nil || json.Unmarshal([]byte(one.Response[0].Body), &answer) != nil {
			t.Fatalf("the collection has changed: %s", one.Request.Body.Raw)
		}
		p.bodies, p.answers = append(p.bodies, body), append(p.answers, answer)
	}
	return p
}

// wrong says what is not published about a call on a Page or a conversation.
func (p published) wrong(method, path string, params url.Values) (all []string) {
	path = strings.TrimPrefix(path, "/v25.0/")
	id, edge, _ := strings.Cut(path, "/")
	if edge == "" || edge == "subscriptions" || id == "debug_token" {
		return nil // guides describe these, not the lists
	}
	kind := "Page"
	if strings.HasPrefix(id, "t_") {
		kind = "UnifiedThread"
	}
	known, there := p.edges[kind+" "+method+" "+edge]
	if !there {
		return []string{kind + " " + method + " " + edge + " is not published"}
	}
	for name, values := range params {
		if slices.Contains([]string{"fields", "limit", "after", "appsecret_proof"}, name) {
			continue // the guides on paging, field expansion and securing requests
		}
		form, ok := known[name]
		if !ok {
			all = append(all, edge+" takes no "+name)
		}
		if enum, is := p.enums[strings.TrimSuffix(strings.TrimPrefix(form, "list<"), ">")]; is {
			for _, v := range strings.Split(strings.Trim(values[0], `["]`), ",") {
				if !slices.ContainsFunc(enum, func(e string) bool { return strings.EqualFold(e, v) }) {
					all = append(all, name+" takes no "+v)
				}
			}
		}
		if form == "Object" && name != "tag" {
			var object map[string]any
			if json.Unmarshal([]byte(values[0]), &object) != nil {
				all = append(all, name+" is no object")
			}
		}
	}
	if method == http.MethodPost && edge == "messages" && params.Has("message") && !slices.ContainsFunc(p.bodies, func(b map[string]any) bool { return alike(b, params) }) {
		all = append(all, "a message like no call of the collection")
	}
	return all
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

func sent(r *http.Request, body []byte) url.Values {
	params := r.URL.Query()
	if form, err := url.ParseQuery(string(body)); err == nil && r.Method == http.MethodPost {
		maps.Copy(params, form)
	}
	return params
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
		for _, wrong := range p.wrong(r.Method, r.URL.Path, sent(r, body)) {
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
	for _, form := range []string{"colour=red", "messaging_type=SHOUT", "sender_action=WAVE", "recipient=7", `recipient={"name":"x"}&message={"text":"x"}`} {
		params, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.wrong(http.MethodPost, "/v25.0/1/messages", params)) == 0 {
			t.Errorf("%s passes", form)
		}
	}
	if len(p.wrong(http.MethodPost, "/v25.0/1/massages", nil)) == 0 {
		t.Error("an unknown edge passes")
	}
}
