package graph_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/secret"
)

// What is no Page is none, whatever is typed in and whatever Graph answers.
func TestAPageIsEnteredOrRefused(t *testing.T) {
	answer := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
	defer server.Close()
	out, err := outward.New(outward.Options{Allow: []string{"127.0.0.0/8"}})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	c := graph.Client{Out: out, Base: server.URL, Version: "v25.0"}
	for name, one := range map[string]struct{ page, token, answer, field string }{
		"no number":       {"12/feed", "EAAGtoken0000000000", `{"id": "12"}`, "page"},
		"no token":        {"12", "a b", `{"id": "12"}`, "token"},
		"nobody":          {"12", "EAAGtoken0000000000", `{"name": "Somebody"}`, ""},
		"a path for a id": {"12", "EAAGtoken0000000000", `{"id": "12/feed"}`, ""},
	} {
		answer = one.answer
		_, key, _, _, err := c.Entered(t.Context(), map[string]string{"page": one.page, "token": one.token}, "id")
		if err == nil || key != "" || one.field != "" && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %q, %v", name, key, err)
		}
	}
	answer = `{"id": "12", "name": "Librairie", "picture": {"data": {"url": "https://x.example/p.jpg"}}}`
	p, key, _, known, err := c.Entered(t.Context(), map[string]string{"page": " 12 ", "token": " EAAGtoken0000000000 "}, "id,name,picture")
	if err != nil || p.ID != "12" || key != "EAAGtoken0000000000" || known {
		t.Fatalf("%+v, %q, %v, %v", p, key, known, err)
	}
	a := c.Account(p, key)
	if a.Handle != "12" || a.Name != "Librairie" || strings.Contains(a.Keys.String(), "EAAG") {
		t.Errorf("%+v", a)
	}
	if k := graph.KeyOf(network.Conn{Account: a.ID, Keys: a.Keys}); k != "EAAGtoken0000000000" {
		t.Errorf("the key comes back as %q", k)
	}
	for _, keys := range []secret.Text{"", "{}", "token"} {
		if k := graph.KeyOf(network.Conn{Account: "12", Keys: keys}); k != "" {
			t.Errorf("%q is no key, and gives %q", keys.Reveal(), k)
		}
	}
}
