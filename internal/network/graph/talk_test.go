package graph

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
)

func recorded(tb testing.TB, name string) []byte {
	tb.Helper()
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	data, err := os.ReadFile(filepath.Join(root, "recorded", "meta-python-facebook", filepath.FromSlash(name)))
	if err != nil {
		tb.Skip("no recorded traffic at recorded/meta-python-facebook (set KITH_SPECS)")
	}
	return data
}

func TestARecordedMessageIsRead(t *testing.T) {
	var m listed
	if err := json.Unmarshal(recorded(t, "facebook/apidata/messages/message_info.json"), &m); err != nil {
		t.Fatal(err)
	}
	if lean, ok := m.lean("2121008874780932"); !ok || lean.With.ID != "2711636948859886" || lean.With.Name != "Kun Liu" || len(lean.Media) != 1 || lean.Media[0].Type != "image" || lean.Ours {
		t.Errorf("%+v, %v", lean, ok)
	}
	if lean, ok := m.lean("2711636948859886"); !ok || lean.With.ID != "2121008874780932" || !lean.Ours {
		t.Errorf("%+v, %v", lean, ok)
	}
}

// The examples of Meta's pages about webhook events, by their form: documentation of
// messages, message_echoes, message_edits, message_reactions, messaging_postbacks and
// standby, read on 2026-11-26.
func documented() map[string]string {
	const who = `"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":1458692752478,`
	return map[string]string{
		"direct m_1 hello":  `{` + who + `"message":{"mid":"m_1","text":"hello","quick_reply":{"payload":"P"}}}`,
		"direct m_2 answer": `{` + who + `"message":{"mid":"m_2","text":"answer","reply_to":{"mid":"m_1","is_self_reply":false}}}`,
		"direct mid.$cAA ":  `{` + who + `"message":{"mid":"mid.$cAA","attachments":[{"type":"image","payload":{"url":"https://x.example/1"}}]}}`,
		"direct m_3 ":       `{` + who + `"message":{"mid":"m_3","attachments":[{"type":"sticker","payload":{"url":"https://x.example/1","sticker_id":1}},{"type":"image","payload":{"url":"https://x.example/1"}}]}}`,
		"ours m_4 ours":     `{"sender":{"id":"1"},"recipient":{"id":"2"},"timestamp":1458692752478,"message":{"is_echo":true,"app_id":1517776481860111,"metadata":"x","mid":"m_4","text":"ours"}}`,
		"edited m_1 hallo":  `{` + who + `"message_edit":{"mid":"m_1","text":"hallo","num_edit":2}}`,
		"reaction reacted m_1 2 1458692752478 \u2764": `{` + who + `"reaction":{"reaction":"love","emoji":"\u2764","action":"react","mid":"m_1"}}`,
		"reaction taken m_1 2":                        `{` + who + `"reaction":{"action":"unreact","mid":"m_1"}}`,
		"direct m_5 Get started":                      `{` + who + `"postback":{"mid":"m_5","title":"Get started","payload":"P"}}`,
		"direct postback.2.1458692752":                `{` + who + `"postback":{"title":"Menu","payload":"P"}}`,
		"- delivered":                                 `{` + who + `"delivery":{"mids":["m_1"],"watermark":1458668856253}}`,
		"- read":                                      `{` + who + `"read":{"watermark":1458668856253}}`,
		"- handed over":                               `{` + who + `"pass_thread_control":{"previous_owner_app_id":"1","new_owner_app_id":"2","metadata":"x"}}`,
		"- opted in":                                  `{` + who + `"optin":{"ref":"x"}}`,
		"- referred":                                  `{` + who + `"referral":{"ref":"x","source":"SHORTLINK","type":"OPEN_THREAD"}}`,
	}
}

func TestDocumentedEventsAreRead(t *testing.T) {
	for want, body := range documented() {
		var g Messaging
		if err := json.Unmarshal([]byte(body), &g); err != nil {
			t.Fatal(err)
		}
		m, ok := g.Lean("1", time.Time{})
		if strings.HasPrefix(want, "- ") {
			if ok {
				t.Errorf("%s is told as %+v", want, m)
			}
			continue
		}
		raw := m.Raw("1")
		var kept Talk
		if err := json.Unmarshal(raw.Body, &kept); !ok || err != nil {
			t.Fatalf("%s: %v, %v", want, ok, err)
		}
		e, told, err := one(kept.Events("1"))
		got := string(e.Kind) + " " + e.ID + " " + e.Text
		if err != nil || !told || !strings.HasPrefix(got, want) || e.Thread != "2" || e.At.UnixMilli() != 1458692752478 || len(e.Media) > 1 {
			t.Errorf("%s: %+v, %v, %v", want, e, told, err)
		}
	}
}

func one(all []network.Event, err error) (network.Event, bool, error) {
	if err != nil || len(all) != 1 {
		return network.Event{}, false, err
	}
	return all[0], true, nil
}

// What was delivered and read is told of the messages that are named and of all until a
// moment; both in the documented form.
func TestDeliveriesAndReadings(t *testing.T) {
	at := time.UnixMilli(1458668856463).UTC()
	until := time.UnixMilli(1458668856253).UTC()
	for body, want := range map[string][]network.Event{
		`{"sender":{"id":"2"},"recipient":{"id":"1"},"delivery":{"mids":["mid.1","mid.2"],"watermark":1458668856253}}`: {
			{Kind: network.Receipt, Ref: network.Ref{ID: "mid.1"}, Reached: network.Delivered, At: at, Private: true},
			{Kind: network.Receipt, Ref: network.Ref{ID: "mid.2"}, Reached: network.Delivered, At: at, Private: true},
			{Kind: network.Receipt, Thread: "2", Until: until, Reached: network.Delivered, At: at, Private: true}},
		`{"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":1458668856463,"delivery":{"watermark":1458668856253}}`: {
			{Kind: network.Receipt, Thread: "2", Until: until, Reached: network.Delivered, At: at, Private: true}},
		`{"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":1458668856463,"read":{"watermark":1458668856253}}`: {
			{Kind: network.Receipt, Thread: "2", Until: until, Reached: network.Read, At: at, Private: true}},
		`{"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":1458668856463,"read":{"watermark":"soon"}}`: nil,
		`{"recipient":{"id":"1"},"timestamp":1458668856463,"read":{"watermark":1458668856253}}`:              nil,
		`{"sender":{"id":"2"},"recipient":{"id":"1"},"delivery":{"mids":[""]}}`:                              nil,
	} {
		var g Messaging
		if err := json.Unmarshal([]byte(body), &g); err != nil {
			t.Fatal(err)
		}
		r, ok := g.Reached(at)
		if ok != (want != nil) {
			t.Errorf("%s: %+v", body, r)
		}
		if !ok {
			continue
		}
		raw := r.Raw("1")
		var kept Talk
		if err := json.Unmarshal(raw.Body, &kept); err != nil || raw.Person != "2" || !raw.At.Equal(at) {
			t.Fatal(raw, err)
		}
		if got, err := kept.Events("1"); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}

func FuzzMessaging(f *testing.F) {
	for _, body := range documented() {
		f.Add([]byte(body))
	}
	f.Add([]byte(`{"sender":{"id":"2"},"message":{"mid":"\ud800","attachments":[null,{"payload":7}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var g Messaging
		_ = json.Unmarshal(body, &g) // what is of another type stays empty
		var raw network.Raw
		if m, ok := g.Lean("1", time.UnixMilli(1458692752478)); ok {
			raw = m.Raw("1")
		} else if r, ok := g.Reached(time.UnixMilli(1458692752478)); ok {
			raw = r.Raw("1")
		} else {
			return
		}
		if raw.Person == "" || len(raw.Key) > 600 || !utf8.ValidString(raw.Key) || strings.ContainsRune(raw.Key, 0) || raw.At.Year() > 9998 {
			t.Fatalf("%+v", raw)
		}
		sound(t, raw.Body)
	})
}

func FuzzTalk(f *testing.F) {
	f.Add([]byte(`{"message":{"id":"m_1","with":{"id":"2","name":"\u0000"},"text":"\ud800\u0000","sent":9e18,"media":[{"type":"x","url":"\u0000"}]}}`))
	f.Add([]byte(`{"message":{"what":"edited","id":"m_1","with":{"id":"2"},"text":"x","version":"1"}}`))
	f.Add([]byte(`{"named":{"id":"2","name":"Ada \u0000 Lovelace","picture":"https://x.example"},"at":9e18}`))
	f.Fuzz(sound)
}

func sound(t *testing.T, body []byte) {
	var k Talk
	_ = json.Unmarshal(body, &k) // what is of another type stays empty
	all, err := k.Events("1")
	again, err2 := k.Events("1")
	if !reflect.DeepEqual(all, again) || (err == nil) != (err2 == nil) {
		t.Fatalf("reading twice differs: %+v, %+v", all, again)
	}
	if err := networktest.Sound(all); err != nil {
		t.Fatal(err)
	}
	if len(all) > reachedMost+1 {
		t.Fatalf("%d events of one", len(all))
	}
	for _, e := range all {
		if len(e.Text) > TextMost || len(e.ID) > 600 {
			t.Fatalf("%d bytes of text, %d of id", len(e.Text), len(e.ID))
		}
	}
}
