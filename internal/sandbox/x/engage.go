package x

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// named is the post that an act of ours names in its body.
func (n *Network) named(a *ask) (*post, *problem) {
	var body struct {
		Post string `json:"tweet_id"`
	}
	if p := a.own(); p != nil {
		return nil, p
	}
	if p := a.read(&body); p != nil {
		return nil, p
	}
	if p := n.find(body.Post); p != nil {
		return p, nil
	}
	return nil, missing("tweet", "tweet_id", body.Post)
}

func (n *Network) like(a *ask) (int, any, *problem) {
	p, problem := n.named(a)
	if problem != nil {
		return 0, nil, problem
	}
	repeat := slices.Contains(p.likes, a.me)
	if !repeat {
		p.likes = append(p.likes, a.me)
	}
	a.call.Accept(sandbox.Entry{Account: id(a.me.id), Object: id(p.id), Text: "like", Repeat: repeat})
	return http.StatusOK, object{"data": object{"liked": true}}, nil
}

func (n *Network) unlike(a *ask) (int, any, *problem) {
	if p := a.own(); p != nil {
		return 0, nil, p
	}
	p := n.find(a.PathValue("other"))
	if p == nil {
		return 0, nil, missing("tweet", "tweet_id", a.PathValue("other"))
	}
	p.likes = slices.DeleteFunc(p.likes, func(u *user) bool { return u == a.me })
	a.call.Accept(sandbox.Entry{Account: id(a.me.id), Object: id(p.id), Text: "unlike"})
	return http.StatusOK, object{"data": object{"liked": false}}, nil
}

func (n *Network) repost(a *ask) (int, any, *problem) {
	p, problem := n.named(a)
	if problem != nil {
		return 0, nil, problem
	}
	i := slices.IndexFunc(p.reposts, func(o *post) bool { return o.author == a.me })
	var made *post
	if i >= 0 {
		made = p.reposts[i]
	} else {
		made = &post{author: a.me, of: p, made: a.now, listed: a.now}
		n.keep(made, n.newID())
	}
	a.call.Accept(sandbox.Entry{Account: id(a.me.id), Object: id(p.id), Text: "repost", Repeat: i >= 0})
	return http.StatusOK, object{"data": object{"rest_id": id(made.id), "retweeted": true}}, nil
}

func (n *Network) unrepost(a *ask) (int, any, *problem) {
	if p := a.own(); p != nil {
		return 0, nil, p
	}
	p := n.find(a.PathValue("other"))
	if p == nil {
		return 0, nil, missing("tweet", "source_tweet_id", a.PathValue("other"))
	}
	for _, o := range slices.Clone(p.reposts) {
		if o.author == a.me {
			n.remove(o)
		}
	}
	a.call.Accept(sandbox.Entry{Account: id(a.me.id), Object: id(p.id), Text: "unrepost"})
	return http.StatusOK, object{"data": object{"retweeted": false}}, nil
}

func (n *Network) mute(a *ask) (int, any, *problem) {
	var body struct {
		Target string `json:"target_user_id"`
	}
	if p := a.own(); p != nil {
		return 0, nil, p
	}
	if p := a.read(&body); p != nil {
		return 0, nil, p
	}
	return n.muting(a, body.Target, true)
}

func (n *Network) unmute(a *ask) (int, any, *problem) {
	if p := a.own(); p != nil {
		return 0, nil, p
	}
	return n.muting(a, a.PathValue("other"), false)
}

func (n *Network) muting(a *ask, target string, on bool) (int, any, *problem) {
	u := n.user(target)
	if u == nil || u == a.me {
		return 0, nil, missing("user", "target_user_id", target)
	}
	a.me.muted[u.id] = on
	a.call.Accept(sandbox.Entry{Account: id(a.me.id), Object: id(u.id), Text: "mute " + strconv.FormatBool(on)})
	return http.StatusOK, object{"data": object{"muting": on}}, nil
}

func (n *Network) dmBlock(a *ask) (int, any, *problem)   { return n.closing(a, true) }
func (n *Network) dmUnblock(a *ask) (int, any, *problem) { return n.closing(a, false) }

// closing keeps a person's private messages away, or takes them again.
func (n *Network) closing(a *ask, on bool) (int, any, *problem) {
	u := n.user(a.PathValue("id"))
	if u == nil || u == a.me {
		return 0, nil, missing("user", "id", a.PathValue("id"))
	}
	a.me.closed[u.id] = on
	a.call.Accept(sandbox.Entry{Account: id(a.me.id), Object: id(u.id), Text: "dm block " + strconv.FormatBool(on)})
	return http.StatusOK, object{"data": object{"blocked": on}}, nil
}

// analytics answers figures of our own posts between two moments.
func (n *Network) analytics(a *ask) (int, any, *problem) {
	from, err := time.Parse(time.RFC3339, a.query.Get("start_time"))
	to, err2 := time.Parse(time.RFC3339, a.query.Get("end_time"))
	if err != nil || err2 != nil || !from.Before(to) {
		return 0, nil, invalid("start_time", a.query.Get("start_time"), "`start_time` and `end_time` must be RFC 3339 dates, in this order")
	}
	ids := strings.Split(a.query.Get("ids"), ",")
	if len(ids) > 100 || a.query.Get("ids") == "" {
		return 0, nil, invalid("ids", a.query.Get("ids"), "size must be between 1 and 100")
	}
	fields := a.wants("analytics.fields")
	if g := a.query.Get("granularity"); g != "" && g != "total" && g != "daily" && g != "hourly" && g != "weekly" {
		return 0, nil, invalid("granularity", g, "does not have a value in the enumeration [hourly, weekly, daily, total]")
	}
	var all, wrong []object
	for _, one := range ids {
		p := n.find(one)
		if p == nil || p.author != a.me {
			wrong = append(wrong, object{"value": one, "detail": "Could not find tweet with ids: [" + one + "].", "title": "Not Found Error", "resource_type": "tweet",
				"parameter": "ids", "resource_id": one, "type": "https://api.x.com/2/problems/resource-not-found"})
			continue
		}
		if !p.made.Before(to) {
			continue // nothing is known of it there, which is not zero
		}
		v := object{"id": one}
		for name, k := range map[string]int{"impressions": impressions(p), "likes": len(p.likes), "replies": len(p.replies), "retweets": len(p.reposts), "quote_tweets": 0,
			"url_clicks": len(p.likes), "user_profile_clicks": len(p.replies), "engagements": len(p.likes) + len(p.replies) + len(p.reposts), "follows": len(a.me.followers), "unfollows": 0, "shares": 0, "bookmarks": 0} {
			if fields[name] {
				v[name] = k
			}
		}
		all = append(all, v)
	}
	v := object{}
	if len(all) > 0 {
		v["data"] = all
	}
	if len(wrong) > 0 {
		v["errors"] = wrong
	}
	return http.StatusOK, v, nil
}

// usage answers how many posts the app has read.
func (n *Network) usage(a *ask) (int, any, *problem) {
	fields := a.wants("usage.fields")
	v := object{}
	for name, value := range map[string]any{"project_id": "1580559079470145536", "project_cap": "2000000", "project_usage": strconv.Itoa(n.reads), "cap_reset_day": 17} {
		if fields[name] || name == "project_usage" || name == "project_id" {
			v[name] = value
		}
	}
	return http.StatusOK, object{"data": v}, nil
}
