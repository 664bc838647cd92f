package mastodon

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
)

func (n *Network) table() *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range []struct {
		pattern, scope string
		call           handle
	}{
		{"POST /api/v1/apps", "", (*Network).createApp},
		{"GET /api/v1/apps/verify_credentials", "", (*Network).verifyApp},
		{"POST /oauth/token", "", (*Network).grantToken},
		{"POST /oauth/revoke", "", (*Network).revokeToken},
		{"GET /.well-known/oauth-authorization-server", "", (*Network).oauthServer},
		{"GET /api/v1/instance", "", (*Network).instanceV1},
		{"GET /api/v2/instance", "", (*Network).instance},
		{"GET /api/v1/accounts/verify_credentials", "read:accounts", (*Network).verifyCredentials},
		{"GET /api/v1/accounts/relationships", "read:follows", (*Network).relationships},
		{"GET /api/v1/accounts/lookup", "", (*Network).lookup},
		{"GET /api/v1/accounts/{id}", "", (*Network).getAccount},
		{"GET /api/v1/accounts/{id}/statuses", "", (*Network).accountStatuses},
		{"GET /api/v1/accounts/{id}/followers", "", (*Network).followers},
		{"GET /api/v1/accounts/{id}/following", "", (*Network).followings},
		{"POST /api/v1/accounts/{id}/follow", "write:follows", relate("follow")},
		{"POST /api/v1/accounts/{id}/unfollow", "write:follows", relate("unfollow")},
		{"POST /api/v1/accounts/{id}/block", "write:blocks", relate("block")},
		{"POST /api/v1/accounts/{id}/unblock", "write:blocks", relate("unblock")},
		{"POST /api/v1/accounts/{id}/mute", "write:mutes", relate("mute")},
		{"POST /api/v1/accounts/{id}/unmute", "write:mutes", relate("unmute")},
		{"GET /api/v1/blocks", "read:blocks", (*Network).blocks},
		{"GET /api/v1/mutes", "read:mutes", (*Network).mutes},
		{"POST /api/v1/reports", "write:reports", (*Network).report},
		{"POST /api/v2/media", "write:media", (*Network).upload},
		{"POST /api/v1/media", "write:media", (*Network).upload},
		{"GET /api/v1/media/{id}", "write:media", (*Network).getMedia},
		{"PUT /api/v1/media/{id}", "write:media", (*Network).describeMedia},
		{"POST /api/v1/statuses", "write:statuses", (*Network).createStatus},
		{"GET /api/v1/statuses", "", (*Network).getStatuses},
		{"GET /api/v1/statuses/{id}", "", (*Network).getStatus},
		{"PUT /api/v1/statuses/{id}", "write:statuses", (*Network).editStatus},
		{"DELETE /api/v1/statuses/{id}", "write:statuses", (*Network).deleteStatus},
		{"GET /api/v1/statuses/{id}/context", "", (*Network).context},
		{"GET /api/v1/statuses/{id}/source", "read:statuses", (*Network).source},
		{"GET /api/v1/statuses/{id}/history", "", (*Network).history},
		{"GET /api/v1/statuses/{id}/favourited_by", "", (*Network).favouritedBy},
		{"GET /api/v1/statuses/{id}/reblogged_by", "", (*Network).rebloggedBy},
		{"POST /api/v1/statuses/{id}/favourite", "write:favourites", (*Network).favourite},
		{"POST /api/v1/statuses/{id}/unfavourite", "write:favourites", (*Network).unfavourite},
		{"POST /api/v1/statuses/{id}/reblog", "write:statuses", (*Network).reblog},
		{"POST /api/v1/statuses/{id}/unreblog", "write:statuses", (*Network).unreblog},
		{"POST /api/v1/statuses/{id}/pin", "write:accounts", (*Network).pin},
		{"POST /api/v1/statuses/{id}/unpin", "write:accounts", (*Network).unpin},
		{"GET /api/v1/scheduled_statuses", "read:statuses", (*Network).listPlans},
		{"GET /api/v1/scheduled_statuses/{id}", "read:statuses", (*Network).getPlan},
		{"DELETE /api/v1/scheduled_statuses/{id}", "write:statuses", (*Network).deletePlan},
		{"GET /api/v1/polls/{id}", "", (*Network).getPoll},
		{"POST /api/v1/polls/{id}/votes", "write:statuses", (*Network).vote},
		{"GET /api/v1/timelines/home", "read:statuses", (*Network).home},
		{"GET /api/v1/notifications", "read:notifications", (*Network).listNotices},
		{"GET /api/v1/notifications/unread_count", "read:notifications", (*Network).unreadNotices},
		{"GET /api/v1/notifications/{id}", "read:notifications", (*Network).getNotice},
		{"POST /api/v1/notifications/clear", "write:notifications", (*Network).clearNotices},
		{"POST /api/v1/notifications/{id}/dismiss", "write:notifications", (*Network).dismissNotice},
		{"GET /api/v1/conversations", "read:statuses", (*Network).listConvos},
		{"POST /api/v1/conversations/{id}/read", "write:conversations", (*Network).readConvo},
		{"DELETE /api/v1/conversations/{id}", "write:conversations", (*Network).deleteConvo},
		{"GET /api/v2/search", "", (*Network).search},
		{"GET /api/v2/filters", "read:filters", (*Network).listFilters},
		{"POST /api/v2/filters", "write:filters", (*Network).createFilter},
		{"DELETE /api/v2/filters/{id}", "write:filters", (*Network).deleteFilter},
	} {
		mux.HandleFunc(r.pattern, n.to(r.scope, r.call))
	}
	mux.HandleFunc("GET /oauth/authorize", n.authorizePage)
	mux.HandleFunc("POST /oauth/authorize", n.authorize)
	mux.HandleFunc("GET /api/v1/streaming", n.stream)
	mux.HandleFunc("GET /api/v1/streaming/user", n.stream)
	mux.HandleFunc("GET /api/v1/streaming/user/notification", n.stream)
	mux.HandleFunc("GET /api/v1/streaming/direct", n.stream)
	mux.HandleFunc("GET /api/v1/streaming/health", healthy)
	mux.HandleFunc("GET /health", healthy)
	mux.HandleFunc("GET /avatars/{id}", n.avatar)
	mux.HandleFunc("GET /media/{id}", n.mediaFile)
	mux.HandleFunc("GET /media/{id}/thumbnail", n.thumbnailFile)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refuse(w, missing()) })
	return mux
}

func healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte("OK"))
}

// action says what a request does. For a new status that is in the body, of which a small one is looked at and put back.
func action(r *http.Request) sandbox.Action {
	path := r.URL.Path
	last := path[strings.LastIndexByte(path, '/')+1:]
	switch {
	case strings.HasPrefix(path, "/oauth/"), path == "/api/v1/apps":
		if path == "/oauth/authorize" {
			return "" // a page for people
		}
		return sandbox.Token
	case path == "/api/v1/accounts/verify_credentials":
		return sandbox.Token
	case strings.HasPrefix(path, "/api/v1/streaming"):
		if last == "health" {
			return ""
		}
		return sandbox.Stream
	case !strings.HasPrefix(path, "/api/"):
		return ""
	case r.Method == http.MethodGet:
		return readAction(path)
	case path == "/api/v1/statuses":
		return postAction(r)
	case strings.HasPrefix(path, "/api/v1/media"), path == "/api/v2/media":
		return sandbox.Upload
	}
	switch last {
	case "favourite", "unfavourite", "votes":
		return sandbox.Like
	case "reblog", "unreblog":
		return sandbox.Repost
	case "block", "unblock", "mute", "unmute", "reports":
		return sandbox.Ban
	case "follow", "unfollow":
		return sandbox.Follow
	case "read", "dismiss", "clear":
		return sandbox.Read
	}
	if r.Method == http.MethodDelete {
		return sandbox.Delete
	}
	return sandbox.Edit
}

func readAction(path string) sandbox.Action {
	rest, of := strings.CutPrefix(path, "/api/v1/statuses")
	if of && strings.Count(rest, "/") <= 1 { // one status, or several by identifier: its counts
		return sandbox.Insights
	}
	return sandbox.Read
}

func postAction(r *http.Request) sandbox.Action {
	const most = 64 << 10
	if r.Body == nil || r.ContentLength > most {
		return sandbox.Publish
	}
	data, _ := io.ReadAll(io.LimitReader(r.Body, most)) // what went wrong shows again when the handler reads on
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(data), r.Body), r.Body}
	var parent, visibility string
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		var body struct {
			Parent     any `json:"in_reply_to_id"`
			Visibility string
		}
		if json.Unmarshal(data, &body) == nil && body.Parent != nil && body.Parent != "" {
			parent = "yes"
		}
		visibility = body.Visibility
	case "multipart/form-data":
		if form, err := multipart.NewReader(bytes.NewReader(data), params["boundary"]).ReadForm(most); err == nil {
			parent, visibility = url.Values(form.Value).Get("in_reply_to_id"), url.Values(form.Value).Get("visibility")
		}
	default:
		if form, err := url.ParseQuery(string(data)); err == nil {
			parent, visibility = form.Get("in_reply_to_id"), form.Get("visibility")
		}
	}
	return postKind(parent != "", visibility)
}

func postKind(reply bool, visibility string) sandbox.Action {
	switch {
	case visibility == "direct":
		return sandbox.Message
	case reply:
		return sandbox.Reply
	}
	return sandbox.Publish
}
