package youtube

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/kithhq/kith/internal/sandbox"
)

// show is a video in YouTube's form, with the parts that were asked for.
func (n *Network) show(v *video, parts []string, base string) map[string]any {
	now := n.stage.Clock.Now()
	out := map[string]any{"kind": "youtube#video", "etag": etag(v.id, v.meta, len(v.likes), v.views), "id": v.id}
	upload, processing := v.status(now)
	for _, p := range parts {
		switch p {
		case "snippet":
			at := v.uploaded
			if !v.seen.IsZero() {
				at = v.seen
			}
			s := map[string]any{"publishedAt": stamp(at), "channelId": v.owner.id, "channelTitle": v.owner.title, "title": v.meta.Title,
				"description": v.meta.Description, "categoryId": v.meta.Category, "liveBroadcastContent": "none", "thumbnails": thumbnails(base, v.id),
				"localized": map[string]any{"title": v.meta.Title, "description": v.meta.Description}}
			if len(v.meta.Tags) > 0 {
				s["tags"] = v.meta.Tags
			}
			if v.meta.Language != "" {
				s["defaultLanguage"] = v.meta.Language
			}
			out["snippet"] = s
		case "status":
			s := map[string]any{"uploadStatus": upload, "privacyStatus": v.privacy(now), "license": v.meta.License, "embeddable": v.meta.Embeddable,
				"publicStatsViewable": v.meta.Stats, "madeForKids": v.meta.Kids, "selfDeclaredMadeForKids": v.meta.Kids, "containsSyntheticMedia": v.meta.Synthetic}
			switch upload {
			case "failed":
				s["failureReason"] = v.end.reason
			case "rejected":
				s["rejectionReason"] = v.end.reason
			}
			if !v.meta.PublishAt.IsZero() && now.Before(v.meta.PublishAt) {
				s["publishAt"] = stamp(v.meta.PublishAt)
			}
			out["status"] = s
		case "processingDetails":
			s := map[string]any{"processingStatus": processing, "fileDetailsAvailability": "available", "thumbnailsAvailability": "available"}
			if processing == "processing" {
				left := v.ready.Sub(now).Milliseconds()
				s["processingProgress"] = map[string]any{"partsTotal": "1000", "partsProcessed": "500", "timeLeftMs": strconv.FormatInt(left, 10)}
			}
			if processing == "failed" {
				s["processingFailureReason"] = "transcodeFailed"
			}
			out["processingDetails"] = s
		case "statistics":
			out["statistics"] = map[string]any{"viewCount": count(v.views), "likeCount": count(len(v.likes)), "favoriteCount": "0", "commentCount": count(v.talk())}
		case "contentDetails":
			out["contentDetails"] = map[string]any{"duration": "PT30S", "dimension": "2d", "definition": "hd", "caption": "false", "hasCustomThumbnail": v.thumb != ""}
		case "paidProductPlacementDetails":
			out["paidProductPlacementDetails"] = map[string]any{"hasPaidProductPlacement": v.meta.Paid}
		case "fileDetails":
			out["fileDetails"] = map[string]any{"fileSize": count(v.size), "fileType": "video"}
		case "player":
			out["player"] = map[string]any{"embedHtml": `<iframe src="//www.youtube.com/embed/` + v.id + `"></iframe>`}
		}
	}
	return out
}

// count writes a number as the Data API writes those of 64 bits.
func count[T int | int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// talk is how many comments are to be seen below a video.
func (v *video) talk() int {
	all := 0
	for _, t := range v.threads {
		if t.deleted || t.state != "published" {
			continue
		}
		all++
		for _, r := range t.replies {
			if !r.deleted && r.state == "published" {
				all++
			}
		}
	}
	return all
}

// owners are the parts that the owner of a video alone may see.
func owners() []string {
	return []string{"processingDetails", "fileDetails", "paidProductPlacementDetails"}
}

func (a *ask) listVideos() (any, *fault) {
	ids := split(a.query["id"])
	switch {
	case len(ids) == 0:
		return nil, bad("youtube.parameter", "missingRequiredParameter", "No filter selected. Expected one of: myRating, chart, id").at("parameters.")
	case len(ids) > 50:
		return nil, bad("youtube.parameter", "invalidParameter", "At most 50 ids.").at("id")
	case a.get("maxResults") != "" || a.get("pageToken") != "":
		return nil, bad("youtube.parameter", "incompatibleParameters", "maxResults and pageToken are not supported together with id.").at("id")
	}
	parts := split(a.query["part"])
	var items []map[string]any
	for _, id := range ids {
		v := a.n.find(id)
		if v == nil || v.owner != a.me && !v.watchable(a.now) {
			continue // what is not there is left out without a word
		}
		if v.owner != a.me && slices.ContainsFunc(parts, func(p string) bool { return slices.Contains(owners(), p) }) {
			return nil, no(http.StatusForbidden, "youtube.video", "forbidden", "The request cannot access user-private data of this video.").at("part")
		}
		items = append(items, a.n.show(v, parts, a.base))
	}
	return listed("videoListResponse", items, "", len(items)), nil
}

// own finds a video of the account that asks.
func (a *ask) own(id string) (*video, *fault) {
	v := a.n.find(id)
	if v == nil {
		return nil, no(http.StatusNotFound, "youtube.video", "videoNotFound", "The video that you are trying to change cannot be found. Check the value of the id.").at("body.id")
	}
	if v.owner != a.me {
		return nil, no(http.StatusForbidden, "youtube.video", "forbidden", "Forbidden")
	}
	return v, nil
}

func (a *ask) updateVideo() (any, *fault) {
	var res resource
	if f := decode(a.body, &res); f != nil {
		return nil, f
	}
	v, f := a.own(res.ID)
	if f != nil {
		return nil, f
	}
	parts := split(a.query["part"])
	if slices.Contains(parts, "snippet") && (res.Snippet == nil || res.Snippet.CategoryID == "") {
		return nil, bad("youtube.video", "invalidCategoryId", "The snippet.categoryId property specifies an invalid category ID.").at("body.snippet.categoryId")
	}
	next, f := res.apply(v.meta, parts, a.now)
	if f != nil {
		return nil, f
	}
	if a.n.options.Unaudited {
		next.Privacy = "private"
	}
	if slices.Contains(parts, "snippet") {
		a.call.Accept(sandbox.Entry{Action: sandbox.Edit, Account: a.me.id, Object: v.id, Text: next.Description})
	}
	v.meta = next
	if v.seen.IsZero() && next.Privacy != "private" {
		a.n.appear(a.call, v)
	}
	return a.n.show(v, parts, a.base), nil
}

func (a *ask) deleteVideo() (any, *fault) {
	v, f := a.own(a.get("id"))
	if f != nil {
		return nil, f
	}
	v.deleted = true
	v.owner.videos = slices.DeleteFunc(v.owner.videos, func(o *video) bool { return o == v })
	a.call.Accept(sandbox.Entry{Action: sandbox.Delete, Account: a.me.id, Object: v.id})
	return nil, nil
}

func (a *ask) setThumbnail() (any, *fault) {
	v, f := a.own(a.get("videoId"))
	if f != nil {
		return nil, no(http.StatusNotFound, "youtube.thumbnail", "videoNotFound", "The video cannot be found.").at("videoId")
	}
	kind := http.DetectContentType(a.body)
	switch {
	case a.n.options.Unverified:
		return nil, no(http.StatusForbidden, "youtube.thumbnail", "forbidden", "The authenticated user doesnt have permissions to upload and set custom video thumbnails.")
	case len(a.body) == 0:
		return nil, bad("youtube.thumbnail", "mediaBodyRequired", "The request does not include the image content.")
	case len(a.body) > thumbMost || kind != "image/jpeg" && kind != "image/png" || a.kind != kind && a.kind != "application/octet-stream":
		return nil, bad("youtube.thumbnail", "invalidImage", "The provided image content is invalid.")
	}
	a.call.Accept(sandbox.Entry{Action: sandbox.Edit, Account: a.me.id, Object: v.id, Parent: v.id, Text: "thumbnail", Repeat: v.thumb != ""})
	v.thumb = kind
	return map[string]any{"kind": "youtube#thumbnailSetResponse", "etag": etag(v.id), "items": []any{thumbnails(a.base, v.id)}}, nil
}
