package mastodon

import (
	"slices"
	"strings"
	"time"
)

// How what is kept is shown to the one who asks.

func (n *Network) accountView(q *request, a *account) object {
	posts, last := 0, any(nil)
	for _, s := range a.posts {
		if s.visibility != "direct" && !s.listed.After(q.now) {
			posts, last = posts+1, s.made.Format("2006-01-02")
		}
	}
	avatar := q.host + "/avatars/" + key(a.id)
	return object{"id": key(a.id), "username": a.name, "acct": a.acct, "display_name": a.display, "locked": false, "bot": false,
		"discoverable": true, "indexable": false, "group": false, "created_at": stamp(a.created.Truncate(24 * time.Hour)),
		"note": n.text.html(a.note, q.host, n.known(q)), "url": n.pageOf(q, a), "uri": n.uri(q, a), "avatar": avatar, "avatar_static": avatar,
		"header": q.host + "/avatars/missing.png", "header_static": q.host + "/avatars/missing.png", "followers_count": len(a.followers),
		"following_count": len(a.following), "statuses_count": posts, "last_status_at": last, "hide_collections": false,
		"noindex": false, "emojis": []any{}, "roles": []any{}, "fields": []any{}}
}

// pageOf is where an account's page is: here, or on its own server.
func (n *Network) pageOf(q *request, a *account) string {
	if _, domain, remote := strings.Cut(a.acct, "@"); remote {
		return "https://" + domain + "/@" + a.name
	}
	return q.host + "/@" + a.name
}

func (n *Network) uri(q *request, a *account) string {
	if _, domain, remote := strings.Cut(a.acct, "@"); remote {
		return "https://" + domain + "/users/" + a.name
	}
	return q.host + "/users/" + a.name
}

func (n *Network) known(q *request) func(name, domain string) (string, bool) {
	return func(name, domain string) (string, bool) {
		if who := n.mentioned(name, domain); who != nil {
			return n.pageOf(q, who), true
		}
		return "", false
	}
}

func (n *Network) view(q *request, s *status) object { return n.show(q, s, false) }

// show shows a status; deep is one that is quoted, whose own quote is only named.
func (n *Network) show(q *request, s *status, deep bool) object {
	view := object{"id": key(s.id), "created_at": stamp(s.made), "in_reply_to_id": nil, "in_reply_to_account_id": nil, "sensitive": s.sensitive,
		"spoiler_text": s.spoiler, "visibility": s.visibility, "language": s.lang, "uri": n.uri(q, s.account) + "/statuses/" + key(s.id),
		"url": n.where(q.host, s), "replies_count": n.publicReplies(q, s), "reblogs_count": len(s.boosts),
		"favourites_count": len(s.likes), "edited_at": nil, "content": n.inline(q, s) + n.text.html(s.text, q.host, n.known(q)), "reblog": nil,
		"account": n.accountView(q, s.account), "media_attachments": n.files(q, s), "mentions": n.mentionViews(q, s), "tags": n.tagViews(q, s),
		"emojis": []any{}, "card": nil, "poll": nil}
	if s.of != nil {
		view["reblog"], view["content"] = n.show(q, s.of, deep), n.text.html(s.of.text, q.host, n.known(q))
		view["uri"] = view["uri"].(string) + "/activity"
	}
	if s.parent != nil {
		view["in_reply_to_id"], view["in_reply_to_account_id"] = key(s.parent.id), key(s.parent.account.id)
	}
	if s.edited != nil {
		view["edited_at"] = stamp(*s.edited)
	}
	if s.poll != nil {
		view["poll"] = s.poll.view(q)
	}
	if n.quotes() {
		view["quote"], view["quotes_count"], view["quote_approval"] = nil, n.quotesOf(s), s.approval(q.me)
		if s.quote != nil {
			view["quote"] = n.quoteView(q, s.quote, deep)
		}
	}
	if s.app != nil {
		view["application"] = object{"name": s.app.name, "website": s.app.view()["website"]}
	}
	if q.me != nil {
		of := s
		if s.of != nil {
			of = s.of
		}
		view["favourited"], view["reblogged"] = slices.Contains(of.likes, q.me), n.boostOf(of, q.me) != nil
		view["muted"], view["bookmarked"], view["filtered"] = false, false, []any{}
		if s.account == q.me && s.of == nil && s.visibility != "direct" {
			view["pinned"] = s.pinned
		}
	}
	return view
}

func (n *Network) publicReplies(q *request, s *status) int {
	count := 0
	for _, one := range s.replies {
		if one.visibility != "direct" && one.visibility != "private" && !one.listed.After(q.now) {
			count++
		}
	}
	return count
}

func (n *Network) mentionViews(q *request, s *status) []object {
	views := []object{}
	for _, who := range s.mentions {
		views = append(views, object{"id": key(who.id), "username": who.name, "acct": who.acct, "url": n.pageOf(q, who)})
	}
	return views
}

func (n *Network) tagViews(q *request, s *status) []object {
	views := []object{}
	for _, tag := range s.tags {
		views = append(views, object{"name": tag, "url": q.host + "/tags/" + tag})
	}
	return views
}

func (n *Network) files(q *request, s *status) []object {
	views := []object{}
	for _, f := range s.files {
		views = append(views, f.view(q))
	}
	return views
}

// inLists says whether a status is shown to the one who asks where they did not ask for it by identifier.
func (n *Network) inLists(q *request, s *status) bool {
	if s.listed.After(q.now) || !s.seenBy(q.me) || s.of != nil && s.of.listed.After(q.now) {
		return false
	}
	return q.me == nil || !q.me.blocks[s.account.id] && !s.account.blocks[q.me.id] && !q.me.mutes[s.account.id]
}

func (n *Network) views(q *request, all []*status) []object {
	views := []object{}
	for _, s := range all {
		views = append(views, n.view(q, s))
	}
	return views
}

func statusID(s *status) int64 { return s.id }

func (n *Network) accountStatuses(q *request) (any, *problem) {
	a := n.byID(q.PathValue("id"))
	if a == nil || q.me != nil && a.blocks[q.me.id] {
		return nil, missing()
	}
	found := page(q, a.posts, statusID, func(s *status) bool {
		return n.inLists(q, s) && s.visibility != "direct" && (!q.flag("exclude_replies") || s.parent == nil || s.parent.account == a) &&
			(!q.flag("exclude_reblogs") || s.of == nil) && (!q.flag("only_media") || len(s.files) > 0) && (!q.flag("pinned") || s.pinned) &&
			(!q.has("tagged") || slices.Contains(s.tags, strings.ToLower(q.values.Get("tagged"))))
	}, q.limit(20, 40))
	return n.views(q, found), nil
}

func (n *Network) home(q *request) (any, *problem) {
	all := slices.Clone(q.me.posts)
	for id := range q.me.following {
		all = append(all, n.accounts[id].posts...)
	}
	slices.SortFunc(all, func(a, b *status) int { return int(min(max(a.id-b.id, -1), 1)) })
	return n.views(q, page(q, all, statusID, func(s *status) bool { return n.inLists(q, s) && s.visibility != "direct" }, q.limit(20, 40))), nil
}

func (n *Network) context(q *request) (any, *problem) {
	s, p := n.status(q)
	if p != nil {
		return nil, p
	}
	above := []*status{}
	for one := s.parent; one != nil && one.seenBy(q.me); one = one.parent {
		above = append([]*status{one}, above...)
	}
	below := []*status{}
	var down func(*status)
	down = func(s *status) {
		for _, one := range s.replies {
			if n.inLists(q, one) {
				below = append(below, one)
				down(one)
			}
		}
	}
	down(s)
	return object{"ancestors": n.views(q, above), "descendants": n.views(q, below)}, nil
}

func (n *Network) source(q *request) (any, *problem) {
	s, p := n.status(q)
	if p != nil {
		return nil, p
	}
	return object{"id": key(s.id), "text": s.text, "spoiler_text": s.spoiler}, nil
}

func (n *Network) history(q *request) (any, *problem) {
	s, p := n.status(q)
	if p != nil {
		return nil, p
	}
	views := []object{}
	for _, v := range append(slices.Clone(s.versions), version{s.text, s.spoiler, s.sensitive, s.lastChange()}) {
		views = append(views, object{"content": n.text.html(v.text, q.host, n.known(q)), "spoiler_text": v.spoiler, "sensitive": v.sensitive,
			"created_at": stamp(v.at), "account": n.accountView(q, s.account), "media_attachments": n.files(q, s), "emojis": []any{}})
	}
	return views, nil
}

func (n *Network) favouritedBy(q *request) (any, *problem) {
	s, p := n.status(q)
	if p != nil {
		return nil, p
	}
	return n.accountViews(q, s.likes), nil
}

func (n *Network) rebloggedBy(q *request) (any, *problem) {
	s, p := n.status(q)
	if p != nil {
		return nil, p
	}
	var who []*account
	for _, one := range s.boosts {
		who = append(who, one.account)
	}
	return n.accountViews(q, who), nil
}

// accountViews shows the newest first; these lists are short here and have one page.
func (n *Network) accountViews(q *request, all []*account) []object {
	views := []object{}
	for i := len(all) - 1; i >= 0 && len(views) < 80; i-- {
		views = append(views, n.accountView(q, all[i]))
	}
	return views
}
