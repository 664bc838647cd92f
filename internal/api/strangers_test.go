package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// endpoint is one operation of the OpenAPI text.
type endpoint struct {
	method, path, name string
	open, person       bool
	body               string   // a body that its schema accepts; "" = none
	kind               string   // of the body
	texts              []string // that its query and its body may carry; see fields_test.go
	key                bool     // an Idempotency-Key is declared
}

// endpoints reads the OpenAPI text that the door itself gives: none can be forgotten.
func (p *place) endpoints() (all []endpoint) {
	p.t.Helper()
	type schema = map[string]any
	doc := ok[struct {
		Paths map[string]map[string]struct {
			ID         string                `json:"operationId"`
			Security   []map[string][]string `json:"security"`
			Parameters []struct {
				Name   string `json:"name"`
				In     string `json:"in"`
				Schema schema `json:"schema"`
			} `json:"parameters"`
			RequestBody *struct {
				Content map[string]struct {
					Schema schema `json:"schema"`
				} `json:"content"`
			} `json:"requestBody"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}](p.t, p.ask("GET", "/api/v1/openapi.json", nil))
	for path, methods := range doc.Paths {
		for method, op := range methods {
			e := endpoint{method: strings.ToUpper(method), path: path, name: op.ID, open: op.Security != nil && len(op.Security) == 0, person: len(op.Security) == 1}
			for _, a := range op.Parameters {
				if a.In == "query" {
					e.texts = append(e.texts, textsOf(a.Schema, doc.Components.Schemas, "?"+a.Name)...)
				}
				e.key = e.key || a.In == "header" && a.Name == "Idempotency-Key"
			}
			if op.RequestBody != nil {
				for kind, c := range op.RequestBody.Content {
					text, err := json.Marshal(example(c.Schema, doc.Components.Schemas))
					p.must(err)
					e.kind, e.body = kind, string(text)
					e.texts = append(e.texts, textsOf(c.Schema, doc.Components.Schemas, "")...)
				}
			}
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b endpoint) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	if len(all) < 80 {
		p.t.Fatalf("only %d endpoints", len(all))
	}
	return all
}

// example makes the smallest value that a schema accepts.
func example(s map[string]any, known map[string]map[string]any) any {
	if ref, ok := s["$ref"].(string); ok {
		return example(known[ref[strings.LastIndex(ref, "/")+1:]], known)
	}
	if choice, ok := s["enum"].([]any); ok {
		return choice[0]
	}
	if s["format"] == "date-time" {
		return "2030-01-01T09:00:00Z"
	}
	kind, _ := s["type"].(string)
	if kinds, ok := s["type"].([]any); ok {
		kind, _ = kinds[0].(string)
		if slices.Contains(kinds, any("null")) {
			return nil
		}
	}
	switch kind {
	case "object":
		v := map[string]any{}
		properties, _ := s["properties"].(map[string]any)
		required, _ := s["required"].([]any)
		for _, name := range required {
			v[name.(string)] = example(properties[name.(string)].(map[string]any), known)
		}
		return v
	case "array":
		return []any{}
	case "integer", "number":
		if n, ok := s["minimum"].(float64); ok {
			return n
		}
		return 1
	case "boolean":
		return true
	}
	return "x@example.org"
}

func (e endpoint) at(ids things) string {
	for resource, id := range ids {
		if strings.HasPrefix(e.path, "/api/v1/"+resource+"/") {
			return strings.NewReplacer("{id}", id, "{option}", "privacy", "{n}", "0", "{lang}", "fr").Replace(e.path)
		}
	}
	return e.path
}

// send asks with a body that is good by the schema.
func (p *place) send(e endpoint, path string, header ...string) said {
	p.t.Helper()
	if strings.Contains(path, "{") {
		p.t.Fatalf("%s: nothing is furnished for it", path)
	}
	switch e.kind {
	case "":
		return p.ask(e.method, path, nil, header...)
	case "multipart/form-data":
		body, kind := form(p.t, nil, picture(p.t))
		return p.ask(e.method, path, body, append(header, "Content-Type", kind)...)
	}
	return p.ask(e.method, path, e.body, header...)
}

func TestNobodyGetsInWithoutAKey(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ids := p.furnish(p.team("ada@example.org"))
	for _, e := range p.endpoints() {
		if e.open {
			continue
		}
		for _, header := range [][]string{nil, {"Authorization", "Bearer kith_wrong"}, {"Authorization", "Basic eDp5"}, {"Cookie", "kith_session=wrong"}, {"Authorization", "Bearer "}} {
			s := p.send(e, e.at(ids), header...)
			if e.method == "HEAD" { // says it with its status alone
				if s.StatusCode != http.StatusUnauthorized {
					t.Errorf("%s %s: %s", e.method, e.path, s.Status)
				}
				continue
			}
			refused(t, s, http.StatusUnauthorized, "denied")
			if bytes.Contains(s.body, []byte(marker)) {
				t.Errorf("%s %s tells %s", e.method, e.path, s.body)
			}
		}
	}
}

// Every endpoint is asked for the things of one workspace by the owner of another,
// with a token and with a session; and nothing of the first has changed after it.
func TestAnotherWorkspaceDoesNotExist(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		ada, eve := p.team("ada@example.org"), p.team("eve@example.org")
		ids := p.furnish(ada)
		before := p.everything(ada, ids)
		cookie := p.signIn(eve)
		for _, e := range p.endpoints() {
			if e.open || e.name == "signOut" || e.name == "changePassword" || e.name == "listenNews" {
				continue // they concern the caller alone; news have a test of their own
			}
			for _, header := range [][]string{{"Authorization", "Bearer " + eve.token}, {"Cookie", cookie}} {
				s := p.send(e, e.at(ids), header...)
				if bytes.Contains(s.body, []byte(marker)) {
					t.Errorf("%s %s tells a stranger: %s", e.method, e.path, s.body)
				}
				if strings.Contains(e.path, "{id}") && !slices.Contains([]int{401, 403, 404}, s.StatusCode) {
					t.Errorf("%s %s: %s %s", e.method, e.path, s.Status, s.body)
				}
				if s.StatusCode >= 500 {
					t.Errorf("%s %s: %s %s", e.method, e.path, s.Status, s.body)
				}
			}
		}
		if after := p.everything(ada, ids); after != before {
			t.Errorf("a stranger changed something:\n%s\n%s", before, after)
		}
	})
}

// everything reads all that a workspace has, by every endpoint that reads; what
// time alone changes is left out.
func (p *place) everything(h house, ids things) string {
	p.t.Helper()
	var all strings.Builder
	for _, e := range p.endpoints() {
		if e.method != "GET" || e.open || e.name == "listenNews" || e.name == "listTokens" || e.name == "listDevices" || e.name == "listChoices" || e.name == "getAttachment" /* the network is asked */ || strings.HasPrefix(e.path, "/api/v1/rehearsal") {
			continue
		}
		path := e.at(ids)
		if e.name == "search" {
			path += "?q=" + marker
		}
		s := p.ask("GET", path, nil, "Authorization", "Bearer "+h.token)
		if s.StatusCode != 200 {
			p.t.Fatalf("%s: %s %s", path, s.Status, s.body)
		}
		fmt.Fprintf(&all, "%s %s\n", path, s.body)
	}
	if n := strings.Count(all.String(), marker); n < 10 {
		p.t.Fatalf("the workspace is not furnished: %d", n)
	}
	return all.String()
}

// Bodies that are no JSON, or not what is asked, or far too large: a clear
// refusal, on every endpoint that takes one.
func TestBadBodiesAreRefusedClearly(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada := p.team("ada@example.org")
	ids := p.furnish(ada)
	cookie := p.signIn(ada)
	huge := strings.Repeat("x", 3<<20)
	bad := map[string]string{
		"cut off":    `{"a":`,
		"a list":     `[1,2]`,
		"a string":   `"x"`,
		"unknown":    `{"surely_not_a_field":1}`,
		"deep":       strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000),
		"null":       `null`,
		"binary":     "\x00\xff\xfe",
		"huge":       `{"name":"` + huge + `"}`,
		"wrong type": `{"name":[],"email":{},"text":7,"parts":"x","settings":[],"mode":3,"on":"x","due_at":"tomorrow"}`,
	}
	for _, e := range p.endpoints() {
		if e.kind != "application/json" || strings.HasPrefix(e.path, "/api/v1/rehearsal") {
			continue
		}
		for what, body := range bad {
			s := p.ask(e.method, e.at(ids), body, "Cookie", cookie)
			if s.StatusCode < 400 || s.StatusCode > 499 || s.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %s, %s: %s %.200s", e.method, e.path, what, s.Status, s.body)
			}
			if what == "huge" && s.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("%s %s, %s: %s", e.method, e.path, what, s.Status)
			}
		}
		if s := p.ask(e.method, e.at(ids), "a=b", "Cookie", cookie, "Content-Type", "application/x-www-form-urlencoded"); s.StatusCode != http.StatusUnsupportedMediaType {
			t.Errorf("%s %s takes a form: %s %s", e.method, e.path, s.Status, s.body)
		}
		if s := p.ask(e.method, e.at(ids), nil, "Cookie", cookie); s.StatusCode != http.StatusBadRequest {
			t.Errorf("%s %s takes nothing: %s %s", e.method, e.path, s.Status, s.body)
		}
	}
}
