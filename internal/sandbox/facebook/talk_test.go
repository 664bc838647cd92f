package facebook

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph/graphtest"
)

func TestCommentsAreListedAnsweredHiddenLikedAndDeleted(t *testing.T) {
	g := open(t, Options{})
	id := g.publish("What do you think?")
	first := g.comment(0, id, "Lovely")
	g.stage.Clock.Advance(time.Minute)
	second := g.comment(1, id, "Hmm")
	reply := g.Well("POST", "/v25.0/"+first+"/comments", "message", "Thank you")["id"].(string)
	deeper := g.comment(0, reply, "You are welcome")

	if got := messages(graphtest.Data(g.Well("GET", "/"+id+"/comments"))); !slices.Equal(got, []string{"Lovely", "Hmm"}) {
		t.Errorf("toplevel: %q", got)
	}
	stream := graphtest.Data(g.Well("GET", "/"+id+"/comments", "filter", "stream", "order", "reverse_chronological", "fields", "id,message,parent{id},from"))
	if got := messages(stream); !slices.Equal(got, []string{"You are welcome", "Thank you", "Hmm", "Lovely"}) {
		t.Errorf("stream: %q", got)
	}
	if stream[0]["parent"].(map[string]any)["id"] != first || stream[3]["parent"] != nil {
		t.Errorf("a reply to a reply hangs below the first comment: %v", stream[0])
	}
	if got := messages(graphtest.Data(g.Well("GET", "/"+id+"/comments", "since", "2026-03-02T08:00:30+0000"))); !slices.Equal(got, []string{"Hmm"}) {
		t.Errorf("since: %q", got)
	}
	if got := messages(graphtest.Data(g.Well("GET", "/"+first+"/comments"))); !slices.Equal(got, []string{"Thank you", "You are welcome"}) {
		t.Errorf("below the comment: %q", got)
	}

	g.Well("POST", "/"+second, "is_hidden", "true")
	if got := g.Well("GET", "/"+second, "fields", "is_hidden,can_hide,can_remove,can_reply_privately,user_likes"); got["is_hidden"] != true || got["can_hide"] != true {
		t.Errorf("%v", got)
	}
	g.Well("POST", "/"+second, "is_hidden", "false")
	g.Ill(100, 1705, "POST", "/"+reply, "is_hidden", "true")
	g.Ill(100, 0, "POST", "/"+second, "is_hidden", "maybe")
	g.Ill(200, 0, "POST", "/"+second, "message", "words put into a mouth")
	g.Well("POST", "/"+reply, "message", "Thank you all")

	g.Well("POST", "/"+first+"/likes")
	g.Well("POST", "/"+first+"/likes")
	if got := g.Well("GET", "/"+first, "fields", "like_count,user_likes"); got["like_count"] != 1.0 || got["user_likes"] != true {
		t.Errorf("%v", got)
	}
	g.Well("DELETE", "/"+first+"/likes")
	g.Well("DELETE", "/"+first)
	g.Ill(100, 33, "GET", "/"+deeper)
	if got := messages(graphtest.Data(g.Well("GET", "/"+id+"/comments", "filter", "stream"))); !slices.Equal(got, []string{"Hmm"}) {
		t.Errorf("a comment goes with its replies: %q", got)
	}
}

func TestReactionsAreCountedByKind(t *testing.T) {
	g := open(t, Options{})
	id := g.publish("React")
	for i, kind := range []string{"", "LOVE", "love", "ANGRY"} {
		if err := (actor{g.net}).React(g.person(i), g.page.ID, id, kind); err != nil {
			t.Fatal(err)
		}
	}
	if err := (actor{g.net}).React(g.person(3), g.page.ID, id, "NONE"); err != nil {
		t.Fatal(err)
	}
	got := g.Well("GET", "/"+id+"/reactions", "type", "LOVE", "summary", "total_count")
	if got["summary"].(map[string]any)["total_count"] != 2.0 || len(graphtest.Data(got)) != 2 || graphtest.Data(got)[0]["type"] != "LOVE" {
		t.Errorf("%v", got)
	}
	g.Ill(100, 0, "GET", "/"+id+"/reactions", "type", "BOREDOM")
}

func TestAPersonHasAnotherIDOnEveryPage(t *testing.T) {
	g := open(t, Options{})
	other := g.net.AddPage("Boutique")
	mine := g.comment(0, g.publish("here"), "hello")
	there, err := actor{g.net}.Comment(g.person(0), other.ID, g.Well("POST", "/me/feed", "message", "there", "access_token", other.Token)["id"].(string), "hello")
	if err != nil {
		t.Fatal(err)
	}
	a := g.Well("GET", "/"+mine, "fields", "from")["from"].(map[string]any)
	b := g.Well("GET", "/"+there, "fields", "from", "access_token", other.Token)["from"].(map[string]any)
	if a["id"] == b["id"] || a["name"] != b["name"] {
		t.Errorf("%v and %v", a, b)
	}
	g.Ill(10, 0, "GET", "/"+there)
}

func TestAPrivateReplyIsSentOnceWithinSevenDays(t *testing.T) {
	g := open(t, Options{})
	id := g.publish("Ask us")
	first, second := g.comment(0, id, "How much?"), g.comment(1, id, "When?")
	to := func(c string) string { return `{"comment_id":"` + c + `"}` }
	got := g.Well("POST", "/me/messages", "recipient", to(first), "message", `{"text":"Twelve euros"}`)
	if got["recipient_id"] == "" || !strings.HasPrefix(got["message_id"].(string), "m_") {
		t.Errorf("%v", got)
	}
	g.Ill(10900, 0, "POST", "/me/messages", "recipient", to(first), "message", `{"text":"again"}`)
	// The person has not answered: there is no window for a second message.
	g.Ill(10, 2018278, "POST", "/me/messages", "recipient", `{"id":"`+got["recipient_id"].(string)+`"}`, "message", `{"text":"and?"}`)
	if c := g.Well("GET", "/"+first, "fields", "can_reply_privately,private_reply_conversation"); c["can_reply_privately"] != false || c["private_reply_conversation"] == nil {
		t.Errorf("%v", c)
	}
	g.stage.Clock.Advance(7 * 24 * time.Hour)
	g.Ill(10903, 0, "POST", "/me/messages", "recipient", to(second), "message", `{"text":"late"}`)
}

func TestMessagesHaveAWindowOfADay(t *testing.T) {
	g := open(t, Options{})
	if _, err := (actor{g.net}).Message(g.person(2), g.page.ID, "Bonjour"); err != nil {
		t.Fatal(err)
	}
	all := graphtest.Data(g.Well("GET", "/me/conversations", "platform", "messenger", "fields", "participants,unread_count,snippet,can_reply,messages{message,from,to,created_time}"))
	if len(all) != 1 || all[0]["snippet"] != "Bonjour" || all[0]["unread_count"] != 1.0 || all[0]["can_reply"] != true {
		t.Fatalf("%v", all)
	}
	who := graphtest.Data(all[0]["participants"])[0]["id"].(string)
	g.Well("POST", "/me/messages", "recipient", `{"id":"`+who+`"}`, "messaging_type", "RESPONSE", "message", `{"text":"Hello"}`)
	got := graphtest.Data(g.Well("GET", "/"+all[0]["id"].(string)+"/messages", "fields", "message,from"))
	if !slices.Equal(messages(got), []string{"Hello", "Bonjour"}) || got[0]["from"].(map[string]any)["id"] != g.page.ID {
		t.Errorf("%v", got)
	}
	if p := g.Well("GET", "/"+who, "fields", "first_name,profile_pic"); p["first_name"] == "" {
		t.Errorf("%v", p)
	}
	g.stage.Clock.Advance(25 * time.Hour)
	g.Ill(10, 2018278, "POST", "/me/messages", "recipient", `{"id":"`+who+`"}`, "message", `{"text":"late"}`)
	g.Ill(100, 0, "POST", "/me/messages", "recipient", `{"id":"`+who+`"}`, "messaging_type", "MESSAGE_TAG", "tag", "ACCOUNT_UPDATE", "message", `{"text":"late"}`)
	g.Well("POST", "/me/messages", "recipient", `{"id":"`+who+`"}`, "messaging_type", "MESSAGE_TAG", "tag", "HUMAN_AGENT", "message", `{"text":"late"}`)
	g.Ill(100, 0, "POST", "/me/messages", "recipient", `{"id":"`+who+`"}`, "message", `{"text":"`+strings.Repeat("x", 2001)+`"}`)
	g.Ill(100, 2018001, "POST", "/me/messages", "recipient", `{"id":"1"}`, "message", `{"text":"who?"}`)
}

func TestABannedPersonCannotWrite(t *testing.T) {
	g := open(t, Options{})
	id := g.publish("Open to all")
	who := g.Well("GET", "/"+g.comment(0, id, "rude"), "fields", "from")["from"].(map[string]any)["id"].(string)
	if got := g.Well("POST", "/me/blocked", "user", who); got[who] != true {
		t.Errorf("%v", got)
	}
	if _, err := (actor{g.net}).Comment(g.person(0), g.page.ID, id, "ruder"); err == nil {
		t.Error("the banned person wrote")
	}
	if all := graphtest.Data(g.Well("GET", "/me/blocked")); len(all) != 1 || all[0]["id"] != who {
		t.Errorf("%v", all)
	}
	g.Well("DELETE", "/me/blocked", "user", who)
	g.comment(0, id, "sorry")
	g.Well("POST", "/me/moderate_conversations", "user_ids", `[{"id":"`+who+`"}]`, "actions", `["BAN_USER","MOVE_TO_SPAM"]`)
	if all := graphtest.Data(g.Well("GET", "/me/blocked")); len(all) != 1 {
		t.Errorf("%v", all)
	}
	g.Ill(100, 0, "POST", "/me/blocked", "user", "42")
	g.Ill(100, 0, "POST", "/me/moderate_conversations", "user_ids", `["`+who+`"]`, "actions", `["TAR_AND_FEATHER"]`)
}

func TestInsightsAnswerLivingMetricsAndRefuseDeadOnes(t *testing.T) {
	g := open(t, Options{})
	id := g.publish("Counted")
	for i := range 3 {
		g.comment(i, id, "nice")
	}
	if err := (actor{g.net}).Follow(g.person(0), g.page.ID); err != nil {
		t.Fatal(err)
	}
	g.stage.Clock.Advance(24 * time.Hour)
	got := graphtest.Data(g.Well("GET", "/me/insights", "metric", "page_post_engagements,page_follows,page_daily_follows_unique,page_actions_post_reactions_like_total", "period", "day", "since", "2026-03-03", "until", "2026-03-04")) // which ends at midnight in California
	value := func(i int) any { return got[i]["values"].([]any)[0].(map[string]any)["value"] }
	if len(got) != 4 || value(0) != 3.0 || value(1) != 4813.0 || value(2) != 1.0 {
		t.Errorf("%v", got)
	}
	if got := graphtest.Data(g.Well("GET", "/"+id+"/insights", "metric", "post_media_view,post_clicks,post_reactions_by_type_total")); len(got) != 3 || got[0]["period"] != "lifetime" {
		t.Errorf("%v", got)
	}
	for _, dead := range []string{"page_impressions", "page_fans", "page_engaged_users", "frogs"} {
		g.Ill(100, 0, "GET", "/me/insights", "metric", dead)
	}
	g.Ill(100, 0, "GET", "/"+id+"/insights", "metric", "post_impressions_unique")
	if _, got := g.Ask("GET", "/me/insights", "metric", "page_fans"); !strings.Contains(got["error"].(map[string]any)["message"].(string), "no longer") {
		t.Errorf("a dead metric is not told from an unknown one: %v", got)
	}
	g.Ill(100, 0, "GET", "/me/insights", "metric", "page_follows", "since", "2025-01-01", "until", "2026-03-01")
}

func TestScenariosPlayOnPages(t *testing.T) {
	g := open(t, Options{})
	if _, err := g.stage.Scripts.Start(sandbox.Scene{Name: "lively", Network: Name}); err != nil {
		t.Fatal(err)
	}
	id := g.publish("A lively post")
	g.stage.Clock.Advance(time.Hour)
	got := g.Well("GET", "/"+id, "fields", "comments.summary(true).limit(100){id,from},reactions.summary(true).limit(0)")
	comments := graphtest.Data(got["comments"])
	if len(comments) < 3 || got["reactions"].(map[string]any)["summary"].(map[string]any)["total_count"].(float64) < 5 {
		t.Fatalf("%v", got)
	}
	for _, c := range comments { // some of the people we answer answer back
		g.Well("POST", "/"+c["id"].(string)+"/comments", "message", "Thank you!")
	}
	g.stage.Clock.Advance(time.Hour)
	more := g.Well("GET", "/"+id, "fields", "comments.filter(stream).summary(true).limit(0)")
	if n := more["comments"].(map[string]any)["summary"].(map[string]any)["total_count"].(float64); int(n) <= 2*len(comments) {
		t.Errorf("%v after %d answers", n, len(comments))
	}
	if s := g.stage.Scripts.Scenes()[0]; s.Failed > 0 {
		t.Errorf("%+v", s)
	}
}
