package app

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/kithhq/kith/internal/jobs"
)

func TestEveryFigureIsInTheDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(kith_[a-z_]+)` \\|.*$").FindAllStringSubmatch(string(text), -1) {
		said[row[0]] = true
	}
	for _, f := range families() {
		labels := ""
		for i, l := range f.labels {
			labels += map[bool]string{true: ", "}[i > 0] + "`" + l + "`"
		}
		row := fmt.Sprintf("| `%s` | %s | %s | %s |", f.name, f.kind, labels, f.help)
		if !said[row] {
			t.Errorf("docs/operate.md lacks the row\n%s", row)
		}
		delete(said, row)
	}
	for row := range said {
		t.Errorf("docs/operate.md says what is no figure:\n%s", row)
	}
}

// What is written is read by Prometheus' own parser.
func TestFiguresAreReadByPrometheus(t *testing.T) {
	m := newMeters()
	heard, committed := m.heard(), m.committed()
	for _, took := range []time.Duration{0, 5 * time.Millisecond, 6 * time.Millisecond, time.Minute} {
		heard("x", "ok", took)
	}
	heard("", "paced", time.Second)
	committed(time.Millisecond, 3)
	m.ended(jobs.Ending{Kind: "a \"b\"\\\n", State: jobs.Failed, Fault: "internal"})
	m.came("x", 5)
	p := page{}
	p.set("kith_facts_aside", 3)
	var text strings.Builder
	m.write(&text, p)
	parser := expfmt.NewTextParser(model.LegacyValidation)
	all, err := parser.TextToMetricFamilies(strings.NewReader(text.String()))
	if err != nil {
		t.Fatalf("%v\n%s", err, text.String())
	}
	for _, f := range families() {
		got, found := all[f.name]
		if !found {
			continue
		}
		if want := map[string]dto.MetricType{counter: dto.MetricType_COUNTER, gauge: dto.MetricType_GAUGE, histogram: dto.MetricType_HISTOGRAM}[f.kind]; got.GetType() != want || got.GetHelp() == "" {
			t.Errorf("%s is a %v: %q", f.name, got.GetType(), got.GetHelp())
		}
	}
	h := all["kith_network_request_seconds"].GetMetric()
	if len(h) != 2 {
		t.Fatalf("%v", h)
	}
	for _, one := range h {
		if one.GetLabel()[0].GetValue() != "x" {
			continue
		}
		b := one.GetHistogram()
		if b.GetSampleCount() != 4 || b.GetBucket()[0].GetCumulativeCount() != 2 || b.GetBucket()[1].GetCumulativeCount() != 3 || b.GetBucket()[11].GetCumulativeCount() != 3 {
			t.Errorf("%v", b)
		}
	}
	if kind := all["kith_jobs_faults_total"].GetMetric()[0].GetLabel()[0].GetValue(); kind != "a \"b\"\\\n" {
		t.Errorf("%q", kind)
	}
}

// The names keep to the conventions: a counter ends in _total, a size in _bytes, a time in
// _seconds, and nothing else does.
func TestFiguresAreNamedAsPrometheusAsks(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range families() {
		name := regexp.MustCompile(`^kith(_[a-z]+)+$`)
		switch {
		case !name.MatchString(f.name), seen[f.name], f.help == "":
			t.Errorf("%s: %s", f.name, f.help)
		case (f.kind == counter) != strings.HasSuffix(f.name, "_total"):
			t.Errorf("%s is a %s", f.name, f.kind)
		case f.kind != histogram && (strings.HasSuffix(f.name, "_count") || strings.HasSuffix(f.name, "_sum") || strings.HasSuffix(f.name, "_bucket")):
			t.Errorf("%s ends as a part of a histogram", f.name)
		case (f.kind == histogram) != (len(f.upTo) > 0):
			t.Errorf("%s has %d edges", f.name, len(f.upTo))
		}
		seen[f.name] = true
		for _, l := range f.labels {
			if strings.Contains(l, "id") || strings.Contains(l, "workspace") {
				t.Errorf("%s has the label %s", f.name, l)
			}
		}
	}
}

func TestMetricsAreForTheInside(t *testing.T) {
	a := &App{}
	a.Config.PublicURL = "https://kith.example.org"
	for what, change := range map[string]func(r *http.Request){
		"from outside":            func(r *http.Request) { r.RemoteAddr = "203.0.113.9:1234" },
		"through a proxy":         func(r *http.Request) { r.Header.Set("X-Forwarded-For", "203.0.113.9") },
		"through another":         func(r *http.Request) { r.Header.Set("Via", "1.1 caddy") },
		"at the public name":      func(r *http.Request) { r.Host = "KITH.example.org:443" },
		"as nginx does by itself": func(r *http.Request) { r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.0", 1, 0 },
	} {
		r := httptest.NewRequest("GET", "http://127.0.0.1:8080/metrics", nil)
		r.RemoteAddr = "127.0.0.1:50000"
		change(r)
		w := httptest.NewRecorder()
		a.metrics(nil)(w, r)
		if w.Code != 403 || strings.Contains(w.Body.String(), "kith_") {
			t.Errorf("%s: %d %s", what, w.Code, w.Body)
		}
	}
}
