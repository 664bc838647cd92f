package x

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Who is tagged, as the specification and the page of POST /2/tweets have it: up to ten
// ids of people. Who does not let themselves be tagged is left out, and nothing is said.

var username = regexp.MustCompile(`^[A-Za-z0-9_]{1,15}$`) //nolint:gochecknoglobals // compiled once

func (n *Network) tags(ids []string, made *post) *problem {
	if len(ids) > 10 {
		return invalid("media.tagged_user_ids", "", "$.media.tagged_user_ids: there must be at most 10 items in the array")
	}
	for i, one := range ids {
		u := n.user(one)
		if !number.MatchString(one) || u == nil || slices.Contains(ids[:i], one) { // life may be kinder to strangers and twins
			return invalid("media.tagged_user_ids", one, "$.media.tagged_user_ids: not a user that can be tagged")
		}
		if !u.untagged {
			made.tagged = append(made.tagged, u)
		}
	}
	return nil
}

// usersBy finds people by their names; those who are not there are among the errors.
func (n *Network) usersBy(a *ask) (int, any, *problem) {
	names := strings.Split(a.query.Get("usernames"), ",")
	if len(names) > 100 {
		return 0, nil, invalid("usernames", "", "The number of values in the `usernames` query parameter list [%d] is not between 1 and 100", len(names))
	}
	views, lost, fields := []object{}, []object{}, a.wants("user.fields")
	for _, name := range names {
		if !username.MatchString(name) {
			return 0, nil, invalid("usernames", name, "The `usernames` query parameter value [%s] does not match ^[A-Za-z0-9_]{1,15}$", name)
		}
		if u := n.names[strings.ToLower(name)]; u != nil {
			views = append(views, n.userView(a, u, fields))
			continue
		}
		p := missing("user", "usernames", name)
		lost = append(lost, object{"title": p.title, "type": p.kind, "detail": p.detail, "resource_type": "user", "resource_id": name, "parameter": "usernames", "value": name})
	}
	v := object{}
	if len(views) > 0 {
		v["data"] = views
	}
	if len(lost) > 0 {
		v["errors"] = lost
	}
	return http.StatusOK, v, nil
}

// Someone makes an account of somebody's; shy: they let nobody tag them.
func (n *Network) Someone(name string, shy bool) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	u := n.newUser(name, name)
	u.untagged = shy
	return id(u.id)
}

// Tagged are the names of those who are tagged in a post.
func (n *Network) Tagged(post string) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []string
	if p := n.find(post); p != nil {
		for _, u := range p.newest().tagged {
			all = append(all, u.username)
		}
	}
	return all
}
