package bluesky

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/rivo/uniseg"
)

// check holds a value against a shape and answers the complaint as the real server words it, or "".
func (p patterns) check(s *shape, value any, path string) string {
	switch s.kind {
	case kindObject:
		return p.checkObject(s, value, path)
	case kindArray:
		return p.checkArray(s, value, path)
	case kindString:
		return p.checkString(s, value, path)
	case kindInteger:
		number, ok := value.(json.Number)
		if !ok {
			return expected("integer", value, path)
		}
		n, err := number.Int64()
		if err != nil {
			return expected("integer", value, path)
		}
		if n < int64(s.min) {
			return fmt.Sprintf("integer too small (minimum %d, got %d) at %s", s.min, n, path)
		}
	case kindBlob:
		return checkBlob(s, value, path)
	case kindUnion:
		object, ok := value.(map[string]any)
		if !ok {
			return expected("object", value, path)
		}
		name, ok := object["$type"].(string)
		if !ok || name == "" {
			return fmt.Sprintf("Missing required key \"$type\" at %s", path)
		}
		// Unions of records are open: an unknown type is kept as it is.
		if member := s.refs[name]; member != nil {
			return p.check(member, value, path)
		}
	}
	return ""
}

func (p patterns) checkObject(s *shape, value any, path string) string {
	object, ok := value.(map[string]any)
	if !ok {
		return expected("object", value, path)
	}
	for _, name := range s.required {
		if _, there := object[name]; !there {
			return fmt.Sprintf("Missing required key %q at %s", name, path)
		}
	}
	for name, field := range s.fields {
		item, there := object[name]
		if !there {
			continue
		}
		if complaint := p.check(field, item, path+"."+name); complaint != "" {
			return complaint
		}
	}
	return ""
}

func (p patterns) checkArray(s *shape, value any, path string) string {
	items, ok := value.([]any)
	if !ok {
		return expected("array", value, path)
	}
	if s.max > 0 && len(items) > s.max {
		return fmt.Sprintf("array too big (maximum %d, got %d) at %s", s.max, len(items), path)
	}
	for i, item := range items {
		if complaint := p.check(s.item, item, fmt.Sprintf("%s[%d]", path, i)); complaint != "" {
			return complaint
		}
	}
	return ""
}

func (p patterns) checkString(s *shape, value any, path string) string {
	text, ok := value.(string)
	if !ok {
		return expected("string", value, path)
	}
	if s.max > 0 && len(text) > s.max {
		return fmt.Sprintf("string too big (maximum %d, got %d) at %s", s.max, len(text), path)
	}
	if s.graphemes > 0 && len(text) > s.graphemes {
		if n := uniseg.GraphemeClusterCount(text); n > s.graphemes {
			return fmt.Sprintf("grapheme too big (maximum %d, got %d) at %s", s.graphemes, n, path)
		}
	}
	if s.format != "" && !p.holds(s.format, text) {
		return fmt.Sprintf("Invalid %s (got %q) at %s", s.format, text, path)
	}
	return ""
}

func checkBlob(s *shape, value any, path string) string {
	ref, ok := blobRef(value)
	if !ok {
		return expected("blob", value, path)
	}
	if !accepts(s.accept, ref.mime) {
		return fmt.Sprintf("Expected %s (got %q) at %s", strings.Join(s.accept, ", "), ref.mime, path)
	}
	if s.max > 0 && ref.size > int64(s.max) {
		return fmt.Sprintf("blob too big (maximum %d, got %d) at %s", s.max, ref.size, path)
	}
	return ""
}

type reference struct {
	cid, mime string
	size      int64
}

func blobRef(value any) (reference, bool) {
	object, ok := value.(map[string]any)
	if !ok || object["$type"] != "blob" {
		return reference{}, false
	}
	link, _ := object["ref"].(map[string]any)
	cid, _ := link["$link"].(string)
	mime, _ := object["mimeType"].(string)
	number, _ := object["size"].(json.Number)
	size, err := number.Int64()
	return reference{cid, mime, size}, cid != "" && mime != "" && err == nil
}

// blobRefs finds every blob that a record points at.
func blobRefs(value any, found []reference) []reference {
	switch v := value.(type) {
	case map[string]any:
		if ref, ok := blobRef(v); ok {
			return append(found, ref)
		}
		for _, item := range v {
			found = blobRefs(item, found)
		}
	case []any:
		for _, item := range v {
			found = blobRefs(item, found)
		}
	}
	return found
}

func accepts(patterns []string, mime string) bool {
	for _, pattern := range patterns {
		if pattern == "*/*" || pattern == mime || (strings.HasSuffix(pattern, "/*") && strings.HasPrefix(mime, pattern[:len(pattern)-1])) {
			return true
		}
	}
	return len(patterns) == 0
}

func expected(want string, value any, path string) string {
	got := "object"
	switch value.(type) {
	case nil:
		got = "null"
	case string:
		got = "string"
	case bool:
		got = "boolean"
	case json.Number:
		got = "number"
	case []any:
		got = "array"
	}
	return fmt.Sprintf("Expected %s value type (got %s) at %s", want, got, path)
}
