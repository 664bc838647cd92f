package mastodon

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

func TestPeopleReactAndTheAccountIsTold(t *testing.T) {
	w := newWorld(t, Options{})
	id := w.publish("Nous ouvrons demain à neuf heures. https://example.com/a #ouverture")["id"].(string)
	w.do("react", sandbox.Act{Target: id, Person: w.person(0).ID})
	w.do("react", sandbox.Act{Target: id, Person: w.person(0).ID}) // one each
	w.do("react", sandbox.Act{Target: id, Person: w.person(1).ID, Reaction: "reblog"})
	reply := w.do("comment", sandbox.Act{Target: id, Person: w.person(2).ID, Text: "À quelle heure ?\nMerci"})
	w.do("follow", sandbox.Act{Person: w.person(3).ID})
	w.do("message", sandbox.Act{Person: w.person(4).ID, Text: "Bonjour"})
	kinds := []string{}
	notices := w.list("/api/v1/notifications")
	for _, one := range notices {
		kinds = append(kinds, one["type"].(string))
	}
	if got := strings.Join(kinds, " "); got != "mention follow mention reblog favourite" {
		t.Errorf("told of %s", got)
	}
	status := notices[2]["status"].(object)
	if content := status["content"].(string); !strings.HasPrefix(content, `<p><span class="h-card" translate="no"><a href="http`) || !strings.Contains(content, "À quelle heure ?<br />Merci</p>") {
		t.Errorf("content: %s", content)
	}
	view := w.get("/api/v1/statuses/" + id).(object)
	for name, want := range map[string]string{"favourites_count": "1", "reblogs_count": "1", "replies_count": "1"} {
		if got := view[name].(json.Number).String(); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	context := w.get("/api/v1/statuses/" + id + "/context").(object)
	if got := objects(context["descendants"].([]any)); len(got) != 1 || got[0]["id"] != reply.ID {
		t.Errorf("context: %v", got)
	}
	for _, path := range []string{"/favourited_by", "/reblogged_by", "/source", "/history"} {
		w.get("/api/v1/statuses/" + id + path)
	}
	for _, path := range []string{"/api/v1/instance", "/api/v2/instance", "/api/v1/accounts/verify_credentials", "/api/v1/timelines/home",
		"/api/v1/accounts/" + w.me.ID, "/api/v1/accounts/" + w.me.ID + "/followers", "/api/v1/notifications/unread_count",
		"/api/v1/blocks", "/api/v1/mutes", "/api/v2/filters", "/api/v1/scheduled_statuses"} {
		w.get(path)
	}
	found := w.get("/api/v2/search", "q", "@"+w.net.Address(w.person(2)), "resolve", "true").(object)
	if len(found["accounts"].([]any)) != 1 {
		t.Errorf("search: %v", found)
	}
}

func TestListsPageWithoutLossOrRepetition(t *testing.T) {
	w := newWorld(t, Options{})
	id := w.publish("first")["id"].(string)
	for i := range 25 {
		w.do("comment", sandbox.Act{Target: id, Person: w.person(i).ID, Text: "x"})
		w.publish("post")
		w.stage.Clock.Advance(time.Second)
	}
	next := regexp.MustCompile(`<([^>]+)>; rel="next"`)
	for path, want := range map[string]int{"/api/v1/notifications?limit=7": 25, "/api/v1/accounts/" + w.me.ID + "/statuses?limit=7": 26} {
		seen, newest := map[any]bool{}, ""
		for path != "" {
			for _, one := range w.list(path) {
				if seen[one["id"]] {
					t.Errorf("%v twice", one["id"])
				}
				if seen[one["id"]] = true; newest == "" {
					newest = one["id"].(string)
				}
			}
			path, _ = strings.CutPrefix(first(next.FindStringSubmatch(w.header.Get("Link"))), w.address)
		}
		if len(seen) != want {
			t.Errorf("%d of %d", len(seen), want)
		}
	}
	all := w.list("/api/v1/accounts/" + w.me.ID + "/statuses?limit=40")
	oldest, newer := all[20]["id"].(string), all[10]["id"].(string)
	if got := w.list("/api/v1/accounts/"+w.me.ID+"/statuses", "min_id", oldest, "limit", "3"); got[0]["id"] != all[17]["id"] || got[2]["id"] != all[19]["id"] {
		t.Error("min_id does not page upwards")
	}
	if got := w.list("/api/v1/accounts/"+w.me.ID+"/statuses", "since_id", newer, "limit", "3"); got[0]["id"] != all[0]["id"] {
		t.Error("since_id does not begin at the newest")
	}
}

func first(found []string) string {
	if len(found) < 2 {
		return ""
	}
	return found[1]
}

func TestAKeyMakesOnePostAndOnGoToSocialTwo(t *testing.T) {
	for gts, want := range map[bool]int{false: 1, true: 2} {
		w := newWorld(t, Options{GoToSocial: gts})
		w.key = "k1"
		w.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
		if _, _, err := w.send("POST", "/api/v1/statuses", object{"status": "once"}); err == nil {
			t.Fatal("the answer was to be lost")
		}
		w.publish("once")
		if n := len(w.list("/api/v1/accounts/" + w.me.ID + "/statuses")); n != want {
			t.Errorf("GoToSocial %v: %d posts", gts, n)
		}
		if n := len(w.stage.Ledger.Duplicates(nil)); n != want-1 {
			t.Errorf("GoToSocial %v: %d duplicates in the ledger", gts, n)
		}
		entries := w.stage.Ledger.Entries(sandbox.Filter{})
		if entries[0].IdempotencyKey != "k1" || entries[1].Repeat == gts {
			t.Errorf("ledger: %+v", entries)
		}
		w.stage.Clock.Advance(time.Hour)
		w.publish("once")
		if n := len(w.list("/api/v1/accounts/" + w.me.ID + "/statuses")); n != want+1 {
			t.Errorf("after an hour: %d posts", n)
		}
	}
}

func TestWhatIsTooLongOrEmptyIsRefused(t *testing.T) {
	w := newWorld(t, Options{})
	link := " https://example.com/" + strings.Repeat("a", 300)
	w.publish(strings.Repeat("a", 500-24) + link)
	for _, text := range []string{strings.Repeat("a", 501), strings.Repeat("a", 500-23) + link, "  "} {
		if status, got := w.post("/api/v1/statuses", object{"status": text}); status != 422 || !strings.HasPrefix(got["error"].(string), "Validation failed: Text") {
			t.Errorf("%d %v", status, got)
		}
	}
	if status, _ := w.post("/api/v1/statuses", url.Values{"status": {"as a form"}, "visibility": {"unlisted"}}); status != 200 {
		t.Errorf("as a form: %d", status)
	}
	g := newWorld(t, Options{GoToSocial: true})
	if status, _ := g.post("/api/v1/statuses", object{"status": strings.Repeat("a", 5001)}); status != 400 {
		t.Errorf("GoToSocial: %d", status)
	}
}

func TestSigningInByCodeAndProof(t *testing.T) {
	w := newWorld(t, Options{})
	w.me.Token = ""
	if status, got := w.ask("GET", "/api/v1/accounts/verify_credentials", nil); status != 401 {
		t.Fatalf("%d %v", status, got)
	}
	back := "http://127.0.0.1:1/back"
	_, app := w.post("/api/v1/apps", object{"client_name": "Kith", "redirect_uris": []string{back}, "scopes": "read write", "website": "https://example.com"})
	verifier := "a verifier that is long enough to be one, surely"
	sum := sha256.Sum256([]byte(verifier))
	ask := url.Values{"client_id": {app["client_id"].(string)}, "redirect_uri": {back}, "response_type": {"code"}, "scope": {"read write:statuses"},
		"state": {"s1"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
	if status, _ := w.ask("GET", "/oauth/authorize?"+ask.Encode(), nil); status != 200 {
		t.Fatalf("page: %d", status)
	}
	w.judge = nil // the form of the page is not in the description
	ask.Set("account", w.me.ID)
	if status, got := w.ask("POST", "/oauth/authorize", ask); status != http.StatusFound {
		t.Fatalf("%d %v", status, got)
	}
	w.judge = judge(t, w.address)
	to, _ := url.Parse(w.header.Get("Location"))
	if to.Query().Get("state") != "s1" {
		t.Errorf("back to %s", to)
	}
	grant := object{"client_id": app["client_id"], "client_secret": app["client_secret"], "grant_type": "authorization_code", "redirect_uri": back,
		"code": to.Query().Get("code"), "code_verifier": "wrong"}
	if status, got := w.post("/oauth/token", grant); status != 400 || got["error"] != "invalid_grant" {
		t.Errorf("wrong proof: %d %v", status, got)
	}
	w.judge = nil
	w.ask("POST", "/oauth/authorize", ask)
	w.judge = judge(t, w.address)
	to, _ = url.Parse(w.header.Get("Location"))
	grant["code"], grant["code_verifier"] = to.Query().Get("code"), verifier
	status, got := w.post("/oauth/token", grant)
	if status != 200 {
		t.Fatalf("%d %v", status, got)
	}
	if status, got := w.post("/oauth/token", grant); status != 400 {
		t.Errorf("a code used twice: %d %v", status, got)
	}
	w.me.Token = got["access_token"].(string)
	w.get("/api/v1/accounts/verify_credentials")
	w.publish("signed in")
	if status, _ := w.post("/api/v1/accounts/"+w.me.ID+"/block", nil); status != 403 {
		t.Errorf("outside the scopes: %d", status)
	}
	w.post("/oauth/revoke", object{"client_id": app["client_id"], "client_secret": app["client_secret"], "token": w.me.Token})
	if status, got := w.ask("GET", "/api/v1/accounts/verify_credentials", nil); status != 401 || got.(object)["error"] != "The access token was revoked" {
		t.Errorf("revoked: %d %v", status, got)
	}
}

func TestTokensAreReducedAndExpireByWeather(t *testing.T) {
	w := newWorld(t, Options{})
	for kind, want := range map[sandbox.Kind]int{sandbox.TokenReduced: 403, sandbox.TokenExpired: 401, sandbox.Throttled: 429} {
		w.stage.Weather.Must(sandbox.Mishap{Kind: kind, Action: sandbox.Publish, Times: 1})
		if status, got := w.post("/api/v1/statuses", object{"status": "x"}); status != want {
			t.Errorf("%s: %d %v", kind, status, got)
		}
	}
	w.publish("x")
	w.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.TokenRevoked, Times: 1})
	w.post("/api/v1/statuses", object{"status": "x"})
	if status, _ := w.post("/api/v1/statuses", object{"status": "x"}); status != 401 {
		t.Errorf("what is revoked stays so: %d", status)
	}
}

func TestRateLimitsHold(t *testing.T) {
	w := newWorld(t, Options{Requests: 3, Posts: 1})
	w.publish("1")
	if left := w.header.Get("X-RateLimit-Remaining"); left != "0" {
		t.Errorf("remaining: %s", left)
	}
	if reset := w.header.Get("X-RateLimit-Reset"); reset != "2026-11-22T09:00:00.000000Z" {
		t.Errorf("reset: %s", reset)
	}
	if status, got := w.post("/api/v1/statuses", object{"status": "2"}); status != 429 || got["error"] != "Too many requests" {
		t.Errorf("posts: %d %v", status, got)
	}
	w.get("/api/v1/notifications")
	if status, _ := w.ask("GET", "/api/v1/notifications", nil); status != 429 {
		t.Errorf("requests: %d", status)
	}
	w.stage.Clock.Advance(5 * time.Minute)
	w.get("/api/v1/notifications")
}

func TestAPostThatIsListedLateAndAnEarlierTwin(t *testing.T) {
	w := newWorld(t, Options{})
	w.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.ListedLate, Action: sandbox.Publish, Times: 1})
	w.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.EarlierTwin, Action: sandbox.Publish, Times: 1})
	id := w.publish("twin")["id"].(string)
	path := "/api/v1/accounts/" + w.me.ID + "/statuses"
	got := w.list(path)
	if len(got) != 1 || got[0]["created_at"] != "2026-11-22T07:00:00.000Z" {
		t.Errorf("listed: %v", got)
	}
	w.get("/api/v1/statuses/" + id)
	w.stage.Clock.Advance(91 * time.Second)
	if got := w.list(path); len(got) != 2 || got[0]["id"] != id {
		t.Errorf("listed later: %v", got)
	}
}

func TestImagesAndSlowFiles(t *testing.T) {
	w := newWorld(t, Options{MediaAsks: 2})
	var picture bytes.Buffer
	png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 4)))
	status, media := w.post("/api/v2/media", upload{picture.Bytes(), "image/png", "a cat"})
	if status != 202 || media["url"] != nil {
		t.Fatalf("%d %v", status, media)
	}
	id := media["id"].(string)
	body := object{"status": "look", "media_ids": []string{id}}
	if status, _ := w.post("/api/v1/statuses", body); status != 422 {
		t.Errorf("attached too early: %d", status)
	}
	for _, want := range []int{206, 206, 200} {
		if status, got := w.ask("GET", "/api/v1/media/"+id, nil); status != want {
			t.Errorf("%d %v, not %d", status, got, want)
		}
	}
	if status, got := w.ask("PUT", "/api/v1/media/"+id, url.Values{"description": {"a black cat"}}); status != 200 || got.(object)["description"] != "a black cat" {
		t.Errorf("%d %v", status, got)
	}
	_, made := w.post("/api/v1/statuses", body)
	if files := made["media_attachments"].([]any); len(files) != 1 || files[0].(object)["description"] != "a black cat" {
		t.Errorf("%v", made)
	}
	if status, _ := w.post("/api/v1/statuses", body); status != 422 {
		t.Errorf("attached twice: %d", status)
	}
	if status, got := w.post("/api/v2/media", upload{[]byte("hello"), "text/plain", ""}); status != 422 {
		t.Errorf("a text: %d %v", status, got)
	}
}

func TestEditingDeletingAndReacting(t *testing.T) {
	w := newWorld(t, Options{})
	id := w.publish("befor")["id"].(string)
	status, edited := w.ask("PUT", "/api/v1/statuses/"+id, object{"status": "before"})
	if status != 200 || edited.(object)["edited_at"] == nil || edited.(object)["content"] != "<p>before</p>" {
		t.Errorf("%d %v", status, edited)
	}
	if versions := w.list("/api/v1/statuses/" + id + "/history"); len(versions) != 2 {
		t.Errorf("%d versions", len(versions))
	}
	reply := w.do("comment", sandbox.Act{Target: id, Person: w.person(5).ID, Text: "hm"}).ID
	for _, verb := range []string{"favourite", "unfavourite", "reblog", "unreblog"} {
		if status, got := w.post("/api/v1/statuses/"+reply+"/"+verb, nil); status != 200 {
			t.Errorf("%s: %d %v", verb, status, got)
		}
	}
	for _, verb := range []string{"pin", "unpin"} {
		w.post("/api/v1/statuses/"+id+"/"+verb, nil)
	}
	if status, _ := w.ask("DELETE", "/api/v1/statuses/"+id, nil); status != 200 {
		t.Errorf("delete: %d", status)
	}
	if status, _ := w.ask("GET", "/api/v1/statuses/"+id, nil); status != 404 {
		t.Errorf("after deletion: %d", status)
	}
	if status, _ := w.ask("DELETE", "/api/v1/statuses/"+reply, nil); status != 404 {
		t.Errorf("delete of another's: %d", status)
	}
}

func TestBlockingMutingAndReporting(t *testing.T) {
	w := newWorld(t, Options{})
	id := w.publish("x")["id"].(string)
	reply := w.do("comment", sandbox.Act{Target: id, Person: w.person(6).ID, Text: "bah"}).ID
	troll := w.get("/api/v1/statuses/" + reply).(object)["account"].(object)["id"].(string)
	w.post("/api/v1/accounts/"+troll+"/mute", nil)
	if n := len(w.list("/api/v1/notifications")); n != 0 {
		t.Errorf("%d notifications of somebody muted", n)
	}
	w.post("/api/v1/accounts/"+troll+"/unmute", nil)
	_, got := w.post("/api/v1/accounts/"+troll+"/block", nil)
	if got["blocking"] != true {
		t.Errorf("%v", got)
	}
	if _, err := w.stage.Scripts.Do(sandbox.Act{Network: "mastodon", Account: w.me.ID, Kind: "comment", Target: id, Person: w.person(6).ID}); err == nil {
		t.Error("somebody blocked could comment")
	}
	if got := w.list("/api/v1/accounts/relationships", "id[]", troll); got[0]["blocking"] != true {
		t.Errorf("%v", got)
	}
	w.post("/api/v1/accounts/"+troll+"/unblock", nil)
	if status, got := w.post("/api/v1/reports", object{"account_id": troll, "status_ids": []string{reply}, "comment": "rude"}); status != 200 {
		t.Errorf("%d %v", status, got)
	}
	if entries := w.stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Ban}); len(entries) != 5 {
		t.Errorf("ledger: %+v", entries)
	}
}

func TestPrivateConversations(t *testing.T) {
	w := newWorld(t, Options{})
	who := w.person(2)
	w.do("message", sandbox.Act{Person: who.ID, Text: "Bonjour"})
	convos := w.list("/api/v1/conversations")
	if len(convos) != 1 || convos[0]["unread"] != true {
		t.Fatalf("%v", convos)
	}
	last := convos[0]["last_status"].(object)
	w.post("/api/v1/conversations/"+convos[0]["id"].(string)+"/read", nil)
	status, got := w.post("/api/v1/statuses", object{"status": "@" + w.net.Address(who) + " bonjour !", "visibility": "direct", "in_reply_to_id": last["id"]})
	if status != 200 || got["visibility"] != "direct" {
		t.Fatalf("%d %v", status, got)
	}
	w.do("message", sandbox.Act{Person: who.ID, Text: "Merci"})
	if convos = w.list("/api/v1/conversations"); len(convos) != 1 || convos[0]["unread"] != true {
		t.Errorf("%d conversations", len(convos))
	}
	if n := len(w.list("/api/v1/accounts/" + w.me.ID + "/statuses")); n != 0 {
		t.Errorf("%d private messages in the list of posts", n)
	}
	if entries := w.stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Message}); len(entries) != 1 {
		t.Errorf("ledger: %+v", entries)
	}
}

func TestScheduledPostsAndPolls(t *testing.T) {
	w := newWorld(t, Options{})
	if status, _ := w.post("/api/v1/statuses", object{"status": "soon", "scheduled_at": "2026-11-22T08:04:00Z"}); status != 422 {
		t.Errorf("too soon: %d", status)
	}
	_, plan := w.post("/api/v1/statuses", object{"status": "later", "scheduled_at": "2026-11-22T08:10:00Z"})
	_, dropped := w.post("/api/v1/statuses", object{"status": "never", "scheduled_at": "2026-11-22T08:10:00Z"})
	w.get("/api/v1/scheduled_statuses/" + plan["id"].(string))
	w.ask("DELETE", "/api/v1/scheduled_statuses/"+dropped["id"].(string), nil)
	w.stage.Clock.Advance(10 * time.Minute)
	if got := w.list("/api/v1/accounts/" + w.me.ID + "/statuses"); len(got) != 1 || got[0]["content"] != "<p>later</p>" {
		t.Errorf("%v", got)
	}
	_, made := w.post("/api/v1/statuses", object{"status": "?", "poll": object{"options": []string{"a", "b"}, "expires_in": 600}})
	id := made["poll"].(object)["id"].(string)
	w.post("/api/v1/polls/"+id+"/votes", object{"choices": []int{1}})
	if got := w.get("/api/v1/polls/" + id).(object); got["votes_count"].(json.Number).String() != "1" {
		t.Errorf("%v", got)
	}
}

func TestAStreamTellsAsItHappens(t *testing.T) {
	w := newWorld(t, Options{})
	id := w.publish("x")["id"].(string)
	r, err := http.NewRequestWithContext(t.Context(), "GET", w.address+"/api/v1/streaming/user", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.me.Token)
	answer, err := new(http.Client).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	lines.Scan() // the greeting: the listener is there
	w.do("comment", sandbox.Act{Target: id, Person: w.person(1).ID, Text: "live"})
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "event: notification") {
		if strings.HasPrefix(lines.Text(), "event: delete") {
			t.Fatal("out of order")
		}
	}
	lines.Scan()
	var got object
	if err := json.Unmarshal([]byte(strings.TrimPrefix(lines.Text(), "data: ")), &got); err != nil || got["type"] != "mention" {
		t.Errorf("%v %s", err, lines.Text())
	}
	w.get("/api/v1/streaming/health")
	w.get("/health")
}

func TestEveryStepOfAWriteComesByTheGate(t *testing.T) {
	w := newWorld(t, Options{})
	for _, step := range []sandbox.Step{sandbox.Begun, sandbox.Accepted, sandbox.Answered} {
		if err := w.stage.Gate.Stop(sandbox.Stop{Step: step, Action: sandbox.Publish}); err != nil {
			t.Fatal(err)
		}
	}
	w.publish("through")
	var steps []string
	for len(steps) < 3 { // "answered" comes after the answer
		for _, one := range w.stage.Gate.Wait(t.Context(), int64(len(steps))) {
			if steps = append(steps, string(one.Step)); one.Step != sandbox.Begun && one.Entry.Text != "through" {
				t.Errorf("%+v", one)
			}
		}
	}
	if got := strings.Join(steps, " "); got != "request-begun accepted answered" {
		t.Errorf("steps: %s", got)
	}
}
