package youtube

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// Measure asks for the counts of videos: fifty in a call, and what Analytics says
// beside it, where the right was given.
func (d *Driver) Measure(ctx context.Context, conn network.Conn, posts []network.Ref) (map[string]network.Counts, error) {
	var ids []string
	for _, p := range posts {
		if videoID.MatchString(p.ID) {
			ids = append(ids, p.ID)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	all := map[string]network.Counts{}
	for some := range slices.Chunk(ids, 50) {
		a := ask{path: "/youtube/v3/videos", kind: "youtube#videoListResponse", query: url.Values{"id": {strings.Join(some, ",")}, "part": {"statistics"}}}
		var got list[video]
		if _, err := d.call(ctx, conn, a, &got); err != nil {
			return nil, err
		}
		for _, v := range got.Items {
			if !slices.Contains(some, v.ID) {
				continue
			}
			counts := network.Counts{}
			for name, text := range map[string]*string{network.Views: v.Statistics.Views, network.Likes: v.Statistics.Likes, network.Replies: v.Statistics.Comments} {
				if text == nil {
					continue // hidden by the owner
				}
				if n, err := strconv.ParseInt(*text, 10, 64); err == nil && n >= 0 {
					counts[name] = n
				}
			}
			all[v.ID] = counts
		}
	}
	if k, err := readKeys(conn.Keys); err == nil && (k.Scope == "" || k.may(scopeAnalysis)) && len(all) > 0 {
		if err := d.watched(ctx, conn, ids, all); err != nil && !side(err) {
			return nil, err
		}
	}
	return all, nil
}

// analysed are the figures of Analytics, and what we call them.
func analysed() map[string]string {
	return map[string]string{"views": network.Views, "likes": network.Likes, "comments": network.Replies, "shares": network.Shares,
		"subscribersGained": network.Follows, "subscribersLost": network.Unfollows, "estimatedMinutesWatched": network.Watched}
}

// watched adds to the counts of videos what Analytics alone knows.
func (d *Driver) watched(ctx context.Context, conn network.Conn, ids []string, all map[string]network.Counts) error {
	today := d.now().UTC().Format(time.DateOnly)
	for some := range slices.Chunk(ids, 200) {
		rows, err := d.report(ctx, conn, url.Values{"startDate": {"2005-02-14"}, "endDate": {today}, "dimensions": {"video"},
			"metrics": {"shares,estimatedMinutesWatched,subscribersGained"}, "filters": {"video==" + strings.Join(some, ",")}})
		if err != nil {
			return err
		}
		for id, figures := range rows {
			if counts, known := all[id]; known {
				for name, n := range figures {
					counts[name] = n
				}
			}
		}
	}
	return nil
}

// Insights asks for the channel's figures of one day, in California's time; a day
// that YouTube has not counted yet has none.
func (d *Driver) Insights(ctx context.Context, conn network.Conn, day time.Time) (network.Counts, error) {
	date := day.Format(time.DateOnly)
	rows, err := d.report(ctx, conn, url.Values{"startDate": {date}, "endDate": {date}, "dimensions": {"day"},
		"metrics": {"views,likes,comments,shares,subscribersGained,subscribersLost,estimatedMinutesWatched"}})
	if err != nil {
		return nil, err
	}
	if counts := rows[date]; counts != nil {
		return counts, nil
	}
	return network.Counts{}, nil
}

// report asks Analytics for a table of one dimension, and gives its figures by it.
func (d *Driver) report(ctx context.Context, conn network.Conn, query url.Values) (map[string]network.Counts, error) {
	if !channelID.MatchString(conn.Account) {
		return nil, fault.New(fault.Invalid, "This is no channel of YouTube.")
	}
	query.Set("ids", "channel=="+conn.Account)
	a := ask{host: d.analytics, path: "/v2/reports", kind: "youtubeAnalytics#resultTable", query: query}
	var got table
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return nil, err
	}
	return got.counts(), nil
}

// table is what Analytics answers.
type table struct {
	Columns []struct {
		Name string `json:"name"`
		Type string `json:"columnType"`
	} `json:"columnHeaders"`
	Rows [][]json.RawMessage `json:"rows"`
}

// counts reads the rows: the first column is what a row is about.
func (t table) counts() map[string]network.Counts {
	all := map[string]network.Counts{}
	names := analysed()
	for _, row := range t.Rows {
		var of string
		if len(row) == 0 || json.Unmarshal(row[0], &of) != nil {
			continue
		}
		counts := network.Counts{}
		for i, cell := range row[1:] {
			if i+1 >= len(t.Columns) {
				break
			}
			name := names[t.Columns[i+1].Name]
			var n float64
			if name == "" || string(cell) == "null" || json.Unmarshal(cell, &n) != nil || n < 0 || n > 1e15 {
				continue
			}
			if name == network.Watched {
				n *= 60_000 // minutes
			}
			counts[name] = int64(n)
		}
		all[of] = counts
	}
	return all
}
