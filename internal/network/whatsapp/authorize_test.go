package whatsapp_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/whatsapp"
)

func (o *house) asking() network.Asking {
	return network.Asking{App: app(), Redirect: "https://kith.example.org/connect/whatsapp", State: "s-1", Verifier: "v"}
}

// consents goes to the page and answers it; what comes back is the query of our address.
func (o *house) consents(ask network.Asking, form url.Values) url.Values {
	o.t.Helper()
	going, err := o.driver.Authorize(o.t.Context(), ask)
	if err != nil {
		o.t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	page, err := client.Get(going.URL)
	if err != nil || page.StatusCode != http.StatusOK {
		o.t.Fatal(page, err)
	}
	_ = page.Body.Close() // it is for people
	u, err := url.Parse(going.URL)
	if err != nil {
		o.t.Fatal(err)
	}
	all := u.Query()
	for k, v := range form {
		all[k] = v
	}
	u.RawQuery = ""
	res, err := client.PostForm(u.String(), all)
	if err != nil {
		o.t.Fatal(err)
	}
	_ = res.Body.Close() // only where it leads counts
	to, err := res.Location()
	if err != nil || !strings.HasPrefix(to.String(), ask.Redirect) || to.Query().Get("state") != "s-1" {
		o.t.Fatal(to, err)
	}
	return to.Query()
}

func TestSigningInGivesTheNumbers(t *testing.T) {
	for _, config := range []string{"", "4711"} {
		o := open(t, harness(), pretended.Options{RequireProof: false})
		o.net.AddNumber("Atelier", "Atelier, orders", "+33 1 99 00 12 35")
		other := o.net.AddNumber("Boutique", "Boutique", "+33 1 99 00 56 78")
		ask := o.asking()
		ask.App.Extra = map[string]string{"config": config}
		accounts, err := o.driver.Grant(t.Context(), ask, o.consents(ask, url.Values{"answer": {"allow"}}))
		if err != nil || len(accounts) != 3 {
			t.Fatalf("%d accounts, %v", len(accounts), err)
		}
		accounts, err = o.driver.Grant(t.Context(), ask, o.consents(ask, url.Values{"answer": {"allow"}, "account": {other.Account}}))
		if err != nil || len(accounts) != 1 || accounts[0].ID != other.ID || accounts[0].Handle != other.Display || accounts[0].Warning != "" {
			t.Fatalf("%+v, %v", accounts, err)
		}
		o.Conn = network.Conn{Base: accounts[0].Base, Account: accounts[0].ID, Handle: accounts[0].Handle, Keys: accounts[0].Keys, Limits: accounts[0].Limits, App: app()}
		if _, err := o.driver.Subscribe(t.Context(), o.Conn, o.door); err != nil {
			t.Fatal(err)
		}
		done := o.Act(sandbox.Act{Account: other.ID, Kind: "message", Text: "bonjour", Person: "p001"})
		if got := o.of(network.Direct); len(got) != 1 || got[0].ID != done.ID {
			t.Errorf("%+v", got)
		}
	}
}

func TestWhatIsNotAllowedIsSaid(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	ask := o.asking()
	accounts, err := o.driver.Grant(t.Context(), ask, o.consents(ask, url.Values{"answer": {"allow"}, "granted": {"whatsapp_business_management"}}))
	if err != nil || len(accounts) != 1 || !strings.Contains(accounts[0].Warning, "whatsapp_business_messaging") {
		t.Errorf("%+v, %v", accounts, err)
	}
	_, err = o.driver.Grant(t.Context(), ask, o.consents(ask, url.Values{"answer": {"allow"}, "granted": {"business_management"}}))
	o.kind(err, fault.Invalid)
	back := o.consents(ask, url.Values{"answer": {"allow"}})
	if _, err := o.driver.Grant(t.Context(), ask, back); err != nil {
		t.Fatal(err)
	}
	_, err = o.driver.Grant(t.Context(), ask, back) // good once
	o.kind(err, fault.Denied)
	late := o.consents(ask, url.Values{"answer": {"allow"}})
	o.Stage.Clock.Advance(time.Minute)
	_, err = o.driver.Grant(t.Context(), ask, late)
	o.kind(err, fault.Denied)
	_, err = o.driver.Grant(t.Context(), ask, url.Values{"code": {"none"}})
	o.kind(err, fault.Denied)
	_, err = o.driver.Grant(t.Context(), ask, url.Values{})
	o.kind(err, fault.Invalid)
}

// Every call proves that the key is used by our app, where there is one.
func TestCallsProveTheApp(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	_, err := o.driver.Connect(t.Context(), map[string]string{"token": "EAAxxxxxxxxxx", "phone": "123456", "account": "123456"})
	o.kind(err, fault.Denied)
	o.Conn.App.Secret = "wrong"
	_, err = o.driver.Templates(t.Context(), o.Conn)
	o.kind(err, fault.Denied)
	o.Conn.App = app()
	if _, err := o.driver.Templates(t.Context(), o.Conn); err != nil {
		t.Error(err)
	}
}
