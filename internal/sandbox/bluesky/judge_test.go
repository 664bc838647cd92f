package bluesky

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lexjudge holds answers against the output of the published lexicons. (The OpenAPI text is judged by as well, but its large
// schemas are cut short: "Schema Docs Have Been Truncated".)
type lexjudge struct {
	lexicons
	syntax patterns
}

func newLexjudge(t *testing.T) *lexjudge {
	t.Helper()
	return &lexjudge{lexicons{t, specs(t, "bluesky", "lexicons"), map[string]map[string]lexdef{}}, newPatterns()}
}

type method struct {
	Output struct {
		Schema *lexdef `json:"schema"`
	} `json:"output"`
	Errors []struct{ Name string } `json:"errors"`
}

func (j *lexjudge) answer(name string, status int, value any) {
	j.t.Helper()
	data, err := os.ReadFile(filepath.Join(j.root, filepath.FromSlash(strings.ReplaceAll(name, ".", "/"))+".json"))
	if err != nil {
		j.t.Errorf("no lexicon for %s", name)
		return
	}
	var file struct {
		Defs struct {
			Main method `json:"main"`
		} `json:"defs"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		j.t.Fatal(err)
	}
	if status != 200 {
		if body, ok := value.(object); !ok || body["error"] == nil || body["message"] == nil {
			j.t.Errorf("%s: a refusal without error and message: %v", name, value)
		}
		return
	}
	if schema := file.Defs.Main.Output.Schema; schema != nil {
		if complaint := j.hold(*schema, value, name, "$"); complaint != "" {
			j.t.Errorf("%s: %s", name, complaint)
		}
	}
}

func (j *lexjudge) hold(def lexdef, value any, from, path string) string {
	j.t.Helper()
	switch def.Type {
	case "ref":
		to, toFrom := j.find(def.Ref, from)
		return j.hold(to, value, toFrom, path)
	case "object":
		return j.holdObject(def, value, from, path)
	case "array":
		items, ok := value.([]any)
		if !ok || def.MaxLength > 0 && len(items) > def.MaxLength {
			return fmt.Sprintf("%s: not an array, or too long: %v", path, value)
		}
		for i, item := range items {
			if complaint := j.hold(*def.Items, item, from, fmt.Sprintf("%s[%d]", path, i)); complaint != "" {
				return complaint
			}
		}
	case "union":
		body, ok := value.(object)
		name, _ := body["$type"].(string)
		if !ok || name == "" {
			return path + ": a member of a union without $type"
		}
		for _, ref := range def.Refs {
			if strings.HasPrefix(ref, "#") {
				ref = from + ref
			}
			if ref == name {
				to, toFrom := j.find(ref, from)
				return j.hold(to, value, toFrom, path)
			}
		}
		return path + ": not a member of the union: " + name
	case "string":
		text, ok := value.(string)
		if !ok || def.Format != "" && !j.syntax.holds(def.Format, text) {
			return fmt.Sprintf("%s: not a string of format %q: %v", path, def.Format, value)
		}
	case "integer":
		if number, ok := value.(json.Number); !ok || strings.Contains(number.String(), ".") {
			return fmt.Sprintf("%s: not an integer: %v", path, value)
		}
	case "boolean":
		if _, ok := value.(bool); !ok {
			return fmt.Sprintf("%s: not a boolean: %v", path, value)
		}
	case "blob":
		if _, ok := blobRef(value); !ok {
			return fmt.Sprintf("%s: not a blob: %v", path, value)
		}
	}
	return ""
}

func (j *lexjudge) holdObject(def lexdef, value any, from, path string) string {
	j.t.Helper()
	body, ok := value.(object)
	if !ok {
		return fmt.Sprintf("%s: not an object: %v", path, value)
	}
	for _, name := range def.Required {
		if _, there := body[name]; !there {
			return fmt.Sprintf("%s: %s is missing", path, name)
		}
	}
	for name, item := range body {
		property, known := def.Properties[name]
		if !known {
			if name == "$type" {
				continue
			}
			return fmt.Sprintf("%s: %s is not in the lexicon", path, name)
		}
		if complaint := j.hold(property, item, from, path+"."+name); complaint != "" {
			return complaint
		}
	}
	return ""
}
