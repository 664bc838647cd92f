package mastodon

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/kithhq/kith/internal/sandbox"
)

// world is an instance with one account of ours, reached over real HTTP; answers are held against the published description.
type world struct {
	t       *testing.T
	stage   *sandbox.Stage
	net     *Network
	address string
	me      Credentials
	judge   routers.Router
	key     string      // Idempotency-Key of the next request
	header  http.Header // of the last answer
}

func newWorld(t *testing.T, o Options) *world {
	t.Helper()
	stage := sandbox.New(sandbox.Options{Frozen: true, Start: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)})
	w := &world{t: t, stage: stage, net: New(stage, o)}
	server := httptest.NewServer(w.net.Handler())
	t.Cleanup(func() { stage.Close(); server.CloseClientConnections(); server.Close() })
	w.address, w.me = server.URL, w.net.Account("atelier", "Atelier")
	if !o.GoToSocial { // whose refusals have another status than the description knows
		w.judge = judge(t, server.URL)
	}
	return w
}

func specPath() string {
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	return filepath.Join(root, "mastodon", "abraham-schema.json")
}

// description is read once, because it is long, and without Validate. Its servers are left out: they are not where we listen.
var description = sync.OnceValues(func() (*openapi3.T, error) {
	text, err := openapi3.NewLoader().LoadFromFile(specPath())
	if err == nil {
		// It means that a quote is one of two sorts, and lets each pass for the other.
		for sort, has := range map[string]string{"Quote": "quoted_status", "ShallowQuote": "quoted_status_id"} {
			one := text.Components.Schemas[sort].Value
			one.Required = append(one.Required, has)
		}
		text.Servers = nil
		for _, at := range text.Paths.Map() {
			at.Servers = nil
			for _, op := range at.Operations() {
				op.Servers = nil
			}
		}
	}
	return text, err
})

// judge answers nil where the description is not there; TestTheDescriptionIsThere says so.
func judge(t *testing.T, _ string) routers.Router {
	t.Helper()
	if _, err := os.Stat(specPath()); err != nil {
		return nil
	}
	text, err := description()
	if err != nil {
		t.Fatal(err)
	}
	router, err := gorillamux.NewRouter(text)
	if err != nil {
		t.Fatal(err)
	}
	return router
}

func TestTheDescriptionIsThere(t *testing.T) {
	if _, err := os.Stat(specPath()); err != nil {
		t.Skip("no published specification at mastodon/abraham-schema.json (set KITH_SPECS): answers were not judged by it")
	}
}

func (w *world) get(path string, pairs ...string) any {
	w.t.Helper()
	query := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		query.Add(pairs[i], pairs[i+1])
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	status, got := w.ask("GET", path, nil)
	if status != 200 {
		w.t.Fatalf("GET %s: %d %v", path, status, got)
	}
	return got
}

func (w *world) post(path string, body any) (int, object) {
	w.t.Helper()
	status, got := w.ask("POST", path, body)
	one, _ := got.(object)
	return status, one
}

func (w *world) ask(method, path string, body any) (int, any) {
	w.t.Helper()
	status, got, err := w.send(method, path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	return status, got
}

func (w *world) send(method, path string, body any) (int, any, error) {
	w.t.Helper()
	var payload io.Reader
	kind := ""
	switch v := body.(type) {
	case nil:
	case url.Values:
		payload, kind = strings.NewReader(v.Encode()), "application/x-www-form-urlencoded"
	case upload:
		payload, kind = v.body(w.t)
	default:
		data, err := json.Marshal(v)
		if err != nil {
			w.t.Fatal(err)
		}
		payload, kind = bytes.NewReader(data), "application/json"
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.address+path, payload)
	if err != nil {
		w.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if w.me.Token != "" {
		r.Header.Set("Authorization", "Bearer "+w.me.Token)
	}
	if w.key != "" {
		r.Header.Set("Idempotency-Key", w.key)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, // a lost answer must not be tried again
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	w.header = answer.Header
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, nil, err
	}
	if w.judge != nil {
		w.judged(r, answer, data)
	}
	var got any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&got); err != nil && strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") {
		return answer.StatusCode, nil, err
	}
	return answer.StatusCode, got, nil
}

func (w *world) judged(r *http.Request, answer *http.Response, data []byte) {
	w.t.Helper()
	if answer.StatusCode == http.StatusForbidden {
		return // said by every real instance, listed by the description only here and there
	}
	at, params, err := w.judge.FindRoute(r)
	if err != nil {
		w.t.Errorf("%s %s is not in the published description: %v", r.Method, r.URL.Path, err)
		return
	}
	in := &openapi3filter.RequestValidationInput{Request: r, Route: at, PathParams: params}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: answer.StatusCode, Header: answer.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true}}
	out.SetBodyBytes(data)
	if err := openapi3filter.ValidateResponse(w.t.Context(), out); err != nil {
		w.t.Errorf("%s %s: %v\n%s", r.Method, r.URL.Path, err, data)
	}
}

type upload struct {
	data []byte
	kind string
	alt  string
}

func (u upload) body(t *testing.T) (io.Reader, string) {
	t.Helper()
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	if u.alt != "" {
		if err := form.WriteField("description", u.alt); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="a"`}, "Content-Type": {u.kind}})
	if err != nil {
		t.Fatal(err)
	}
	part.Write(u.data)
	form.Close()
	return &out, form.FormDataContentType()
}

func (w *world) person(i int) sandbox.Person { return w.stage.Cast.All()[i] }

func (w *world) publish(text string) object {
	w.t.Helper()
	status, got := w.post("/api/v1/statuses", object{"status": text})
	if status != 200 {
		w.t.Fatalf("%d %v", status, got)
	}
	return got
}

func (w *world) do(kind string, act sandbox.Act) sandbox.Acted {
	w.t.Helper()
	act.Network, act.Account, act.Kind = "mastodon", w.me.ID, kind
	done, err := w.stage.Scripts.Do(act)
	if err != nil {
		w.t.Fatalf("%s: %v", kind, err)
	}
	return done
}

func (w *world) list(path string, pairs ...string) []object {
	w.t.Helper()
	items, _ := w.get(path, pairs...).([]any)
	return objects(items)
}

func objects(items []any) []object {
	all := []object{}
	for _, item := range items {
		all = append(all, item.(object))
	}
	return all
}
