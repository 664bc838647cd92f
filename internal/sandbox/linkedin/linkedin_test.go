package linkedin

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// world is LinkedIn with a member and a Page, at an address.
type world struct {
	t      *testing.T
	stage  *sandbox.Stage
	n      *Network
	member Account
	page   Account
	base   string
}

func raise(t *testing.T, o Options) *world {
	t.Helper()
	stage := sandbox.New(sandbox.Options{Seed: 3, Frozen: true, Start: time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)})
	w := &world{t: t, stage: stage, n: New(stage, o)}
	w.member = w.n.AddMember("Camille Keeper")
	w.page = w.n.AddPage("Librairie Hirondelle", w.member)
	server := httptest.NewServer(w.n.Handler())
	t.Cleanup(func() { stage.Close(); server.Close(); http.DefaultTransport.(*http.Transport).CloseIdleConnections() })
	w.base = server.URL
	return w
}

// ask makes a call; head are header fields, by pairs, beside the usual ones.
func (w *world) ask(method, path, body string, head ...string) (int, http.Header, map[string]any) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.base+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.page.Token)
	r.Header.Set("Linkedin-Version", "202609")
	r.Header.Set("X-Restli-Protocol-Version", "2.0.0")
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(head); i += 2 {
		if head[i+1] == "" {
			r.Header.Del(head[i])
		} else {
			r.Header.Set(head[i], head[i+1])
		}
	}
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	var v map[string]any
	_ = json.Unmarshal(data, &v) // pages are none
	return res.StatusCode, res.Header, v
}

func (w *world) words(author, commentary string) string {
	data, err := json.Marshal(commentary)
	if err != nil {
		w.t.Fatal(err)
	}
	return `{"author":"` + author + `","commentary":` + string(data) + `,"visibility":"PUBLIC","distribution":{"feedDistribution":"MAIN_FEED"},"lifecycleState":"PUBLISHED"}`
}

func (w *world) post(commentary string) string {
	w.t.Helper()
	status, head, said := w.ask("POST", "/rest/posts", w.words(w.page.URN, commentary))
	if status != http.StatusCreated {
		w.t.Fatalf("%d %v", status, said)
	}
	urn, err := url.PathUnescape(head.Get("x-restli-id"))
	if err != nil {
		w.t.Fatal(err)
	}
	return urn
}

func TestWhatLinkedInRefuses(t *testing.T) {
	w := raise(t, Options{})
	urn := url.QueryEscape(w.post("hello"))
	good := w.words(w.page.URN, "again")
	stranger := w.n.AddMember("Somebody Else")
	for name, x := range map[string]struct {
		method, path, body string
		head               []string
		status             int
		code               string
	}{
		"no version":               {"POST", "/rest/posts", good, []string{"Linkedin-Version", ""}, 400, "VERSION_MISSING"},
		"a version that is over":   {"POST", "/rest/posts", good, []string{"Linkedin-Version", "202508"}, 426, "NONEXISTENT_VERSION"},
		"a version to come":        {"POST", "/rest/posts", good, []string{"Linkedin-Version", "202712"}, 426, "NONEXISTENT_VERSION"},
		"the older protocol":       {"POST", "/rest/posts", good, []string{"X-Restli-Protocol-Version", ""}, 400, "ILLEGAL_ARGUMENT"},
		"no token":                 {"POST", "/rest/posts", good, []string{"Authorization", ""}, 401, "EMPTY_ACCESS_TOKEN"},
		"a forged token":           {"POST", "/rest/posts", good, []string{"Authorization", "Bearer AQVforged"}, 401, "INVALID_ACCESS_TOKEN"},
		"somebody else's Page":     {"POST", "/rest/posts", good, []string{"Authorization", "Bearer " + stranger.Token}, 403, "ACCESS_DENIED"},
		"as somebody else":         {"POST", "/rest/posts", w.words(stranger.URN, "x"), nil, 403, "ACCESS_DENIED"},
		"as nobody":                {"POST", "/rest/posts", w.words("urn:li:person:", "x"), nil, 400, "INVALID_URN_ID"},
		"as a post":                {"POST", "/rest/posts", w.words("urn:li:share:1", "x"), nil, 400, "INVALID_URN_TYPE"},
		"an unknown field":         {"POST", "/rest/posts", strings.Replace(good, `{`, `{"x":1,`, 1), nil, 422, ""},
		"no commentary":            {"POST", "/rest/posts", `{"author":"` + w.page.URN + `"}`, nil, 422, ""},
		"nothing to say":           {"POST", "/rest/posts", w.words(w.page.URN, " "), nil, 400, "INVALID_VALUE_BLANK_FIELD"},
		"too much to say":          {"POST", "/rest/posts", w.words(w.page.URN, strings.Repeat("é", 3001)), nil, 400, "FIELD_LENGTH_TOO_LONG"},
		"a draft":                  {"POST", "/rest/posts", strings.Replace(good, "PUBLISHED", "DRAFT", 1), nil, 400, "INVALID_VALUE_FOR_FIELD"},
		"the same words":           {"POST", "/rest/posts", w.words(w.page.URN, "hello"), nil, 422, "DUPLICATE_POST"},
		"no form of JSON":          {"POST", "/rest/posts", "author=x", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		"an image nobody has":      {"POST", "/rest/posts", strings.Replace(good, `{`, `{"content":{"media":{"id":"urn:li:image:x"}},`, 1), nil, 400, "INVALID_IMAGE_ID"},
		"one image of several":     {"POST", "/rest/posts", strings.Replace(good, `{`, `{"content":{"multiImage":{"images":[{"id":"x"}]}},`, 1), nil, 400, "ILLEGAL_ARGUMENT"},
		"a card without a title":   {"POST", "/rest/posts", strings.Replace(good, `{`, `{"content":{"article":{"source":"https://example.org","title":""}},`, 1), nil, 400, "MISSING_FIELD"},
		"a poll of one answer":     {"POST", "/rest/posts", strings.Replace(good, `{`, `{"content":{"poll":{"question":"?","options":[{"text":"a"}],"settings":{"duration":"ONE_DAY"}}},`, 1), nil, 400, "INVALID_VALUE_FOR_FIELD"},
		"an update without a name": {"POST", "/rest/posts/" + urn, `{"patch":{"$set":{"commentary":"x"}}}`, nil, 400, "ILLEGAL_ARGUMENT"},
		"a post nobody made":       {"GET", "/rest/posts/urn%3Ali%3Ashare%3A1", "", nil, 404, "NOT_FOUND"},
		"a comment of nothing":     {"POST", "/rest/socialActions/" + urn + "/comments", `{"actor":"` + w.page.URN + `","object":"urn:li:share:1","message":{"text":"x"}}`, nil, 400, "ILLEGAL_ARGUMENT"},
		"a key that is not coded":  {"GET", "/rest/socialActions/urn:li:share:1/comments", "", nil, 400, "ILLEGAL_ARGUMENT"},
		"a feeling nobody has":     {"POST", "/rest/reactions?actor=" + url.QueryEscape(w.page.URN), `{"root":"urn:li:share:1","reactionType":"MAYBE"}`, nil, 400, "INVALID_VALUE_FOR_FIELD"},
		"an old name of an edge":   {"GET", "/rest/networkSizes/" + url.QueryEscape(w.page.URN) + "?edgeType=CompanyFollowedByMember", "", nil, 400, "INVALID_VALUE_FOR_FIELD"},
		"too large a page":         {"GET", "/rest/posts?q=author&count=101&author=" + url.QueryEscape(w.page.URN), "", nil, 400, "INVALID_VALUE_FOR_FIELD"},
		"no such thing":            {"GET", "/rest/nothing", "", nil, 404, ""},
	} {
		status, _, said := w.ask(x.method, x.path, x.body, x.head...)
		if code, _ := said["code"].(string); status != x.status || code != x.code {
			t.Errorf("%s: %d %v", name, status, said)
		}
	}
	if n := w.stage.Ledger.Len(); n != 1 {
		t.Errorf("the ledger has %d entries", n)
	}
}

func TestLittleTextIsReadStrictly(t *testing.T) {
	for little, want := range map[string][2]string{
		`plain`:                   {"plain", "plain"},
		`a \(b\) c`:               {"a (b) c", `a \(b\) c`},
		`cut (here) off`:          {"cut ", "cut "},
		`mail@example.org`:        {"mail", "mail"},
		`#tag and # alone`:        {"#tag and ", `{hashtag|\#|tag} and `},
		`{hashtag|\#|my\_tag}!`:   {"#my_tag!", `{hashtag|\#|my\_tag}!`},
		`{hashtag|#|x} {other}`:   {"#x ", `{hashtag|\#|x} `},
		`@[A B](urn:li:person:x)`: {"@[A B](urn:li:person:x)", "@[A B](urn:li:person:x)"},
		`@[A](https://x)`:         {"", ""},
		`end\`:                    {"end", "end"},
		`\n is no escape`:         {"", ""},
	} {
		if text, kept := read(little); text != want[0] || kept != want[1] {
			t.Errorf("%q is read as %q and kept as %q", little, text, kept)
		}
	}
}

func TestThePageOfConsentIsAPage(t *testing.T) {
	w := raise(t, Options{ClientID: "c"})
	asked := "/oauth/v2/authorization?response_type=code&client_id=c&redirect_uri=" + url.QueryEscape("http://127.0.0.1:9/back") + "&state=s&scope=openid+profile"
	if status, _, _ := w.ask("GET", asked, ""); status != http.StatusOK {
		t.Errorf("the page answers %d", status)
	}
	for answer, want := range map[string]string{"allow": "code", "deny": "error"} {
		form := url.Values{"answer": {answer}, "member": {w.member.Number}}.Encode()
		status, head, _ := w.ask("POST", asked, form, "Content-Type", "application/x-www-form-urlencoded")
		to, err := url.Parse(head.Get("Location"))
		if err != nil || status != http.StatusFound || to.Query().Get(want) == "" || to.Query().Get("state") != "s" {
			t.Errorf("%s: %d, %s", answer, status, head.Get("Location"))
		}
	}
	for name, odd := range map[string]string{
		"another address": strings.Replace(asked, "127.0.0.1", "evil.example", 1),
		"another app":     strings.Replace(asked, "client_id=c", "client_id=d", 1),
	} {
		if status, _, _ := w.ask("GET", odd, ""); status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, status)
		}
	}
	// A secret in an address is no way to ask for a token.
	if status, _, said := w.ask("POST", "/oauth/v2/accessToken?client_id=c&client_secret=client-secret&grant_type=authorization_code&code=x", ""); status != http.StatusBadRequest {
		t.Errorf("%d %v", status, said)
	}
}

func TestAnswersStandOneLevelDeep(t *testing.T) {
	w := raise(t, Options{})
	post := w.post("talk")
	p, _ := w.stage.Cast.Person("p001")
	top, err := actor{w.n}.Comment(p, w.page.URN, post, "one")
	if err != nil {
		t.Fatal(err)
	}
	second, err := actor{w.n}.Comment(p, w.page.URN, top, "two")
	if err != nil {
		t.Fatal(err)
	}
	answer := func(to, parent string) int {
		status, _, _ := w.ask("POST", "/rest/socialActions/"+url.QueryEscape(to)+"/comments",
			`{"actor":"`+w.page.URN+`","object":"`+post+`","parentComment":"`+parent+`","message":{"text":"x"}}`)
		return status
	}
	if status := answer(second, second); status != http.StatusBadRequest {
		t.Errorf("an answer to an answer: %d", status)
	}
	if status := answer(top, second); status != http.StatusBadRequest {
		t.Errorf("an answer to another than it says: %d", status)
	}
	if status := answer(top, top); status != http.StatusCreated {
		t.Errorf("an answer: %d", status)
	}
	if err := (actor{w.n}).Remove(p, top); err != nil {
		t.Fatal(err)
	}
	_, _, said := w.ask("GET", "/rest/socialMetadata/"+url.QueryEscape(post), "")
	if sums, _ := said["commentSummary"].(map[string]any); sums["count"] != 0.0 {
		t.Errorf("what stood below a comment that is gone: %v", said)
	}
	other, _ := w.stage.Cast.Person("p002")
	if err := (actor{w.n}).Edit(other, second, "not mine"); err == nil {
		t.Error("somebody changed what another wrote")
	}
}

func TestADayHasItsEndAtMidnightOfUTC(t *testing.T) {
	w := raise(t, Options{AppDaily: 2})
	for want := range 3 {
		status, _, _ := w.ask("GET", "/rest/me", "")
		if ok := want < 2; ok != (status == http.StatusOK) || !ok && status != http.StatusTooManyRequests {
			t.Errorf("call %d: %d", want, status)
		}
	}
	w.stage.Clock.Set(time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC))
	if status, _, _ := w.ask("GET", "/rest/me", ""); status != http.StatusOK {
		t.Errorf("the next day: %d", status)
	}
}

func TestABatchSaysWhatItHas(t *testing.T) {
	w := raise(t, Options{})
	post := w.post("count")
	_, _, said := w.ask("GET", "/rest/socialMetadata?ids=List("+url.QueryEscape(post)+",urn%3Ali%3Ashare%3A1)", "")
	results, _ := said["results"].(map[string]any)
	errs, _ := said["errors"].(map[string]any)
	if len(results) != 1 || results[post] == nil || errs["urn:li:share:1"] == nil {
		t.Errorf("%v", said)
	}
}
