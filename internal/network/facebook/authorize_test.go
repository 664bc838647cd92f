package facebook_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/facebook"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/facebook"
)

// before is a world of two Pages in which somebody stands before the page of consent.
// Every call must prove that its token is used by the app.
func before(t *testing.T) (*house, network.Asking) {
	t.Helper()
	o := &house{t: t}
	h := harness(facebook.Options{AppID: appID, AppSecret: appSecret})
	h.Open = func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		o.net = pretended.New(stage, pretended.Options{RequireProof: true, Redirects: []string{"https://kith.example.org/connect/facebook"}})
		page := o.net.AddPage("Atelier")
		o.net.AddPage("Boutique")
		return o.net.Handler(), func(string) map[string]string { return map[string]string{"page": page.ID, "token": page.Token} }
	}
	o.World = networktest.NewWorld(t, h)
	// As in a house whose app was entered by a person: nothing comes of the options.
	o.driver = harness(facebook.Options{}).Driver(o.Client(), o.Base, o.Stage.Clock.Now).(*facebook.Driver)
	return o, network.Asking{App: network.App{ID: appID, Secret: appSecret, Verify: "typed"}, Redirect: "https://kith.example.org/connect/facebook", State: "s-1", Verifier: "v"}
}

func allow(more ...string) url.Values {
	form := url.Values{"answer": {"allow"}}
	for i := 0; i < len(more); i += 2 {
		form.Add(more[i], more[i+1])
	}
	return form
}

func TestSigningInOffersThePagesThatWereChosen(t *testing.T) {
	o, ask := before(t)
	back := networktest.Consent(t, o.driver, ask, allow())
	accounts, err := o.driver.Grant(t.Context(), ask, back)
	if err != nil || len(accounts) != 2 {
		t.Fatalf("%+v, %v", accounts, err)
	}
	a := accounts[0]
	if a.ID != o.Account.ID || a.Base != o.Account.Base || a.Name != "Atelier" || a.Handle != "atelier" || a.Warning != "" || a.URL != "https://www.facebook.com/"+a.ID || a.AvatarURL == "" || a.Limits.Text.Max == 0 {
		t.Errorf("%+v", a)
	}
	for _, a := range accounts {
		conn := network.Conn{Base: a.Base, Account: a.ID, Handle: a.Handle, Keys: a.Keys, Limits: a.Limits, App: ask.App}
		health, keys, err := o.driver.Check(t.Context(), conn)
		if err != nil || health.State != "ok" || keys != "" || !health.Expires.IsZero() {
			t.Errorf("%s: %+v, %v", a.Name, health, err)
		}
		o.Conn, o.Driver = conn, o.driver
		o.Publish("signed in as " + a.Name)
	}
	if _, err := o.driver.Grant(t.Context(), ask, back); !fault.Is(err, fault.Denied) {
		t.Errorf("a code for a second time: %v", err)
	}
	// Its key outlives the sixty days of the person's; what people write is shown for
	// ninety, which is said ahead.
	o.Stage.Clock.Advance(80 * 24 * time.Hour)
	if health, _, err := o.driver.Check(t.Context(), o.Conn); err != nil || health.State != "warn" || !strings.Contains(health.Text, "stops showing") || health.Fix == "" {
		t.Errorf("%+v, %v", health, err)
	}
	// The same way once more gives a new key for the same Page alone.
	accounts, err = o.driver.Grant(t.Context(), ask, networktest.Consent(t, o.driver, ask, allow("page", o.Conn.Account)))
	if err != nil || len(accounts) != 1 || accounts[0].ID != o.Conn.Account || accounts[0].Keys == o.Conn.Keys {
		t.Fatalf("%+v, %v", accounts, err)
	}
	o.Conn.Keys = accounts[0].Keys
	if health, _, err := o.driver.Check(t.Context(), o.Conn); err != nil || health.State != "ok" {
		t.Errorf("%+v, %v", health, err)
	}
}

func TestSigningInThatIsNotAllowed(t *testing.T) {
	o, ask := before(t)
	if back := networktest.Consent(t, o.driver, ask, url.Values{"answer": {"deny"}}); back.Get("error") != "access_denied" {
		t.Errorf("%v", back)
	}
	for name, back := range map[string]url.Values{"nothing": {"state": {"s-1"}}, "too much": {"code": {strings.Repeat("x", 3000)}}} {
		if _, err := o.driver.Grant(t.Context(), ask, back); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := o.driver.Grant(t.Context(), ask, url.Values{"code": {"made-up"}}); !fault.Is(err, fault.Denied) {
		t.Errorf("a code of nobody: %v", err)
	}
	back := networktest.Consent(t, o.driver, ask, allow())
	o.Stage.Clock.Advance(11 * time.Minute)
	if _, err := o.driver.Grant(t.Context(), ask, back); !fault.Is(err, fault.Denied) {
		t.Errorf("too late: %v", err)
	}
	wrong := ask
	wrong.App.Secret = "another"
	_, err := o.driver.Grant(t.Context(), wrong, networktest.Consent(t, o.driver, ask, allow()))
	if err == nil || strings.Contains(err.Error(), "another") {
		t.Errorf("another secret: %v", err)
	}
	wrong = ask
	wrong.Redirect += "/elsewhere"
	if _, err = o.driver.Grant(t.Context(), wrong, networktest.Consent(t, o.driver, ask, allow())); !fault.Is(err, fault.Denied) {
		t.Errorf("another address to come back to: %v", err)
	}
}

func TestPermissionsThatWereNotGivenAreNamed(t *testing.T) {
	o, ask := before(t)
	accounts, err := o.driver.Grant(t.Context(), ask, networktest.Consent(t, o.driver, ask, allow("granted", "pages_show_list", "granted", "pages_read_engagement")))
	if err != nil || len(accounts) != 2 || !strings.Contains(accounts[0].Warning, "pages_manage_posts") || strings.Contains(accounts[0].Warning, "pages_read_engagement") {
		t.Errorf("%+v, %v", accounts, err)
	}
	_, err = o.driver.Grant(t.Context(), ask, networktest.Consent(t, o.driver, ask, allow("granted", "pages_manage_posts")))
	if _, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(hint, "pages_show_list") {
		t.Errorf("no list of Pages: %v", err)
	}
}

// What goes wrong on the way gives nothing and gives nothing away.
func TestSigningInInBadWeather(t *testing.T) {
	for _, m := range []sandbox.Mishap{{Kind: sandbox.ServerError}, {Kind: sandbox.LostAnswer}, {Kind: sandbox.Throttled}, {Kind: sandbox.Maintenance}} {
		o, ask := before(t)
		back := networktest.Consent(t, o.driver, ask, allow())
		m.Action, m.Times = sandbox.Token, 1
		o.Weather(m)
		accounts, err := o.driver.Grant(t.Context(), ask, back)
		if err == nil && len(accounts) == 2 {
			continue // asked again at once, where that is harmless
		}
		if len(accounts) != 0 || strings.Contains(err.Error(), appSecret) || strings.Contains(err.Error(), back.Get("code")) {
			t.Errorf("%s: %+v, %v", m.Kind, accounts, err)
		}
	}
	// Tokens, codes and secrets stay out of addresses.
	o, ask := before(t)
	if _, err := o.driver.Grant(t.Context(), ask, networktest.Consent(t, o.driver, ask, allow())); err != nil {
		t.Fatal(err)
	}
	for _, r := range o.Front.Requests() {
		if strings.Contains(r.Query, "EAAG") || strings.Contains(r.Query, appSecret) || strings.Contains(r.Query, "code=") {
			t.Errorf("%s %s", r.Method, r.Path)
		}
	}
}
