package youtube

import (
	"net/http"
	"slices"
	"strings"
)

func (a *ask) listChannels() (any, *fault) {
	ids := split(a.query["id"])
	if (a.get("mine") == "true") == (len(ids) > 0) {
		return nil, bad("youtube.parameter", "missingRequiredParameter", "No filter selected. Expected one of: id, mine").at("parameters.")
	}
	var items []map[string]any
	for _, c := range a.n.order {
		if a.get("mine") == "true" && c == a.me || slices.Contains(ids, c.id) {
			items = append(items, a.channel(c))
		}
	}
	return listed("channelListResponse", items, "", len(items)), nil
}

func (a *ask) channel(c *channel) map[string]any {
	out := map[string]any{"kind": "youtube#channel", "etag": etag(c.id, len(c.followers)), "id": c.id}
	var views int64
	videos := 0
	for _, v := range c.videos {
		views += v.views
		if v.watchable(a.now) && v.privacy(a.now) == "public" {
			videos++
		}
	}
	for _, p := range split(a.query["part"]) {
		switch p {
		case "snippet":
			out[p] = map[string]any{"title": c.title, "description": "", "customUrl": "@" + c.handle, "publishedAt": stamp(c.created),
				"thumbnails": thumbnails(a.base, c.id), "localized": map[string]any{"title": c.title, "description": ""}, "country": "FR"}
		case "statistics":
			out[p] = map[string]any{"viewCount": count(views), "subscriberCount": count(1200 + len(c.followers)), "hiddenSubscriberCount": false, "videoCount": count(videos)}
		case "contentDetails":
			out[p] = map[string]any{"relatedPlaylists": map[string]any{"likes": "", "uploads": c.uploads()}}
		case "status":
			out[p] = map[string]any{"privacyStatus": "public", "isLinked": true, "longUploadsStatus": c.long, "madeForKids": false}
		}
	}
	return out
}

func (a *ask) listPlaylists() (any, *fault) {
	if a.get("mine") != "true" {
		return nil, bad("youtube.parameter", "missingRequiredParameter", "No filter selected. Expected one of: mine").at("parameters.")
	}
	lists, next, f := page(a, a.me.playlists, 50, 5, func(p *playlist) string { return p.id })
	if f != nil {
		return nil, f
	}
	var items []map[string]any
	for _, p := range lists {
		out := map[string]any{"kind": "youtube#playlist", "etag": etag(p.id, len(p.items)), "id": p.id}
		for _, part := range split(a.query["part"]) {
			switch part {
			case "snippet":
				out[part] = map[string]any{"publishedAt": stamp(p.created), "channelId": a.me.id, "channelTitle": a.me.title, "title": p.title, "description": "",
					"thumbnails": thumbnails(a.base, p.id), "localized": map[string]any{"title": p.title, "description": ""}}
			case "status":
				out[part] = map[string]any{"privacyStatus": p.privacy}
			case "contentDetails":
				out[part] = map[string]any{"itemCount": len(p.items)}
			}
		}
		items = append(items, out)
	}
	return listed("playlistListResponse", items, next, len(a.me.playlists)), nil
}

// AddPlaylist makes a playlist on a channel.
func (n *Network) AddPlaylist(channelID, title string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.channels[channelID]
	p := &playlist{id: "PL" + n.opaque(32), title: title, privacy: "public", owner: c, created: n.stage.Clock.Now()}
	n.playlists[p.id] = p
	c.playlists = append(c.playlists, p)
	return p.id
}

// Playlist are the ids of the videos of a playlist, in their order.
func (n *Network) Playlist(id string) (all []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, i := range n.playlists[id].items {
		all = append(all, i.video.id)
	}
	return all
}

// contents is what stands in a playlist: uploads are the newest first, the owner's private ones too.
func (a *ask) contents(id string) (string, []item, *fault) {
	if id == a.me.uploads() {
		var all []item
		for _, v := range slices.Backward(a.me.videos) {
			if !v.deleted && !a.now.Before(v.listed) {
				all = append(all, item{id: "VV" + v.id, video: v, at: v.uploaded})
			}
		}
		slices.SortStableFunc(all, func(x, y item) int { return y.at.Compare(x.at) })
		return id, all, nil
	}
	p := a.n.playlists[id]
	if p == nil {
		return "", nil, no(http.StatusNotFound, "youtube.playlistItem", "playlistNotFound", "The playlist identified with the request's playlistId parameter cannot be found.").at("playlistId")
	}
	return id, slices.DeleteFunc(slices.Clone(p.items), func(i item) bool { return i.video.deleted }), nil
}

func (a *ask) listItems() (any, *fault) {
	if a.get("playlistId") == "" {
		return nil, bad("youtube.parameter", "missingRequiredParameter", "No filter selected. Expected one of: playlistId, id").at("parameters.")
	}
	id, all, f := a.contents(a.get("playlistId"))
	if f != nil {
		return nil, f
	}
	if want := a.get("videoId"); want != "" {
		all = slices.DeleteFunc(all, func(i item) bool { return i.video.id != want })
	}
	some, next, f := page(a, all, 50, 5, func(i item) string { return i.id })
	if f != nil {
		return nil, f
	}
	var items []map[string]any
	for i, it := range some {
		items = append(items, a.item(id, it, i))
	}
	return listed("playlistItemListResponse", items, next, len(all)), nil
}

func (a *ask) item(list string, it item, position int) map[string]any {
	v := it.video
	out := map[string]any{"kind": "youtube#playlistItem", "etag": etag(it.id), "id": it.id}
	for _, part := range split(a.query["part"]) {
		switch part {
		case "snippet":
			out[part] = map[string]any{"publishedAt": stamp(it.at), "channelId": a.me.id, "channelTitle": a.me.title, "title": v.meta.Title,
				"description": v.meta.Description, "playlistId": list, "position": position, "thumbnails": thumbnails(a.base, v.id),
				"resourceId": map[string]any{"kind": "youtube#video", "videoId": v.id}, "videoOwnerChannelId": v.owner.id, "videoOwnerChannelTitle": v.owner.title}
		case "contentDetails":
			d := map[string]any{"videoId": v.id}
			if at := v.seen; !at.IsZero() {
				d["videoPublishedAt"] = stamp(at)
			}
			out[part] = d
		case "status":
			out[part] = map[string]any{"privacyStatus": v.privacy(a.now)}
		}
	}
	return out
}

func (a *ask) insertItem() (any, *fault) {
	var body struct {
		Snippet struct {
			PlaylistID string `json:"playlistId"`
			Position   *int   `json:"position"`
			ResourceID struct {
				Kind    string `json:"kind"`
				VideoID string `json:"videoId"`
			} `json:"resourceId"`
		} `json:"snippet"`
	}
	if f := decode(a.body, &body); f != nil {
		return nil, f
	}
	p := a.n.playlists[body.Snippet.PlaylistID]
	v := a.n.find(body.Snippet.ResourceID.VideoID)
	switch {
	case strings.HasPrefix(body.Snippet.PlaylistID, "UU"):
		return nil, bad("youtube.playlistItem", "playlistOperationUnsupported", "The API does not support the ability to insert videos into the specified playlist.")
	case p == nil:
		return nil, no(http.StatusNotFound, "youtube.playlistItem", "playlistNotFound", "The playlist cannot be found.").at("body.snippet.playlistId")
	case p.owner != a.me:
		return nil, no(http.StatusForbidden, "youtube.playlistItem", "playlistItemsNotAccessible", "Forbidden")
	case body.Snippet.ResourceID.Kind != "youtube#video":
		return nil, bad("youtube.playlistItem", "invalidResourceType", "The type specified for the resource that is being set is not supported.")
	case v == nil:
		return nil, no(http.StatusNotFound, "youtube.playlistItem", "videoNotFound", "Video not found.").at("body.snippet.resourceId.videoId")
	}
	it := item{id: "UE" + a.n.opaque(44), video: v, at: a.now} // twice the same video is allowed
	p.items = append(p.items, it)
	a.call.Accept(sandboxEdit(a.me.id, it.id, v.id))
	return a.item(p.id, it, len(p.items)-1), nil
}

func (a *ask) listSubscribers() (any, *fault) {
	if a.get("myRecentSubscribers") != "true" {
		return nil, bad("youtube.parameter", "missingRequiredParameter", "No filter selected. Expected one of: myRecentSubscribers").at("parameters.")
	}
	all := slices.Clone(a.me.followers)
	slices.Reverse(all)
	some, next, f := page(a, all, 50, 5, func(f follow) string { return f.by.id })
	if f != nil {
		return nil, f
	}
	var items []map[string]any
	for _, s := range some {
		out := map[string]any{"kind": "youtube#subscription", "etag": etag(s.by.id), "id": "sub-" + s.by.id}
		for _, part := range split(a.query["part"]) {
			switch part {
			case "snippet":
				out[part] = map[string]any{"publishedAt": stamp(s.at), "title": a.me.title, "description": "", "channelId": s.by.id,
					"resourceId": map[string]any{"kind": "youtube#channel", "channelId": a.me.id}, "thumbnails": thumbnails(a.base, a.me.id)}
			case "subscriberSnippet":
				out[part] = map[string]any{"title": s.by.person.Name, "description": "", "channelId": s.by.id, "thumbnails": thumbnails(a.base, s.by.id)}
			}
		}
		items = append(items, out)
	}
	return listed("subscriptionListResponse", items, next, len(all)), nil
}
