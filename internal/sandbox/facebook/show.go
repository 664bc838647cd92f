package facebook

import (
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// view is what one call needs to show things.
type view struct {
	n     *Network
	now   time.Time
	base  string // scheme and host the caller used
	token string
}

// node answers the wanted fields of something; known says each field's value, and whether it has one: Graph leaves out what is empty.
func node(kind string, wanted, usual []field, known func(field) (value any, has, exists bool, f *fault)) (map[string]any, *fault) {
	if wanted == nil {
		wanted = usual
	}
	out := make(map[string]any, len(wanted)+1)
	for _, w := range append(wanted[:len(wanted):len(wanted)], field{name: "id"}) {
		v, has, exists, f := known(w)
		if f != nil {
			return nil, f
		}
		if !exists {
			return nil, invalid("Tried accessing nonexisting field (%s) on node type (%s)", w.name, kind)
		}
		if has {
			out[w.key()] = v
		}
	}
	return out, nil
}

func (v *view) who(a author, fs []field) (any, *fault) {
	if fs == nil {
		return map[string]any{"name": a.name, "id": a.id}, nil
	}
	return node("Profile", fs, nil, func(f field) (any, bool, bool, *fault) {
		switch f.name {
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

func (v *view) page(p *page, fs []field) (map[string]any, *fault) {
	return node("Page", fs, names("name"), func(f field) (any, bool, bool, *fault) {
		switch f.name {
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

func (v *view) post(o *post, fs []field) (any, *fault) {
	return node("PagePost", fs, names("created_time", "message"), func(f field) (any, bool, bool, *fault) {
		switch f.name {
		case "id":
			return o.id, true, true, nil
		case "message":
			return o.message, o.message != "", true, nil
		case "created_time":
			return stamp(o.created), true, true, nil
		case "updated_time":
			return stamp(o.updated), true, true, nil
		case "from":
			a, err := v.who(o.from, f.inner)
			return a, true, true, err
		case "permalink_url":
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
			l, err := v.postInsights(o, f.mods["metric"], f.mods["period"])
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
	if len(o.photos) == 0 && o.link == "" {
		return nil, false
	}
	address := "https://www.facebook.com/" + o.page.id + "/posts/" + o.number + "/"
	var one map[string]any
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

func (v *view) comment(c *comment, fs []field) (any, *fault) {
	return node("Comment", fs, names("created_time", "from", "message"), func(f field) (any, bool, bool, *fault) {
		switch f.name {
		case "id":
			return c.id, true, true, nil
		case "message":
			return c.message, true, true, nil
		case "created_time":
			return stamp(c.created), true, true, nil
		case "from":
			a, err := v.who(c.from, f.inner)
			return a, true, true, err
		case "parent":
			if c.parent == nil {
				return nil, false, true, nil
			}
			inner := f.inner
			if inner == nil {
				inner = names("created_time", "from", "message", "id")
			}
			p, err := v.comment(c.parent, inner)
			return p, true, true, err
		case "object":
			o, err := v.post(c.post, f.inner)
			return o, true, true, err
		case "permalink_url":
			return c.permalink(), true, true, nil
		case "attachment":
			if c.photo == nil {
				return nil, false, true, nil
			}
			return v.attachment(c.photo), true, true, nil
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

func (v *view) photo(p *photo, fs []field) (map[string]any, *fault) {
	return node("Photo", fs, names("created_time", "name"), func(f field) (any, bool, bool, *fault) {
		switch f.name {
		case "id":
			return p.id, true, true, nil
		case "name":
			return p.name, p.name != "", true, nil
		case "alt_text", "alt_text_custom":
			return p.alt, p.alt != "", true, nil
		case "created_time", "updated_time":
			return stamp(p.created), true, true, nil
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
			a, err := v.who(p.page.self(), f.inner)
			return a, true, true, err
		}
		return nil, false, false, nil
	})
}

func (v *view) reactions(of string, all []reaction, f field) (any, *fault) {
	get := func(name string) string { return f.mods[name] }
	w, err := cut(get, 25)
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
	l, err := part(w, kept, func(r reaction) string { return r.by.id }, func(r reaction) (any, *fault) {
		out := map[string]any{"id": r.by.id, "name": r.by.name}
		if f.name == "reactions" {
			out["type"] = r.kind
		}
		return out, nil
	}, v.links(of+"/"+f.name, mods(f)))
	l.Summary = w.sum(map[string]any{"total_count": len(kept), "viewer_reaction": "NONE"})
	return l, err
}

func mods(f field) url.Values {
	q := url.Values{}
	for k, x := range f.mods {
		q.Set(k, x)
	}
	return q
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

func (v *view) profile(f *profile, fs []field) (map[string]any, *fault) {
	first, last := firstLast(f.person)
	return node("Profile", fs, names("first_name", "last_name", "profile_pic"), func(w field) (any, bool, bool, *fault) {
		switch w.name {
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
