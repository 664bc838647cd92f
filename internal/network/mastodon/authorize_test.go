package mastodon_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	pretended "github.com/kithhq/kith/internal/sandbox/mastodon"
	"github.com/kithhq/kith/internal/secret"
)

const comeBack = "https://kith.example.org/connect/mastodon"

func asking(w *networktest.World) network.Asking {
	return network.Asking{Redirect: comeBack, State: secret.Token(), Verifier: secret.Token(), Settings: map[string]string{"server": w.Base}}
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// consents goes to the server's page as a browser does, presses a button there and
// gives what the server sends back.
func consents(t *testing.T, address, button, value string) url.Values {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	shown, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(shown.Body)
	shown.Body.Close()
	if err != nil || shown.StatusCode != 200 {
		t.Fatalf("the page of consent: %s %s", shown.Status, page)
	}
	form := url.Values{button: {value}}
	for _, field := range hiddenField.FindAllStringSubmatch(string(page), -1) {
		form.Set(field[1], strings.NewReplacer("&amp;", "&", "&#43;", "+", "&#34;", `"`).Replace(field[2]))
	}
	sent, err := client.PostForm(strings.Split(address, "?")[0], form)
	if err != nil {
		t.Fatal(err)
	}
	sent.Body.Close()
	to, err := sent.Location()
	if err != nil || !strings.HasPrefix(to.String(), comeBack+"?") {
		t.Fatalf("the person is sent to %v, %v (%s)", to, err, sent.Status)
	}
	return to.Query()
}

func TestAPersonLetsUsIn(t *testing.T) {
	for name, o := range map[string]pretended.Options{"mastodon": {}, "gotosocial": {GoToSocial: true}} {
		t.Run(name, func(t *testing.T) {
			w := networktest.NewWorld(t, harness(o))
			driver, ask := w.Driver.(network.Authorizer), asking(w)
			going, err := driver.Authorize(t.Context(), ask)
			if err != nil {
				t.Fatal(err)
			}
			u, err := url.Parse(going.URL)
			if err != nil || "http://"+u.Host != w.Base || u.Query().Get("state") != ask.State || u.Query().Get("code_challenge_method") != "S256" ||
				strings.Contains(going.URL, ask.Verifier) || strings.Contains(going.URL, "secret") {
				t.Fatalf("a person is sent to %s, %v", going.URL, err)
			}
			back := consents(t, going.URL, "account", w.Account.ID)
			if back.Get("state") != ask.State {
				t.Errorf("the state that comes back is %q", back.Get("state"))
			}
			ask.Memory = going.Memory
			w.Restart() // nothing is remembered but the memory
			accounts, err := w.Driver.(network.Authorizer).Grant(t.Context(), ask, back)
			if err != nil || len(accounts) != 1 || accounts[0].ID != w.Account.ID || accounts[0].Base != w.Base || accounts[0].Handle != w.Account.Handle || accounts[0].Warning != "" {
				t.Fatalf("let in as %+v, %v", accounts, err)
			}
			// The key is one: it publishes.
			w.Conn.Keys = accounts[0].Keys
			if w.Conn.Keys == w.Account.Keys {
				t.Error("the key is the old one")
			}
			w.Publish("by a key that a person gave")
			// And the code was good once.
			if again, err := w.Driver.(network.Authorizer).Grant(t.Context(), ask, back); !fault.Is(err, fault.Denied) {
				t.Errorf("used twice, the code gives %v, %v", again, err)
			}
		})
	}
}

func TestWhoBringsAnotherVerifierIsNotLetIn(t *testing.T) {
	w := networktest.NewWorld(t, harness(pretended.Options{}))
	driver, ask := w.Driver.(network.Authorizer), asking(w)
	going, err := driver.Authorize(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	back := consents(t, going.URL, "account", w.Account.ID)
	ask.Memory, ask.Verifier = going.Memory, secret.Token()
	if accounts, err := driver.Grant(t.Context(), ask, back); !fault.Is(err, fault.Denied) {
		t.Errorf("a stolen code gives %v, %v", accounts, err)
	}
	if _, err := driver.Grant(t.Context(), ask, url.Values{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("no code gives %v", err)
	}
	if denied := consents(t, going.URL, "deny", "1"); denied.Get("error") != "access_denied" || denied.Get("state") != ask.State {
		t.Errorf("denied, the server says %v", denied)
	}
}

func TestNobodyIsSentToWhatIsNoMastodon(t *testing.T) {
	w := networktest.NewWorld(t, harness(pretended.Options{}))
	other := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte(`{"hello": "world"}`)) }))
	defer other.Close()
	for _, server := range []string{"", "no server", "javascript:alert(1)", "http://user:pass@127.0.0.1", other.URL} {
		ask := asking(w)
		ask.Settings["server"] = server
		going, err := w.Driver.(network.Authorizer).Authorize(t.Context(), ask)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%q gives %v, %v", server, going, err)
		}
	}
}

// Who disconnects a channel leaves no key behind that opens; one that its owner made
// on the server stays theirs.
func TestDisconnectingEndsTheToken(t *testing.T) {
	for name, o := range map[string]pretended.Options{"mastodon": {}, "gotosocial": {GoToSocial: true}} {
		t.Run(name, func(t *testing.T) {
			h := harness(o)
			if _, err := os.Stat(specs("mastodon", "abraham-schema.json")); err == nil {
				h.Judge = func(t *testing.T, next http.Handler) http.Handler {
					judged := judge(t, next)
					return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						if r.URL.Path == "/oauth/revoke" { // the page of consent is not described
							judged.ServeHTTP(w, r)
							return
						}
						next.ServeHTTP(w, r)
					})
				}
			}
			w := networktest.NewWorld(t, h)
			typed := w.Conn.Keys
			driver, ask := w.Driver.(network.Authorizer), asking(w)
			going, err := driver.Authorize(t.Context(), ask)
			if err != nil {
				t.Fatal(err)
			}
			ask.Memory = going.Memory
			accounts, err := driver.Grant(t.Context(), ask, consents(t, going.URL, "account", w.Account.ID))
			if err != nil || len(accounts) != 1 {
				t.Fatalf("%+v, %v", accounts, err)
			}
			w.Conn.Keys = accounts[0].Keys
			w.Publish("before")
			revoker := w.Driver.(network.Revoker)
			for range 2 { // what is ended already is no mistake
				if err := revoker.Revoke(t.Context(), w.Conn); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := w.Send(w.Part("afterwards")); !fault.Is(err, fault.Denied) {
				t.Errorf("afterwards: %v", err)
			}
			w.Conn.Keys = typed
			if err := revoker.Revoke(t.Context(), w.Conn); err != nil {
				t.Errorf("a token of an app that is not ours: %v", err)
			}
			w.Publish("by a key that its owner made")
		})
	}
}
