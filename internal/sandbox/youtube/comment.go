package youtube

import (
	"html"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
)

func sandboxEdit(account, object, parent string) sandbox.Entry {
	return sandbox.Entry{Action: sandbox.Edit, Account: account, Object: object, Parent: parent}
}

// say makes a comment; the mutex is held. above is the top-level comment of an answer.
func (n *Network) say(v *video, above *comment, text string, at, listed time.Time) *comment {
	c := &comment{video: v, parent: above, text: text, at: at, updated: at, listed: listed, state: "published", likes: map[string]bool{}}
	if above == nil {
		c.id = "Ug" + n.opaque(18) + "4AaABAg"
		v.threads = append(v.threads, c)
	} else {
		c.id = above.id + "." + n.opaque(22)
		above.replies = append(above.replies, c)
	}
	n.comments[c.id] = c
	n.today(v.owner).comments++
	return c
}

// words checks a text that is to be said.
func words(domain, text string) *fault {
	switch {
	case strings.TrimSpace(text) == "":
		return bad(domain, "commentTextRequired", "The comment resource that is being inserted must specify a value for the textOriginal property. Comments cannot be empty.").at("body.snippet.textOriginal")
	case utf8.RuneCountInString(text) > commentMost:
		return bad(domain, "commentTextTooLong", "The comment resource contains too many characters in the textOriginal property.").at("body.snippet.textOriginal")
	}
	return nil
}

// commentBody is a comment as a client may write one.
type commentBody struct {
	Kind    string `json:"kind"`
	ETag    string `json:"etag"`
	ID      string `json:"id"`
	Snippet struct {
		TextOriginal string `json:"textOriginal"`
		ParentID     string `json:"parentId"`
		ChannelID    string `json:"channelId"`
		VideoID      string `json:"videoId"`
	} `json:"snippet"`
}

func (a *ask) insertThread() (any, *fault) {
	var body struct {
		Kind    string `json:"kind"`
		Snippet struct {
			ChannelID string      `json:"channelId"`
			VideoID   string      `json:"videoId"`
			Top       commentBody `json:"topLevelComment"`
		} `json:"snippet"`
	}
	if f := decode(a.body, &body); f != nil {
		return nil, f
	}
	const domain = "youtube.commentThread"
	s := body.Snippet
	if s.ChannelID == "" || s.VideoID == "" {
		return nil, bad(domain, "channelOrVideoIdMissing", "Each comment thread must be linked to a channel or a video.").at("body.snippet")
	}
	if f := words(domain, s.Top.Snippet.TextOriginal); f != nil {
		return nil, f
	}
	v := a.n.find(s.VideoID)
	if v == nil || v.owner.id != s.ChannelID {
		return nil, no(http.StatusNotFound, domain, "videoNotFound", "The video identified by the videoId parameter could not be found.").at("body.snippet.videoId")
	}
	if f := v.closed(domain, a.now); f != nil {
		return nil, f
	}
	c := a.n.say(v, nil, s.Top.Snippet.TextOriginal, a.now, a.now)
	a.sign(c)
	a.call.Accept(sandbox.Entry{Action: sandbox.Reply, Account: a.me.id, Object: c.id, Parent: v.id, Text: c.text})
	return a.thread(c, "published"), nil
}

// closed refuses talk below what is for children or to be seen by nobody.
func (v *video) closed(domain string, now time.Time) *fault {
	if v.meta.Kids || v.privacy(now) == "private" {
		return no(http.StatusForbidden, domain, "commentsDisabled", "The video identified by the videoId parameter has disabled comments.").at("videoId")
	}
	return nil
}

func (a *ask) sign(c *comment) { c.by, c.name, c.viewerID = a.me.id, "@"+a.me.handle, a.me.id }

func (a *ask) insertComment() (any, *fault) {
	var body commentBody
	if f := decode(a.body, &body); f != nil {
		return nil, f
	}
	const domain = "youtube.comment"
	above := a.n.comments[body.Snippet.ParentID]
	switch {
	case body.Snippet.ParentID == "":
		return nil, bad(domain, "parentIdMissing", "The comment that is being inserted must be linked to a parent comment.").at("body.snippet.parentId")
	case above == nil || above.deleted:
		return nil, no(http.StatusNotFound, domain, "parentCommentNotFound", "The specified parent comment could not be found.").at("body.snippet.parentId")
	case above.parent != nil:
		return nil, bad(domain, "operationNotSupported", "The API user is not able to insert a comment in reply to the comment identified by the parentId: it is not a top-level comment.").at("body.snippet.parentId")
	case above.state != "published":
		return nil, no(http.StatusForbidden, domain, "parentCommentIsPrivate", "The specified parent comment is private.").at("body.snippet.parentId")
	}
	if f := words(domain, body.Snippet.TextOriginal); f != nil {
		return nil, f
	}
	if f := above.video.closed(domain, a.now); f != nil {
		return nil, f
	}
	c := a.n.say(above.video, above, body.Snippet.TextOriginal, a.now, a.now)
	a.sign(c)
	a.call.Accept(sandbox.Entry{Action: sandbox.Reply, Account: a.me.id, Object: c.id, Parent: above.id, Text: c.text})
	return a.comment(c), nil
}

// theirs finds a comment.
func (a *ask) theirs(id string) (*comment, *fault) {
	c := a.n.comments[id]
	if c == nil || c.deleted || c.parent != nil && c.parent.deleted {
		return nil, no(http.StatusNotFound, "youtube.comment", "commentNotFound", "The specified comment could not be found. Check the value of the request's id parameter to ensure that it is correct.").at("id")
	}
	return c, nil
}

func (a *ask) updateComment() (any, *fault) {
	var body commentBody
	if f := decode(a.body, &body); f != nil {
		return nil, f
	}
	c, f := a.theirs(body.ID)
	if f != nil {
		return nil, f
	}
	if c.by != a.me.id {
		return nil, no(http.StatusForbidden, "youtube.comment", "forbidden", "The comment could not be edited because of insufficient permissions.")
	}
	if f := words("youtube.comment", body.Snippet.TextOriginal); f != nil {
		return nil, f
	}
	c.text, c.updated = body.Snippet.TextOriginal, a.now
	a.call.Accept(sandbox.Entry{Action: sandbox.Edit, Account: a.me.id, Object: c.id, Text: c.text})
	return a.comment(c), nil
}

func (a *ask) deleteComment() (any, *fault) {
	c, f := a.theirs(a.get("id"))
	if f != nil {
		return nil, f
	}
	if c.by != a.me.id { // the owner of the video moderates, and does not delete
		return nil, no(http.StatusForbidden, "youtube.comment", "forbidden", "The comment could not be deleted because of insufficient permissions. The request might not be properly authorized.")
	}
	c.deleted = true
	a.call.Accept(sandbox.Entry{Action: sandbox.Delete, Account: a.me.id, Object: c.id})
	return nil, nil
}

func (a *ask) moderate() (any, *fault) {
	state, ids, ban := a.get("moderationStatus"), split(a.query["id"]), a.get("banAuthor") == "true"
	const domain = "youtube.comment"
	switch {
	case state == "likelySpam":
		return nil, bad(domain, "processingFailure", "The API server failed to successfully process the request.").at("moderationStatus")
	case ban && state != "rejected":
		return nil, bad(domain, "banWithoutRejection", "The banAuthor parameter can only be used if the moderationStatus parameter value is rejected.").at("banAuthor")
	case len(ids) > 50:
		return nil, bad(domain, "processingFailure", "At most 50 ids.").at("id")
	}
	var all []*comment
	for _, id := range ids {
		c, f := a.theirs(id)
		if f != nil {
			return nil, f
		}
		if c.video.owner != a.me || c.by == a.me.id {
			return nil, no(http.StatusForbidden, domain, "forbidden", "One or more of the comments cannot be moderated due to insufficient permissions.")
		}
		all = append(all, c)
	}
	for _, c := range all {
		c.state = state
		if ban {
			a.me.banned[c.by] = true
		}
		a.call.Accept(sandbox.Entry{Account: a.me.id, Object: c.id, Text: state})
	}
	return nil, nil
}

// comment is a comment in YouTube's form.
func (a *ask) comment(c *comment) map[string]any {
	text := c.text
	if f := a.get("textFormat"); f != "plainText" {
		text = strings.ReplaceAll(html.EscapeString(c.text), "\n", "<br>")
	}
	s := map[string]any{"textDisplay": text, "authorDisplayName": c.name, "authorProfileImageUrl": a.base + "/picture/" + c.by,
		"authorChannelUrl": "http://www.youtube.com/channel/" + c.by, "authorChannelId": map[string]any{"value": c.by}, "canRate": true,
		"viewerRating": "none", "likeCount": len(c.likes), "publishedAt": stamp(c.at), "updatedAt": stamp(c.updated)}
	if c.by == a.me.id { // the original text is promised to its author alone
		s["textOriginal"] = c.text
	}
	if c.parent != nil {
		s["parentId"] = c.parent.id
	} else {
		s["channelId"], s["videoId"] = c.video.owner.id, c.video.id
	}
	if c.video.owner == a.me && c.state != "published" && len(split(a.query["id"])) == 0 {
		s["moderationStatus"] = c.state
	}
	return map[string]any{"kind": "youtube#comment", "etag": etag(c.id, c.updated, len(c.likes)), "id": c.id, "snippet": s}
}

// shownReplies is how many answers a thread shows with itself.
const shownReplies = 5

// thread is a thread in YouTube's form, with the parts that were asked for.
func (a *ask) thread(c *comment, state string) map[string]any {
	replies := slices.DeleteFunc(slices.Clone(c.replies), func(r *comment) bool { return !r.visible(state, a.now) })
	out := map[string]any{"kind": "youtube#commentThread", "etag": etag(c.id, len(replies)), "id": c.id}
	if a.has("snippet") {
		out["snippet"] = map[string]any{"channelId": c.video.owner.id, "videoId": c.video.id, "topLevelComment": a.comment(c), "canReply": true,
			"totalReplyCount": len(replies), "isPublic": c.state == "published"}
	}
	if a.has("replies") && len(replies) > 0 {
		var some []map[string]any
		for _, r := range replies[:min(len(replies), shownReplies)] {
			some = append(some, a.comment(r))
		}
		out["replies"] = map[string]any{"comments": some}
	}
	return out
}

func (a *ask) listThreads() (any, *fault) {
	filters := 0
	for _, name := range []string{"id", "videoId", "channelId", "allThreadsRelatedToChannelId"} {
		if a.get(name) != "" {
			filters++
		}
	}
	if filters != 1 || a.get("channelId") != "" {
		return nil, bad("youtube.parameter", "missingRequiredParameter", "No filter selected. Expected one of: allThreadsRelatedToChannelId, videoId, id").at("parameters.")
	}
	state := a.get("moderationStatus")
	if state == "" {
		state = "published"
	}
	if state == "rejected" {
		return nil, bad("youtube.commentThread", "processingFailure", "The API does not provide a way to list rejected comments.").at("moderationStatus")
	}
	ids := split(a.query["id"])
	if len(ids) > 0 && (a.get("moderationStatus") != "" || a.get("order") != "" || a.get("pageToken") != "" || a.get("maxResults") != "") {
		return nil, bad("youtube.parameter", "incompatibleParameters", "This parameter is not supported together with id.").at("id")
	}
	all, f := a.threads(ids, state)
	if f != nil {
		return nil, f
	}
	some, next := all, ""
	if len(ids) == 0 {
		if some, next, f = page(a, all, 100, 20, func(c *comment) string { return c.id }); f != nil {
			return nil, f
		}
	}
	var items []map[string]any
	for _, c := range some {
		items = append(items, a.thread(c, state))
	}
	return listed("commentThreadListResponse", items, next, len(items)), nil
}

// threads finds those that a list is about, the newest first. With a state besides published, a thread is listed for an answer too.
func (a *ask) threads(ids []string, state string) ([]*comment, *fault) {
	var all []*comment
	if len(ids) > 0 {
		for _, id := range ids {
			if c := a.n.comments[id]; c != nil && c.parent == nil && !c.deleted && c.state != "rejected" {
				all = append(all, c)
			}
		}
		return all, nil
	}
	videos := a.me.videos
	if id := a.get("videoId"); id != "" {
		v := a.n.find(id)
		if v == nil || v.owner != a.me && !v.watchable(a.now) {
			return nil, no(http.StatusNotFound, "youtube.commentThread", "videoNotFound", "The video identified by the videoId parameter could not be found.").at("videoId")
		}
		if v.meta.Kids {
			return nil, v.closed("youtube.commentThread", a.now)
		}
		videos = []*video{v}
	} else if id := a.get("allThreadsRelatedToChannelId"); id != a.me.id {
		return nil, no(http.StatusForbidden, "youtube.commentThread", "forbidden", "One or more of the requested comment threads cannot be retrieved due to insufficient permissions.").at("allThreadsRelatedToChannelId")
	}
	for _, v := range videos {
		if v.owner != a.me && state != "published" {
			return nil, no(http.StatusForbidden, "youtube.commentThread", "forbidden", "One or more of the requested comment threads cannot be retrieved due to insufficient permissions.").at("moderationStatus")
		}
		for _, c := range v.threads {
			if c.visible(state, a.now) || state != "published" && !c.deleted && slices.ContainsFunc(c.replies, func(r *comment) bool { return r.visible(state, a.now) }) {
				all = append(all, c)
			}
		}
	}
	slices.SortStableFunc(all, func(x, y *comment) int { return y.at.Compare(x.at) })
	return all, nil
}

func (a *ask) listComments() (any, *fault) {
	ids, above := split(a.query["id"]), a.get("parentId")
	if (len(ids) > 0) == (above != "") {
		return nil, bad("youtube.parameter", "missingRequiredParameter", "No filter selected. Expected one of: id, parentId").at("parameters.")
	}
	var all []*comment
	next := ""
	if above != "" {
		top := a.n.comments[above]
		if top == nil || top.deleted || top.state == "rejected" {
			return nil, no(http.StatusNotFound, "youtube.comment", "commentNotFound", "One or more of the specified comments cannot be found.").at("parentId")
		}
		for _, r := range slices.Backward(top.replies) {
			if r.visible("published", a.now) {
				all = append(all, r)
			}
		}
		var f *fault
		if all, next, f = page(a, all, 100, 20, func(c *comment) string { return c.id }); f != nil {
			return nil, f
		}
	} else {
		for _, id := range ids {
			if c, f := a.theirs(id); f == nil && c.state != "rejected" {
				all = append(all, c)
			}
		}
	}
	var items []map[string]any
	for _, c := range all {
		items = append(items, a.comment(c))
	}
	return listed("commentListResponse", items, next, len(items)), nil
}
