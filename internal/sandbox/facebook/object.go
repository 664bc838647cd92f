package facebook

import (
	"slices"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

func (a *ask) onPage(p *page) (any, *graph.Fault) {
	switch a.edge {
	case "":
		if !a.isGet() {
			return nil, graph.Missing(a.p.Method, a.id)
		}
		if err := may(a.token, p, "pages_read_engagement"); err != nil && a.token.Kind != "USER" {
			return nil, err
		}
		return a.page(p, a.fields)
	case "feed", "posts", "published_posts", "scheduled_posts", "visitor_posts":
		if a.isPost() && a.edge == "feed" {
			return a.publish(p)
		}
		return a.feed(p)
	case "tagged":
		if a.isGet() {
			return a.tagged(p)
		}
	case "photos":
		if a.isPost() {
			return a.upload(p)
		}
	case "videos", "video_reels", "video_stories":
		if a.isPost() {
			return a.film(p)
		}
	case "photo_stories":
		if a.isPost() {
			return a.photoStory(p)
		}
	case "stories":
		if a.isGet() {
			return a.stories(p)
		}
	case "messages":
		if a.isPost() {
			return a.send(p)
		}
	case "message_attachments":
		if a.isPost() {
			return a.keep(p)
		}
	case "conversations":
		if a.isGet() {
			return a.conversations(p)
		}
	case "blocked":
		return a.blockedPeople(p)
	case "moderate_conversations":
		if a.isPost() {
			return a.moderate(p)
		}
	case "insights":
		if a.isGet() {
			return a.pageInsights(p)
		}
	case "subscribed_apps":
		return a.subscribedApps(p)
	case "picture":
		if a.isGet() {
			return map[string]any{"data": a.picture(p.id)}, nil
		}
	}
	return a.nothing("Page")
}

// feed lists posts, newest first. What is accepted and not yet listed is not in any list, though it can be read by its id.
func (a *ask) feed(p *page) (any, *graph.Fault) {
	if !a.isGet() {
		return nil, graph.Missing(a.p.Method, a.id)
	}
	scope := "pages_read_engagement"
	if a.edge == "visitor_posts" {
		scope = "pages_read_user_content"
	}
	if err := may(a.token, p, scope); err != nil {
		return nil, err
	}
	w, err := graph.Cut(a.p.Get, 25)
	if err != nil {
		return nil, err
	}
	since, err := a.p.When("since")
	if err != nil {
		return nil, err
	}
	until, err := a.p.When("until")
	if err != nil {
		return nil, err
	}
	hiddenToo := a.edge == "scheduled_posts" // which has no such parameter
	if !hiddenToo {
		if hiddenToo, err = a.p.Flag("include_hidden", false); err != nil {
			return nil, err
		}
	}
	if _, err := a.post(&post{page: p}, a.fields); err != nil { // an unknown field is refused even when there is nothing to show
		return nil, err
	}
	kept := make([]*post, 0, min(len(p.posts), 256))
	all := p.posts
	if a.edge == "feed" { // “public posts in which the Page has been tagged” are in it, too
		all = slices.Concat(p.posts, p.tagged)
		slices.SortStableFunc(all, func(x, y *post) int { return x.created.Compare(y.created) })
	}
	for _, o := range slices.Backward(all) {
		if !until.IsZero() && o.created.After(until) || o.listed.After(a.now) || o.hidden && !hiddenToo {
			continue
		}
		if !since.IsZero() && o.created.Before(since) {
			break
		}
		switch a.edge {
		case "scheduled_posts":
			if o.published || o.due.IsZero() {
				continue
			}
		case "visitor_posts":
			if o.from.page || !o.published {
				continue
			}
		case "posts", "published_posts":
			if !o.from.page || !o.published {
				continue
			}
		default:
			if !o.published {
				continue
			}
		}
		kept = append(kept, o)
	}
	return graph.Part(w, kept, func(o *post) string { return o.id }, func(o *post) (any, *graph.Fault) { return a.post(o, a.fields) },
		a.links(a.id+"/"+a.edge, a.p.Values))
}

// tagged lists what others wrote elsewhere and named the Page in, newest first. It has no parameters of its own.
func (a *ask) tagged(p *page) (any, *graph.Fault) {
	if err := may(a.token, p, "pages_read_user_content"); err != nil {
		return nil, err
	}
	w, err := graph.Cut(a.p.Get, 25)
	if err != nil {
		return nil, err
	}
	if _, err := a.post(&post{page: p}, a.fields); err != nil {
		return nil, err
	}
	newest := slices.Clone(p.tagged)
	slices.Reverse(newest)
	return graph.Part(w, newest, func(o *post) string { return o.id }, func(o *post) (any, *graph.Fault) { return a.post(o, a.fields) },
		a.links(a.id+"/"+a.edge, a.p.Values))
}

func (a *ask) onPost(o *post) (any, *graph.Fault) {
	switch a.edge {
	case "":
		switch {
		case a.isGet():
			if err := may(a.token, o.page, "pages_read_engagement"); err != nil {
				return nil, err
			}
			return a.post(o, a.fields)
		case a.isDelete():
			if err := may(a.token, o.page, "pages_manage_posts"); err != nil {
				return nil, err
			}
			a.n.drop(o)
			a.call.Accept(sandbox.Entry{Account: o.page.id, Action: sandbox.Delete, Object: o.id, Text: o.message})
			return graph.Done(), nil
		case a.isPost():
			return a.change(o)
		}
	case "comments":
		return a.onComments(o, nil)
	case "likes", "reactions":
		return a.onLikes(o.page, o.id, &o.reactions)
	case "sponsor_tags":
		if a.isGet() {
			tags := []any{}
			if o.sponsor != nil {
				tags = append(tags, map[string]any{"id": o.sponsor.id, "name": o.sponsor.name})
			}
			return map[string]any{"data": tags}, may(a.token, o.page, "pages_read_engagement")
		}
	case "attachments":
		if a.isGet() {
			if err := may(a.token, o.page, "pages_read_engagement"); err != nil {
				return nil, err
			}
			if list, ok := a.attachments(o); ok {
				return list, nil
			}
			return map[string]any{"data": []any{}}, nil
		}
	case "insights":
		if a.isGet() {
			if err := may(a.token, o.page, "read_insights", "pages_read_engagement"); err != nil {
				return nil, err
			}
			return a.postInsights(o, a.p.Get("metric"), a.p.Get("period"))
		}
	}
	return a.nothing("PagePost")
}

// change edits a post, publishes it now, hides it or moves its moment.
func (a *ask) change(o *post) (any, *graph.Fault) {
	if err := may(a.token, o.page, "pages_manage_posts"); err != nil {
		return nil, err
	}
	hidden, err := a.p.Flag("is_hidden", o.hidden)
	if err != nil {
		return nil, err
	}
	published, err := a.p.Flag("is_published", o.published)
	if err != nil {
		return nil, err
	}
	if o.published && !published {
		return nil, graph.Invalid("You cannot unpublish a published post")
	}
	if !o.from.page && a.p.Has("message") {
		return nil, graph.No(403, 200, 0, "(#200) You do not have permission to edit this post")
	}
	if a.p.Has("is_pinned") {
		if err := a.pin(o); err != nil {
			return nil, err
		}
	}
	due, err := a.p.When("scheduled_publish_time")
	if err != nil {
		return nil, err
	}
	if !due.IsZero() {
		if err := a.dueFits(due); err != nil {
			return nil, err
		}
		o.due = due
		a.n.plan(o)
	}
	if a.p.Has("message") {
		if err := fits(a.p.Get("message")); err != nil {
			return nil, err
		}
		if a.p.Get("message") == "" && len(o.photos) == 0 && o.link == "" && o.video == nil {
			return nil, graph.Invalid("Missing message or attachment")
		}
		if o.message = a.p.Get("message"); o.video != nil {
			o.video.description = o.message
		}
		a.n.tellPost(o, "edited")
	}
	o.hidden, o.updated = hidden, a.now
	if published && !o.published {
		a.n.comeOut(o)
	}
	a.call.Accept(sandbox.Entry{Account: o.page.id, Action: sandbox.Edit, Object: o.id, Text: o.message})
	return graph.Done(), nil
}

// pin keeps a post at the top of its Page, in the place of the one that was there.
func (a *ask) pin(o *post) *graph.Fault {
	on, err := a.p.Flag("is_pinned", false)
	switch {
	case err != nil:
		return err
	case !o.published || !o.from.page:
		return graph.Invalid("This post cannot be pinned")
	case on:
		o.page.pinned = o
	case o.page.pinned == o:
		o.page.pinned = nil
	}
	return nil
}

// Pinned is the post at the top of a Page, "" for none.
func (n *Network) Pinned(pageID string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if p := n.pages[pageID]; p != nil && p.pinned != nil {
		return p.pinned.id
	}
	return ""
}

// Sponsor is the Page that a post is labelled with, "" for none.
func (n *Network) Sponsor(postID string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if o := n.posts[postID]; o != nil && o.sponsor != nil {
		return o.sponsor.id
	}
	return ""
}

// Place is the number of the Page of the place that a post is tagged with, "" for none.
func (n *Network) Place(postID string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if o := n.posts[postID]; o != nil {
		return o.place
	}
	return ""
}

// drop deletes a post and everything below it.
func (n *Network) drop(o *post) {
	if o.unschedule != nil {
		o.unschedule()
	}
	o.page.posts = slices.DeleteFunc(o.page.posts, func(other *post) bool { return other == o })
	delete(n.posts, o.id)
	if o.video != nil {
		delete(n.videos, o.video.id)
	}
	if o.page.pinned == o {
		o.page.pinned = nil
	}
	for _, c := range o.comments {
		delete(n.comments, c.id)
	}
	if o.published {
		n.tellPost(o, "remove")
	}
}

func (a *ask) onPhoto(p *photo) (any, *graph.Fault) {
	if err := may(a.token, p.page, "pages_read_engagement"); err != nil {
		return nil, err
	}
	switch {
	case a.edge == "" && a.isGet():
		return a.photo(p, a.fields)
	case a.edge == "" && a.isDelete():
		if err := may(a.token, p.page, "pages_manage_posts"); err != nil {
			return nil, err
		}
		delete(a.n.photos, p.id)
		if p.post != nil && p.post.status == "added_photos" && len(p.post.photos) == 1 {
			a.n.drop(p.post)
		}
		a.call.Accept(sandbox.Entry{Account: p.page.id, Action: sandbox.Delete, Object: p.id})
		return graph.Done(), nil
	case p.post != nil && a.edge == "comments":
		return a.onComments(p.post, nil)
	case p.post != nil && a.edge == "likes":
		return a.onLikes(p.page, p.post.id, &p.post.reactions)
	}
	return a.nothing("Photo")
}
