package house

import (
	"encoding/csv"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// What was paid is told by month, channel and sort, with its sum and where the prices
// are from; what has no known price is said, and never as nothing; and the same is a
// table for other programs, in which nothing is a formula.
func TestWhatWasSpentIsToldAndCarriedAway(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.config.Mechanics = filepath.Join(t.TempDir(), "mechanics.json")
		p.must(os.WriteFile(p.config.Mechanics, []byte(`{
			"mastodon": {"prices": [{"what": "post", "amount": "0.015", "currency": "EUR"}, {"what": "reply", "amount": "0.02", "currency": "EUR"}]}}`), 0o600))
		p.stop()
		p.begin(p.config)
		p.whatsapp()
		spent := func() api.Spending { return hand.Do[api.Spending](t, p.Hand, "GET", "/spending", nil) }
		if s := spent(); len(s.Lines) != 0 || len(s.Sums) != 0 {
			t.Errorf("before anything: %+v", s)
		}
		p.publish("What is new?", "mastodon")
		p.act(sandbox.Act{Network: "mastodon", Person: "p001", Kind: "comment", Text: "Tell us!"})
		c := p.conversation("mastodon", "Tell us!")
		p.answer("mastodon", c.ID, "Soon", false)
		p.answer("mastodon", c.ID, "Very soon", false)
		var s api.Spending
		p.until("all is counted", func() (bool, any) {
			s = spent()
			return len(s.Lines) == 2 && s.Lines[1].N == 2, s
		})
		month := s.Lines[0].Month
		if a, b := s.Lines[0], s.Lines[1]; a.Kind != "posts" || a.What != "post" || a.N != 1 || a.Amount != "0.015" || b.Kind != "answers" || b.Amount != "0.04" || b.Price != "0.02" || a.Network != "mastodon" || a.ChannelID != p.channels["mastodon"] || a.Handle == "" {
			t.Errorf("%+v", s.Lines)
		}
		if len(s.Sums) != 1 || s.Sums[0] != (api.SpendingSum{Month: month, Currency: "EUR", Amount: "0.055"}) {
			t.Errorf("sums %+v", s.Sums)
		}
		if !slices.ContainsFunc(s.Unknown, func(u api.Unpriced) bool {
			return u.Network == "whatsapp" && strings.HasPrefix(u.Handle, "+33") && len(u.Sources) == 1
		}) || slices.ContainsFunc(s.Unknown, func(u api.Unpriced) bool { return u.Network == "mastodon" || u.Network == "bluesky" }) {
			t.Errorf("not known: %+v", s.Unknown)
		}

		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+"/api/v1/spending.csv", nil)
		p.must(err)
		request.Header.Set("Authorization", "Bearer "+p.Token)
		answer, err := p.Client.Do(request)
		p.must(err)
		defer answer.Body.Close() //nolint:errcheck // read to its end
		table, err := csv.NewReader(answer.Body).ReadAll()
		p.must(err)
		if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/csv") || !strings.Contains(answer.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%v", answer.Header)
		}
		want := []string{month, "mastodon", s.Lines[1].Handle, "answers", "reply", "2", "0.02", "0.04", "EUR", "", ""}
		if want[2] = strings.TrimPrefix(want[2], "'"); strings.HasPrefix(want[2], "@") {
			want[2] = "'" + want[2]
		}
		if len(table) < 4 || !slices.Equal(table[2], want) {
			t.Errorf("%q", table)
		}
		for _, row := range table {
			for _, field := range row {
				if strings.IndexAny(field, "=+-@\t\r\n") == 0 {
					t.Errorf("a spreadsheet takes %q for a formula", field)
				}
			}
			if row[1] == "whatsapp" && (row[7] != "not known" || !strings.HasPrefix(row[2], "'+33")) {
				t.Errorf("what is not known: %q", row)
			}
		}
	})
}
