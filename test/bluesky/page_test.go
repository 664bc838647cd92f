package bluesky_test

import (
	"bytes"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/kithhq/kith/test/bluesky"
)

// visitor goes to the page of consent of the real server, as a browser does: with its
// cookies (which are for encrypted connections, and for one's own machine), and with
// what a browser says of each request.
type visitor struct {
	t       *testing.T
	who     bluesky.Account
	at      *url.URL // the page that is open
	cookies map[string]string
	proof   string // that they have signed in, for this request alone
}

const theirAPI = "/@atproto/oauth-provider/~api"

func visit(t *testing.T, who bluesky.Account, address string) *visitor {
	t.Helper()
	v := &visitor{t: t, who: who, cookies: map[string]string{}}
	v.open(address)
	// The first page looks whether cookies stay, and comes back to itself.
	page := v.open(v.at.String() + "&redirect-test=1")
	if !strings.Contains(page, "<html") || v.cookies["csrf-token"] == "" {
		t.Fatalf("the page of consent is %.400q, with %v", page, v.cookies)
	}
	v.at, _ = url.Parse(address)
	return v
}

func (v *visitor) do(r *http.Request) (int, string, http.Header) {
	v.t.Helper()
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) a browser")
	client := &http.Client{Timeout: soon, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	answer, err := client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, c := range answer.Cookies() {
		v.cookies[c.Name] = c.Value
	}
	return answer.StatusCode, string(body), answer.Header
}

func (v *visitor) open(address string) string {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		v.t.Fatal(err)
	}
	v.at = r.URL
	r.Header.Set("Sec-Fetch-Site", "none")
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	r.Header.Set("Sec-Fetch-Dest", "document")
	status, body, _ := v.do(r)
	if status != http.StatusOK {
		v.t.Fatalf("%s: %d %.400s", address, status, body)
	}
	return body
}

// asks is what the page itself asks its server.
func (v *visitor) asks(method, what string, in, out any) {
	v.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		v.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.at.Scheme+"://"+v.at.Host+theirAPI+what, bytes.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	} else {
		r.Body = http.NoBody
	}
	r.Header.Set("Origin", v.at.Scheme+"://"+v.at.Host)
	r.Header.Set("Referer", v.at.String())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Sec-Fetch-Mode", "same-origin")
	r.Header.Set("X-Csrf-Token", v.cookies["csrf-token"])
	if v.proof != "" {
		r.Header.Set("Authorization", "Bearer "+v.proof)
	}
	status, text, _ := v.do(r)
	if status != http.StatusOK || json.Unmarshal([]byte(text), out) != nil {
		v.t.Fatalf("%s: %d %s", what, status, text)
	}
}

func (v *visitor) signIn(remember bool) {
	v.t.Helper()
	var in struct {
		Proof string `json:"ephemeralToken"`
	}
	v.asks(http.MethodPost, "/sign-in", map[string]any{"locale": "fr", "username": v.who.Handle, "password": v.who.Password, "remember": remember}, &in)
	v.proof = in.Proof
}

// decides presses a button of the page and gives what comes back to Kith.
func (v *visitor) decides(button string) url.Values {
	v.t.Helper()
	in := map[string]any{}
	if button == "/consent" {
		v.signIn(false)
		in["did"] = v.who.DID
	}
	var to struct{ URL string }
	v.asks(http.MethodPost, button, in, &to)
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, to.URL, http.NoBody)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Referer", v.at.String())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	r.Header.Set("Sec-Fetch-Dest", "document")
	status, body, header := v.do(r)
	back, err := url.Parse(header.Get("Location"))
	if header.Get("Location") == "" { // it is sent by a form
		if found := leadsTo.FindStringSubmatch(body); found != nil {
			back, err = url.Parse(html.UnescapeString(found[1]))
		}
	}
	if err != nil || back.Query().Get("iss") == "" {
		v.t.Fatalf("sent back to %v, %v: %d %.600s", back, err, status, body)
	}
	return back.Query()
}

var leadsTo = regexp.MustCompile(`(?:href|action|url)="?=?'?([^"'> ]+state=[^"'> ]+)`)

// takesBack ends every application's consent, on the page of the account.
func (v *visitor) takesBack() int {
	v.t.Helper()
	v.proof = ""
	v.at, _ = url.Parse(v.at.Scheme + "://" + v.at.Host + "/account")
	v.signIn(true)
	var all []struct {
		Token string `json:"tokenId"`
	}
	v.asks(http.MethodGet, "/oauth-sessions?did="+url.QueryEscape(v.who.DID), nil, &all)
	for _, one := range all {
		var done any
		v.asks(http.MethodPost, "/revoke-oauth-session", map[string]any{"did": v.who.DID, "tokenId": one.Token}, &done)
	}
	return len(all)
}
