package mastodon_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/kithhq/kith/internal/network/networktest"
	pretended "github.com/kithhq/kith/internal/sandbox/mastodon"
)

func specs(path ...string) string {
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	return filepath.Join(append([]string{root}, path...)...)
}

// description is the published text; its servers are not where we listen, and
// its patterns are not all known to Go, so it is not validated itself.
var description = sync.OnceValues(func() (routers.Router, error) { //nolint:gochecknoglobals // long to read
	text, err := openapi3.NewLoader().LoadFromFile(specs("mastodon", "abraham-schema.json"))
	if err != nil {
		return nil, err
	}
	text.Servers = nil
	for _, at := range text.Paths.Map() {
		at.Servers = nil
		for _, op := range at.Operations() {
			op.Servers = nil
		}
	}
	// A status with words and images is both a text and a media status.
	body := text.Paths.Value("/api/v1/statuses").Post.RequestBody.Value.Content["application/json"].Schema.Value
	body.AnyOf, body.OneOf = body.OneOf, nil
	return gorillamux.NewRouter(text)
})

// judge stands between driver and sandbox and reports every request that the
// published description does not allow.
func judge(t *testing.T, next http.Handler) http.Handler {
	t.Helper()
	router, err := description()
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		copied := r.Clone(r.Context())
		copied.Body = io.NopCloser(bytes.NewReader(body))
		query := url.Values{} // the description writes lists without the brackets they have on the wire
		for name, values := range r.URL.Query() {
			query[strings.TrimSuffix(name, "[]")] = values
		}
		copied.URL.RawQuery = query.Encode()
		copied.Header.Del("Idempotency-Key") // the description takes it for an object; it is any text
		route, params, err := router.FindRoute(copied)
		if err != nil {
			t.Errorf("%s %s is not in the published description: %v", r.Method, r.URL.Path, err)
		} else if err := openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
			Request: copied, Route: route, PathParams: params,
			Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
		}); err != nil {
			t.Errorf("%s %s: %v\n%.300s", r.Method, r.URL, err, body)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// The whole suite once more, with the published description between.
func TestRequestsAreAsPublished(t *testing.T) {
	if _, err := os.Stat(specs("mastodon", "abraham-schema.json")); err != nil {
		t.Skip("no published specification at mastodon/abraham-schema.json (set KITH_SPECS): requests were not judged by it")
	}
	h := harness(pretended.Options{})
	h.Judge = judge
	networktest.Run(t, h)
}

// The judge must be able to say no.
func TestTheJudgeRefusesWhatIsNotPublished(t *testing.T) {
	router, err := description()
	if err != nil {
		t.Skip("no published specification (set KITH_SPECS)")
	}
	for _, body := range []string{`{"visibility":"nobody","status":"x"}`, `{"status":7}`, `[]`} {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/statuses", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		route, params, err := router.FindRoute(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := openapi3filter.ValidateRequest(t.Context(), &openapi3filter.RequestValidationInput{Request: r, Route: route, PathParams: params,
			Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}); err == nil {
			t.Errorf("%s passes", body)
		}
	}
}
