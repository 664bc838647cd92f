package facebook

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph"
	"github.com/kithhq/kith/internal/sandbox/graph/graphtest"
)

func dot(t *testing.T, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAPostIsPublishedReadEditedAndDeleted(t *testing.T) {
	g := open(t, Options{})
	id := g.publish("Bonjour à tous 👋")
	got := g.Well("GET", "/"+id, "fields", "id,message,created_time,from{name},permalink_url,is_published,comments.limit(0).summary(true),reactions.type(LIKE).summary(total_count).limit(0).as(likes_seen)")
	if got["message"] != "Bonjour à tous 👋" || got["created_time"] != "2026-03-02T08:00:00+0000" || !strings.HasPrefix(id, g.page.ID+"_") {
		t.Errorf("%v", got)
	}
	if sum := got["likes_seen"].(map[string]any)["summary"].(map[string]any); sum["total_count"] != 0.0 {
		t.Errorf("%v", sum)
	}
	g.Well("POST", "/v25.0/"+id, "message", "Bonsoir")
	if got := g.Well("GET", "/v23.0/"+id); got["message"] != "Bonsoir" {
		t.Errorf("%v", got)
	}
	g.Well("DELETE", "/v25.0/"+id)
	g.Ill(100, 33, "GET", "/"+id)
	g.Ill(100, 33, "DELETE", "/"+id)
}

func TestTheSamePostTwiceIsTwoPosts(t *testing.T) {
	g := open(t, Options{})
	if one, two := g.publish("twice"), g.publish("twice"); one == two {
		t.Error("one post")
	}
	if found := g.stage.Ledger.Duplicates(nil); len(found) != 1 {
		t.Errorf("%+v", found)
	}
	strict := open(t, Options{RefuseRepeats: true})
	strict.publish("twice")
	strict.Ill(506, 1455006, "POST", "/"+strict.page.ID+"/feed", "message", "twice")
}

func TestTheBodyMayBeJSONAndTheTokenAHeader(t *testing.T) {
	g := open(t, Options{})
	body := `{"message":"from JSON","published":true,"attached_media":[]}`
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, g.Server.URL+"/v25.0/me/feed", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+g.page.Token)
	if status, got := g.Do(r); status != 200 || got["id"] == nil {
		t.Fatalf("%d %v", status, got)
	}
}

func TestPhotosAreUploadedAttachedAndPublishedAtOnce(t *testing.T) {
	g := open(t, Options{})
	var attached []string
	for range 2 {
		status, got := g.upload(dot(t, 8), "published", "false", "alt_text_custom", "A grey square")
		if status != 200 || got["post_id"] != nil {
			t.Fatalf("%d %v", status, got)
		}
		attached = append(attached, `{"media_fbid":"`+got["id"].(string)+`"}`)
	}
	list := "[" + strings.Join(attached, ",") + "]"
	id := g.Well("POST", "/v25.0/me/feed", "message", "Two", "attached_media", list)["id"].(string)
	g.Ill(1366051, 0, "POST", "/v25.0/me/feed", "message", "Two", "attached_media", list)
	got := g.Well("GET", "/"+id, "fields", "attachments{media_type,subattachments}")
	one := graphtest.Data(got["attachments"])[0]
	if one["media_type"] != "album" || len(graphtest.Data(one["subattachments"])) != 2 {
		t.Errorf("%v", one)
	}
	status, single := g.upload(dot(t, 8), "message", "One")
	if status != 200 || single["post_id"] == nil {
		t.Fatalf("%d %v", status, single)
	}
	if last := g.stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish}); len(last) != 2 || last[1].Text != "One" {
		t.Errorf("%+v", last)
	}
	photo := g.Well("GET", "/"+single["id"].(string), "fields", "width,alt_text,source,page_story_id")
	if photo["width"] != 8.0 || photo["page_story_id"] != single["post_id"] {
		t.Errorf("%v", photo)
	}
	res, err := g.Server.Client().Get(photo["source"].(string))
	if err != nil || res.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%v %v", res, err)
	}
	res.Body.Close()
	for name, bad := range map[string][]byte{"large": append(dot(t, 8), make([]byte, maxPhoto)...), "text": []byte("not a picture")} {
		if status, got := g.upload(bad); status != 400 || got["error"].(map[string]any)["code"] != 1366046.0 {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
}

func TestAPhotoIsFetchedByItsAddress(t *testing.T) {
	g := open(t, Options{})
	_, got := g.upload(dot(t, 4), "published", "false")
	source := g.Well("GET", "/"+got["id"].(string), "fields", "source")["source"].(string)
	if again := g.Well("POST", "/me/photos", "url", source, "message", "By address"); again["post_id"] == nil {
		t.Errorf("%v", again)
	}
	g.Ill(324, 2069019, "POST", "/me/photos", "url", g.Server.URL+"/nothing")
}

func TestAScheduledPostComesOutAtItsMoment(t *testing.T) {
	g := open(t, Options{})
	due := g.stage.Clock.Now().Add(time.Hour)
	id := g.Well("POST", "/me/feed", "message", "Later", "published", "false", "scheduled_publish_time", strconv.FormatInt(due.Unix(), 10))["id"].(string)
	if all := graphtest.Data(g.Well("GET", "/me/feed")); len(all) != 0 {
		t.Errorf("%v", all)
	}
	if all := graphtest.Data(g.Well("GET", "/me/scheduled_posts", "fields", "scheduled_publish_time")); len(all) != 1 || all[0]["scheduled_publish_time"] != float64(due.Unix()) {
		t.Errorf("%v", all)
	}
	g.stage.Clock.Advance(time.Hour)
	if all := graphtest.Data(g.Well("GET", "/me/published_posts")); len(all) != 1 || all[0]["id"] != id || all[0]["created_time"] != graph.Stamp(due) {
		t.Errorf("%v", all)
	}
	g.Ill(100, 1363041, "POST", "/me/feed", "message", "x", "published", "false", "scheduled_publish_time", strconv.FormatInt(due.Unix(), 10))
	g.Ill(100, 0, "POST", "/me/feed", "message", "x", "scheduled_publish_time", strconv.FormatInt(due.Add(2*time.Hour).Unix(), 10))
}

func TestTheFeedPagesAndFilters(t *testing.T) {
	g := open(t, Options{})
	for i := range 7 {
		g.publish("post " + strconv.Itoa(i))
		g.stage.Clock.Advance(time.Minute)
	}
	first := g.Well("GET", "/me/posts", "limit", "3")
	if got := messages(graphtest.Data(first)); !slices.Equal(got, []string{"post 6", "post 5", "post 4"}) {
		t.Errorf("%v", got)
	}
	paging := first["paging"].(map[string]any)
	if paging["previous"] != nil {
		t.Error("a first page has no previous one")
	}
	g.publish("in between")
	var all []string
	for next, _ := paging["next"].(string); next != ""; {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, next, nil)
		_, got := g.Do(r)
		all = append(all, messages(graphtest.Data(got))...)
		next, _ = got["paging"].(map[string]any)["next"].(string)
	}
	if !slices.Equal(all, []string{"post 3", "post 2", "post 1", "post 0"}) {
		t.Errorf("%v", all)
	}
	got := g.Well("GET", "/me/feed", "since", "1772438520", "until", "1772438640", "fields", "message")
	if texts := messages(graphtest.Data(got)); !slices.Equal(texts, []string{"post 4", "post 3", "post 2"}) {
		t.Errorf("%v", texts)
	}
	if got := g.Well("GET", "/me/feed", "until", "2020-01-01"); got["paging"] != nil || len(graphtest.Data(got)) != 0 {
		t.Errorf("%v", got)
	}
}

func TestWhatGraphRefusesIsRefused(t *testing.T) {
	g := open(t, Options{})
	feed := "/v25.0/" + g.page.ID + "/feed"
	g.Ill(100, 0, "POST", feed)
	g.Ill(100, 0, "POST", feed, "message", strings.Repeat("é", maxText+1))
	g.Ill(100, 1500, "POST", feed, "link", "javascript:alert(1)")
	g.Ill(100, 0, "POST", feed, "message", "x", "published", "perhaps")
	g.Ill(100, 33, "POST", feed, "message", "x", "attached_media", `[{"media_fbid":"1"}]`)
	g.Ill(100, 0, "POST", feed, "message", "x", "sponsor_id", g.page.ID)
	g.Ill(100, 0, "GET", feed, "limit", "many")
	g.Ill(100, 0, "GET", feed, "since", "yesterday-ish")
	g.Ill(100, 0, "GET", feed, "fields", "id,frogs")
	g.Ill(2500, 0, "GET", feed, "fields", "id,from{name")
	g.Ill(100, 0, "GET", "/"+g.page.ID+"/frogs")
	g.Ill(100, 33, "POST", "/"+g.page.ID+"/frogs")
	g.Ill(100, 33, "GET", "/12345")
	g.Ill(2500, 0, "GET", "/a/b/c/d")
	g.Ill(2500, 0, "GET", feed, "access_token", "")
	g.Ill(190, 0, "GET", feed, "access_token", "nonsense")
	if got := g.Well("POST", feed, "message", strings.Repeat("é", maxText), "frogs", "ignored, as Graph does"); got["id"] == nil {
		t.Errorf("%v", got)
	}
}

func TestAnAcceptedPostIsListedLateAndATwinIsThereEarlier(t *testing.T) {
	g := open(t, Options{})
	g.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.ListedLate, Action: sandbox.Publish, Times: 1})
	id := g.publish("late")
	if all := graphtest.Data(g.Well("GET", "/me/feed")); len(all) != 0 {
		t.Errorf("listed at once: %v", all)
	}
	g.Well("GET", "/"+id)
	g.stage.Clock.Advance(90 * time.Second)
	if all := graphtest.Data(g.Well("GET", "/me/feed")); len(all) != 1 {
		t.Errorf("%v", all)
	}
	g.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.EarlierTwin, Action: sandbox.Publish, Times: 1})
	g.publish("twin")
	all := graphtest.Data(g.Well("GET", "/me/feed"))
	if len(all) != 3 || !slices.Equal(messages(all), []string{"twin", "late", "twin"}) {
		t.Errorf("%v", all)
	}
	if found := g.stage.Ledger.Duplicates(nil); len(found) != 0 {
		t.Errorf("somebody else's twin is not our duplicate: %+v", found)
	}
}

func TestThrottlingSpeaksGraph(t *testing.T) {
	g := open(t, Options{})
	retry := 150
	g.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.Throttled, RetryAfterS: &retry})
	codes := map[float64]bool{}
	for range 8 {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, g.Server.URL+"/me/feed?access_token="+g.page.Token, nil)
		res, err := g.Server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ Error struct{ Code float64 } }
		if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		res.Body.Close()
		codes[got.Error.Code] = true
		if res.StatusCode == 429 || res.Header.Get("Retry-After") != "" || !strings.Contains(res.Header.Get("X-App-Usage"), `"call_count":100`) ||
			!strings.Contains(res.Header.Get("X-Business-Use-Case-Usage"), `"estimated_time_to_regain_access":3`) {
			t.Errorf("%d %v", res.StatusCode, res.Header)
		}
	}
	if len(codes) != 4 {
		t.Errorf("codes %v", codes)
	}
	g.stage.Weather.Clear()
	g.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.Blocked, Action: sandbox.AnyWrite})
	g.Ill(368, 1390008, "POST", "/me/feed", "message", "x")
	g.Well("GET", "/me/feed")
}

func TestAPostComesByTheGateAtEachStep(t *testing.T) {
	for _, step := range []sandbox.Step{sandbox.Begun, sandbox.Accepted, sandbox.Answered} {
		g := open(t, Options{})
		if err := g.stage.Gate.Stop(sandbox.Stop{Step: step, Network: Name, Action: sandbox.Publish, Times: 1, Hold: true}); err != nil {
			t.Fatal(err)
		}
		over := make(chan struct{})
		go func() {
			defer close(over)
			publishAt(g, g.Server.Client(), g.Server, g.page, "#k-7 held")
		}()
		got := g.stage.Gate.Wait(t.Context(), 0)
		listed := messages(graphtest.Data(g.Well("GET", "/me/feed")))
		if want := step != sandbox.Begun; len(got) != 1 || slices.Contains(listed, "#k-7 held") != want || (got[0].Entry != nil) != want {
			t.Errorf("%s: %+v, listed %q", step, got, listed)
		}
		g.stage.Gate.ReleaseAll(false)
		<-over
	}
}
