package bluesky

import (
	"net/http"
	"time"
)

// How the AppView shows what is kept.

func (n *Network) profileBasic(q *request, a *account) object {
	viewer := object{"muted": q.me.mutes[a.did], "blockedBy": a.blocks[q.me.did] != ""}
	for name, uri := range map[string]string{"blocking": q.me.blocks[a.did], "following": q.me.follows[a.did], "followedBy": q.me.followers[a.did]} {
		if uri != "" {
			viewer[name] = uri
		}
	}
	return object{"did": a.did, "handle": a.handle, "displayName": a.name, "avatar": q.host + "/avatar/" + a.did,
		"viewer": viewer, "labels": []any{}, "createdAt": stamp(a.created),
		"associated": object{"chat": object{"allowIncoming": "following"}}}
}

func (n *Network) profile(q *request, a *account) object {
	view := n.profileBasic(q, a)
	view["description"], view["indexedAt"] = a.bio, stamp(a.created)
	return view
}

func (n *Network) profileDetailed(q *request, a *account) object {
	posts := 0
	for _, r := range a.posts {
		if r.collection == "app.bsky.feed.post" && !r.listed.After(q.now) {
			posts++
		}
	}
	view := n.profile(q, a)
	view["followersCount"], view["followsCount"], view["postsCount"] = len(a.followers), len(a.follows), posts
	if profile := a.repo["app.bsky.actor.profile"]["self"]; profile != nil && profile.value["pinnedPost"] != nil {
		view["pinnedPost"] = profile.value["pinnedPost"]
	}
	return view
}

// shown answers a post that is in the AppView for this reader, or nil.
func (n *Network) shown(q *request, uri string) *record {
	r := n.records[uri]
	if r == nil || r.collection != "app.bsky.feed.post" || r.listed.After(q.now) {
		return nil
	}
	return r
}

func (n *Network) blocked(q *request, did string) bool {
	return q.me.blocks[did] != "" || n.accounts[did] != nil && n.accounts[did].blocks[q.me.did] != ""
}

func (n *Network) postView(q *request, r *record) object {
	c := n.crowd(r.uri)
	viewer := object{"threadMuted": false, "embeddingDisabled": n.closed(r, q.me.did)}
	if root := n.rootOf(r); root != nil && !n.mayAnswer(root, q.me) {
		viewer["replyDisabled"] = true
	}
	mine := func(name string, list []*record) {
		for _, one := range list {
			if one.did == q.me.did {
				viewer[name] = one.uri
			}
		}
	}
	mine("like", c.likes)
	mine("repost", c.reposts)
	view := object{"uri": r.uri, "cid": r.cid, "author": n.profileBasic(q, n.accounts[r.did]), "record": r.value,
		"replyCount": listed(q.now, c.replies), "repostCount": len(c.reposts), "likeCount": len(c.likes),
		"quoteCount": listed(q.now, c.quotes), "bookmarkCount": 0, "indexedAt": stamp(r.indexed), "viewer": viewer, "labels": []any{}}
	if embed := n.embedView(q, r); embed != nil {
		view["embed"] = embed
	}
	if gate := n.accounts[r.did].repo["app.bsky.feed.threadgate"][r.rkey]; gate != nil {
		view["threadgate"] = object{"uri": gate.uri, "cid": gate.cid, "record": gate.value, "lists": []any{}}
	}
	return view
}

func listed(now time.Time, records []*record) int {
	count := 0
	for _, r := range records {
		if !r.listed.After(now) {
			count++
		}
	}
	return count
}

func (n *Network) embedView(q *request, r *record) object {
	embed, _ := r.value["embed"].(object)
	if embed == nil {
		return nil
	}
	kind, _ := embed["$type"].(string)
	switch kind {
	case "app.bsky.embed.recordWithMedia":
		media, _ := embed["media"].(object)
		inner := n.mediaView(q, r.did, media)
		if inner == nil {
			return nil
		}
		return object{"$type": kind + "#view", "media": inner, "record": object{"record": n.quoteView(q, r.did, quoteOf(r))}}
	case "app.bsky.embed.record":
		return object{"$type": kind + "#view", "record": n.quoteView(q, r.did, quoteOf(r))}
	}
	return n.mediaView(q, r.did, embed)
}

func (n *Network) mediaView(q *request, did string, embed object) object {
	kind, _ := embed["$type"].(string)
	at := func(value any) string {
		ref, _ := blobRef(value)
		return q.host + "/blob/" + did + "/" + ref.cid
	}
	switch kind {
	case "app.bsky.embed.images":
		images := []object{}
		list, _ := embed["images"].([]any)
		for _, item := range list {
			image, _ := item.(object)
			view := object{"thumb": at(image["image"]), "fullsize": at(image["image"]), "alt": image["alt"]}
			if ratio, ok := image["aspectRatio"]; ok {
				view["aspectRatio"] = ratio
			}
			images = append(images, view)
		}
		return object{"$type": kind + "#view", "images": images}
	case "app.bsky.embed.external":
		link, _ := embed["external"].(object)
		view := object{"uri": link["uri"], "title": link["title"], "description": link["description"]}
		if thumb, ok := link["thumb"]; ok {
			view["thumb"] = at(thumb)
		}
		return object{"$type": kind + "#view", "external": view}
	case "app.bsky.embed.video":
		ref, _ := blobRef(embed["video"])
		view := object{"$type": kind + "#view", "cid": ref.cid, "playlist": at(embed["video"])}
		if alt, ok := embed["alt"]; ok {
			view["alt"] = alt
		}
		return view
	}
	return nil
}

// closed says whether the author of a post keeps another account from quoting it.
func (n *Network) closed(r *record, did string) bool {
	gate := n.accounts[r.did].repo["app.bsky.feed.postgate"][r.rkey]
	if gate == nil || r.did == did {
		return false
	}
	rules, _ := gate.value["embeddingRules"].([]any)
	return len(rules) > 0
}

// quoteView shows what somebody quotes.
func (n *Network) quoteView(q *request, by, uri string) object {
	r := n.shown(q, uri)
	if r == nil {
		return object{"$type": "app.bsky.embed.record#viewNotFound", "uri": uri, "notFound": true}
	}
	if n.blocked(q, r.did) {
		return object{"$type": "app.bsky.embed.record#viewBlocked", "uri": uri, "blocked": true, "author": object{"did": r.did}}
	}
	if n.closed(r, by) {
		return object{"$type": "app.bsky.embed.record#viewDetached", "uri": uri, "detached": true}
	}
	c := n.crowd(uri)
	return object{"$type": "app.bsky.embed.record#viewRecord", "uri": r.uri, "cid": r.cid, "author": n.profileBasic(q, n.accounts[r.did]),
		"value": r.value, "labels": []any{}, "likeCount": len(c.likes), "replyCount": listed(q.now, c.replies),
		"repostCount": len(c.reposts), "quoteCount": listed(q.now, c.quotes), "indexedAt": stamp(r.indexed), "embeds": []any{}}
}

func (n *Network) getProfile(q *request) (any, *problem) {
	a := n.find(q.query.Get("actor"))
	if a == nil {
		return nil, invalid("Profile not found")
	}
	return n.profileDetailed(q, a), nil
}

func (n *Network) getProfiles(q *request) (any, *problem) {
	names := q.query["actors"]
	if len(names) == 0 || len(names) > 25 {
		return nil, invalid("Error: actors must not have more than 25 elements")
	}
	views := []object{}
	for _, name := range names {
		if a := n.find(name); a != nil {
			views = append(views, n.profileDetailed(q, a))
		}
	}
	return object{"profiles": views}, nil
}

func (n *Network) getPreferences(q *request) (any, *problem) {
	return object{"preferences": q.me.prefs}, nil
}

func (n *Network) putPreferences(q *request) (any, *problem) {
	prefs, ok := q.body["preferences"].([]any)
	if !ok {
		return nil, invalid("Input must have the property \"preferences\"")
	}
	q.me.prefs = prefs
	return nil, nil
}

func notFound(uri string) *problem {
	return &problem{http.StatusBadRequest, "NotFound", "Post not found: " + uri}
}
