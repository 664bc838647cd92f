package youtube

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// report answers reports.query: of the channel by day, or of some of its videos. The last two days have no rows yet.
func (a *ask) report() (any, *fault) {
	ids := a.get("ids")
	if ids != "channel==MINE" && ids != "channel=="+a.me.id {
		return nil, no(http.StatusForbidden, "global", "forbidden", "Forbidden")
	}
	from, err := time.Parse(time.DateOnly, a.get("startDate"))
	to, err2 := time.Parse(time.DateOnly, a.get("endDate"))
	if err != nil || err2 != nil || to.Before(from) {
		return nil, bad("global", "invalid", "The query is not supported: startDate and endDate.")
	}
	metrics := strings.Split(a.get("metrics"), ",")
	for _, m := range metrics {
		if !slices.Contains([]string{"views", "likes", "comments", "shares", "subscribersGained", "subscribersLost", "estimatedMinutesWatched", "averageViewDuration"}, m) {
			return nil, bad("global", "invalid", "Unknown identifier (%s) given in field parameters.metrics.", m)
		}
	}
	switch d := a.get("dimensions"); d {
	case "day":
		if a.get("filters") != "" {
			return nil, bad("global", "badRequest", "The query is not supported.")
		}
		return a.table(d, metrics, a.days(from, to)), nil
	case "video":
		if f, ok := strings.CutPrefix(a.get("filters"), "video=="); ok && len(strings.Split(f, ",")) <= 500 {
			return a.table(d, metrics, a.watched(strings.Split(f, ","))), nil
		}
	}
	return nil, bad("global", "badRequest", "The query is not supported. Check the documentation for supported queries.")
}

type row struct {
	of string
	t  tally
}

func (a *ask) days(from, to time.Time) (rows []row) {
	last := a.now.In(a.n.pacific).AddDate(0, 0, -2).Format(time.DateOnly)
	for d := from; !d.After(to); d = d.AddDate(0, 0, 1) {
		day := d.Format(time.DateOnly)
		if day > last {
			break
		}
		var t tally
		if known := a.me.days[day]; known != nil {
			t = *known
		}
		rows = append(rows, row{day, t})
	}
	return rows
}

func (a *ask) watched(ids []string) (rows []row) {
	for _, id := range ids {
		if v := a.n.find(id); v != nil && v.owner == a.me && v.views > 0 {
			rows = append(rows, row{id, tally{views: v.views, likes: int64(len(v.likes)), comments: int64(v.talk()), minutes: v.views * 2}})
		}
	}
	return rows
}

func (a *ask) table(dimension string, metrics []string, rows []row) any {
	head := []any{map[string]any{"name": dimension, "columnType": "DIMENSION", "dataType": "STRING"}}
	for _, m := range metrics {
		head = append(head, map[string]any{"name": m, "columnType": "METRIC", "dataType": "INTEGER"})
	}
	out := map[string]any{"kind": "youtubeAnalytics#resultTable", "columnHeaders": head}
	var all [][]any
	for _, r := range rows {
		one := []any{r.of}
		for _, m := range metrics {
			one = append(one, map[string]int64{"views": r.t.views, "likes": r.t.likes, "comments": r.t.comments, "shares": r.t.shares,
				"subscribersGained": r.t.gained, "subscribersLost": r.t.lost, "estimatedMinutesWatched": r.t.minutes, "averageViewDuration": 30}[m])
		}
		all = append(all, one)
	}
	if len(all) > 0 { // "if no data is available, the rows element will be omitted"
		out["rows"] = all
	}
	return out
}
