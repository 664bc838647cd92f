package lemmy

import (
	"strconv"
	"strings"
)

// How what is kept is shown to the one who asks. What is absent is left out, as
// the published types say.

// actorID is where somebody or something lives: our own server is called by its
// domain, whatever address it is asked at.
func (n *Network) actorID(what, server string) string {
	if server == "" {
		server = n.options.Domain
	}
	return "https://" + server + "/" + what
}

func (n *Network) personView(q *request, m *member) object {
	view := object{"id": m.id, "name": m.name, "banned": m.banned, "published": stamp(m.made), "actor_id": n.actorID("u/"+m.name, m.server), "local": m.server == "",
		"deleted": false, "bot_account": false, "instance_id": 1}
	if m.display != "" {
		view["display_name"] = m.display
	}
	if m.person != nil {
		view["avatar"] = q.host + "/faces/" + key(m.id) + ".png"
	}
	return view
}

func (n *Network) personCounts(m *member) object {
	posts, comments := 0, 0
	for _, one := range n.posts {
		if one.by == m && !one.deleted {
			posts++
		}
	}
	for _, one := range n.comments {
		if one.by == m && !one.deleted {
			comments++
		}
	}
	return object{"person_id": m.id, "post_count": posts, "comment_count": comments}
}

func (n *Network) userView(m *member) object {
	return object{"id": m.id, "person_id": m.id, "show_nsfw": false, "theme": "browser", "default_sort_type": "Active", "default_listing_type": "Local",
		"interface_language": "browser", "show_avatars": true, "send_notifications_to_email": false, "show_scores": true, "show_bot_accounts": true,
		"show_read_posts": true, "email_verified": true, "accepted_application": true, "open_links_in_new_tab": false, "blur_nsfw": true, "auto_expand": false,
		"infinite_scroll_enabled": false, "admin": false, "post_listing_mode": "List", "totp_2fa_enabled": m.code != "", "enable_keyboard_navigation": false,
		"enable_animated_images": true, "collapse_bot_comments": false}
}

func (n *Network) communityView(_ *request, c *community) object {
	return object{"id": c.id, "name": c.name, "title": c.title, "removed": false, "published": stamp(c.made), "deleted": false, "nsfw": c.nsfw,
		"actor_id": n.actorID("c/"+c.name, ""), "local": true, "hidden": false, "posting_restricted_to_mods": c.closed, "instance_id": 1, "visibility": "Public"}
}

func (n *Network) siteView(q *request) object {
	at := stamp(n.stage.Clock.Now())
	return object{"site": object{"id": 1, "name": "Lemmy", "published": at, "actor_id": n.actorID("", ""), "last_refreshed_at": at, "inbox_url": q.host + "/site_inbox",
		"public_key": "-", "instance_id": 1},
		"local_site": object{"id": 1, "site_id": 1, "site_setup": true, "enable_downvotes": true, "enable_nsfw": true, "community_creation_admin_only": false,
			"require_email_verification": false, "private_instance": false, "default_theme": "browser", "default_post_listing_type": "Local", "hide_modlog_mod_names": true,
			"application_email_admins": false, "actor_name_max_length": 20, "federation_enabled": true, "captcha_enabled": false, "captcha_difficulty": "medium",
			"published": at, "registration_mode": "Open", "reports_email_admins": false, "federation_signed_fetch": false, "default_post_listing_mode": "List",
			"default_sort_type": "Active"},
		"local_site_rate_limit": object{"local_site_id": 1, "message": n.options.Messages, "message_per_second": 60, "post": n.options.Posts, "post_per_second": 600,
			"register": 10, "register_per_second": 3600, "image": n.options.Images, "image_per_second": 3600, "comment": n.options.Comments, "comment_per_second": 600,
			"search": 60, "search_per_second": 600, "published": at, "import_user_settings": 1, "import_user_settings_per_second": 86400},
		"counts": object{"site_id": 1, "users": len(n.members), "posts": len(n.posts), "comments": len(n.comments), "communities": len(n.communities),
			"users_active_day": 1, "users_active_week": 1, "users_active_month": 1, "users_active_half_year": 1}}
}

func sums(votes map[int64]int) (up, down int) {
	for _, v := range votes {
		if v > 0 {
			up++
		} else if v < 0 {
			down++
		}
	}
	return up, down
}

// mind says whether the asker may read what was taken away: who wrote it may, and
// moderators what they removed.
func mind(q *request, by *member, c *community, deleted, removed bool) bool {
	if q.me == nil {
		return !deleted && !removed
	}
	return q.me == by || !deleted && (!removed || c.mods[q.me.id])
}

func (n *Network) plainPost(one *post) object {
	view := object{"id": one.id, "name": one.name, "creator_id": one.by.id, "community_id": one.in.id, "removed": one.removed, "locked": one.locked,
		"published": stamp(one.published), "deleted": one.deleted, "nsfw": one.nsfw, "ap_id": n.actorID("post/"+key(one.id), ""), "local": one.by.server == "",
		"language_id": one.language, "featured_community": one.featured, "featured_local": false}
	for name, value := range map[string]string{"body": one.body, "url": one.url, "alt_text": one.alt} {
		if value != "" {
			view[name] = value
		}
	}
	if one.updated != nil {
		view["updated"] = stamp(*one.updated)
	}
	return view
}

// around is what stands in the views of posts and of comments.
func (n *Network) around(q *request, by *member, c *community, votes map[int64]int) object {
	view := object{"creator": n.personView(q, by), "community": n.communityView(q, c), "creator_banned_from_community": c.banned[by.id],
		"banned_from_community": q.me != nil && c.banned[q.me.id], "creator_is_moderator": c.mods[by.id], "creator_is_admin": false, "subscribed": "Subscribed",
		"saved": false, "creator_blocked": q.me != nil && q.me.blocks[by.id]}
	if q.me != nil && votes[q.me.id] != 0 {
		view["my_vote"] = votes[q.me.id]
	}
	return view
}

func (n *Network) postView(q *request, one *post) object {
	view := n.around(q, one.by, one.in, one.votes)
	up, down := sums(one.votes)
	comments := 0
	for _, c := range n.comments {
		if c.below == one && !c.deleted && !c.removed && !c.listed.After(q.now) {
			comments++
		}
	}
	view["post"], view["read"], view["hidden"], view["unread_comments"] = n.plainPost(one), true, false, 0
	if !mind(q, one.by, one.in, one.deleted, one.removed) {
		delete(view["post"].(object), "body")
	}
	view["counts"] = object{"post_id": one.id, "comments": comments, "score": up - down, "upvotes": up, "downvotes": down, "published": stamp(one.published),
		"newest_comment_time": stamp(one.newest)}
	return view
}

func (n *Network) commentView(q *request, one *comment) object {
	view := n.around(q, one.by, one.below.in, one.votes)
	path := []string{"0"}
	for _, id := range one.path {
		path = append(path, strconv.FormatInt(id, 10))
	}
	said := object{"id": one.id, "creator_id": one.by.id, "post_id": one.below.id, "content": one.content, "removed": one.removed, "published": stamp(one.published),
		"deleted": one.deleted, "ap_id": n.actorID("comment/"+key(one.id), one.by.server), "local": one.by.server == "", "path": strings.Join(path, "."),
		"distinguished": false, "language_id": 0}
	if one.updated != nil {
		said["updated"] = stamp(*one.updated)
	}
	if !mind(q, one.by, one.below.in, one.deleted, one.removed) {
		said["content"] = ""
	}
	up, down := sums(one.votes)
	children := 0
	for _, other := range n.comments {
		if len(other.path) > len(one.path) && other.path[len(one.path)-1] == one.id {
			children++
		}
	}
	view["comment"], view["post"] = said, n.plainPost(one.below)
	view["counts"] = object{"comment_id": one.id, "score": up - down, "upvotes": up, "downvotes": down, "published": stamp(one.published), "child_count": children}
	return view
}

func (n *Network) messageView(q *request, one *message) object {
	said := object{"id": one.id, "creator_id": one.by.id, "recipient_id": one.to.id, "content": one.content, "deleted": one.deleted, "read": false,
		"published": stamp(one.published), "ap_id": n.actorID("private_message/"+key(one.id), one.by.server), "local": one.by.server == ""}
	if one.updated != nil {
		said["updated"] = stamp(*one.updated)
	}
	return object{"private_message": said, "creator": n.personView(q, one.by), "recipient": n.personView(q, one.to)}
}
