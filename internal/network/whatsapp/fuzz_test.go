package whatsapp

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/secret"
)

var update = flag.Bool("update", false, "write golden files anew")

func us() network.Conn { return network.Conn{Account: "106540352242922", Handle: "+33 1 99 00 12 34"} }

func hookBody(tb testing.TB) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "hook.json"))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// The shapes of testdata/hook.json are those of the pages below
// https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/
// messages (2026-06-17), messages/status (2026-05-21), messages/edit (2026-07-20),
// messages/revoke (2026-05-21), messages/system (2026-08-11), messages/unsupported
// (2026-03-20), smb_message_echoes (2026-05-21), of “Business-scoped user IDs”
// (2026-11-05), and of the examples in the published description (2025-11-21). What
// they come to is kept in testdata/events.json.
func TestAHookIsTakenApart(t *testing.T) {
	d := New(nil, Options{})
	raws, err := d.Split(hookBody(t))
	if err != nil {
		t.Fatal(err)
	}
	type line struct {
		Account, Person, Key string
		Event                network.Event
	}
	var got []line
	for _, raw := range raws {
		events, err := d.Decode(us(), raw)
		if err != nil || len(events) != 1 {
			t.Fatalf("%s: %d, %v", raw.Body, len(events), err)
		}
		got = append(got, line{raw.Account, raw.Person, raw.Key, events[0]})
	}
	data, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "events.json")
	if *update {
		if err := os.WriteFile(golden, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != string(data) {
		t.Errorf("what came of it differs from testdata/events.json (%v); look, and run with -update:\n%s", err, data)
	}
}

func sound(t *testing.T, raw network.Raw) {
	t.Helper()
	for _, e := range networktest.Decoded(t, New(nil, Options{}), us(), raw) {
		if len(e.Text) > textMost || len(e.ID) > 256 || len(e.Media) > filesMost {
			t.Fatalf("%d bytes of text, %d of id, %d files", len(e.Text), len(e.ID), len(e.Media))
		}
		if n := e.Notice; n != nil && (len(n.Text) > 1024 || len(n.Subject) > 300 || n.Text == "" && n.Level != network.AllWell || !utf8.ValidString(n.Subject+n.Text+n.Template)) {
			t.Fatalf("notice %+v", n)
		}
		for _, a := range e.Media {
			if !strings.HasPrefix(a.URL, network.Closed) && !place.MatchString(a.URL) {
				t.Fatalf("an address from outside: %q", a.URL)
			}
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add(hookBody(f))
	f.Add(accountBody(f))
	f.Add([]byte(`{"object":"whatsapp_business_account","entry":[null,7,{"changes":[null,{"field":"messages","value":{"metadata":{"phone_number_id":1},"contacts":[null],"messages":[null,{"id":"\u0000","from":"1"},{"id":"wamid.1","from":12345,"type":"text","text":7}],"statuses":[null,{"id":"x","status":"sent"}]}}]}]}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, raw := range networktest.Apart(t, New(nil, Options{}), us(), body) {
			sound(t, raw)
		}
	})
}

func FuzzDecode(f *testing.F) {
	raws, err := New(nil, Options{}).Split(hookBody(f))
	if err != nil {
		f.Fatal(err)
	}
	more, err := New(nil, Options{}).Split(accountBody(f))
	if err != nil {
		f.Fatal(err)
	}
	for _, raw := range append(raws, more...) {
		f.Add(raw.Body)
	}
	f.Add([]byte(`{"what":"message","id":"wamid.1","from":{"phone":"12345","name":"\u0000\ud800"},"text":"\ud800\u0000","made":9e18,"files":[{"type":"x","file":"../","url":"javascript:1"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) { sound(t, network.Raw{Body: body}) })
}

func FuzzVerify(f *testing.F) {
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

// What a template is to us never holds more holes than can be filled, whatever is listed.
func FuzzTemplate(f *testing.F) {
	f.Add([]byte(`{"name":"a","language":"fr","status":"APPROVED","parameter_format":"POSITIONAL","components":[{"type":"HEADER","format":"TEXT","text":"{{1}}"},{"type":"BODY","text":"{{1}} {{2}}"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var l listed
		if json.Unmarshal(body, &l) != nil {
			return
		}
		r, ok := l.reviewed()
		if ok && (len(r.Holes) != len(r.header)+len(r.body) || !utf8.ValidString(r.Text) || strings.ContainsRune(r.Text, 0)) {
			t.Fatalf("%+v", r)
		}
	})
}
