package bluesky

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
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

// world is a network with one account of ours, reached over real HTTP.
type world struct {
	t       *testing.T
	stage   *sandbox.Stage
	net     *Network
	address string
	me      Credentials
	token   string
	refresh string
	judge   routers.Router // of the published description; nil when not asked for
	lexicon *lexjudge      // of the lexicons; nil when not asked for
}

func newWorld(t *testing.T, o Options) *world {
	t.Helper()
	stage := sandbox.New(sandbox.Options{Frozen: true, Start: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)})
	w := &world{t: t, stage: stage, net: New(stage, o)}
	server := httptest.NewServer(w.net.Handler())
	t.Cleanup(func() { server.Close(); stage.Close() })
	w.address = server.URL
	w.me = w.net.Account("atelier.bsky.test", "Atelier")
	w.signIn()
	return w
}

func (w *world) signIn() {
	w.t.Helper()
	status, got := w.post("com.atproto.server.createSession", object{"identifier": w.me.Handle, "password": w.me.AppPassword})
	if status != 200 {
		w.t.Fatalf("sign in: %d %v", status, got)
	}
	w.token, w.refresh = got["accessJwt"].(string), got["refreshJwt"].(string)
}

func (w *world) post(name string, body any) (int, object) {
	w.t.Helper()
	return w.ask("POST", name, "", body)
}

func (w *world) get(name string, pairs ...string) object {
	w.t.Helper()
	query := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		query.Add(pairs[i], pairs[i+1])
	}
	status, got := w.ask("GET", name, query.Encode(), nil)
	if status != 200 {
		w.t.Fatalf("%s: %d %v", name, status, got)
	}
	return got
}

// ask sends one request and holds the answer against the published description.
func (w *world) ask(method, name, query string, body any) (int, object) {
	w.t.Helper()
	status, got, err := w.send(method, name, query, body)
	if err != nil {
		w.t.Fatal(err)
	}
	return status, got
}

func (w *world) send(method, name, query string, body any) (int, object, error) {
	w.t.Helper()
	var payload io.Reader
	kind := ""
	switch v := body.(type) {
	case nil:
	case []byte:
		payload, kind = bytes.NewReader(v), "image/png"
	default:
		data, err := json.Marshal(v)
		if err != nil {
			w.t.Fatal(err)
		}
		payload, kind = bytes.NewReader(data), "application/json"
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.address+"/xrpc/"+name+"?"+query, payload)
	if err != nil {
		w.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	token := w.token
	if strings.HasSuffix(name, "refreshSession") || strings.HasSuffix(name, "deleteSession") {
		token = w.refresh
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if strings.HasPrefix(name, "chat.") {
		r.Header.Set("Atproto-Proxy", "did:web:api.bsky.chat#bsky_chat")
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // a lost answer must not be tried again
	answer, err := client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, nil, err
	}
	// The OpenAPI text calls a blob a string and known values all there are, knows no 429, no error names of chat, and no discriminator for unions of chat: there
	// the lexicons judge alone.
	if w.judge != nil && answer.StatusCode < 402 && !strings.HasSuffix(name, "uploadBlob") && !strings.HasSuffix(name, "getJobStatus") && !strings.HasPrefix(name, "chat.") {
		w.judged(r, answer, data)
	}
	var got object
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&got); err != nil && len(data) > 0 {
		return answer.StatusCode, nil, err
	}
	if w.lexicon != nil {
		w.lexicon.answer(name, answer.StatusCode, got)
	}
	return answer.StatusCode, got, nil
}

func (w *world) judged(r *http.Request, answer *http.Response, data []byte) {
	w.t.Helper()
	at, params, err := w.judge.FindRoute(r)
	if err != nil {
		w.t.Errorf("%s is not in the published description: %v", r.URL.Path, err)
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

// description is the published OpenAPI text; it is read once, because it is long.
var description = sync.OnceValues(func() (*openapi3.T, error) {
	return openapi3.NewLoader().LoadFromFile(descriptionPath)
})

var descriptionPath string

func (w *world) underJudgement() *world {
	w.t.Helper()
	w.lexicon = newLexjudge(w.t)
	descriptionPath = specs(w.t, "bluesky", "bsky-docs-openapi.json")
	text, err := description()
	if err != nil {
		w.t.Fatal(err)
	}
	// Without Validate: the published text has a stray member.
	text.Servers = openapi3.Servers{{URL: w.address}}
	if w.judge, err = gorillamux.NewRouter(text); err != nil {
		w.t.Fatal(err)
	}
	return w
}

func (w *world) person(i int) sandbox.Person { return w.stage.Cast.All()[i] }

func (w *world) publish(text string) object {
	w.t.Helper()
	status, got := w.post("com.atproto.repo.createRecord", w.record(text))
	if status != 200 {
		w.t.Fatalf("%d %v", status, got)
	}
	return got
}

func (w *world) record(text string) object {
	return object{"repo": w.me.DID, "collection": "app.bsky.feed.post",
		"record": object{"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-22T08:00:00.000Z"}}
}

func (w *world) do(kind string, act sandbox.Act) sandbox.Acted {
	w.t.Helper()
	act.Network, act.Account, act.Kind = "bluesky", w.me.DID, kind
	done, err := w.stage.Scripts.Do(act)
	if err != nil {
		w.t.Fatalf("%s: %v", kind, err)
	}
	return done
}

func list(got object, name string) []object {
	items, _ := got[name].([]any)
	var all []object
	for _, item := range items {
		all = append(all, item.(object))
	}
	return all
}

func number64(value any) int64 {
	n, _ := value.(json.Number).Int64()
	return n
}
