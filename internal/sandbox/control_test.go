package sandbox

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func knock(t *testing.T, s *Stage, method, path, body string) (int, map[string]any) {
	t.Helper()
	w := httptest.NewRecorder()
	s.Control().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
	var got map[string]any
	if w.Header().Get("Content-Type") != "image/svg+xml" {
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatalf("%s %s: %q", method, path, w.Body)
		}
	}
	return w.Code, got
}

func TestTheControlDoorDirectsTheStage(t *testing.T) {
	s, l, server := raise(t)
	for _, step := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/sandbox/state", "", 200},
		{"POST", "/sandbox/clock", `{"advance_s":60}`, 200},
		{"POST", "/sandbox/clock", `{"now":"2026-04-01T10:00:00Z","speed":0}`, 200},
		{"POST", "/sandbox/clock", `{"nonsense":1}`, 400},
		{"POST", "/sandbox/weather", `{"network":"wall","action":"publish","kind":"throttled","times":1,"retry_after_s":3}`, 200},
		{"POST", "/sandbox/weather", `{"kind":"frogs"}`, 400},
		{"POST", "/sandbox/weather", `{"kind":"cut","probability":2}`, 400},
		{"POST", "/sandbox/weather", `{"network":"wall","kind":"blocked"}`, 400}, // nothing would happen
		{"POST", "/sandbox/weather", `{"network":"elsewhere","kind":"hook_lost"}`, 200},
		{"DELETE", "/sandbox/weather/w2", "", 200},
		{"DELETE", "/sandbox/weather/w1", "", 200},
		{"DELETE", "/sandbox/weather/w1", "", 404},
		{"PUT", "/sandbox/weather", `{"preset":"stormy","network":"wall"}`, 200},
		{"PUT", "/sandbox/weather", `{"preset":"frogs"}`, 400},
		{"PUT", "/sandbox/weather", `{"items":[{"kind":"latency","delay_ms":1}]}`, 200},
		{"DELETE", "/sandbox/weather", "", 200},
		{"GET", "/sandbox/people?mood=troll&lang=fr", "", 200},
		{"GET", "/sandbox/people/p001/avatar.svg", "", 200},
		{"GET", "/sandbox/people/nobody/avatar.svg", "", 404},
		{"GET", "/sandbox/posts?network=wall&account=a", "", 200},
		{"POST", "/sandbox/talk", `{"network":"wall","account":"a","mood":"curious","lang":"fr","kind":"comment"}`, 200},
		{"POST", "/sandbox/talk", `{"network":"wall","account":"a","person":"p003","kind":"message","text":"Bonjour"}`, 200},
		{"POST", "/sandbox/talk", `{"network":"nowhere","kind":"comment"}`, 400},
		{"POST", "/sandbox/scenarios", `{"name":"complaints","network":"wall","for_s":600}`, 200},
		{"POST", "/sandbox/scenarios", `{"name":"frogs"}`, 400},
		{"GET", "/sandbox/scenarios", "", 200},
		{"DELETE", "/sandbox/scenarios/s1", "", 200},
		{"DELETE", "/sandbox/scenarios", "", 200},
		{"GET", "/sandbox/ledger?after=0", "", 200},
		{"GET", "/sandbox/ledger/duplicates?pattern=%5Bbad", "", 400},
		{"GET", "/sandbox/gate", "", 200},
		{"PUT", "/sandbox/gate", `{"stops":[{"step":"accepted","hold":true,"times":1}]}`, 200},
		{"PUT", "/sandbox/gate", `{"stops":[{"step":"never"}]}`, 400},
		{"POST", "/sandbox/gate/release", `{"arrival":9}`, 404},
	} {
		if status, got := knock(t, s, step.method, step.path, step.body); status != step.status {
			t.Errorf("%s %s %s: %d %v", step.method, step.path, step.body, status, got)
		}
	}
	if want := time.Date(2026, 4, 1, 10, 0, 0, 0, time.UTC); !s.Clock.Now().Equal(want) {
		t.Errorf("the clock says %s", s.Clock.Now())
	}
	if len(l.acts) != 2 || !strings.HasSuffix(l.acts[1], "p003 writes Bonjour") {
		t.Errorf("%q", l.acts)
	}

	answered := make(chan error, 1)
	go func() {
		_, err := send(t, server, "held")
		answered <- err
	}()
	_, got := knock(t, s, "GET", "/sandbox/gate?after=0&wait_s=60", "")
	if items, _ := got["items"].([]any); len(items) != 1 || got["last"] != 1.0 {
		t.Fatalf("%v", got)
	}
	if status, _ := knock(t, s, "POST", "/sandbox/gate/release", `{"arrival":1}`); status != http.StatusOK {
		t.Error("not released")
	}
	if err := <-answered; err != nil {
		t.Error(err)
	}
	if _, got := knock(t, s, "GET", "/sandbox/ledger?network=wall&text=held", ""); len(got["items"].([]any)) != 1 {
		t.Errorf("%v", got)
	}
}
