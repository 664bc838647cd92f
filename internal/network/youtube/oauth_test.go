package youtube_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	pretended "github.com/kithhq/kith/internal/sandbox/youtube"
	"github.com/kithhq/kith/internal/secret"
)

func asking() network.Asking {
	return network.Asking{App: network.App{ID: client, Secret: hidden}, Redirect: "http://127.0.0.1:9/connect/youtube", State: "the-state",
		Verifier: "a-verifier-that-is-long-enough-to-be-one-0123456789"}
}

// agree goes to Google's page as a person would, and gives what comes back.
func agree(t *testing.T, w *world, ask network.Asking, answer url.Values) url.Values {
	t.Helper()
	going, err := w.Driver.(network.Authorizer).Authorize(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(going.URL)
	if err != nil {
		t.Fatal(err)
	}
	page, err := http.Get(going.URL)
	if err != nil || page.StatusCode != http.StatusOK {
		t.Fatalf("the page: %v, %v", page, err)
	}
	_ = page.Body.Close()
	form := u.Query()
	for name, values := range answer {
		form[name] = values
	}
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	said, err := browser.PostForm(u.Scheme+"://"+u.Host+u.Path, form)
	if err != nil || said.StatusCode != http.StatusFound {
		t.Fatalf("the answer: %v, %v", said, err)
	}
	_ = said.Body.Close()
	back, err := url.Parse(said.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(back.String(), ask.Redirect) || back.Query().Get("state") != ask.State {
		t.Fatalf("back at %v, %v", back, err)
	}
	return back.Query()
}

func TestConnectingByConsent(t *testing.T) {
	w := open(t, pretended.Options{})
	second := w.youtube.AddChannel("Le deuxième", "deuxieme")
	back := agree(t, w, asking(), url.Values{"answer": {"allow"}, "channel": {second.ID}})
	accounts, err := w.Driver.(network.Authorizer).Grant(t.Context(), asking(), back)
	if err != nil || len(accounts) != 1 {
		t.Fatalf("%+v, %v", accounts, err)
	}
	a := accounts[0]
	if a.ID != second.ID || a.Name != "Le deuxième" || a.Handle != "deuxieme" || a.Warning != "" || a.Keys == "" || a.Limits.Text.Max != 5000 {
		t.Errorf("%+v", a)
	}
	// A code is good once.
	_, err = w.Driver.(network.Authorizer).Grant(t.Context(), asking(), back)
	is(t, err, fault.Denied)

	// Its keys belong to the house's app: renewed with it, and not without.
	w.Conn = network.Conn{Base: a.Base, Account: a.ID, Keys: a.Keys, Limits: a.Limits, App: asking().App}
	w.Publish("by consent")
	w.Stage.Clock.Advance(2 * time.Hour)
	w.Publish("after the key has ended")
	health, fresh, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || health.State != "ok" || fresh == "" || health.Followers < 1000 || !health.Expires.IsZero() {
		t.Errorf("%+v, %v", health, err)
	}
	w.Conn.App = network.App{}
	w.Conn.Keys = fresh
	w.Restart()
	health, _, err = w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || health.Expires.Sub(w.Stage.Clock.Now().Add(time.Hour)).Abs() > time.Minute {
		t.Errorf("where nobody renews, the key itself ends: %+v, %v", health, err)
	}
	w.Stage.Clock.Advance(2 * time.Hour)
	_, err = w.Send(w.Part("without an app"))
	is(t, err, fault.Denied)
	health, _, err = w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || health.State != "broken" || health.Fix == "" {
		t.Errorf("%+v, %v", health, err)
	}
	for _, r := range w.Front.Requests() {
		if strings.Contains(r.Query, hidden) || strings.Contains(r.Query, "ya29.") || strings.Contains(r.Query, "1%2F%2F0") {
			t.Errorf("a key is in an address: %s", r.Path)
		}
	}
}

func TestConsentThatIsNotWhole(t *testing.T) {
	w := open(t, pretended.Options{})
	d := w.Driver.(network.Authorizer)
	grant := func(ask network.Asking, back url.Values) error {
		_, err := d.Grant(t.Context(), ask, back)
		return err
	}
	is(t, grant(asking(), agree(t, w, asking(), url.Values{"answer": {"deny"}})), fault.Denied)
	is(t, grant(asking(), url.Values{}), fault.Invalid)
	is(t, grant(asking(), url.Values{"code": {"4/forged"}}), fault.Denied)

	other := asking()
	other.Verifier = "somebody-elses-verifier-0123456789-0123456789"
	is(t, grant(other, agree(t, w, asking(), url.Values{"answer": {"allow"}})), fault.Denied)
	other = asking()
	other.Redirect += "x"
	is(t, grant(other, agree(t, w, asking(), url.Values{"answer": {"allow"}})), fault.Denied)
	other = asking()
	other.App.Secret = "wrong"
	err := grant(other, agree(t, w, asking(), url.Values{"answer": {"allow"}}))
	is(t, err, fault.Denied)
	if strings.Contains(err.Error(), "4/0A") {
		t.Error("an error gives a code away")
	}
	// Boxes that were not ticked.
	is(t, grant(asking(), agree(t, w, asking(), url.Values{"answer": {"allow"}, "granted": {"https://www.googleapis.com/auth/yt-analytics.readonly"}})), fault.Denied)
	accounts, err := d.Grant(t.Context(), asking(), agree(t, w, asking(), url.Values{"answer": {"allow"}, "granted": {"https://www.googleapis.com/auth/youtube.force-ssl"}}))
	if err != nil || len(accounts) != 1 || accounts[0].Warning == "" {
		t.Errorf("%+v, %v", accounts, err)
	}
	if _, err := d.Authorize(t.Context(), network.Asking{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("without an app: %v", err)
	}
}

func TestAnAppInTestingIsToldOf(t *testing.T) {
	w := open(t, pretended.Options{Testing: true})
	accounts, err := w.Driver.(network.Authorizer).Grant(t.Context(), asking(), agree(t, w, asking(), url.Values{"answer": {"allow"}}))
	if err != nil || len(accounts) != 1 || !strings.Contains(accounts[0].Warning, "Testing") {
		t.Fatalf("%+v, %v", accounts, err)
	}
	w.Conn.Keys, w.Conn.App = accounts[0].Keys, asking().App
	check := func() network.Health {
		health, fresh, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
		if err != nil {
			t.Fatal(err)
		}
		if fresh != "" {
			w.Conn.Keys = fresh
		}
		return health
	}
	if h := check(); h.State != "ok" || h.Expires.Sub(w.Stage.Clock.Now().AddDate(0, 0, 7)).Abs() > time.Minute {
		t.Errorf("at first: %+v", h)
	}
	w.Stage.Clock.Advance(5*24*time.Hour + time.Hour)
	if h := check(); h.State != "warn" || h.Fix == "" {
		t.Errorf("after five days: %+v", h)
	}
	w.Stage.Clock.Advance(2 * 24 * time.Hour)
	if h := check(); h.State != "broken" || !strings.Contains(h.Fix, "Testing") {
		t.Errorf("after seven days: %+v", h)
	}
}

func TestWhatWasAllowedIsEnded(t *testing.T) {
	w := open(t, pretended.Options{})
	for range 2 { // what is over already is no trouble
		if err := w.Driver.(network.Revoker).Revoke(t.Context(), w.Conn); err != nil {
			t.Fatal(err)
		}
	}
	if w.youtube.Revoke(w.channel.Refresh) {
		t.Error("Google was not told")
	}
	w.Restart()
	_, err := w.Send(w.Part("x"))
	is(t, err, fault.Denied)
}

func TestARevokedKeyIsNoticed(t *testing.T) {
	w := open(t, pretended.Options{})
	if !w.youtube.Revoke(w.channel.Refresh) {
		t.Fatal("not revoked")
	}
	_, err := w.Send(w.Part("x"))
	is(t, err, fault.Denied)
	health, keys, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || health.State != "broken" || keys != "" {
		t.Errorf("%+v, %v", health, err)
	}
	for _, nonsense := range []secret.Text{"", "{}", "x", `{"access":7}`} {
		w.Conn.Keys = nonsense
		_, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
		if err != nil {
			t.Errorf("%q: %v", nonsense.Reveal(), err)
		}
	}
}
