package x

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/network/rest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/secret"
)

const us = "1111111111111111111"

// seeds are the webhooks of the documentation.
func seeds(f *testing.F) [][]byte {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "events", "*.json"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	var all [][]byte
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, data)
	}
	return all
}

func sound(t *testing.T, raw network.Raw) []network.Event {
	t.Helper()
	conn := network.Conn{Account: us}
	return networktest.Decoded(t, &Driver{}, conn, raw)
}

func FuzzSplit(f *testing.F) {
	for _, data := range seeds(f) {
		f.Add(data)
	}
	f.Add([]byte(`{"data":{"filter":{"user_id":"1"},"event_type":"post.create","payload":{"id":"1","author_id":"1","created_at":"2026-11-26T10:00:00Z"},"includes":{"users":7}}}`))
	f.Add([]byte(`{"data":{"filter":{"user_id":"1"},"event_type":"dm.received","payload":{"direct_message_events":[null,{"type":"message_create"}],"users":{"2":null}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		keys := map[string]bool{}
		for _, raw := range networktest.Apart(t, &Driver{}, network.Conn{Account: us}, data) {
			if len(raw.Body) > 8*textMost {
				t.Fatalf("raw %+v", raw)
			}
			if keys[raw.Key] && !strings.HasPrefix(raw.Key, "message ") {
				t.Fatalf("two facts of one event have the key %q", raw.Key)
			}
			keys[raw.Key] = true
			if events := sound(t, raw); len(events) != 1 {
				t.Fatalf("split, and decoded as %+v", events)
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, data := range seeds(f) {
		raws, err := (&Driver{}).Split(data)
		if err != nil {
			f.Fatal(err)
		}
		for _, raw := range raws {
			f.Add(raw.Body)
		}
	}
	f.Add([]byte(`{"post":{"p":{"id":"1","text":"@a \u0000","author_id":"2","edit_history_post_ids":["\ud800","3"],"display_text_range":[-5,2]},"u":{"id":"2"},"v":true}}`))
	f.Add([]byte(`{"act":{"k":"follow","u":{"id":"1"},"r":true}}`))
	f.Add([]byte(`{"chat":{"id":"1","c":"1-2","u":{"id":"2"},"t":"&amp;lt;","m":[{"type":"photo"}]}}`))
	f.Add([]byte(`{"gone":{"id":"1","p":"\ud800"}}`))
	f.Fuzz(func(t *testing.T, data []byte) { sound(t, network.Raw{Body: data}) })
}

// A page of a list hides nothing because of one odd line, and a look trusts none
// that has one.
func FuzzPage(f *testing.F) {
	f.Add([]byte(`{"data":[{"id":"1","text":"x","author_id":"1","created_at":"2026-11-26T10:00:00.000Z"},7,null],"meta":{"result_count":3}}`))
	f.Add([]byte(`{"data":[],"meta":{"result_count":0}}`))
	f.Add([]byte(`{"data":null,"meta":{"result_count":0,"next_token":"a"},"includes":{"users":[null]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p page
		if json.Unmarshal(data, &p) != nil {
			return
		}
		if p.whole() && (p.Meta.Count == nil || *p.Meta.Count != len(p.Data)) {
			t.Fatal("not whole")
		}
		for _, one := range p.Data {
			n := notice{Post: one, Author: p.user(one.Author), Media: leanMedia(p.Includes.Media, one.Attachments.Keys)}
			for _, raw := range n.raws(us) {
				sound(t, raw)
			}
		}
	})
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"@a @b hi &lt;b&gt; https://t.co/x", "@", "@a", "@é x", "&amp;lt;", "https://t.co/x https://t.co/x", "http://t.co/x0https:/", "\xff @a"} {
		f.Add(s, "https://t.co/x", "https://example.org/&lt;", 5)
	}
	f.Fuzz(func(t *testing.T, s, short, full string, shown int) {
		p := post{ID: "1", Text: s, Refers: []reference{{"replied_to", "2"}}, Range: []int{shown, 9}}
		p.Entities.URLs = []link{{URL: short, Expanded: full}, {URL: short, Expanded: full, Key: "3_1"}}
		said, _ := p.plain()
		if !utf8.ValidString(said) || strings.ContainsRune(said, 0) || len(said) > textMost {
			t.Fatalf("%q of %q", said, s)
		}
		if again, _ := p.plain(); again != said {
			t.Fatal("twice differs")
		}
		if alike(alike(said)) != alike(said) {
			t.Fatalf("folded twice, %q is %q and %q", said, alike(said), alike(alike(said)))
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add("sha256=x", "", []byte("{}"))
	f.Add("", "sha256=", []byte{})
	f.Fuzz(func(t *testing.T, newer, older string, data []byte) {
		header := http.Header{}
		for name, v := range map[string]string{"X-Twitter-Webhooks-Signature-Oauth2": newer, "X-Twitter-Webhooks-Signature": older} {
			if v != "" {
				header.Set(name, v)
			}
		}
		want := sign("secret", data)
		if err := (&Driver{}).Verify(header, data, "secret"); err == nil && newer != want && older != want {
			t.Fatal("a forgery is taken")
		}
		if err := (&Driver{}).Verify(header, data, ""); err == nil {
			t.Fatal("taken without a secret")
		}
		good := http.Header{}
		good.Set("X-Twitter-Webhooks-Signature-OAuth2", want)
		if err := (&Driver{}).Verify(good, data, "secret"); err != nil {
			t.Fatal(err)
		}
	})
}

// Whatever X says when it refuses, nothing of its words is in the error.
func FuzzRefusal(f *testing.F) {
	f.Add(403, []byte(`{"detail":"You are not allowed to create a Tweet with duplicate content.","type":"about:blank","title":"Forbidden","status":403}`), "0", "1785000000")
	f.Add(400, []byte(`{"errors":[{"message":"Your media IDs are invalid."}]}`), "", "")
	f.Add(429, []byte(`Too Many`), "0", "x")
	f.Fuzz(func(t *testing.T, status int, data []byte, remaining, reset string) {
		if status < 300 || status > 599 {
			return
		}
		header := http.Header{}
		header.Set("x-rate-limit-remaining", remaining)
		header.Set("x-rate-limit-reset", reset)
		marked := append([]byte("secret-of-theirs "), data...)
		for _, said := range [][]byte{data, marked} {
			err := failed(rest.Ask{Method: http.MethodPost}, &outward.Response{Status: status, Header: header, Body: said}, made("2080761390344937796"))
			if err == nil || strings.Contains(err.Error(), "secret-of-theirs") {
				t.Fatalf("%v", err)
			}
		}
	})
}

func FuzzKeys(f *testing.F) {
	f.Add(`{"token":"x","refresh":"y","until":7,"scopes":["a"]}`)
	f.Add(`{"token":7}`)
	f.Fuzz(func(t *testing.T, s string) {
		k, err := readKeys(secret.Text(s))
		if err != nil {
			return
		}
		again, err := readKeys(k.text())
		if err != nil || again.Token != strings.ToValidUTF8(k.Token, "\uFFFD") {
			t.Fatalf("%v", err)
		}
	})
}
