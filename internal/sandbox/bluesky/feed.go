package bluesky

import (
	"sort"
	"strconv"
)

func (n *Network) getPosts(q *request) (any, *problem) {
	uris := q.query["uris"]
	if len(uris) == 0 {
		return nil, invalid("Error: Params must have the property \"uris\"")
	}
	if len(uris) > 25 {
		return nil, invalid("Error: uris must not have more than 25 elements")
	}
	posts := []object{}
	for _, uri := range uris {
		if !n.syntax.holds("at-uri", uri) {
			return nil, invalid("Error: uris must be valid at-uris")
		}
		if r := n.shown(q, uri); r != nil && !n.blocked(q, r.did) {
			posts = append(posts, n.postView(q, r))
		}
	}
	return object{"posts": posts}, nil
}

func (n *Network) getPostThread(q *request) (any, *problem) {
	uri := q.query.Get("uri")
	r := n.shown(q, uri)
	if r == nil {
		return nil, notFound(uri)
	}
	depth := number(q.query.Get("depth"), 6)
	height := number(q.query.Get("parentHeight"), 80)
	thread := n.thread(q, r, depth)
	if parent, _ := replyOf(r); parent != "" && height > 0 {
		thread["parent"] = n.above(q, parent, height)
	}
	page := object{"thread": thread}
	_, root := replyOf(r)
	if root == "" {
		root = uri
	}
	if top := n.shown(q, root); top != nil {
		if gate, ok := n.postView(q, top)["threadgate"]; ok {
			page["threadgate"] = gate
		}
	}
	return page, nil
}

func number(text string, usual int) int {
	if value, err := strconv.Atoi(text); err == nil {
		return min(max(value, 0), 1000)
	}
	return usual
}

func (n *Network) missing(uri string) object {
	return object{"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": true}
}

func (n *Network) above(q *request, uri string, height int) object {
	r := n.shown(q, uri)
	if r == nil {
		return n.missing(uri)
	}
	if n.blocked(q, r.did) {
		return object{"$type": "app.bsky.feed.defs#blockedPost", "uri": uri, "blocked": true, "author": object{"did": r.did}}
	}
	view := object{"$type": "app.bsky.feed.defs#threadViewPost", "post": n.postView(q, r)}
	if parent, _ := replyOf(r); parent != "" && height > 1 {
		view["parent"] = n.above(q, parent, height-1)
	}
	return view
}

func (n *Network) thread(q *request, r *record, depth int) object {
	view := object{"$type": "app.bsky.feed.defs#threadViewPost", "post": n.postView(q, r), "threadContext": object{}}
	if depth == 0 {
		return view
	}
	replies := []object{}
	for _, reply := range n.crowd(r.uri).replies {
		if n.shown(q, reply.uri) != nil && !n.blocked(q, reply.did) {
			replies = append(replies, n.thread(q, reply, depth-1))
		}
	}
	view["replies"] = replies
	return view
}

func (n *Network) getAuthorFeed(q *request) (any, *problem) {
	a := n.find(q.query.Get("actor"))
	if a == nil {
		return nil, invalid("Profile not found")
	}
	if q.me.blocks[a.did] != "" {
		return nil, &problem{400, "BlockedActor", "Requester has blocked actor: " + a.did}
	}
	if a.blocks[q.me.did] != "" {
		return nil, &problem{400, "BlockedByActor", "Requester is blocked by actor: " + a.did}
	}
	filter := q.query.Get("filter")
	return n.feed(q, a.posts, func(r *record) bool {
		switch filter {
		case "posts_no_replies", "posts_and_author_threads":
			_, root := replyOf(r)
			did, _, _ := splitURI(root)
			return root == "" || filter == "posts_and_author_threads" && did == r.did
		case "posts_with_media":
			return len(blobRefs(r.value, nil)) > 0
		}
		return true
	})
}

func (n *Network) getTimeline(q *request) (any, *problem) {
	all := append([]*record{}, q.me.posts...)
	for did := range q.me.follows {
		if who := n.accounts[did]; who != nil && !q.me.mutes[did] {
			all = append(all, who.posts...)
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].indexed.Before(all[j].indexed) })
	return n.feed(q, all, func(*record) bool { return true })
}

// feed pages backwards through posts. The cursor is the time and address of the last one shown, so that what arrives in between
// shifts nothing.
func (n *Network) feed(q *request, all []*record, want func(*record) bool) (any, *problem) {
	limit, p := q.limit(50, 100)
	if p != nil {
		return nil, p
	}
	mark := func(r *record) string { return stamp(r.indexed) + "::" + r.cid }
	cursor, items, last := q.query.Get("cursor"), []object{}, ""
	skipping := cursor != ""
	for i := len(all) - 1; i >= 0 && len(items) < limit; i-- {
		r := all[i]
		if skipping {
			// The marked post may be gone: whatever is older than it ends the skipping.
			at := mark(r)
			if at == cursor || len(cursor) > 24 && at[:24] < cursor[:24] {
				skipping = false
			}
			if at == cursor || skipping {
				continue
			}
		}
		post := r
		if r.collection == "app.bsky.feed.repost" {
			post = n.records[subjectOf(r)]
		}
		if post == nil || n.shown(q, post.uri) == nil || n.blocked(q, post.did) || !want(post) {
			continue
		}
		items, last = append(items, n.feedItem(q, r, post)), mark(r)
	}
	page := object{"feed": items}
	if last != "" && len(items) == limit {
		page["cursor"] = last
	}
	return page, nil
}

func (n *Network) feedItem(q *request, r, post *record) object {
	item := object{"post": n.postView(q, post)}
	if r != post {
		item["reason"] = object{"$type": "app.bsky.feed.defs#reasonRepost", "by": n.profileBasic(q, n.accounts[r.did]),
			"uri": r.uri, "cid": r.cid, "indexedAt": stamp(r.indexed)}
	}
	if parent, root := replyOf(post); parent != "" {
		view := func(uri string) object {
			one := n.shown(q, uri)
			if one == nil {
				return n.missing(uri)
			}
			post := n.postView(q, one)
			post["$type"] = "app.bsky.feed.defs#postView"
			return post
		}
		item["reply"] = object{"root": view(root), "parent": view(parent)}
	}
	return item
}

// crowdPage pages through those who point at a post, newest first; the cursor is how many were shown.
func (n *Network) crowdPage(q *request, list []*record, show func(*record) object) ([]object, string, *problem) {
	limit, p := q.limit(50, 100)
	if p != nil {
		return nil, "", p
	}
	from, items := number(q.query.Get("cursor"), 0), []object{}
	for i := len(list) - 1 - from; i >= 0 && len(items) < limit; i-- {
		items = append(items, show(list[i]))
	}
	cursor := ""
	if from+len(items) < len(list) {
		cursor = strconv.Itoa(from + len(items))
	}
	return items, cursor, nil
}

func (n *Network) crowdAnswer(q *request, name string, list []*record, show func(*record) object) (any, *problem) {
	items, cursor, p := n.crowdPage(q, list, show)
	if p != nil {
		return nil, p
	}
	page := object{"uri": q.query.Get("uri"), name: items}
	if cursor != "" {
		page["cursor"] = cursor
	}
	return page, nil
}

func (n *Network) getLikes(q *request) (any, *problem) {
	return n.crowdAnswer(q, "likes", n.crowd(q.query.Get("uri")).likes, func(r *record) object {
		return object{"indexedAt": stamp(r.indexed), "createdAt": r.value["createdAt"], "actor": n.profile(q, n.accounts[r.did])}
	})
}

func (n *Network) getRepostedBy(q *request) (any, *problem) {
	return n.crowdAnswer(q, "repostedBy", n.crowd(q.query.Get("uri")).reposts, func(r *record) object {
		return n.profile(q, n.accounts[r.did])
	})
}

func (n *Network) getQuotes(q *request) (any, *problem) {
	return n.crowdAnswer(q, "posts", n.crowd(q.query.Get("uri")).quotes, func(r *record) object { return n.postView(q, r) })
}
