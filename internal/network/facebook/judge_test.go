package facebook_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kithhq/kith/internal/network/facebook"
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
	for _, name := range []string{"Page", "PagePost", "Comment", "UnifiedThread", "AdVideo", "Stories"} {
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
func everywhere() []string {
	return []string{"fields", "limit", "after", "summary", "ids", "appsecret_proof"}
}

// edge finds the parameters of an edge, or of the node itself.
func (l lists) edge(kind, method, edge string) (map[string]string, bool) {
	own := map[string]string{http.MethodGet: "#get", http.MethodPost: "#update", http.MethodDelete: "#delete"}[method]
	for _, api := range l.nodes[kind].APIs {
		if api.Method != method || edge != "" && strings.TrimPrefix(api.Endpoint, "/") != edge || edge == "" && api.Name != own && api.Endpoint != own {
			continue
		}
		params := map[string]string{}
		for _, p := range api.Params {
			params[p.Name] = p.Type
		}
		return params, true
	}
	return nil, false
}

// asked checks one call and gives what is not published about it.
func (l lists) asked(method, path string, params url.Values) []string {
	var wrong []string
	path = strings.TrimPrefix(strings.TrimPrefix(path, "/"), "v25.0/")
	id, edge, _ := strings.Cut(path, "/")
	kind := "Comment"
	switch {
	case strings.HasPrefix(id, "100000000000001_"):
		kind = "PagePost"
	case id == "debug_token" && edge == "": // described in the guide on access tokens
		for name := range params {
			if !slices.Contains([]string{"method", "input_token", "appsecret_proof"}, name) {
				wrong = append(wrong, "debug_token "+name)
			}
		}
		return wrong
	case id == "" && params.Get("ids") != "": // described in the guide on reading several things
		kind = "PagePost"
		if strings.Contains(params.Get("fields"), "is_hidden") {
			kind = "Comment"
		}
	case id == "video-upload": // described in the collection of requests about reels
		if method != http.MethodPost || len(params) > 0 {
			wrong = append(wrong, "an upload takes no "+params.Encode())
		}
		return wrong
	case strings.HasPrefix(id, "t_"):
		kind = "UnifiedThread"
	case strings.HasPrefix(id, "1000000000000"):
		kind = "Page"
	case strings.Count(id, "_") == 0:
		kind = "AdVideo"
	}
	return l.checked(kind, method, edge, params)
}

func (l lists) checked(kind, method, edge string, params url.Values) []string {
	var wrong []string
	there, ok := l.edge(kind, method, edge)
	if !ok {
		return []string{kind + " " + method + " " + edge + " is not published"}
	}
	for name, values := range params {
		form, known := there[name]
		// A file is sent as "source", as the page about /{page}/photos says.
		if !known && !slices.Contains(everywhere(), name) && !(edge == "photos" && name == "source") {
			wrong = append(wrong, kind+" "+method+" "+edge+" takes no "+name)
		}
		form = strings.TrimSuffix(strings.TrimPrefix(form, "list<"), ">")
		if enum, is := l.enums[form]; is {
			for _, v := range strings.Split(values[0], ",") {
				if !slices.ContainsFunc(enum, func(e string) bool { return strings.EqualFold(e, v) }) {
					wrong = append(wrong, name+" takes no "+v)
				}
			}
		}
	}
	answer := kind
	if method == http.MethodGet && edge != "" {
		answer = map[string]string{"feed": "PagePost", "published_posts": "PagePost", "comments": "Comment", "conversations": "UnifiedThread",
			"messages": "UnifiedMessage", "reactions": "Profile", "insights": "InsightsResult", "stories": "Stories"}[edge]
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
		if kind == "UnifiedMessage" { // in no list: as recorded
			known = append(known, "created_time", "message", "from", "to", "attachments")
		}
		switch _, edge := l.edge(kind, http.MethodGet, name); {
		case slices.Contains(known, name):
			if len(params) > 0 && !(name == "parent" && inner == "id") {
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

// sent are the parameters of a request.
func sent(t *testing.T, r *http.Request, body []byte) url.Values {
	t.Helper()
	params := r.URL.Query()
	kind, args, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "multipart/form-data":
		form, err := multipart.NewReader(bytes.NewReader(body), args["boundary"]).ReadForm(16 << 20)
		if err != nil {
			return params // cut in half by the weather
		}
		for name, values := range form.Value {
			params[name] = values
		}
		for name := range form.File {
			params.Set(name, "")
		}
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return params
		}
		for name, values := range form {
			params[name] = values
		}
	}
	return params
}

func judge(t *testing.T, next http.Handler) http.Handler {
	t.Helper()
	l, err := published()
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		for _, name := range []string{"access_token", "input_token"} {
			if r.URL.Query().Has(name) {
				t.Errorf("%s %s: a token in the address", r.Method, r.URL.Path)
			}
		}
		scheme := "Bearer "
		if strings.HasPrefix(r.URL.Path, "/video-upload/") {
			scheme = "OAuth "
			if r.Header.Get("offset") == "" || r.Header.Get("file_size") == "" || r.Header.Get("Content-Type") != "application/octet-stream" {
				t.Errorf("%s: the collection of requests has other headers than %v", r.URL.Path, r.Header)
			}
		}
		if strings.Contains(r.URL.String(), "EAAG") || !strings.HasPrefix(r.Header.Get("Authorization"), scheme) {
			t.Errorf("%s %s: the token is not where it belongs", r.Method, r.URL.Path)
		}
		for _, wrong := range l.asked(r.Method, r.URL.Path, sent(t, r, body)) {
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
	h := harness(facebook.Options{AppID: appID, AppSecret: appSecret})
	h.Judge = judge
	networktest.Run(t, h)
}

// The judge must be able to say no.
func TestTheJudgeRefusesWhatIsNotPublished(t *testing.T) {
	l, err := published()
	if err != nil {
		t.Skip("no published parameter lists (set KITH_SPECS)")
	}
	for _, address := range []string{
		"/v25.0/100000000000001/fed", "/v25.0/100000000000001/feed?color=red", "/v25.0/100000000000001/feed?fields=id,nothing",
		"/v25.0/100000000000001/feed?fields=comments.filter(loud){id}", "/v25.0/100000000000001/feed?fields=comments{parent{message}}",
		"/v25.0/100000000000001/feed?fields=comments{id,wit}", "/v25.0/1_2/comments?order=random", "/v25.0/t_1/messages?fields=subject",
	} {
		r := httptest.NewRequest(http.MethodGet, address, nil)
		if len(l.asked(r.Method, r.URL.Path, r.URL.Query())) == 0 {
			t.Errorf("%s passes", address)
		}
	}
	if wrong := l.asked(http.MethodGet, "/v25.0/100000000000001/feed", url.Values{"fields": {"id,comments.filter(stream){id,parent{id}}"}}); len(wrong) > 0 {
		t.Errorf("what is published is refused: %v", wrong)
	}
}
