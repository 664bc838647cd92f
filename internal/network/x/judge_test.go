package x_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/kithhq/kith/internal/network/networktest"
	pretended "github.com/kithhq/kith/internal/sandbox/x"
)

// The two published texts: that of the documentation, and that of X's own
// client, which is a little older.
const (
	ofTheDocumentation = "openapi-docs-2026-08-22.json"
	ofTheClient        = "openapi-xdk-specs.json"
)

func specs(name string) string {
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	return filepath.Join(root, "x", name)
}

// described is read once, because it is long, and without Validate: patterns
// with looking ahead are not known to Go, so those are taken out.
var described = map[string]func() (*openapi3.T, error){
	ofTheDocumentation: sync.OnceValues(func() (*openapi3.T, error) { return description(ofTheDocumentation) }),
	ofTheClient:        sync.OnceValues(func() (*openapi3.T, error) { return description(ofTheClient) }),
}

func description(name string) (*openapi3.T, error) {
	text, err := openapi3.NewLoader().LoadFromFile(specs(name))
	if err != nil {
		return nil, err
	}
	text.Servers = nil // they are not where we listen
	for _, s := range text.Components.Schemas {
		unlooking(s, map[*openapi3.Schema]bool{})
	}
	return text, nil
}

func unlooking(s *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if s == nil || s.Value == nil || seen[s.Value] {
		return
	}
	seen[s.Value] = true
	if strings.Contains(s.Value.Pattern, "(?=") || strings.Contains(s.Value.Pattern, "(?!") {
		s.Value.Pattern = ""
	}
	for _, p := range s.Value.Properties {
		unlooking(p, seen)
	}
	unlooking(s.Value.Items, seen)
	for _, some := range []openapi3.SchemaRefs{s.Value.AllOf, s.Value.AnyOf, s.Value.OneOf} {
		for _, one := range some {
			unlooking(one, seen)
		}
	}
}

// judge stands between driver and sandbox and reports every request and every
// answer that a published text does not allow.
func judge(t *testing.T, name string, next http.Handler) http.Handler {
	t.Helper()
	text, err := described[name]()
	if err != nil {
		t.Fatal(err)
	}
	router, err := gorillamux.NewRouter(text)
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/2/oauth2/") || !strings.HasPrefix(r.URL.Path, "/2/") {
			next.ServeHTTP(w, r) // pages and tokens are in no published text
			return
		}
		if name == ofTheClient && strings.HasPrefix(r.URL.Path, "/2/activity/") {
			next.ServeHTTP(w, r) // it is older, and knows fewer kinds of news
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		route, params, err := asked(router, r, body)
		if err != nil {
			t.Errorf("%s %s: %v\n%.300s", r.Method, r.URL, err, body)
		}
		held := httptest.NewRecorder()
		aborted := true
		func() {
			defer func() {
				if aborted {
					panic(http.ErrAbortHandler) // a cut connection stays one
				}
			}()
			next.ServeHTTP(held, r)
			aborted = false
		}()
		door := held.Code == http.StatusRequestEntityTooLarge && held.Body.Len() == 0 // that one is in front of X
		if route != nil && !door {
			if err := answered(r, route, params, held); err != nil {
				t.Errorf("%s %s answered %d: %v\n%.600s", r.Method, r.URL, held.Code, err, held.Body)
			}
		}
		for k, v := range held.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(held.Code)
		_, _ = w.Write(held.Body.Bytes()) // the client sees to it
	})
}

func asked(router routers.Router, r *http.Request, body []byte) (*routers.Route, map[string]string, error) {
	copied := r.Clone(r.Context())
	copied.Body = io.NopCloser(bytes.NewReader(body))
	route, params, err := router.FindRoute(copied)
	if err != nil {
		return nil, nil, err
	}
	known := []string{}
	for _, p := range route.Operation.Parameters {
		known = append(known, p.Value.Name)
	}
	for name := range r.URL.Query() {
		if !slices.Contains(known, name) {
			return route, params, fmt.Errorf("the parameter %s is not published", name)
		}
	}
	return route, params, openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{Request: copied, Route: route, PathParams: params,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}})
}

// answered judges what succeeded, and refusals that are X's own problems; others
// are of the generic sort that the text does not list and the pages do.
func answered(r *http.Request, route *routers.Route, params map[string]string, held *httptest.ResponseRecorder) error {
	if held.Code >= 400 && strings.Contains(held.Body.String(), "about:blank") || held.Code >= 500 || held.Code == http.StatusForbidden {
		return nil
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, Route: route, PathParams: params},
		Status: held.Code, Header: held.Header(), Options: &openapi3filter.Options{IncludeResponseStatus: true}}
	out.SetBodyBytes(held.Body.Bytes())
	return openapi3filter.ValidateResponse(r.Context(), out)
}

// The whole suite once more, with a published text between.
func TestEverythingIsAsPublished(t *testing.T) {
	both := []string{ofTheDocumentation, ofTheClient}
	for _, name := range both {
		if _, err := os.Stat(specs(name)); err != nil {
			t.Skipf("no published specification at x/%s (set KITH_SPECS): requests and answers were not judged by it", name)
		}
	}
	h := harness(pretended.Options{Premium: true})
	h.Judge = func(t *testing.T, next http.Handler) http.Handler {
		for _, name := range both {
			next = judge(t, name, next)
		}
		return next
	}
	networktest.Run(t, h)
}

// The judge must be able to say no, to both sides.
func TestTheJudgeRefusesWhatIsNotPublished(t *testing.T) {
	for _, name := range []string{ofTheDocumentation, ofTheClient} {
		if _, err := os.Stat(specs(name)); err != nil {
			t.Skipf("no published specification at x/%s (set KITH_SPECS)", name)
		}
		text, err := described[name]()
		if err != nil {
			t.Fatal(err)
		}
		router, err := gorillamux.NewRouter(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range [][3]string{
			{http.MethodPost, "/2/tweets", `{"text":7}`}, {http.MethodPost, "/2/tweets", `{"status":"x"}`}, {http.MethodPost, "/2/tweets", `{"text":"x","poll":{"options":["one"],"duration_minutes":60}}`},
			{http.MethodPost, "/2/tweets", `{"text":"x","reply":{}}`}, {http.MethodPost, "/2/tweets", `{"text":"x","reply_settings":"everyone"}`}, {http.MethodPost, "/2/users/me/likes", `{"tweet_id":"1"}`},
			{http.MethodGet, "/2/users/1/mentions?max_results=3", ""}, {http.MethodGet, "/2/users/1/mentions?tweet.fields=text", ""}, {http.MethodGet, "/2/users/1/mentions?post.fields=author_id", ""},
			{http.MethodPut, "/2/tweets/1/hidden", `{"hidden":"yes"}`}, {http.MethodPost, "/2/media/upload/initialize", `{"media_category":"image"}`}, {http.MethodGet, "/2/tweets", ""},
			{http.MethodPost, "/2/webhooks", `{}`}, {http.MethodPost, "/2/blocks", `{}`},
		} {
			r := httptest.NewRequest(c[0], c[1], strings.NewReader(c[2]))
			r.Header.Set("Content-Type", "application/json")
			if _, _, err := asked(router, r, []byte(c[2])); err == nil {
				t.Errorf("%s: %s passes", name, c)
			}
		}
		for _, body := range []string{`{"data":{"id":7,"text":"x"}}`, `{"data":{"text":"x"}}`} {
			r := httptest.NewRequest(http.MethodPost, "/2/tweets", strings.NewReader(`{"text":"x"}`))
			r.Header.Set("Content-Type", "application/json")
			route, params, err := asked(router, r, []byte(`{"text":"x"}`))
			if err != nil {
				t.Fatal(err)
			}
			held := httptest.NewRecorder()
			held.Header().Set("Content-Type", "application/json")
			held.WriteHeader(http.StatusCreated)
			_, _ = held.WriteString(body) // in memory
			if err := answered(r, route, params, held); err == nil {
				t.Errorf("%s: the answer %s passes", name, body)
			}
		}
	}
}
