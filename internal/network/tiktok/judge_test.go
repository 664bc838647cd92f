package tiktok_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/kithhq/kith/internal/network/networktest"
)

// There is no machine-readable description of these APIs. Each call has a file in
// testdata/calls instead, written from its documentation, with the address, the date
// and how certain it is: the fields and their types (“!” must be there), and an
// example. They stand between driver and sandbox, and both are held against them.
type call struct {
	Method, Path                   string
	Documentation, Date, Certainty string
	Headers                        map[string]string
	Query                          map[string]string
	Request                        map[string]string
	Answer                         map[string]string
	Example                        struct {
		Query           map[string]string
		Request, Answer json.RawMessage
	}
}

func calls(t testing.TB) map[string]call {
	t.Helper()
	all := map[string]call{}
	for name, c := range networktest.Examples[call](t, "testdata/calls") {
		if c.Documentation == "" || c.Date == "" || c.Certainty == "" {
			t.Errorf("%s names no dated source", name)
		}
		all[c.Method+" "+c.Path] = c
	}
	return all
}

// asked says how a request differs from what is documented.
func (c call) asked(r *http.Request, body []byte) (all []string) {
	for name, begins := range c.Headers {
		if got := r.Header.Get(name); !strings.HasPrefix(got, begins) || got == begins && begins != r.Header.Get("Content-Type") {
			all = append(all, "the header field "+name+" is not what it should be")
		}
	}
	for _, secret := range []string{"Authorization", "Access-Token"} {
		if _, known := c.Headers[secret]; !known && r.Header.Get(secret) != "" {
			all = append(all, "a key goes along in "+secret)
		}
	}
	query := r.URL.Query()
	for name, values := range query {
		want, known := c.Query[name]
		_, err := strconv.Atoi(values[0])
		switch {
		case !known || len(values) != 1:
			all = append(all, "“"+name+"” is in no documentation")
		case want == "integer" && err != nil, strings.HasPrefix(want, "json") && !json.Valid([]byte(values[0])), values[0] == "":
			all = append(all, "“"+name+"” is "+values[0])
		}
	}
	for name, want := range c.Query {
		if strings.HasSuffix(want, "!") && query.Get(name) == "" {
			all = append(all, "“"+name+"” is missing")
		}
	}
	switch {
	case strings.HasPrefix(c.Headers["Content-Type"], "application/x-www-form-urlencoded"):
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return append(all, err.Error())
		}
		fields := map[string]string{}
		for name := range form {
			fields[name] = form.Get(name)
		}
		body, _ = json.Marshal(fields) // texts alone
	case strings.HasPrefix(c.Headers["Content-Type"], "multipart/form-data"):
		_, more, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil {
			return append(all, err.Error())
		}
		form, err := multipart.NewReader(bytes.NewReader(body), more["boundary"]).ReadForm(10 << 20)
		if err != nil {
			return append(all, err.Error())
		}
		fields := map[string]string{}
		for name, values := range form.Value {
			fields[name] = values[0]
		}
		for name, files := range form.File {
			fields[name] = files[0].Filename
		}
		body, _ = json.Marshal(fields) // texts alone
	case len(c.Request) == 0:
		if len(body) > 0 {
			all = append(all, "it has a body")
		}
		return all
	}
	return append(all, networktest.Differs(body, c.Request)...)
}

// judge stands between driver and sandbox.
func judge(t *testing.T, next http.Handler) http.Handler {
	t.Helper()
	known := calls(t)
	shapes := envelopes(t)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut || strings.HasPrefix(r.URL.Path, "/v2/auth/") {
			next.ServeHTTP(w, r) // the store of videos and the page of consent; receive is tested by its statuses
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		c, ok := known[r.Method+" "+r.URL.Path]
		if !ok {
			t.Errorf("%s %s is in no documentation", r.Method, r.URL.Path)
			return
		}
		wrong := c.asked(r, body)
		held := httptest.NewRecorder()
		next.ServeHTTP(held, r)
		answer := held.Body.Bytes()
		for _, w := range wrong {
			t.Errorf("%s %s: %s", c.Method, c.Path, w)
		}
		if held.Code < 500 || strings.HasPrefix(held.Header().Get("Content-Type"), "application/json") {
			for _, w := range networktest.Differs(answer, c.Answer) {
				t.Errorf("%s %s was answered: %s", c.Method, c.Path, w)
			}
			if shape := shapes[c.Path]; shape != nil {
				var v any
				if err := json.Unmarshal(answer, &v); err != nil || shape.VisitJSON(v) != nil {
					t.Errorf("%s was answered in another form than the published specification has: %s", c.Path, answer)
				}
			}
		}
		maps.Copy(w.Header(), held.Header())
		w.WriteHeader(held.Code)
		_, _ = w.Write(answer) // the client sees to it
	})
}

// published are the descriptions of TikTok's own SDK: of comments below
// advertisements, so of them the form of answers and the types of those fields that
// both have the same name for.
func published(t *testing.T, name string) *openapi3.Operation {
	t.Helper()
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	data, err := os.ReadFile(filepath.Join(root, "tiktok", "business-sdk-comment_"+name+".yml"))
	if err != nil {
		return nil
	}
	text, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range text.Paths.Map() { // each has one, written /comment/…/
		for _, o := range path.Operations() {
			return o
		}
	}
	t.Fatalf("%s describes nothing", name)
	return nil
}

const unpublished = "no published specification at tiktok/*.yml (set KITH_SPECS): comments were not judged by it"

func envelopes(t *testing.T) map[string]*openapi3.Schema {
	t.Helper()
	all := map[string]*openapi3.Schema{}
	if published(t, "list") == nil {
		t.Log(unpublished) // the documentation judges them nevertheless
		return all
	}
	for path, name := range map[string]string{"comment/list": "list", "comment/reply/list": "reference", "comment/create": "post", "comment/reply/create": "post", "comment/hide": "status_update",
		"comment/delete": "delete"} {
		all["/open_api/v1.3/business/"+path+"/"] = published(t, name).Responses.Status(http.StatusOK).Value.Content["application/json"].Schema.Value
	}
	return all
}

// The whole suite once more, with the documentation between.
func TestCallsAndAnswersAreAsDocumented(t *testing.T) {
	h := letIn(quick())
	h.Judge = judge
	// Heavy videos say nothing more here.
	h.Clip = nil
	networktest.Run(t, h)
}

// What both APIs for comments have has the same type in both.
func TestCommentsHaveTheTypesOfThePublishedSpecification(t *testing.T) {
	if published(t, "list") == nil {
		t.Skip(unpublished)
	}
	known := calls(t)
	shared := 0
	for path, name := range map[string]string{"comment/create": "post", "comment/reply/create": "post", "comment/delete": "delete"} {
		body := published(t, name).RequestBody.Value.Content["application/json"].Schema.Value
		for field, want := range known["POST /open_api/v1.3/business/"+path+"/"].Request {
			if p := body.Properties[field]; p != nil {
				shared++
				if !p.Value.Type.Is(strings.TrimSuffix(want, "!")) {
					t.Errorf("%s: %s is %v there", path, field, p.Value.Type)
				}
			}
		}
	}
	if shared < 4 {
		t.Errorf("%d fields in common", shared)
	}
}

// The judge must be able to say no.
func TestTheJudgeRefusesWhatIsNotDocumented(t *testing.T) {
	c := calls(t)["POST /v2/post/publish/video/init/"]
	request := func(body string, header http.Header) []string {
		r := httptest.NewRequest(c.Method, c.Path, strings.NewReader(body))
		r.Header = header
		return c.asked(r, []byte(body))
	}
	good := http.Header{"Authorization": {"Bearer act.x"}, "Content-Type": {"application/json; charset=UTF-8"}}
	if wrong := request(string(c.Example.Request), good); len(wrong) != 0 {
		t.Errorf("the example is refused: %v", wrong)
	}
	for _, body := range []string{
		`{"post_info":{"privacy_level":"SELF_ONLY","brand_content_toggle":false},"source_info":{"source":"FILE_UPLOAD","video_size":"7","chunk_size":7,"total_chunk_count":1}}`,
		`{"post_info":{"brand_content_toggle":false},"source_info":{"source":"FILE_UPLOAD","video_size":7,"chunk_size":7,"total_chunk_count":1}}`,
		`{"post_info":{"privacy_level":"SELF_ONLY","brand_content_toggle":false,"alt":"x"},"source_info":{"source":"FILE_UPLOAD","video_size":7,"chunk_size":7,"total_chunk_count":1}}`, `[]`, `{`} {
		if wrong := request(body, good); len(wrong) == 0 {
			t.Errorf("%s passes", body)
		}
	}
	for _, header := range []http.Header{{}, {"Authorization": {"act.x"}, "Content-Type": good["Content-Type"]}, {"Authorization": good["Authorization"], "Content-Type": {"text/plain"}},
		{"Authorization": good["Authorization"], "Content-Type": good["Content-Type"], "Access-Token": {"act.y"}}} {
		if wrong := request(string(c.Example.Request), header); len(wrong) == 0 {
			t.Errorf("%v passes", header)
		}
	}
	for _, answer := range []string{`{"data":{"publish_id":7},"error":{"code":"ok","message":"","log_id":"1"}}`, `{"data":{}}`, `{"data":{"id":"x"},"error":{"code":"ok","message":"","log_id":"1"}}`} {
		if wrong := networktest.Differs([]byte(answer), c.Answer); len(wrong) == 0 {
			t.Errorf("%s passes", answer)
		}
	}
}
