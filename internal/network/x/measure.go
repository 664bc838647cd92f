package x

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/rest"
)

const privateFor = 30 * 24 * time.Hour // so long X tells private figures of a post

// Measure gives the counts of posts as X knows them; of young ones of ours also
// the private ones. An edited post has counts for each of its versions, which are
// added up.
func (d *Driver) Measure(ctx context.Context, conn network.Conn, refs []network.Ref) (map[string]network.Counts, error) {
	of := map[string]string{} // version → the id that it is known by
	var young, old []string
	for _, ref := range refs {
		for _, id := range append([]string{ref.ID}, readExtra(&ref).Versions...) {
			if _, twice := of[id]; twice || !number.MatchString(id) {
				continue
			}
			of[id] = ref.ID
			if made(id).After(d.now().Add(-privateFor + time.Hour)) {
				young = append(young, id)
			} else {
				old = append(old, id)
			}
		}
	}
	all := map[string]network.Counts{}
	for _, one := range []struct {
		ids    []string
		fields string
	}{{young, fields("public_metrics", "non_public_metrics")}, {old, "public_metrics"}} {
		found, err := d.some(ctx, conn, conn.Account, one.ids, url.Values{"post.fields": {one.fields}})
		if err != nil {
			return nil, err
		}
		for id, p := range found.posts {
			if all[of[id]] == nil {
				all[of[id]] = network.Counts{}
			}
			p.count(all[of[id]])
		}
	}
	return all, nil
}

func (p post) count(into network.Counts) {
	add := func(name string, n *int64) {
		if n != nil {
			into[name] += *n
		}
	}
	if c := p.Public; c != nil {
		add(network.Likes, c.Likes)
		add(network.Replies, c.Replies)
		add(network.Reposts, c.reposts())
		add(network.Quotes, c.Quotes)
		add(network.Saves, c.Bookmarks)
		add(network.Views, c.Views)
	}
	if c := p.Private; c != nil {
		add(network.Clicks, c.Clicks)
		add(network.Visits, c.Visits)
		add(network.Engagement, c.Engagement)
	}
}

// Insights adds up what X tells of the account's posts of the last weeks on one
// day (UTC), and how many follow now. No figures are no zeros.
func (d *Driver) Insights(ctx context.Context, conn network.Conn, day time.Time) (network.Counts, error) {
	counts := network.Counts{}
	k, err := readKeys(conn.Keys)
	if err != nil {
		return nil, err
	}
	me, err := d.who(ctx, k.Token)
	if err != nil {
		return nil, err
	}
	if me.Counts != nil && me.Counts.Followers != nil {
		counts[network.Followers] = *me.Counts.Followers
	}
	begun := day.UTC().Truncate(24 * time.Hour)
	all, err := d.own(ctx, conn, begun.Add(-privateFor), 2)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, p := range all.posts {
		if p.refers("retweeted") == "" && moment(p.Created).Before(begun.Add(24*time.Hour)) {
			ids = append(ids, p.ID)
		}
	}
	for batch := range slices.Chunk(ids, 100) {
		query := url.Values{"ids": {strings.Join(batch, ",")}, "granularity": {"total"}, "start_time": {begun.Format(time.RFC3339)}, "end_time": {begun.Add(24 * time.Hour).Format(time.RFC3339)},
			"analytics.fields": {fields("id", "impressions", "likes", "replies", "retweets", "quote_tweets", "bookmarks", "shares", "url_clicks", "user_profile_clicks", "engagements", "follows", "unfollows")}}
		var got struct {
			Data []map[string]any `json:"data"`
		}
		if _, err := d.call(ctx, conn, rest.Ask{Path: "/2/tweets/analytics", Query: query}, &got); err != nil {
			return nil, err
		}
		for _, one := range got.Data {
			for theirs, name := range map[string]string{"impressions": network.Views, "likes": network.Likes, "replies": network.Replies, "retweets": network.Reposts, "quote_tweets": network.Quotes,
				"bookmarks": network.Saves, "shares": network.Shares, "url_clicks": network.Clicks, "user_profile_clicks": network.Visits, "engagements": network.Engagement,
				"follows": network.Follows, "unfollows": network.Unfollows} {
				if n, given := one[theirs].(float64); given && n >= 0 && n < 1<<53 {
					counts[name] += int64(n)
				}
			}
		}
	}
	return counts, nil
}

// Quota asks how many posts the app has read of those that it may in a month.
func (d *Driver) Quota(ctx context.Context, conn network.Conn) ([]network.QuotaUse, error) {
	key := conn.App.Extra[bearer]
	if key == "" {
		return []network.QuotaUse{}, nil // X tells it to the app alone
	}
	var got struct {
		Data struct {
			Cap   string `json:"project_cap"`
			Used  string `json:"project_usage"`
			Reset int    `json:"cap_reset_day"`
		} `json:"data"`
	}
	a := rest.Ask{Path: "/2/usage/tweets", Query: url.Values{"usage.fields": {fields("cap_reset_day", "project_cap", "project_usage")}}}
	if _, err := d.send(ctx, key, a, &got); err != nil {
		return nil, err
	}
	used, err := strconv.Atoi(got.Data.Used)
	most, err2 := strconv.Atoi(got.Data.Cap)
	if err != nil || err2 != nil || used < 0 || most < 0 {
		return nil, unclear(a)
	}
	return []network.QuotaUse{{Name: "reads", Used: used, Max: most, Resets: monthly(d.now(), got.Data.Reset)}}, nil
}

// monthly is the next time that a day of the month begins.
func monthly(now time.Time, day int) time.Time {
	if day < 1 || day > 31 {
		return time.Time{}
	}
	next := time.Date(now.Year(), now.Month(), day, 0, 0, 0, 0, time.UTC)
	if !next.After(now) {
		next = time.Date(now.Year(), now.Month()+1, day, 0, 0, 0, 0, time.UTC)
	}
	return next
}
