package instagram_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/instagram"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/instagram"
	"github.com/kithhq/kith/internal/secret"
)

// consent is a world in which somebody stands before the page of consent.
type consent struct {
	*networktest.World
	t      *testing.T
	net    *pretended.Network
	driver *instagram.Driver
	ask    network.Asking
}

func before(t *testing.T, login string) *consent {
	t.Helper()
	c := &consent{t: t}
	h := harness(facebook)
	h.Open = func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		c.net = pretended.New(stage, pretended.Options{Fetch: fetch})
		a := c.net.AddAccount("atelier", "Atelier")
		c.net.AddAccount("boutique", "Boutique")
		return c.net.Handler(), func(string) map[string]string { return map[string]string{"token": a.PageToken} }
	}
	c.World = networktest.NewWorld(t, h)
	c.driver = c.Driver.(*instagram.Driver)
	app := network.App{ID: "600000000000002", Secret: "app-secret", Extra: map[string]string{"login": facebook}}
	if login == own {
		app = network.App{ID: "700000000000002", Secret: "ig-secret", Extra: map[string]string{"login": own}}
	}
	c.ask = network.Asking{App: app, Redirect: "https://kith.example.org/connect/instagram", State: "s-1", Verifier: "v"}
	return c
}

// answer goes to the page and answers it; what comes back is the query of our address.
func (c *consent) answer(form url.Values) url.Values {
	c.t.Helper()
	return networktest.Consent(c.t, c.driver, c.ask, form)
}

func TestSigningInWithEitherLogin(t *testing.T) {
	for login, want := range map[string]int{facebook: 2, own: 1} {
		c := before(t, login)
		back := c.answer(url.Values{"answer": {"allow"}})
		accounts, err := c.driver.Grant(t.Context(), c.ask, back)
		if err != nil || len(accounts) != want {
			t.Fatalf("%s: %+v, %v", login, accounts, err)
		}
		a := accounts[0]
		if a.Handle != "atelier" || a.Name != "Atelier" || a.Warning != "" || a.Keys == "" || a.ID != c.Account.ID || a.URL != "https://www.instagram.com/atelier/" {
			t.Errorf("%s: %+v", login, a)
		}
		conn := network.Conn{Base: a.Base, Account: a.ID, Handle: a.Handle, Keys: a.Keys, Limits: a.Limits, App: c.ask.App}
		health, _, err := c.driver.Check(t.Context(), conn)
		if err != nil || health.State != "ok" {
			t.Errorf("%s: %+v, %v", login, health, err)
		}
		c.Conn = conn
		c.Publish("signed in")
		// A code is good once.
		if _, err := c.driver.Grant(t.Context(), c.ask, back); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: a code for a second time: %v", login, err)
		}
	}
}

func TestSigningInThatIsNotAllowed(t *testing.T) {
	for _, login := range []string{facebook, own} {
		c := before(t, login)
		if back := c.answer(url.Values{"answer": {"deny"}}); back.Get("error") != "access_denied" {
			t.Errorf("%s: %v", login, back)
		}
		if _, err := c.driver.Grant(t.Context(), c.ask, url.Values{"state": {"s-1"}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: nothing: %v", login, err)
		}
		if _, err := c.driver.Grant(t.Context(), c.ask, url.Values{"code": {"made-up"}}); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: a code of nobody: %v", login, err)
		}
		back := c.answer(url.Values{"answer": {"allow"}})
		c.Stage.Clock.Advance(2 * time.Hour)
		if _, err := c.driver.Grant(t.Context(), c.ask, back); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: too late: %v", login, err)
		}
		wrong := c.ask
		wrong.App.Secret = "another"
		_, err := c.driver.Grant(t.Context(), wrong, c.answer(url.Values{"answer": {"allow"}}))
		if err == nil || strings.Contains(err.Error(), "another") {
			t.Errorf("%s: another secret: %v", login, err)
		}
	}
}

func TestPermissionsThatWereNotGivenAreNamed(t *testing.T) {
	for login, given := range map[string][]string{
		facebook: {"instagram_basic", "pages_show_list", "pages_read_engagement"},
		own:      {"instagram_business_basic", "instagram_business_content_publish"},
	} {
		c := before(t, login)
		accounts, err := c.driver.Grant(t.Context(), c.ask, c.answer(url.Values{"answer": {"allow"}, "granted": given}))
		if err != nil || len(accounts) == 0 || !strings.Contains(accounts[0].Warning, "manage_comments") || strings.Contains(accounts[0].Warning, given[0]+",") {
			t.Errorf("%s: %+v, %v", login, accounts, err)
		}
	}
}

// The app of one login proves nothing of the tokens of the other.
func TestAnAppOfTheOtherLoginIsLeftAside(t *testing.T) {
	o := open(t, facebook)
	o.Conn.App = network.App{ID: "700000000000002", Secret: "ig-secret", Extra: map[string]string{"login": own}}
	o.Publish("still")
	o = open(t, own)
	o.Conn.App = network.App{ID: "600000000000002", Secret: "app-secret"}
	o.Publish("still")
}

// With its own app, every call proves that the token is used by it.
func TestTokensAreUsedWithProof(t *testing.T) {
	stage := sandbox.New(sandbox.Options{Seed: 3, Frozen: true, Start: networktest.Start()})
	n := pretended.New(stage, pretended.Options{Fetch: fetch, RequireProof: true})
	a := n.AddAccount("atelier", "Atelier")
	base, out := served(t, stage, n)
	d := instagram.New(out, instagram.Options{Base: base, Now: stage.Clock.Now})
	if _, err := d.Connect(t.Context(), map[string]string{"token": a.PageToken}); err == nil {
		t.Error("without proof")
	}
	conn := network.Conn{Base: base, Account: a.ID, Handle: a.Username, App: word(), Keys: secret.Text(`{"login":"facebook","token":"` + a.PageToken + `","page":"` + a.PageID + `"}`)}
	if health, _, err := d.Check(t.Context(), conn); err != nil || health.State != "ok" {
		t.Errorf("with proof: %+v, %v", health, err)
	}
}

// Two calls take the token in the address, as they are documented; no other does.
func TestTokensStayOutOfAddresses(t *testing.T) {
	o := open(t, own)
	o.Publish("quiet")
	o.Stage.Clock.Advance(40 * 24 * time.Hour)
	if _, keys, err := o.driver.Check(t.Context(), o.Conn); err != nil || keys == "" {
		t.Fatalf("%v", err)
	}
	for _, r := range o.Front.Requests() {
		if strings.Contains(r.Query, "IGAA") && !slices.Contains([]string{"/refresh_access_token", "/access_token"}, r.Path) {
			t.Errorf("%s %s", r.Method, r.Path)
		}
	}
}

// A key that nobody renewed in time is said to be at its end.
func TestAKeyThatIsNotRenewedIsSaid(t *testing.T) {
	o := open(t, own)
	o.Stage.Clock.Advance(50 * 24 * time.Hour)
	o.Front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/refresh_access_token" {
			return false
		}
		w.WriteHeader(http.StatusInternalServerError)
		return true
	})
	health, keys, err := o.driver.Check(t.Context(), o.Conn)
	if err != nil || keys != "" || health.State != "warn" || health.Fix == "" || health.Expires.IsZero() {
		t.Errorf("%+v, %v", health, err)
	}
	o.Front.Instead(nil)
	o.Stage.Clock.Advance(20 * 24 * time.Hour)
	if health, _, err = o.driver.Check(t.Context(), o.Conn); err != nil || health.State != "broken" {
		t.Errorf("%+v, %v", health, err)
	}
}

// A key that is too young to be renewed is no ailment, and neither is one of which nobody
// knows how young it is: it opens the account.
func TestAYoungKeyIsNoAilment(t *testing.T) {
	for _, told := range []bool{true, false} {
		o := open(t, own)
		renewals := 0
		o.Front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/refresh_access_token" {
				return false
			}
			renewals++
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":{"message":"Session key invalid","type":"OAuthException","code":190}}`) // the client sees to it
			return true
		})
		var k map[string]any
		if err := json.Unmarshal([]byte(o.Conn.Keys.Reveal()), &k); err != nil {
			t.Fatal(err)
		}
		k["expires"] = o.Stage.Clock.Now().Add(20 * 24 * time.Hour).Unix()
		if !told {
			delete(k, "since")
		}
		data, err := json.Marshal(k)
		if err != nil {
			t.Fatal(err)
		}
		o.Conn.Keys = secret.Text(data)
		health, keys, err := o.driver.Check(t.Context(), o.Conn)
		if err != nil || keys != "" || health.State != "ok" || told && renewals != 0 || !told && renewals != 1 {
			t.Errorf("told how old it is: %v; %d renewals, %+v, %v", told, renewals, health, err)
		}
	}
}

func served(t *testing.T, stage *sandbox.Stage, n *pretended.Network) (string, *outward.Client) {
	t.Helper()
	server := httptest.NewServer(n.Handler())
	t.Cleanup(func() { stage.Close(); server.Close() })
	return server.URL, networktest.Client(t, stage.Clock.Now)
}
