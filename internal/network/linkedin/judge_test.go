package linkedin_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kithhq/kith/internal/network/networktest"
)

// No machine description of LinkedIn's API exists. What its documentation and its
// request collections say of each call is written down in testdata/documented.json,
// with addresses and dates; this judge stands between driver and sandbox and holds
// both against it.

// documentedCall is one row. A "!" after a name says that it is required, and a
// value after "=" what it must look like.
type documentedCall struct {
	Name, Method, Path, Restli string
	Query, Body, Form, Head    []string
	Parts                      []string // of a form with files; Body is what is in its metadata
	Answer                     []string // nil: not written down
	Headers                    []string // of the request
	Status                     int
	Raw, Open                  bool
	Source, Date               string
	pattern                    *regexp.Regexp
}

var table = sync.OnceValues(func() ([]documentedCall, error) { //nolint:gochecknoglobals // read once
	data, err := os.ReadFile(filepath.Join("testdata", "documented.json"))
	if err != nil {
		return nil, err
	}
	var all []documentedCall
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	// Keys in a path are encoded, and the brackets of Rest.li are not.
	kinds := strings.NewReplacer(`\{urn\}`, `urn(?:%3A|%28|%29|%2C|[A-Za-z0-9_-])+`, `\{number\}`, `[0-9]+`, `\{id\}`, `[A-Za-z0-9_-]+`, `\{rest\}`, `.+`)
	for i := range all {
		all[i].pattern = regexp.MustCompile("^" + kinds.Replace(regexp.QuoteMeta(all[i].Path)) + "$")
	}
	return all, nil
})

func rows(t *testing.T) []documentedCall {
	t.Helper()
	all, err := table()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTheTableNamesItsSources(t *testing.T) {
	for _, c := range rows(t) {
		if c.Source == "" || c.Date == "" || c.Name == "" {
			t.Errorf("%s %s has no dated source", c.Method, c.Path)
		}
	}
}

// documented puts the judge before the sandbox.
func documented(t *testing.T, next http.Handler) http.Handler {
	t.Helper()
	all, known := rows(t), shapes(t)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		row := match(all, r)
		if row == nil {
			t.Errorf("%s %s is documented nowhere", r.Method, r.URL.RequestURI())
			next.ServeHTTP(w, r)
			return
		}
		for _, problem := range held("header", row.Headers, named(row.Headers, r.Header)) {
			t.Errorf("%s: %s", row.Name, problem)
		}
		if row.Open && r.Header.Get("Authorization") != "" {
			t.Errorf("%s: it is said to take no token", row.Name)
		}
		if row.Raw {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		for _, problem := range row.asked(r, body) {
			t.Errorf("%s: %s", row.Name, problem)
		}
		if strings.HasPrefix(r.URL.Path, "/oauth/") {
			next.ServeHTTP(w, r) // its answers are looked at by TestSigningIn
			return
		}
		seen := &watched{ResponseWriter: w, t: t, row: row}
		next.ServeHTTP(seen, r)
		if shape := known[row.Name]; len(shape) > 0 && seen.status/100 == 2 && json.Valid(seen.said.Bytes()) { // half an answer is the weather's
			for _, wrong := range networktest.Differs(seen.said.Bytes(), shape) {
				t.Errorf("%s answers: %s", row.Name, wrong)
			}
		}
	})
}

// named are those headers of a request that a row is about.
func named(documented []string, given http.Header) url.Values {
	all := url.Values{}
	for _, d := range documented {
		name, _, _ := strings.Cut(strings.TrimSuffix(d, "!"), "=")
		if v := given.Get(name); v != "" {
			all.Set(name, v)
		}
	}
	return all
}

func match(all []documentedCall, r *http.Request) *documentedCall {
	for i, c := range all {
		if c.Method != r.Method || !c.pattern.MatchString(r.URL.EscapedPath()) || c.Restli != r.Header.Get("X-RestLi-Method") {
			continue
		}
		if action, is := strings.CutPrefix(strings.TrimSuffix(strings.Join(c.Query, ""), "!"), "action="); is && r.URL.Query().Get("action") != action {
			continue
		}
		return &all[i]
	}
	return nil
}

// asked gives what is wrong with a request.
func (c documentedCall) asked(r *http.Request, body []byte) (wrong []string) {
	if strings.HasPrefix(r.URL.Path, "/rest/") {
		if v := r.Header.Get("Linkedin-Version"); v != "202609" {
			wrong = append(wrong, "version "+v)
		}
		if v := r.Header.Get("X-Restli-Protocol-Version"); v != "2.0.0" {
			wrong = append(wrong, "protocol "+v)
		}
	}
	if len(c.Form) == 0 && !c.Open && !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
		wrong = append(wrong, "no token")
	}
	wrong = append(wrong, held("query", c.Query, r.URL.Query())...)
	if raw := r.URL.RawQuery; strings.Contains(raw, "%28") && !strings.Contains(raw, "comment") {
		wrong = append(wrong, "brackets of Rest.li are encoded: "+raw)
	}
	switch {
	case len(c.Form) > 0:
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return append(wrong, err.Error())
		}
		return append(wrong, held("form", c.Form, form)...)
	case len(c.Parts) > 0:
		given, metadata, err := multi(r.Header.Get("Content-Type"), body)
		if err != nil {
			return append(wrong, err.Error())
		}
		names := url.Values{}
		for _, p := range paths(metadata) {
			names.Add(p, "")
		}
		return append(append(wrong, held("part", c.Parts, given)...), held("metadata", c.Body, names)...)
	case len(c.Body) > 0:
		if r.Header.Get("Content-Type") != "application/json" {
			wrong = append(wrong, "content type "+r.Header.Get("Content-Type"))
		}
		names := url.Values{}
		for _, p := range paths(body) {
			names.Add(p, "")
		}
		return append(wrong, held("body", c.Body, names)...)
	case len(body) > 0:
		wrong = append(wrong, "a body that nobody documents")
	}
	return wrong
}

// multi takes a form with files apart: the names of its parts, and its metadata.
func multi(kind string, body []byte) (names url.Values, metadata []byte, err error) {
	form, args, err := mime.ParseMediaType(kind)
	if err != nil || form != "multipart/form-data" {
		return nil, nil, fmt.Errorf("content type %q", kind)
	}
	names = url.Values{}
	for parts := multipart.NewReader(bytes.NewReader(body), args["boundary"]); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return names, metadata, nil
		}
		if err != nil {
			return nil, nil, err
		}
		names.Add(part.FormName(), part.FileName())
		if data, _ := io.ReadAll(part); part.FormName() == "metadata" {
			metadata = data
		}
	}
}

// held compares names with the documented ones.
func held(what string, documented []string, given url.Values) (wrong []string) {
	known := map[string]bool{}
	for _, d := range documented {
		name, required := strings.CutSuffix(d, "!")
		name, form, formed := strings.Cut(name, "=")
		known[name] = true
		if required && !given.Has(name) {
			wrong = append(wrong, what+" lacks "+name)
		}
		if formed && given.Has(name) {
			like := "^" + strings.ReplaceAll(regexp.QuoteMeta(form), `\*`, ".+") + "$"
			if !regexp.MustCompile(like).MatchString(given.Get(name)) {
				wrong = append(wrong, what+" "+name+" is "+given.Get(name))
			}
		}
	}
	for name := range given {
		if !known[name] {
			wrong = append(wrong, what+" has "+name)
		}
	}
	return wrong
}

// paths names every leaf of a JSON text, list items without their places.
func paths(text []byte) []string {
	var v any
	if json.Unmarshal(text, &v) != nil {
		return nil
	}
	var all []string
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, inner := range v {
				if !strings.HasPrefix(name, "zz_") { // the weather's
					walk(strings.TrimPrefix(at+"."+name, "."), inner)
				}
			}
		case []any:
			for _, inner := range v {
				walk(at, inner)
			}
			if len(v) == 0 && at != "elements" && at != "paging.links" {
				all = append(all, at)
			}
		default:
			all = append(all, at)
		}
	}
	walk("", v)
	slices.Sort(all)
	return slices.Compact(all)
}

// watched looks at what the sandbox answers when all is well.
type watched struct {
	http.ResponseWriter
	t      *testing.T
	row    *documentedCall
	status int
	said   bytes.Buffer
}

func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *watched) WriteHeader(status int) {
	w.status = status
	if status/100 == 2 {
		if status != w.row.Status {
			w.t.Errorf("%s answers %d", w.row.Name, status)
		}
		for _, name := range w.row.Head {
			if w.Header().Get(name) == "" {
				w.t.Errorf("%s answers without %s", w.row.Name, name)
			}
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(p []byte) (int, error) {
	if w.status/100 == 2 && w.row.Answer != nil {
		for _, path := range paths(p) { // half an answer is no JSON, and names nothing
			if !slices.Contains(w.row.Answer, path) && path != "" {
				w.t.Errorf("%s answers with %s", w.row.Name, path)
			}
		}
	}
	w.said.Write(p)
	return w.ResponseWriter.Write(p)
}

func TestTheJudgeJudges(t *testing.T) {
	all := rows(t)
	ask := func(method, target, body string, change func(*http.Request)) []string {
		r := httptest.NewRequest(method, target, strings.NewReader(body))
		r.Header.Set("Linkedin-Version", "202609")
		r.Header.Set("X-Restli-Protocol-Version", "2.0.0")
		r.Header.Set("Authorization", "Bearer x")
		r.Header.Set("Content-Type", "application/json")
		if change != nil {
			change(r)
		}
		row := match(all, r)
		if row == nil {
			return []string{"documented nowhere"}
		}
		return row.asked(r, []byte(body))
	}
	good := `{"actor":"a","object":"o","message":{"text":"x"}}`
	if wrong := ask("POST", "/rest/socialActions/urn%3Ali%3Ashare%3A1/comments", good, nil); len(wrong) > 0 {
		t.Errorf("a good call: %v", wrong)
	}
	for name, wrong := range map[string][]string{
		"an URN that is not encoded": ask("POST", "/rest/socialActions/urn:li:share:1/comments", good, nil),
		"a field too many":           ask("POST", "/rest/socialActions/urn%3Ali%3Ashare%3A1/comments", `{"actor":"a","object":"o","message":{"text":"x"},"hidden":true}`, nil),
		"a field too few":            ask("POST", "/rest/socialActions/urn%3Ali%3Ashare%3A1/comments", `{"actor":"a","object":"o"}`, nil),
		"an old version":             ask("POST", "/rest/socialActions/urn%3Ali%3Ashare%3A1/comments", good, func(r *http.Request) { r.Header.Set("Linkedin-Version", "202409") }),
		"a parameter too many":       ask("GET", "/rest/posts?q=author&author=x&secret=1", "", nil),
		"another list":               ask("GET", "/rest/socialMetadata?ids=1,2", "", nil),
		"an update without its name": ask("POST", "/rest/posts/urn%3Ali%3Ashare%3A1", `{"patch":{"$set":{"commentary":"x"}}}`, nil),
	} {
		if len(wrong) == 0 {
			t.Errorf("%s is let through", name)
		}
	}
}
