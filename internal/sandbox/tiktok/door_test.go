package tiktok

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/sandboxtest"
)

// world is TikTok with an account, at an address.
type world struct {
	sandboxtest.Door
	n   *Network
	who Credentials
}

func raise(t *testing.T, o Options) *world {
	t.Helper()
	w := &world{}
	w.Door = sandboxtest.Open(t, func(stage *sandbox.Stage) http.Handler { w.n = New(stage, o); return w.n.Handler() })
	w.who = w.n.Account("librairie.h", "Librairie Hirondelle")
	return w
}

// ask makes a call, and gives its status, its code of success or failure, and its data.
func (w *world) ask(method, path, body string, head ...string) (status int, code string, data map[string]any) {
	w.T.Helper()
	key := "Bearer " + w.who.Token
	if method == http.MethodPut { // the store of videos wants none
		key = ""
	}
	status, header, text := w.Ask(method, path, body, append([]string{"Authorization", key, "Content-Type", "application/json; charset=UTF-8"}, head...)...)
	var got struct {
		Data  map[string]any `json:"data"`
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	_ = json.Unmarshal(text, &got) // pages and pieces are none
	if to := header.Get("Location"); to != "" {
		got.Error.Code = to
	}
	return status, got.Error.Code, got.Data
}

const (
	direct  = "/v2/post/publish/video/init/"
	drafts  = "/v2/post/publish/inbox/video/init/"
	source  = `"source_info":{"source":"FILE_UPLOAD","video_size":1000,"chunk_size":1000,"total_chunk_count":1}`
	request = `{"post_info":{"title":"Bonjour","privacy_level":"PUBLIC_TO_EVERYONE","brand_content_toggle":false},` + source + `}`
)

func TestSixPostsAMinute(t *testing.T) {
	w := raise(t, Options{})
	for range 6 {
		if status, code, _ := w.ask("POST", direct, request); status != 200 || code != "ok" {
			t.Fatal(status, code)
		}
	}
	if status, code, _ := w.ask("POST", direct, request); status != 429 || code != "rate_limit_exceeded" {
		t.Error(status, code)
	}
	w.Stage.Clock.Advance(time.Minute + time.Second)
	if status, code, _ := w.ask("POST", direct, request); status != 200 || code != "ok" {
		t.Error(status, code)
	}
}

func TestADayHasAnEnd(t *testing.T) {
	w := raise(t, Options{PostsPerDay: 2})
	for _, want := range []string{"ok", "ok", "spam_risk_too_many_posts"} {
		if _, code, _ := w.ask("POST", direct, request); code != want {
			t.Error(code)
		}
	}
	// The look beforehand says the same, with status 200.
	if status, code, _ := w.ask("POST", "/v2/post/publish/creator_info/query/", "{}"); status != 200 || code != "spam_risk_too_many_posts" {
		t.Error(status, code)
	}
	w.Stage.Clock.Advance(24*time.Hour + time.Second)
	if _, code, _ := w.ask("POST", "/v2/post/publish/creator_info/query/", "{}", "Authorization", "Bearer "+w.n.Consent(w.who.ID, "video.publish")); code != "ok" {
		t.Error(code)
	}
}

func TestFiveDraftsWait(t *testing.T) {
	w := raise(t, Options{})
	for i, want := range []string{"ok", "ok", "ok", "ok", "ok", "spam_risk_too_many_pending_share"} {
		if _, code, _ := w.ask("POST", drafts, "{"+source+"}"); code != want {
			t.Errorf("draft %d: %s", i, code)
		}
		w.Stage.Clock.Advance(30 * time.Second)
	}
}

func TestWhatTheDocumentationForbids(t *testing.T) {
	w := raise(t, Options{PostsPerDay: 1000})
	post := func(more, src string) string { return `{"post_info":{` + more + `},` + src + `}` }
	long := strings.Repeat("a", 2201)
	chunks := func(size, chunk, count string) string {
		return `"source_info":{"source":"FILE_UPLOAD","video_size":` + size + `,"chunk_size":` + chunk + `,"total_chunk_count":` + count + `}`
	}
	public := `"privacy_level":"PUBLIC_TO_EVERYONE","brand_content_toggle":false`
	for _, c := range []struct{ why, body, want string }{
		{"a title of 2,201", post(`"title":"`+long+`",`+public, source), "invalid_param"},
		{"nobody chose who may see it", post(`"title":"a","brand_content_toggle":false`, source), "privacy_level_option_mismatch"},
		{"advertising that nobody sees", post(`"privacy_level":"SELF_ONLY","brand_content_toggle":true`, source), "invalid_param"},
		{"no word on advertising", post(`"privacy_level":"SELF_ONLY"`, source), "invalid_param"},
		{"a field that is none", post(public+`,"alt_text":"a"`, source), "invalid_param"},
		{"a piece of less than 5 MB", post(public, chunks("12000000", "4000000", "3")), "invalid_param"},
		{"a piece of more than 64 MB", post(public, chunks("130000000", "65000000", "2")), "invalid_param"},
		{"one piece too many", post(public, chunks("12000000", "10000000", "2")), "invalid_param"},
		{"a small video in pieces", post(public, chunks("1000", "500", "2")), "invalid_param"},
		{"more than 4 GB", post(public, chunks("4000000001", "64000000", "62")), "invalid_param"},
		{"as it should be", post(public, chunks("12000000", "10000000", "1")), "ok"},
	} {
		if _, code, _ := w.ask("POST", direct, c.body); code != c.want {
			t.Errorf("%s: %s", c.why, code)
		}
		w.Stage.Clock.Advance(time.Minute)
	}
}

func TestPiecesComeInOrder(t *testing.T) {
	w := raise(t, Options{})
	_, _, data := w.ask("POST", direct, `{"post_info":{"privacy_level":"SELF_ONLY","brand_content_toggle":false},"source_info":{"source":"FILE_UPLOAD","video_size":10485760,"chunk_size":5242880,"total_chunk_count":2}}`)
	to, _ := data["upload_url"].(string)
	piece := strings.Repeat("x", 5242880)
	put := func(span, body string) int {
		status, _, _ := w.ask("PUT", to, body, "Content-Type", "video/mp4", "Content-Range", span)
		return status
	}
	if got := put("bytes 5242880-10485759/10485760", piece); got != 416 {
		t.Error("the second first:", got)
	}
	if got := put("bytes 0-5242879/10485761", piece); got < 400 {
		t.Error("of another length:", got)
	}
	if got := put("bytes 0-5242879/10485760", piece); got != 206 {
		t.Error("the first:", got)
	}
	if n := len(w.Stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish})); n != 0 {
		t.Errorf("%d posts of half a video", n)
	}
	w.Stage.Clock.Advance(time.Hour + time.Second)
	if got := put("bytes 5242880-10485759/10485760", piece); got != 403 {
		t.Error("an hour later:", got)
	}
}

func TestPeopleAreSentBackToOurselvesAlone(t *testing.T) {
	at := func(w *world, back string) (int, string) {
		q := url.Values{"client_key": {"awtiktokkey"}, "response_type": {"code"}, "scope": {"user.info.basic"}, "state": {"s"}, "redirect_uri": {back}}
		status, to, _ := w.ask("GET", "/v2/auth/authorize/?"+q.Encode(), "")
		return status, to
	}
	w := raise(t, Options{})
	if status, to := at(w, "http://127.0.0.1:8080/connect/tiktok"); status != 302 || !strings.HasPrefix(to, "http://127.0.0.1:8080/connect/tiktok?code=") {
		t.Error(status, to)
	}
	if status, to := at(w, "https://evil.example.org/"); status != 400 || to != "" {
		t.Error(status, to)
	}
	w = raise(t, Options{Redirects: []string{"https://kith.example.org/connect/tiktok"}})
	for _, back := range []string{"http://127.0.0.1:8080/connect/tiktok", "https://kith.example.org/connect/tiktok/", "https://kith.example.org/"} {
		if status, to := at(w, back); status != 400 || to != "" {
			t.Error(back, status, to)
		}
	}
	if status, to := at(w, "https://kith.example.org/connect/tiktok"); status != 302 || to == "" {
		t.Error(status, to)
	}
}

func TestKeysOpenWhatTheyAreFor(t *testing.T) {
	w := raise(t, Options{})
	some := "Bearer " + w.n.Consent(w.who.ID, "user.info.basic")
	if status, code, _ := w.ask("POST", direct, request, "Authorization", some); status != 401 || code != "scope_not_authorized" {
		t.Error(status, code)
	}
	if status, code, _ := w.ask("POST", direct, request, "Authorization", "Bearer "+w.who.BusinessToken); status != 401 || code != "access_token_invalid" {
		t.Error(status, code)
	}
	w.Stage.Clock.Advance(25 * time.Hour)
	if status, code, _ := w.ask("POST", direct, request); status != 401 || code != "access_token_invalid" {
		t.Error(status, code)
	}
}
