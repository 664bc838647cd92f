package facebook

import (
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox/graph"
)

// Metrics that Graph no longer answers, since June 2026, begin like this: they are refused like unknown ones.
func dead(metric string) bool {
	for _, old := range []string{"page_impressions", "page_fans", "page_engaged_users", "post_impressions", "page_messages_active_threads", "page_messages_open_conversations",
		"page_messages_feedback"} {
		if strings.HasPrefix(metric, old) {
			return true
		}
	}
	return false
}

func refused(metric string) *graph.Fault {
	if dead(metric) {
		return graph.No(400, 100, 0, "(#100) The value must be a valid insights metric: %s is no longer available", metric)
	}
	return graph.No(400, 100, 0, "(#100) The value must be a valid insights metric")
}

// day is what happened to a Page on one day; figures follow from what people did on the stage, so that a test can count along.
type day struct {
	follows, reactions, comments, posts int
	kinds                               map[string]int
}

func (p *page) day(from, to time.Time) day {
	d := day{kinds: map[string]int{}}
	within := func(t time.Time) bool { return !t.Before(from) && t.Before(to) }
	for _, t := range p.followed {
		if within(t) {
			d.follows++
		}
	}
	for _, o := range p.posts {
		if within(o.created) && o.published {
			d.posts++
		}
		for _, r := range o.reactions {
			if within(r.at) && !r.by.page {
				d.reactions++
				d.kinds[r.kind]++
			}
		}
		for _, c := range o.comments {
			if within(c.created) && !c.from.page {
				d.comments++
			}
		}
	}
	return d
}

func pageMetric(p *page, metric string, d day, to time.Time) (any, bool) {
	seen := 40*d.posts + 12*d.reactions + 21*d.comments
	switch metric {
	case "page_media_view":
		return seen, true
	case "page_total_media_view_unique":
		return seen * 7 / 10, true
	case "page_post_engagements":
		return d.reactions + d.comments, true
	case "page_views_total":
		return seen / 15, true
	case "page_video_views":
		return 0, true
	case "page_daily_follows_unique":
		return d.follows, true
	case "page_daily_unfollows_unique":
		return 0, true
	case "page_follows":
		n := p.fans
		for _, t := range p.followed {
			if t.Before(to) {
				n++
			}
		}
		return n, true
	case "page_actions_post_reactions_total":
		kinds := map[string]int{}
		for k, n := range d.kinds {
			kinds[strings.ToLower(k)] = n
		}
		return kinds, true
	}
	if kind, ok := strings.CutPrefix(metric, "page_actions_post_reactions_"); ok {
		if kind, ok = strings.CutSuffix(kind, "_total"); ok && feeling(kind) != "" {
			return d.kinds[feeling(kind)], true
		}
	}
	return nil, false
}

// midnight is when a Page's day begins: in California, and here without daylight saving.
func midnight(t time.Time) time.Time {
	const behind = 8 * time.Hour
	return t.Add(-behind).Truncate(24 * time.Hour).Add(behind)
}

// pageInsights is GET /{page}/insights: by day, at most 90 days in one question, figures of whole days only, and none at all for a
// Page with fewer than a hundred followers: an empty list, which is not zero.
func (a *ask) pageInsights(p *page) (any, *graph.Fault) {
	if err := may(a.token, p, "read_insights", "pages_read_engagement"); err != nil {
		return nil, err
	}
	period, err := a.p.Enum("period", "day", "day", "week", "days_28", "month", "lifetime", "total_over_range")
	if err != nil {
		return nil, err
	}
	since, err := a.p.When("since")
	if err != nil {
		return nil, err
	}
	until, err := a.p.When("until")
	if err != nil {
		return nil, err
	}
	today := midnight(a.now)
	if until.IsZero() {
		until = today
	}
	if since.IsZero() {
		since = until.Add(-48 * time.Hour)
	}
	if until.Sub(since) > 90*24*time.Hour {
		return nil, graph.Invalid("There cannot be more than 90 days (7776000 s) between since and until")
	}
	if until.After(today) {
		until = today // today's figures come tomorrow
	}
	metrics := a.p.List("metric")
	if len(metrics) == 0 {
		return nil, graph.Invalid("The parameter metric is required")
	}
	span := map[string]int{"day": 1, "week": 7, "days_28": 28}[period]
	if span == 0 {
		return nil, graph.Invalid("Incompatible metric and period")
	}
	out := graph.Listed{Data: []any{}}
	for _, m := range metrics {
		talk := talkMetric(m)
		if _, ok := pageMetric(p, m, day{}, a.now); (!ok && !talk) || dead(m) {
			return nil, refused(m)
		}
		if talk {
			if err := may(a.token, p, "pages_messaging"); err != nil {
				return nil, err
			}
		}
		if p.fans+len(p.followed) < 100 {
			continue
		}
		values := []any{}
		for end := midnight(since).Add(24 * time.Hour); !end.After(until); end = end.Add(24 * time.Hour) {
			if talk {
				values = append(values, p.talked(m, end.AddDate(0, 0, -span), end))
				continue
			}
			v, _ := pageMetric(p, m, p.day(end.AddDate(0, 0, -span), end), end)
			values = append(values, map[string]any{"value": v, "end_time": graph.Stamp(end)})
		}
		out.Data = append(out.Data, result(p.id, m, period, values))
	}
	out.Paging = &graph.Paging{}
	return out, nil
}

func result(of, metric, period string, values []any) map[string]any {
	return map[string]any{"name": metric, "period": period, "values": values, "title": strings.ReplaceAll(metric, "_", " "),
		"description": "Pretended figures of " + metric, "id": of + "/insights/" + metric + "/" + period}
}

// postInsights answers what a post's figures are over its life.
func (v *view) postInsights(o *post, metrics, period string) (any, *graph.Fault) {
	if period != "" && period != "lifetime" && period != "day" {
		return nil, graph.Invalid("Incompatible metric and period")
	}
	if metrics == "" {
		return nil, graph.Invalid("The parameter metric is required")
	}
	kinds := map[string]int{}
	for _, r := range o.reactions {
		kinds[strings.ToLower(r.kind)]++
	}
	seen := 40 + 12*len(o.reactions) + 21*len(o.comments) + int(min(v.now.Sub(o.created).Hours(), 72))
	p := graph.Params{Values: map[string][]string{"metric": {metrics}}}
	out := graph.Listed{Data: []any{}, Paging: &graph.Paging{}}
	for _, m := range p.List("metric") {
		var value any
		switch m {
		case "post_media_view":
			value = seen
		case "post_total_media_view_unique":
			value = seen * 7 / 10
		case "post_clicks":
			value = seen / 20
		case "post_reactions_by_type_total":
			value = kinds
		default:
			return nil, refused(m)
		}
		out.Data = append(out.Data, result(o.id, m, "lifetime", []any{map[string]any{"value": value}}))
	}
	return out, nil
}

// feeling is the reaction type behind a metric's word.
func feeling(word string) string {
	switch word {
	case "like", "love", "wow", "haha", "anger", "sorry":
		return map[string]string{"anger": "ANGRY", "sorry": "SAD"}[word] + map[string]string{"like": "LIKE", "love": "LOVE", "wow": "WOW", "haha": "HAHA"}[word]
	}
	return ""
}
