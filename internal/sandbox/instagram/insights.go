package instagram

import (
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox/graph"
)

// Metrics of media by their product; any other in the same question spoils it.
func metricsOf(product string) []string {
	common := []string{"reach", "views", "shares", "total_interactions"}
	switch product {
	case "REELS":
		return append(common, "likes", "comments", "saved", "ig_reels_avg_watch_time", "ig_reels_video_view_total_time", "reels_skip_rate", "reposts")
	case "STORY":
		return append(common, "replies", "navigation", "follows", "profile_visits", "profile_activity")
	}
	return append(common, "likes", "comments", "saved", "follows", "profile_visits", "profile_activity", "reposts")
}

// mediaInsights answers figures over the life of a media; those of a story that hardly anybody has seen are refused.
func (a *ask) mediaInsights(m *media, f graph.Field) (any, *graph.Fault) {
	if err := a.may(m.account, "insights"); err != nil {
		return nil, err
	}
	p := graph.Params{Values: f.Query(), Seen: a.n.watcher("IGMedia", "GET", "insights")}
	metrics := p.List("metric")
	if len(metrics) == 0 {
		return nil, graph.Invalid("The parameter metric is required")
	}
	for _, name := range metrics {
		if name == "impressions" || name == "plays" {
			return nil, graph.Invalid("Starting from version v22.0 and above, the %s metric is no longer supported for the queried media. Please use the views metric instead.", name)
		}
		if !slices.Contains(metricsOf(m.product), name) {
			return nil, graph.Invalid("(#100) Incompatible metrics with media product type %s: %s", m.product, name)
		}
	}
	seen := 30 + 11*len(m.likes) + 17*len(m.comments)
	if m.product == "STORY" && seen < 5 {
		return nil, graph.No(400, 10, 0, "(#10) Not enough viewers for the media to show insights")
	}
	figures := map[string]int{"views": seen, "reach": seen * 7 / 10, "likes": len(m.likes), "comments": len(m.comments), "saved": len(m.likes) / 3, "shares": len(m.likes) / 4,
		"total_interactions": len(m.likes) + len(m.comments) + len(m.likes)/3 + len(m.likes)/4, "follows": len(m.likes) / 10, "profile_visits": seen / 12,
		"ig_reels_avg_watch_time": 4200, "ig_reels_video_view_total_time": 4200 * seen, "replies": 0, "navigation": seen / 2}
	out := graph.Listed{Data: []any{}}
	for _, name := range metrics {
		value, known := figures[name]
		if !known {
			continue // an empty set, which is not zero
		}
		out.Data = append(out.Data, map[string]any{"name": name, "period": "lifetime", "values": []any{map[string]any{"value": value}},
			"title": strings.ReplaceAll(name, "_", " "), "description": "Pretended figures of " + name, "id": m.id + "/insights/" + name + "/lifetime"})
	}
	return out, nil
}

// accountInsights answers figures of an account between two moments: as totals, late by up to two days, and none at all where there are
// none yet: an empty list, which is not zero.
func (a *ask) accountInsights(acc *account) (any, *graph.Fault) {
	if err := a.may(acc, "insights"); err != nil {
		return nil, err
	}
	period, err := a.p.Enum("period", "day", "day", "lifetime")
	if err != nil {
		return nil, err
	}
	kind, err := a.p.Enum("metric_type", "default", "default", "time_series", "total_value")
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
	metrics := a.p.List("metric")
	if len(metrics) == 0 || period != "day" {
		return nil, graph.Invalid("Incompatible metric and period")
	}
	if until.Sub(since) > 30*24*time.Hour {
		return nil, graph.Invalid("There cannot be more than 30 days (2592000 s) between since and until")
	}
	out := graph.Listed{Data: []any{}}
	for _, name := range metrics {
		if !slices.Contains(accountMetrics(), name) {
			return nil, graph.Invalid("metric[0] must be one of the following values: %s", strings.Join(accountMetrics(), ", "))
		}
		if kind != "total_value" && name != "reach" && name != "follower_count" {
			return nil, graph.Invalid("The following metrics (%s) should be specified with parameter metric_type=total_value", name)
		}
		if b := a.p.Get("breakdown"); b != "" && !(b == "follow_type" && (name == "follows_and_unfollows" || name == "reach" || name == "views")) {
			return nil, graph.Invalid("Incompatible breakdown %s", b)
		}
		if until.After(a.now.Add(-24*time.Hour)) || name == "reposts" {
			continue // not there yet
		}
		out.Data = append(out.Data, map[string]any{"name": name, "period": "day", "title": name, "description": "Pretended figures", "id": acc.id + "/insights/" + name + "/day",
			"total_value": acc.total(name, since, until, a.p.Get("breakdown"))})
	}
	out.Paging = &graph.Paging{}
	return out, nil
}

func accountMetrics() []string {
	return []string{"reach", "views", "accounts_engaged", "likes", "comments", "saves", "shares", "replies", "reposts", "total_interactions", "profile_links_taps",
		"follows_and_unfollows", "follower_count", "profile_views", "website_clicks"}
}

func (a *account) total(name string, since, until time.Time, breakdown string) map[string]any {
	likes, comments, follows := 0, 0, 0
	within := func(t time.Time) bool { return !t.Before(since) && t.Before(until) }
	for _, m := range a.media {
		for _, at := range m.likes {
			if within(at) {
				likes++
			}
		}
		for _, c := range m.comments {
			if within(c.created) && !c.from.ours {
				comments++
			}
		}
	}
	for _, t := range a.follows {
		if within(t) {
			follows++
		}
	}
	seen := 200 + 11*likes + 17*comments
	if name == "follows_and_unfollows" {
		if breakdown == "" {
			return map[string]any{}
		}
		return map[string]any{"breakdowns": []any{map[string]any{"dimension_keys": []string{"follow_type"}, "results": []any{
			map[string]any{"dimension_values": []string{"FOLLOWER"}, "value": follows}, map[string]any{"dimension_values": []string{"NON_FOLLOWER"}, "value": 1}}}}}
	}
	figures := map[string]int{"views": seen, "reach": seen * 6 / 10, "likes": likes, "comments": comments, "total_interactions": likes + comments,
		"accounts_engaged": (likes + comments) * 8 / 10, "profile_links_taps": seen / 50, "profile_views": seen / 20}
	return map[string]any{"value": figures[name]}
}
