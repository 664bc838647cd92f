package linkedin

import (
	"strconv"
	"strings"
	"time"
)

// figures are what was counted of a Page on one day of UTC.
type figures struct {
	impressions, unique, clicks, likes, comments, shares, gained int
}

// day gives the figures of a day.
func (p *page) day(at time.Time) *figures {
	key := at.UTC().Format(time.DateOnly)
	if p.days[key] == nil {
		p.days[key] = &figures{}
	}
	return p.days[key]
}

// noticed counts that somebody saw a post and did something with it.
func (n *Network) noticed(p *post, add func(*figures)) {
	p.seen += 17
	if of, ok := n.pages[strings.TrimPrefix(p.author, pagePrefix)]; ok {
		f := of.day(n.now())
		f.impressions, f.unique, f.clicks = f.impressions+17, f.unique+11, f.clicks+2
		add(f)
	}
}

func (f figures) show() map[string]any {
	engagement := 0.0
	if f.impressions > 0 {
		engagement = float64(f.clicks+f.likes+f.comments+f.shares) / float64(f.impressions)
	}
	return map[string]any{"impressionCount": f.impressions, "uniqueImpressionsCount": f.unique, "clickCount": f.clicks, "likeCount": f.likes,
		"commentCount": f.comments, "shareCount": f.shares, "engagement": engagement}
}

// page finds the Page that a question is about.
func (a *ask) page() (*page, *fault) {
	if a.query.Get("q") != "organizationalEntity" {
		return nil, badRequest("No finder is called %q", a.query.Get("q"))
	}
	urn := a.query.Get("organizationalEntity")
	if f := a.administers(urn); f != nil {
		return nil, f
	}
	return a.n.pages[strings.TrimPrefix(urn, pagePrefix)], nil
}

// days gives the beginnings of the whole days that a question is about; none is asked for a whole life.
func (a *ask) days() (all []time.Time, bound bool, f *fault) {
	text := a.query.Get("timeIntervals")
	if text == "" {
		return nil, false, nil
	}
	of := record(text)
	span := record(of["timeRange"])
	start, err1 := strconv.ParseInt(span["start"], 10, 64)
	end, err2 := strconv.ParseInt(span["end"], 10, 64)
	if of["timeGranularityType"] != "DAY" || err1 != nil || err2 != nil || end <= start {
		return nil, true, wrong("timeIntervals", text)
	}
	from := time.UnixMilli(start).UTC().Truncate(24 * time.Hour)
	if a.now.Sub(from) > 366*24*time.Hour {
		return nil, true, badRequest("Data is kept for the past 12 months")
	}
	for at := from; at.UnixMilli() < end && at.Before(a.now); at = at.AddDate(0, 0, 1) {
		all = append(all, at)
	}
	return all, true, nil
}

func span(at time.Time) map[string]int64 {
	return map[string]int64{"start": at.UnixMilli(), "end": at.AddDate(0, 0, 1).UnixMilli()}
}

func elements(all []any) any {
	if all == nil {
		all = []any{}
	}
	return map[string]any{"paging": map[string]any{"start": 0, "count": 10, "links": []any{}}, "elements": all}
}

// shareStatistics tells of a Page in a while, or of some of its posts. Posts that nobody saw are left out.
func (a *ask) shareStatistics() (any, *fault) {
	p, f := a.page()
	if f != nil {
		return nil, f
	}
	days, bound, f := a.days()
	if f != nil {
		return nil, f
	}
	var all []any
	for _, at := range days {
		all = append(all, map[string]any{"organizationalEntity": p.urn(), "timeRange": span(at), "totalShareStatistics": p.day(at).show()})
	}
	if bound {
		return elements(all), nil
	}
	for name, kind := range map[string]string{"shares": "share", "ugcPosts": "ugcPost"} {
		if !a.query.Has(name) {
			continue
		}
		urns, ok := list(a.query.Get(name))
		if !ok {
			return nil, wrong(name, a.query.Get(name))
		}
		for _, urn := range urns {
			o := a.n.find(urn)
			if o == nil || o.author != p.urn() || o.seen == 0 || !strings.HasPrefix(urn, "urn:li:"+kind+":") {
				continue
			}
			sums := figures{impressions: o.seen, unique: o.seen * 11 / 17, clicks: o.seen * 2 / 17, likes: len(o.reactions),
				comments: len(living(o.comments, func(*comment) bool { return true })), shares: o.shares}
			all = append(all, map[string]any{"organizationalEntity": p.urn(), kind: urn, "totalShareStatistics": sums.show()})
		}
	}
	return elements(all), nil
}

func (a *ask) followerStatistics() (any, *fault) {
	p, f := a.page()
	if f != nil {
		return nil, f
	}
	days, bound, f := a.days()
	if f != nil || !bound {
		return elements(nil), f
	}
	var all []any
	for _, at := range days {
		all = append(all, map[string]any{"organizationalEntity": p.urn(), "timeRange": span(at),
			"followerGains": map[string]int{"organicFollowerGain": p.day(at).gained, "paidFollowerGain": 0}})
	}
	return elements(all), nil
}

func (a *ask) networkSize() (any, *fault) {
	if len(a.path) != 2 || a.query.Get("edgeType") != "COMPANY_FOLLOWED_BY_MEMBER" {
		return nil, wrong("edgeType", a.query.Get("edgeType"))
	}
	if f := a.administers(a.path[1]); f != nil {
		return nil, f
	}
	return map[string]int{"firstDegreeSize": a.n.pages[strings.TrimPrefix(a.path[1], pagePrefix)].followers}, nil
}

// memberAnalytics tells one number about a post of the member, or about all of them in a while.
func (a *ask) memberAnalytics() (any, *fault) {
	if !a.token.has("r_member_postAnalytics") {
		return nil, denied("Not enough permissions to access: memberCreatorPostAnalytics.FINDER")
	}
	kind := a.query.Get("queryType")
	var posts []*post
	switch a.query.Get("q") {
	case "entity":
		for name, urn := range record(a.query.Get("entity")) {
			p := a.n.find(urn)
			if p == nil || p.author != a.token.member.urn() || name != map[bool]string{true: "share", false: "ugc"}[strings.HasPrefix(urn, "urn:li:share:")] {
				return nil, nothing()
			}
			posts = append(posts, p)
		}
	case "me":
		for _, p := range a.n.listed {
			if p.author == a.token.member.urn() && !p.gone {
				posts = append(posts, p)
			}
		}
	default:
		return nil, badRequest("No finder is called %q", a.query.Get("q"))
	}
	total := 0
	for _, p := range posts {
		switch kind {
		case "IMPRESSION":
			total += p.seen
		case "MEMBERS_REACHED":
			total += p.seen * 11 / 17
		case "RESHARE":
			total += p.shares
		case "REACTION":
			total += len(p.reactions)
		case "COMMENT":
			total += len(living(p.comments, func(*comment) bool { return true }))
		default:
			return nil, wrong("queryType", kind)
		}
	}
	return elements([]any{map[string]any{"count": total, "dateRange": map[string]any{},
		"metricType": map[string]string{"com.linkedin.adsexternalapi.memberanalytics.v1.CreatorPostAnalyticsMetricTypeV1": kind}}}), nil
}

func (a *ask) memberFollowers() (any, *fault) {
	if !a.token.has("r_member_profileAnalytics") || a.query.Get("q") != "me" {
		return nil, denied("Not enough permissions to access: memberFollowersCount.FINDER-me")
	}
	return elements([]any{map[string]int{"memberFollowersCount": 312}}), nil
}
