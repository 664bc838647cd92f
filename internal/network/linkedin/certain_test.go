package linkedin_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/linkedin"
	"github.com/kithhq/kith/internal/network/networktest"
	pretended "github.com/kithhq/kith/internal/sandbox/linkedin"
)

// bent is a driver to which some of what LinkedIn answers comes as bend has it; ""
// leaves an answer as it is.
func (w *ours) bent(bend func(*http.Request) (status int, body string)) *linkedin.Driver {
	w.t.Helper()
	base, err := url.Parse(w.base)
	if err != nil {
		w.t.Fatal(err)
	}
	through := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(base) }}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		status, body := bend(r)
		if body == "" {
			through.ServeHTTP(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, body)
	}))
	w.t.Cleanup(server.Close)
	return linkedin.New(w.out, linkedin.Options{Base: server.URL, Now: w.stage.Clock.Now})
}

// A list that moves while it is looked through may have hidden what is looked for,
// and so may what cannot be read. Neither is proof that it is not there.
func TestALookThatIsNotSureSaysSo(t *testing.T) {
	post := `{"id":"urn:li:share:71","commentary":"here","createdAt":1795687200000,"lifecycleState":"PUBLISHED"}`
	for name, c := range map[string]struct {
		pages    []string // in turn; the last goes on
		complete bool
		near     int
	}{
		"still": {[]string{`{"elements":[` + post + `],"paging":{"total":1}}`}, true, 1},
		"moved once": {[]string{`{"elements":[` + post + `],"paging":{"total":2}}`, `{"elements":[],"paging":{"total":1}}`,
			`{"elements":[` + post + `],"paging":{"total":1}}`}, true, 1},
		"moved twice": {[]string{`{"elements":[` + post + `],"paging":{"total":2}}`, `{"elements":[],"paging":{"total":1}}`,
			`{"elements":[` + post + `],"paging":{"total":3}}`, `{"elements":[],"paging":{"total":2}}`}, false, 1},
		"without a moment": {[]string{`{"elements":[{"id":"urn:li:share:72","lifecycleState":"PUBLISHED"}],"paging":{"total":1}}`}, false, 0},
		"another URN":      {[]string{`{"elements":[` + post + `,{"id":"urn:li:novelty:7","createdAt":1795687200000}],"paging":{"total":2}}`}, false, 1},
		"no post at all":   {[]string{`{"elements":[7],"paging":{"total":1}}`}, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t, pretended.Options{})
			asked := 0
			driver := w.bent(func(r *http.Request) (int, string) {
				if r.Method != http.MethodGet || r.URL.Path != "/rest/posts" {
					return 0, ""
				}
				asked++
				return http.StatusOK, c.pages[min(asked, len(c.pages))-1]
			})
			part := w.part("here")
			look, err := driver.Find(t.Context(), w.conn, part, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
			if err != nil || look.Complete != c.complete || len(look.Near) != c.near || asked != len(c.pages) {
				t.Errorf("%+v after %d pages, %v", look, asked, err)
			}
		})
	}
}

func TestEachEditIsItsOwn(t *testing.T) {
	w := open(t, pretended.Options{})
	edit := func(at int64) network.Raw {
		body, err := json.Marshal(map[string]any{"elements": []any{map[string]any{"notificationId": 5, "action": "COMMENT_EDIT",
			"organizationalEntity": w.page.URN, "lastModifiedAt": at, "sourcePost": "urn:li:activity:71", "generatedActivity": "urn:li:comment:(urn:li:activity:71,99)",
			"decoratedGeneratedActivity": map[string]any{"comment": map[string]any{"owner": "urn:li:person:aB", "text": "words"}}}}, "paging": map[string]any{}})
		if err != nil {
			t.Fatal(err)
		}
		_, _, cursor := w.read(w.conn, "")
		w.stage.Clock.Advance(time.Minute)
		driver := w.bent(func(r *http.Request) (int, string) {
			if !strings.HasPrefix(r.URL.Path, "/rest/organizationalEntityNotifications") {
				return 0, ""
			}
			return http.StatusOK, string(body)
		})
		got, err := driver.Read(t.Context(), w.conn, cursor)
		if err != nil || len(got.Events) == 0 {
			t.Fatalf("%+v, %v", got, err)
		}
		return got.Events[0]
	}
	now := w.stage.Clock.Now().UnixMilli()
	first, same, later := edit(now+1000), edit(now+1000), edit(now+2000)
	if first.Key != same.Key || first.Key == later.Key {
		t.Errorf("%q, %q, %q", first.Key, same.Key, later.Key)
	}
}

// A renewed key is the only one that is left where keys are turned over.
func TestARenewedKeyIsKeptWhateverComesAfter(t *testing.T) {
	w := open(t, pretended.Options{Partner: true, Rotate: true})
	conn := w.as(w.sign()[1])
	w.stage.Clock.Advance(50 * 24 * time.Hour)
	driver := w.bent(func(r *http.Request) (int, string) {
		if strings.HasPrefix(r.URL.Path, "/rest/organizations/") {
			return http.StatusServiceUnavailable, `{"status":503,"message":"Service Unavailable"}`
		}
		return 0, ""
	})
	_, fresh, err := driver.Check(t.Context(), conn)
	if err != nil || fresh == "" || fresh == conn.Keys {
		t.Fatalf("a new key: %v, %v", fresh != "" && fresh != conn.Keys, err)
	}
	conn.Keys = fresh
	w.must(conn, w.part("With the new key"))
	d := w.door()
	if err := w.net.Register(t.Context(), d.URL); err != nil {
		t.Fatal(err)
	}
	if _, err := w.driver.Subscribe(t.Context(), conn, d.URL); err != nil {
		t.Errorf("whose key it is was forgotten: %v", err)
	}
}

// LinkedIn alone may know when an address for a file is over.
func TestAnAddressThatLinkedInSaysIsOverIsAskedForAnew(t *testing.T) {
	w := open(t, pretended.Options{})
	part := w.part("with an image")
	part.Media = []network.Media{networktest.Picture("image/png", 40, 30, "A cat")}
	part.Step = network.Step{Name: network.Begun}
	again := 0
	for acts := range 20 {
		did, err := w.driver.Step(t.Context(), w.conn, part)
		if err != nil {
			t.Fatalf("act %d (%s): %v", acts, part.Step.Name, err)
		}
		if did.Sent != nil {
			break
		}
		part.Step = did.Step
		var state map[string]any
		if err := json.Unmarshal(part.Step.State, &state); err != nil {
			t.Fatal(err)
		}
		if acts == 1 {
			delete(state["files"].([]any)[0].(map[string]any), "until")
			if part.Step.State, err = json.Marshal(state); err != nil {
				t.Fatal(err)
			}
			w.stage.Clock.Advance(31 * 24 * time.Hour)
		}
		if n, ok := state["again"].(float64); ok {
			again = int(n)
		}
		w.stage.Clock.Advance(did.Wait)
	}
	if n := len(w.ledger("publish")); n != 1 || again != 1 {
		t.Errorf("%d posts, and the file was begun anew %d times", n, again)
	}
	// It is not begun anew for ever.
	part.Step = network.Step{Name: "upload", State: json.RawMessage(`{"files":[{"urn":"urn:li:image:C4E10gone","url":"` + w.base + `/dms-uploads/gone"}],"again":3}`)}
	_, err := w.driver.Step(t.Context(), w.conn, part)
	kind(t, err, fault.Invalid)
}
