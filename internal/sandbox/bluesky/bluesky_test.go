package bluesky

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

func TestPeopleReactAndTheAccountIsTold(t *testing.T) {
	w := newWorld(t, Options{}).underJudgement()
	post := w.publish("Nous ouvrons demain à neuf heures.")
	uri := post["uri"].(string)
	w.stage.Clock.Advance(time.Minute)
	w.do("react", sandbox.Act{Target: uri, Person: w.person(0).ID})
	w.do("react", sandbox.Act{Target: uri, Person: w.person(0).ID}) // one like each
	w.do("react", sandbox.Act{Target: uri, Person: w.person(1).ID, Reaction: "repost"})
	reply := w.do("comment", sandbox.Act{Target: uri, Person: w.person(2).ID, Text: "À quelle heure ?"})
	w.do("follow", sandbox.Act{Person: w.person(3).ID})
	if _, err := w.net.Mention(w.person(4), w.me.DID, "merci !"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.net.Quote(w.person(5), uri, "À lire"); err != nil {
		t.Fatal(err)
	}
	reasons := []string{}
	for _, one := range list(w.get("app.bsky.notification.listNotifications"), "notifications") {
		reasons = append(reasons, one["reason"].(string))
	}
	if got := strings.Join(reasons, " "); got != "quote mention follow reply repost like" {
		t.Errorf("told of %s", got)
	}
	view := list(w.get("app.bsky.feed.getPosts", "uris", uri), "posts")[0]
	for name, want := range map[string]int64{"likeCount": 1, "repostCount": 1, "replyCount": 1, "quoteCount": 1} {
		if got := number64(view[name]); got != want {
			t.Errorf("%s: %d", name, got)
		}
	}
	thread := w.get("app.bsky.feed.getPostThread", "uri", uri)["thread"].(object)
	if got := list(thread, "replies")[0]["post"].(object)["uri"]; got != reply.ID {
		t.Errorf("thread shows %v", got)
	}
	w.get("app.bsky.feed.getPostThread", "uri", reply.ID)
	if got := number64(w.get("app.bsky.notification.getUnreadCount")["count"]); got != 6 {
		t.Errorf("unread: %d", got)
	}
	w.post("app.bsky.notification.updateSeen", object{"seenAt": stamp(w.stage.Clock.Now())})
	if got := number64(w.get("app.bsky.notification.getUnreadCount")["count"]); got != 0 {
		t.Errorf("unread after seeing: %d", got)
	}
	for _, name := range []string{"app.bsky.feed.getLikes", "app.bsky.feed.getRepostedBy", "app.bsky.feed.getQuotes"} {
		w.get(name, "uri", uri)
	}
	w.get("app.bsky.actor.getProfile", "actor", w.me.DID)
	w.get("app.bsky.actor.getProfiles", "actors", w.me.DID)
	w.get("app.bsky.graph.getFollowers", "actor", w.me.DID)
	w.get("app.bsky.feed.getTimeline")
	w.get("com.atproto.server.getSession")
	w.get("com.atproto.server.describeServer")
	w.get("com.atproto.identity.resolveHandle", "handle", w.me.Handle)
	if status, got := w.ask("GET", "app.bsky.feed.getPostThread", "uri="+url.QueryEscape(uri+"x"), nil); status != 400 || got["error"] != "NotFound" {
		t.Errorf("a thread that is not there: %d %v", status, got)
	}
}

func TestNotificationsAndFeedsPageWithoutLossOrRepetition(t *testing.T) {
	w := newWorld(t, Options{}).underJudgement()
	uri := w.publish("un")["uri"].(string)
	for i := range 25 {
		w.stage.Clock.Advance(time.Second)
		w.do("comment", sandbox.Act{Target: uri, Person: w.person(i).ID, Text: "x"})
		w.publish("post")
	}
	for name, field := range map[string]string{"app.bsky.notification.listNotifications": "notifications",
		"app.bsky.feed.getAuthorFeed": "feed", "com.atproto.repo.listRecords": "records"} {
		seen, cursor := map[any]bool{}, ""
		for range 20 {
			page := w.get(name, "actor", w.me.DID, "limit", "7", "cursor", cursor, "repo", w.me.DID, "collection", "app.bsky.feed.post")
			for _, one := range list(page, field) {
				key := one["uri"]
				if post, ok := one["post"].(object); ok {
					key = post["uri"]
				}
				if seen[key] {
					t.Errorf("%s: %v twice", name, key)
				}
				seen[key] = true
			}
			if cursor, _ = page["cursor"].(string); cursor == "" {
				break
			}
		}
		want := map[string]int{"notifications": 25, "feed": 26, "records": 26}[field]
		if len(seen) != want {
			t.Errorf("%s: %d of %d", name, len(seen), want)
		}
	}
}

func TestSigningInLastsForAWhile(t *testing.T) {
	w := newWorld(t, Options{AccessLife: time.Hour})
	w.stage.Clock.Advance(time.Hour + time.Second)
	if status, got := w.ask("GET", "com.atproto.server.getSession", "", nil); status != 400 || got["error"] != "ExpiredToken" {
		t.Fatalf("after an hour: %d %v", status, got)
	}
	status, got := w.ask("POST", "com.atproto.server.refreshSession", "", nil)
	if status != 200 {
		t.Fatalf("refresh: %d %v", status, got)
	}
	w.token = got["accessJwt"].(string)
	w.get("com.atproto.server.getSession")
	if status, got := w.ask("POST", "com.atproto.server.refreshSession", "", nil); status != 400 || got["error"] != "ExpiredToken" {
		t.Fatalf("a refresh token used twice: %d %v", status, got)
	}
}

func TestTokensAreRevokedAndReducedByWeather(t *testing.T) {
	w := newWorld(t, Options{})
	for kind, want := range map[sandbox.Kind]string{sandbox.TokenReduced: "ScopeMissingError", sandbox.TokenExpired: "ExpiredToken"} {
		w.stage.Weather.Must(sandbox.Mishap{Kind: kind, Times: 1})
		if status, got := w.post("com.atproto.repo.createRecord", w.record("x")); status < 400 || got["error"] != want {
			t.Errorf("%s: %d %v", kind, status, got)
		}
	}
	w.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.TokenRevoked, Times: 1})
	w.post("com.atproto.repo.createRecord", w.record("x"))
	if status, got := w.ask("POST", "com.atproto.server.refreshSession", "", nil); status != 400 || got["error"] != "ExpiredToken" {
		t.Errorf("refreshing what was revoked: %d %v", status, got)
	}
	w.signIn()
	w.publish("back")
	if n := len(w.stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish})); n != 1 {
		t.Errorf("%d posts in the ledger", n)
	}
}

func TestALostAnswerAndTheSameKeyMakeOnePost(t *testing.T) {
	w := newWorld(t, Options{})
	body := w.record("once")
	body["rkey"] = "3n2v3aaaaaa2a"
	w.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.LostAnswer, Action: sandbox.Publish, Times: 1})
	if _, _, err := w.send("POST", "com.atproto.repo.putRecord", "", body); err == nil {
		t.Fatal("the answer was to be lost")
	}
	status, got := w.post("com.atproto.repo.putRecord", body)
	if status != 200 || got["commit"] != nil {
		t.Fatalf("again: %d %v", status, got)
	}
	entries := w.stage.Ledger.Entries(sandbox.Filter{})
	if len(entries) != 2 || entries[0].Repeat || !entries[1].Repeat || entries[0].ClientID != "3n2v3aaaaaa2a" {
		t.Errorf("ledger: %+v", entries)
	}
	if n := len(w.stage.Ledger.Duplicates(nil)); n != 0 {
		t.Errorf("%d duplicates", n)
	}
}

func TestAPostThatIsListedLateIsInNoList(t *testing.T) {
	w := newWorld(t, Options{})
	w.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.ListedLate, Action: sandbox.Publish})
	post := w.publish("late")
	count := func() int {
		return len(list(w.get("app.bsky.feed.getAuthorFeed", "actor", w.me.DID), "feed")) +
			len(list(w.get("com.atproto.repo.listRecords", "repo", w.me.DID, "collection", "app.bsky.feed.post"), "records")) +
			len(list(w.get("app.bsky.feed.getPosts", "uris", post["uri"].(string)), "posts"))
	}
	if n := count(); n != 0 {
		t.Errorf("%d before", n)
	}
	w.stage.Clock.Advance(91 * time.Second)
	if n := count(); n != 3 {
		t.Errorf("%d after", n)
	}
}

func TestAnIdenticalEarlierPostIsThere(t *testing.T) {
	w := newWorld(t, Options{})
	w.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.EarlierTwin, Action: sandbox.Publish, Times: 1})
	w.publish("twin")
	feed := list(w.get("app.bsky.feed.getAuthorFeed", "actor", w.me.DID), "feed")
	if len(feed) != 2 || feed[1]["post"].(object)["indexedAt"] != "2026-11-22T07:00:00.000Z" {
		t.Errorf("feed: %v", feed)
	}
	if n := len(w.stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish})); n != 1 {
		t.Errorf("%d in the ledger: the twin is not ours", n)
	}
}

func TestPointsRunOut(t *testing.T) {
	w := newWorld(t, Options{HourPoints: 7})
	w.publish("1")
	w.publish("2")
	status, got := w.post("com.atproto.repo.createRecord", w.record("3"))
	if status != 429 || got["error"] != "RateLimitExceeded" {
		t.Fatalf("%d %v", status, got)
	}
	w.stage.Clock.Advance(time.Hour)
	w.publish("3")
}

func TestBlocksMutesAndGatesHold(t *testing.T) {
	w := newWorld(t, Options{}).underJudgement()
	post := w.publish("gate")
	uri := post["uri"].(string)
	_, _, key := splitURI(uri)
	troll, other := w.person(7), w.person(8)
	did := w.net.Handle(troll)
	w.do("comment", sandbox.Act{Target: uri, Person: troll.ID, Text: "bah"})
	w.post("app.bsky.graph.muteActor", object{"actor": did})
	if n := len(list(w.get("app.bsky.notification.listNotifications"), "notifications")); n != 0 {
		t.Errorf("%d notifications of somebody muted", n)
	}
	w.post("app.bsky.graph.unmuteActor", object{"actor": did})
	profile := w.get("app.bsky.actor.getProfile", "actor", did)
	_, made := w.post("com.atproto.repo.createRecord", object{"repo": w.me.DID, "collection": "app.bsky.graph.block",
		"record": object{"$type": "app.bsky.graph.block", "subject": profile["did"], "createdAt": "2026-11-22T08:00:00Z"}})
	if _, err := w.stage.Scripts.Do(sandbox.Act{Network: "bluesky", Account: w.me.DID, Kind: "comment", Target: uri, Person: troll.ID}); err == nil {
		t.Error("somebody blocked could comment")
	}
	if n := len(list(w.get("app.bsky.feed.getPostThread", "uri", uri)["thread"].(object), "replies")); n != 0 {
		t.Errorf("%d replies of somebody blocked", n)
	}
	_, _, block := splitURI(made["uri"].(string))
	w.post("com.atproto.repo.deleteRecord", object{"repo": w.me.DID, "collection": "app.bsky.graph.block", "rkey": block})
	w.do("comment", sandbox.Act{Target: uri, Person: troll.ID, Text: "re"})
	status, got := w.post("com.atproto.repo.putRecord", object{"repo": w.me.DID, "collection": "app.bsky.feed.threadgate", "rkey": key,
		"record": object{"$type": "app.bsky.feed.threadgate", "post": uri, "allow": []any{}, "createdAt": "2026-11-22T08:00:00Z"}})
	if status != 200 {
		t.Fatalf("%d %v", status, got)
	}
	if _, err := w.stage.Scripts.Do(sandbox.Act{Network: "bluesky", Account: w.me.DID, Kind: "comment", Target: uri, Person: other.ID}); err == nil {
		t.Error("somebody replied through a closed gate")
	}
}

func TestDirectMessages(t *testing.T) {
	w := newWorld(t, Options{}).underJudgement()
	who := w.person(2)
	_, got := w.ask("GET", "chat.bsky.convo.getConvoForMembers", "members="+w.me.DID, nil)
	if got["error"] != "RecipientNotFound" {
		t.Errorf("talking to oneself: %v", got)
	}
	w.do("message", sandbox.Act{Person: who.ID, Text: "Bonjour, où est ma commande ?"})
	convos := list(w.get("chat.bsky.convo.listConvos"), "convos")
	if len(convos) != 1 || number64(convos[0]["unreadCount"]) != 1 || convos[0]["status"] != "request" {
		t.Fatalf("convos: %v", convos)
	}
	id := convos[0]["id"].(string)
	status, sent := w.post("chat.bsky.convo.sendMessage", object{"convoId": id, "message": object{"text": "Elle arrive."}})
	if status != 200 || sent["text"] != "Elle arrive." {
		t.Fatalf("%d %v", status, sent)
	}
	if n := len(list(w.get("chat.bsky.convo.getMessages", "convoId", id), "messages")); n != 2 {
		t.Errorf("%d messages", n)
	}
	log := w.get("chat.bsky.convo.getLog")
	if n := len(list(log, "logs")); n != 3 {
		t.Errorf("%d lines of log", n)
	}
	if n := len(list(w.get("chat.bsky.convo.getLog", "cursor", log["cursor"].(string)), "logs")); n != 0 {
		t.Errorf("%d lines after the cursor", n)
	}
	w.post("chat.bsky.convo.updateRead", object{"convoId": id})
	if got := w.get("chat.bsky.convo.getConvo", "convoId", id)["convo"].(object); number64(got["unreadCount"]) != 0 || got["status"] != "accepted" {
		t.Errorf("convo: %v", got)
	}
}

func TestWeatherIsAimedByWhatARecordIs(t *testing.T) {
	w := newWorld(t, Options{}).underJudgement()
	uri := w.publish("first")["uri"].(string)
	reply := w.do("comment", sandbox.Act{Target: uri, Person: w.person(1).ID, Text: "?"})
	w.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.Throttled, Action: sandbox.Reply, Times: 1})
	w.publish("second") // not struck
	record := w.net.records[reply.ID]
	body := w.record("answer")
	body["record"].(object)["reply"] = object{"root": object{"uri": uri, "cid": w.net.records[uri].cid}, "parent": record.ref()}
	if status, got := w.post("com.atproto.repo.createRecord", body); status != 429 || got["error"] != "RateLimitExceeded" {
		t.Errorf("reply: %d %v", status, got)
	}
	if status, _ := w.post("com.atproto.repo.createRecord", body); status != 200 {
		t.Errorf("again: %d", status)
	}
	if e := w.stage.Ledger.Entries(sandbox.Filter{Action: sandbox.Reply}); len(e) != 1 || e[0].Parent != reply.ID {
		t.Errorf("ledger: %+v", e)
	}
}

func TestImagesAreShownToReaders(t *testing.T) {
	w := newWorld(t, Options{}).underJudgement()
	status, got := w.post("com.atproto.repo.uploadBlob", []byte("\x89PNG\r\n\x1a\n and more"))
	if status != 200 {
		t.Fatalf("%d %v", status, got)
	}
	body := w.record("look")
	body["record"].(object)["embed"] = object{"$type": "app.bsky.embed.images", "images": []any{object{"image": got["blob"], "alt": "a cat"}}}
	status, made := w.post("com.atproto.repo.createRecord", body)
	if status != 200 {
		t.Fatalf("%d %v", status, made)
	}
	view := list(w.get("app.bsky.feed.getPosts", "uris", made["uri"].(string)), "posts")[0]["embed"].(object)
	if list(view, "images")[0]["alt"] != "a cat" {
		t.Errorf("%v", view)
	}
	status, refused := w.post("com.atproto.repo.applyWrites", object{"repo": w.me.DID, "writes": []any{object{
		"$type": "com.atproto.repo.applyWrites#create", "collection": "app.bsky.feed.post", "value": object{"text": "no date"}}}})
	if status != 400 || refused["error"] != "InvalidRequest" {
		t.Errorf("%d %v", status, refused)
	}
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
