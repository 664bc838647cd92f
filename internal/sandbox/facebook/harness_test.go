package facebook

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// asker is a Facebook on a frozen stage, behind real HTTP, with one Page.
type asker struct {
	*testing.T
	stage  *sandbox.Stage
	net    *Network
	page   Page
	server *httptest.Server
}

func open(t *testing.T, o Options) *asker {
	t.Helper()
	s := sandbox.New(sandbox.Options{Seed: 5, Frozen: true, Start: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)})
	n := New(s, o)
	g := &asker{T: t, stage: s, net: n, page: n.AddPage("Atelier des Halles"), server: httptest.NewServer(n.Handler())}
	t.Cleanup(g.server.Close)
	t.Cleanup(s.Close)
	return g
}

// ask sends a form and answers status and body.
func (g *asker) ask(method, path string, pairs ...string) (int, map[string]any) {
	g.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	if !form.Has("access_token") {
		form.Set("access_token", g.page.Token)
	}
	address, body := g.server.URL+path, io.Reader(nil)
	if method == http.MethodGet || method == http.MethodDelete {
		address += "?" + form.Encode()
	} else {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(g.Context(), method, address, body)
	if err != nil {
		g.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return g.do(r)
}

func (g *asker) do(r *http.Request) (int, map[string]any) {
	g.Helper()
	res, err := g.server.Client().Do(r)
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

// well is ask that must succeed.
func (g *asker) well(method, path string, pairs ...string) map[string]any {
	g.Helper()
	status, got := g.ask(method, path, pairs...)
	if status != http.StatusOK {
		g.Fatalf("%s %s %q: %d %v", method, path, pairs, status, got)
	}
	return got
}

// ill is ask that must fail with a code and a subcode.
func (g *asker) ill(code, subcode int, method, path string, pairs ...string) {
	g.Helper()
	status, got := g.ask(method, path, pairs...)
	e, _ := got["error"].(map[string]any)
	sub, _ := e["error_subcode"].(float64)
	if status < 400 || e["code"] != float64(code) || int(sub) != subcode || e["message"] == "" || e["type"] == "" || e["fbtrace_id"] == "" {
		g.Errorf("%s %s %q: %d %v, want code %d/%d", method, path, pairs, status, got, code, subcode)
	}
}

func (g *asker) publish(text string) string {
	g.Helper()
	return g.well("POST", "/v25.0/"+g.page.ID+"/feed", "message", text)["id"].(string)
}

func (g *asker) person(i int) sandbox.Person { return g.stage.Cast.All()[i] }

func (g *asker) comment(i int, target, text string) string {
	g.Helper()
	id, err := actor{g.net}.Comment(g.person(i), g.page.ID, target, text)
	if err != nil {
		g.Fatal(err)
	}
	return id
}

func data(v any) []map[string]any {
	var all []map[string]any
	m, _ := v.(map[string]any)
	list, _ := m["data"].([]any)
	for _, one := range list {
		all = append(all, one.(map[string]any))
	}
	return all
}

func messages(all []map[string]any) (texts []string) {
	for _, one := range all {
		text, _ := one["message"].(string)
		texts = append(texts, text)
	}
	return
}

// upload sends a photo as a multipart form.
func (g *asker) upload(photo []byte, pairs ...string) (int, map[string]any) {
	g.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(pairs); i += 2 {
		_ = form.WriteField(pairs[i], pairs[i+1])
	}
	_ = form.WriteField("access_token", g.page.Token)
	part, _ := form.CreateFormFile("source", "photo.png")
	part.Write(photo)
	form.Close()
	r, err := http.NewRequestWithContext(g.Context(), http.MethodPost, g.server.URL+"/v25.0/"+g.page.ID+"/photos", &body)
	if err != nil {
		g.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	return g.do(r)
}

// ear receives webhooks.
type ear struct {
	mu     sync.Mutex
	bodies [][]byte
	signed []string
	refuse int // how many to refuse first
	server *httptest.Server
}

func (g *asker) listen(verify string) *ear {
	g.Helper()
	e := &ear{}
	e.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			if r.FormValue("hub.mode") != "subscribe" || r.FormValue("hub.verify_token") != verify {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			io.WriteString(w, r.FormValue("hub.challenge"))
			return
		}
		body, _ := io.ReadAll(r.Body)
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.refuse > 0 {
			e.refuse--
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		e.bodies = append(e.bodies, body)
		e.signed = append(e.signed, r.Header.Get("X-Hub-Signature-256"))
	}))
	g.Cleanup(e.server.Close)
	return e
}

// subscribed opens the ear and lets the Page's news go there, both over the wire.
func (g *asker) subscribed() *ear {
	g.Helper()
	e := g.listen("verify-me")
	g.well("POST", "/v25.0/600000000000001/subscriptions", "access_token", "600000000000001|app-secret", "object", "page",
		"callback_url", e.server.URL+"/hook", "verify_token", "verify-me", "fields", "feed,messages")
	g.well("POST", "/v25.0/"+g.page.ID+"/subscribed_apps", "subscribed_fields", "feed,messages,message_echoes")
	return e
}

func (e *ear) heard() [][]byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([][]byte(nil), e.bodies...)
}

// changes are all feed values and messages of all bodies, in order of arrival.
func (e *ear) values(t *testing.T) []map[string]any {
	t.Helper()
	var all []map[string]any
	for _, body := range e.heard() {
		var hook struct {
			Entry []struct {
				Changes   []struct{ Value map[string]any }
				Messaging []map[string]any
			}
		}
		if err := json.Unmarshal(body, &hook); err != nil {
			t.Fatal(err)
		}
		for _, one := range hook.Entry {
			for _, c := range one.Changes {
				all = append(all, c.Value)
			}
			all = append(all, one.Messaging...)
		}
	}
	return all
}
