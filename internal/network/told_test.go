package network_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
)

func TestTheHeadersOfLimitsAreRead(t *testing.T) {
	now := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	profile := network.Profile{Headers: []network.LimitHeader{{Name: "X-RateLimit-Limit", Tells: network.HeaderLimit}, {Name: "X-RateLimit-Remaining", Tells: network.HeaderRemaining}, {Name: "X-RateLimit-Reset", Tells: network.HeaderReset}}}
	for name, c := range map[string]struct {
		limit, left, reset, date string
		used                     int // -1: it says nothing
		resets                   time.Time
	}{
		"seconds since 1970":     {"3000", "2990", "1795773900", "", 10, now.Add(5 * time.Minute)},
		"a moment":               {"300", "0", "2026-11-27T10:05:00.000000Z", "", 300, now.Add(5 * time.Minute)},
		"their clock is ahead":   {"300", "10", "2026-11-27T10:05:00.000000Z", "Fri, 27 Nov 2026 10:02:00 GMT", 290, now.Add(3 * time.Minute)},
		"seconds from now":       {"100, 100;w=60", "40", "60", "", 60, now.Add(time.Minute)},
		"over already":           {"300", "10", "2026-11-27T09:55:00Z", "", -1, time.Time{}},
		"more left than allowed": {"300", "301", "60", "", -1, time.Time{}},
		"nothing":                {"", "", "", "", -1, time.Time{}},
		"no numbers":             {"many", "-1", "soon", "", -1, time.Time{}},
		"never":                  {"300", "1", "99999999999999999999", "", -1, time.Time{}},
		"in years":               {"300", "1", "1000000000", "", -1, time.Time{}},
	} {
		header := http.Header{}
		for field, value := range map[string]string{"X-RateLimit-Limit": c.limit, "X-RateLimit-Remaining": c.left, "X-RateLimit-Reset": c.reset, "Date": c.date} {
			if value != "" {
				header.Set(field, value)
			}
		}
		got := profile.Counted(header, now)
		if len(got) == 0 {
			if c.used >= 0 {
				t.Errorf("%s: it is not read", name)
			}
			continue
		}
		if u := got[0]; u.Name != network.Calls || u.Used != c.used || !u.Resets.Equal(c.resets) {
			t.Errorf("%s: %+v", name, u)
		}
	}
}
