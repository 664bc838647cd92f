package messenger_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
	pages "github.com/kithhq/kith/internal/sandbox/facebook"
)

// The figures of a day are those of the Page's own day; what is not told is absent, and
// a zero that is told is a zero.
func TestFiguresOfConversations(t *testing.T) {
	s := open(t, pages.Options{})
	insights := s.Driver.(network.Insighter)
	day := s.Stage.Clock.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	s.Stage.Clock.Set(day.Add(12 * time.Hour)) // noon in London, four in California: the same day in both
	for _, who := range []string{"p001", "p002"} {
		s.Act(sandbox.Act{Kind: "message", Text: "hello", Person: who})
	}
	if counts, err := insights.Insights(t.Context(), s.Conn, day); err != nil || len(counts) != 0 {
		t.Errorf("the day is not over: %v, %v", counts, err)
	}
	s.Stage.Clock.Advance(24 * time.Hour)
	s.Act(sandbox.Act{Kind: "message", Text: "again", Person: "p001"})
	if err := s.on.Shut(s.person("p002"), s.page.ID, true); err != nil {
		t.Fatal(err)
	}
	s.Stage.Clock.Advance(36 * time.Hour)
	for at, want := range map[time.Time]network.Counts{
		day:                      {"messenger:new_conversations": 2, "messenger:connections": 2, "messenger:blocked": 0, "messenger:reported": 0},
		day.Add(24 * time.Hour):  {"messenger:new_conversations": 0, "messenger:connections": 1, "messenger:blocked": 1, "messenger:reported": 0},
		day.Add(-24 * time.Hour): {"messenger:new_conversations": 0, "messenger:connections": 0, "messenger:blocked": 0, "messenger:reported": 0},
	} {
		if counts, err := insights.Insights(t.Context(), s.Conn, at); err != nil || !maps.Equal(counts, want) {
			t.Errorf("%s: %v, %v", at.Format(time.DateOnly), counts, err)
		}
	}
	// One figure is not answered any more: it is absent, and the others are there.
	s.Front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Query().Get("metric"), "reported") {
			return false
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":{"code":100,"message":"(#100) The value must be a valid insights metric"}}`)) // the client sees to it
		return true
	})
	counts, err := insights.Insights(t.Context(), s.Conn, day)
	if _, there := counts["messenger:reported"]; err != nil || there || counts["messenger:new_conversations"] != 2 {
		t.Errorf("%v, %v", counts, err)
	}
	s.Front.Instead(nil)
	// Without the permission nothing is told, and what is missing is said.
	poor := s.Conn
	poor.Keys = messengerKeys(s.on.IssuePageToken(s.page.ID, 0, "pages_messaging", "pages_read_engagement", "pages_manage_metadata"))
	if counts, err := insights.Insights(t.Context(), poor, day); !fault.Is(err, fault.Denied) || len(counts) != 0 {
		t.Errorf("%v, %v", counts, err)
	}
	health, _, err := s.Driver.(network.Checker).Check(t.Context(), poor)
	if err != nil || health.State != "warn" || !strings.Contains(health.Text, "read_insights") {
		t.Errorf("%+v, %v", health, err)
	}
}
