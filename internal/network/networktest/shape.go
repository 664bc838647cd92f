package networktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Differs says how a JSON text differs from the fields that a documentation names. Each
// field has its path ("data.list[].id") and its type: object, array, string, boolean,
// integer or number, with a "!" where it must be there wherever what it is in is there.
// "*" stands for a name that is data. Fields that begin with "zz_" are the weather's and
// say nothing.
func Differs(data []byte, fields map[string]string) (all []string) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return []string{"it is no JSON: " + err.Error()}
	}
	got := map[string][]string{}
	flat("", v, got)
	for path, kinds := range got {
		want, known := named(path, fields)
		if !known && strings.HasSuffix(path, "[]") { // what its fields say is enough
			want = "object"
			for f := range fields {
				known = known || strings.HasPrefix(f, path+".")
			}
		}
		if !known {
			all = append(all, path+" is in no documentation")
			continue
		}
		for _, kind := range kinds {
			if want = strings.TrimSuffix(want, "!"); kind != want && (kind != "integer" || want != "number") {
				all = append(all, fmt.Sprintf("%s is %s, and it should be %s", path, kind, want))
			}
		}
	}
	for path, want := range fields {
		if !strings.HasSuffix(want, "!") {
			continue
		}
		times := 1
		if i := strings.LastIndex(path, "."); i >= 0 {
			times = len(got[path[:i]])
		}
		if len(got[path]) < times {
			all = append(all, path+" is missing")
		}
	}
	slices.Sort(all)
	return all
}

// named finds what is documented of a path, by its names or by those that are data.
func named(path string, fields map[string]string) (string, bool) {
	if want, known := fields[path]; known {
		return want, true
	}
	parts := strings.Split(path, ".")
	for field, want := range fields {
		if pattern := strings.Split(field, "."); strings.Contains(field, "*") && slices.EqualFunc(parts, pattern, func(a, b string) bool { return a == b || b == "*" }) {
			return want, true
		}
	}
	return "", false
}

// flat gives every field of a value by its path, with its type.
func flat(path string, v any, into map[string][]string) {
	kind := "null"
	switch v := v.(type) {
	case map[string]any:
		kind = "object"
		for name, inner := range v {
			if strings.HasPrefix(name, "zz_") {
				continue // what the weather adds
			}
			at := name
			if path != "" {
				at = path + "." + name
			}
			flat(at, inner, into)
		}
	case []any:
		kind = "array"
		for _, inner := range v {
			flat(path+"[]", inner, into)
		}
	case string:
		kind = "string"
	case bool:
		kind = "boolean"
	case json.Number:
		kind = "number"
		if _, err := v.Int64(); err == nil {
			kind = "integer"
		}
	}
	if path != "" {
		into[path] = append(into[path], kind)
	}
}
