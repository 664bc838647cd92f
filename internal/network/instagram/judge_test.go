package instagram_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph/graphtest"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
)

var published = sync.OnceValues(func() (graphtest.Lists, error) { //nolint:gochecknoglobals // long to read
	l, err := graphtest.Read("IGUser", "IGMedia", "IGComment", "Page", "UnifiedThread")
	l.Everywhere, l.Documented = []string{"fields", "limit", "after", "ids", "appsecret_proof"}, documented
	l.Answers = map[string]string{"media": "IGMedia", "stories": "IGMedia", "tags": "IGMedia", "children": "IGMedia", "comments": "IGComment", "replies": "IGComment",
		"conversations": "UnifiedThread", "messages": "UnifiedMessage", "content_publishing_limit": "ContentPublishingLimit"}
	l.Fields = map[string][]string{
		"UnifiedMessage":         {"created_time", "message", "from", "to", "attachments"}, // in no list: as recorded
		"IGContainer":            {"status_code", "status", "video_status"},                // in no list: its reference
		"ContentPublishingLimit": {"quota_usage", "config"},
	}
	l.Inner = map[string]string{"instagram_business_account": "IGUser"}
	return l, err
})

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
	case "IGUser POST messages": // Instagram API with Instagram login, Send Messages; Postman collection of 2025-05-06, React or Unreact to a message
		return []string{"recipient", "message", "messaging_type", "tag", "sender_action", "payload"}, true
	case "IGUser GET content_publishing_limit", "Page POST messages", "Page GET conversations":
		return nil, true
	}
	return nil, false
}

// judged checks one call and gives what is not published about it.
func judged(l graphtest.Lists, method, path string, params url.Values) []string {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "/"), "v25.0/")
	id, edge, _ := strings.Cut(path, "/")
	has := func(name string) bool { return strings.Contains(params.Get("fields"), name) }
	switch {
	case id == "debug_token", id == "refresh_access_token", id == "ig-api-upload":
		return nil // described in guides of their own
	case id == "me" && edge == "" && has("instagram_business_account"):
		return l.Checked("Page", method, edge, params)
	case id == "me" && edge == "":
		return nil // described in Get Started of Instagram's login
	case strings.HasPrefix(id, "17841"):
		return l.Checked("IGUser", method, edge, params)
	case strings.HasPrefix(id, "1000000"):
		return l.Checked("Page", method, edge, params)
	case strings.HasPrefix(id, "aWdf"):
		return l.Checked("UnifiedThread", method, edge, params)
	case has("status_code"):
		return l.Checked("IGContainer", method, edge, params)
	case edge == "replies", params.Has("hide"), has("hidden"):
		return l.Checked("IGComment", method, edge, params)
	}
	return l.Checked("IGMedia", method, edge, params)
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
		for _, wrong := range judged(l, r.Method, r.URL.Path, graphtest.Sent(r, body)) {
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
		if len(judged(l, r.Method, r.URL.Path, r.URL.Query())) == 0 {
			t.Errorf("%s passes", address)
		}
	}
	if wrong := judged(l, http.MethodPost, "/v25.0/17841400000000001/media", url.Values{"is_ai_made": {"true"}}); len(wrong) == 0 {
		t.Error("a parameter of nobody passes")
	}
	if wrong := judged(l, http.MethodGet, "/v25.0/17841400000000001/media", url.Values{"fields": {"id,caption,comments.limit(1){id,replies{text}}"}}); len(wrong) > 0 {
		t.Errorf("what is published is refused: %v", wrong)
	}
}

// A message with a file has the shape that the published collection of calls has.
func TestAMessageWithAFileIsAsInTheCollection(t *testing.T) {
	data, err := os.ReadFile(graphtest.Specs("instagram", "instagram-platform-api.postman_collection.json"))
	if err != nil {
		t.Skip("no collection of calls at instagram (set KITH_SPECS): messages were not judged by it")
	}
	shapes := map[string]bool{}
	for _, found := range regexp.MustCompile(`"raw": ("\{(?:[^"\\]|\\.)*")`).FindAllSubmatch(data, -1) {
		var text string
		if json.Unmarshal(found[1], &text) == nil {
			shapes[shapeOf(text)] = true
		}
	}
	w := networktest.NewWorld(t, harness(own))
	w.Act(sandbox.Act{Kind: "message", Text: "hello", Person: "p001"})
	events, _ := w.Read("")
	i := slices.IndexFunc(events, func(e network.Event) bool { return e.Kind == network.Direct })
	part := w.Answer("", events[i].Ref)
	part.Private, part.Media = true, []network.Media{networktest.Picture("image/jpeg", 40, 40, "")}
	if _, err := w.Driver.(network.Replier).Reply(t.Context(), w.Conn, part); err != nil {
		t.Fatal(err)
	}
	all := w.Front.Requests()
	form, err := url.ParseQuery(string(all[len(all)-1].Body))
	if err != nil {
		t.Fatal(err)
	}
	if shape := shapeOf(`{"recipient":` + form.Get("recipient") + `,"message":` + form.Get("message") + `}`); !shapes[shape] || shape == "" {
		t.Errorf("%s is like none of %v", shape, slices.Sorted(maps.Keys(shapes)))
	}
}

// shapeOf are the names in a body, without what stands under them.
func shapeOf(body string) string {
	var v any
	if json.Unmarshal([]byte(body), &v) != nil {
		return ""
	}
	var walk func(v any) string
	walk = func(v any) string {
		object, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		var names []string
		for _, name := range slices.Sorted(maps.Keys(object)) {
			names = append(names, name+walk(object[name]))
		}
		return "{" + strings.Join(names, " ") + "}"
	}
	return walk(v)
}
