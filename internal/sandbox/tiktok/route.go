package tiktok

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
)

// v is where the business API begins.
const v = "/open_api/v1.3"

func (n *Network) table() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/auth/authorize/", n.authorize)
	mux.HandleFunc("POST /v2/oauth/token/", n.token)
	mux.HandleFunc("POST /v2/oauth/revoke/", n.revoke)
	mux.HandleFunc("GET /v2/user/info/", n.user)
	mux.HandleFunc("POST /v2/video/list/", n.videos)
	mux.HandleFunc("POST /v2/video/query/", n.query)
	mux.HandleFunc("POST /v2/post/publish/creator_info/query/", n.creator)
	mux.HandleFunc("POST /v2/post/publish/video/init/", n.video)
	mux.HandleFunc("POST /v2/post/publish/inbox/video/init/", n.inbox)
	mux.HandleFunc("POST /v2/post/publish/content/init/", n.photos)
	mux.HandleFunc("POST /v2/post/publish/status/fetch/", n.status)
	mux.HandleFunc("PUT /upload/", n.receive)
	mux.HandleFunc("GET /avatar/{name}", avatar)
	mux.HandleFunc("POST "+v+"/tt_user/oauth2/token/", n.tokenBusiness)
	mux.HandleFunc("POST "+v+"/tt_user/token_info/get/", n.tokenInfo)
	mux.HandleFunc("GET "+v+"/business/webhook/list/", n.listHooks)
	mux.HandleFunc("POST "+v+"/business/webhook/update/", n.updateHook)
	mux.HandleFunc("POST "+v+"/business/webhook/delete/", n.deleteHook)
	mux.HandleFunc("POST "+v+"/tt_user/oauth2/refresh_token/", n.renewBusiness)
	mux.HandleFunc("POST "+v+"/tt_user/oauth2/revoke/", n.revokeBusiness)
	mux.HandleFunc("GET "+v+"/business/get/", n.business)
	mux.HandleFunc("GET "+v+"/business/video/list/", n.businessVideos)
	mux.HandleFunc("GET "+v+"/business/comment/list/", n.listComments)
	mux.HandleFunc("GET "+v+"/business/comment/reply/list/", n.listReplies)
	mux.HandleFunc("GET "+v+"/business/mention/video/list/", n.mentionedVideos)
	mux.HandleFunc("GET "+v+"/business/mention/comment/list/", n.mentionedComments)
	mux.HandleFunc("GET "+v+"/business/mention/comment/get/", n.mentionedComment)
	mux.HandleFunc("POST "+v+"/business/comment/create/", n.createComment)
	mux.HandleFunc("POST "+v+"/business/comment/reply/create/", n.createReply)
	mux.HandleFunc("POST "+v+"/business/comment/image/upload/", n.uploadImage)
	mux.HandleFunc("POST "+v+"/business/comment/like/", n.like)
	mux.HandleFunc("POST "+v+"/business/comment/hide/", n.hide)
	mux.HandleFunc("POST "+v+"/business/comment/pin/", n.pin)
	mux.HandleFunc("POST "+v+"/business/comment/delete/", n.deleteComment)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusNotFound, "unsupported_path", "Unsupported path(Janus)")
	})
	return mux
}

func action(r *http.Request) sandbox.Action {
	path := r.URL.Path
	last := func(end string) bool { return strings.HasSuffix(path, end) }
	switch {
	case strings.HasPrefix(path, "/v2/auth/"), strings.HasPrefix(path, "/avatar/"):
		return ""
	case strings.HasPrefix(path, "/v2/oauth/"), strings.Contains(path, "/tt_user/"):
		return sandbox.Token
	case last("/content/init/"):
		return sandbox.Publish
	case last("/video/init/"), last("/image/upload/"):
		return sandbox.Upload
	case r.Method == http.MethodPut:
		// What arrives with the last piece is published.
		if _, end, total, ok := contentRange(r.Header.Get("Content-Range")); ok && end+1 == total {
			return sandbox.Publish
		}
		return sandbox.Upload
	case last("/comment/create/"), last("/reply/create/"):
		return sandbox.Reply
	case last("/comment/like/"):
		return sandbox.Like
	case last("/comment/hide/"):
		return sandbox.Hide
	case last("/comment/pin/"):
		return sandbox.Edit
	case last("/comment/delete/"):
		return sandbox.Delete
	case last("/video/query/"), last("/business/get/"):
		return sandbox.Insights
	}
	return sandbox.Read
}

func refuse(w http.ResponseWriter, r *http.Request, f sandbox.Refusal) {
	throttled := f.Kind == sandbox.Throttled
	switch {
	case r.Method == http.MethodPut: // the store of videos speaks in statuses alone
		w.WriteHeader(f.Status)
	case strings.HasPrefix(r.URL.Path, v) && throttled:
		answer(w, 40100, "You made requests too frequently. Please slow down.", nil)
	case strings.HasPrefix(r.URL.Path, v):
		give(w, f.Status, map[string]any{"code": 50000, "message": "System error.", "request_id": log, "data": map[string]any{}})
	case strings.HasPrefix(r.URL.Path, "/v2/oauth/"):
		give(w, f.Status, map[string]any{"error": "temporarily_unavailable", "error_description": "Service is temporarily unavailable.", "log_id": log})
	case throttled:
		fail(w, f.Status, "rate_limit_exceeded", "The API rate limit was exceeded.")
	default:
		fail(w, f.Status, "internal_error", "Something is wrong. Please try again later.")
	}
}

// log is the id that TikTok gives every answer.
const log = "202611221122448CB9319E1FB30C1073F3"

func give(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the other side may be gone
}

// good answers data with the code that means success.
func good(w http.ResponseWriter, data any) {
	give(w, http.StatusOK, map[string]any{"data": data, "error": map[string]any{"code": "ok", "message": "", "log_id": log}})
}

// fail answers an error of the APIs below /v2/.
func fail(w http.ResponseWriter, status int, code, message string) {
	give(w, status, map[string]any{"data": map[string]any{}, "error": map[string]any{"code": code, "message": message, "log_id": log}})
}

// answer speaks as TikTok API for Business does: 200 always, and a code inside.
func answer(w http.ResponseWriter, code int, message string, data any) {
	if data == nil {
		data = map[string]any{}
	}
	give(w, http.StatusOK, map[string]any{"code": code, "message": message, "request_id": log, "data": data})
}

// read takes a JSON body apart; what is not announced is refused, which is harsher than the real one.
func read(r *http.Request, into any) bool {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "application/json" {
		return false
	}
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 1<<20))
	d.DisallowUnknownFields()
	if d.Decode(into) != nil {
		return false
	}
	_, err := d.Token()
	return errors.Is(err, io.EOF)
}

// contentRange reads “bytes FIRST-LAST/TOTAL”.
func contentRange(s string) (first, last, total int64, ok bool) {
	s, is := strings.CutPrefix(s, "bytes ")
	span, all, is2 := strings.Cut(s, "/")
	from, to, is3 := strings.Cut(span, "-")
	var errs [3]error
	first, errs[0] = strconv.ParseInt(from, 10, 64)
	last, errs[1] = strconv.ParseInt(to, 10, 64)
	total, errs[2] = strconv.ParseInt(all, 10, 64)
	return first, last, total, is && is2 && is3 && errors.Join(errs[:]...) == nil && first >= 0 && last >= first && total > last
}
