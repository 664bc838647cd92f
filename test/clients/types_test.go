package clients_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// shapes are the types that a client published in TypeScript, as far as they are
// written: interfaces of fields, and other names for simpler types.
type shapes struct {
	fields map[string]map[string]shape
	alias  map[string]string
}

type shape struct {
	kind string // as it is written
	may  bool   // it may be absent
}

// interfaces reads the declarations of a folder, one type in a file.
func interfaces(t *testing.T, dir string) shapes {
	t.Helper()
	s := shapes{map[string]map[string]shape{}, map[string]string{}}
	files, err := filepath.Glob(filepath.Join(dir, "*.d.ts"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no types in %s (%v)", dir, err)
	}
	comment, begin := regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`), regexp.MustCompile(`(?s)export interface (\w+) \{(.*)\}`)
	field, other := regexp.MustCompile(`(\w+)(\??):\s*([^;]+);`), regexp.MustCompile(`(?s)export type (\w+) =\s*(.+?);`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		plain := comment.ReplaceAllString(string(text), "")
		if m := begin.FindStringSubmatch(plain); m != nil {
			s.fields[m[1]] = map[string]shape{}
			for _, f := range field.FindAllStringSubmatch(m[2], -1) {
				s.fields[m[1]][f[1]] = shape{strings.TrimSpace(f[3]), f[2] == "?"}
			}
		}
		for _, m := range other.FindAllStringSubmatch(plain, -1) {
			s.alias[m[1]] = strings.TrimSpace(m[2])
		}
	}
	return s
}

// check says what in a JSON text is not of a type; strict knows no other fields.
func (s shapes) check(kind string, text []byte, strict bool) []string {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return []string{err.Error()}
	}
	return s.held(kind, value, kind, strict)
}

func (s shapes) held(kind string, value any, at string, strict bool) []string {
	for s.alias[kind] != "" {
		kind = s.alias[kind]
	}
	if inner, is := strings.CutPrefix(kind, "Array<"); is {
		all, ok := value.([]any)
		if !ok {
			return []string{fmt.Sprintf("%s is %T", at, value)}
		}
		var wrong []string
		for i, one := range all {
			wrong = append(wrong, s.held(strings.TrimSuffix(inner, ">"), one, at+"["+strconv.Itoa(i)+"]", strict)...)
		}
		return wrong
	}
	var ok bool
	switch kind {
	case "string":
		_, ok = value.(string)
	case "number":
		_, ok = value.(float64)
	case "boolean":
		_, ok = value.(bool)
	default:
		if fields, is := s.fields[kind]; is {
			return s.object(fields, value, at, strict)
		}
		if !strings.HasPrefix(strings.TrimLeft(kind, "| \n"), `"`) {
			return []string{at + ": the type " + kind + " is not known"}
		}
		word, is := value.(string)
		ok = is && strings.Contains(kind, strconv.Quote(word))
	}
	if !ok {
		return []string{fmt.Sprintf("%s is %v and no %.80s", at, value, kind)}
	}
	return nil
}

func (s shapes) object(fields map[string]shape, value any, at string, strict bool) []string {
	object, ok := value.(map[string]any)
	if !ok {
		return []string{fmt.Sprintf("%s is %T", at, value)}
	}
	var wrong []string
	for name, f := range fields {
		inner, given := object[name]
		switch {
		case given:
			wrong = append(wrong, s.held(f.kind, inner, at+"."+name, strict)...)
		case !f.may:
			wrong = append(wrong, at+"."+name+" is missing")
		}
	}
	for name := range object {
		if _, known := fields[name]; !known && strict {
			wrong = append(wrong, at+"."+name+" is nothing that was published")
		}
	}
	return wrong
}

// asJSON writes a query as the object that its type describes.
func asJSON(s shapes, kind string, query url.Values) []byte {
	object := map[string]any{}
	for name, values := range query {
		var value any = values[0]
		of := s.fields[kind][name].kind
		for s.alias[of] != "" {
			of = s.alias[of]
		}
		if of == "number" || of == "boolean" {
			_ = json.Unmarshal([]byte(values[0]), &value) // else it stays a text, and is judged as one
		}
		object[name] = value
	}
	text, err := json.Marshal(object)
	if err != nil {
		panic(err) // texts, numbers and switches
	}
	return text
}
