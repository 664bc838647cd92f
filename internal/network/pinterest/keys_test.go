package pinterest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/network/pinterest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/pinterest"
)

// consent lets us in by the page of consent, and gives the connection.
func consent(t *testing.T, w *networktest.World) (network.Conn, network.Account) {
	t.Helper()
	d := w.Driver.(*pinterest.Driver)
	asking := asking()
	going, err := d.Authorize(t.Context(), asking)
	if err != nil {
		t.Fatal(err)
	}
	back := follow(t, going.URL)
	if back.Get("state") != "s1" {
		t.Errorf("the state came back as %q", back.Get("state"))
	}
	accounts, err := d.Grant(t.Context(), asking, back)
	if err != nil || len(accounts) != 1 {
		t.Fatalf("%+v, %v", accounts, err)
	}
	if _, err := d.Grant(t.Context(), asking, back); !fault.Is(err, fault.Denied) {
		t.Errorf("a code that was used: %v", err)
	}
	a := accounts[0]
	return network.Conn{Base: a.Base, Account: a.ID, Keys: a.Keys, App: asking.App, Limits: a.Limits}, a
}

func asking() network.Asking {
	return network.Asking{App: network.App{ID: "1500001", Secret: "pin-secret"}, Redirect: "https://kith.example.org/connect/pinterest", State: "s1"}
}

const day = 24 * time.Hour

func TestConsentGivesKeysThatAreRenewed(t *testing.T) {
	w := networktest.NewWorld(t, harness(nil))
	d := w.Driver.(*pinterest.Driver)
	given := w.Stage.Clock.Now()
	conn, a := consent(t, w)
	if a.Handle != "atelier" || a.Warning != "" {
		t.Errorf("%+v", a)
	}
	if _, err := d.Grant(t.Context(), asking(), url.Values{"error": {"access_denied"}}); !fault.Is(err, fault.Denied) {
		t.Errorf("who says no: %v", err)
	}
	// They are renewed by themselves: what ends is the key that renews.
	health, keys, err := d.Check(t.Context(), conn)
	if err != nil || keys != "" || health.State != "ok" || !near(health.Expires, given.Add(60*day)) {
		t.Errorf("fresh keys: %+v, changed: %v, %v", health, keys != "", err)
	}
	w.Stage.Clock.Advance(25 * day)
	health, keys, err = d.Check(t.Context(), conn)
	if err != nil || health.State != "ok" || keys == "" || !near(health.Expires, given.Add(85*day)) {
		t.Fatalf("%+v, renewed: %v, %v", health, keys != "", err)
	}
	// The key that renews is good once. While the other one opens, that is a warning.
	health, again, err := d.Check(t.Context(), conn)
	if err != nil || again != "" || health.State != "warn" || !strings.Contains(health.Text, "renew") || health.Fix == "" ||
		!near(health.Expires, given.Add(30*day)) || health.Handle != "atelier" {
		t.Errorf("with a key that was used to renew: %+v, %v", health, err)
	}
	w.Stage.Clock.Advance(10 * day) // the old one has ended
	if health, _, err := d.Check(t.Context(), conn); err != nil || health.State != "broken" || health.Fix == "" {
		t.Errorf("with the old keys: %+v, %v", health, err)
	}
	conn.Keys = keys
	if health, _, err := d.Check(t.Context(), conn); err != nil || health.State != "ok" {
		t.Errorf("with the new keys: %+v, %v", health, err)
	}
}

// near forgives the moments that pass on the stage between two calls.
func near(a, b time.Time) bool { return a.Sub(b).Abs() < time.Hour }

// A wrong secret is no fault of the account, and is said as what it is.
func TestARenewalThatFailsForTheAppSaysSo(t *testing.T) {
	w := networktest.NewWorld(t, harness(nil))
	conn, _ := consent(t, w)
	w.Stage.Clock.Advance(25 * day)
	conn.App.Secret = "another"
	health, keys, err := w.Driver.(*pinterest.Driver).Check(t.Context(), conn)
	if err != nil || keys != "" || health.State != "warn" || !strings.Contains(health.Text, "our app") || !strings.Contains(health.Fix, "Settings") {
		t.Errorf("%+v, %v", health, err)
	}
	conn.App = network.App{} // nobody renews: the key itself ends
	health, _, err = w.Driver.(*pinterest.Driver).Check(t.Context(), conn)
	if err != nil || health.State != "warn" || !near(health.Expires, w.Stage.Clock.Now().Add(5*day)) {
		t.Errorf("without an app: %+v, %v", health, err)
	}
}

func TestTheEndOfRenewalsIsSaidAhead(t *testing.T) {
	w := networktest.NewWorld(t, harnessOf(pretended.Options{AccessLasts: 10 * day, RefreshLasts: 13 * day}, nil))
	conn, _ := consent(t, w)
	health, _, err := w.Driver.(*pinterest.Driver).Check(t.Context(), conn)
	ends := w.Stage.Clock.Now().Add(13 * day)
	if err != nil || health.State != "warn" || !strings.Contains(health.Text, health.Expires.Format(time.DateOnly)) || health.Fix == "" || !near(health.Expires, ends) {
		t.Errorf("%+v, %v", health, err)
	}
}

// What was renewed is kept, whatever comes after: the key that renewed it is spent.
func TestRenewedKeysAreKeptWhenTheRestFails(t *testing.T) {
	w := networktest.NewWorld(t, harness(nil))
	d := w.Driver.(*pinterest.Driver)
	conn, _ := consent(t, w)
	w.Stage.Clock.Advance(25 * day)
	w.Weather(sandbox.Mishap{Kind: sandbox.ServerError, Action: sandbox.Read})
	health, keys, err := d.Check(t.Context(), conn)
	if err != nil || keys == "" || health.State != "warn" || health.Text == "" {
		t.Fatalf("%+v, kept: %v, %v", health, keys != "", err)
	}
	w.Stage.Weather.Clear()
	conn.Keys = keys
	if health, _, err := d.Check(t.Context(), conn); err != nil || health.State != "ok" {
		t.Errorf("%+v, %v", health, err)
	}
}

func TestScopesThatAreMissingAreNamed(t *testing.T) {
	w := networktest.NewWorld(t, harness(nil))
	d := w.Driver.(*pinterest.Driver)
	going, err := d.Authorize(t.Context(), asking())
	if err != nil {
		t.Fatal(err)
	}
	few := strings.Replace(going.URL, url.QueryEscape("boards:write,"), "", 1)
	if few == going.URL {
		t.Fatalf("nothing was left out of %s", going.URL)
	}
	accounts, err := d.Grant(t.Context(), asking(), follow(t, few))
	if err != nil || len(accounts) != 1 || !strings.Contains(accounts[0].Warning, "boards:write") || strings.Contains(accounts[0].Warning, "pins:write") {
		t.Fatalf("%+v, %v", accounts, err)
	}
	conn := network.Conn{Base: accounts[0].Base, Account: accounts[0].ID, Keys: accounts[0].Keys, App: asking().App}
	health, _, err := d.Check(t.Context(), conn)
	if err != nil || health.State != "warn" || !strings.Contains(health.Text, "boards:write") || health.Fix == "" {
		t.Errorf("%+v, %v", health, err)
	}
}

// Apps on trial have a thousand calls a day: whether keys may write is tried once a
// day, and again as soon as something was refused.
func TestTheRightToWriteIsTriedOnceADay(t *testing.T) {
	w := networktest.NewWorld(t, harness(nil))
	d := w.Driver.(*pinterest.Driver)
	conn, _ := consent(t, w)
	check := func(times int) (last network.Health, tried int) {
		t.Helper()
		before := len(w.Front.Requests())
		for range times {
			health, keys, err := d.Check(t.Context(), conn)
			if err != nil {
				t.Fatal(err)
			}
			if keys != "" {
				conn.Keys = keys
			}
			last = health
			w.Stage.Clock.Advance(10 * time.Minute)
		}
		for _, r := range w.Front.Requests()[before:] {
			if r.Path == "/v5/media" {
				tried++
			}
		}
		return last, tried
	}
	if health, tried := check(3 * 144); health.State != "ok" || tried != 3 {
		t.Errorf("in three days it was tried %d times: %+v", tried, health)
	}
	if health, tried := check(3); health.State != "ok" || tried != 1 {
		t.Errorf("on the fourth day it was tried %d times: %+v", tried, health)
	}
	// Something is refused: then it is looked at, and until it is mended.
	w.Conn.Keys, w.Conn.Account = conn.Keys, conn.Account
	w.Weather(sandbox.Mishap{Kind: sandbox.TokenReduced})
	if _, err := w.Send(w.Part("refused")); !fault.Is(err, fault.Denied) {
		t.Fatal(err)
	}
	if health, tried := check(2); health.State != "broken" || tried != 2 {
		t.Errorf("after a refusal it was tried %d times: %+v", tried, health)
	}
	w.Stage.Weather.Clear()
	if health, tried := check(2); health.State != "ok" || tried != 1 {
		t.Errorf("when it is mended it was tried %d times: %+v", tried, health)
	}
}

// follow opens a page of consent as a browser would, and gives what comes back.
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
		t.Fatalf("sent to %v, %v", to, err)
	}
	return to.Query()
}
