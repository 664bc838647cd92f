package tiktok

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const back = "http://localhost/connect/tiktok/"

// asks makes a call to the other API, and gives its code and its data.
func (w *world) asks(method, path, body string) (code int, data map[string]any) {
	w.T.Helper()
	_, _, text := w.Ask(method, v+path, body, "Content-Type", "application/json")
	var got struct {
		Code int            `json:"code"`
		Data map[string]any `json:"data"`
	}
	if err := json.Unmarshal(text, &got); err != nil {
		w.T.Fatalf("%s: %v", text, err)
	}
	return got.Code, got.Data
}

// page goes to the second page of consent and gives what is brought back.
func (w *world) page(more url.Values) (status int, query url.Values) {
	w.T.Helper()
	u, err := url.Parse(PortalURL(back))
	if err != nil {
		w.T.Fatal(err)
	}
	q := u.Query()
	for name := range more {
		q.Set(name, more.Get(name))
	}
	status, header, _ := w.Ask(http.MethodGet, "/v2/auth/authorize/?"+q.Encode(), "")
	to, err := url.Parse(header.Get("Location"))
	if err != nil {
		w.T.Fatal(err)
	}
	return status, to.Query()
}

func (w *world) trade(code, redirect string) (int, map[string]any) {
	return w.asks(http.MethodPost, "/tt_user/oauth2/token/", fmt.Sprintf(`{"client_id":"7300000000000000001","client_secret":"business-secret","grant_type":"authorization_code","auth_code":%q,"redirect_uri":%q}`, code, redirect))
}

func TestTheSecondPageOfConsentIsStrict(t *testing.T) {
	w := raise(t, Options{})
	w.n.DisconnectBusiness(w.who.ID)
	for name, more := range map[string]url.Values{
		"no slash at the end":     {"redirect_uri": {"http://localhost/connect/tiktok"}},
		"another house":           {"redirect_uri": {"https://evil.example.org/"}},
		"something after the end": {"redirect_uri": {back + "?x=1"}},
	} {
		if status, _ := w.page(more); status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, status)
		}
	}
	if _, q := w.page(url.Values{"scope": {"comment.list"}}); q.Get("error") != "invalid_scope" {
		t.Errorf("other rights than the portal wrote: %v", q)
	}
	_, q := w.page(url.Values{"state": {"s"}})
	if q.Get("code") == "" || q.Get("state") != "s" {
		t.Fatalf("%v", q)
	}
	if code, _ := w.trade(q.Get("code"), "http://localhost/"); code != 40002 {
		t.Errorf("another address: %d", code)
	}
	if code, _ := w.trade(q.Get("code"), back); code != 40131 {
		t.Errorf("a code that was spent: %d", code)
	}
	_, q = w.page(nil)
	code, data := w.trade(q.Get("code"), back)
	if code != 0 || data["open_id"] != w.who.BusinessID || data["expires_in"] != 86400.0 {
		t.Fatalf("%d, %v", code, data)
	}
	// Who has allowed it all is sent back without a code, unless the page is asked for.
	if _, q := w.page(nil); q.Get("code") != "" {
		t.Errorf("once more: %v", q)
	}
	_, q = w.page(url.Values{"disable_auto_auth": {"1"}})
	w.Stage.Clock.Advance(11 * time.Minute)
	if code, _ := w.trade(q.Get("code"), back); code != 40131 {
		t.Errorf("after eleven minutes: %d", code)
	}
	// A code of one API opens nothing at the other.
	if _, _, text := w.Ask(http.MethodPost, "/v2/oauth/token/", url.Values{"client_key": {"awtiktokkey"}, "client_secret": {"tiktok-secret"}, "grant_type": {"authorization_code"},
		"code": {q.Get("code")}, "redirect_uri": {back}}.Encode(), "Content-Type", "application/x-www-form-urlencoded"); !strings.Contains(string(text), "invalid_grant") {
		t.Errorf("at the other API: %s", text)
	}
}

func TestAnAppIsToldWhatItAskedFor(t *testing.T) {
	w := raise(t, Options{})
	const app = `"app_id":"7300000000000000001","secret":"business-secret","event_type":"COMMENT"`
	shown := func() map[string]any {
		t.Helper()
		code, data := w.asks(http.MethodGet, "/business/webhook/list/?app_id=7300000000000000001&secret=business-secret&event_type=COMMENT", "")
		if code != 0 {
			t.Fatal(code)
		}
		return data
	}
	if data := shown(); data["callback_url"] != nil {
		t.Errorf("%v", data)
	}
	for body, want := range map[string]int{
		`{` + app + `,"callback_url":"http://kith.example.org/hooks"}`:                                                       40002,
		`{"app_id":"1","secret":"business-secret","event_type":"COMMENT","callback_url":"https://k.example"}`:                40101,
		`{"app_id":"7300000000000000001","secret":"business-secret","event_type":"LIKE","callback_url":"https://k.example"}`: 40002,
	} {
		if code, _ := w.asks(http.MethodPost, "/business/webhook/update/", body); code != want {
			t.Errorf("%s: %d", body, code)
		}
	}
	// Posts are added to those that were named before; only deleting makes it all again.
	for _, more := range []string{`,"item_list":["1"]`, `,"item_list":["2"]`, ``} {
		if code, _ := w.asks(http.MethodPost, "/business/webhook/update/", `{`+app+`,"callback_url":"https://k.example"`+more+`}`); code != 0 {
			t.Fatal(code)
		}
	}
	if posts, _ := shown()["item_list"].([]any); len(posts) != 2 {
		t.Errorf("%v", posts)
	}
	if code, _ := w.asks(http.MethodPost, "/business/webhook/delete/", `{`+app+`}`); code != 0 || shown()["callback_url"] != nil {
		t.Errorf("%d, %v", code, shown())
	}
}
