package instagram

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// insights are figures as Instagram tells them.
type insights struct {
	Data []struct {
		Name   string `json:"name"`
		Values []struct {
			Value *int64 `json:"value"`
		} `json:"values"`
		Total struct {
			Value      *int64 `json:"value"`
			Breakdowns []struct {
				Results []struct {
					Dimensions []string `json:"dimension_values"`
					Value      *int64   `json:"value"`
				} `json:"results"`
			} `json:"breakdowns"`
		} `json:"total_value"`
	} `json:"data"`
}

// metricsOf are the figures of a post by its product: one that a product has not
// spoils the whole question.
func metricsOf(product string) string {
	switch product {
	case "REELS":
		return "reach,views,saved,shares,total_interactions,ig_reels_video_view_total_time,ig_reels_avg_watch_time"
	case "STORY":
		return "reach,views,replies,shares,follows,navigation"
	}
	return "reach,views,saved,shares,total_interactions,follows,profile_visits"
}

// names are the common names of Instagram's figures.
func names(metric string) string {
	switch metric {
	case "reach":
		return network.Reach
	case "views":
		return network.Views
	case "saved", "saves":
		return network.Saves
	case "shares":
		return network.Shares
	case "replies":
		return network.Replies
	case "comments":
		return network.Replies
	case "likes":
		return network.Likes
	case "reposts":
		return network.Reposts
	case "total_interactions":
		return network.Engagement
	case "follows":
		return network.Follows
	case "profile_visits", "profile_views":
		return network.Visits
	case "profile_links_taps":
		return network.Clicks
	case "ig_reels_video_view_total_time":
		return network.Watched
	case "ig_reels_avg_watch_time", "navigation", "accounts_engaged":
		return "instagram:" + metric
	}
	return ""
}

// Measure gives the counts of posts. What Instagram leaves out is absent, not zero:
// it tells insights late, and none of what hardly anybody has seen.
func (d *Driver) Measure(ctx context.Context, conn network.Conn, refs []network.Ref) (map[string]network.Counts, error) {
	s, err := d.open(conn)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range refs {
		if graph.Object.MatchString(r.ID) && !slices.Contains(ids, r.ID) {
			ids = append(ids, r.ID)
		}
	}
	all := map[string]network.Counts{}
	for some := range slices.Chunk(ids, 50) {
		found, err := graph.ByIDs(ctx, s.call, some, "id,media_product_type,like_count,comments_count")
		if err != nil {
			return nil, err
		}
		products := map[string][]string{}
		for id, item := range found {
			var p *post
			if !slices.Contains(some, id) || !lenient(item, &p) || p == nil {
				continue
			}
			all[id] = network.Counts{}
			given(all[id], network.Likes, p.Likes)
			given(all[id], network.Replies, p.Count)
			products[p.Product] = append(products[p.Product], id)
		}
		for _, product := range slices.Sorted(maps.Keys(products)) {
			slices.Sort(products[product])
			if err := s.insights(ctx, product, products[product], all); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// insights adds the figures of posts of one product. What is refused for all is
// asked one by one; what is refused then has none.
func (s *session) insights(ctx context.Context, product string, ids []string, all map[string]network.Counts) error {
	found, err := graph.ByIDs(ctx, s.call, ids, "id,insights.metric("+metricsOf(product)+")")
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Denied) {
		if len(ids) == 1 || graph.Refused(err).Code == 190 {
			return nil
		}
		for _, id := range ids {
			if err := s.insights(ctx, product, []string{id}, all); err != nil {
				return err
			}
		}
		return nil
	}
	if err != nil {
		return err
	}
	for id, item := range found {
		var p *post
		if counts := all[id]; counts != nil && lenient(item, &p) && p != nil {
			p.Insights.add(counts)
		}
	}
	return nil
}

// add adds figures under their common names. A value that is not there is absent.
func (i insights) add(counts network.Counts) {
	for _, one := range i.Data {
		name := names(one.Name)
		if name == "" {
			continue
		}
		if len(one.Values) > 0 {
			given(counts, name, one.Values[0].Value)
		}
		given(counts, name, one.Total.Value)
	}
}

func given(counts network.Counts, name string, n *int64) {
	if n != nil && *n >= 0 {
		counts[name] = *n
	}
}

// Insights gives the figures of the account for one day, from midnight to midnight
// UTC. Instagram tells them up to two days late; until then there are none.
func (d *Driver) Insights(ctx context.Context, conn network.Conn, day time.Time) (network.Counts, error) {
	s, err := d.open(conn)
	if err != nil {
		return nil, err
	}
	from := day.UTC().Truncate(24 * time.Hour)
	query := url.Values{"period": {"day"}, "metric_type": {"total_value"}, "since": {strconv.FormatInt(from.Unix(), 10)},
		"until": {strconv.FormatInt(from.Add(24*time.Hour).Unix(), 10)}}
	query.Set("metric", "reach,views,accounts_engaged,likes,comments,saves,shares,reposts,total_interactions,profile_links_taps")
	counts := network.Counts{}
	var got insights
	a := graph.Ask{Path: conn.Account + "/insights", Query: query}
	if err := s.figures(ctx, a, &got); err != nil {
		return nil, err
	}
	got.add(counts)
	query.Set("metric", "follows_and_unfollows")
	query.Set("breakdown", "follow_type")
	var moved insights
	if err := s.figures(ctx, a, &moved); err != nil {
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Denied) {
			return counts, nil // not of accounts with fewer than a hundred followers
		}
		return nil, err
	}
	for _, one := range moved.Data {
		for _, b := range one.Total.Breakdowns {
			for _, r := range b.Results {
				switch {
				case slices.Contains(r.Dimensions, "FOLLOWER"):
					given(counts, network.Follows, r.Value)
				case slices.Contains(r.Dimensions, "NON_FOLLOWER"):
					given(counts, network.Unfollows, r.Value)
				}
			}
		}
	}
	return counts, nil
}

func (s *session) figures(ctx context.Context, a graph.Ask, into *insights) error {
	var raw struct {
		Data []json.RawMessage `json:"data"`
	}
	if err := s.call(ctx, a, &raw); err != nil {
		return err
	}
	if raw.Data == nil {
		return s.misunderstood(a)
	}
	for _, item := range raw.Data {
		one := insights{}
		one.Data = slices.Grow(one.Data, 1)[:1]
		if lenient(item, &one.Data[0]) {
			into.Data = append(into.Data, one.Data...)
		}
	}
	return nil
}

// Quota asks how many posts Instagram still takes of this account: its own pages
// disagree about how many there are.
func (d *Driver) Quota(ctx context.Context, conn network.Conn) ([]network.QuotaUse, error) {
	s, err := d.open(conn)
	if err != nil {
		return nil, err
	}
	a := graph.Ask{Path: conn.Account + "/content_publishing_limit", Query: url.Values{"fields": {"quota_usage,config"}}}
	var got struct {
		Data []struct {
			Used   *int `json:"quota_usage"`
			Config struct {
				Total int `json:"quota_total"`
			} `json:"config"`
		} `json:"data"`
	}
	if err := s.call(ctx, a, &got); err != nil {
		return nil, err
	}
	if len(got.Data) == 0 || got.Data[0].Used == nil {
		return nil, s.misunderstood(a)
	}
	return []network.QuotaUse{{Name: "posts", Used: *got.Data[0].Used, Max: got.Data[0].Config.Total}}, nil
}
