package facebook

import (
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
)

// view is what one call needs to show things.
type view struct {
	n     *Network
	now   time.Time
	base  string // scheme and host the caller used
	token string
}

func (v *view) links(path string, query url.Values) func(after, before string) graph.Paging {
	return graph.Links(v.base+"/v25.0", v.token, path, query)
}

func (v *view) who(a author, fs []graph.Field) (any, *graph.Fault) {
	if fs == nil {
		return map[string]any{"name": a.name, "id": a.id}, nil
	}
	return graph.Node("Profile", fs, nil, func(f graph.Field) (any, bool, bool, *graph.Fault) {
		switch f.Name {
		case "id":
			return a.id, true, true, nil
		case "name":
			return a.name, true, true, nil
		case "picture":
			return map[string]any{"data": v.picture(a.id)}, true, true, nil
		}
		return nil, false, false, nil
	})
}

func (v *view) picture(id string) map[string]any {
	return map[string]any{"height": 50, "is_silhouette": false, "url": v.base + "/picture/" + id + ".png", "width": 50}
}

func (v *view) page(p *page, fs []graph.Field) (map[string]any, *graph.Fault) {
	return graph.Node("Page", fs, graph.Names("name"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
		switch f.Name {
		case "id":
			return p.id, true, true, nil
		case "name":
			return p.name, true, true, nil
		case "username":
			return p.username(), true, true, nil
		case "link":
			return "https://www.facebook.com/" + p.id, true, true, nil
		case "category":
			return p.category, true, true, nil
		case "category_list":
			return []any{map[string]any{"id": "2204", "name": p.category}}, true, true, nil
		case "about":
			return "A pretended Page.", true, true, nil
		case "fan_count", "followers_count":
			return p.fans + len(p.followed), true, true, nil
		case "is_published", "can_post":
			return true, true, true, nil
		case "is_webhooks_subscribed":
			return len(p.fields) > 0, true, true, nil
		case "verification_status":
			return "not_verified", true, true, nil
		case "unread_message_count":
			n := 0
			for _, t := range p.threads {
				n += t.unread
			}
			return n, true, true, nil
		case "picture":
			return map[string]any{"data": v.picture(p.id)}, true, true, nil
		case "access_token":
			return v.token, true, true, nil
		}
		return nil, false, false, nil
	})
}

func (v *view) post(o *post, fs []graph.Field) (any, *graph.Fault) {
	return graph.Node("PagePost", fs, graph.Names("created_time", "message"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
		switch f.Name {
		case "id":
			return o.id, true, true, nil
		case "message":
			return o.message, o.message != "", true, nil
		case "created_time":
			return graph.Stamp(o.created), true, true, nil
		case "updated_time":
			return graph.Stamp(o.updated), true, true, nil
		case "from":
			a, err := v.who(o.from, f.Inner)
			return a, !o.elsewhere, true, err // of a person's own post it is shown to that person alone
		case "permalink_url":
			if o.elsewhere {
				return "https://www.facebook.com/" + strings.Replace(o.id, "_", "/posts/", 1), true, true, nil
			}
			return "https://www.facebook.com/" + o.page.id + "/posts/" + o.number + "/", true, true, nil
		case "status_type":
			return o.status, true, true, nil
		case "is_published":
			return o.published, true, true, nil
		case "is_hidden":
			return o.hidden, true, true, nil
		case "is_expired", "is_popular", "is_spherical":
			return false, true, true, nil
		case "scheduled_publish_time":
			return float64(o.due.Unix()), !o.due.IsZero() && !o.published, true, nil
		case "can_reply_privately":
			return !o.from.page, true, true, nil
		case "shares":
			n := len(o.reactions) / 9
			return map[string]any{"count": n}, n > 0, true, nil // Graph leaves shares out at zero
		case "full_picture", "picture":
			if len(o.photos) == 0 {
				return nil, false, true, nil
			}
			return v.file(o.photos[0]), true, true, nil
		case "attachments":
			a, has := v.attachments(o)
			return a, has, true, nil
		case "comments":
			l, err := v.comments(o, nil, f)
			return l, true, true, err
		case "reactions", "likes":
			l, err := v.reactions(o.id, o.reactions, f)
			return l, true, true, err
		case "insights":
			l, err := v.postInsights(o, f.Mods["metric"], f.Mods["period"])
			return l, true, true, err
		}
		return nil, false, false, nil
	})
}

func (v *view) file(p *photo) string { return v.base + "/files/" + p.id }

func (v *view) image(p *photo) map[string]any {
	return map[string]any{"image": map[string]any{"height": p.height, "src": v.file(p), "width": p.width}}
}

func (v *view) attachment(p *photo) map[string]any {
	address := "https://www.facebook.com/photo.php?fbid=" + p.id
	return map[string]any{"media": v.image(p), "target": map[string]any{"id": p.id, "url": address}, "type": "photo", "url": address}
}

func (v *view) attachments(o *post) (any, bool) {
	if len(o.photos) == 0 && o.link == "" && o.video == nil {
		return nil, false
	}
	address := "https://www.facebook.com/" + o.page.id + "/posts/" + o.number + "/"
	var one map[string]any
	if o.video != nil {
		watch := "https://www.facebook.com" + o.video.permalink()
		one = map[string]any{"media_type": "video", "type": "video_inline", "title": o.video.title, "url": watch, "unshimmed_url": watch,
			"media":  map[string]any{"image": map[string]any{"height": 720, "src": v.base + "/picture/" + o.page.id + ".png", "width": 720}, "source": v.base + "/files/" + o.video.id},
			"target": map[string]any{"id": o.video.id, "url": watch}}
		return map[string]any{"data": []any{one}}, true
	}
	switch len(o.photos) {
	case 0:
		one = map[string]any{"media_type": "link", "type": "share", "title": o.link, "url": o.link, "unshimmed_url": o.link,
			"target": map[string]any{"url": o.link}}
	case 1:
		one = v.attachment(o.photos[0])
		one["media_type"], one["unshimmed_url"] = "photo", one["url"]
	default:
		var inner []any
		for _, p := range o.photos {
			inner = append(inner, v.attachment(p))
		}
		one = map[string]any{"media_type": "album", "type": "album", "title": "Photos from " + o.page.name + "'s post", "url": address,
			"unshimmed_url": address, "target": map[string]any{"id": o.number, "url": address}, "subattachments": map[string]any{"data": inner}}
	}
	return map[string]any{"data": []any{one}}, true
}

func (v *view) comment(c *comment, fs []graph.Field) (any, *graph.Fault) {
	return graph.Node("Comment", fs, graph.Names("created_time", "from", "message"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
		switch f.Name {
		case "id":
			return c.id, true, true, nil
		case "message":
			return c.message, true, true, nil
		case "created_time":
			return graph.Stamp(c.created), true, true, nil
		case "from":
			a, err := v.who(c.from, f.Inner)
			return a, true, true, err
		case "parent":
			if c.parent == nil {
				return nil, false, true, nil
			}
			inner := f.Inner
			if inner == nil {
				inner = graph.Names("created_time", "from", "message", "id")
			}
			p, err := v.comment(c.parent, inner)
			return p, true, true, err
		case "object":
			o, err := v.post(c.post, f.Inner)
			return o, true, true, err
		case "permalink_url":
			return c.permalink(), true, true, nil
		case "attachment":
			if c.photo != nil {
				return v.attachment(c.photo), true, true, nil
			}
			if i := strings.Index(c.message, "https://"); i >= 0 { // a link in the words hangs on as a share
				return map[string]any{"title": "A page", "type": "share", "url": strings.Fields(c.message[i:])[0]}, true, true, nil
			}
			return nil, false, true, nil
		case "comment_count":
			return len(c.children()), true, true, nil
		case "like_count":
			return len(c.reactions), true, true, nil
		case "user_likes":
			return c.likedBy(c.post.page.id), true, true, nil
		case "is_hidden":
			return c.hidden, true, true, nil
		case "is_private":
			return false, true, true, nil
		case "can_hide":
			return !c.from.page, true, true, nil
		case "can_remove", "can_like", "can_comment":
			return true, true, true, nil
		case "can_reply_privately":
			return !c.from.page && c.replied == "" && v.now.Sub(c.created) < privateWindow, true, true, nil
		case "private_reply_conversation":
			return map[string]any{"id": c.replied}, c.replied != "", true, nil
		case "comments":
			l, err := v.comments(c.post, c, f)
			return l, true, true, err
		case "reactions", "likes":
			l, err := v.reactions(c.id, c.reactions, f)
			return l, true, true, err
		}
		return nil, false, false, nil
	})
}

func (c *comment) permalink() string {
	address := "https://www.facebook.com/" + c.post.page.id + "/posts/" + c.post.number + "/?comment_id="
	if c.parent != nil {
		return address + tail(c.parent.id) + "&reply_comment_id=" + tail(c.id)
	}
	return address + tail(c.id)
}

func (c *comment) likedBy(id string) bool {
	for _, r := range c.reactions {
		if r.by.id == id {
			return true
		}
	}
	return false
}

func (v *view) photo(p *photo, fs []graph.Field) (map[string]any, *graph.Fault) {
	return graph.Node("Photo", fs, graph.Names("created_time", "name"), func(f graph.Field) (any, bool, bool, *graph.Fault) {
		switch f.Name {
		case "id":
			return p.id, true, true, nil
		case "name":
			return p.name, p.name != "", true, nil
		case "alt_text", "alt_text_custom":
			return p.alt, p.alt != "", true, nil
		case "created_time", "updated_time":
			return graph.Stamp(p.created), true, true, nil
		case "width":
			return p.width, true, true, nil
		case "height":
			return p.height, true, true, nil
		case "link":
			return "https://www.facebook.com/photo.php?fbid=" + p.id, true, true, nil
		case "picture", "source":
			return v.file(p), true, true, nil
		case "images":
			return []any{map[string]any{"height": p.height, "source": v.file(p), "width": p.width}}, true, true, nil
		case "page_story_id":
			if p.post == nil {
				return nil, false, true, nil
			}
			return p.post.id, true, true, nil
		case "from":
			a, err := v.who(p.page.self(), f.Inner)
			return a, true, true, err
		}
		return nil, false, false, nil
	})
}

func (v *view) reactions(of string, all []reaction, f graph.Field) (any, *graph.Fault) {
	get := func(name string) string { return f.Mods[name] }
	w, err := graph.Cut(get, 25)
	if err != nil {
		return nil, err
	}
	kept := all
	if kind := get("type"); kind != "" && kind != "NONE" {
		kept = nil
		for _, r := range all {
			if r.kind == kind {
				kept = append(kept, r)
			}
		}
	}
	l, err := graph.Part(w, kept, func(r reaction) string { return r.by.id }, func(r reaction) (any, *graph.Fault) {
		out := map[string]any{"id": r.by.id, "name": r.by.name}
		if f.Name == "reactions" {
			out["type"] = r.kind
		}
		return out, nil
	}, v.links(of+"/"+f.Name, f.Query()))
	l.Summary = w.Sum(map[string]any{"total_count": len(kept), "viewer_reaction": "NONE"})
	return l, err
}

// known finds a person of any Page by the page-scoped id.
func (n *Network) known(id string) (*page, *profile, bool) {
	for _, p := range n.order {
		if f, ok := p.byID[id]; ok {
			return p, f, true
		}
	}
	return nil, nil, false
}

func (v *view) profile(f *profile, fs []graph.Field) (map[string]any, *graph.Fault) {
	first, last := firstLast(f.person)
	return graph.Node("Profile", fs, graph.Names("first_name", "last_name", "profile_pic"), func(w graph.Field) (any, bool, bool, *graph.Fault) {
		switch w.Name {
		case "id":
			return f.id, true, true, nil
		case "name":
			return f.person.Name, true, true, nil
		case "first_name":
			return first, true, true, nil
		case "last_name":
			return last, true, true, nil
		case "profile_pic", "pic":
			return v.base + "/picture/" + f.id + ".png", true, true, nil
		case "picture":
			return map[string]any{"data": v.picture(f.id)}, true, true, nil
		}
		return nil, false, false, nil
	})
}

func firstLast(p sandbox.Person) (string, string) {
	for i, c := range p.Name {
		if c == ' ' {
			return p.Name[:i], p.Name[i+1:]
		}
	}
	return p.Name, ""
}

// tail is the last number of an id.
func tail(id string) string {
	return id[strings.LastIndexByte(id, '_')+1:]
}
