package lemmy

import (
	"net/http"
	"strings"

	"github.com/kithhq/kith/internal/sandbox"
)

func (n *Network) table() *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range []struct {
		pattern string
		open    bool // without a session, too
		call    handle
	}{
		{"POST /user/login", true, (*Network).login},
		{"POST /user/logout", false, (*Network).logout},
		{"GET /site", true, (*Network).site},
		{"GET /community", true, (*Network).getCommunity},
		{"POST /community/ban_user", false, (*Network).ban},
		{"GET /user", true, (*Network).profile},
		{"POST /user/block", false, (*Network).block},
		{"GET /user/replies", false, (*Network).replies},
		{"GET /user/mention", false, (*Network).mentions},
		{"GET /user/unread_count", false, (*Network).unread},
		{"POST /post", false, (*Network).createPost},
		{"GET /post", true, (*Network).getPost},
		{"PUT /post", false, (*Network).editPost},
		{"GET /post/list", true, (*Network).listPosts},
		{"POST /post/like", false, (*Network).likePost},
		{"POST /post/delete", false, (*Network).deletePost},
		{"POST /post/remove", false, (*Network).removePost},
		{"POST /post/feature", false, (*Network).featurePost},
		{"POST /post/lock", false, (*Network).lockPost},
		{"POST /comment", false, (*Network).createComment},
		{"GET /comment", true, (*Network).getComment},
		{"PUT /comment", false, (*Network).editComment},
		{"GET /comment/list", true, (*Network).listComments},
		{"POST /comment/like", false, (*Network).likeComment},
		{"POST /comment/delete", false, (*Network).deleteComment},
		{"POST /comment/remove", false, (*Network).removeComment},
		{"POST /private_message", false, (*Network).createMessage},
		{"PUT /private_message", false, (*Network).editMessage},
		{"POST /private_message/delete", false, (*Network).deleteMessage},
		{"GET /private_message/list", false, (*Network).listMessages},
	} {
		method, path, _ := strings.Cut(r.pattern, " ")
		mux.HandleFunc(method+" /api/v3"+path, n.to(r.open, r.call))
	}
	mux.HandleFunc("POST /pictrs/image", n.upload)
	mux.HandleFunc("GET /pictrs/image/{file}", n.image)
	mux.HandleFunc("GET /faces/{id}", n.face)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	return mux
}

// action says what a request does.
func action(r *http.Request) sandbox.Action {
	if r.URL.Path == "/pictrs/image" {
		return sandbox.Upload
	}
	path, is := strings.CutPrefix(r.URL.Path, "/api/v3")
	if !is {
		return ""
	}
	if r.Method == http.MethodGet {
		switch path {
		case "/site":
			return sandbox.Token
		case "/post", "/comment":
			return sandbox.Insights
		}
		return sandbox.Read
	}
	if r.Method == http.MethodPut {
		return sandbox.Edit
	}
	switch path {
	case "/user/login", "/user/logout":
		return sandbox.Token
	case "/post":
		return sandbox.Publish
	case "/comment":
		return sandbox.Reply
	case "/private_message":
		return sandbox.Message
	case "/post/like", "/comment/like":
		return sandbox.Like
	case "/post/remove", "/comment/remove":
		return sandbox.Hide
	case "/post/delete", "/comment/delete", "/private_message/delete":
		return sandbox.Delete
	case "/community/ban_user", "/user/block":
		return sandbox.Ban
	}
	return sandbox.Edit
}
