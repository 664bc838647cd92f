package house

import (
	"io"
	"net/http"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/kithhq/kith/internal/sandbox"
)

// figures are what the house tells a monitoring, as its parser reads them.
func (p *place) figures() (all map[string]*dto.MetricFamily, text string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.URL+"/metrics", http.NoBody)
	p.must(err)
	answer, err := p.Client.Do(r)
	p.must(err)
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	p.must(err)
	parser := expfmt.NewTextParser(model.LegacyValidation)
	all, err = parser.TextToMetricFamilies(strings.NewReader(string(said)))
	if err != nil || answer.StatusCode != http.StatusOK {
		p.t.Fatalf("%d %v\n%s", answer.StatusCode, err, said)
	}
	return all, string(said)
}

// figure is one of them, by its labels; -1 where there is none.
func figure(all map[string]*dto.MetricFamily, name string, labels ...string) float64 {
next:
	for _, m := range all[name].GetMetric() {
		has := map[string]string{}
		for _, l := range m.GetLabel() {
			has[l.GetName()] = l.GetValue()
		}
		for i := 0; i < len(labels); i += 2 {
			if has[labels[i]] != labels[i+1] {
				continue next
			}
		}
		if h := m.GetHistogram(); h != nil {
			return float64(h.GetSampleCount())
		}
		return m.GetCounter().GetValue() + m.GetGauge().GetValue()
	}
	return -1
}

func TestFiguresSayHowTheHouseIs(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.publish("Counted", "mastodon", "facebook")
		p.act(sandbox.Act{Network: "facebook", Mood: sandbox.Fan, Kind: "comment", Text: "counted, too"})
		p.conversation("facebook", "counted, too")
		p.until("everything to be counted", func() (bool, any) {
			all, text := p.figures()
			for _, want := range []struct {
				least  float64
				name   string
				labels []string
			}{
				{1, "kith_build_info", nil},
				{1, "kith_ready", []string{"part", "jobs"}},
				{1, "kith_posts_total", []string{"network", "mastodon", "result", "published"}},
				{1, "kith_posts_total", []string{"network", "facebook", "result", "published"}},
				{0, "kith_posts_unclear", []string{"network", "mastodon"}},
				{1, "kith_facts_total", []string{"network", "facebook"}},
				{0, "kith_facts_waiting", []string{"partition", "0"}},
				{0, "kith_facts_lag_seconds", nil},
				{0, "kith_facts_aside", nil},
				{1, "kith_stream_bytes", nil},
				{1, "kith_stream_limit_bytes", nil},
				{1, "kith_network_request_seconds", []string{"network", "mastodon", "result", "ok"}},
				{1, "kith_jobs_tries_total", []string{"kind", "send", "result", "done"}},
				{1, "kith_jobs_open", nil},
				{0, "kith_jobs_overdue_seconds", nil},
				{0, "kith_jobs_silence_seconds", nil},
				{1, "kith_channels", []string{"network", "bluesky", "health", "ok"}},
				{0, "kith_channels_expiring", []string{"network", "facebook"}},
				{1, "kith_database_size_bytes", nil},
				{1, "kith_database_commit_seconds", nil},
				{1, "kith_database_commit_transactions", nil},
				{1, "kith_disk_size_bytes", nil},
				{0, "kith_news_listeners", nil},
				{0, "kith_files_bytes", nil},
				{0, "kith_files_unused_bytes", nil},
				{0, "kith_uploads_open", nil},
				{0, "kith_uploads_open_bytes", nil},
			} {
				if got := figure(all, want.name, want.labels...); got < want.least {
					return false, want.name + " " + strings.Join(want.labels, " ") + "\n" + text
				}
			}
			return true, nil
		})
		_, text := p.figures()
		for _, secret := range append([]string{"Librairie", "hirondelle", keeper}, p.channels["mastodon"], p.accounts["facebook"]) {
			if strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
				t.Errorf("the figures name %s", secret)
			}
		}
	})
}
