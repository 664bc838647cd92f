package facebook

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// figures are those of a Page for a day, under their common names. Those that Graph
// does not answer any more (impressions, fans, engaged users) are not among them.
func figures() map[string]string {
	return map[string]string{
		"page_media_view":                   network.Views,
		"page_total_media_view_unique":      network.Reach,
		"page_post_engagements":             network.Engagement,
		"page_views_total":                  network.Visits,
		"page_daily_follows_unique":         network.Follows,
		"page_daily_unfollows_unique":       network.Unfollows,
		"page_follows":                      network.Followers,
		"page_actions_post_reactions_total": network.Likes,
	}
}

// asked are the names of the figures, in an order that does not change.
func asked() []string {
	return []string{"page_media_view", "page_total_media_view_unique", "page_post_engagements", "page_views_total", "page_daily_follows_unique",
		"page_daily_unfollows_unique", "page_follows", "page_actions_post_reactions_total"}
}

// Insights gives the figures of the Page for one day. Facebook's days end at midnight
// in California: the one that lies most in the given day is taken. It tells them a day
// later, and none of small Pages; what it does not tell is absent.
func (d *Driver) Insights(ctx context.Context, conn network.Conn, day time.Time) (network.Counts, error) {
	counts := network.Counts{}
	err := d.insights(ctx, conn, asked(), day, counts)
	if !fault.Is(err, fault.Invalid) {
		return counts, err
	}
	// One of the names is not answered any more, which spoils the question: each by itself.
	for _, name := range asked() {
		if err := d.insights(ctx, conn, []string{name}, day, counts); err != nil && !fault.Is(err, fault.Invalid) {
			return nil, err
		}
	}
	return counts, nil
}

func (d *Driver) insights(ctx context.Context, conn network.Conn, names []string, day time.Time, into network.Counts) error {
	from := day.UTC().Truncate(24 * time.Hour)
	query := url.Values{"metric": {strings.Join(names, ",")}, "period": {"day"},
		"since": {strconv.FormatInt(from.Unix(), 10)}, "until": {strconv.FormatInt(from.Add(48*time.Hour).Unix(), 10)}}
	a := graph.Ask{Path: conn.Account + "/insights", Query: query}
	var got struct {
		Data []json.RawMessage `json:"data"`
	}
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return err
	}
	if got.Data == nil {
		return d.graph.Misunderstood(a)
	}
	for _, item := range got.Data {
		var one struct {
			Name   string `json:"name"`
			Values []struct {
				Value json.RawMessage `json:"value"`
				End   string          `json:"end_time"`
			} `json:"values"`
		}
		if json.Unmarshal(item, &one) != nil || figures()[one.Name] == "" {
			continue
		}
		for _, v := range one.Values {
			end := graph.Moment(v.End)
			if n, ok := sumOf(v.Value); ok && !end.Before(from.Add(24*time.Hour)) && end.Before(from.Add(48*time.Hour)) {
				into[figures()[one.Name]] = n
			}
		}
	}
	return nil
}

// sumOf is a figure, or the sum of its kinds.
func sumOf(value json.RawMessage) (sum int64, ok bool) {
	var n *int64
	if json.Unmarshal(value, &n) == nil {
		if n == nil || *n < 0 {
			return 0, false
		}
		return *n, true
	}
	var kinds map[string]int64
	if json.Unmarshal(value, &kinds) != nil {
		return 0, false
	}
	for _, n := range kinds {
		sum += max(n, 0)
	}
	return sum, true
}
