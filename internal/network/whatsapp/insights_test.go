package whatsapp_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	pretended "github.com/kithhq/kith/internal/sandbox/whatsapp"
	"github.com/kithhq/kith/internal/secret"
)

// The figures of a day are those of our number and of that day of UTC; what is not told
// is absent, and what could not be delivered was sent all the same.
func TestFiguresOfANumber(t *testing.T) {
	o := open(t, harness(), pretended.Options{})
	day := o.Stage.Clock.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	ask := func(conn network.Conn, day time.Time) (network.Counts, error) {
		return o.driver.Insights(t.Context(), conn, day)
	}
	o.Stage.Clock.Set(day.Add(23 * time.Hour)) // tomorrow already, where the account lives
	o.must(o.answer(o.hears("p001", "hello"), "hi"))
	e := o.hears("p002", "hello")
	o.net.Unreachable("p002")
	o.must(o.answer(e, "hi"))
	part := o.answer(e, "")
	part.Template = &network.Filled{ID: "order_ready/en", Values: map[string]string{"number": "17", "first_name": "Ada"}}
	o.must(part)
	o.must(o.answer(o.hears("p003", "hello"), "hi"))
	part = o.answer(o.hears("p004", "hello"), "")
	part.Template = &network.Filled{ID: "order_ready/en", Values: map[string]string{"number": "18", "first_name": "Bo"}}
	o.must(part)
	o.Stage.Clock.Advance(2 * time.Hour)
	o.must(o.answer(o.hears("p001", "after midnight"), "hi"))
	o.Stage.Clock.Advance(time.Hour)
	for at, want := range map[time.Time]network.Counts{
		day:                      {"whatsapp:sent": 5, "whatsapp:delivered": 3, "whatsapp:charged": 1},
		day.Add(24 * time.Hour):  {"whatsapp:sent": 1, "whatsapp:delivered": 1, "whatsapp:charged": 0},
		day.Add(-24 * time.Hour): {},
	} {
		if counts, err := ask(o.Conn, at); err != nil || !maps.Equal(counts, want) {
			t.Errorf("%s: %v, %v", at.Format(time.DateOnly), counts, err)
		}
	}
	other := o.Conn
	other.Handle = "+44 7700 900 999"
	if counts, err := ask(other, day); err != nil || len(counts) != 0 {
		t.Errorf("of another number: %v, %v", counts, err)
	}
	if _, err := ask(o.Conn, day.AddDate(-2, 0, 0)); !fault.Is(err, fault.Invalid) {
		t.Errorf("two years ago: %v", err)
	}
	// Somebody else pays: prices are not told, and the rest is.
	o.Front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.RawQuery, "pricing_analytics") {
			return false
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":{"code":100,"message":"(#100) Tried accessing nonexisting field (pricing_analytics)"}}`)) // the client sees to it
		return true
	})
	counts, err := ask(o.Conn, day)
	if _, there := counts["whatsapp:charged"]; err != nil || there || counts["whatsapp:sent"] != 5 {
		t.Errorf("%v, %v", counts, err)
	}
	for _, body := range []string{`[]`, `{"id":"1"}`, `{"analytics":{"data_points":7}}`} {
		o.Front.Instead(func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write([]byte(body)) // the client sees to it
			return true
		})
		if counts, err := ask(o.Conn, day); err == nil {
			t.Errorf("%s: %v", body, counts)
		}
	}
	o.Front.Instead(nil)
	poor := o.Conn
	poor.Keys = secret.Text(`{"token":"` + o.net.IssueToken(o.number.Account, 0, "whatsapp_business_messaging") + `","account":"` + o.number.Account + `"}`)
	if _, err := ask(poor, day); !fault.Is(err, fault.Denied) {
		t.Errorf("without the permission: %v", err)
	}
}
