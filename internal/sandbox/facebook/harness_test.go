package facebook

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph/graphtest"
)

// asker is a Facebook on a frozen stage, behind real HTTP, with one Page.
type asker struct {
	graphtest.Asker
	stage *sandbox.Stage
	net   *Network
	page  Page
}

func open(t *testing.T, o Options) *asker {
	t.Helper()
	s := sandbox.New(sandbox.Options{Seed: 5, Frozen: true, Start: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)})
	n := New(s, o)
	page := n.AddPage("Atelier des Halles")
	g := &asker{graphtest.Asker{T: t, Server: httptest.NewServer(n.Handler()), Token: page.Token}, s, n, page}
	t.Cleanup(g.Server.Close)
	t.Cleanup(s.Close)
	return g
}

func (g *asker) publish(text string) string {
	g.Helper()
	return g.Well("POST", "/v25.0/"+g.page.ID+"/feed", "message", text)["id"].(string)
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
	r, err := http.NewRequestWithContext(g.Context(), http.MethodPost, g.Server.URL+"/v25.0/"+g.page.ID+"/photos", &body)
	if err != nil {
		g.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	return g.Do(r)
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
	g.Well("POST", "/v25.0/600000000000001/subscriptions", "access_token", "600000000000001|app-secret", "object", "page",
		"callback_url", e.server.URL+"/hook", "verify_token", "verify-me", "fields", "feed,messages")
	g.Well("POST", "/v25.0/"+g.page.ID+"/subscribed_apps", "subscribed_fields", "feed,messages,message_echoes")
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
