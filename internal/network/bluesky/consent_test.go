package bluesky_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/bluesky"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	pretended "github.com/kithhq/kith/internal/sandbox/bluesky"
	"github.com/kithhq/kith/internal/secret"
)

// Where people come back to: a house that has a public address, and one on somebody's
// own machine.
const (
	public  = "https://kith.example.org/connect/bluesky"
	machine = "http://127.0.0.1:8080/connect/bluesky"
)

const handle = "atelier.bsky.test"

func ask(app network.App, redirect string) network.Asking {
	return network.Asking{App: app, Redirect: redirect, State: secret.Token(), Verifier: secret.Token(), Settings: map[string]string{"handle": handle}}
}

// granting is Bluesky, entered by its page of consent.
func granting(redirect string, o pretended.Options) networktest.Harness {
	h := harness()
	h.Renew = 0 // keys are renewed where they are kept, and Check gives none back
	var app network.App
	did := ""
	h.Open = func(t *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
		d := bluesky.New(nil, bluesky.Options{})
		var err error
		if app, err = d.NewClient(); err != nil {
			t.Fatal(err)
		}
		o.Client = func(id string) ([]byte, error) {
			if id != network.ClientID(public) {
				t.Errorf("the client is called %s", id)
			}
			return d.ClientMetadata(app, public)
		}
		n := pretended.New(stage, o)
		us := n.Account(handle, "Atelier")
		n.Account("other.bsky.test", "Other")
		did = us.DID
		return n.Handler(), func(base string) map[string]string {
			return map[string]string{"handle": us.Handle, "password": us.AppPassword, "server": base}
		}
	}
	h.Enter = func(w *networktest.World) (network.Account, network.App) {
		return letIn(w, ask(app, redirect), did), app
	}
	return h
}

// letIn lets us in as an account of the page.
func letIn(w *networktest.World, a network.Asking, did string) network.Account {
	t := w.T()
	t.Helper()
	back, memory := networktest.ConsentMemory(t, w.Driver.(network.Authorizer), a, url.Values{"account": {did}})
	a.Memory = memory
	accounts, err := w.Driver.(network.Authorizer).Grant(t.Context(), a, back)
	if err != nil || len(accounts) != 1 || accounts[0].ID != did || accounts[0].Warning != "" {
		t.Fatalf("let in as %+v, %v", accounts, err)
	}
	return accounts[0]
}

func TestBlueskyByConsent(t *testing.T) { networktest.Run(t, granting(public, pretended.Options{})) }

func TestBlueskyByConsentOnOnesOwnMachine(t *testing.T) {
	w := networktest.NewWorld(t, granting(machine, pretended.Options{}))
	w.Publish("from a machine of one's own")
	// Servers ask again after two weeks: that is known beforehand, and true.
	health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if days := health.Expires.Sub(w.Stage.Clock.Now()).Hours() / 24; err != nil || days != 14 {
		t.Errorf("over in %v days, %v", days, err)
	}
	w.Stage.Clock.Advance(15 * 24 * time.Hour)
	if health, _, err = w.Driver.(network.Checker).Check(t.Context(), w.Conn); err != nil || health.State != "broken" {
		t.Errorf("after two weeks: %+v, %v", health, err)
	}
}

func TestWhatWasGivenToAClientThatSignsLasts(t *testing.T) {
	w := networktest.NewWorld(t, granting(public, pretended.Options{}))
	w.Stage.Clock.Advance(40 * 24 * time.Hour)
	health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || health.State != "ok" || !health.Expires.IsZero() {
		t.Errorf("after forty days: %+v, %v", health, err)
	}
}

func TestItIsTheSameAccountHoweverItWasConnected(t *testing.T) {
	w := networktest.NewWorld(t, granting(public, pretended.Options{}))
	by, err := w.Driver.(network.Connector).Connect(t.Context(), w.Fields())
	if a := w.Account; err != nil || by.Base != a.Base || by.ID != a.ID || by.Handle != a.Handle || by.Name != a.Name || by.URL != a.URL {
		t.Errorf("by consent %+v, by password %+v, %v", a, by, err)
	}
}

// A token that renews is good once: however many calls find the key over at the same
// moment, one of them asks, and all go on.
func TestKeysAreRenewedOnceForAllCalls(t *testing.T) {
	w := networktest.NewWorld(t, granting(public, pretended.Options{}))
	for round := range 3 {
		w.Stage.Clock.Advance(16 * time.Minute)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := w.Driver.(network.Measurer).Measure(context.WithoutCancel(t.Context()), w.Conn, []network.Ref{{ID: "at://" + w.Account.ID + "/app.bsky.feed.post/3mabcdefghi22"}}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if w.Renewals != round+1 {
			t.Errorf("after %d rounds keys were renewed %d times", round+1, w.Renewals)
		}
	}
	w.Restart()
	w.Publish("with keys of the third round")
}

func TestCheckRenewsBeforeAnythingMustWait(t *testing.T) {
	w := networktest.NewWorld(t, granting(public, pretended.Options{}))
	w.Stage.Clock.Advance(11 * time.Minute)
	health, keys, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || keys != "" || health.State != "ok" || w.Renewals != 1 {
		t.Errorf("%+v, %q, %v after %d renewals", health, keys.Reveal(), err, w.Renewals)
	}
}

// Whoever stole the keys and renewed them, or a renewal whose answer was lost: the
// server ends the consent, and the channel says so.
func TestASpentKeyEndsInConnectAgain(t *testing.T) {
	w := networktest.NewWorld(t, granting(public, pretended.Options{}))
	w.Stage.Clock.Advance(16 * time.Minute)
	lost := w.Conn
	lost.Renew = func(ctx context.Context, _ secret.Text, renew func(context.Context) (secret.Text, error)) (secret.Text, error) {
		if _, err := renew(ctx); err != nil {
			t.Error(err)
		}
		return "", fault.New(fault.Unavailable, "the process died")
	}
	if _, err := w.Driver.(network.Insighter).Insights(t.Context(), lost, time.Time{}); !fault.Is(err, fault.Unavailable) {
		t.Fatal(err)
	}
	w.Restart()
	_, err := w.Driver.(network.Insighter).Insights(t.Context(), w.Conn, time.Time{})
	if text, hint := fault.Shown(err); !fault.Is(err, fault.Denied) || hint != "Connect the account again." {
		t.Errorf("%v: %s %s", err, text, hint)
	}
	health, _, err := w.Driver.(network.Checker).Check(t.Context(), w.Conn)
	if err != nil || health.State != "broken" || health.Fix == "" {
		t.Errorf("%+v, %v", health, err)
	}
	// Let in again, it goes on.
	w.Connect()
	w.Publish("let in again")
}

func TestALostAnswerToARenewalIsNoDoubtAboutThePost(t *testing.T) {
	w := networktest.NewWorld(t, granting(public, pretended.Options{}))
	w.Stage.Clock.Advance(16 * time.Minute)
	w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/oauth/token" {
			w.Front.Next().ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		return false
	})
	if _, err := w.Send(w.Part("never sent")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v, and nothing was published for certain", err)
	}
	if all := w.Ledger(sandbox.Publish); len(all) != 0 {
		t.Errorf("published: %+v", all)
	}
}

func TestDisconnectingEndsTheConsent(t *testing.T) {
	w := networktest.NewWorld(t, granting(public, pretended.Options{}))
	if err := w.Driver.(network.Revoker).Revoke(t.Context(), w.Conn); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Driver.(network.Insighter).Insights(t.Context(), w.Conn, time.Time{}); !fault.Is(err, fault.Denied) {
		t.Errorf("afterwards: %v", err)
	}
}

func TestWhoComesBackIsLookedAt(t *testing.T) {
	w := networktest.NewWorld(t, granting(public, pretended.Options{}))
	driver := w.Driver.(network.Authorizer)
	again := func(press url.Values) (network.Asking, url.Values) {
		a := ask(w.Conn.App, public)
		back, memory := networktest.ConsentMemory(t, driver, a, press)
		a.Memory = memory
		return a, back
	}
	us := url.Values{"account": {w.Account.ID}}
	refused := func(name string, a network.Asking, back url.Values, want fault.Kind) {
		t.Helper()
		if accounts, err := driver.Grant(t.Context(), a, back); !fault.Is(err, want) {
			t.Errorf("%s: %v, %v", name, accounts, err)
		}
	}
	for name, spoil := range map[string]func(*network.Asking, url.Values){
		"another server":   func(_ *network.Asking, back url.Values) { back.Set("iss", "https://evil.example") },
		"no server":        func(_ *network.Asking, back url.Values) { back.Del("iss") },
		"another verifier": func(a *network.Asking, _ url.Values) { a.Verifier = secret.Token() },
		"another address":  func(a *network.Asking, _ url.Values) { a.Redirect = public + "/x" },
		"another key": func(a *network.Asking, _ url.Values) {
			other, err := bluesky.New(nil, bluesky.Options{}).NewClient()
			if err != nil {
				t.Error(err)
			}
			a.App.Secret = other.Secret
		},
		"another code": func(_ *network.Asking, back url.Values) { back.Set("code", "cod-guessed") },
	} {
		a, back := again(us)
		spoil(&a, back)
		refused(name, a, back, fault.Denied)
	}
	a, back := again(us)
	if _, err := driver.Grant(t.Context(), a, back); err != nil {
		t.Fatal(err)
	}
	refused("a code twice", a, back, fault.Denied)
	a, back = again(us)
	back.Del("code")
	refused("no code", a, back, fault.Invalid)
	if _, back := again(url.Values{"deny": {"1"}}); back.Get("error") != "access_denied" {
		t.Errorf("declined, the server says %v", back)
	}
	var there struct{ DID string }
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.Base+"/xrpc/com.atproto.identity.resolveHandle?handle=other.bsky.test", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&there); err != nil {
		t.Fatal(err)
	}
	a, back = again(url.Values{"account": {there.DID}})
	refused("somebody else", a, back, fault.Denied)
	// Who names the server alone may be anybody of it.
	a = ask(w.Conn.App, public)
	a.Settings["handle"] = w.Base
	if got := letIn(w, a, there.DID); got.Handle != "other.bsky.test" {
		t.Errorf("let in as %+v", got)
	}
}

// What a hostile server says of itself leads nobody anywhere.
func TestNobodyIsSentToWhatIsNoServer(t *testing.T) {
	w := networktest.NewWorld(t, granting(public, pretended.Options{}))
	driver := w.Driver.(network.Authorizer)
	for _, named := range []string{"", "no handle", "nobody.bsky.test", "javascript:alert(1)", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "did:web:127.0.0.1", "did:web:localhost%3A80", "http://user:pass@127.0.0.1", "https://10.0.0.1", "did:key:z6Mk"} {
		a := ask(w.Conn.App, public)
		a.Settings["handle"] = named
		if going, err := driver.Authorize(t.Context(), a); err == nil {
			t.Errorf("%q leads to %s", named, going.URL)
		}
	}
	for _, redirect := range []string{"http://kith.example.org/connect/bluesky", "http://localhost:8080/connect/bluesky", "https://localhost/connect/bluesky",
		"https://kith.example.org:8443/connect/bluesky", "https://192.0.2.1/connect/bluesky", "https://kith.lan/connect/bluesky", "https://kith/connect/bluesky", "https://[2001:db8::1]/x", ""} {
		if going, err := driver.Authorize(t.Context(), ask(w.Conn.App, redirect)); !fault.Is(err, fault.Invalid) {
			t.Errorf("to come back to %q one is sent to %s, %v", redirect, going.URL, err)
		}
	}
	for name, spoil := range map[string]func(document map[string]any){
		"another issuer":      func(d map[string]any) { d["issuer"] = "https://bsky.social" },
		"an issuer's path":    func(d map[string]any) { d["issuer"] = w.Base + "/x" },
		"no pushing":          func(d map[string]any) { d["require_pushed_authorization_requests"] = false },
		"does not say itself": func(d map[string]any) { d["authorization_response_iss_parameter_supported"] = false },
		"plain challenges":    func(d map[string]any) { d["code_challenge_methods_supported"] = []string{"plain"} },
		"other proofs":        func(d map[string]any) { d["dpop_signing_alg_values_supported"] = []string{"RS256"} },
		"a page of scripts":   func(d map[string]any) { d["authorization_endpoint"] = "javascript:alert(1)" },
		"unencrypted":         func(d map[string]any) { d["token_endpoint"] = "http://example.org/token" },
		"another resource":    func(d map[string]any) { d["resource"] = "https://bsky.social" },
		"two issuers":         func(d map[string]any) { d["authorization_servers"] = []string{w.Base, "https://bsky.social"} },
		"another's document":  func(d map[string]any) { d["id"] = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" },
		"another's handle":    func(d map[string]any) { d["alsoKnownAs"] = []string{"at://other.bsky.test"} },
	} {
		w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
			if !strings.HasPrefix(r.URL.Path, "/.well-known/") && !strings.HasPrefix(r.URL.Path, "/did:") {
				return false
			}
			heard := httptest.NewRecorder()
			w.Front.Next().ServeHTTP(heard, r)
			var document map[string]any
			if err := json.Unmarshal(heard.Body.Bytes(), &document); err != nil {
				t.Error(err)
			}
			had := len(document)
			spoil(document)
			if len(document) != had { // it was the other document
				heard.Body.Reset()
				w.Front.Next().ServeHTTP(heard, r)
			} else {
				heard.Body.Reset()
				if err := json.NewEncoder(heard.Body).Encode(document); err != nil {
					t.Error(err)
				}
			}
			_, _ = rw.Write(heard.Body.Bytes()) // the driver sees to it
			return true
		})
		if going, err := driver.Authorize(t.Context(), ask(w.Conn.App, public)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: one is sent to %s, %v", name, going.URL, err)
		}
	}
}

// An address that is not of the public internet is not asked, whoever names it.
func TestServersInsideAreNotAsked(t *testing.T) {
	out, err := outward.New(outward.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	asked := false
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	t.Cleanup(inside.Close)
	a := ask(network.App{}, public)
	a.Settings["handle"] = inside.URL
	if _, err := bluesky.New(out, bluesky.Options{}).Authorize(t.Context(), a); !fault.Is(err, fault.Denied) || asked {
		t.Errorf("%v, asked: %v", err, asked)
	}
}

// rewrite changes what the network answers below a path.
func rewrite(w *networktest.World, path, from, to string) {
	w.Front.Instead(func(rw http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, path) {
			return false
		}
		heard := httptest.NewRecorder()
		w.Front.Next().ServeHTTP(heard, r)
		for name, values := range heard.Header() {
			if name != "Content-Length" {
				rw.Header()[name] = values
			}
		}
		rw.WriteHeader(heard.Code)
		_, _ = rw.Write([]byte(strings.ReplaceAll(heard.Body.String(), from, to))) // the driver sees to it
		return true
	})
}

// A server may speak only for those whose own document leads to it, whatever it puts
// into an answer.
func TestAServerSpeaksForItsOwnAccountsAlone(t *testing.T) {
	w := networktest.NewWorld(t, granting(public, pretended.Options{}))
	other := httptest.NewServer(w.Front.Next())
	t.Cleanup(other.Close)
	driver := w.Driver.(network.Authorizer)
	a := ask(w.Conn.App, public)
	a.Settings["handle"] = w.Base
	back, memory := networktest.ConsentMemory(t, driver, a, url.Values{"account": {w.Account.ID}})
	a.Memory = memory
	rewrite(w, "/did:", w.Base, other.URL) // the account lives somewhere else
	if accounts, err := driver.Grant(t.Context(), a, back); !fault.Is(err, fault.Denied) {
		t.Errorf("let in as %+v, %v", accounts, err)
	}
	// Renewed, a key is somebody else's.
	w.Stage.Clock.Advance(16 * time.Minute)
	rewrite(w, "/oauth/token", w.Account.ID, "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")
	if _, err := w.Driver.(network.Insighter).Insights(t.Context(), w.Conn, time.Time{}); !fault.Is(err, fault.Denied) {
		t.Errorf("renewed for somebody else: %v", err)
	}
}

// What a person did not allow is said, and what is allowed works.
func TestLessThanAllIsSaid(t *testing.T) {
	w := networktest.NewWorld(t, granting(public, pretended.Options{}))
	for left, want := range map[string]string{"atproto transition:generic": "Connected, but direct messages were not allowed.", "atproto": ""} {
		rewrite(w, "/oauth/token", "atproto transition:generic transition:chat.bsky", left)
		a := ask(w.Conn.App, public)
		back, memory := networktest.ConsentMemory(t, w.Driver.(network.Authorizer), a, url.Values{"account": {w.Account.ID}})
		a.Memory = memory
		accounts, err := w.Driver.(network.Authorizer).Grant(t.Context(), a, back)
		if want == "" {
			if !fault.Is(err, fault.Denied) {
				t.Errorf("with %q let in as %+v, %v", left, accounts, err)
			}
			continue
		}
		if err != nil || len(accounts) != 1 || accounts[0].Warning != want {
			t.Fatalf("with %q let in as %+v, %v", left, accounts, err)
		}
		conn := w.Conn
		conn.Keys = accounts[0].Keys
		if health, _, err := w.Driver.(network.Checker).Check(t.Context(), conn); err != nil || health.State != "warn" || health.Text != "Connected without direct messages." {
			t.Errorf("%+v, %v", health, err)
		}
	}
}

// A key that the server finds over before its time is renewed, and the call goes on;
// one that opens less than it did is no app password, and people are not told of one.
func TestARefusedKeyIsRenewedOrSaidToBeTooSmall(t *testing.T) {
	w := networktest.NewWorld(t, granting(public, pretended.Options{}))
	us := w.Driver.(network.Insighter)
	w.Weather(sandbox.Mishap{Kind: sandbox.TokenExpired, Times: 1})
	if _, err := us.Insights(t.Context(), w.Conn, time.Time{}); err != nil || w.Renewals != 1 {
		t.Errorf("%v after %d renewals", err, w.Renewals)
	}
	w.Weather(sandbox.Mishap{Kind: sandbox.TokenReduced, Times: 1})
	_, err := us.Insights(t.Context(), w.Conn, time.Time{})
	if _, hint := fault.Shown(err); !fault.Is(err, fault.Denied) || hint != "Connect the account again, and allow all that is asked." {
		t.Errorf("%v: %s", err, hint)
	}
}

// A file is sent once: a process that knows no nonce yet asks for one beforehand.
func TestAFileIsSentWithANonceThatHolds(t *testing.T) {
	w := networktest.NewWorld(t, granting(public, pretended.Options{}))
	for round := range 3 {
		w.Restart()
		part := w.Part("a picture, sent once")
		const file = "\x89PNG\r\n\x1a\n and some more"
		part.Media = []network.Media{{Type: "image/png", Bytes: int64(len(file)), Width: 1, Height: 1,
			OpenAt: func(int64) (network.ReadCloser, error) { return io.NopCloser(strings.NewReader(file)), nil }}}
		before := len(w.Front.Requests())
		if _, err := w.Send(part); err != nil {
			t.Errorf("round %d: %v", round, err)
		}
		sent := 0
		for _, r := range w.Front.Requests()[before:] {
			if strings.HasSuffix(r.Path, "uploadBlob") {
				sent++
			}
		}
		if sent != 1 {
			t.Errorf("round %d: the file was sent %d times", round, sent)
		}
	}
}
