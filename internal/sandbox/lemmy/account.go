package lemmy

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
)

// The numbers of languages are a server's own.
const (
	english = 37
	french  = 47
)

func (n *Network) login(q *request) (any, *problem) {
	in, p := read[struct {
		Who      string  `json:"username_or_email"`
		Password string  `json:"password"`
		Code     *string `json:"totp_2fa_token"`
	}](q)
	if p != nil {
		return nil, p
	}
	m := n.names[in.Who]
	switch {
	case m == nil || !m.ours || m.password != in.Password:
		return nil, no("incorrect_login")
	case m.code != "" && in.Code == nil:
		return nil, no("missing_totp_token")
	case m.code != "" && *in.Code != m.code:
		return nil, no("incorrect_totp_token")
	}
	token := "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9." + n.secretText("session")[:48] + "." + n.secretText("sign")[:43]
	n.sessions[token] = m
	return object{"jwt": token, "registration_created": false, "verify_email_sent": false}, nil
}

func (n *Network) logout(q *request) (any, *problem) {
	delete(n.sessions, strings.TrimPrefix(q.Header.Get("Authorization"), "Bearer "))
	return object{"success": true}, nil
}

func (n *Network) site(q *request) (any, *problem) {
	view := object{"site_view": n.siteView(q), "admins": []any{}, "version": n.options.Version, "taglines": []any{}, "custom_emojis": []any{}, "blocked_urls": []any{},
		"all_languages":        []object{{"id": 0, "code": "und", "name": "Undetermined"}, {"id": english, "code": "en", "name": "English"}, {"id": french, "code": "fr", "name": "Français"}},
		"discussion_languages": []int64{}}
	if q.me == nil {
		return view, nil
	}
	follows, moderates := []object{}, []object{}
	for _, c := range q.me.follows {
		follows = append(follows, object{"community": n.communityView(q, c), "follower": n.personView(q, q.me)})
	}
	for _, c := range n.communities {
		if c.mods[q.me.id] {
			moderates = append(moderates, object{"community": n.communityView(q, c), "moderator": n.personView(q, q.me)})
		}
	}
	slices.SortFunc(moderates, func(a, b object) int {
		return int(a["community"].(object)["id"].(int64) - b["community"].(object)["id"].(int64))
	})
	view["my_user"] = object{"local_user_view": object{"local_user": n.userView(q.me), "person": n.personView(q, q.me), "counts": n.personCounts(q.me),
		"local_user_vote_display_mode": object{"local_user_id": q.me.id, "score": false, "upvotes": true, "downvotes": true, "upvote_percentage": false}},
		"follows": follows, "moderates": moderates, "community_blocks": []any{}, "instance_blocks": []any{}, "person_blocks": []any{}, "discussion_languages": []int64{}}
	return view, nil
}

func (n *Network) getCommunity(q *request) (any, *problem) {
	id, p := q.number("id", 0)
	if p != nil {
		return nil, p
	}
	c := n.communities[id]
	if c == nil {
		return nil, no("not_found")
	}
	mods := []object{}
	for id := range c.mods {
		mods = append(mods, object{"community": n.communityView(q, c), "moderator": n.personView(q, n.members[id])})
	}
	return object{"community_view": object{"community": n.communityView(q, c), "subscribed": "Subscribed", "blocked": false, "counts": object{
		"community_id": c.id, "subscribers": 1, "posts": 0, "comments": 0, "published": stamp(c.made), "users_active_day": 1, "users_active_week": 1,
		"users_active_month": 1, "users_active_half_year": 1, "subscribers_local": 1}, "banned_from_community": q.me != nil && c.banned[q.me.id]},
		"moderators": mods, "discussion_languages": c.languages}, nil
}

// profile is what a person wrote: posts and comments, each list by itself.
func (n *Network) profile(q *request) (any, *problem) {
	id, p := q.number("person_id", 0)
	if p != nil {
		return nil, p
	}
	m := n.members[id]
	if m == nil {
		return nil, no("not_found")
	}
	var posts []*post
	for _, one := range n.newest() {
		if one.by == m && one.shown(q) && (!one.deleted || q.me == m) {
			posts = append(posts, one)
		}
	}
	var comments []*comment
	for _, one := range n.newestComments() {
		if one.by == m && one.listed.Compare(q.now) <= 0 {
			comments = append(comments, one)
		}
	}
	if posts, p = cut(q, posts); p != nil {
		return nil, p
	}
	if comments, p = cut(q, comments); p != nil {
		return nil, p
	}
	views, said := []object{}, []object{}
	for _, one := range posts {
		views = append(views, n.postView(q, one))
	}
	for _, one := range comments {
		said = append(said, n.commentView(q, one))
	}
	return object{"person_view": object{"person": n.personView(q, m), "counts": n.personCounts(m), "is_admin": false}, "posts": views, "comments": said, "moderates": []any{}}, nil
}

func (n *Network) ban(q *request) (any, *problem) {
	in, p := read[struct {
		Community int64   `json:"community_id"`
		Person    int64   `json:"person_id"`
		Ban       bool    `json:"ban"`
		Remove    *bool   `json:"remove_data"`
		Reason    *string `json:"reason"`
		Expires   *int64  `json:"expires"`
	}](q)
	if p != nil {
		return nil, p
	}
	c, m := n.communities[in.Community], n.members[in.Person]
	switch {
	case c == nil || m == nil:
		return nil, no("not_found")
	case !c.mods[q.me.id]:
		return nil, no("not_a_mod_or_admin")
	case c.mods[m.id]:
		return nil, no("not_higher_mod")
	}
	repeat := c.banned[m.id] == in.Ban
	c.banned[m.id] = in.Ban
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: "person/" + key(m.id), Parent: "community/" + key(c.id), Repeat: repeat})
	return object{"person_view": object{"person": n.personView(q, m), "counts": n.personCounts(m), "is_admin": false}, "banned": in.Ban}, nil
}

func (n *Network) block(q *request) (any, *problem) {
	in, p := read[struct {
		Person int64 `json:"person_id"`
		Block  bool  `json:"block"`
	}](q)
	if p != nil {
		return nil, p
	}
	m := n.members[in.Person]
	switch {
	case m == nil:
		return nil, no("not_found")
	case m == q.me:
		return nil, no("cant_block_yourself")
	}
	repeat := q.me.blocks[m.id] == in.Block
	q.me.blocks[m.id] = in.Block
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Object: "person/" + key(m.id), Repeat: repeat})
	return object{"person_view": object{"person": n.personView(q, m), "counts": n.personCounts(m), "is_admin": false}, "blocked": in.Block}, nil
}

func (n *Network) unread(q *request) (any, *problem) {
	counts := map[string]int{}
	for _, one := range n.notices {
		if one.to == q.me {
			counts[one.kind]++
		}
	}
	for _, one := range n.messages {
		if one.to == q.me && !one.deleted {
			counts["message"]++
		}
	}
	return object{"replies": counts["reply"], "mentions": counts["mention"], "private_messages": counts["message"]}, nil
}

func (n *Network) face(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(strings.TrimSuffix(r.PathValue("id"), ".png"), 10, 64)
	n.mu.Lock()
	m := n.members[id]
	n.mu.Unlock()
	if m == nil || m.person == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Write(m.person.Portrait())
}
