package facebook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/graph/graphtest"
)

func TestSigningInGivesPageTokensThatWork(t *testing.T) {
	g := open(t, Options{})
	other := g.net.AddPage("Boutique")
	back := "http://127.0.0.1:9/oauth/facebook"
	ask := url.Values{"client_id": {"600000000000001"}, "redirect_uri": {back}, "state": {"s-1"}, "response_type": {"code"},
		"scope": {strings.Join(allScopes(), ",")}}
	client := *g.Server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	page, err := client.Get(g.Server.URL + "/v25.0/dialog/oauth?" + ask.Encode())
	if err != nil || page.StatusCode != 200 {
		t.Fatal(page, err)
	}
	page.Body.Close()
	ask.Set("answer", "allow")
	ask["page"] = []string{g.page.ID, other.ID}
	res, err := client.PostForm(g.Server.URL+"/v25.0/dialog/oauth", ask)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	to, err := res.Location()
	if err != nil || to.Query().Get("state") != "s-1" || to.Query().Get("code") == "" {
		t.Fatal(to, err)
	}
	app := []string{"client_id", "600000000000001", "client_secret", "app-secret"}
	with := func(more ...string) []string { return append(append([]string{}, app...), more...) }
	code := to.Query().Get("code")
	g.Ill(100, 36008, "GET", "/v25.0/oauth/access_token", with("code", code, "redirect_uri", "http://127.0.0.1/other")...)
	short := g.Well("GET", "/v25.0/oauth/access_token", with("code", code, "redirect_uri", back)...)
	g.Ill(100, 36009, "GET", "/v25.0/oauth/access_token", with("code", code, "redirect_uri", back)...)
	long := g.Well("POST", "/v25.0/oauth/access_token", with("grant_type", "fb_exchange_token", "fb_exchange_token", short["access_token"].(string))...)
	if long["expires_in"] != 5184000.0 {
		t.Errorf("%v", long)
	}
	accounts := graphtest.Data(g.Well("GET", "/me/accounts", "access_token", long["access_token"].(string)))
	if len(accounts) != 2 || accounts[1]["name"] != "Boutique" {
		t.Fatalf("%v", accounts)
	}
	mine := accounts[1]["access_token"].(string)
	g.Well("POST", "/me/feed", "message", "signed in", "access_token", mine)
	debug := g.Well("GET", "/debug_token", "input_token", mine, "access_token", "600000000000001|app-secret")["data"].(map[string]any)
	if debug["is_valid"] != true || debug["type"] != "PAGE" || debug["expires_at"] != 0.0 || debug["profile_id"] != other.ID {
		t.Errorf("%v", debug)
	}
	g.stage.Clock.Advance(61 * 24 * time.Hour)
	g.Ill(190, 463, "GET", "/me/accounts", "access_token", long["access_token"].(string))
	g.Well("GET", "/me/feed", "access_token", mine)
	g.Ill(101, 0, "GET", "/oauth/access_token", "client_id", "1")
}

func TestASignInIsRefusedAndOnlyGoesBackToKnownPlaces(t *testing.T) {
	g := open(t, Options{})
	client := *g.Server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for back, want := range map[string]int{"http://127.0.0.1:9/back": 302, "https://evil.example/": 400} {
		res, err := client.PostForm(g.Server.URL+"/dialog/oauth", url.Values{"client_id": {"600000000000001"}, "redirect_uri": {back}, "answer": {"deny"}})
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want || want == 302 && !strings.Contains(res.Header.Get("Location"), "error=access_denied") {
			t.Errorf("%s: %d %s", back, res.StatusCode, res.Header.Get("Location"))
		}
	}
}

func TestTokensExpireAreRevokedAndLoseScopes(t *testing.T) {
	g := open(t, Options{})
	brief := g.net.IssuePageToken(g.page.ID, time.Hour, allScopes()...)
	reader := g.net.IssuePageToken(g.page.ID, 0, "pages_read_engagement")
	g.Well("GET", "/me/feed", "access_token", brief)
	g.Ill(200, 0, "POST", "/me/feed", "message", "x", "access_token", reader)
	g.Ill(10, 0, "GET", "/me/conversations", "access_token", reader)
	id := g.publish("x")
	g.Ill(10, 0, "GET", "/"+id+"/comments", "access_token", reader)
	g.stage.Clock.Advance(time.Hour)
	g.Ill(190, 463, "GET", "/me/feed", "access_token", brief)
	g.net.Revoke(reader)
	g.Ill(190, 467, "GET", "/me/feed", "access_token", reader)
	for kind, want := range map[sandbox.Kind][2]int{sandbox.TokenExpired: {190, 463}, sandbox.TokenRevoked: {190, 467}, sandbox.TokenReduced: {200, 0}} {
		g.stage.Weather.Clear()
		g.stage.Weather.Must(sandbox.Mishap{Kind: kind})
		g.Ill(want[0], want[1], "POST", "/me/feed", "message", "x")
	}
}

func TestAProofIsCheckedWhenGivenOrRequired(t *testing.T) {
	g := open(t, Options{RequireProof: true})
	g.Ill(100, 0, "GET", "/me/feed")
	m := hmac.New(sha256.New, []byte("app-secret"))
	m.Write([]byte(g.page.Token))
	g.Well("GET", "/me/feed", "appsecret_proof", hex.EncodeToString(m.Sum(nil)))
}

func TestWebhooksAreVerifiedSignedAndEscaped(t *testing.T) {
	g := open(t, Options{})
	deaf := g.listen("another token")
	g.Ill(2200, 0, "POST", "/600000000000001/subscriptions", "access_token", "600000000000001|app-secret", "object", "page",
		"callback_url", deaf.server.URL, "verify_token", "verify-me")
	e := g.subscribed()
	id := g.publish("Épatant / 👋")
	c := g.comment(0, id, "Très bien 😀")
	g.net.Settle()
	bodies := e.heard()
	if len(bodies) != 2 {
		t.Fatalf("%d bodies", len(bodies))
	}
	body := bodies[1]
	m := hmac.New(sha256.New, []byte("app-secret"))
	m.Write(body)
	if e.signed[1] != "sha256="+hex.EncodeToString(m.Sum(nil)) {
		t.Error("the signature is not of these bytes")
	}
	if text := string(body); !strings.Contains(text, `Tr\u00e8s bien \ud83d\ude00`) || slices.ContainsFunc(body, func(b byte) bool { return b > 127 }) || !strings.Contains(text, `https:\/\/www`) {
		t.Errorf("not escaped as Meta does: %s", text)
	}
	v := e.values(t)
	if v[0]["item"] != "status" || v[0]["message"] != "Épatant / 👋" {
		t.Errorf("%v", v[0])
	}
	if v[1]["item"] != "comment" || v[1]["verb"] != "add" || v[1]["comment_id"] != c || v[1]["post_id"] != id || v[1]["parent_id"] != id {
		t.Errorf("%v", v[1])
	}
}

func TestEveryKindOfNewsIsTold(t *testing.T) {
	g := open(t, Options{})
	e := g.subscribed()
	id := g.publish("post")
	c := g.comment(0, id, "one")
	a := actor{g.net}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(a.Edit(g.person(0), c, "two"))
	g.Well("POST", "/"+c, "is_hidden", "true")
	g.Well("POST", "/"+c, "is_hidden", "false")
	must(a.React(g.person(1), g.page.ID, id, "LOVE"))
	must(a.React(g.person(1), g.page.ID, id, "NONE"))
	must(a.Remove(g.person(0), c))
	_, err := a.Message(g.person(2), g.page.ID, "hello")
	must(err)
	if a.Remove(g.person(3), c) == nil {
		t.Error("somebody removed what is not theirs")
	}
	g.net.Settle()
	var told []string
	for _, v := range e.values(t) {
		if m, ok := v["message"].(map[string]any); ok {
			told = append(told, "message "+m["text"].(string))
			continue
		}
		told = append(told, v["item"].(string)+" "+v["verb"].(string))
	}
	want := []string{"status add", "comment add", "comment edited", "comment hide", "comment unhide", "reaction add", "reaction remove", "comment remove", "message hello"}
	if !slices.Equal(told, want) {
		t.Errorf("%q", told)
	}
}

func TestARefusedWebhookComesAgainLater(t *testing.T) {
	g := open(t, Options{})
	e := g.subscribed()
	e.refuse = 2
	g.publish("stubborn")
	for range 3 {
		g.net.Settle()
		g.stage.Clock.Advance(2 * time.Second)
	}
	g.net.Settle()
	if sent, failed := g.net.Delivered(); len(e.heard()) != 1 || sent != 1 || failed != 2 {
		t.Errorf("%d heard, %d sent, %d failed", len(e.heard()), sent, failed)
	}
}

func TestWebhooksSufferTheWeather(t *testing.T) {
	for kind, want := range map[sandbox.Kind][]string{
		sandbox.HookTwice:     {"a", "a", "b", "c"},
		sandbox.HookReordered: {"b", "a", "c"},
		sandbox.HookDelayed:   {"b", "c", "a"},
		sandbox.HookLost:      {"b", "c"},
	} {
		g := open(t, Options{})
		e := g.subscribed()
		id := g.publish("post")
		g.net.Settle()
		g.stage.Weather.Must(sandbox.Mishap{Kind: kind, Action: sandbox.Hook, Times: 1})
		for i, text := range []string{"a", "b", "c"} {
			g.comment(i, id, text)
		}
		g.net.Settle()
		g.stage.Clock.Advance(time.Minute)
		g.net.Settle()
		if got := messages(e.values(t)[1:]); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
}

func TestSeveralPeopleComeInOneBody(t *testing.T) {
	g := open(t, Options{})
	e := g.subscribed()
	other := g.net.AddPage("Boutique")
	if err := g.net.SubscribePage(other.ID, "feed", "messages"); err != nil {
		t.Fatal(err)
	}
	id := g.publish("post")
	g.net.Settle()
	g.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.HookCrowded, Action: sandbox.Hook})
	g.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.UnknownFields, Action: sandbox.Hook})
	for i := range 3 {
		g.comment(i, id, "hello")
	}
	if _, err := (actor{g.net}).Message(g.person(4), other.ID, "and I"); err != nil {
		t.Fatal(err)
	}
	g.stage.Clock.Advance(time.Second)
	g.net.Settle()
	bodies := e.heard()
	if len(bodies) != 2 || !strings.Contains(string(bodies[1]), "zz_unannounced") {
		t.Fatalf("%d bodies", len(bodies))
	}
	people := map[any]bool{}
	for _, v := range e.values(t)[1:] {
		if from, ok := v["from"].(map[string]any); ok {
			people[from["id"]] = true
		} else {
			people[v["sender"].(map[string]any)["id"]] = true
		}
	}
	if len(people) != 4 {
		t.Errorf("%d people", len(people))
	}
}
