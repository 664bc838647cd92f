package bluesky_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
)

func specs(path ...string) string {
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	return filepath.Join(append([]string{root}, path...)...)
}

// lexdef is any definition of a lexicon.
type lexdef struct {
	Type         string             `json:"type"`
	Record       *lexdef            `json:"record"`
	Parameters   *lexdef            `json:"parameters"`
	Input        *lexbody           `json:"input"`
	Required     []string           `json:"required"`
	Nullable     []string           `json:"nullable"`
	Properties   map[string]*lexdef `json:"properties"`
	Items        *lexdef            `json:"items"`
	Ref          string             `json:"ref"`
	Refs         []string           `json:"refs"`
	MaxLength    int                `json:"maxLength"`
	MaxGraphemes int                `json:"maxGraphemes"`
	MaxSize      int64              `json:"maxSize"`
	Minimum      *int64             `json:"minimum"`
	Maximum      *int64             `json:"maximum"`
	Format       string             `json:"format"`
	Accept       []string           `json:"accept"`
}

type lexbody struct {
	Encoding string  `json:"encoding"`
	Schema   *lexdef `json:"schema"`
}

// lexicons hold values against the published lexicons: strictly, what they do
// not name is an error, for it is us who speak.
type lexicons map[string]map[string]*lexdef

func (l lexicons) find(ref, from string) (*lexdef, string, error) {
	name, part, _ := strings.Cut(ref, "#")
	if name == "" {
		name = from
	}
	if part == "" {
		part = "main"
	}
	if l[name] == nil {
		data, err := os.ReadFile(specs("bluesky", "lexicons", filepath.FromSlash(strings.ReplaceAll(name, ".", "/"))+".json"))
		if err != nil {
			return nil, "", fmt.Errorf("no lexicon is called %s", name)
		}
		var file struct {
			Defs map[string]*lexdef `json:"defs"`
		}
		if err := json.Unmarshal(data, &file); err != nil {
			return nil, "", err
		}
		l[name] = file.Defs
	}
	if def := l[name][part]; def != nil {
		return def, name, nil
	}
	return nil, "", fmt.Errorf("%s has no %s", name, part)
}

func (l lexicons) check(def *lexdef, from string, v any) error {
	switch def.Type {
	case "ref":
		to, name, err := l.find(def.Ref, from)
		if err != nil {
			return err
		}
		return l.check(to, name, v)
	case "record":
		return l.check(def.Record, from, v)
	case "union":
		return l.union(def, from, v)
	case "object", "params":
		return l.object(def, from, v)
	case "array":
		items, ok := v.([]any)
		if !ok || def.MaxLength > 0 && len(items) > def.MaxLength {
			return fmt.Errorf("not a list of at most %d: %v", def.MaxLength, v)
		}
		for i, item := range items {
			if err := l.check(def.Items, from, item); err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
		}
	case "string":
		return text(def, v)
	case "integer":
		n, ok := v.(json.Number)
		i, err := n.Int64()
		if !ok || err != nil || def.Minimum != nil && i < *def.Minimum || def.Maximum != nil && i > *def.Maximum {
			return fmt.Errorf("not a number in bounds: %v", v)
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return fmt.Errorf("not true or false: %v", v)
		}
	case "blob":
		return blob(def, v)
	case "unknown":
		return l.typed(from, v)
	default:
		return fmt.Errorf("what is a %q?", def.Type)
	}
	return nil
}

// typed is a value that says itself what it is.
func (l lexicons) typed(from string, v any) error {
	object, _ := v.(map[string]any)
	kind, _ := object["$type"].(string)
	if kind == "" {
		return fmt.Errorf("no $type in %v", v)
	}
	def, name, err := l.find(kind, from)
	if err != nil {
		return err
	}
	return l.check(def, name, v)
}

func (l lexicons) union(def *lexdef, from string, v any) error {
	object, _ := v.(map[string]any)
	kind, _ := object["$type"].(string)
	for _, ref := range def.Refs {
		if strings.HasPrefix(ref, "#") {
			ref = from + ref
		}
		if strings.TrimSuffix(ref, "#main") == kind {
			return l.typed(from, v)
		}
	}
	return fmt.Errorf("%q is none of %v", kind, def.Refs)
}

func (l lexicons) object(def *lexdef, from string, v any) error {
	object, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("not an object: %v", v)
	}
	for _, name := range def.Required {
		if _, there := object[name]; !there {
			return fmt.Errorf("%s is missing", name)
		}
	}
	for name, value := range object {
		if name == "$type" || value == nil && slices.Contains(def.Nullable, name) {
			continue
		}
		property := def.Properties[name]
		if property == nil {
			return fmt.Errorf("%s is unknown", name)
		}
		if err := l.check(property, from, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func formats() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		"did":           regexp.MustCompile(`^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]$`),
		"handle":        regexp.MustCompile(`^([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`),
		"at-identifier": regexp.MustCompile(`^(did:[a-z]+:[a-zA-Z0-9._:%-]+|([a-zA-Z0-9-]+\.)+[a-zA-Z][a-zA-Z0-9-]*)$`),
		"at-uri":        regexp.MustCompile(`^at://[^/\s]+/[a-zA-Z0-9.-]+/[a-zA-Z0-9_~.:-]+$`),
		"nsid":          regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z0-9-]+)+\.[a-zA-Z]+$`),
		"tid":           regexp.MustCompile(`^[2-7a-j][2-7a-z]{12}$`),
		"record-key":    regexp.MustCompile(`^[a-zA-Z0-9_~.:-]{1,512}$`),
		"cid":           regexp.MustCompile(`^b[a-z2-7]{50,}$`),
		"uri":           regexp.MustCompile(`^[a-z][a-z.-]{0,80}:[[:graph:]]+$`),
		"language":      regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9-]+)*$`),
		"datetime":      regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`),
	}
}

func text(def *lexdef, v any) error {
	s, ok := v.(string)
	if !ok || def.MaxLength > 0 && len(s) > def.MaxLength || def.MaxGraphemes > 0 && uniseg.GraphemeClusterCount(s) > def.MaxGraphemes {
		return fmt.Errorf("not a string in bounds: %v", v)
	}
	if def.Format == "" {
		return nil
	}
	format := formats()[def.Format]
	if format == nil {
		return fmt.Errorf("what is the format %s?", def.Format)
	}
	if _, err := time.Parse(time.RFC3339Nano, s); !format.MatchString(s) || def.Format == "datetime" && err != nil {
		return fmt.Errorf("%q is no %s", s, def.Format)
	}
	return nil
}

func blob(def *lexdef, v any) error {
	object, _ := v.(map[string]any)
	ref, _ := object["ref"].(map[string]any)
	link, _ := ref["$link"].(string)
	mime, _ := object["mimeType"].(string)
	number, _ := object["size"].(json.Number)
	size, err := number.Int64()
	if object["$type"] != "blob" || len(object) != 4 || link == "" || err != nil || def.MaxSize > 0 && size > def.MaxSize {
		return fmt.Errorf("no blob in bounds: %v", v)
	}
	if !slices.ContainsFunc(def.Accept, func(a string) bool {
		return a == "*/*" || a == mime || strings.HasPrefix(mime, strings.TrimSuffix(a, "*"))
	}) {
		return fmt.Errorf("a blob of %s", mime)
	}
	return nil
}

// request holds one request against its lexicon.
func (l lexicons) request(r *http.Request, body []byte) error {
	name, is := strings.CutPrefix(r.URL.Path, "/xrpc/")
	if !is {
		return fmt.Errorf("%s is no XRPC", r.URL.Path)
	}
	def, from, err := l.find(name, "")
	if err != nil {
		return err
	}
	if want := map[string]string{"query": http.MethodGet, "procedure": http.MethodPost}[def.Type]; r.Method != want {
		return fmt.Errorf("a %s by %s", def.Type, r.Method)
	}
	params := map[string]any{}
	for name, values := range r.URL.Query() {
		if from == "app.bsky.video.uploadVideo" && (name == "did" || name == "name") {
			// Not in the lexicon, and asked for by the service: docs.bsky.app/docs/tutorials/video, 2026-11-26.
			continue
		}
		property := (*lexdef)(nil)
		if def.Parameters != nil {
			property = def.Parameters.Properties[name]
		}
		if property == nil {
			return fmt.Errorf("the parameter %s is unknown", name)
		}
		if params[name], err = value(property, values); err != nil {
			return err
		}
	}
	if def.Parameters != nil {
		if err := l.check(def.Parameters, from, params); err != nil {
			return err
		}
	}
	switch kind := r.Header.Get("Content-Type"); {
	case def.Input == nil:
		if len(body) > 0 {
			return fmt.Errorf("a body where none belongs")
		}
	case def.Input.Schema == nil:
		if kind == "" || len(body) == 0 {
			return fmt.Errorf("no bytes")
		}
		if want := def.Input.Encoding; want != "*/*" && kind != want {
			return fmt.Errorf("%s instead of %s", kind, want)
		}
	case kind != def.Input.Encoding:
		return fmt.Errorf("%s instead of %s", kind, def.Input.Encoding)
	default:
		var v any
		numbers := json.NewDecoder(bytes.NewReader(body))
		numbers.UseNumber()
		if err := numbers.Decode(&v); err != nil {
			return err
		}
		return l.check(def.Input.Schema, from, v)
	}
	return nil
}

func value(def *lexdef, given []string) (any, error) {
	if def.Type == "array" {
		all := []any{}
		for _, one := range given {
			v, err := value(def.Items, []string{one})
			if err != nil {
				return nil, err
			}
			all = append(all, v)
		}
		return all, nil
	}
	if len(given) != 1 {
		return nil, fmt.Errorf("%d values", len(given))
	}
	switch def.Type {
	case "integer":
		return json.Number(given[0]), nil
	case "boolean":
		return strconv.ParseBool(given[0])
	}
	return given[0], nil
}

// lexiconsThere skips where the published lexicons are not.
func lexiconsThere(t *testing.T) lexicons {
	t.Helper()
	if _, err := os.Stat(specs("bluesky", "lexicons")); err != nil {
		t.Skip("no published lexicons at bluesky/lexicons (set KITH_SPECS): requests were not judged by them")
	}
	return lexicons{}
}

// The whole suite once more, with the published lexicons between.
func TestRequestsAreAsPublished(t *testing.T) {
	lexiconsThere(t)
	h := harness()
	h.Judge = judge
	// Each post has a gate beside it here: two records in one commit.
	h.Dress = func(part *network.Part) { part.Options = map[string]string{"no_quotes": "true"} }
	networktest.Run(t, h)
}

// judge holds each request against the published lexicons.
func judge(t *testing.T, next http.Handler) http.Handler {
	t.Helper()
	rules := make(chan lexicons, 1)
	rules <- lexicons{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		l := <-rules
		// What is too long is sent on purpose, to see the network refuse it.
		if err := l.request(r, body); err != nil && !strings.Contains(err.Error(), "in bounds: éé") {
			t.Errorf("%s %s: %v\n%.400s", r.Method, r.URL.Path, err, body)
		}
		rules <- l
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// The judge must be able to say no.
func TestTheJudgeRefusesWhatIsNotPublished(t *testing.T) {
	l := lexiconsThere(t)
	const post = `{"repo":"did:plc:yirzhmgdiwd467ffu3l7sops","collection":"app.bsky.feed.post","rkey":"3n2v3aaaaaa2a","swapRecord":null,` +
		`"record":{"$type":"app.bsky.feed.post","text":"x","createdAt":"2026-11-22T07:00:00.000Z"}}`
	ask := func(body string) error {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://x/xrpc/com.atproto.repo.putRecord", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		return l.request(r, []byte(body))
	}
	if err := ask(post); err != nil {
		t.Fatalf("a good one: %v", err)
	}
	for _, change := range [][2]string{
		{`"text":"x"`, `"text":7`}, {`"text":"x"`, `"text":"` + strings.Repeat("x", 301) + `"`}, {`"text":"x"`, `"texte":"x"`},
		{`07:00`, `07h00`}, {`app.bsky.feed.post"`, `app.bsky.feed.nothing"`}, {`did:plc`, `plc`}, {`"rkey":"3n2v3aaaaaa2a",`, ``},
		{`"text":"x"`, `"text":"x","embed":{"$type":"app.bsky.embed.none"}`}, {`"text":"x"`, `"text":"x","langs":["fr","en","de","it"]`},
	} {
		if ask(strings.Replace(post, change[0], change[1], 1)) == nil && ask(strings.ReplaceAll(post, change[0], change[1])) == nil {
			t.Errorf("%s passes", change[1])
		}
	}
}
