package bluesky

import (
	"slices"
	"time"
)

// crowd is what points at a post.
type crowd struct {
	likes, reposts, replies, quotes []*record
}

type notice struct {
	record  *record
	reason  string
	subject string // the address that it is about
	at      time.Time
	serial  int64
}

func (n *Network) crowd(uri string) *crowd {
	if n.about[uri] == nil {
		n.about[uri] = &crowd{}
	}
	return n.about[uri]
}

// list is where a record of a collection is counted at what it points at.
func (c *crowd) list(collection string) *[]*record {
	switch collection {
	case "app.bsky.feed.like":
		return &c.likes
	case "app.bsky.feed.repost":
		return &c.reposts
	}
	return nil
}

func subjectOf(r *record) string {
	switch subject := r.value["subject"].(type) {
	case string:
		return subject
	case object:
		uri, _ := subject["uri"].(string)
		return uri
	}
	if post, ok := r.value["post"].(string); ok {
		return post
	}
	return ""
}

func replyOf(r *record) (parent, root string) {
	reply, _ := r.value["reply"].(object)
	at := func(name string) string {
		ref, _ := reply[name].(object)
		uri, _ := ref["uri"].(string)
		return uri
	}
	return at("parent"), at("root")
}

// cardOf is the address that a post shows with a card.
func cardOf(r *record) string {
	embed, _ := r.value["embed"].(object)
	if media, with := embed["media"].(object); with {
		embed = media
	}
	external, _ := embed["external"].(object)
	uri, _ := external["uri"].(string)
	return uri
}

func quoteOf(r *record) string {
	embed, _ := r.value["embed"].(object)
	for range 2 { // recordWithMedia wraps a record embed
		inner, _ := embed["record"].(object)
		if uri, ok := inner["uri"].(string); ok {
			return uri
		}
		embed = inner
	}
	return ""
}

func mentionsOf(r *record) []string {
	var dids []string
	facets, _ := r.value["facets"].([]any)
	for _, facet := range facets {
		f, _ := facet.(object)
		features, _ := f["features"].([]any)
		for _, feature := range features {
			one, _ := feature.(object)
			if did, ok := one["did"].(string); ok {
				dids = append(dids, did)
			}
		}
	}
	return dids
}

func (n *Network) index(a *account, r *record) {
	subject := subjectOf(r)
	switch r.collection {
	case "app.bsky.feed.post":
		n.indexPost(a, r)
	case "app.bsky.feed.like", "app.bsky.feed.repost":
		list := n.crowd(subject).list(r.collection)
		*list = append(*list, r)
		reason := "like"
		if r.collection == "app.bsky.feed.repost" {
			reason = "repost"
			a.posts = append(a.posts, r)
		}
		did, _, _ := splitURI(subject)
		n.notify(did, notice{record: r, reason: reason, subject: subject})
	case "app.bsky.graph.follow":
		a.follows[subject] = r.uri
		if who := n.accounts[subject]; who != nil {
			who.followers[a.did] = r.uri
			n.notify(subject, notice{record: r, reason: "follow"})
		}
	case "app.bsky.graph.block":
		a.blocks[subject] = r.uri
	case "app.bsky.actor.profile":
		a.name, _ = r.value["displayName"].(string)
		a.bio, _ = r.value["description"].(string)
	}
}

// indexPost notifies each person once: who is mentioned, then who is quoted, then who is answered.
func (n *Network) indexPost(a *account, r *record) {
	at := len(a.posts)
	for at > 0 && a.posts[at-1].indexed.After(r.indexed) { // an earlier twin comes in late
		at--
	}
	a.posts = slices.Insert(a.posts, at, r)
	told := map[string]bool{a.did: true}
	tell := func(did, reason, subject string) {
		if !told[did] {
			told[did] = true
			n.notify(did, notice{record: r, reason: reason, subject: subject})
		}
	}
	for _, did := range mentionsOf(r) {
		tell(did, "mention", "")
	}
	if quoted := quoteOf(r); quoted != "" {
		c := n.crowd(quoted)
		c.quotes = append(c.quotes, r)
		did, _, _ := splitURI(quoted)
		tell(did, "quote", quoted)
	}
	parent, root := replyOf(r)
	if parent != "" {
		c := n.crowd(parent)
		c.replies = append(c.replies, r)
		for _, uri := range []string{parent, root} {
			did, _, _ := splitURI(uri)
			tell(did, "reply", uri)
		}
	}
}

func (n *Network) notify(did string, what notice) {
	to := n.accounts[did]
	if to == nil || !to.ours || what.record.did == did {
		return
	}
	n.serial++
	what.serial, what.at = n.serial, what.record.indexed
	to.notices = append(to.notices, what)
}

func (n *Network) unindex(a *account, r *record) {
	drop := func(list []*record) []*record {
		return slices.DeleteFunc(list, func(one *record) bool { return one == r })
	}
	subject := subjectOf(r)
	switch r.collection {
	case "app.bsky.feed.post":
		a.posts = drop(a.posts)
		if parent, _ := replyOf(r); parent != "" {
			n.crowd(parent).replies = drop(n.crowd(parent).replies)
		}
		if quoted := quoteOf(r); quoted != "" {
			n.crowd(quoted).quotes = drop(n.crowd(quoted).quotes)
		}
	case "app.bsky.feed.like", "app.bsky.feed.repost":
		list := n.crowd(subject).list(r.collection)
		*list = drop(*list)
		a.posts = drop(a.posts)
	case "app.bsky.graph.follow":
		delete(a.follows, subject)
		if who := n.accounts[subject]; who != nil {
			delete(who.followers, a.did)
		}
	case "app.bsky.graph.block":
		delete(a.blocks, subject)
	}
	for _, who := range n.accounts {
		if who.ours {
			who.notices = slices.DeleteFunc(who.notices, func(one notice) bool { return one.record == r })
		}
	}
}
