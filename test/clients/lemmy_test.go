package clients_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	driver "github.com/kithhq/kith/internal/network/lemmy"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/lemmy"
)

const many = 1 << 20

func TestLemmysOwnClientKeepsAnAccount(t *testing.T) {
	stage := sandbox.New(sandbox.Options{Seed: 7})
	t.Cleanup(stage.Close)
	n := lemmy.New(stage, lemmy.Options{Posts: many, Comments: many, Images: many})
	us := n.Account("maison", "Maison Kith")
	other := n.Community("maison", "news", "News", true)
	server, control := httptest.NewServer(judgeLemmy(t, n.Handler())), httptest.NewServer(stage.Control())
	t.Cleanup(server.Close)
	t.Cleanup(control.Close)

	steps := play(t, "lemmy.mjs", server.URL, us.Username, us.Password, us.Community, other, control.URL)
	expect(t, steps, 39)
}

// The whole suite once more, with the published types between driver and sandbox.
func TestOurDriverSaysWhatLemmysTypesAllow(t *testing.T) {
	node(t) // the types come with the client
	var us lemmy.Credentials
	networktest.Run(t, networktest.Harness{
		Unheard:  true,
		Heedless: []network.Action{network.ActLike, network.ActHide, network.ActPin}, // as Lemmy's source has it
		Name:     "lemmy",
		Open: func(_ *testing.T, stage *sandbox.Stage) (http.Handler, func(string) map[string]string) {
			n := lemmy.New(stage, lemmy.Options{Messages: many, Posts: many, Comments: many, Images: many})
			us = n.Account("maison", "Maison Kith")
			return n.Handler(), func(base string) map[string]string {
				return map[string]string{"server": base, "username": us.Username, "password": us.Password}
			}
		},
		Driver: func(out *outward.Client, _ string, now func() time.Time) network.Driver {
			return driver.New(out, driver.Options{Now: now})
		},
		Judge:  judgeLemmy,
		Counts: []string{"upvotes", "downvotes", "score", "comments"},
		Dress: func(part *network.Part) {
			part.Title, part.Options = "What we read", map[string]string{"community": us.Community}
		},
		Instead: map[string]func(*testing.T, networktest.Harness){
			"reactions, reposts and follows come in": func(*testing.T, networktest.Harness) {}, // nobody is told of votes
		},
	})
}

// spoken are the calls and the names of their types in the client.
func spoken() map[string][2]string {
	return map[string][2]string{
		"POST /user/login": {"Login", "LoginResponse"}, "GET /site": {"", "GetSiteResponse"}, "GET /community": {"GetCommunity", "GetCommunityResponse"},
		"POST /community/ban_user": {"BanFromCommunity", "BanFromCommunityResponse"}, "GET /user": {"GetPersonDetails", "GetPersonDetailsResponse"},
		"POST /user/block": {"BlockPerson", "BlockPersonResponse"}, "GET /user/replies": {"GetReplies", "GetRepliesResponse"},
		"GET /user/mention": {"GetPersonMentions", "GetPersonMentionsResponse"}, "GET /user/unread_count": {"", "GetUnreadCountResponse"},
		"POST /user/logout": {"", "SuccessResponse"}, "POST /post": {"CreatePost", "PostResponse"}, "GET /post": {"GetPost", ""}, "PUT /post": {"EditPost", "PostResponse"},
		"POST /post/like": {"CreatePostLike", "PostResponse"}, "POST /post/delete": {"DeletePost", "PostResponse"}, "POST /post/remove": {"RemovePost", "PostResponse"},
		"POST /post/feature": {"FeaturePost", "PostResponse"}, "POST /post/lock": {"LockPost", "PostResponse"}, "POST /comment": {"CreateComment", "CommentResponse"}, "GET /comment": {"GetComment", "CommentResponse"},
		"PUT /comment": {"EditComment", "CommentResponse"}, "GET /comment/list": {"GetComments", "GetCommentsResponse"},
		"POST /comment/like": {"CreateCommentLike", "CommentResponse"}, "POST /comment/delete": {"DeleteComment", "CommentResponse"},
		"POST /comment/remove": {"RemoveComment", "CommentResponse"}, "POST /private_message": {"CreatePrivateMessage", "PrivateMessageResponse"},
		"POST /private_message/delete": {"DeletePrivateMessage", "PrivateMessageResponse"}, "GET /private_message/list": {"GetPrivateMessages", "PrivateMessagesResponse"},
	}
}

// judgeLemmy stands between and reports every request and answer that the types do
// not allow. Images have none.
func judgeLemmy(t *testing.T, next http.Handler) http.Handler {
	t.Helper()
	types := interfaces(t, filepath.Join("node_modules", "lemmy-js-client", "dist", "types"))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, ours := strings.CutPrefix(r.URL.Path, "/api/v3")
		names, known := spoken()[r.Method+" "+path]
		if !ours {
			next.ServeHTTP(w, r)
			return
		}
		if !known {
			t.Errorf("%s %s is no call of the client", r.Method, path)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // cut off on the way
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if names[0] != "" && int64(len(body)) >= r.ContentLength {
			if r.Method == http.MethodGet {
				body = asJSON(types, names[0], r.URL.Query())
			}
			for _, wrong := range types.check(names[0], body, true) {
				t.Errorf("%s %s asks what %s does not allow: %s", r.Method, path, names[0], wrong)
			}
		}
		held := httptest.NewRecorder()
		next.ServeHTTP(held, r)
		if names[1] != "" && held.Code == http.StatusOK {
			for _, wrong := range types.check(names[1], held.Body.Bytes(), false) {
				t.Errorf("%s %s answers what %s does not allow: %s", r.Method, path, names[1], wrong)
			}
		}
		for name, values := range held.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(held.Code)
		_, _ = w.Write(held.Body.Bytes()) // the client sees to it
	})
}

// A judge that lets everything pass would prove nothing.
func TestTheTypesOfLemmyCanSayNo(t *testing.T) {
	node(t)
	types := interfaces(t, filepath.Join("node_modules", "lemmy-js-client", "dist", "types"))
	for body, wrong := range map[string]int{
		`{"name":"x","community_id":7}`: 0, `{"name":7,"community_id":7}`: 1, `{"name":"x"}`: 1, `{"name":"x","community_id":7,"title":"y"}`: 1,
		`{"name":"x","community_id":"7","nsfw":"no"}`: 2, `[]`: 1, `x`: 1,
	} {
		if got := types.check("CreatePost", []byte(body), true); len(got) != wrong {
			t.Errorf("%s: %q", body, got)
		}
	}
	if got := types.check("PostResponse", []byte(`{"post_view":{"post":{"id":"7"}}}`), false); len(got) < 10 {
		t.Errorf("an empty view: %q", got)
	}
	if got := types.check("FeaturePost", []byte(`{"post_id":7,"featured":true,"feature_type":"Moon"}`), true); len(got) != 1 {
		t.Errorf("a word that is none: %q", got)
	}
	if _, err := os.Stat(filepath.Join("node_modules", "lemmy-js-client", "package.json")); err != nil {
		t.Error(err)
	}
}
