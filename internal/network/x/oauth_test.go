package x_test

import (
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/network/x"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/x"
	"github.com/kithhq/kith/internal/secret"
)

// house is a world whose network has an app of ours.
type house struct {
	*networktest.World
	t      *testing.T
	net    *pretended.Network
	driver *x.Driver
	app    network.App
}

func enter(t *testing.T, o pretended.Options) *house {
	t.Helper()
	return judgedBy(t, o, ofTheDocumentation)
}

// judgedBy is entered with a published text between.
func judgedBy(t *testing.T, o pretended.Options, text string) *house {
	t.Helper()
	w := &house{t: t}
	o.ClientID, o.Secret = "client-of-ours", "secret-of-ours"
	o.Plenty = true
	h := harness(o)
	h.Open = func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		w.net = pretended.New(stage, o)
		us := w.net.Account("atelier", "Atelier")
		return w.net.Handler(), func(string) map[string]string {
			return map[string]string{"token": us.Token, "refresh": us.Refresh}
		}
	}
	if _, err := os.Stat(specs(text)); err == nil && !o.Prose { // those names are not in it
		h.Judge = func(t *testing.T, next http.Handler) http.Handler { return judge(t, text, next) }
	}
	w.World = networktest.NewWorld(t, h)
	w.driver = w.Driver.(*x.Driver)
	w.app = network.App{ID: o.ClientID, Secret: secret.Text(o.Secret), Extra: map[string]string{"bearer": w.net.Bearer()}}
	w.Conn.App = w.app
	w.Conn.Renew = nil // what Check gives is looked at; that it is kept, flow's tests see to
	return w
}

func renewal(t *testing.T) {
	w := enter(t, pretended.Options{})
	w.Stage.Clock.Advance(95 * time.Minute)
	health, keys, err := w.driver.Check(t.Context(), w.Conn)
	// What Kith renews by itself needs nobody: X tells no end of what renews it.
	if err != nil || health.State != "ok" || keys == "" || keys == w.Conn.Keys || !health.Expires.IsZero() {
		t.Fatalf("health %+v, new keys: %v, %v", health, keys != "" && keys != w.Conn.Keys, err)
	}
	old, ends := w.Conn.Keys, w.Stage.Clock.Now().Add(25*time.Minute)
	w.Conn.Keys = keys
	w.Restart()
	w.Publish("with new keys")
	if _, again, err := w.driver.Check(t.Context(), w.Conn); err != nil || again != "" {
		t.Errorf("keys that are fresh were changed again: %v, %v", again != "", err)
	}
	// What was renewed once is not renewed with the old word again.
	w.Conn.Keys = old
	health, keys, err = w.driver.Check(t.Context(), w.Conn)
	if err != nil || health.State != "warn" || keys != "" || health.Fix == "" || health.Expires.Sub(ends).Abs() > time.Minute {
		t.Errorf("with a refresh token that was used: %+v, %v, %v", health, keys != "", err)
	}
	w.Stage.Clock.Advance(time.Hour)
	if health, _, err = w.driver.Check(t.Context(), w.Conn); err != nil || health.State != "broken" || health.Fix == "" || !health.Expires.IsZero() {
		t.Errorf("at its end: %+v, %v", health, err)
	}
	// What comes due before the next check is not refused for good.
	_, err = w.Send(w.Part("too late"))
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("with keys that are over and may be renewed: %v", err)
	}
}

// Who disconnects a channel leaves no key behind that opens.
func TestDisconnectingEndsTheKeys(t *testing.T) {
	w := enter(t, pretended.Options{})
	if err := w.driver.Revoke(t.Context(), network.Conn{Keys: w.Conn.Keys}); err != nil {
		t.Errorf("without an app nothing can be ended, and nothing is wrong: %v", err)
	}
	w.Publish("before")
	if err := w.driver.Revoke(t.Context(), w.Conn); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Send(w.Part("afterwards")); !fault.Is(err, fault.Denied) {
		t.Errorf("afterwards: %v", err)
	}
	w.Stage.Clock.Advance(26 * time.Hour) // now the keys would be renewed
	if health, keys, err := w.driver.Check(t.Context(), w.Conn); err != nil || keys != "" || health.State != "broken" {
		t.Errorf("renewed afterwards: %+v, %v", health, err)
	}
	other := w.Conn
	other.App.Secret = "another"
	if err := w.driver.Revoke(t.Context(), other); !fault.Is(err, fault.Denied) || strings.Contains(err.Error(), "another") {
		t.Errorf("with a wrong secret: %v", err)
	}
}

// Without our app nobody renews: the access itself ends.
func TestWithoutAnAppTheAccessItselfEnds(t *testing.T) {
	w := enter(t, pretended.Options{})
	w.Conn.App = network.App{}
	health, _, err := w.driver.Check(t.Context(), w.Conn)
	if err != nil || health.Expires.Sub(w.Stage.Clock.Now().Add(2*time.Hour)).Abs() > time.Minute {
		t.Errorf("%+v, %v", health, err)
	}
}

// A house that slept for a day renews its keys when it wakes.
func TestKeysAreRenewedAfterALongSleep(t *testing.T) {
	w := enter(t, pretended.Options{})
	w.Stage.Clock.Advance(26 * time.Hour)
	health, keys, err := w.driver.Check(t.Context(), w.Conn)
	if err != nil || health.State != "ok" || keys == "" {
		t.Fatalf("%+v, %v", health, err)
	}
	w.Conn.Keys = keys
	w.Publish("awake")
}

// An answer that is lost while keys are renewed costs the refresh token: while the
// token is good, that is a warning, and nothing stops.
func TestALostAnswerWhenRenewingIsSaid(t *testing.T) {
	w := enter(t, pretended.Options{})
	w.Stage.Clock.Advance(95 * time.Minute)
	w.Weather(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Token, Times: 1})
	if _, keys, err := w.driver.Check(t.Context(), w.Conn); !fault.Is(err, fault.Unavailable) || keys != "" {
		t.Fatalf("%v, %v", keys != "", err)
	}
	health, keys, err := w.driver.Check(t.Context(), w.Conn)
	if err != nil || health.State != "warn" || keys != "" || health.Fix == "" {
		t.Errorf("%+v, %v", health, err)
	}
	w.Publish("still here")
}

// consent opens the network's page and answers it, and gives where one is sent.
func (w *house) consent(t *testing.T, page string, form url.Values) url.Values {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ask := func(method string, form url.Values) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, page, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		if method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode, res.Header.Get("Location")
	}
	if status, _ := ask(http.MethodGet, nil); status != http.StatusOK {
		t.Fatalf("the page of consent answers %d", status)
	}
	status, location := ask(http.MethodPost, form)
	if status != http.StatusFound {
		t.Fatalf("answered, it says %d", status)
	}
	back, err := url.Parse(location)
	if err != nil {
		t.Fatal(err)
	}
	return back.Query()
}

func TestAnAccountLetsUsInByTheNetworksOwnPage(t *testing.T) {
	w := enter(t, pretended.Options{})
	asking := network.Asking{App: w.app, Redirect: "http://127.0.0.1:8080/connect/x", State: "of-this-try", Verifier: strings.Repeat("v", 43)}
	going, err := w.driver.Authorize(t.Context(), asking)
	if err != nil || !strings.HasPrefix(going.URL, w.Base+"/i/oauth2/authorize?") || strings.Contains(going.URL, asking.Verifier) || strings.Contains(going.URL, "secret-of-ours") {
		t.Fatalf("%q, %v", going.URL, err)
	}
	back := w.consent(t, going.URL, url.Values{"answer": {"allow"}, "account": {"atelier"}})
	if back.Get("state") != asking.State {
		t.Fatalf("came back with %v", back)
	}
	accounts, err := w.driver.Grant(t.Context(), asking, back)
	if err != nil || len(accounts) != 1 || accounts[0].ID != w.Account.ID || accounts[0].Handle != "atelier" || accounts[0].Warning != "" || accounts[0].Limits.Text.Max != 280 {
		t.Fatalf("%+v, %v", accounts, err)
	}
	w.Conn.Keys = accounts[0].Keys
	w.Publish("let in")
	// The code is good once, and for half a minute.
	_, err = w.driver.Grant(t.Context(), asking, back)
	if !fault.Is(err, fault.Denied) {
		t.Errorf("a second time: %v", err)
	}
	for name, spoil := range map[string]func(network.Asking, url.Values) network.Asking{
		"another verifier": func(a network.Asking, _ url.Values) network.Asking { a.Verifier += "x"; return a },
		"another address":  func(a network.Asking, _ url.Values) network.Asking { a.Redirect += "/"; return a },
		"another secret":   func(a network.Asking, _ url.Values) network.Asking { a.App.Secret = "guessed"; return a },
		"too late": func(a network.Asking, _ url.Values) network.Asking {
			w.Stage.Clock.Advance(31 * time.Second)
			return a
		},
		"no code": func(a network.Asking, q url.Values) network.Asking { q.Del("code"); return a },
	} {
		back := w.consent(t, going.URL, url.Values{"answer": {"allow"}, "account": {"atelier"}})
		if _, err := w.driver.Grant(t.Context(), spoil(asking, back), back); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v", name, err)
		} else if _, hint := fault.Shown(err); hint == "" || strings.Contains(err.Error(), back.Get("code")) && back.Get("code") != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	denied := w.consent(t, going.URL, url.Values{"answer": {"deny"}})
	if _, err := w.driver.Grant(t.Context(), asking, denied); !fault.Is(err, fault.Denied) {
		t.Errorf("refused on the page: %v", err)
	}
	if _, err := w.driver.Authorize(t.Context(), network.Asking{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("without an app: %v", err)
	}
}

func TestMissingScopesAreNamed(t *testing.T) {
	w := enter(t, pretended.Options{})
	asking := network.Asking{App: w.app, Redirect: "http://127.0.0.1:8080/connect/x", State: "s", Verifier: "v"}
	going, err := w.driver.Authorize(t.Context(), asking)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(going.URL)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("scope", "tweet.read tweet.write users.read offline.access")
	u.RawQuery = q.Encode()
	accounts, err := w.driver.Grant(t.Context(), asking, w.consent(t, u.String(), url.Values{"answer": {"allow"}, "account": {"atelier"}}))
	if err != nil || !strings.Contains(accounts[0].Warning, "dm.read") || strings.Contains(accounts[0].Warning, "tweet.write") {
		t.Fatalf("%+v, %v", accounts, err)
	}
	w.Conn.Keys = accounts[0].Keys
	health, _, err := w.driver.Check(t.Context(), w.Conn)
	if err != nil || health.State != "warn" || !strings.Contains(health.Text, "media.write") || health.Fix == "" {
		t.Errorf("%+v, %v", health, err)
	}
	_, sent := w.Publish("what may be done is done")
	w.Act(sandbox.Act{Kind: "comment", Target: sent.ID, Text: "and read", Person: "p001"})
	events, _ := w.Read("")
	if !slices.ContainsFunc(events, func(e network.Event) bool { return e.Text == "and read" }) {
		t.Errorf("read %+v", events)
	}
	err = w.driver.Hide(t.Context(), w.Conn, events[len(events)-1].Ref, true)
	if _, hint := fault.Shown(err); !fault.Is(err, fault.Denied) || hint == "" {
		t.Errorf("what may not be done: %v", err)
	}
}

// The refresh token alone may be left out; then the end of the access is said.
func TestATokenWithoutRefreshSaysThatItEnds(t *testing.T) {
	w := enter(t, pretended.Options{})
	token, _ := w.net.Issue(w.Account.ID, "tweet.read", "users.read")
	account, err := w.driver.Connect(t.Context(), map[string]string{"token": token})
	if err != nil {
		t.Fatal(err)
	}
	health, keys, err := w.driver.Check(t.Context(), network.Conn{Account: account.ID, Keys: account.Keys, App: w.app})
	if err != nil || health.State != "warn" || keys != "" || health.Fix == "" {
		t.Errorf("%+v, %v", health, err)
	}
	w.net.Revoke(account.ID)
	if health, _, err = w.driver.Check(t.Context(), network.Conn{Account: account.ID, Keys: account.Keys}); err != nil || health.State != "broken" {
		t.Errorf("%+v, %v", health, err)
	}
}

// Who pays X may write more, and is found out.
func TestPremiumAccountsWriteMore(t *testing.T) {
	w := enter(t, pretended.Options{Premium: true})
	if w.Account.Limits.Text.Max != 25000 {
		t.Fatalf("%+v", w.Account.Limits.Text)
	}
	w.Publish(strings.Repeat("long ", 200))
}

// Real addresses: nothing of the app's or the account's is in them.
func TestAddressesAreXs(t *testing.T) {
	d := x.New(nil, x.Options{})
	going, err := d.Authorize(t.Context(), network.Asking{App: network.App{ID: "me", Secret: "s"}, Redirect: "https://kith.example.org/connect/x", State: "s", Verifier: "v"})
	if err != nil || !strings.HasPrefix(going.URL, "https://x.com/i/oauth2/authorize?") || !strings.Contains(going.URL, "offline.access") {
		t.Errorf("%q, %v", going.URL, err)
	}
}
