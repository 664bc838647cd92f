package app

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// family is a figure of /metrics, by the conventions of Prometheus.
type family struct {
	name, kind, help string
	labels           []string  // each with few values: no ids, and no names of people or workspaces
	upTo             []float64 // of a histogram
}

const (
	counter   = "counter"
	gauge     = "gauge"
	histogram = "histogram"
)

// families is everything of Kith's own that /metrics says; docs/operate.md explains it.
func families() []family {
	seconds := []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	return []family{
		{"kith_build_info", gauge, "1, with the version of Kith, of Go, and the database it runs on", []string{"version", "go", "database"}, nil},
		{"kith_ready", gauge, "1 where a part can do its work, as /readyz says", []string{"part"}, nil},
		{"kith_jobs_open", gauge, "Jobs that are not finished: running, due (for a free worker), or waiting for their moment or their turn", []string{"kind", "state"}, nil},
		{"kith_jobs_overdue_seconds", gauge, "How long the job has been due that has waited longest for a worker", nil, nil},
		{"kith_jobs_silence_seconds", gauge, "Since when jobs have not been looked for; it is below 2 in health", nil, nil},
		{"kith_jobs_tries_total", counter, "Tries of jobs by how they ended: done, failed, cancelled, or ready (tried again)", []string{"kind", "result"}, nil},
		{"kith_jobs_faults_total", counter, "Tries of jobs that failed, by what kind of error", []string{"kind", "fault"}, nil},
		{"kith_posts_total", counter, "Parts of posts by what became of them: published (also by a person), failed, unclear (which may become published later)", []string{"network", "result"}, nil},
		{"kith_posts_unclear", gauge, "Parts of posts of which nobody knows now whether they are out", []string{"network"}, nil},
		{"kith_facts_total", counter, "What networks told, and was taken over for the first time", []string{"network"}, nil},
		{"kith_facts_waiting", gauge, "What was told and is not taken over yet", []string{"partition"}, nil},
		{"kith_facts_lag_seconds", gauge, "How long the oldest of it has waited", nil, nil},
		{"kith_facts_aside", gauge, "What could not be taken over and waits for somebody to look (Settings → Set aside)", nil, nil},
		{"kith_stream_bytes", gauge, "How much room the stream of facts takes", nil, nil},
		{"kith_stream_limit_bytes", gauge, "How much it may take (--facts-mb); facts that were taken over make room", nil, nil},
		{"kith_network_request_seconds", histogram, "Requests to networks until the answer began: ok, refused (4xx), throttled (429), broken (5xx), unreached, unclear (it may have been heard), paced (held back by Kith)", []string{"network", "result"}, seconds},
		{"kith_channels", gauge, "Channels by their health: ok, warn, broken", []string{"network", "health"}, nil},
		{"kith_channels_expiring", gauge, "Channels whose keys end within seven days", []string{"network"}, nil},
		{"kith_database_size_bytes", gauge, "Size of the database", nil, nil},
		{"kith_database_commit_seconds", histogram, "How long commits took", nil, seconds},
		{"kith_database_commit_transactions", histogram, "How many transactions shared a commit", nil, []float64{1, 2, 4, 8, 16, 32, 64, 128}},
		{"kith_disk_free_bytes", gauge, "Room on the disk of the data folder", nil, nil},
		{"kith_disk_size_bytes", gauge, "Size of that disk", nil, nil},
		{"kith_news_listeners", gauge, "Open screens that hear news (server-sent events)", nil, nil},
		{"kith_files_bytes", gauge, "Bytes of uploaded files that are kept", nil, nil},
		{"kith_files_unused_bytes", gauge, "How many of them no draft, post or answer names; they go after --keep-unused", nil, nil},
		{"kith_files_swept_bytes_total", counter, "Bytes of files that were removed because nothing named them", nil, nil},
		{"kith_uploads_open", gauge, "Large files on their way here", nil, nil},
		{"kith_uploads_open_bytes", gauge, "What has come of them", nil, nil},
	}
}

// meters are what this process has counted since it began.
type meters struct {
	mu     sync.Mutex
	counts map[string]map[string]float64 // by family, then by labels
	hists  map[string]map[string]*spread
	parts  map[[2]string]float64 // of posts, by channel and result: its network is looked up later
}

// spread is one histogram.
type spread struct {
	upTo []float64
	in   []uint64
	sum  float64
	n    uint64
}

func newMeters() *meters {
	return &meters{counts: map[string]map[string]float64{}, hists: map[string]map[string]*spread{}, parts: map[[2]string]float64{}}
}

// labelled writes labels by name and value.
func labelled(pairs ...string) string {
	all := make([]string, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, pairs[i]+"="+quoted(pairs[i+1]))
	}
	return strings.Join(all, ",")
}

// quoted is a value as Prometheus reads it.
func quoted(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`).Replace(value) + `"`
}

func (m *meters) add(name string, n float64, labels ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.counts[name] == nil {
		m.counts[name] = map[string]float64{}
	}
	m.counts[name][labelled(labels...)] += n
}

func (m *meters) observe(name string, value float64, upTo []float64, labels ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.hists[name] == nil {
		m.hists[name] = map[string]*spread{}
	}
	at := labelled(labels...)
	h := m.hists[name][at]
	if h == nil {
		h = &spread{upTo: upTo, in: make([]uint64, len(upTo))}
		m.hists[name][at] = h
	}
	if i, _ := slices.BinarySearch(h.upTo, value); i < len(h.in) {
		h.in[i]++
	}
	h.sum += value
	h.n++
}

// page is one answer of /metrics.
type page map[string]map[string]float64 // gauges and counters by family, then by labels

func (p page) set(name string, value float64, labels ...string) {
	if p[name] == nil {
		p[name] = map[string]float64{}
	}
	p[name][labelled(labels...)] = value
}

// write writes a page with what was counted in this process.
func (m *meters) write(w io.Writer, p page) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range families() {
		values, spreads := p[f.name], m.hists[f.name]
		if f.kind == counter && values == nil {
			values = m.counts[f.name]
		}
		if len(values) == 0 && len(spreads) == 0 {
			continue
		}
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, f.kind)
		for _, labels := range slices.Sorted(maps.Keys(values)) {
			line(w, f.name, labels, values[labels])
		}
		for _, labels := range slices.Sorted(maps.Keys(spreads)) {
			h, sum := spreads[labels], uint64(0)
			for i, edge := range h.upTo {
				sum += h.in[i]
				line(w, f.name+"_bucket", and(labels, labelled("le", number(edge))), float64(sum))
			}
			line(w, f.name+"_bucket", and(labels, `le="+Inf"`), float64(h.n))
			line(w, f.name+"_sum", labels, h.sum)
			line(w, f.name+"_count", labels, float64(h.n))
		}
	}
}

func and(labels, more string) string {
	if labels == "" {
		return more
	}
	return labels + "," + more
}

func line(w io.Writer, name, labels string, value float64) {
	if labels != "" {
		labels = "{" + labels + "}"
	}
	fmt.Fprintln(w, name+labels, number(value))
}

func number(n float64) string { return strconv.FormatFloat(n, 'g', -1, 64) }
