package mastodon

import "slices"

func (n *Network) version() string {
	if n.options.GoToSocial {
		return "0.20.0+git-rehearsal"
	}
	return "4.7.0"
}

func (n *Network) configuration(q *request) object {
	most, link, files := n.options.most()
	return object{
		"urls":     object{"streaming": "ws" + q.host[len("http"):]},
		"accounts": object{"max_featured_tags": 10, "max_pinned_statuses": 5},
		"statuses": object{"max_characters": most, "max_media_attachments": files, "characters_reserved_per_url": link},
		"media_attachments": object{"supported_mime_types": types(), "description_limit": altLimit, "image_size_limit": n.options.ImageLimit,
			"image_matrix_limit": matrixLimit, "video_size_limit": n.options.VideoLimit, "video_frame_rate_limit": 120, "video_matrix_limit": 8294400},
		"polls":       object{"max_options": n.options.PollAnswers, "max_characters_per_option": n.options.PollAnswer, "min_expiration": 300, "max_expiration": 2629746},
		"translation": object{"enabled": false},
	}
}

func (n *Network) instance(q *request) (any, *problem) {
	view := object{"domain": n.options.Domain, "title": "Rehearsal", "version": n.version(), "source_url": "https://github.com/mastodon/mastodon",
		"description": "An instance on a stage.", "usage": object{"users": object{"active_month": len(n.accounts)}},
		"thumbnail": object{"url": q.host + "/avatars/missing.png"}, "icon": []any{}, "languages": []string{"en", "fr"},
		"configuration": n.configuration(q), "registrations": object{"enabled": false, "approval_required": false, "message": nil, "url": nil},
		"contact": object{"email": "admin@example.com", "account": nil}, "rules": []any{}}
	if !n.options.GoToSocial { // its description has no such field
		view["api_versions"] = object{"mastodon": 7}
	}
	return view, nil
}

func (n *Network) instanceV1(q *request) (any, *problem) {
	conf := n.configuration(q)
	return object{"uri": n.options.Domain, "title": "Rehearsal", "short_description": "An instance on a stage.", "description": "An instance on a stage.",
		"email": "admin@example.com", "version": n.version(), "urls": object{"streaming_api": "ws" + q.host[len("http"):]},
		"stats":     object{"user_count": len(n.accounts), "status_count": len(n.statuses), "domain_count": 2},
		"thumbnail": q.host + "/avatars/missing.png", "languages": []string{"en"}, "registrations": false, "approval_required": false,
		"invites_enabled": false, "configuration": conf, "contact_account": nil, "rules": []any{}}, nil
}

func types() []string {
	return []string{"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/webm", "video/quicktime", "audio/mpeg", "audio/ogg", "audio/wave"}
}

func supported(kind string) bool { return slices.Contains(types(), kind) }
