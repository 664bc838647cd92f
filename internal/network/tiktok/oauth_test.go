package tiktok_test

import (
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/network/tiktok"
	"github.com/kithhq/kith/internal/sandbox"
)

func app() network.App {
	return network.App{ID: "awtiktokkey", Secret: "tiktok-secret", Extra: map[string]string{"business_app_id": "7300000000000000001", "business_app_secret": "business-secret",
		"business_authorize_url": "https://www.tiktok.com/v2/auth/authorize?client_key=awbusinesskey&scope=user.info.basic%2Cuser.insights%2Cbiz.brand.insights%2Cvideo.list%2Cvideo.insights%2Ccomment.list%2Ccomment.list.manage&response_type=code&redirect_uri=https%3A%2F%2Felsewhere.example.org%2F"}}
}

// consent connects by TikTok's page of consent, with the business keys that a world
// has; more goes into the address of the page.
func consent(t *testing.T, w *networktest.World, more url.Values) (network.Conn, network.Account) {
	t.Helper()
	d := w.Driver.(*tiktok.Driver)
	ask := network.Asking{App: app(), Redirect: "https://kith.example.org/connect/tiktok", State: "s1", Settings: w.Fields()}
	going, err := d.Authorize(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	back := follow(t, going.URL+"&"+more.Encode())
	if back.Get("state") != "s1" {
		t.Errorf("the state came back as %q", back.Get("state"))
	}
	accounts, err := d.Grant(t.Context(), ask, back)
	if err != nil || len(accounts) != 1 {
		t.Fatalf("%+v, %v", accounts, err)
	}
	a := accounts[0]
	return network.Conn{Base: a.Base, Account: a.ID, Handle: a.Handle, Keys: a.Keys, Limits: a.Limits, App: app()}, a
}

// follow opens a page of consent as a program would, and gives what comes back.
func follow(t *testing.T, address string) url.Values {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	to, err := url.Parse(answer.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), "https://kith.example.org/") {
		t.Fatalf("%d, sent to %v, %v", answer.StatusCode, to, err)
	}
	return to.Query()
}

func TestConsentLetsUsIn(t *testing.T) {
	var tt place
	w := networktest.NewWorld(t, harness(quick(), &tt))
	d := w.Driver.(*tiktok.Driver)
	conn, a := consent(t, w, nil)
	if a.ID != tt.ID || a.Handle != "librairie.h" || a.Name != "Librairie Hirondelle" || a.Warning != "" || !a.Limits.Comment {
		t.Errorf("%+v", a)
	}
	// The key is renewed by itself every day: a person is needed when what renews it ends.
	if h, _, err := d.Check(t.Context(), conn); err != nil || h.State != "ok" || h.Fix != "" || h.Expires.Sub(w.Stage.Clock.Now().AddDate(1, 0, 0)).Abs() > 25*time.Hour {
		t.Errorf("%+v, %v", h, err)
	}
	ask := network.Asking{App: app(), Redirect: "https://kith.example.org/connect/tiktok", State: "s1"}
	for name, back := range map[string]url.Values{"who says no": {"error": {"access_denied"}}, "a code that is none": {"code": {"nonsense"}}} {
		if _, err := d.Grant(t.Context(), ask, back); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := d.Grant(t.Context(), ask, url.Values{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("nothing came back: %v", err)
	}
	if _, err := d.Authorize(t.Context(), network.Asking{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("without an app: %v", err)
	}
	going, err := d.Authorize(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	if back := follow(t, going.URL+"&deny=1"); back.Get("error") != "access_denied" {
		t.Errorf("who says no comes back with %v", back)
	}
	back := follow(t, going.URL)
	wrong := ask
	wrong.App.Secret = "another"
	if _, err := d.Grant(t.Context(), wrong, back); !fault.Is(err, fault.Denied) || strings.Contains(err.Error(), "another") {
		t.Errorf("with a wrong secret: %v", err)
	}
	if _, err := d.Grant(t.Context(), ask, back); err != nil {
		t.Errorf("the code: %v", err)
	}
	if _, err := d.Grant(t.Context(), ask, back); !fault.Is(err, fault.Denied) {
		t.Errorf("the code once more: %v", err)
	}
	tt.Disconnect(tt.ID)
	if h, _, err := d.Check(t.Context(), conn); err != nil || h.State != "broken" || h.Fix == "" {
		t.Errorf("after the account took the rights away: %+v, %v", h, err)
	}
}

func TestFewerRightsAreSaid(t *testing.T) {
	w := networktest.NewWorld(t, harness(quick(), nil))
	d := w.Driver.(*tiktok.Driver)
	conn, a := consent(t, w, url.Values{"only": {"user.info.basic,video.publish"}})
	if a.Warning == "" || a.Name != "Librairie Hirondelle" || a.Handle != "librairie.h" {
		t.Errorf("%+v", a)
	}
	if h, _, err := d.Check(t.Context(), conn); err != nil || h.State == "broken" || h.Followers != -1 {
		t.Errorf("%+v, %v", h, err)
	}
	conn, a = consent(t, w, url.Values{"only": {"user.info.basic"}})
	if a.Warning == "" {
		t.Errorf("%+v", a)
	}
	if h, _, err := d.Check(t.Context(), conn); err != nil || h.State != "broken" || h.Fix == "" {
		t.Errorf("who may not publish: %+v, %v", h, err)
	}
}

func TestAnAccountWithoutABusinessTokenSaysWhatIsMissing(t *testing.T) {
	var tt place
	w := networktest.NewWorld(t, harness(quick(), &tt))
	d := w.Driver.(*tiktok.Driver)
	a, err := d.Connect(t.Context(), map[string]string{"token": tt.Token})
	if err != nil || !strings.Contains(a.Warning, "Comments are not connected") || a.Limits.Comment {
		t.Fatalf("%+v, %v", a, err)
	}
	conn := network.Conn{Base: a.Base, Account: a.ID, Handle: a.Handle, Keys: a.Keys, Limits: a.Limits}
	h, _, err := d.Check(t.Context(), conn)
	if err != nil || h.State != "ok" || !strings.Contains(h.Text, "Comments are not connected") || h.Fix == "" {
		t.Errorf("%+v, %v", h, err)
	}
	if got, err := d.Read(t.Context(), conn, "7"); err != nil || len(got.Events) != 0 || got.More || got.Next != "7" {
		t.Errorf("%+v, %v", got, err)
	}
	ref := network.Ref{ID: "7412345678901234567", Extra: []byte(`{"post":"7412345678901234568"}`)}
	for name, err := range map[string]error{"like": d.Like(t.Context(), conn, ref, true), "hide": d.Hide(t.Context(), conn, ref, true), "pin": d.Pin(t.Context(), conn, ref, true),
		"delete": d.Delete(t.Context(), conn, ref)} {
		if _, hint := fault.Shown(err); !fault.Is(err, fault.Denied) || hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.Conn = conn
	_, sent := w.Publish("published all the same")
	if c, err := d.Measure(t.Context(), conn, []network.Ref{sent.Ref}); err != nil || len(c[sent.ID]) != 4 {
		t.Errorf("counted %v, %v", c, err)
	}
	if c, err := d.Insights(t.Context(), conn, w.Stage.Clock.Now()); err != nil || c[network.Followers] != 240 || c["tiktok:videos"] != 1 {
		t.Errorf("insights %v, %v", c, err)
	}
}

// A renewed key may be the only one that still opens: it is kept, whatever comes after.
func TestRenewedKeysAreKeptWhenTheRestFails(t *testing.T) {
	w := networktest.NewWorld(t, harness(quick(), nil))
	d := w.Driver.(*tiktok.Driver)
	conn, _ := consent(t, w, nil)
	w.Stage.Clock.Advance(19 * time.Hour)
	w.Weather(sandbox.Mishap{Kind: sandbox.ServerError, Action: sandbox.Read})
	health, fresh, err := d.Check(t.Context(), conn)
	if err != nil || fresh == "" || health.State != "warn" || health.Limits.Text.Max == 0 {
		t.Fatalf("%+v, kept: %v, %v", health, fresh != "", err)
	}
	w.Stage.Weather.Clear()
	conn.Keys = fresh
	if health, _, err := d.Check(t.Context(), conn); err != nil || health.State != "ok" {
		t.Errorf("%+v, %v", health, err)
	}
	// Without an app nothing is renewed, and that is said in time.
	w.Stage.Clock.Advance(20 * time.Hour)
	conn.App = network.App{}
	health, fresh, err = d.Check(t.Context(), conn)
	if left := health.Expires.Sub(w.Stage.Clock.Now()); err != nil || fresh != "" || health.State != "warn" || health.Fix == "" || left <= 0 || left > 6*time.Hour {
		t.Errorf("%+v, %v", health, err)
	}
}

// An account has ended when the first of its keys has.
func TestTheEndOfTheBusinessTokenIsAnEnd(t *testing.T) {
	w := networktest.NewWorld(t, harness(quick(), nil))
	d := w.Driver.(*tiktok.Driver)
	conn, _ := consent(t, w, nil)
	conn.App.Extra = nil // nobody renews the business token
	w.Stage.Clock.Advance(19 * time.Hour)
	health, fresh, err := d.Check(t.Context(), conn)
	if left := health.Expires.Sub(w.Stage.Clock.Now()); err != nil || fresh == "" || health.State != "warn" || !strings.Contains(health.Text, "key for comments") || left <= 0 || left > 6*time.Hour {
		t.Errorf("%+v, %v", health, err)
	}
}

func TestThePageOfConsentCanBeClicked(t *testing.T) {
	w := networktest.NewWorld(t, harness(quick(), nil))
	going, err := w.Driver.(network.Authorizer).Authorize(t.Context(), network.Asking{App: app(), Redirect: "https://kith.example.org/connect/tiktok", State: "s1"})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, going.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "text/html")
	answer, err := (&http.Client{}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	links := regexp.MustCompile(`href="([^"]+)">(Allow|Cancel)<`).FindAllStringSubmatch(string(page), -1)
	if err != nil || len(links) != 2 {
		t.Fatalf("%s, %v", page, err)
	}
	for i, want := range []string{"code", "error"} {
		if back := follow(t, w.Base+html.UnescapeString(links[i][1])); back.Get(want) == "" || back.Get("state") != "s1" {
			t.Errorf("%s leads to %v", links[i][2], back)
		}
	}
}

func TestWhatWasAllowedIsEnded(t *testing.T) {
	w := networktest.NewWorld(t, harness(quick(), nil))
	conn, _ := consent(t, w, url.Values{"answer": {"allow"}})
	for range 2 { // what is over already is no trouble
		if err := w.Driver.(network.Revoker).Revoke(t.Context(), conn); err != nil {
			t.Fatal(err)
		}
	}
	health, _, err := w.Driver.(network.Checker).Check(t.Context(), conn)
	if err != nil || health.State != "broken" {
		t.Errorf("TikTok was not told: %+v, %v", health, err)
	}
	comment := network.Ref{ID: "7100000000000000004", Extra: json.RawMessage(`{"post":"7100000000000000001","top":"7100000000000000003"}`)}
	if err := w.Driver.(network.Hider).Hide(t.Context(), conn, comment, true); !fault.Is(err, fault.Denied) {
		t.Errorf("the business token opens still: %v", err)
	}
	conn.App.Secret = "another"
	if err := w.Driver.(network.Revoker).Revoke(t.Context(), conn); err == nil {
		t.Error("TikTok refused, and nobody hears of it")
	}
}
