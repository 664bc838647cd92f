package whatsapp_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph/graphtest"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/network/whatsapp"
	pretended "github.com/kithhq/kith/internal/sandbox/whatsapp"
)

func specs() string {
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	return root
}

// described is Meta's own description of business messaging, read once because it
// is long. It is taken at its word but for what cannot be meant:
//   - members of an allOf allow nothing but their own properties, by which no
//     message at all would be right: they allow those of one another;
//   - an index of buttons has a pattern that no index fits;
//   - User-Agent must be that of Meta's own client, and Content-Type is, as OpenAPI
//     says, not to be described as a parameter.
var described = sync.OnceValues(func() (*openapi3.T, error) { //nolint:gochecknoglobals // long to read
	text, err := openapi3.NewLoader().LoadFromFile(filepath.Join(specs(), "whatsapp", "business-messaging-api_v23.0.yaml"))
	if err != nil {
		return nil, err
	}
	text.Servers = nil // they are not where we listen
	for _, s := range text.Components.Schemas {
		meant(s, map[*openapi3.Schema]bool{})
	}
	own := func(p *openapi3.ParameterRef) bool { return p.Value.In == "header" && p.Value.Name != "Authorization" }
	bare := regexp.MustCompile(`^/\{Version\}/\{[^/]+\}$`)
	for path, p := range text.Paths.Map() {
		p.Parameters = slices.DeleteFunc(p.Parameters, own)
		for _, op := range p.Operations() {
			op.Parameters = slices.DeleteFunc(op.Parameters, own)
		}
		// What an id alone is, no path says: of those, numbers and files are asked for.
		if bare.MatchString(path) && path != "/{Version}/{Phone-Number-ID}" {
			text.Paths.Delete(path)
		}
		if path == "/{Version}/{Media-ID}" {
			text.Paths.Set("/{Version}/file/{Media-ID}", p)
		}
	}
	// “Media” asks for the type of a file beside it, and Graph takes a proof anywhere.
	upload := text.Paths.Value("/{Version}/{Phone-Number-ID}/media").Post.RequestBody.Value.Content["multipart/form-data"].Schema.Value
	for _, name := range []string{"type", "appsecret_proof"} {
		upload.Properties[name] = openapi3.NewSchemaRef("", openapi3.NewStringSchema())
	}
	base := text.Components.Schemas["BaseMessageProperties"].Value
	base.Required = slices.DeleteFunc(base.Required, func(name string) bool { return name == "to" }) // see addressed
	return text, nil
})

// addressed fails unless a message goes to a number or, since 2026, to the id of
// somebody who hides theirs, which this description does not know yet.
func addressed(body []byte) error {
	var m struct{ To, Recipient string }
	if err := json.Unmarshal(body, &m); err != nil {
		return err
	}
	if (m.To == "") == (m.Recipient == "") {
		return errors.New("to is missing, or there twice")
	}
	return nil
}

func meant(ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return
	}
	s := ref.Value
	seen[s] = true
	if _, err := regexp.Compile(s.Pattern); err != nil || strings.HasPrefix(s.Pattern, "^[2-6") {
		s.Pattern = ""
	}
	for _, one := range s.AllOf {
		if one.Value.AdditionalProperties.Has == nil || *one.Value.AdditionalProperties.Has {
			continue
		}
		for _, other := range s.AllOf {
			for name, p := range other.Value.Properties {
				if one.Value.Properties[name] == nil {
					one.Value.Properties[name] = p
				}
			}
		}
		// In the documentation of “Status messages” and of “Business-scoped user IDs”
		// and not yet in this description.
		for _, name := range []string{"biz_opaque_callback_data", "recipient"} {
			one.Value.Properties[name] = openapi3.NewSchemaRef("", openapi3.NewStringSchema())
		}
	}
	for _, p := range s.Properties {
		meant(p, seen)
	}
	meant(s.Items, seen)
	for _, some := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, one := range some {
			meant(one, seen)
		}
	}
}

func router(t *testing.T) routers.Router {
	t.Helper()
	if _, err := os.Stat(filepath.Join(specs(), "whatsapp")); err != nil {
		t.Skip("no published specification at whatsapp (set KITH_SPECS): calls were not judged by it")
	}
	text, err := described()
	if err != nil {
		t.Fatal(err)
	}
	r, err := gorillamux.NewRouter(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// common is what Graph takes everywhere and this description leaves out.
func common() []string {
	return []string{"fields", "limit", "after", "appsecret_proof", "status"} // status: api_specs WhatsAppBusinessAccount.json GET message_templates
}

// judge stands between driver and sandbox: what is asked must be as published, and
// what is answered too.
func judge(t *testing.T, judged map[string]int, next http.Handler) http.Handler {
	t.Helper()
	router := router(t)
	var mu sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if beside(r.URL.Path) {
			next.ServeHTTP(w, r) // consent, tokens, the app and files are described elsewhere
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if analysed(t, r) {
			next.ServeHTTP(w, r)
			return
		}
		held := httptest.NewRecorder()
		aborted := true
		func() {
			defer func() {
				if aborted {
					panic(http.ErrAbortHandler) // a cut connection stays one
				}
			}()
			next.ServeHTTP(held, r)
			aborted = false
		}()
		name, err := judged1(router, r, body, held)
		mu.Lock()
		judged[name]++
		mu.Unlock()
		if err != nil {
			t.Errorf("%s %s, answered %d: %.900v\n%.400s\n%.400s", r.Method, r.URL.Path, held.Code, err, body, held.Body)
		}
		for k, v := range held.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(held.Code)
		_, _ = w.Write(held.Body.Bytes()) // the client sees to it
	})
}

// analysed judges a question for the figures or the limit of a business account, which stands in
// Meta's lists of nodes and not in the description: pricing_analytics as an edge that
// is asked as a field, analytics as “Analytics” of the documentation says it.
func analysed(t *testing.T, r *http.Request) bool {
	fields := r.URL.Query().Get("fields")
	of := strings.Contains(fields, "owner_business_info") // of the account itself, and neither is its limit described
	if !of && !strings.HasPrefix(fields, "analytics.") && !strings.HasPrefix(fields, "pricing_analytics.") {
		return false
	}
	for _, wrong := range analysisWrong(t, r.Method, r.URL.Query()) {
		t.Errorf("%s: %s", r.URL, wrong)
	}
	return true
}

func analysisWrong(t *testing.T, method string, params url.Values) []string {
	t.Helper()
	l, err := graphtest.Read("WhatsAppBusinessAccount")
	if err != nil {
		t.Fatal(err)
	}
	l.Everywhere = []string{"fields", "appsecret_proof"}
	l.Documented = func(_, _, edge string) ([]string, bool) {
		return []string{"start", "end", "granularity", "phone_numbers", "product_types", "country_codes"}, edge == "analytics"
	}
	return l.Checked("WhatsAppBusinessAccount", method, "", params)
}

func beside(path string) bool {
	for _, one := range []string{"/oauth/", "/dialog/", "/debug_token", "/subscriptions", "/attachments"} {
		if strings.Contains(path+"/", one) {
			return true
		}
	}
	return false
}

func judged1(router routers.Router, r *http.Request, body []byte, held *httptest.ResponseRecorder) (string, error) {
	copied := r.Clone(r.Context())
	if r.URL.Query().Has("phone_number_id") {
		version, id, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		copied.URL.Path = "/" + version + "/file/" + id
	}
	copied.Body = io.NopCloser(bytes.NewReader(body))
	route, params, err := router.FindRoute(copied)
	if err != nil {
		return "", err
	}
	name := r.Method + " " + route.Path
	known := common()
	for _, p := range route.Operation.Parameters {
		known = append(known, p.Value.Name)
	}
	for q := range r.URL.Query() {
		if !slices.Contains(known, q) {
			return name, fmt.Errorf("the parameter %s is not published", q)
		}
	}
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: false}
	input := &openapi3filter.RequestValidationInput{Request: copied, Route: route, PathParams: params, Options: options}
	var read struct{ Status string }
	switch {
	case json.Unmarshal(body, &read) == nil && read.Status == "read":
		name += " (read)" // described by an example alone
		if _, err := shape(body, "messaging_product", "status", "message_id"); err != nil {
			return name, err
		}
	case held.Code < 400:
		if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
			return name, err
		}
		if strings.HasSuffix(name, "/messages") {
			if err := addressed(body); err != nil {
				return name, err
			}
		}
	}
	if held.Code >= 500 || held.Code == http.StatusTooManyRequests || strings.Contains(name, "(read)") {
		return name, nil
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: held.Code, Header: held.Header(), Options: options}
	out.SetBodyBytes(held.Body.Bytes())
	return name, openapi3filter.ValidateResponse(r.Context(), out)
}

// shape fails unless a body has these members and no other.
func shape(body []byte, names ...string) (map[string]any, error) {
	var got map[string]any
	if err := json.Unmarshal(body, &got); err != nil {
		return nil, err
	}
	for name := range got {
		if !slices.Contains(names, name) {
			return got, fmt.Errorf("%s is not published", name)
		}
	}
	if len(got) != len(names) {
		return got, fmt.Errorf("%v, and all of %v should be there", got, names)
	}
	return got, nil
}

// Everything that the driver does, with the published description between.
func TestCallsAndAnswersAreAsPublished(t *testing.T) {
	router(t)
	judged := map[string]int{}
	h := harness()
	h.Judge = func(t *testing.T, next http.Handler) http.Handler { return judge(t, judged, next) }
	networktest.Run(t, h)
	o := open(t, h, pretended.Options{})
	e := o.hears("p001", "hello")
	hidden := o.hears("p003", "hello")
	for _, who := range []network.Event{e, hidden} {
		o.must(o.answer(who, "hi"))
		part := o.answer(who, "look")
		part.Media = []network.Media{networktest.Picture("image/png", 40, 30, "")}
		o.must(part)
		part = o.answer(who, "")
		part.Media = []network.Media{networktest.Clip(4096, 3, 320, 240, "")}
		o.must(part)
		part = o.answer(who, "")
		part.Template = &network.Filled{ID: "order_ready/en", Values: map[string]string{"number": "17", "first_name": "Ada"}}
		o.must(part)
		part.Template = &network.Filled{ID: "reprise_contact/fr", Values: map[string]string{"1": "Ada", "2": "la commande"}}
		o.must(part)
	}
	if _, _, err := o.net.Send(o.person("p002"), o.number.ID, "image", "image/jpeg", "", []byte("\xff\xd8\xff\xe0")); err != nil {
		t.Fatal(err)
	}
	for _, e := range o.of(network.Direct) {
		for _, file := range e.Media {
			got, err := o.driver.Open(t.Context(), o.Conn, file)
			if err != nil {
				t.Fatal(err)
			}
			_ = got.Body.Close() // only whether it is there
		}
	}
	o.Stage.Clock.Advance(25 * time.Hour)
	_, _ = o.reply(o.answer(e, "too late")) // a refusal is judged too
	if len(judged) < 9 {
		t.Errorf("only this was judged: %v", judged)
	}
	t.Logf("judged: %v", judged)
}

// The judge must be able to say no, to both sides.
func TestTheJudgeRefusesWhatIsNotPublished(t *testing.T) {
	router := router(t)
	for _, body := range []string{
		`{"messaging_product":"whatsapp","recipient_type":"individual","to":"33612340001","type":"text"}`,
		`{"messaging_product":"whatsapp","recipient_type":"individual","type":"text","text":{"body":"x"}}`,
		`{"messaging_product":"whatsapp","recipient_type":"individual","to":"33612340001","type":"text","text":{"body":7}}`,
		`{"messaging_product":"whatsapp","recipient_type":"individual","to":"33612340001","type":"text","text":{"body":"x"},"extra":1}`,
		`{"messaging_product":"whatsapp","recipient_type":"crowd","to":"33612340001","type":"text","text":{"body":"x"}}`,
		`{"messaging_product":"whatsapp","recipient_type":"individual","to":"33612340001","type":"template","template":{"name":"a"}}`,
	} {
		r := httptest.NewRequest(http.MethodPost, "/v25.0/106540352242922/messages", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer EAAx")
		held := httptest.NewRecorder()
		held.Header().Set("Content-Type", "application/json")
		_, _ = held.WriteString(`{"messaging_product":"whatsapp","messages":[{"id":"wamid.x"}]}`)
		if _, err := judged1(router, r, []byte(body), held); err == nil {
			t.Errorf("%s passes", body)
		}
	}
	good := `{"messaging_product":"whatsapp","recipient_type":"individual","to":"33612340001","type":"text","text":{"body":"x"}}`
	r := httptest.NewRequest(http.MethodPost, "/v25.0/106540352242922/messages", strings.NewReader(good))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer EAAx")
	held := httptest.NewRecorder()
	held.Header().Set("Content-Type", "application/json")
	_, _ = held.WriteString(`{"messages":[{"id":7}]}`)
	if _, err := judged1(router, r, []byte(good), held); err == nil {
		t.Error("an answer with a number for an id passes")
	}
	for _, fields := range []string{"analytics.begin(1)", "pricing_analytics.granularity(DAY)", `pricing_analytics.dimensions(["COLOUR"])`, "analyses.start(1)"} {
		if len(analysisWrong(t, http.MethodGet, url.Values{"fields": {fields}})) == 0 {
			t.Errorf("%s passes", fields)
		}
	}
}

// The messages that the published description gives as examples are understood.
func TestPublishedExamplesAreUnderstood(t *testing.T) {
	router(t)
	text, err := described()
	if err != nil {
		t.Fatal(err)
	}
	d := whatsapp.New(nil, whatsapp.Options{})
	seen := 0
	for name, s := range text.Components.Schemas {
		for _, one := range append(openapi3.SchemaRefs{s}, s.Value.AllOf...) {
			m, ok := one.Value.Example.(map[string]any)
			if !ok || m["from"] == nil || m["id"] == nil || m["type"] == nil {
				continue
			}
			seen++
			body, err := json.Marshal(map[string]any{"object": "whatsapp_business_account", "entry": []any{map[string]any{"id": "1", "changes": []any{map[string]any{"field": "messages",
				"value": map[string]any{"metadata": map[string]any{"phone_number_id": "106540352242922"}, "messages": []any{m}}}}}}})
			if err != nil {
				t.Fatal(err)
			}
			raws, err := d.Split(body)
			if err != nil || len(raws) != 1 {
				t.Fatalf("%s: %d, %v", name, len(raws), err)
			}
			events, err := d.Decode(network.Conn{Account: "106540352242922"}, raws[0])
			if err != nil || len(events) != 1 || events[0].Text == "" || events[0].Author.ID == "" || events[0].At.Year() != 2025 {
				t.Errorf("%s: %+v, %v", name, events, err)
			}
			if strings.HasPrefix(events[0].Text, "[") != (m["type"] == "unsupported") {
				t.Errorf("%s: %q", name, events[0].Text)
			}
		}
	}
	if seen < 5 {
		t.Errorf("only %d examples", seen)
	}
}

// What the sandbox tells of statuses is as the description has it.
func TestStatusesAreAsPublished(t *testing.T) {
	router(t)
	text, err := described()
	if err != nil {
		t.Fatal(err)
	}
	o := open(t, harness(), pretended.Options{})
	e := o.hears("p001", "hello")
	o.net.Unreachable("p002")
	o.must(o.answer(e, "hi"))
	o.must(o.answer(o.hears("p002", "hello too"), "hi"))
	o.Stage.Clock.Advance(time.Hour)
	o.told()
	n := 0
	for _, body := range o.bodies {
		var hook struct {
			Entry []struct {
				Changes []struct{ Value map[string]any }
			}
		}
		if err := json.Unmarshal(body, &hook); err != nil {
			t.Fatal(err)
		}
		for _, c := range hook.Entry[0].Changes {
			if c.Value["statuses"] == nil {
				continue
			}
			n++
			if err := text.Components.Schemas["StatusMessageValue"].Value.VisitJSON(c.Value); err != nil {
				t.Error(err)
			}
		}
	}
	if n < 4 {
		t.Errorf("%d statuses", n)
	}
}
