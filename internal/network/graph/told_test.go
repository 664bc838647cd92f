package graph_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

func TestTheLargestShareCounts(t *testing.T) {
	profile := network.Profile{Headers: []network.LimitHeader{{Name: "X-App-Usage", Tells: network.HeaderApp}, {Name: "X-Business-Use-Case-Usage", Tells: network.HeaderBusiness}}}
	now := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		app, business string
		used          int // -1: it says nothing
		wait          time.Duration
	}{
		"of the app":      {`{"call_count":28,"total_time":25.2,"total_cputime":30.1}`, "", 31, 0},
		"of a business":   {`{"call_count":3}`, `{"17":[{"type":"pages","call_count":95,"total_cputime":20,"total_time":20,"estimated_time_to_regain_access":0}]}`, 95, 0},
		"it is used up":   {"", `{"17":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":19}]}`, 100, 19 * time.Minute},
		"above all":       {`{"call_count":1e99}`, "", 100, 0},
		"nothing":         {"", "", -1, 0},
		"what is no JSON": {"28", "[]", -1, 0},
		"null":            {"null", "null", -1, 0},
	} {
		header := http.Header{}
		header.Set("X-App-Usage", c.app)
		header.Set("X-Business-Use-Case-Usage", c.business)
		got := graph.Told(profile, header, now)
		if len(got) == 0 {
			if c.used >= 0 {
				t.Errorf("%s: it is not read", name)
			}
			continue
		}
		if u := got[0]; u.Used != c.used || u.Max != 100 || c.wait == 0 != u.Resets.IsZero() || c.wait > 0 && !u.Resets.Equal(now.Add(c.wait)) {
			t.Errorf("%s: %+v", name, u)
		}
	}
}
