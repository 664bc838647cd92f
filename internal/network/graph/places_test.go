package graph_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/network/graph/graphtest"
	"github.com/kithhq/kith/internal/outward"
)

// asking is a client at a Graph that answers as it is told, and what it was asked.
type asking struct {
	graph.Client
	status int
	answer string
	asked  []*http.Request
}

func asks(t *testing.T) *asking {
	t.Helper()
	a := &asking{status: http.StatusOK}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.asked = append(a.asked, r)
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.answer) // the client sees to it
	}))
	t.Cleanup(server.Close)
	out, err := outward.New(outward.Options{Allow: []string{"127.0.0.0/8"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	a.Client = graph.Client{Out: out, Base: server.URL, Version: "v25.0", App: network.App{ID: "600", Secret: "hush"}, Voice: graph.Voice{Network: "Facebook"}}
	return a
}

// places searches; place is what is kept of the one that was found.
func (a *asking) places(t *testing.T, words string) ([]network.Choice, error) {
	t.Helper()
	return a.ChoosePlace(t.Context(), network.App{}, network.Choosing{Option: "place", Words: words})
}

// The documentation's own sample: what is asked, by whose key, and what is offered.
func TestPlacesAreFoundAsTheDocumentationHasIt(t *testing.T) {
	data, err := os.ReadFile("testdata/search-pages.json")
	if err != nil {
		t.Fatal(err)
	}
	var sample struct {
		Request  string
		Response json.RawMessage
	}
	if err := json.Unmarshal(data, &sample); err != nil {
		t.Fatal(err)
	}
	want, err := url.Parse(sample.Request)
	if err != nil {
		t.Fatal(err)
	}
	a := asks(t)
	a.answer = string(sample.Response)
	got, err := a.places(t, " Facebook ")
	if err != nil || len(a.asked) != 1 {
		t.Fatalf("%v, %d requests", err, len(a.asked))
	}
	r := a.asked[0]
	query := r.URL.Query()
	for name, values := range want.Query() {
		if !slices.Equal(query[name], values) {
			t.Errorf("%s is %q", name, query[name])
		}
	}
	if r.URL.Path != "/v25.0"+want.Path || r.Header.Get("Authorization") != "Bearer 600|hush" || strings.Contains(r.URL.String(), "hush") {
		t.Errorf("%s by %q", r.URL, r.Header.Get("Authorization"))
	}
	hq := network.Choice{Value: "309968765748101 Facebook HQ", Label: "Facebook HQ", More: "1 Hacker Way, Menlo Park, CA, United States"}
	if len(got) != 1 || got[0] != hq {
		t.Errorf("%+v", got)
	}
	if id, name := network.Picked(got[0].Value); id != "309968765748101" || name != "Facebook HQ" {
		t.Errorf("kept as %q, %q", id, name)
	}
}

// Of the Pages in a recorded answer none has an address: none is a place.
func TestPagesWithoutAnAddressAreNoPlaces(t *testing.T) {
	data, err := os.ReadFile(graphtest.Specs("recorded", "meta-python-facebook", "facebook", "apidata", "pages", "search_pages.json"))
	if err != nil {
		t.Skip("no recorded answer (set KITH_SPECS)")
	}
	a := asks(t)
	a.answer = string(data)
	if got, err := a.places(t, "facebook"); err != nil || len(got) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	a.answer = `{"data": [{"id": "x/feed", "name": "no number", "location": {"city": "Rennes"}}, {"id": "12345", "name": "a\u0000b\n c", "location": {"latitude": 0.0, "longitude": 0}}, {"id": "12346", "location": {}}]}`
	if got, err := a.places(t, "facebook"); err != nil || len(got) != 1 || got[0].Value != "12345 ab c" {
		t.Errorf("%+v, %v", got, err)
	}
}

// A number and a link that has one find that Page alone.
func TestAPlaceIsFoundByItsNumber(t *testing.T) {
	for words, id := range map[string]string{
		"309968765748101": "309968765748101",
		"https://www.facebook.com/Facebook-HQ-166793820034304/":                  "166793820034304",
		"facebook.com/pages/Facebook-HQ/166793820034304?ref=page":                "166793820034304",
		"https://m.facebook.com/profile.php?id=100064860875397":                  "100064860875397",
		"https://www.facebook.com/profile.php?sk=about&id=100064860875397#there": "100064860875397",
		"https://www.facebook.com/places/Rennes-France/106078429431815/":         "106078429431815",
	} {
		a := asks(t)
		a.answer = `{"id": "` + id + `", "name": "There", "location": {"city": "Rennes", "country": "France"}}`
		got, err := a.places(t, words)
		if err != nil || len(got) != 1 || got[0].Value != id+" There" || a.asked[0].URL.Path != "/v25.0/"+id {
			t.Errorf("%s: %+v, %v", words, got, err)
		}
		a.answer = `{"id": "` + id + `", "name": "Nowhere"}`
		if got, err := a.places(t, words); !invalid(err) || len(got) > 0 {
			t.Errorf("%s without an address: %+v, %v", words, got, err)
		}
		a.status, a.answer = http.StatusBadRequest, `{"error": {"code": 100, "error_subcode": 33, "message": "Unsupported get request. Object with ID '`+id+`' does not exist"}}`
		if got, err := a.places(t, words); !invalid(err) || len(got) > 0 {
			t.Errorf("%s of nobody: %+v, %v", words, got, err)
		}
	}
	a := asks(t)
	for _, words := range []string{"https://www.facebook.com/lesChampsLibres", "facebook.com/cafe/photos?x=12345"} {
		if _, err := a.places(t, words); !invalid(err) {
			t.Errorf("%s: %v", words, err)
		}
	}
	for _, words := range []string{"", " ", "r", "  é "} {
		if got, err := a.places(t, words); err != nil || got != nil {
			t.Errorf("%q: %+v, %v", words, got, err)
		}
	}
	if len(a.asked) > 0 {
		t.Errorf("%d requests for what finds nothing", len(a.asked))
	}
}

// Where Meta does not let us search, it is said in plain words, the account is not to
// blame, and a number is enough.
func TestASearchThatIsNotAllowed(t *testing.T) {
	refusals := map[string]string{
		// As people met them: github.com/strohne/Facepager issue 139, sns-sdks/python-facebook issue 22.
		"without the feature": `{"error": {"code": 10, "type": "OAuthException", "message": "(#10) This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content Access' feature or the 'Page Public Metadata Access' feature. Refer to https://developers.facebook.com/docs/apps/review for details."}}`,
		"an app unknown":      `{"error": {"code": 190, "type": "OAuthException", "message": "Invalid OAuth access token - Cannot parse access token"}}`,
		"no proof":            `{"error": {"code": 100, "type": "OAuthException", "message": "(#100) Page Public Metadata Access requires either app secret proof or an app token"}}`,
		"no app":              "",
	}
	for name, answer := range refusals {
		a := asks(t)
		a.status, a.answer = http.StatusBadRequest, answer
		if answer == "" {
			a.App = network.App{}
		}
		_, err := a.places(t, "Rennes")
		if _, hint := fault.Shown(err); !invalid(err) || !strings.Contains(hint, "number or the link") {
			t.Errorf("%s: %v", name, err)
		}
		if text, _ := fault.Shown(err); name == "without the feature" && !strings.Contains(text, "Page Public Metadata Access") {
			t.Errorf("it does not say what is missing: %s", text)
		}
		if got, err := a.places(t, "106078429431815"); err != nil || len(got) != 1 || got[0].Value != "106078429431815" {
			t.Errorf("%s, by its number: %+v, %v", name, got, err)
		}
	}
	a := asks(t)
	a.status, a.answer = http.StatusServiceUnavailable, ""
	if _, err := a.places(t, "Rennes"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("out of order: %v", err)
	}
	if _, err := a.ChoosePlace(t.Context(), network.App{}, network.Choosing{Option: "partner", Words: "Rennes"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("another option: %v", err)
	}
}

// A post is kept from a Page that certainly has no address, and from nothing else.
func TestThePlaceOfAPostIsLookedAt(t *testing.T) {
	part := network.Part{Options: map[string]string{"place": "12345 Somewhere"}}
	for answer, fine := range map[string]bool{
		`{"id": "12345", "name": "Somewhere", "location": {"city": "Rennes"}}`:                  true,
		`{"id": "12345", "name": "Nowhere"}`:                                                    false,
		`{"id": "12345", "name": "Nowhere", "location": {}}`:                                    false,
		`{"id": "99", "name": "Another"}`:                                                       true,
		`what?`:                                                                                 true,
		`{"error": {"code": 10, "message": "(#10) 'Page Public Metadata Access'"}}`:             true,
		`{"error": {"code": 100, "error_subcode": 33, "message": "cannot be loaded due to …"}}`: true,
	} {
		a := asks(t)
		a.answer = answer
		if err := a.Placed(t.Context(), network.App{}, part); fine != (err == nil) || !fine && !invalid(err) {
			t.Errorf("%s: %v", answer, err)
		}
	}
	a := asks(t)
	for _, none := range []network.Part{{}, {Options: part.Options, Kind: network.Story}, {Options: part.Options, After: &network.Ref{}}} {
		if err := a.Placed(t.Context(), network.App{}, none); err != nil || len(a.asked) > 0 {
			t.Errorf("%+v: %v", none, err)
		}
	}
	if err := a.Placed(t.Context(), network.App{}, network.Part{Options: map[string]string{"place": "Rennes, France"}}); !invalid(err) {
		t.Errorf("no number: %v", err)
	}
}

// invalid says that an error is for whoever writes, with what to do.
func invalid(err error) bool {
	_, hint := fault.Shown(err)
	return fault.Is(err, fault.Invalid) && hint != ""
}
