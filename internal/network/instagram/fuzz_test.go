package instagram

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/secret"
)

func hookBody(tb testing.TB) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "hook.json"))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// The shapes of testdata/hook.json are those of “Instagram Platform Webhook
// Notification Examples” (2025-11-24), and of reactions and buttons those of
// developers.facebook.com/documentation/business-messaging/instagram-messaging/webhooks,
// read on 2026-11-27.
func TestAHookIsTakenApart(t *testing.T) {
	d := New(nil, Options{})
	raws, err := d.Split(hookBody(t))
	if err != nil {
		t.Fatal(err)
	}
	var kinds []network.EventKind
	var keys []string
	for _, raw := range raws {
		events, err := d.Decode(us(), raw)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, raw.Key)
		for _, e := range events {
			kinds = append(kinds, e.Kind)
			if e.At.Year() != 2026 || e.ID == "" || raw.Person == "" {
				t.Errorf("%+v", e)
			}
		}
	}
	want := []network.EventKind{network.Comment, network.Comment, network.Ours, network.Mention, network.Mention, network.Comment, network.Direct, network.Ours, network.Deleted, network.Receipt,
		network.Reaction, network.Reaction, network.Direct}
	if !slices.Equal(kinds, want) {
		t.Errorf("%v\n%v", kinds, want)
	}
	wantKeys := []string{"comment 17900001", "comment 17900002", "comment 17900003", "mention 17900009", "mention 17900010", "comment 17900011", "message aWdfZAG1x", "message aWdfZAG1y", "unsent aWdfZAG1x", "read aWdfZAG1y",
		"reacted aWdfZAG1y 7005 1782000005123", "taken aWdfZAG1y 7005 1782000006123", "message aWdfZAG1z"}
	if !slices.Equal(keys, wantKeys) {
		t.Errorf("%v", keys)
	}
}

func sound(t *testing.T, raw network.Raw) {
	t.Helper()
	for _, e := range networktest.Decoded(t, New(nil, Options{}), us(), raw) {
		if len(e.Text) > textMost || len(e.ID) > 600 {
			t.Fatalf("%d bytes of text, %d of id", len(e.Text), len(e.ID))
		}
	}
}

func seeds(f *testing.F) {
	f.Helper()
	f.Add(hookBody(f))
	for _, body := range recorded(f) {
		f.Add(body)
	}
	f.Add([]byte(`{"object":"instagram","entry":[null,{"id":1,"time":"x","changes":[null,{"field":"comments","value":{"id":1,"media":{"id":2},"from":{"id":3}}}]}]}`))
	f.Add([]byte(`null`))
}

func FuzzSplit(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, raw := range networktest.Apart(t, New(nil, Options{}), us(), body) {
			sound(t, raw)
		}
	})
}

func FuzzDecode(f *testing.F) {
	seeds(f)
	raws, err := New(nil, Options{}).Split(hookBody(f))
	if err != nil {
		f.Fatal(err)
	}
	for _, raw := range raws {
		f.Add(raw.Body)
	}
	f.Add([]byte(`{"what":"message","id":"m_1","from":{"id":"2","username":"\u0000"},"text":"\ud800\u0000","made":9e18,"files":[{"type":"x","url":"\u0000"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) { sound(t, network.Raw{Body: body}) })
}

// What comes of a reading's lists is sound too, whatever is in them.
func FuzzRead(f *testing.F) {
	for _, body := range recorded(f) {
		f.Add(body)
	}
	f.Add([]byte(`[{"id":"1","timestamp":"2026-01-01T00:00:00+0000","text":"\u0000","replies":{"data":[null,7,{"id":"2"}],"paging":{"next":"x"}},"messages":{"data":[{}]}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var items []json.RawMessage
		if json.Unmarshal(body, &items) != nil {
			items = []json.RawMessage{body}
		}
		r := anyoneReading(t)
		r.comments(&rest{Post: "1", Floor: 1}, items)
		r.c.Sweep.Left = nil
		for _, item := range items {
			var talk talk
			if lenient(item, &talk) {
				r.talk(talk, 1)
			}
			var i insights
			if lenient(item, &i) {
				i.add(network.Counts{})
			}
		}
		for _, raw := range r.events {
			if raw.Person == "" || raw.Account == "" || !utf8.ValidString(raw.Key) {
				t.Fatalf("raw %+v", raw)
			}
			sound(t, raw)
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add([]byte(`{}`), "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8", "key")
	f.Add([]byte("what do ya want for nothing?"), "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "Jefe")
	f.Add([]byte(nil), "sha256=", "")
	d := New(nil, Options{})
	f.Fuzz(func(t *testing.T, body []byte, header, key string) {
		err := d.Verify(http.Header{"X-Hub-Signature-256": {header}}, body, secret.Text(key))
		if err == nil && (key == "" || len(header) != 71 || !strings.HasPrefix(header, "sha256=")) {
			t.Fatalf("%q is taken", header)
		}
		if err == nil && d.Verify(http.Header{"X-Hub-Signature-256": {header}}, append(body, 'x'), secret.Text(key)) == nil {
			t.Fatal("another body has the same signature")
		}
	})
}
