package instagram

import (
	"slices"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox/graph/graphtest"
)

func TestEveryParameterThatIsReadIsPublished(t *testing.T) {
	nodes := map[string]graphtest.Node{}
	for _, name := range []string{"Page", "IGUser", "IGMedia", "IGComment", "UnifiedThread"} {
		nodes[name] = graphtest.Published(t, name)
	}
	// What Graph takes on every list or node and the per-edge lists therefore leave out.
	common := []string{"fields", "limit", "after", "before", "since", "until", "summary", "ids", "access_token", "appsecret_proof"}
	// What the documentation of 2026 says and the lists of April 2026 do not.
	later := []string{"IGUser POST media is_ai_generated", "IGUser POST media is_paid_partnership", "IGUser GET conversations user_id", "IGUser GET conversations platform",
		"IGUser POST messages recipient", "IGUser POST messages message", "IGUser POST messages messaging_type", "IGUser POST messages tag", "IGUser POST subscribed_apps subscribed_fields"}
	looked := map[string]bool{}
	g := open(t, Options{})
	g.net.watch = func(node, method, edge, name string) {
		key := node + " " + method + " " + edge
		looked[key] = true
		if slices.Contains(later, key+" "+name) {
			return
		}
		names, ok := nodes[node].Params(method, edge)
		switch {
		case !ok:
			t.Errorf("%s is not published at all (read %s)", key, name)
		case !slices.Contains(names, name) && !slices.Contains(common, name):
			t.Errorf("%s has no parameter %s", key, name)
		}
	}
	everything(g)
	g.Token = g.us.Token
	g.Well("GET", "/v25.0/me/conversations", "platform", "instagram")
	if len(looked) < 12 {
		t.Errorf("only %d edges were looked at: %v", len(looked), looked)
	}
}

// everything does each thing once.
func everything(g *asker) {
	account := "/v25.0/" + g.us.ID
	id := g.publish("one")
	c := g.comment(0, id, "hello")
	video := g.contain("media_type", "VIDEO", "video_url", "https://x.example/a.mp4", "is_carousel_item", "true")
	still := g.contain("image_url", "https://x.example/good.jpg", "is_carousel_item", "true", "alt_text", "a square")
	g.contain("media_type", "CAROUSEL", "children", still+","+video, "caption", "two", "collaborators", `["ada"]`, "location_id", "106078429431815")
	g.contain("media_type", "REELS", "upload_type", "resumable", "share_to_feed", "false", "thumb_offset", "100", "audio_name", "Rain", "is_ai_generated", "true", "is_paid_partnership", "true")
	for _, edge := range []string{"media", "stories", "tags", "content_publishing_limit"} {
		g.Well("GET", account+"/"+edge)
	}
	day := g.stage.Clock.Now().Add(-96 * time.Hour)
	g.Well("GET", account+"/insights", "metric", "reach", "period", "day", "metric_type", "total_value", "since", day.Format("2006-01-02"), "until", day.Add(24*time.Hour).Format("2006-01-02"))
	g.Well("GET", "/"+id, "fields", "caption,insights.metric(reach)")
	g.Well("POST", "/"+id, "comment_enabled", "true")
	g.Well("GET", "/"+id+"/comments")
	g.Well("GET", "/"+id+"/insights", "metric", "reach")
	g.Well("POST", "/"+id+"/comments", "message", "ours")
	g.Well("POST", "/"+c+"/replies", "message", "ours")
	g.Well("GET", "/"+c+"/replies")
	g.Well("POST", "/"+c, "hide", "true")
	g.Well("POST", "/"+g.us.PageID+"/messages", "recipient", `{"comment_id":"`+c+`"}`, "message", `{"text":"hi"}`)
	mid, _ := actor{g.net}.Message(g.stage.Cast.All()[0], g.us.ID, "thanks") // an error shows in what follows
	g.Well("POST", "/"+g.us.PageID+"/messages", "recipient", `{"id":"`+g.Well("GET", "/"+mid, "fields", "from")["from"].(map[string]any)["id"].(string)+`"}`, "sender_action", "react", "payload", `{"message_id":"`+mid+`","reaction":"love"}`)
	t := graphtest.Data(g.Well("GET", "/"+g.us.PageID+"/conversations", "platform", "instagram"))[0]["id"].(string)
	g.Well("GET", "/"+t)
	g.Well("GET", "/"+t+"/messages")
	who := g.Well("GET", "/"+c, "fields", "from")["from"].(map[string]any)["id"].(string)
	g.Well("POST", "/"+g.us.PageID+"/moderate_conversations", "user_ids", `[{"id":"`+who+`"}]`, "actions", `["UNBLOCK_USER"]`)
	g.Well("POST", "/"+g.us.PageID+"/subscribed_apps", "subscribed_fields", "feed")
	media, _ := g.net.Mention(g.stage.Cast.All()[3], g.us.ID, "@atelier", false)
	g.Well("POST", account+"/mentions", "media_id", media, "message", "thanks")
	g.Well("DELETE", "/"+c)
	g.Well("DELETE", "/"+id)
}

func TestAnswersLookLikeRecordedOnes(t *testing.T) {
	g := open(t, Options{})
	box := g.contain("image_url", "https://x.example/good.jpg", "caption", "Nice")
	graphtest.Alike(t, "container", g.Well("GET", "/"+box, "fields", "id,status,status_code"), graphtest.Recorded(t, "instagram/apidata/publish/container_info.json"))
	id := g.Well("POST", "/"+g.us.ID+"/media_publish", "creation_id", box)["id"].(string)
	graphtest.Alike(t, "media", g.Well("GET", "/"+id, "fields", "id,media_type,timestamp,caption,comments_count,is_comment_enabled,like_count,media_url,owner,permalink,shortcode,username"),
		graphtest.Recorded(t, "instagram/models/ig_media.json"))
	graphtest.Alike(t, "account", g.Well("GET", "/"+g.us.ID, "fields", "id,biography,name,username,followers_count,follows_count,media_count,profile_picture_url"), graphtest.Recorded(t, "instagram/models/ig_user.json"))
	c := g.Well("POST", "/"+id+"/comments", "message", "ours")["id"].(string)
	g.comment(1, c, "and mine")
	graphtest.Alike(t, "comment", g.Well("GET", "/"+c, "fields", "id,like_count,media{id},text,timestamp,user,username,hidden,replies"), withProduct(graphtest.Recorded(t, "instagram/models/ig_comment.json")))
	graphtest.Alike(t, "quota", g.Well("GET", "/"+g.us.ID+"/content_publishing_limit", "fields", "config,quota_usage"), graphtest.Recorded(t, "instagram/apidata/users/content_publish_limit.json"))
	graphtest.Alike(t, "insights", map[string]any{"data": g.Well("GET", "/"+id+"/insights", "metric", "reach")["data"]}, graphtest.Recorded(t, "instagram/apidata/medias/insights.json"))
	graphtest.Alike(t, "list", map[string]any{"data": g.Well("GET", "/"+g.us.ID+"/media", "fields", "id,comments_count,like_count,media_type,media_url,permalink,timestamp")["data"]},
		graphtest.Recorded(t, "instagram/apidata/users/medias_p1.json"))
}

// withProduct adds what a comment's media tells since 2021, after the recording.
func withProduct(c map[string]any) map[string]any {
	c["media"].(map[string]any)["media_product_type"] = ""
	return c
}
