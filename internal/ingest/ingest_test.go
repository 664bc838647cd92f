package ingest_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/ingest"
	"github.com/kithhq/kith/internal/leaktest"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/stream"
)

func TestMain(m *testing.M) {
	if child() {
		return
	}
	leaktest.Main(m.Run)
}

const key = "a key of the test's own network"

func sign(body []byte) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// told is how the test's own network tells of several people in one body.
type told struct{ Account, Person, Key string }

func knocker(_ context.Context, name network.Name, at string) (ingest.Knocker, error) {
	if name != "test" || at != "app" {
		return ingest.Knocker{}, fault.New(fault.NotFound, "nobody is here")
	}
	return ingest.Knocker{
		Challenge: func(q url.Values) (network.Answer, bool) {
			return network.Answer{Body: q.Get("challenge")}, q.Get("token") == "t"
		},
		Verify: func(h http.Header, body []byte) error {
			if !hmac.Equal([]byte(h.Get("Signature")), []byte(sign(body))) {
				return fault.New(fault.Denied, "forged")
			}
			return nil
		},
		Split: func(body []byte) ([]network.Raw, error) {
			var all []told
			if err := json.Unmarshal(body, &all); err != nil {
				return nil, fault.Wrap(fault.Invalid, err, "not understood")
			}
			var raws []network.Raw
			for _, x := range all {
				var other network.Name // a key may say that it is another network's
				if strings.HasPrefix(x.Key, "guest ") {
					other = "guest"
				}
				raws = append(raws, network.Raw{Network: other, Account: x.Account, Person: x.Person, Key: x.Key, Body: []byte(x.Key)})
			}
			return raws, nil
		},
	}, nil
}

func channels(_ context.Context, name network.Name, account string) ([]ingest.Channel, error) {
	if name == "guest" {
		return map[string][]ingest.Channel{"shared": {{Workspace: "v", ID: "guest"}}, "guests only": {{Workspace: "w", ID: "guest"}}}[account], nil
	}
	switch account {
	case "page":
		return []ingest.Channel{{Workspace: "w", ID: "c"}}, nil
	case "shared":
		return []ingest.Channel{{Workspace: "w", ID: "c"}, {Workspace: "v", ID: "d"}}, nil
	case "broken":
		return nil, fault.New(fault.Unavailable, "the database is away")
	case "bug":
		return nil, errors.New("a mistake that says too much")
	}
	return nil, nil
}

func facts(t testing.TB, change ...func(*stream.Options)) *stream.Stream {
	t.Helper()
	o := stream.Options{Dir: t.TempDir()}
	for _, f := range change {
		f(&o)
	}
	s, err := stream.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func door(s *stream.Stream, change ...func(*ingest.Options)) http.Handler {
	o := ingest.Options{Facts: s, Knocker: knocker, Channels: channels}
	for _, f := range change {
		f(&o)
	}
	return ingest.New(o).Handler()
}

func post(h http.Handler, path string, body []byte, signature string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	r.Header.Set("Signature", signature)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func body(all ...told) []byte {
	data, _ := json.Marshal(all)
	return data
}

// kept counts the facts of a person by erasing them.
func kept(t *testing.T, s *stream.Stream, workspace, person string) int {
	t.Helper()
	n, err := s.Erase(t.Context(), empty(t), workspace, person)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAKnockIsKeptBeforeItIsAnswered(t *testing.T) {
	s := facts(t)
	var heard []ingest.Channel
	h := door(s, func(o *ingest.Options) { o.Knocked = func(c ingest.Channel) { heard = append(heard, c) } })
	b := body(told{"page", "ann", "1"}, told{"page", "bob", "2"}, told{"page", "ann", "3"}, told{"shared", "eve", "4"}, told{"stranger", "joe", "5"})
	for range 2 {
		if w := post(h, "/hooks/test/app", b, sign(b)); w.Code != http.StatusAccepted || w.Body.Len() != 0 {
			t.Fatal(w.Code, w.Body)
		}
	}
	if w := post(h, "/hooks/test/app", []byte("[]"), sign([]byte("[]"))); w.Code != http.StatusAccepted {
		t.Error("nothing told:", w.Code)
	}
	for person, want := range map[string]int{"ann": 4, "bob": 2, "eve": 2, "joe": 0} {
		if n := kept(t, s, "w", person); n != want {
			t.Errorf("%d facts of %s, want %d", n, person, want)
		}
	}
	if n := kept(t, s, "v", "eve"); n != 2 {
		t.Errorf("%d facts in the other workspace", n)
	}
	if len(heard) != 2 { // twice told within a minute
		t.Error(heard)
	}
}

// Who answers is remembered, and nobody is refused on the strength of that: a new
// secret counts from its first webhook on. An old one counts no more, and a door that
// is gone is gone, once the door was told to forget.
func TestANewSecretCountsAtOnce(t *testing.T) {
	secret, asked := key, 0
	var d *ingest.Door
	meanwhile := func() {} // when it was found out who answers, and not yet said
	d = ingest.New(ingest.Options{Facts: facts(t), Channels: channels, Knocker: func(ctx context.Context, name network.Name, at string) (ingest.Knocker, error) {
		asked++
		if secret == "" {
			return ingest.Knocker{}, fault.New(fault.NotFound, "nobody is here")
		}
		k, err := knocker(ctx, name, at)
		now := secret
		k.Verify = func(h http.Header, _ []byte) error {
			if h.Get("Signature") != now {
				return fault.New(fault.Denied, "forged")
			}
			return nil
		}
		meanwhile()
		return k, err
	}})
	h, b := d.Handler(), body(told{"page", "ann", "1"})
	knock := func(signature string, want int) {
		t.Helper()
		if w := post(h, "/hooks/test/app", b, signature); w.Code != want {
			t.Errorf("signed with %q where %q is right: %d, not %d", signature, secret, w.Code, want)
		}
	}
	knock(key, http.StatusAccepted)
	for range 10 {
		knock(key, http.StatusAccepted)
	}
	if asked > 5 { // a second may have passed
		t.Errorf("it was asked %d times who answers", asked)
	}
	knock("forged", http.StatusForbidden)
	secret = "new"
	knock("new", http.StatusAccepted)
	knock(key, http.StatusForbidden)
	secret = "newer"
	d.Forget()
	knock("new", http.StatusForbidden)
	knock("newer", http.StatusAccepted)
	// It changes while somebody finds out who answers: that is not remembered.
	d.Forget()
	meanwhile = func() { secret, meanwhile = "newest", func() {}; d.Forget() }
	knock("newer", http.StatusAccepted)
	knock("newer", http.StatusForbidden)
	knock("newest", http.StatusAccepted)
	secret = ""
	d.Forget()
	knock("newest", http.StatusNotFound)
}

// One body tells of two networks: what names the other one goes to its channel in
// each workspace that has one, else to the channel of the network that told it.
func TestABodyMayTellOfAnotherNetwork(t *testing.T) {
	s := facts(t)
	var heard []ingest.Channel
	h := door(s, func(o *ingest.Options) { o.Knocked = func(c ingest.Channel) { heard = append(heard, c) } })
	b := body(told{"shared", "ann", "1"}, told{"shared", "ann", "guest 2"}, told{"shared", "ann", "guest 3"}, told{"guests only", "bob", "guest 4"}, told{"stranger", "joe", "guest 5"})
	for range 2 {
		if w := post(h, "/hooks/test/app", b, sign(b)); w.Code != http.StatusAccepted {
			t.Fatal(w.Code, w.Body)
		}
	}
	for who, want := range map[[2]string]int{{"w", "ann"}: 6, {"v", "ann"}: 6, {"w", "bob"}: 2, {"w", "joe"}: 0} {
		if n := kept(t, s, who[0], who[1]); n != want {
			t.Errorf("%d facts of %v, want %d", n, who, want)
		}
	}
	for _, c := range []ingest.Channel{{Workspace: "w", ID: "c"}, {Workspace: "v", ID: "d"}, {Workspace: "v", ID: "guest"}, {Workspace: "w", ID: "guest"}} {
		if !slices.Contains(heard, c) {
			t.Errorf("%v was not knocked at: %v", c, heard)
		}
	}
	if len(heard) != 4 {
		t.Error(heard)
	}
}

func TestWhatIsWrongIsRefusedAndNotKept(t *testing.T) {
	s := facts(t)
	h := door(s, func(o *ingest.Options) { o.MaxBody = 200_000 })
	good := body(told{"page", "ann", "1"})
	bug := body(told{"page", "ann", "1"}, told{"bug", "ann", "2"})
	away := body(told{"page", "ann", "1"}, told{"broken", "ann", "2"})
	large := append([]byte(`[{"Account":"page","Person":"ann","Key":"`), append(bytes.Repeat([]byte("x"), 250_000), `"}]`...)...)
	for _, x := range []struct {
		name, path string
		body       []byte
		signature  string
		want       int
	}{
		{"forged", "/hooks/test/app", good, sign([]byte("other")), http.StatusForbidden},
		{"not signed", "/hooks/test/app", good, "", http.StatusForbidden},
		{"no such address", "/hooks/test/other", good, sign(good), http.StatusNotFound},
		{"no such network", "/hooks/none/app", good, sign(good), http.StatusNotFound},
		{"no key", "/hooks/test", good, sign(good), http.StatusNotFound},
		{"huge", "/hooks/test/app", large, sign(large), http.StatusRequestEntityTooLarge},
		{"not understood", "/hooks/test/app", []byte("{"), sign([]byte("{")), http.StatusUnprocessableEntity},
		{"database away", "/hooks/test/app", away, sign(away), http.StatusServiceUnavailable},
		{"a mistake of ours", "/hooks/test/app", bug, sign(bug), http.StatusInternalServerError},
	} {
		w := post(h, x.path, x.body, x.signature)
		if w.Code != x.want || strings.Contains(w.Body.String(), "mistake") {
			t.Errorf("%s: %d %s", x.name, w.Code, w.Body)
		}
		if (x.want == http.StatusServiceUnavailable) != (w.Header().Get("Retry-After") != "") {
			t.Errorf("%s: Retry-After %q", x.name, w.Header().Get("Retry-After"))
		}
	}
	// without saying how long it is
	server := httptest.NewServer(h)
	defer server.Close()
	r, err := http.NewRequest(http.MethodPost, server.URL+"/hooks/test/app", io.MultiReader(bytes.NewReader(large)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Signature", sign(large))
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Error("chunked and huge:", answer.StatusCode)
	}
	if n := kept(t, s, "w", "ann"); n != 0 {
		t.Errorf("%d facts were kept", n)
	}
}

func TestAFullStreamSaysLater(t *testing.T) {
	s := facts(t, func(o *stream.Options) { o.MaxBytes = 1 << 20 })
	h := door(s)
	for i := range 1000 {
		b := body(told{"page", "ann", fmt.Sprint(i, strings.Repeat("x", 20_000))})
		w := post(h, "/hooks/test/app", b, sign(b))
		if w.Code == http.StatusServiceUnavailable && w.Header().Get("Retry-After") != "" {
			if n := kept(t, s, "w", "ann"); n != i {
				t.Errorf("%d were kept, %d answered so", n, i)
			}
			return
		}
		if w.Code != http.StatusAccepted {
			t.Fatal(w.Code)
		}
	}
	t.Error("it was never full")
}

func TestAChallengeIsAnsweredAsText(t *testing.T) {
	h := door(facts(t))
	for target, want := range map[string]int{
		"/hooks/test/app?token=t&challenge=%3Cscript%3E": http.StatusOK,
		"/hooks/test/app?token=x&challenge=1":            http.StatusForbidden,
		"/hooks/test/app":                                http.StatusForbidden,
		"/hooks/none/app?token=t":                        http.StatusNotFound,
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
		if w.Code != want {
			t.Errorf("%s: %d", target, w.Code)
		}
		if want == http.StatusOK && (w.Body.String() != "<script>" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") ||
			w.Header().Get("X-Content-Type-Options") != "nosniff") {
			t.Errorf("%s %v", w.Body, w.Header())
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodDelete, "/hooks/test/app", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Error(w.Code)
	}
}

func TestANewChannelMissesNothing(t *testing.T) {
	s, asked, now := facts(t), 0, time.Now()
	var connected []ingest.Channel
	h := door(s, func(o *ingest.Options) {
		o.Now = func() time.Time { return now }
		o.Channels = func(context.Context, network.Name, string) ([]ingest.Channel, error) { asked++; return connected, nil }
	})
	knock := func() {
		b := body(told{"page", "ann", fmt.Sprint(asked)})
		if w := post(h, "/hooks/test/app", b, sign(b)); w.Code != http.StatusAccepted {
			t.Fatal(w.Code)
		}
	}
	knock()
	connected = []ingest.Channel{{Workspace: "w", ID: "c"}}
	knock()
	knock()
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
	now = now.Add(time.Minute)
	connected = nil // removed
	knock()
	if n := kept(t, s, "w", "ann"); n != 2 || asked != 3 {
		t.Errorf("%d kept, asked %d times", n, asked)
	}
}

func FuzzKnock(f *testing.F) {
	f.Add("test", "app", []byte(`[{"Account":"page","Person":"ann","Key":"1"}]`), true)
	f.Add("test", "app", []byte(`[]`), false)
	f.Add("test", "", []byte(``), true)
	f.Add("..", "%2e%2e", []byte("\x00"), true)
	s := facts(f)
	h := door(s, func(o *ingest.Options) { o.MaxBody = 10_000 })
	f.Fuzz(func(t *testing.T, name, at string, b []byte, genuine bool) {
		signature := sign(b)
		if !genuine {
			signature = sign(append(b, 'x'))
		}
		path := "/hooks/" + url.PathEscape(name) + "/" + url.PathEscape(at)
		w := post(h, path, b, signature)
		here := name == "test" && at == "app"
		switch {
		case w.Code >= 500 && !bytes.Contains(b, []byte("b")): // "broken" and "bug" may be named
			t.Fatal(w.Code)
		case w.Code == http.StatusAccepted && (!here || !genuine || len(b) > 10_000):
			t.Fatalf("%q %q was taken", name, at)
		case here && !genuine && len(b) <= 10_000 && w.Code != http.StatusForbidden:
			t.Fatal("forged:", w.Code)
		}
	})
}
