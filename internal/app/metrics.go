package app

import (
	"cmp"
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/stream"
)

// other is the network of what belongs to none: pictures of people, push, a channel
// that is not known any more.
const other = "other"

// upTo gives the edges of a histogram.
func upTo(name string) []float64 {
	for _, f := range families() {
		if f.name == name {
			return f.upTo
		}
	}
	return nil
}

// heard counts a request to a network.
func (m *meters) heard() func(whose, result string, took time.Duration) {
	const name = "kith_network_request_seconds"
	edges := upTo(name)
	return func(whose, result string, took time.Duration) {
		m.observe(name, took.Seconds(), edges, "network", cmp.Or(whose, other), "result", result)
	}
}

// committed counts a commit of the database.
func (m *meters) committed() func(took time.Duration, group int) {
	const long, many = "kith_database_commit_seconds", "kith_database_commit_transactions"
	seconds, sizes := upTo(long), upTo(many)
	return func(took time.Duration, group int) {
		m.observe(long, took.Seconds(), seconds)
		m.observe(many, float64(group), sizes)
	}
}

// ended counts a try of a job.
func (m *meters) ended(e jobs.Ending) {
	m.add("kith_jobs_tries_total", 1, "kind", e.Kind, "result", string(e.State))
	if e.Fault != "" {
		m.add("kith_jobs_faults_total", 1, "kind", e.Kind, "fault", e.Fault)
	}
}

func (m *meters) came(name network.Name, facts int) {
	m.add("kith_facts_total", float64(facts), "network", cmp.Or(string(name), other))
}

func (m *meters) swept(bytes int64) { m.add("kith_files_swept_bytes_total", float64(bytes)) }

// became counts a part of a post under its channel; which network that is on is asked
// when somebody wants to read it.
func (m *meters) became(channelID, result string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.parts[[2]string{channelID, result}]++
}

// metrics are for the operator's monitoring. They name no person, no workspace and no
// channel; behind a proxy they are for the inside only, so a request that came from
// outside through one is refused.
func (a *App) metrics(parts []*part) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if forwarded(r) || strings.EqualFold(hostname(r.Host), a.host()) || !inside(r.RemoteAddr) {
			http.Error(w, "metrics are answered to this machine and its own network", http.StatusForbidden)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
		defer cancel()
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		a.meters.write(w, a.measured(ctx, parts))
		metrics.WritePrometheus(w, true)
	}
}

// forwarded says whether a request came through a proxy, as far as one can know: each
// leaves something of these, but for one that was told to leave nothing.
func forwarded(r *http.Request) bool {
	for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via"} {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return !r.ProtoAtLeast(1, 1) // as nginx speaks to what is behind it unless told otherwise
}

func hostname(hostport string) string {
	u := url.URL{Host: hostport}
	return u.Hostname()
}

func inside(remote string) bool {
	at, err := netip.ParseAddrPort(remote)
	return err == nil && (at.Addr().Unmap().IsLoopback() || at.Addr().Unmap().IsPrivate())
}

// measured asks every part of the house for its figures; what does not answer is left out.
func (a *App) measured(ctx context.Context, parts []*part) page {
	p := page{}
	p.set("kith_build_info", 1, "version", Version(), "go", runtime.Version(), "database", a.DB.Engine())
	for _, part := range readiness(ctx, parts).Parts {
		p.set("kith_ready", map[bool]float64{true: 1}[part.Ready], "part", part.Name)
	}
	p.set("kith_jobs_silence_seconds", a.Runner.Silence().Seconds())
	p.set("kith_news_listeners", float64(a.Facts.News().Listeners()))
	if d, err := room(a.Config.Data); err == nil && d.total > 0 {
		p.set("kith_disk_free_bytes", float64(d.free))
		p.set("kith_disk_size_bytes", float64(d.total))
	}
	if now, most, err := a.Facts.Bytes(ctx); err == nil {
		p.set("kith_stream_bytes", float64(now))
		p.set("kith_stream_limit_bytes", float64(most))
	}
	if lags, err := a.Facts.Lags(ctx, a.DB); err == nil {
		lag := time.Duration(0)
		for _, l := range lags {
			p.set("kith_facts_waiting", float64(l.Waiting), "partition", strconv.Itoa(l.Partition))
			if !l.Oldest.IsZero() {
				lag = max(lag, time.Since(l.Oldest))
			}
		}
		p.set("kith_facts_lag_seconds", lag.Seconds())
	}
	if n, err := a.DB.Size(ctx); err == nil {
		p.set("kith_database_size_bytes", float64(n))
	}
	if err := store.View(ctx, a.DB, func(ctx context.Context, tx *store.Tx) error { return a.census(ctx, tx, p) }); err != nil {
		a.Log.WarnContext(ctx, "not everything could be measured", "error", err)
	}
	return p
}

// census counts what the rooms have.
func (a *App) census(ctx context.Context, tx *store.Tx, p page) error {
	open, oldest, err := jobs.Census(ctx, tx)
	if err != nil {
		return err
	}
	for _, c := range open {
		p.set("kith_jobs_open", float64(c.N), "kind", c.Kind, "state", c.State)
	}
	late := time.Duration(0)
	if !oldest.IsZero() {
		late = tx.Now.Sub(oldest)
	}
	p.set("kith_jobs_overdue_seconds", late.Seconds())
	aside, _, err := stream.Waiting(ctx, tx)
	if err != nil {
		return err
	}
	p.set("kith_facts_aside", float64(aside))
	channels, err := channel.Census(ctx, tx, tx.Now.AddDate(0, 0, 7))
	if err != nil {
		return err
	}
	ending := map[network.Name]int{}
	for _, c := range channels {
		p.set("kith_channels", float64(c.N), "network", string(c.Network), "health", c.Health)
		ending[c.Network] += c.Ending
	}
	for name, n := range ending {
		p.set("kith_channels_expiring", float64(n), "network", string(name))
	}
	uploads, bytes, err := media.Underway(ctx, tx)
	if err != nil {
		return err
	}
	p.set("kith_uploads_open", float64(uploads))
	p.set("kith_uploads_open_bytes", float64(bytes))
	kept, unused, err := media.Stock(ctx, tx)
	if err != nil {
		return err
	}
	p.set("kith_files_bytes", float64(kept))
	p.set("kith_files_unused_bytes", float64(unused))
	return a.posts(ctx, tx, p, ending)
}

// posts counts what became of posts by network; every network with a channel has a
// number of what is unclear, so that an alarm can end.
func (a *App) posts(ctx context.Context, tx *store.Tx, p page, known map[network.Name]int) error {
	on, err := channel.Networks(ctx, tx)
	if err != nil {
		return err
	}
	doubts, err := publish.CountDoubts(ctx, tx)
	if err != nil {
		return err
	}
	unclear := map[string]int{}
	for name := range known {
		unclear[string(name)] = 0
	}
	for _, d := range doubts {
		unclear[cmp.Or(string(on[d.Channel]), other)] += d.N
	}
	for name, n := range unclear {
		p.set("kith_posts_unclear", float64(n), "network", name)
	}
	a.meters.mu.Lock()
	defer a.meters.mu.Unlock()
	total := map[[2]string]float64{}
	for at, n := range a.meters.parts {
		total[[2]string{cmp.Or(string(on[at[0]]), other), at[1]}] += n
	}
	for at, n := range total {
		p.set("kith_posts_total", n, "network", at[0], "result", at[1])
	}
	return nil
}
