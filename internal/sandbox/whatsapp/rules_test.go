package whatsapp

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// asker asks the pretended WhatsApp as a tool would.
type asker struct {
	*testing.T
	stage  *sandbox.Stage
	net    *Network
	us     Number
	server *httptest.Server
}

func open(t *testing.T, o Options) *asker {
	t.Helper()
	g := &asker{T: t, stage: sandbox.New(sandbox.Options{Seed: 1, Frozen: true, Start: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)})}
	g.net = New(g.stage, o)
	g.us = g.net.AddNumber("Atelier", "Atelier", "+33 1 99 00 12 34")
	g.server = httptest.NewServer(g.net.Handler())
	t.Cleanup(func() { g.stage.Close(); g.server.Close(); http.DefaultClient.CloseIdleConnections() })
	return g
}

func (g *asker) ask(method, path, body string) (int, map[string]any) {
	g.Helper()
	r, err := http.NewRequestWithContext(g.Context(), method, g.server.URL+path, strings.NewReader(body))
	if err != nil {
		g.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+g.us.Token)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		g.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		g.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		g.Fatalf("%s: %v", text, err)
	}
	return res.StatusCode, got
}

func (g *asker) send(more string) (int, map[string]any) {
	g.Helper()
	return g.ask(http.MethodPost, "/v25.0/"+g.us.ID+"/messages", `{"messaging_product":"whatsapp","recipient_type":"individual",`+more+`}`)
}

// ill asks for something that must be refused with a code.
func (g *asker) ill(code int, status int, got map[string]any) {
	g.Helper()
	e, _ := got["error"].(map[string]any)
	if e["code"] != float64(code) || status < 400 || e["message"] == "" || e["fbtrace_id"] == "" {
		g.Errorf("%d %v, want code %d", status, got, code)
	}
}

func (g *asker) hears(person string) *contact {
	g.Helper()
	p, _ := g.stage.Cast.Person(person)
	if _, err := (actor{g.net}).Message(p, g.us.ID, "hello"); err != nil {
		g.Fatal(err)
	}
	return g.net.numbers[g.us.ID].people[person]
}

// What the documentation forbids is refused with the codes it names.
func TestWhatIsForbiddenIsRefused(t *testing.T) {
	g := open(t, Options{PairBurst: 2})
	refused := func(code int, more string) {
		t.Helper()
		status, got := g.send(more)
		g.ill(code, status, got)
	}
	refused(131030, `"to":"33612349999","type":"text","text":{"body":"x"}`)
	c := g.hears("p001")
	to := `"to":"` + c.phone + `",`
	refused(100, `"type":"text","text":{"body":"x"}`)
	refused(100, to+`"type":"poem","poem":{}`)
	refused(100, to+`"type":"text","text":{"body":""}`)
	refused(100, to+`"type":"text","text":{"body":"`+strings.Repeat("x", 4097)+`"}`)
	refused(100, to+`"type":"text","text":{"body":"x"},"biz_opaque_callback_data":"`+strings.Repeat("x", 513)+`"`)
	refused(131053, to+`"type":"image","image":{"id":"1"}`)
	refused(131009, to+`"type":"reaction","reaction":{"message_id":"wamid.x","emoji":"👍"}`)
	template := func(more string) string {
		return to + `"type":"template","template":{"name":` + more + `}`
	}
	refused(132001, template(`"nothing","language":{"code":"fr"}`))
	refused(132001, template(`"brouillon","language":{"code":"fr"}`))
	refused(132015, template(`"soldes","language":{"code":"fr"}`))
	refused(132000, template(`"reprise_contact","language":{"code":"fr"}`))
	refused(132012, template(`"reprise_contact","language":{"code":"fr"},"components":[{"type":"body","parameters":[{"type":"text","text":"a"},{"type":"text","text":"b\nc"}]}]`))
	refused(132012, template(`"order_ready","language":{"code":"en"},"components":[{"type":"header","parameters":[{"type":"text","text":"7"}]},{"type":"body","parameters":[{"type":"text","text":"Ada"}]}]`))
	refused(132012, template(`"affiche","language":{"code":"fr"}`))
	for range 2 { // harsher than life: twice is two
		if status, got := g.send(to + `"type":"text","text":{"body":"x"},"biz_opaque_callback_data":"k"`); status != http.StatusOK {
			t.Fatal(got)
		}
	}
	if n := len(g.stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Message})); n != 2 {
		t.Errorf("%d messages", n)
	}
	refused(131056, to+`"type":"text","text":{"body":"x"}`)
	g.stage.Clock.Advance(25 * time.Hour)
	refused(131047, to+`"type":"text","text":{"body":"x"}`)
	if status, got := g.send(template(`"rencontre","language":{"code":"fr"}`)); status != http.StatusOK {
		t.Errorf("a template outside of the window: %v", got)
	}
	status, got := g.ask(http.MethodGet, "/v25.0/"+g.us.ID+"/messages", "")
	g.ill(100, status, got) // nothing that was sent can be listed
}

// Whose number is hidden is written to by the id that a business has for them.
func TestWhoHidesTheirNumber(t *testing.T) {
	g := open(t, Options{})
	c := g.hears("p003")
	if !c.hidden {
		t.Fatal("they do not hide it")
	}
	status, got := g.send(`"recipient":"` + c.user + `","type":"text","text":{"body":"x"}`)
	if status != http.StatusOK || strings.Contains(mustJSON(t, got), c.phone) {
		t.Errorf("%d %v", status, got)
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
