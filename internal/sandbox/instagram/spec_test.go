package instagram

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// specs answers where the published descriptions lie, or skips.
func specs(t *testing.T) string {
	t.Helper()
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs") // beside the repository
	}
	if _, err := os.Stat(filepath.Join(root, "meta-graph")); err != nil {
		t.Skip("no published Graph parameter lists here: set KITH_SPECS")
	}
	return root
}

// published is one node of the Graph API as Meta's own code generator describes it.
type published struct {
	APIs []struct {
		Method, Endpoint, Name string
		Params                 []struct{ Name string }
	}
}

func spec(t *testing.T, name string) published {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(specs(t), "meta-graph", "api_specs", "specs", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var p published
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p published) params(method, edge string) ([]string, bool) {
	own := map[string]string{"GET": "#get", "POST": "#update", "DELETE": "#delete"}[method]
	names, known := []string{}, edge == "" && method == "GET"
	for _, api := range p.APIs {
		if api.Method != method || edge != "" && strings.TrimPrefix(api.Endpoint, "/") != edge || edge == "" && api.Name != own && api.Endpoint != own {
			continue
		}
		known = true
		for _, q := range api.Params {
			names = append(names, q.Name)
		}
	}
	return names, known
}

func TestEveryParameterThatIsReadIsPublished(t *testing.T) {
	nodes := map[string]published{}
	for _, name := range []string{"Page", "IGUser", "IGMedia", "IGComment", "UnifiedThread"} {
		nodes[name] = spec(t, name)
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
		names, ok := nodes[node].params(method, edge)
		switch {
		case !ok:
			t.Errorf("%s is not published at all (read %s)", key, name)
		case !slices.Contains(names, name) && !slices.Contains(common, name):
			t.Errorf("%s has no parameter %s", key, name)
		}
	}
	everything(g)
	g.token = g.us.Token
	g.well("GET", "/v25.0/me/conversations", "platform", "instagram")
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
	g.contain("media_type", "CAROUSEL", "children", still+","+video, "caption", "two", "collaborators", `["ada"]`)
	g.contain("media_type", "REELS", "upload_type", "resumable", "share_to_feed", "false", "thumb_offset", "100", "is_ai_generated", "true", "is_paid_partnership", "true")
	for _, edge := range []string{"media", "stories", "tags", "content_publishing_limit"} {
		g.well("GET", account+"/"+edge)
	}
	day := g.stage.Clock.Now().Add(-96 * time.Hour)
	g.well("GET", account+"/insights", "metric", "reach", "period", "day", "metric_type", "total_value", "since", day.Format("2006-01-02"), "until", day.Add(24*time.Hour).Format("2006-01-02"))
	g.well("GET", "/"+id, "fields", "caption,insights.metric(reach)")
	g.well("POST", "/"+id, "comment_enabled", "true")
	g.well("GET", "/"+id+"/comments")
	g.well("GET", "/"+id+"/insights", "metric", "reach")
	g.well("POST", "/"+id+"/comments", "message", "ours")
	g.well("POST", "/"+c+"/replies", "message", "ours")
	g.well("GET", "/"+c+"/replies")
	g.well("POST", "/"+c, "hide", "true")
	g.well("POST", "/"+g.us.PageID+"/messages", "recipient", `{"comment_id":"`+c+`"}`, "message", `{"text":"hi"}`)
	t := data(g.well("GET", "/"+g.us.PageID+"/conversations", "platform", "instagram"))[0]["id"].(string)
	g.well("GET", "/"+t)
	g.well("GET", "/"+t+"/messages")
	who := g.well("GET", "/"+c, "fields", "from")["from"].(map[string]any)["id"].(string)
	g.well("POST", "/"+g.us.PageID+"/moderate_conversations", "user_ids", `[{"id":"`+who+`"}]`, "actions", `["UNBLOCK_USER"]`)
	g.well("POST", "/"+g.us.PageID+"/subscribed_apps", "subscribed_fields", "feed")
	media, _ := g.net.Mention(g.stage.Cast.All()[3], g.us.ID, "@atelier", false)
	g.well("POST", account+"/mentions", "media_id", media, "message", "thanks")
	g.well("DELETE", "/"+c)
	g.well("DELETE", "/"+id)
}

func recorded(t *testing.T, path string) map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(specs(t), "recorded", "meta-python-facebook", "instagram", filepath.FromSlash(path)))
	if err != nil {
		t.Skip("no recorded answers here: set KITH_SPECS")
	}
	var v map[string]any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// alike compares the shape of an answer with a recorded one: nothing is invented,
// and what both have is of the same kind.
func alike(t *testing.T, at string, ours, theirs any) {
	t.Helper()
	switch theirs := theirs.(type) {
	case map[string]any:
		mine, ok := ours.(map[string]any)
		if !ok {
			t.Errorf("%s: %T, recorded is an object", at, ours)
		}
		for k, v := range mine {
			if other, ok := theirs[k]; !ok {
				t.Errorf("%s.%s is not in the recording", at, k)
			} else {
				alike(t, at+"."+k, v, other)
			}
		}
	case []any:
		mine, ok := ours.([]any)
		if !ok {
			t.Errorf("%s: %T, recorded is a list", at, ours)
		} else if len(mine) > 0 && len(theirs) > 0 {
			alike(t, at+"[]", mine[0], theirs[0])
		}
	case string:
		mine, ok := ours.(string)
		if !ok {
			t.Errorf("%s: %T, recorded is text", at, ours)
		}
		if _, err := time.Parse("2006-01-02T15:04:05-0700", theirs); err == nil {
			if _, err := time.Parse("2006-01-02T15:04:05-0700", mine); err != nil {
				t.Errorf("%s: %v is no date like %s", at, ours, theirs)
			}
		}
	case float64:
		if _, ok := ours.(float64); !ok {
			t.Errorf("%s: %T, recorded is a number", at, ours)
		}
	case bool:
		if _, ok := ours.(bool); !ok {
			t.Errorf("%s: %T, recorded is yes or no", at, ours)
		}
	}
}

func TestAnswersLookLikeRecordedOnes(t *testing.T) {
	g := open(t, Options{})
	box := g.contain("image_url", "https://x.example/good.jpg", "caption", "Nice")
	alike(t, "container", g.well("GET", "/"+box, "fields", "id,status,status_code"), recorded(t, "apidata/publish/container_info.json"))
	id := g.well("POST", "/"+g.us.ID+"/media_publish", "creation_id", box)["id"].(string)
	alike(t, "media", g.well("GET", "/"+id, "fields", "id,media_type,timestamp,caption,comments_count,is_comment_enabled,like_count,media_url,owner,permalink,shortcode,username"),
		recorded(t, "models/ig_media.json"))
	alike(t, "account", g.well("GET", "/"+g.us.ID, "fields", "id,biography,name,username,followers_count,follows_count,media_count,profile_picture_url"), recorded(t, "models/ig_user.json"))
	c := g.well("POST", "/"+id+"/comments", "message", "ours")["id"].(string)
	g.comment(1, c, "and mine")
	alike(t, "comment", g.well("GET", "/"+c, "fields", "id,like_count,media{id},text,timestamp,user,username,hidden,replies"), withProduct(recorded(t, "models/ig_comment.json")))
	alike(t, "quota", g.well("GET", "/"+g.us.ID+"/content_publishing_limit", "fields", "config,quota_usage"), recorded(t, "apidata/users/content_publish_limit.json"))
	alike(t, "insights", map[string]any{"data": g.well("GET", "/"+id+"/insights", "metric", "reach")["data"]}, recorded(t, "apidata/medias/insights.json"))
	alike(t, "list", map[string]any{"data": g.well("GET", "/"+g.us.ID+"/media", "fields", "id,comments_count,like_count,media_type,media_url,permalink,timestamp")["data"]},
		recorded(t, "apidata/users/medias_p1.json"))
}

// withProduct adds what a comment's media tells since 2021, after the recording.
func withProduct(c map[string]any) map[string]any {
	c["media"].(map[string]any)["media_product_type"] = ""
	return c
}
