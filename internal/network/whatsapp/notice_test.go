package whatsapp

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
)

func accountBody(tb testing.TB) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "account.json"))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// The bodies of testdata/account.json are the examples, or have the shapes and values, of
// the pages below
// https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/
// message_template_status_update (2026-04-13), message_template_quality_update
// (2026-06-17), business_capability_update (2026-05-21), phone_number_name_update
// (2026-06-17), phone_number_quality_update (2025-11-14), account_update (2026-03-24) and
// account_alerts. DOWNGRADE, a list of ban states and an expiration as a text are told by
// others alone (developer.8x8.com, docs.wati.io), as is the shape of
// template_category_update: uncertain. What they come to is kept in testdata/notices.json.
func TestWhatIsToldOfAnAccount(t *testing.T) {
	d := New(nil, Options{})
	raws, err := d.Split(accountBody(t))
	if err != nil {
		t.Fatal(err)
	}
	conn := network.Conn{Account: "106540352242922", Handle: "+1 555-078-3881"}
	type line struct {
		Account, Person string
		At              time.Time
		Notice          *network.Notice
	}
	var got []line
	keys := map[string]bool{}
	for _, raw := range raws {
		if keys[raw.Key] {
			t.Errorf("two facts have one key: %s", raw.Body)
		}
		keys[raw.Key] = true
		events, err := d.Decode(conn, raw)
		if err != nil || len(events) != 1 || events[0].Kind != network.Noticed || events[0].Notice == nil || events[0].Author.ID != "" || events[0].Private {
			t.Fatalf("%s: %+v, %v", raw.Body, events, err)
		}
		got = append(got, line{raw.Account, raw.Person, raw.At, events[0].Notice})
	}
	data, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "notices.json")
	if *update {
		if err := os.WriteFile(golden, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != string(data) {
		t.Errorf("what came of it differs from testdata/notices.json (%v); look, and run with -update:\n%s", err, data)
	}
}

// What names one number of an account is nothing to the others.
func TestWhatIsToldOfAnotherNumber(t *testing.T) {
	d := New(nil, Options{})
	for body, want := range map[string]int{
		`{"field":"phone_number_name_update","value":{"display_phone_number":"15550783881","decision":"APPROVED"}}`:                        1,
		`{"field":"phone_number_name_update","value":{"display_phone_number":"+1 555-078-3882","decision":"APPROVED"}}`:                    0,
		`{"field":"account_alerts","value":{"entity_type":"PHONE_NUMBER","entity_id":"106","alert_info":{"alert_type":"OBA_REJECTED"}}}`:   1,
		`{"field":"account_alerts","value":{"entity_type":"PHONE_NUMBER","entity_id":107,"alert_info":{"alert_type":"OBA_REJECTED"}}}`:     0,
		`{"field":"account_update","value":{"event":"ACCOUNT_DELETED"}}`:                                                                   1,
		`{"field":"account_update","value":{"metadata":{"phone_number_id":"107"},"event":"ACCOUNT_DELETED"}}`:                              -1,
		`{"field":"message_template_status_update","value":{"event":"PAUSED","message_template_name":"a","message_template_language":""}}`: -1,
		`{"field":"messages","value":{"event":"ACCOUNT_DELETED"}}`:                                                                         -1,
	} {
		raws, err := d.Split([]byte(`{"object":"whatsapp_business_account","entry":[{"id":"102","time":1,"changes":[` + body + `]}]}`))
		if err != nil || len(raws) != min(1, max(0, want+1)) {
			t.Fatalf("%s: %d facts, %v", body, len(raws), err)
		}
		for _, raw := range raws {
			events, err := d.Decode(network.Conn{Account: "106", Handle: "+1 555-078-3881"}, raw)
			if err != nil || len(events) != want || raw.Account != "102" {
				t.Errorf("%s: %+v, %v", body, events, err)
			}
		}
	}
}
