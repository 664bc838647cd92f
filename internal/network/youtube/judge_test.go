package youtube_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// schema is a type of a discovery document.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       string            `json:"type"`
	Format     string            `json:"format"`
	Enum       []string          `json:"enum"`
	Properties map[string]schema `json:"properties"`
	Additional *schema           `json:"additionalProperties"`
	Items      *schema           `json:"items"`
	ReadOnly   bool              `json:"readOnly"`
}

type parameter struct {
	Type     string   `json:"type"`
	Required bool     `json:"required"`
	Repeated bool     `json:"repeated"`
	Enum     []string `json:"enum"`
	Minimum  string   `json:"minimum"`
	Maximum  string   `json:"maximum"`
}

type method struct {
	Verb       string               `json:"httpMethod"`
	Path       string               `json:"path"`
	Parameters map[string]parameter `json:"parameters"`
	Request    *schema              `json:"request"`
	Response   *schema              `json:"response"`
	Scopes     []string             `json:"scopes"`
	Upload     *struct {
		Accept    []string `json:"accept"`
		Protocols map[string]struct {
			Path string `json:"path"`
		} `json:"protocols"`
	} `json:"mediaUpload"`
}

// discovery is a published description of one of Google's APIs.
type discovery struct {
	Revision   string               `json:"revision"`
	Parameters map[string]parameter `json:"parameters"`
	Schemas    map[string]schema    `json:"schemas"`
	Resources  map[string]struct {
		Methods map[string]method `json:"methods"`
	} `json:"resources"`
}

func specs(path ...string) string {
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	return filepath.Join(append([]string{root}, path...)...)
}

var published = sync.OnceValues(func() ([]discovery, error) { //nolint:gochecknoglobals // long to read
	var all []discovery
	for _, name := range []string{"youtube-api.json", "youtubeanalytics-api.json"} {
		data, err := os.ReadFile(specs("youtube", name))
		if err != nil {
			return nil, err
		}
		var d discovery
		if err := json.Unmarshal(data, &d); err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
})

// find gives the method of a request; upload: it brings a file.
func find(all []discovery, verb, path string) (d discovery, m method, upload, ok bool) {
	for _, d := range all {
		for _, r := range d.Resources {
			for _, m := range r.Methods {
				if m.Verb != verb {
					continue
				}
				if "/"+m.Path == path {
					return d, m, false, true
				}
				if m.Upload != nil {
					for _, p := range m.Upload.Protocols {
						if p.Path == path {
							return d, m, true, true
						}
					}
				}
			}
		}
	}
	return d, m, false, false
}

// said is what a request says of the file that it brings beside it; else its body.
func said(r *http.Request, body []byte) []byte {
	kind, args, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/related" {
		return body
	}
	part, err := multipart.NewReader(bytes.NewReader(body), args["boundary"]).NextPart()
	if err != nil {
		return nil
	}
	about, err := io.ReadAll(part)
	if err != nil {
		return nil
	}
	return about
}

// asked holds a request against a method.
func (d discovery) asked(m method, r *http.Request, body []byte, upload bool) (wrong []string) {
	query := r.URL.Query()
	for name, values := range query {
		p, known := m.Parameters[name]
		if !known {
			p, known = d.Parameters[name]
		}
		if !known {
			wrong = append(wrong, "parameter "+name+" is not published")
			continue
		}
		if len(values) > 1 && !p.Repeated {
			wrong = append(wrong, "parameter "+name+" comes several times")
		}
		for _, v := range values {
			wrong = append(wrong, p.fits(name, v)...)
		}
	}
	for name, p := range m.Parameters {
		if p.Required && query.Get(name) == "" {
			wrong = append(wrong, "parameter "+name+" is missing")
		}
	}
	if m.Request == nil || len(body) == 0 {
		if len(body) > 0 && !upload {
			wrong = append(wrong, "a body, and none is published")
		}
		return wrong
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return append(wrong, "the body is no JSON")
	}
	wrong = append(wrong, d.fits("body", v, *m.Request, true)...)
	// What is written must be in a part that is named; ids and kinds belong to none.
	if object, ok := v.(map[string]any); ok {
		for name := range object {
			if name != "id" && name != "kind" && !slices.Contains(strings.Split(query.Get("part"), ","), name) {
				wrong = append(wrong, "body."+name+" is in no part")
			}
		}
	}
	return wrong
}

func (p parameter) fits(name, v string) (wrong []string) {
	switch p.Type {
	case "boolean":
		if v != "true" && v != "false" {
			wrong = append(wrong, name+"="+v+" is no boolean")
		}
	case "integer":
		n, err := strconv.Atoi(v)
		low, _ := strconv.Atoi(p.Minimum)
		high, _ := strconv.Atoi(p.Maximum)
		if err != nil || p.Minimum != "" && n < low || p.Maximum != "" && n > high {
			wrong = append(wrong, name+"="+v+" is out of range")
		}
	}
	if p.Enum != nil && !slices.Contains(p.Enum, v) {
		wrong = append(wrong, name+"="+v+" is not one of "+strings.Join(p.Enum, ", "))
	}
	return wrong
}

// fits holds a value against a type.
func (d discovery) fits(at string, v any, s schema, writing bool) (wrong []string) {
	if s.Ref != "" {
		s = d.Schemas[s.Ref]
	}
	complain := func(what string) []string { return append(wrong, fmt.Sprintf("%s: %s: %.80v", at, what, v)) }
	if writing && s.ReadOnly {
		return complain("is read only")
	}
	switch v := v.(type) {
	case map[string]any:
		if s.Type != "object" {
			return complain("an object, and it should be " + s.Type)
		}
		for name, inner := range v {
			p, known := s.Properties[name]
			switch {
			case strings.HasPrefix(name, "zz_"): // the weather
			case known:
				wrong = append(wrong, d.fits(at+"."+name, inner, p, writing)...)
			case s.Additional != nil:
				wrong = append(wrong, d.fits(at+"."+name, inner, *s.Additional, writing)...)
			default:
				wrong = append(wrong, at+"."+name+" is not published")
			}
		}
	case []any:
		if s.Type != "array" {
			return complain("a list, and it should be " + s.Type)
		}
		for _, inner := range v {
			wrong = append(wrong, d.fits(at+"[]", inner, *s.Items, writing)...)
		}
	case string:
		switch {
		case s.Type == "any":
		case s.Type != "string":
			return complain("a text, and it should be " + s.Type)
		case s.Enum != nil && !slices.Contains(s.Enum, v):
			return complain("not one of " + strings.Join(s.Enum, ", "))
		case s.Format == "date-time":
			if _, err := time.Parse(time.RFC3339, v); err != nil {
				return complain("no time")
			}
		case s.Format == "uint64" || s.Format == "int64":
			if _, err := strconv.ParseInt(v, 10, 64); err != nil {
				return complain("no number")
			}
		}
	case float64:
		if s.Type != "integer" && s.Type != "number" && s.Type != "any" {
			return complain("a number, and it should be " + s.Type)
		}
	case bool:
		if s.Type != "boolean" && s.Type != "any" {
			return complain("a boolean, and it should be " + s.Type)
		}
	}
	return wrong
}

// judge stands between driver and sandbox, and holds both against the discovery
// documents: what is asked, and what is answered.
func judge(t *testing.T, next http.Handler) http.Handler {
	all, err := published()
	if err != nil {
		t.Logf("no discovery documents at youtube/ (set KITH_SPECS): %v", err)
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.URL.Path, "/youtube/v3/") && !strings.HasPrefix(r.URL.Path, "/v2/") {
			next.ServeHTTP(w, r) // signing in is described elsewhere
			return
		}
		if r.Header.Get("Authorization") == "" || r.URL.Query().Get("access_token") != "" {
			t.Errorf("%s %s: the key is not in the header", r.Method, r.URL.Path)
		}
		if r.Method == http.MethodPut && r.URL.Query().Get("upload_id") != "" {
			// An upload session: the protocol of Google's guide, not of the document.
			next.ServeHTTP(w, r)
			return
		}
		d, m, upload, ok := find(all, r.Method, r.URL.Path)
		if !ok {
			t.Errorf("%s %s is not published", r.Method, r.URL.Path)
		}
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if err == nil && ok { // what was cut by the weather is not judged
			for _, wrong := range d.asked(m, r, said(r, body), upload) {
				t.Errorf("asked: %s %s: %s", r.Method, r.URL.Path, wrong)
			}
		}
		heard := &listener{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(heard, r)
		if ok && heard.code/100 == 2 && (!upload || heard.body.Len() > 0) {
			for _, wrong := range d.answered(m, heard.code, heard.body.Bytes()) {
				t.Errorf("answered: %s %s: %s", r.Method, r.URL.Path, wrong)
			}
		}
	})
}

// listener hears what is answered, while it goes on.
type listener struct {
	http.ResponseWriter
	code int
	body bytes.Buffer
}

func (l *listener) WriteHeader(code int) { l.code = code; l.ResponseWriter.WriteHeader(code) }

func (l *listener) Write(p []byte) (int, error) { l.body.Write(p); return l.ResponseWriter.Write(p) }

func (l *listener) Unwrap() http.ResponseWriter { return l.ResponseWriter }

func (d discovery) answered(m method, code int, body []byte) []string {
	if m.Response == nil {
		if code != http.StatusNoContent || len(body) > 0 {
			return []string{"an answer, and none is published"}
		}
		return nil
	}
	var v any
	if json.Unmarshal(body, &v) != nil {
		return nil // cut by the weather
	}
	return d.fits("answer", v, *m.Response, false)
}

// The judge must judge: what is wrong on purpose is found.
func TestTheJudgeSeesWhatIsWrong(t *testing.T) {
	all, err := published()
	if err != nil {
		t.Skipf("no discovery documents at youtube/ (set KITH_SPECS): %v", err)
	}
	for _, x := range []struct{ verb, path, body, want string }{
		{"GET", "/youtube/v3/videos?part=status&ids=x", "", "parameter ids is not published"},
		{"GET", "/youtube/v3/videos?id=x", "", "parameter part is missing"},
		{"GET", "/youtube/v3/commentThreads?part=snippet&maxResults=101", "", "maxResults=101 is out of range"},
		{"GET", "/youtube/v3/commentThreads?part=snippet&order=newest", "", "order=newest is not one of"},
		{"PUT", "/youtube/v3/videos?part=status", `{"id":"x","status":{"privacyStatus":"friends"}}`, "not one of public"},
		{"PUT", "/youtube/v3/videos?part=status", `{"id":"x","snippet":{"title":"y"}}`, "body.snippet is in no part"},
		{"PUT", "/youtube/v3/videos?part=status", `{"id":"x","status":{"privacy":"public"}}`, "body.status.privacy is not published"},
		{"PUT", "/youtube/v3/videos?part=status", `{"id":7}`, "a number, and it should be string"},
		{"POST", "/resumable/upload/youtube/v3/videos?part=snippet&uploadType=resumable", `{"snippet":{"tags":"x"}}`, "a text, and it should be array"},
		{"POST", "/youtube/v3/comments/setModerationStatus?id=x&moderationStatus=rejected&banAuthor=1", "", "banAuthor=1 is no boolean"},
	} {
		r := httptest.NewRequest(x.verb, x.path, nil)
		d, m, upload, ok := find(all, x.verb, r.URL.Path)
		if !ok {
			t.Fatalf("%s is not found", x.path)
		}
		if wrong := d.asked(m, r, []byte(x.body), upload); len(wrong) != 1 || !strings.Contains(wrong[0], x.want) {
			t.Errorf("%s %s: %q", x.path, x.body, wrong)
		}
	}
	d, m, _, _ := find(all, "GET", "/youtube/v3/videos")
	for body, want := range map[string]string{
		`{"items":[{"id":"x","statistics":{"viewCount":7}}]}`:     "a number, and it should be string",
		`{"items":[{"id":"x","status":{"uploadStatus":"done"}}]}`: "not one of uploaded",
		`{"items":[{"views":1}]}`:                                 "is not published",
	} {
		if wrong := d.answered(m, 200, []byte(body)); len(wrong) != 1 || !strings.Contains(wrong[0], want) {
			t.Errorf("%s: %q", body, wrong)
		}
	}
}
