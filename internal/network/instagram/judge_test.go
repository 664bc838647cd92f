package instagram_test

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

	"github.com/kithhq/kith/internal/network/networktest"
)

// node is one kind of thing on Graph, as Meta's own code generator lists it.
type node struct {
	APIs []struct {
		Method, Endpoint, Name string
		Params                 []struct{ Name, Type string }
	}
	Fields []struct{ Name string }
}

// lists are the published parameter lists.
type lists struct {
	nodes map[string]node
	enums map[string][]string
}

func specs(path ...string) string {
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	return filepath.Join(append([]string{root}, path...)...)
}

var published = sync.OnceValues(func() (lists, error) { //nolint:gochecknoglobals // long to read
	l := lists{map[string]node{}, map[string][]string{}}
	read := func(name string, into any) error {
		data, err := os.ReadFile(specs("meta-graph", "api_specs", "specs", name+".json"))
		if err == nil {
			err = json.Unmarshal(data, into)
		}
		return err
	}
	for _, name := range []string{"IGUser", "IGMedia", "IGComment", "Page", "UnifiedThread"} {
		var n node
		if err := read(name, &n); err != nil {
			return l, err
		}
		l.nodes[name] = n
	}
	var enums []struct {
		Name   string
		Values []string
	}
	if err := read("enum_types", &enums); err != nil {
		return l, err
	}
	for _, e := range enums {
		l.enums[e.Name] = e.Values
	}
	return l, nil
})

// everywhere is what Graph takes on every list or node, as its guides on paging,
// field expansion and securing requests say; the lists leave it out.
func everywhere() []string { return []string{"fields", "limit", "after", "ids", "appsecret_proof"} }

// documented is what the documentation of 2026 says and the lists of April 2026 do
// not: each with where it stands there.
func documented(kind, method, edge string) ([]string, bool) {
	switch kind + " " + method + " " + edge {
	case "IGUser POST media": // reference of IG User Media
		return []string{"is_ai_generated", "is_paid_partnership"}, true
	case "IGContainer GET ": // reference of IG Container
		return nil, true
	case "IGUser GET conversations": // Instagram API with Instagram login, Get Conversations
		return []string{"platform", "user_id"}, true
	case "IGUser POST messages": // Instagram API with Instagram login, Send Messages
		return []string{"recipient", "message", "messaging_type", "tag"}, true
	case "IGUser GET content_publishing_limit", "Page POST messages", "Page GET conversations":
		return nil, true
	}
	return nil, false
}

// edge finds the parameters of an edge, or of the node itself.
func (l lists) edge(kind, method, edge string) (map[string]string, bool) {
	own := map[string]string{http.MethodGet: "#get", http.MethodPost: "#update", http.MethodDelete: "#delete"}[method]
	params := map[string]string{}
	more, known := documented(kind, method, edge)
	for _, name := range more {
		params[name] = "string"
	}
	for _, api := range l.nodes[kind].APIs {
		if api.Method != method || edge != "" && strings.TrimPrefix(api.Endpoint, "/") != edge || edge == "" && api.Name != own && api.Endpoint != own {
			continue
		}
		known = true
		for _, p := range api.Params {
			params[p.Name] = p.Type
		}
	}
	return params, known || edge == "" && method == http.MethodGet
}

// asked checks one call and gives what is not published about it.
func (l lists) asked(method, path string, params url.Values) []string {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "/"), "v25.0/")
	id, edge, _ := strings.Cut(path, "/")
	has := func(name string) bool { return strings.Contains(params.Get("fields"), name) }
	switch {
	case id == "debug_token", id == "refresh_access_token", id == "ig-api-upload":
		return nil // described in guides of their own
	case id == "me" && edge == "" && has("instagram_business_account"):
		return l.checked("Page", method, edge, params)
	case id == "me" && edge == "":
		return nil // described in Get Started of Instagram's login
	case strings.HasPrefix(id, "17841"):
		return l.checked("IGUser", method, edge, params)
	case strings.HasPrefix(id, "1000000"):
		return l.checked("Page", method, edge, params)
	case strings.HasPrefix(id, "aWdf"):
		return l.checked("UnifiedThread", method, edge, params)
	case has("status_code"):
		return l.checked("IGContainer", method, edge, params)
	case edge == "replies", params.Has("hide"), has("hidden"):
		return l.checked("IGComment", method, edge, params)
	}
	return l.checked("IGMedia", method, edge, params)
}

func (l lists) checked(kind, method, edge string, params url.Values) []string {
	var wrong []string
	there, ok := l.edge(kind, method, edge)
	if !ok {
		return []string{kind + " " + method + " " + edge + " is not published"}
	}
	for name, values := range params {
		form, known := there[name]
		if !known && !slices.Contains(everywhere(), name) {
			wrong = append(wrong, kind+" "+method+" "+edge+" takes no "+name)
		}
		form = strings.TrimSuffix(strings.TrimPrefix(form, "list<"), ">")
		if enum, is := l.enums[form]; is {
			for _, v := range strings.Split(strings.Trim(values[0], `[]"`), ",") {
				if !slices.ContainsFunc(enum, func(e string) bool { return strings.EqualFold(e, v) }) {
					wrong = append(wrong, name+" takes no "+v)
				}
			}
		}
	}
	answer := kind
	if method == http.MethodGet && edge != "" {
		answer = map[string]string{"media": "IGMedia", "stories": "IGMedia", "tags": "IGMedia", "children": "IGMedia", "comments": "IGComment", "replies": "IGComment",
			"conversations": "UnifiedThread", "messages": "UnifiedMessage", "content_publishing_limit": "ContentPublishingLimit"}[edge]
	}
	return append(wrong, l.fields(answer, params.Get("fields"))...)
}

// fields checks a fields parameter, with what stands in its braces.
func (l lists) fields(kind, text string) []string {
	var wrong []string
	for _, one := range parts(text) {
		head, inner, _ := strings.Cut(one, "{")
		inner = strings.TrimSuffix(inner, "}")
		name, mods, _ := strings.Cut(head, ".")
		params := url.Values{}
		for _, m := range strings.Split(mods, ").") {
			if key, value, is := strings.Cut(m, "("); is {
				params.Set(key, strings.TrimSuffix(value, ")"))
			}
		}
		if inner != "" {
			params.Set("fields", inner)
		}
		known := []string{"id"}
		for _, f := range l.nodes[kind].Fields {
			known = append(known, f.Name)
		}
		switch kind {
		case "UnifiedMessage": // in no list: as recorded
			known = append(known, "created_time", "message", "from", "to", "attachments")
		case "IGContainer": // in no list: its reference
			known = append(known, "status_code", "status", "video_status")
		case "ContentPublishingLimit":
			known = append(known, "quota_usage", "config")
		}
		switch _, edge := l.edge(kind, http.MethodGet, name); {
		case slices.Contains(known, name) && name == "instagram_business_account":
			wrong = append(wrong, l.fields("IGUser", inner)...)
		case slices.Contains(known, name):
			if len(params) > 0 {
				wrong = append(wrong, kind+"."+name+" takes nothing")
			}
		case edge:
			wrong = append(wrong, l.checked(kind, http.MethodGet, name, params)...)
		default:
			wrong = append(wrong, kind+" has no "+name)
		}
	}
	return wrong
}

// parts cuts at the commas that stand in no brackets.
func parts(text string) []string {
	var all []string
	depth, from := 0, 0
	for i, c := range text {
		switch c {
		case '{', '(':
			depth++
		case '}', ')':
			depth--
		case ',':
			if depth == 0 {
				all, from = append(all, text[from:i]), i+1
			}
		}
	}
	if text != "" {
		all = append(all, text[from:])
	}
	return all
}

func judge(t *testing.T, next http.Handler) http.Handler {
	t.Helper()
	l, err := published()
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil && !strings.HasPrefix(r.URL.Path, "/ig-api-upload/") {
			return
		}
		params := r.URL.Query()
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			if form, err := url.ParseQuery(string(body)); err == nil { // else cut in half by the weather
				for name, values := range form {
					params[name] = values
				}
			}
		}
		for _, wrong := range l.asked(r.Method, r.URL.Path, params) {
			t.Errorf("%s %s: %s", r.Method, r.URL.Path, wrong)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// The whole suite once more, with the published lists between.
func TestRequestsAreAsPublished(t *testing.T) {
	if _, err := published(); err != nil {
		t.Skip("no published parameter lists at meta-graph/api_specs (set KITH_SPECS): requests were not judged by them")
	}
	for _, login := range []string{facebook, own} {
		h := harness(login)
		h.Judge = judge
		networktest.Run(t, h)
	}
}

// The judge must be able to say no.
func TestTheJudgeRefusesWhatIsNotPublished(t *testing.T) {
	l, err := published()
	if err != nil {
		t.Skip("no published parameter lists (set KITH_SPECS)")
	}
	for _, address := range []string{
		"/v25.0/17841400000000001/medias", "/v25.0/17841400000000001/media?color=red", "/v25.0/17841400000000001/media?fields=id,nothing",
		"/v25.0/17841400000000001/media?fields=comments{id,wit}", "/v25.0/17900000000001/insights?metric=joy", "/v25.0/17900000000001/likes",
		"/v25.0/17900000000001/replies?fields=message", "/v25.0/17900000000001?fields=insights.metric(joy)", "/v25.0/100000000000201?fields=instagram_business_account{shoe_size}",
	} {
		r := httptest.NewRequest(http.MethodGet, address, nil)
		if len(l.asked(r.Method, r.URL.Path, r.URL.Query())) == 0 {
			t.Errorf("%s passes", address)
		}
	}
	if wrong := l.asked(http.MethodPost, "/v25.0/17841400000000001/media", url.Values{"is_ai_made": {"true"}}); len(wrong) == 0 {
		t.Error("a parameter of nobody passes")
	}
	if wrong := l.asked(http.MethodGet, "/v25.0/17841400000000001/media", url.Values{"fields": {"id,caption,comments.limit(1){id,replies{text}}"}}); len(wrong) > 0 {
		t.Errorf("what is published is refused: %v", wrong)
	}
}
