package x

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Communities, as the specification has them: POST /2/tweets takes the id of one, GET /2/communities/search finds them by words, and
// nothing tells which ones an account has joined. In which words X refuses who is no member is published nowhere: it says the least
// here, and the same of one that does not exist.

type community struct {
	id      int64
	name    string
	members map[int64]bool
}

// places judges in which community a post stands. An answer stands where it answers.
func (n *Network) places(a *ask, d *draft, made *post) *problem {
	switch {
	case d.Where == "" && d.Share:
		return invalid("share_with_followers", "true", "share_with_followers needs a community_id") // harsher than what is published
	case d.Where == "":
		if made.parent != nil {
			made.place, made.fans = made.parent.place, made.parent.fans
		}
		return nil
	case !number.MatchString(d.Where):
		return invalid("community_id", d.Where, "$.community_id: does not match the regex pattern ^[0-9]{1,19}$")
	case d.Reply != nil || d.Edit != nil: // harsher: nothing is published of it
		return invalid("community_id", d.Where, "community_id cannot be combined with reply or edit_options")
	}
	number, _ := strconv.ParseInt(d.Where, 10, 64)
	c := n.circles[number]
	if c == nil || !c.members[a.me.id] {
		return plainly(http.StatusForbidden, "Forbidden", "You are not permitted to perform this action.")
	}
	made.place, made.fans = c, d.Share
	return nil
}

func (n *Network) searchCommunities(a *ask) (int, any, *problem) {
	c, p := a.cut(10, 10, 100)
	if p != nil {
		return 0, nil, p
	}
	words := strings.ToLower(a.query.Get("query"))
	if k := utf8.RuneCountInString(words); k < 1 || k > 4096 {
		return 0, nil, invalid("query", words, "The `query` query parameter value must be 1 to 4096 characters long")
	}
	var all []*community
	for _, one := range n.circles {
		if strings.Contains(strings.ToLower(one.name), words) {
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(x, y *community) int { return int(x.id - y.id) })
	views, fields := []object{}, a.wants("community.fields")
	for _, one := range all[:min(len(all), c.most)] {
		v := object{"id": id(one.id), "name": one.name}
		if fields["member_count"] {
			v["member_count"] = len(one.members)
		}
		views = append(views, v)
	}
	v := object{"meta": object{}}
	if len(views) > 0 {
		v["data"] = views
	}
	return http.StatusOK, v, nil
}

// Community makes a community with members, accounts of ours.
func (n *Network) Community(name string, members ...string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := &community{id: n.newID(), name: name, members: map[int64]bool{}}
	for _, one := range members {
		c.members[n.user(one).id] = true
	}
	n.circles[c.id] = c
	return id(c.id)
}

// ForFollowers says whether a post in a community is shown to the followers of its author, too.
func (n *Network) ForFollowers(post string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.find(post)
	return p != nil && p.newest().fans
}
