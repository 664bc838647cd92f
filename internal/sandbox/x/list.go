package x

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Lists: newest first, in pages whose tokens say how far one has come.

// cut reads which part of a list is wanted.
type cut struct {
	most         int
	since, until int64
	from, to     time.Time
	before       int64 // pagination: ids below this one
}

func (a *ask) cut(least, usual, most int) (cut, *problem) {
	c := cut{most: usual}
	if v := a.query.Get("max_results"); v != "" {
		k, err := strconv.Atoi(v)
		if err != nil || k < least || k > most {
			return c, invalid("max_results", v, "The `max_results` query parameter value [%s] is not between %d and %d", v, least, most)
		}
		c.most = k
	}
	for name, to := range map[string]*int64{"since_id": &c.since, "until_id": &c.until} {
		if v := a.query.Get(name); v != "" {
			if !number.MatchString(v) {
				return c, invalid(name, v, "The `%s` query parameter value [%s] is not valid", name, v)
			}
			*to, _ = strconv.ParseInt(v, 10, 64)
		}
	}
	for name, to := range map[string]*time.Time{"start_time": &c.from, "end_time": &c.to} {
		if v := a.query.Get(name); v != "" {
			t, err := time.Parse(time.RFC3339, v)
			if err != nil {
				return c, invalid(name, v, "The `%s` query parameter value [%s] is not a valid RFC 3339 date", name, v)
			}
			*to = t
		}
	}
	for _, name := range []string{"pagination_token", "next_token"} {
		if v := a.query.Get(name); v != "" {
			rest, ours := strings.CutPrefix(v, "7140dibdnow9c7btw")
			k, err := strconv.ParseInt(rest, 36, 64)
			if !ours || err != nil {
				return c, invalid(name, v, "The `%s` query parameter value [%s] is not valid", name, v)
			}
			c.before = k
		}
	}
	return c, nil
}

func pageToken(before int64) string { return "7140dibdnow9c7btw" + strconv.FormatInt(before, 36) }

// pick takes a page out of posts, newest first; at most reach of them can be reached at all.
func (c cut) pick(all []*post, reach int) (page []*post, meta object) {
	meta = object{"result_count": 0}
	reached := 0
	for i := len(all) - 1; i >= 0 && reached < reach; i-- {
		p := all[i]
		reached++
		if c.before > 0 && p.id >= c.before || c.until > 0 && p.id >= c.until || p.id <= c.since && c.since > 0 || !c.from.IsZero() && p.made.Before(c.from) || !c.to.IsZero() && !p.made.Before(c.to) {
			continue
		}
		if len(page) == c.most {
			meta["next_token"] = pageToken(page[len(page)-1].id)
			break
		}
		page = append(page, p)
	}
	meta["result_count"] = len(page)
	if len(page) > 0 {
		meta["newest_id"], meta["oldest_id"] = id(page[0].id), id(page[len(page)-1].id)
	}
	return page, meta
}

// listed are the posts that lists may show now: the newest version of each, in the order of their ids.
func (n *Network) listed(a *ask, keep func(*post) bool) []*post {
	var all []*post
	for _, p := range n.order {
		if !p.gone && !p.listed.After(a.now) && p.newest() == p && keep(p) {
			all = append(all, p)
		}
	}
	sortBy(all, func(p *post) int64 { return p.id })
	return all
}

func (n *Network) timeline(a *ask) (int, any, *problem) {
	c, p := a.cut(5, 10, 100)
	if p != nil {
		return 0, nil, p
	}
	u := n.user(a.PathValue("id"))
	if u == nil {
		return 0, nil, missing("user", "id", a.PathValue("id"))
	}
	without := a.wants("exclude")
	all := n.listed(a, func(p *post) bool {
		return p.author == u && !(n.options.Cloistered && p.place != nil && !p.fans) && !(without["replies"] && p.parent != nil) && !(without["retweets"] && p.of != nil)
	})
	page, meta := c.pick(all, map[bool]int{true: 800, false: 3200}[without["replies"]])
	return http.StatusOK, n.body(a, page, meta, nil), nil
}

func (n *Network) mentions(a *ask) (int, any, *problem) {
	c, p := a.cut(5, 10, 100)
	if p != nil {
		return 0, nil, p
	}
	u := n.user(a.PathValue("id"))
	if u == nil {
		return 0, nil, missing("user", "id", a.PathValue("id"))
	}
	all := n.listed(a, func(p *post) bool {
		return p.author != u && p.of == nil && !u.muted[p.author.id] && p.mentions(u)
	})
	page, meta := c.pick(all, 800)
	return http.StatusOK, n.body(a, page, meta, nil), nil
}

func (p *post) mentions(u *user) bool {
	return slices.ContainsFunc(p.shown.mentions, func(m object) bool { return m["id"] == id(u.id) })
}

// search plays the operators that looking after conversations needs, the last seven days.
func (n *Network) search(a *ask) (int, any, *problem) {
	c, p := a.cut(10, 10, 100)
	if p != nil {
		return 0, nil, p
	}
	query := a.query.Get("query")
	if query == "" || len(query) > 512 {
		return 0, nil, invalid("query", query, "The `query` query parameter has 1 to 512 characters")
	}
	match, err := n.query(query)
	if err != nil {
		return 0, nil, invalid("query", query, "There were errors processing your request: %v", err)
	}
	all := n.listed(a, func(p *post) bool { return a.now.Sub(p.made) < 7*24*time.Hour && match(p) })
	page, meta := c.pick(all, 1<<30)
	return http.StatusOK, n.body(a, page, meta, nil), nil
}

// query reads operators joined by spaces, and groups of one operator joined by OR in brackets.
func (n *Network) query(s string) (func(*post) bool, error) {
	var all []func(*post) bool
	positive := 0
	one := func(word string) (func(*post) bool, error) {
		name, value, _ := strings.Cut(strings.TrimPrefix(word, "-"), ":")
		not := strings.HasPrefix(word, "-")
		var f func(*post) bool
		switch {
		case name == "conversation_id" && number.MatchString(value):
			f = func(p *post) bool { return id(p.root.id) == value }
		case name == "from" && value != "":
			f = func(p *post) bool { return strings.EqualFold(p.author.username, value) || id(p.author.id) == value }
		case name == "to" && value != "":
			f = func(p *post) bool { return p.parent != nil && strings.EqualFold(p.parent.author.username, value) }
		case name == "is" && value == "retweet":
			f = func(p *post) bool { return p.of != nil }
		default:
			return nil, fmt.Errorf("invalid operator %q", word)
		}
		if not {
			return func(p *post) bool { return !f(p) }, nil
		}
		positive++
		return f, nil
	}
	rest := s
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		if inside, after, ok := strings.Cut(strings.TrimPrefix(rest, "("), ")"); strings.HasPrefix(rest, "(") && ok {
			var some []func(*post) bool
			for _, word := range strings.Split(inside, " OR ") {
				f, err := one(strings.TrimSpace(word))
				if err != nil {
					return nil, err
				}
				some = append(some, f)
			}
			all = append(all, func(p *post) bool { return slices.ContainsFunc(some, func(f func(*post) bool) bool { return f(p) }) })
			rest = after
			continue
		}
		word, after, _ := strings.Cut(rest, " ")
		f, err := one(word)
		if err != nil {
			return nil, err
		}
		all, rest = append(all, f), after
	}
	if positive == 0 {
		return nil, fmt.Errorf("a query needs an operator that is not negated")
	}
	return func(p *post) bool { return !slices.ContainsFunc(all, func(f func(*post) bool) bool { return !f(p) }) }, nil
}

// getPosts answers those that are there and says which are not: 200 with errors.
func (n *Network) getPosts(a *ask) (int, any, *problem) {
	ids := strings.Split(a.query.Get("ids"), ",")
	if len(ids) > 100 || a.query.Get("ids") == "" {
		return 0, nil, invalid("ids", a.query.Get("ids"), "size must be between 1 and 100")
	}
	var found []*post
	var wrong []object
	for _, one := range ids {
		if !number.MatchString(one) {
			return 0, nil, invalid("ids", one, "The `ids` query parameter value [%s] is not valid", one)
		}
		p := n.find(one)
		if p == nil {
			wrong = append(wrong, object{"value": one, "detail": "Could not find tweet with ids: [" + one + "].", "title": "Not Found Error", "resource_type": "tweet",
				"parameter": "ids", "resource_id": one, "type": "https://api.x.com/2/problems/resource-not-found"})
			continue
		}
		found = append(found, p)
		wrong = append(wrong, n.forbidden(a, p)...)
	}
	return http.StatusOK, n.body(a, found, nil, wrong), nil
}

// forbidden are the private figures that somebody may not see.
func (n *Network) forbidden(a *ask, p *post) []object {
	if !a.wants("post.fields", "tweet.fields")["non_public_metrics"] || p.author == a.me && a.now.Sub(p.made) < 30*24*time.Hour {
		return nil
	}
	return []object{{"resource_id": id(p.id), "parameter": "ids", "resource_type": "tweet", "section": "data", "title": "Field Authorization Error", "field": "non_public_metrics",
		"detail": fmt.Sprintf("Sorry, you are not authorized to access 'non_public_metrics' on the Tweet with ids : [%d].", p.id), "value": id(p.id),
		"type": "https://api.x.com/2/problems/not-authorized-for-field"}}
}

func (n *Network) getPost(a *ask) (int, any, *problem) {
	p := n.find(a.PathValue("id"))
	if p == nil {
		// As X does: the question was good, and there is nothing.
		one := a.PathValue("id")
		return http.StatusOK, object{"errors": []object{{"value": one, "detail": "Could not find tweet with id: [" + one + "].", "title": "Not Found Error", "resource_type": "tweet",
			"parameter": "id", "resource_id": one, "type": "https://api.x.com/2/problems/resource-not-found"}}}, nil
	}
	v := n.body(a, []*post{p}, nil, n.forbidden(a, p))
	v["data"] = v["data"].([]object)[0]
	return http.StatusOK, v, nil
}

func (n *Network) getMe(a *ask) (int, any, *problem) {
	return http.StatusOK, object{"data": n.userView(a, a.me, a.wants("user.fields"))}, nil
}

func (n *Network) getUser(a *ask) (int, any, *problem) {
	u := n.user(a.PathValue("id"))
	if u == nil {
		return 0, nil, missing("user", "id", a.PathValue("id"))
	}
	return http.StatusOK, object{"data": n.userView(a, u, a.wants("user.fields"))}, nil
}

// people answers a page of users, newest first. A token says how many were told.
func (n *Network) peopleOf(a *ask, all []*user, usual, most int) (int, any, *problem) {
	c, p := a.cut(1, usual, most)
	if p != nil {
		return 0, nil, p
	}
	views, fields := []object{}, a.wants("user.fields")
	meta := object{}
	for i := len(all) - 1 - int(c.before); i >= 0; i-- {
		if len(views) == c.most {
			meta["next_token"] = pageToken(c.before + int64(len(views)))
			break
		}
		views = append(views, n.userView(a, all[i], fields))
	}
	meta["result_count"] = len(views)
	v := object{"meta": meta}
	if len(views) > 0 {
		v["data"] = views
	}
	return http.StatusOK, v, nil
}

func (n *Network) likers(a *ask) (int, any, *problem) {
	p := n.find(a.PathValue("id"))
	if p == nil {
		return 0, nil, missing("tweet", "id", a.PathValue("id"))
	}
	if p.author != a.me { // since 2024 likes are shown to the author alone
		return http.StatusOK, object{"meta": object{"result_count": 0}}, nil
	}
	return n.peopleOf(a, p.likes, 100, 100)
}

func (n *Network) followers(a *ask) (int, any, *problem) {
	u := n.user(a.PathValue("id"))
	if u == nil {
		return 0, nil, missing("user", "id", a.PathValue("id"))
	}
	return n.peopleOf(a, u.followers, 100, 1000)
}

func (n *Network) reposts(a *ask) (int, any, *problem) {
	c, p := a.cut(1, 100, 100)
	if p != nil {
		return 0, nil, p
	}
	of := n.find(a.PathValue("id"))
	if of == nil {
		return 0, nil, missing("tweet", "id", a.PathValue("id"))
	}
	page, meta := c.pick(n.listed(a, func(p *post) bool { return p.of == of }), 1<<30)
	return http.StatusOK, n.body(a, page, meta, nil), nil
}

func (n *Network) quoters(a *ask) (int, any, *problem) {
	c, p := a.cut(10, 10, 100)
	if p != nil {
		return 0, nil, p
	}
	of := n.find(a.PathValue("id"))
	if of == nil {
		return 0, nil, missing("tweet", "id", a.PathValue("id"))
	}
	page, meta := c.pick(n.listed(a, func(p *post) bool { return p.quoted == of }), 1<<30)
	return http.StatusOK, n.body(a, page, meta, nil), nil
}
