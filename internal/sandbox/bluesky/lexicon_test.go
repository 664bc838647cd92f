package bluesky

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// specs is the folder of published specifications, or the test is skipped.
func specs(t *testing.T, path ...string) string {
	t.Helper()
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	full := filepath.Join(append([]string{root}, path...)...)
	if _, err := os.Stat(full); err != nil {
		t.Skipf("no published specification at %s (set KITH_SPECS)", filepath.Join(path...))
	}
	return full
}

type lexdef struct {
	Type         string            `json:"type"`
	Key          string            `json:"key"`
	Record       *lexdef           `json:"record"`
	Required     []string          `json:"required"`
	Properties   map[string]lexdef `json:"properties"`
	Items        *lexdef           `json:"items"`
	Ref          string            `json:"ref"`
	Refs         []string          `json:"refs"`
	MaxLength    int               `json:"maxLength"`
	MaxGraphemes int               `json:"maxGraphemes"`
	MaxSize      int               `json:"maxSize"`
	Minimum      int               `json:"minimum"`
	Format       string            `json:"format"`
	Accept       []string          `json:"accept"`
}

type lexicons struct {
	t    *testing.T
	root string
	seen map[string]map[string]lexdef
}

func (l lexicons) find(ref, from string) (lexdef, string) {
	l.t.Helper()
	name, part, _ := strings.Cut(ref, "#")
	if name == "" {
		name = from
	}
	if part == "" {
		part = "main"
	}
	if l.seen[name] == nil {
		data, err := os.ReadFile(filepath.Join(l.root, filepath.FromSlash(strings.ReplaceAll(name, ".", "/"))+".json"))
		if err != nil {
			l.t.Fatal(err)
		}
		var file struct {
			Defs map[string]lexdef `json:"defs"`
		}
		if err := json.Unmarshal(data, &file); err != nil {
			l.t.Fatal(err)
		}
		l.seen[name] = file.Defs
	}
	def, ok := l.seen[name][part]
	if !ok {
		l.t.Fatalf("%s has no %s", name, part)
	}
	return def, name
}

func (l lexicons) same(s *shape, def lexdef, from, path string) {
	t := l.t
	if def.Type == "ref" {
		def, from = l.find(def.Ref, from)
	}
	if string(s.kind) != def.Type {
		t.Errorf("%s: kind %s, lexicon %s", path, s.kind, def.Type)
		return
	}
	max := def.MaxLength
	if def.Type == "blob" {
		max = def.MaxSize
	}
	if s.max != max || s.graphemes != def.MaxGraphemes || s.format != def.Format || s.min != def.Minimum {
		t.Errorf("%s: %d/%d/%q/%d, lexicon %d/%d/%q/%d", path, s.max, s.graphemes, s.format, s.min, max, def.MaxGraphemes, def.Format, def.Minimum)
	}
	if a, b := sorted(s.required), sorted(def.Required); a != b {
		t.Errorf("%s: requires %s, lexicon %s", path, a, b)
	}
	if a, b := sorted(s.accept), sorted(def.Accept); a != b {
		t.Errorf("%s: accepts %s, lexicon %s", path, a, b)
	}
	for name, property := range def.Properties {
		if s.fields[name] == nil {
			t.Errorf("%s: no rule for %s", path, name)
			continue
		}
		l.same(s.fields[name], property, from, path+"."+name)
	}
	for name := range s.fields {
		if _, ok := def.Properties[name]; !ok {
			t.Errorf("%s: a rule for %s, which the lexicon does not know", path, name)
		}
	}
	if def.Items != nil {
		l.same(s.item, *def.Items, from, path+"[]")
	}
	for _, ref := range def.Refs {
		name := ref
		if strings.HasPrefix(ref, "#") {
			name = from + ref
		}
		if s.refs[name] == nil {
			t.Errorf("%s: no member %s", path, name)
			continue
		}
		member, memberFrom := l.find(name, from)
		l.same(s.refs[name], member, memberFrom, path+"|"+name)
	}
	if len(s.refs) != len(def.Refs) {
		t.Errorf("%s: %d members, lexicon %d", path, len(s.refs), len(def.Refs))
	}
}

func sorted(items []string) string {
	items = append([]string{}, items...)
	sort.Strings(items)
	return strings.Join(items, " ")
}

func TestTheRecordRulesAreThoseOfTheLexicons(t *testing.T) {
	l := lexicons{t, specs(t, "bluesky", "lexicons"), map[string]map[string]lexdef{}}
	for name, rule := range records() {
		def, _ := l.find(name, name)
		if def.Key != rule.key {
			t.Errorf("%s: key %s, lexicon %s", name, rule.key, def.Key)
		}
		l.same(rule.shape, *def.Record, name, name)
	}
}

func TestStringFormatsAgreeWithThePublishedVectors(t *testing.T) {
	p := newPatterns()
	for format, file := range map[string]string{"tid": "tid", "did": "did", "handle": "handle", "nsid": "nsid",
		"record-key": "recordkey", "at-uri": "aturi", "at-identifier": "atidentifier", "datetime": "datetime", "language": "language"} {
		for _, want := range []bool{true, false} {
			name := file + "_syntax_invalid.txt"
			if want {
				name = file + "_syntax_valid.txt"
			}
			data, err := os.ReadFile(specs(t, "bluesky", "interop-test-files", "syntax", name))
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range bytes.Split(data, []byte("\n")) {
				if len(line) == 0 || line[0] == '#' {
					continue
				}
				if p.holds(format, string(line)) != want {
					t.Errorf("%s %q: want %v", format, line, want)
				}
			}
		}
	}
}

func TestRecordsHaveTheAddressesThatTheRealServerGave(t *testing.T) {
	checked := 0
	for _, step := range transcript(t, "pds-transcript.json", "pds-transcript2.json") {
		body, _ := step.Request.(map[string]any)
		record, _ := body["record"].(map[string]any)
		if record == nil || step.status() != 200 {
			continue
		}
		cid, err := recordCID(record)
		if err != nil || cid != step.Response["cid"] {
			t.Errorf("%s: got %s (%v), the real server gave %v", step.Path, cid, err, step.Response["cid"])
		}
		checked++
	}
	if checked < 10 {
		t.Fatalf("only %d records were compared", checked)
	}
}

type step struct {
	Method   string         `json:"method"`
	Path     string         `json:"path"`
	Request  any            `json:"request"`
	Status   any            `json:"status"`
	RawReply any            `json:"response"`
	Response map[string]any `json:"-"`
}

func (s step) status() int {
	number, ok := s.Status.(json.Number)
	if !ok {
		return 0
	}
	n, _ := number.Int64()
	return int(n)
}

func transcript(t *testing.T, names ...string) []step {
	t.Helper()
	var all []step
	for _, name := range names {
		data, err := os.ReadFile(specs(t, "bluesky", "real-pds-transcripts", name))
		if err != nil {
			t.Fatal(err)
		}
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		var steps []step
		if err := decoder.Decode(&steps); err != nil {
			t.Fatal(err)
		}
		for i := range steps {
			steps[i].Response, _ = steps[i].RawReply.(map[string]any)
		}
		all = append(all, steps...)
	}
	return all
}
