// Package graphtest asks Meta's pretended networks as a tool would, and holds their answers against what Meta publishes and what was
// recorded: for the tests of these networks alone. It knows none of them.
package graphtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// Asker asks a network over real HTTP, with a token.
type Asker struct {
	*testing.T
	Server *httptest.Server
	Token  string
}

// Ask sends a form and answers status and body.
func (g *Asker) Ask(method, path string, pairs ...string) (int, map[string]any) {
	g.Helper()
	form := url.Values{"access_token": {g.Token}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	address, body := g.Server.URL+path, io.Reader(nil)
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	} else {
		address += "?" + form.Encode()
	}
	r, err := http.NewRequestWithContext(g.Context(), method, address, body)
	if err != nil {
		g.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return g.Do(r)
}

// Do sends a request and answers status and body.
func (g *Asker) Do(r *http.Request) (int, map[string]any) {
	g.Helper()
	res, err := g.Server.Client().Do(r)
	if err != nil {
		g.Fatal(err)
	}
	defer res.Body.Close()
	var got map[string]any
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
		g.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	return res.StatusCode, got
}

// Well is Ask that must succeed.
func (g *Asker) Well(method, path string, pairs ...string) map[string]any {
	g.Helper()
	status, got := g.Ask(method, path, pairs...)
	if status != http.StatusOK {
		g.Fatalf("%s %s %q: %d %v", method, path, pairs, status, got)
	}
	return got
}

// Ill is Ask that must fail with a code and a subcode.
func (g *Asker) Ill(code, subcode int, method, path string, pairs ...string) {
	g.Helper()
	status, got := g.Ask(method, path, pairs...)
	e, _ := got["error"].(map[string]any)
	sub, _ := e["error_subcode"].(float64)
	if status < 400 || e["code"] != float64(code) || int(sub) != subcode || e["message"] == "" || e["type"] == "" || e["fbtrace_id"] == "" {
		g.Errorf("%s %s %q: %d %v, want code %d/%d", method, path, pairs, status, got, code, subcode)
	}
}

// Data are the things of a list.
func Data(v any) []map[string]any {
	var all []map[string]any
	m, _ := v.(map[string]any)
	list, _ := m["data"].([]any)
	for _, one := range list {
		all = append(all, one.(map[string]any))
	}
	return all
}
