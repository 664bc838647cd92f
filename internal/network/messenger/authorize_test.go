package messenger_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/messenger"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/sandbox"
	pages "github.com/kithhq/kith/internal/sandbox/facebook"
)

// before is a world of two Pages in which somebody stands before Facebook's page of
// consent. Every call must prove that its token is used by the app.
func before(t *testing.T) (*house, *messenger.Driver, network.Asking) {
	t.Helper()
	s := open(t, pages.Options{RequireProof: true, Redirects: []string{"https://kith.example.org/connect/facebook"}})
	s.on.AddPage("Boutique")
	// As in a house whose app was entered by a person: nothing comes of the options.
	driver := messenger.New(s.out(), messenger.Options{GraphURL: s.Base, Now: s.Stage.Clock.Now})
	return s, driver, network.Asking{App: s.Conn.App, Redirect: "https://kith.example.org/connect/facebook", State: "s-1", Verifier: "v"}
}

func TestSigningInOffersThePagesThatWereChosen(t *testing.T) {
	s, driver, ask := before(t)
	going, err := driver.Authorize(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(going.URL)
	if err != nil || !strings.Contains(u.Query().Get("scope"), "pages_messaging") || strings.Contains(u.Query().Get("scope"), "pages_manage_posts") {
		t.Errorf("asked for too little or too much: %s", going.URL)
	}
	accounts, err := driver.Grant(t.Context(), ask, networktest.Consent(t, driver, ask, url.Values{"answer": {"allow"}}))
	if err != nil || len(accounts) != 2 {
		t.Fatalf("%+v, %v", accounts, err)
	}
	a := accounts[0]
	if a.ID != s.page.ID || a.Base != s.Account.Base || a.Name != "Atelier" || a.URL != "https://m.me/"+a.ID || a.Limits.Text.Max == 0 || a.Warning != "" {
		t.Errorf("%+v", a)
	}
	s.Act(sandbox.Act{Kind: "message", Text: "hello", Person: "p001"})
	conn := network.Conn{Base: a.Base, Account: a.ID, Keys: a.Keys, Limits: a.Limits, App: ask.App}
	if got, err := driver.Read(t.Context(), conn, ""); err != nil || len(got.Events) == 0 {
		t.Errorf("%+v, %v", got, err)
	}
	for what, back := range map[string]url.Values{"nothing": {}, "a used or invented code": {"code": {"AQB-invented"}}, "a huge one": {"code": {strings.Repeat("x", 5000)}}} {
		if _, err := driver.Grant(t.Context(), ask, back); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestWithoutTheMessagesNothingIsConnected(t *testing.T) {
	_, driver, ask := before(t)
	back := networktest.Consent(t, driver, ask, url.Values{"answer": {"allow"}, "granted": {"pages_show_list", "pages_read_engagement"}})
	_, err := driver.Grant(t.Context(), ask, back)
	if text, hint := fault.Shown(err); !fault.Is(err, fault.Denied) || text == "" || hint == "" {
		t.Errorf("%v", err)
	}
}

func TestPeopleAreSentToFacebook(t *testing.T) {
	going, err := messenger.New(nil, messenger.Options{}).Authorize(t.Context(), network.Asking{App: network.App{ID: appID}})
	if err != nil || !strings.HasPrefix(going.URL, "https://www.facebook.com/v25.0/dialog/oauth?") {
		t.Errorf("%s, %v", going.URL, err)
	}
}
