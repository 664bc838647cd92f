package linkedin

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/secret"
)

func us() network.Conn { return network.Conn{Account: "urn:li:organization:96070001"} }

func sound(t *testing.T, raw network.Raw) {
	t.Helper()
	for _, e := range networktest.Decoded(t, New(nil, Options{}), us(), raw) {
		if len(e.Text) > textMost || len(e.ID) > 600 || e.ID == "" {
			t.Fatalf("%d bytes of text, %q of id", len(e.Text), e.ID)
		}
	}
}

func seeds(f *testing.F) {
	f.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "notifications.json"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	for _, s := range []string{"", "null", "{}", "[]", "7", `"x"`, `{"type":7,"notifications":{}}`, `{"type":"` + eventType + `","notifications":[null,7,[],{"action":"LIKE"}]}`,
		`{"action":"COMMENT","thread":"urn:li:activity:1","number":"2","at":1,"text":"x"}`, `{"action":"SHARE","share":"urn:li:share:1","at":-1}`} {
		f.Add([]byte(s))
	}
}

func FuzzSplit(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		d := New(nil, Options{})
		for _, raw := range networktest.Apart(t, d, us(), body) {
			if !pageURN.MatchString(raw.Account) {
				t.Fatalf("%+v", raw)
			}
			sound(t, raw)
			events, err := d.Decode(us(), raw)
			if err != nil || len(events) != 1 {
				t.Fatalf("what was split is not decoded: %v", err)
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) { sound(t, network.Raw{Body: body}) })
}

func FuzzNotice(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		var l list
		if json.Unmarshal(body, &l) != nil {
			l.Elements = []json.RawMessage{body}
		}
		var c cursor
		for _, fact := range c.take(l) {
			sound(t, fact.raw("urn:li:organization:1"))
		}
		if more := c.move(l); more && c.Start < 0 {
			t.Fatal("a place before the beginning")
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add("00", []byte("{}"), "key")
	f.Add(strings.Repeat("ab", 32), []byte(""), "")
	f.Fuzz(func(t *testing.T, signature string, body []byte, key string) {
		header := http.Header{"X-Li-Signature": {signature}}
		if err := New(nil, Options{}).Verify(header, body, secret.Text(key)); err == nil {
			t.Fatalf("%q is taken for the signature", signature)
		}
	})
}

// What is written as little text is read back the same, and nothing in it is taken
// for more than it was.
func FuzzLittle(f *testing.F) {
	for _, s := range []string{"", "#été @[A](urn:li:person:x) {hashtag|\\#|a}", `\\\(`, "a#b ##c #_ #1 #ａ", "@[", "{", `{hashtag|#|x\|y}`, "https://example.org/#a_b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		wire := little(text)
		if got := plain(wire); got != text {
			t.Fatalf("%q became %q and %q", text, wire, got)
		}
		_ = plain(text) // anything may come
	})
}

func FuzzCursor(f *testing.F) {
	f.Add(`{"since":1}`, "urn:li:comment:(activity:1,2)")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, text, urn string) {
		var c cursor
		_ = json.Unmarshal([]byte(text), &c) // what is none is the zero cursor
		_ = c.text()
		if thread, number, ok := comment(urn); ok {
			again, same, ok := comment(whole(thread, number))
			if !ok || again != thread || same != number {
				t.Fatalf("%q", urn)
			}
			if _, err := url.PathUnescape(code(whole(thread, number))); err != nil {
				t.Fatal(err)
			}
		}
		_ = born(urn)
	})
}
