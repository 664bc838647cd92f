package pinterest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/kithhq/kith/internal/network/networktest"
)

func description(t *testing.T) routers.Router {
	t.Helper()
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	file := filepath.Join(root, "pinterest", "openapi.yaml")
	if _, err := os.Stat(file); err != nil {
		t.Skip("no published specification at pinterest/openapi.yaml (set KITH_SPECS): calls were not judged by it")
	}
	router, err := published(file)
	if err != nil {
		t.Fatal(err)
	}
	return router
}

var read = struct { //nolint:gochecknoglobals // long to read
	sync.Mutex
	router routers.Router
}{}

// published is Pinterest's own description; patterns that Go does not know are
// left out, the rest holds.
func published(file string) (routers.Router, error) {
	read.Lock()
	defer read.Unlock()
	if read.router != nil {
		return read.router, nil
	}
	text, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		return nil, err
	}
	text.Servers = openapi3.Servers{{URL: "/v5"}}
	for _, s := range text.Components.Schemas {
		plain(s, map[*openapi3.Schema]bool{})
	}
	read.router, err = gorillamux.NewRouter(text)
	return read.router, err
}

func plain(ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return
	}
	s := ref.Value
	seen[s] = true
	if _, err := regexp.Compile(s.Pattern); err != nil {
		s.Pattern = ""
	}
	for _, p := range s.Properties {
		plain(p, seen)
	}
	for _, list := range [][]*openapi3.SchemaRef{s.AllOf, s.AnyOf, s.OneOf, {s.Items}} {
		for _, one := range list {
			plain(one, seen)
		}
	}
}

// judge stands between driver and sandbox: what the sandbox accepts must be as
// published, and every answer too.
func judge(t *testing.T, next http.Handler) http.Handler {
	t.Helper()
	router := description(t)
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/v5/") {
			next.ServeHTTP(w, r) // the store of videos and the page of consent are not described
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		copied := r.Clone(r.Context())
		copied.Body = io.NopCloser(bytes.NewReader(body))
		route, params, err := router.FindRoute(copied)
		if err != nil {
			t.Errorf("%s %s is not in the published description: %v", r.Method, r.URL.Path, err)
			return
		}
		input := &openapi3filter.RequestValidationInput{Request: copied, Route: route, PathParams: params, Options: options}
		wrong := openapi3filter.ValidateRequest(r.Context(), input)
		r.Body = io.NopCloser(bytes.NewReader(body))
		held := httptest.NewRecorder()
		next.ServeHTTP(held, r)
		if wrong != nil && held.Code < 400 {
			t.Errorf("%s %s was taken: %.600v", r.Method, r.URL, wrong)
		}
		if held.Code != http.StatusServiceUnavailable && held.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			answer := &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: held.Code, Header: held.Header(), Options: options}
			answer.SetBodyBytes(announced(held.Body.Bytes()))
			if err := openapi3filter.ValidateResponse(r.Context(), answer); err != nil {
				t.Errorf("%s %s was answered %d: %.600v", r.Method, r.URL, held.Code, err)
			}
		}
		for name, values := range held.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(held.Code)
		_, _ = w.Write(held.Body.Bytes()) // the client sees to it
	})
}

// announced is an answer without what the weather adds to it.
func announced(body []byte) []byte {
	var v any
	numbers := json.NewDecoder(bytes.NewReader(body))
	numbers.UseNumber()
	if !bytes.Contains(body, []byte(`"zz_`)) || numbers.Decode(&v) != nil {
		return body
	}
	bare(v)
	plain, err := json.Marshal(v)
	if err != nil {
		panic(err) // it was JSON
	}
	return plain
}

func bare(v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			if strings.HasPrefix(name, "zz_") {
				delete(v, name)
			} else {
				bare(inner)
			}
		}
	case []any:
		for _, inner := range v {
			bare(inner)
		}
	}
}

// The whole suite once more, with the published description between.
func TestCallsAndAnswersAreAsPublished(t *testing.T) {
	description(t)
	networktest.Run(t, harness(judge))
}

// The judge must be able to say no.
func TestTheJudgeRefusesWhatIsNotPublished(t *testing.T) {
	router := description(t)
	for _, body := range []string{`{"board_id":"shelf","media_source":{"source_type":"image_base64","content_type":"image/png","data":"AAAA"}}`,
		`{"board_id":"1","media_source":{"source_type":"image_base64","content_type":"image/gif","data":"AAAA"}}`, `{"board_id":"1","title":7}`} {
		r := httptest.NewRequest(http.MethodPost, "/v5/pins", strings.NewReader(body))
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
