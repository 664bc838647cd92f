package facebook

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox/graph/graphtest"
)

func TestEveryParameterThatIsReadIsPublished(t *testing.T) {
	nodes := map[string]graphtest.Node{}
	for _, name := range []string{"Page", "PagePost", "Comment", "Photo", "AdVideo", "UnifiedThread"} {
		nodes[name] = graphtest.Published(t, name)
	}
	// What Graph takes on every list or node and the per-edge lists therefore leave out.
	common := []string{"fields", "limit", "after", "before", "since", "until", "summary", "ids", "access_token", "appsecret_proof", "type"}
	looked := map[string]bool{}
	g := open(t, Options{})
	g.net.watch = func(node, method, edge, name string) {
		key := node + " " + method + " " + edge
		looked[key] = true
		names, ok := nodes[node].Params(method, edge)
		if !ok {
			t.Errorf("%s is not published at all (read %s)", key, name)
			return
		}
		if !slices.Contains(names, name) && !slices.Contains(common, name) {
			t.Errorf("%s has no parameter %s", key, name)
		}
	}
	everything(g)
	if len(looked) < 18 {
		t.Errorf("only %d edges were looked at: %v", len(looked), looked)
	}
}

// everything does each thing once.
func everything(g *asker) {
	id := g.publish("one")
	c := g.comment(0, id, "hello")
	_, ph := g.upload(dot(g.T, 4), "published", "false")
	photo := ph["id"].(string)
	due := strconv.FormatInt(g.stage.Clock.Now().Add(time.Hour).Unix(), 10)
	g.Well("POST", "/me/feed", "message", "m", "attached_media", `[{"media_fbid":"`+photo+`"}]`)
	g.Well("POST", "/me/feed", "message", "m", "published", "0", "scheduled_publish_time", due)
	for _, edge := range []string{"feed", "posts", "published_posts", "scheduled_posts", "visitor_posts", "tagged", "conversations", "blocked", "subscribed_apps"} {
		g.Well("GET", "/me/"+edge)
	}
	g.Well("GET", "/"+g.page.ID)
	g.Well("GET", "/"+id)
	g.Well("POST", "/"+id, "message", "edited")
	g.Well("GET", "/"+id+"/comments")
	g.Well("GET", "/"+id+"/reactions")
	g.Well("POST", "/"+id+"/comments", "message", "ours")
	g.Well("POST", "/"+id+"/likes")
	g.Well("DELETE", "/"+id+"/likes")
	g.Well("GET", "/"+id+"/insights", "metric", "post_clicks")
	g.Well("GET", "/me/insights", "metric", "page_follows")
	g.Well("POST", "/"+id, "is_pinned", "true")
	g.Well("GET", "/"+id+"/sponsor_tags")
	partner := g.net.AddPage("Partner").ID
	g.Well("POST", "/me/feed", "message", "thanks", "sponsor_id", partner, "direct_share_status", "1")
	g.Well("POST", "/me/feed", "message", "here", "place", "106078429431815")
	for _, edge := range []string{"videos", "video_reels", "video_stories"} {
		v := g.film(edge, film("seen"), "description", "moving")
		g.Well("GET", "/"+v)
		if edge != "video_stories" {
			g.Well("GET", "/"+v+"/comments")
		}
	}
	_, up := g.upload(dot(g.T, 4), "published", "false")
	g.Well("POST", "/me/photo_stories", "photo_id", up["id"].(string))
	g.Well("GET", "/me/stories", "status", "PUBLISHED")
	g.Well("GET", "/"+photo)
	g.Well("GET", "/"+c)
	g.Well("GET", "/"+c+"/comments")
	g.Well("POST", "/"+c+"/comments", "message", "ours")
	g.Well("POST", "/"+c, "is_hidden", "true")
	g.Well("POST", "/"+c+"/likes")
	g.Well("POST", "/me/messages", "recipient", `{"comment_id":"`+c+`"}`, "message", `{"text":"hi"}`)
	t := graphtest.Data(g.Well("GET", "/me/conversations"))[0]["id"].(string)
	g.Well("GET", "/"+t)
	g.Well("GET", "/"+t+"/messages")
	who := g.Well("GET", "/"+c, "fields", "from")["from"].(map[string]any)["id"].(string)
	g.Well("POST", "/me/blocked", "user", who)
	g.Well("DELETE", "/me/blocked", "user", who)
	g.Well("POST", "/me/moderate_conversations", "user_ids", `["`+who+`"]`, "actions", `["BAN_USER"]`)
	g.Well("POST", "/me/subscribed_apps", "subscribed_fields", "feed")
	g.Well("DELETE", "/me/subscribed_apps")
	g.Well("DELETE", "/"+c)
	g.Well("DELETE", "/"+id)
}

// answered are the names of the fields that a method of view answers, read out of its source.
func answered(t *testing.T, file, method string) []string {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(source), "\nfunc (v *view) "+method+"(")
	body, _, _ = strings.Cut(body, "\n}\n")
	var names []string
	for _, cases := range regexp.MustCompile(`(?m)^\s+case (".*):$`).FindAllStringSubmatch(body, -1) {
		for _, name := range strings.Split(cases[1], ", ") {
			names = append(names, strings.Trim(name, `"`))
		}
	}
	return names
}

func TestEveryFieldThatIsAnsweredIsPublished(t *testing.T) {
	for _, one := range []struct {
		file, method, node string
		elsewhere          []string // documented apart from the list
	}{
		{"show.go", "page", "Page", nil},
		{"show.go", "post", "PagePost", nil},
		{"show.go", "comment", "Comment", nil},
		{"show.go", "photo", "Photo", nil},
		{"video.go", "video", "AdVideo", nil},
		{"message.go", "thread", "UnifiedThread", nil},
		// The Messenger user-profile API adds these three to a page-scoped id.
		{"show.go", "profile", "Profile", []string{"first_name", "last_name", "profile_pic"}},
	} {
		known := graphtest.Published(t, one.node).Readable()
		names := answered(t, one.file, one.method)
		if len(names) < 5 {
			t.Errorf("%s: the fields were not found in the source", one.node)
		}
		for _, name := range names {
			if !slices.Contains(known, name) && !slices.Contains(one.elsewhere, name) {
				t.Errorf("%s has no field or edge %s", one.node, name)
			}
		}
	}
}

func TestAnswersLookLikeRecordedOnes(t *testing.T) {
	g := open(t, Options{})
	_, ph := g.upload(dot(t, 4), "published", "false")
	id := g.Well("POST", "/me/feed", "message", "m", "attached_media", `[{"media_fbid":"`+ph["id"].(string)+`"}]`)["id"].(string)
	c := g.comment(0, id, "hello")
	g.comment(1, id, "hello too")

	const commentFields = "attachment,can_comment,can_hide,can_like,can_remove,can_reply_privately,comment_count,created_time,from,id,is_hidden,is_private,like_count,message,permalink_url"
	graphtest.Alike(t, "comment", g.Well("GET", "/"+c, "fields", commentFields), graphtest.Recorded(t, "facebook/models/comment.json"))
	_, other := g.upload(dot(t, 4), "published", "false")
	withPhoto := g.Well("POST", "/"+id+"/comments", "message", "ours", "attachment_id", other["id"].(string))["id"].(string)
	graphtest.Alike(t, "comment", g.Well("GET", "/"+withPhoto, "fields", commentFields), graphtest.Recorded(t, "facebook/models/comment.json"))
	graphtest.Alike(t, "post", g.Well("GET", "/"+id, "fields", "id,created_time,full_picture,message,permalink_url,status_type,updated_time,reactions.summary(true).limit(0),comments.summary(true).limit(0),reactions.type(LIKE).limit(0).summary(total_count).as(like)"),
		graphtest.Recorded(t, "facebook/models/post.json"))
	v := g.film("videos", film("seen"), "description", "moving")
	graphtest.Alike(t, "video", g.Well("GET", "/"+v, "fields", "description,updated_time,id"), graphtest.Recorded(t, "facebook/apidata/videos/video_info_fields.json"))
	graphtest.Alike(t, "comments", g.Well("GET", "/"+id+"/comments", "limit", "1", "fields", "comment_count,created_time,like_count,message,permalink_url,id"),
		with(graphtest.Recorded(t, "facebook/apidata/comments/comments_p1.json"), "id", ""))
	if _, err := (actor{g.net}).Message(g.person(0), g.page.ID, "hi"); err != nil {
		t.Fatal(err)
	}
	talk := graphtest.Data(g.Well("GET", "/me/conversations", "fields", "can_reply,former_participants,id,is_subscribed,link,message_count,participants,scoped_thread_key,snippet,senders,unread_count,updated_time"))[0]
	graphtest.Alike(t, "conversation", talk, graphtest.Recorded(t, "facebook/models/conversation.json"))
	said := graphtest.Data(g.Well("GET", "/"+talk["id"].(string)+"/messages", "fields", "created_time,from,id,message,tags,to"))[0]
	graphtest.Alike(t, "message", said, graphtest.Recorded(t, "facebook/models/message.json"))
	_, fault := g.Ask("GET", "/me/feed", "fields", "frogs")
	graphtest.Alike(t, "error", fault, graphtest.Recorded(t, "error.json"))
	debug := graphtest.Recorded(t, "base/token_info.json")
	for _, k := range []string{"issued_at", "profile_id"} { // documented, and absent from this one recording
		debug["data"].(map[string]any)[k] = map[string]any{"issued_at": 1.0, "profile_id": ""}[k]
	}
	graphtest.Alike(t, "debug_token", g.Well("GET", "/debug_token", "input_token", g.page.Token, "access_token", "600000000000001|app-secret"), debug)
}

// with adds a key to the first element of a recorded list.
func with(list map[string]any, key string, value any) map[string]any {
	list["data"].([]any)[0].(map[string]any)[key] = value
	return list
}
