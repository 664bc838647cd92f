package facebook

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/secret"
)

func us() network.Conn { return network.Conn{Account: "100000000000001"} }

func hookBody(tb testing.TB) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "hook.json"))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// testdata/hook.json was written by hand, no traffic was recorded: its changes have the
// fields of feed and mention in
// https://developers.facebook.com/docs/graph-api/webhooks/reference/page/, its
// conversations those of the pages below
// https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events,
// both read on 2026-11-27. The item “dancing” and the field “weather” are there for what
// nobody announced.
func TestAHookIsTakenApart(t *testing.T) {
	d := New(nil, Options{})
	raws, err := d.Split(hookBody(t))
	if err != nil {
		t.Fatal(err)
	}
	var kinds []network.EventKind
	for _, raw := range raws {
		events, err := d.Decode(us(), raw)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			kinds = append(kinds, e.Kind)
			if e.At.Year() != 2026 || e.Kind != network.Receipt && (e.Author.ID == "" || e.ID == "") {
				t.Errorf("%+v", e)
			}
		}
	}
	want := []network.EventKind{network.Comment, network.Comment, network.Edited, network.Hidden, network.Hidden, network.Deleted, network.Reaction, network.Reaction,
		network.Ours, network.Mention, network.Mention, network.Direct, network.Ours, network.Receipt}
	if !slices.Equal(kinds, want) {
		t.Errorf("%v\n%v", kinds, want)
	}
	if len(raws) != 15 || raws[0].Key != "comment 122_900" || raws[0].Person != "7001" || raws[12].Key != "message m_AbC-1_x" {
		t.Errorf("%d: %+v", len(raws), raws[0])
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
	f.Add([]byte(`{"object":"page","entry":[null,{"id":1,"time":"x","changes":[null,{"field":"feed","value":{"item":"comment","verb":"add","comment_id":"1_2","created_time":1e400}}]}]}`))
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
	f.Add([]byte(`{"message":{"id":"m_1","with":{"id":"2","name":"\u0000"},"text":"\ud800\u0000","sent":9e18,"media":[{"type":"x","url":"\u0000"}]}}`))
	f.Add([]byte(`{"named":{"id":"2","name":"Ada \u0000 Lovelace"},"at":9e18}`))
	f.Fuzz(func(t *testing.T, body []byte) { sound(t, network.Raw{Body: body}) })
}

func FuzzVerify(f *testing.F) {
	f.Add([]byte(`{}`), "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8", "key")
	f.Add([]byte("what do ya want for nothing?"), "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "Jefe")
	f.Add([]byte(nil), "sha256=", "")
	f.Fuzz(func(t *testing.T, body []byte, header, key string) {
		err := New(nil, Options{}).Verify(http.Header{"X-Hub-Signature-256": {header}}, body, secret.Text(key))
		if err == nil && (key == "" || len(header) != 71 || !strings.HasPrefix(header, "sha256=")) {
			t.Fatalf("%q is taken", header)
		}
		if err == nil && New(nil, Options{}).Verify(http.Header{"X-Hub-Signature-256": {header}}, append(body, 'x'), secret.Text(key)) == nil {
			t.Fatal("another body has the same signature")
		}
	})
}

func FuzzChallenge(f *testing.F) {
	f.Add("hub.mode=subscribe&hub.verify_token=typed&hub.challenge=1158201444", "typed")
	f.Add("hub.mode=subscribe&hub.challenge=%3Cscript%3E", "")
	f.Fuzz(func(t *testing.T, query, token string) {
		q, _ := url.ParseQuery(query)
		said, ok := New(nil, Options{}).Challenge(q, network.App{Verify: secret.Text(token)})
		answer := said.Body
		if ok && (token == "" || q.Get("hub.verify_token") != token || answer != q.Get("hub.challenge")) || strings.ContainsAny(answer, "<>\"'&\r\n\x00") || !ok && answer != "" {
			t.Fatalf("%q answers %q", query, answer)
		}
	})
}

// A webhook with one comment is taken apart and decoded.
func BenchmarkHook(b *testing.B) {
	d := New(nil, Options{})
	body := []byte(`{"object":"page","entry":[{"id":"100000000000001","time":1782000000,"changes":[{"field":"feed","value":{"from":{"id":"7001","name":"Zo\u00e9 L."},"post":{"status_type":"mobile_status_update","is_published":true,"updated_time":"2026-06-21T00:00:00+0000","permalink_url":"https:\/\/www.facebook.com\/1\/posts\/2","promotion_status":"inactive","id":"100000000000001_122"},"message":"` + strings.Repeat("un mot de plus, ", 10) + `","post_id":"100000000000001_122","comment_id":"122_900","created_time":1781999990,"item":"comment","parent_id":"100000000000001_122","verb":"add"}}]}]}`)
	b.ReportAllocs()
	for b.Loop() {
		raws, err := d.Split(body)
		if err != nil || len(raws) != 1 {
			b.Fatal(err)
		}
		if _, err := d.Decode(us(), raws[0]); err != nil {
			b.Fatal(err)
		}
	}
}
