package tiktok

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// queryMost is how many posts one question may be about.
const queryMost = 20

// Measure asks for the counts of posts. Those that were settled before TikTok told
// an id are asked for by their publish_id first.
func (d *Driver) Measure(ctx context.Context, conn network.Conn, posts []network.Ref) (map[string]network.Counts, error) {
	as := map[string]string{} // the id at TikTok, and ours
	for _, p := range posts {
		id := p.ID
		if e := readExtra(p); !number.MatchString(id) && e.Publish != "" && !e.Unseen {
			s, err := d.status(ctx, conn, e.Publish)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			id = s.post()
		}
		if number.MatchString(id) {
			as[id] = p.ID
		}
	}
	ids := make([]string, 0, len(as))
	for id := range as {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	b, none := bare(conn)
	all := map[string]network.Counts{}
	for some := range slices.Chunk(ids, queryMost) {
		if err := d.query(ctx, conn, some, as, all); err != nil {
			return nil, err
		}
		if none == nil {
			if err := d.queryBusiness(ctx, b, some, as, all); err != nil && !fault.Is(err, fault.Denied) {
				return nil, err
			}
		}
	}
	return all, nil
}

func (d *Driver) query(ctx context.Context, conn network.Conn, ids []string, as map[string]string, into map[string]network.Counts) error {
	a := ask{path: "/video/query/?fields=id,like_count,comment_count,share_count,view_count", harmless: true, body: map[string]any{"filters": map[string]any{"video_ids": ids}}}
	var got struct {
		Videos *[]video `json:"videos"`
	}
	if _, err := d.call(ctx, conn, a, &got); err != nil {
		return err
	}
	if got.Videos == nil {
		return a.misunderstood()
	}
	for _, v := range *got.Videos {
		ours, known := as[string(v.ID)]
		if !known {
			continue
		}
		c := network.Counts{}
		keep(c, network.Likes, v.Likes)
		keep(c, network.Replies, v.Comments)
		keep(c, network.Shares, v.Shares)
		keep(c, network.Views, v.Views)
		into[ours] = c
	}
	return nil
}

// keep keeps a count that was given.
func keep(c network.Counts, name string, n *int64) {
	if n != nil && *n >= 0 && *n < 1<<53 {
		c[name] = *n
	}
}

// queryBusiness adds what TikTok API for Business alone counts; it knows photos too.
func (d *Driver) queryBusiness(ctx context.Context, b business, ids []string, as map[string]string, into map[string]network.Counts) error {
	filter, err := json.Marshal(map[string]any{"video_ids": ids})
	if err != nil {
		return fault.Wrap(fault.Internal, err, "writing a question to TikTok")
	}
	var got struct {
		Videos []struct {
			owned
			Likes     *int64 `json:"likes"`
			Comments  *int64 `json:"comments"`
			Shares    *int64 `json:"shares"`
			Views     *int64 `json:"video_views"`
			Reach     *int64 `json:"reach"`
			Favorites *int64 `json:"favorites"`
			Follows   *int64 `json:"new_followers"`
			Visits    *int64 `json:"profile_views"`
		} `json:"videos"`
	}
	fields := `["item_id","likes","comments","shares","video_views","reach","favorites","new_followers","profile_views"]`
	if err := d.get(ctx, b, "/business/video/list/", url.Values{"fields": {fields}, "filters": {string(filter)}, "max_count": {"20"}}, &got); err != nil {
		return err
	}
	for _, v := range got.Videos {
		ours, known := as[string(v.ID)]
		if !known {
			continue
		}
		c := into[ours]
		if c == nil {
			c = network.Counts{}
			into[ours] = c
		}
		for _, one := range []struct {
			name string
			n    *int64
		}{{network.Likes, v.Likes}, {network.Replies, v.Comments}, {network.Shares, v.Shares}, {network.Views, v.Views}} {
			if _, told := c[one.name]; !told { // the Display API's are newer
				keep(c, one.name, one.n)
			}
		}
		keep(c, network.Reach, v.Reach)
		keep(c, network.Saves, v.Favorites)
		keep(c, network.Follows, v.Follows)
		keep(c, network.Visits, v.Visits)
	}
	return nil
}

// Insights are the account's figures: of a day, where there is a business token,
// else as they are now.
func (d *Driver) Insights(ctx context.Context, conn network.Conn, day time.Time) (network.Counts, error) {
	k, err := readKeys(conn.Keys)
	if err != nil {
		return nil, err
	}
	c := network.Counts{}
	if k.Business == nil {
		p, err := d.person(ctx, k)
		if err != nil {
			return nil, err
		}
		keep(c, network.Followers, p.Followers)
		keep(c, "tiktok:following", p.Following)
		keep(c, "tiktok:likes", p.Likes)
		keep(c, "tiktok:videos", p.Videos)
		return c, nil
	}
	date := day.UTC().Format(time.DateOnly)
	var got struct {
		Metrics []map[string]json.RawMessage `json:"metrics"`
	}
	names := map[string]string{"video_views": network.Views, "unique_video_views": network.Reach, "profile_views": network.Visits, "likes": network.Likes, "comments": network.Replies,
		"shares": network.Shares, "bio_link_clicks": network.Clicks, "daily_new_followers": network.Follows, "daily_lost_followers": network.Unfollows, "daily_total_followers": network.Followers}
	fields := make([]string, 0, len(names))
	for name := range names {
		fields = append(fields, name)
	}
	slices.Sort(fields)
	list, err := json.Marshal(fields)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "writing a question to TikTok")
	}
	if err := d.get(ctx, *k.Business, "/business/get/", url.Values{"fields": {string(list)}, "start_date": {date}, "end_date": {date}}, &got); err != nil {
		return nil, err
	}
	for _, m := range got.Metrics {
		var of string
		if json.Unmarshal(m["date"], &of) != nil || of != date {
			continue
		}
		for name, ours := range names {
			var n *int64
			if json.Unmarshal(m[name], &n) == nil {
				keep(c, ours, n)
			}
		}
	}
	return c, nil
}
