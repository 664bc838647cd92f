package facebook_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kithhq/kith/internal/network/facebook"
	"github.com/kithhq/kith/internal/network/graph/graphtest"
	"github.com/kithhq/kith/internal/network/networktest"
)

var published = sync.OnceValues(func() (graphtest.Lists, error) { //nolint:gochecknoglobals // long to read
	l, err := graphtest.Read("Page", "PagePost", "Comment", "UnifiedThread", "AdVideo", "Stories")
	l.Everywhere = []string{"fields", "limit", "after", "summary", "ids", "appsecret_proof"}
	l.Answers = map[string]string{"feed": "PagePost", "tagged": "PagePost", "published_posts": "PagePost", "comments": "Comment", "conversations": "UnifiedThread",
		"messages": "UnifiedMessage", "reactions": "Profile", "insights": "InsightsResult", "stories": "Stories", "captions": "VideoCaption"}
	l.Fields = map[string][]string{"VideoCaption": {"create_time", "is_auto_generated", "is_default", "locale", "locale_name"}, // by the reference of 2026-11-27
		"UnifiedMessage": {"created_time", "message", "from", "to", "attachments"}} // in no list: as recorded
	l.Inner = map[string]string{"parent": "Nothing"} // of a comment's, its id alone is asked for
	return l, err
})

// judged checks one call and gives what is not published about it.
func judged(l graphtest.Lists, method, path string, params url.Values) []string {
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
	case edge == "subscriptions": // of the app: described in the guide on webhooks
		for name := range params {
			if !slices.Contains([]string{"object", "callback_url", "verify_token", "fields", "include_values", "appsecret_proof"}, name) {
				wrong = append(wrong, "subscriptions "+name)
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
	return l.Checked(kind, method, edge, params)
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
		if len(judged(l, r.Method, r.URL.Path, r.URL.Query())) == 0 {
			t.Errorf("%s passes", address)
		}
	}
	if wrong := judged(l, http.MethodGet, "/v25.0/100000000000001/feed", url.Values{"fields": {"id,comments.filter(stream){id,parent{id}}"}}); len(wrong) > 0 {
		t.Errorf("what is published is refused: %v", wrong)
	}
}
