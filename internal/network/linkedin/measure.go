package linkedin

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

// batchMost is how many posts are asked about at once.
const batchMost = 20

// Measure asks for the counts of posts.
func (d *Driver) Measure(ctx context.Context, conn network.Conn, posts []network.Ref) (map[string]network.Counts, error) {
	k, err := keysOf(conn)
	if err != nil {
		return nil, err
	}
	var urns []string
	known := map[string]bool{}
	for _, p := range posts {
		if postURN.MatchString(p.ID) && !strings.HasPrefix(p.ID, "urn:li:activity:") && !known[p.ID] {
			known[p.ID] = true
			urns = append(urns, p.ID)
		}
	}
	all := map[string]network.Counts{}
	for len(urns) > 0 {
		some := urns[:min(len(urns), batchMost)]
		urns = urns[len(some):]
		if isPage(conn.Account) {
			err = d.measurePage(ctx, conn, some, all)
		} else {
			err = d.measureMember(ctx, conn, k, some, all)
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// social is how people took a post.
type social struct {
	Reactions map[string]json.RawMessage `json:"reactionSummaries"`
	Comments  struct {
		Count *int64 `json:"count"`
	} `json:"commentSummary"`
}

func (s social) into(c network.Counts) {
	if s.Comments.Count != nil {
		c[network.Replies] = *s.Comments.Count
	}
	if s.Reactions == nil {
		return
	}
	sum, told := int64(0), true
	for kind, item := range s.Reactions {
		var one struct {
			Count *int64 `json:"count"`
		}
		switch {
		case strings.ToUpper(kind) != kind: // a field that nobody announced
		case json.Unmarshal(item, &one) != nil || one.Count == nil:
			told = false
		default:
			sum += *one.Count
		}
	}
	if told {
		c[network.Likes] = sum
	}
}

// measurePage asks for reactions and comments, and for the Page's own figures of
// each post. Posts that nobody saw have none.
func (d *Driver) measurePage(ctx context.Context, conn network.Conn, urns []string, all map[string]network.Counts) error {
	if err := d.social(ctx, conn, urns, all); err != nil {
		return err
	}
	var shares, others []string
	for _, urn := range urns {
		switch {
		case all[urn] == nil:
		case strings.HasPrefix(urn, "urn:li:share:"):
			shares = append(shares, code(urn))
		default:
			others = append(others, code(urn))
		}
	}
	query := "q=organizationalEntity&organizationalEntity=" + code(conn.Account)
	if len(shares) > 0 {
		query += "&shares=List(" + strings.Join(shares, ",") + ")"
	}
	if len(others) > 0 {
		query += "&ugcPosts=List(" + strings.Join(others, ",") + ")"
	}
	if len(shares)+len(others) == 0 {
		return nil
	}
	var l list
	if _, err := d.call(ctx, conn, ask{path: "rest/organizationalEntityShareStatistics", query: query}, &l); err != nil {
		return err
	}
	for _, item := range l.Elements {
		var one struct {
			Share string  `json:"share"`
			UGC   string  `json:"ugcPost"`
			Sums  figures `json:"totalShareStatistics"`
		}
		_ = json.Unmarshal(item, &one) // what is of another type stays empty
		if c := all[one.Share]; c != nil {
			one.Sums.into(c)
		} else if c := all[one.UGC]; c != nil {
			one.Sums.into(c)
		}
	}
	return nil
}

// social asks how people took posts: all at once where the app may, else one by one.
func (d *Driver) social(ctx context.Context, conn network.Conn, urns []string, all map[string]network.Counts) error {
	encoded := make([]string, len(urns))
	for i, urn := range urns {
		encoded[i] = code(urn)
	}
	var several struct {
		Results map[string]json.RawMessage `json:"results"`
	}
	_, err := d.call(ctx, conn, ask{path: "rest/socialMetadata", query: "ids=List(" + strings.Join(encoded, ",") + ")"}, &several)
	if err == nil && several.Results == nil {
		return ask{}.misunderstood()
	}
	if fault.Is(err, fault.Denied) && refused(err).status == 403 {
		several.Results = map[string]json.RawMessage{}
		for i, urn := range urns {
			var one json.RawMessage
			_, err = d.call(ctx, conn, ask{path: "rest/socialMetadata/" + encoded[i]}, &one)
			if fault.Is(err, fault.NotFound) {
				err = nil
				continue
			}
			if err != nil {
				return err
			}
			several.Results[urn] = one
		}
	}
	if err != nil {
		return err
	}
	for _, urn := range urns {
		var s social
		item, there := several.Results[urn]
		if there && json.Unmarshal(item, &s) == nil {
			all[urn] = network.Counts{}
			s.into(all[urn])
		}
	}
	return nil
}

// figures are what LinkedIn counts of posts.
type figures struct {
	Impressions *int64 `json:"impressionCount"`
	Unique      *int64 `json:"uniqueImpressionsCount"`
	Clicks      *int64 `json:"clickCount"`
	Likes       *int64 `json:"likeCount"`
	Comments    *int64 `json:"commentCount"`
	Shares      *int64 `json:"shareCount"`
}

func (f figures) into(c network.Counts) {
	for name, n := range map[string]*int64{network.Views: f.Impressions, network.Reach: f.Unique, network.Clicks: f.Clicks, network.Reposts: f.Shares} {
		if n != nil {
			c[name] = *n
		}
	}
}

// memberCounts are the numbers of a member's posts, by LinkedIn's names.
func memberCounts() []struct{ theirs, ours string } {
	return []struct{ theirs, ours string }{{"IMPRESSION", network.Views}, {"MEMBERS_REACHED", network.Reach}, {"REACTION", network.Likes},
		{"COMMENT", network.Replies}, {"RESHARE", network.Reposts}}
}

// measureMember asks for each number of each post by itself: LinkedIn has no other
// way. Without the permission, nothing is told.
func (d *Driver) measureMember(ctx context.Context, conn network.Conn, k keys, urns []string, all map[string]network.Counts) error {
	if !k.has("r_member_postAnalytics") {
		return nil
	}
	for _, urn := range urns {
		name := "share"
		if !strings.HasPrefix(urn, "urn:li:share:") {
			name = "ugc"
		}
		counts := network.Counts{}
		for _, count := range memberCounts() {
			n, err := d.analytics(ctx, conn, "q=entity&entity=("+name+":"+code(urn)+")&queryType="+count.theirs+"&aggregation=TOTAL")
			if fault.Is(err, fault.NotFound) {
				counts = nil
				break
			}
			if err != nil {
				return err
			}
			if n != nil {
				counts[count.ours] = *n
			}
		}
		if counts != nil {
			all[urn] = counts
		}
	}
	return nil
}

func (d *Driver) analytics(ctx context.Context, conn network.Conn, query string) (*int64, error) {
	var l list
	if _, err := d.call(ctx, conn, ask{path: "rest/memberCreatorPostAnalytics", query: query}, &l); err != nil {
		return nil, err
	}
	if l.Elements == nil {
		return nil, ask{}.misunderstood()
	}
	if len(l.Elements) == 0 {
		return nil, nil
	}
	var one struct {
		Count *int64 `json:"count"`
	}
	_ = json.Unmarshal(l.Elements[0], &one) // what is of another type stays empty
	return one.Count, nil
}

// followers asks how many follow a Page.
func (d *Driver) followers(ctx context.Context, token, page string) (int64, error) {
	var size struct {
		N *int64 `json:"firstDegreeSize"`
	}
	if _, err := d.send(ctx, token, ask{path: "rest/networkSizes/" + code(page), query: "edgeType=COMPANY_FOLLOWED_BY_MEMBER"}, &size); err != nil {
		return -1, err
	}
	if size.N == nil {
		return -1, ask{}.misunderstood()
	}
	return *size.N, nil
}

// Insights asks for the figures of one day of UTC, and for the followers as they
// are now.
func (d *Driver) Insights(ctx context.Context, conn network.Conn, at time.Time) (network.Counts, error) {
	k, err := keysOf(conn)
	if err != nil {
		return nil, err
	}
	from := at.UTC().Truncate(24 * time.Hour)
	if isPage(conn.Account) {
		return d.pageDay(ctx, conn, k, from)
	}
	return d.memberDay(ctx, conn, k, from)
}

func (d *Driver) pageDay(ctx context.Context, conn network.Conn, k keys, from time.Time) (network.Counts, error) {
	counts := network.Counts{}
	query := "q=organizationalEntity&organizationalEntity=" + code(conn.Account) +
		"&timeIntervals=(timeRange:(start:" + millis(from) + ",end:" + millis(from.AddDate(0, 0, 1)) + "),timeGranularityType:DAY)"
	var l list
	if _, err := d.call(ctx, conn, ask{path: "rest/organizationalEntityShareStatistics", query: query}, &l); err != nil {
		return nil, err
	}
	if l.Elements == nil {
		return nil, ask{}.misunderstood()
	}
	if len(l.Elements) > 0 { // one day
		var one struct {
			Sums figures `json:"totalShareStatistics"`
		}
		_ = json.Unmarshal(l.Elements[0], &one) // what is of another type stays empty
		one.Sums.into(counts)
		for name, n := range map[string]*int64{network.Likes: one.Sums.Likes, network.Replies: one.Sums.Comments} {
			if n != nil {
				counts[name] = *n
			}
		}
	}
	var gains list
	if _, err := d.call(ctx, conn, ask{path: "rest/organizationalEntityFollowerStatistics", query: query}, &gains); err != nil {
		return nil, err
	}
	if len(gains.Elements) > 0 {
		var one struct {
			Gains struct {
				Organic *int64 `json:"organicFollowerGain"`
				Paid    *int64 `json:"paidFollowerGain"`
			} `json:"followerGains"`
		}
		if json.Unmarshal(gains.Elements[0], &one) == nil && one.Gains.Organic != nil && one.Gains.Paid != nil {
			counts[network.Follows] = *one.Gains.Organic + *one.Gains.Paid
		}
	}
	n, err := d.followers(ctx, k.Token, conn.Account)
	if err != nil {
		return nil, err
	}
	counts[network.Followers] = n
	return counts, nil
}

// memberDay asks for a member's day. LinkedIn's range has an end that does not
// count.
func (d *Driver) memberDay(ctx context.Context, conn network.Conn, k keys, from time.Time) (network.Counts, error) {
	counts := network.Counts{}
	if !k.has("r_member_postAnalytics") {
		return counts, nil
	}
	date := func(t time.Time) string { return t.Format("(day:2,month:1,year:2006)") }
	for _, count := range memberCounts() {
		if count.theirs == "MEMBERS_REACHED" {
			continue // it is not told for a day
		}
		n, err := d.analytics(ctx, conn, "q=me&queryType="+count.theirs+"&aggregation=TOTAL&dateRange=(start:"+date(from)+",end:"+date(from.AddDate(0, 0, 1))+")")
		if err != nil {
			return nil, err
		}
		if n != nil {
			counts[count.ours] = *n
		}
	}
	if k.has("r_member_profileAnalytics") {
		var l list
		if _, err := d.call(ctx, conn, ask{path: "rest/memberFollowersCount", query: "q=me"}, &l); err == nil && len(l.Elements) > 0 { // a courtesy
			var one struct {
				N *int64 `json:"memberFollowersCount"`
			}
			if json.Unmarshal(l.Elements[0], &one) == nil && one.N != nil {
				counts[network.Followers] = *one.N
			}
		}
	}
	return counts, nil
}
