package tiktok_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/network/tiktok"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/secret"
)

// golden is a TikTok that knows the examples of testdata/calls alone: it answers
// them as documented, and keeps what it was asked.
type golden struct {
	*httptest.Server
	mu    sync.Mutex
	known map[string]call
	asked map[string]golddust
}

type golddust struct {
	query map[string]string
	body  []byte
}

func open(t *testing.T) (*golden, *tiktok.Driver) {
	t.Helper()
	g := &golden{known: calls(t), asked: map[string]golddust{}}
	g.Server = httptest.NewServer(g)
	t.Cleanup(g.Close)
	out, err := outward.New(outward.Options{Allow: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	return g, tiktok.New(out, tiktok.Options{Base: g.URL, Now: func() time.Time { return time.Unix(1763900200, 0) }})
}

func (g *golden) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || r.ParseForm() != nil {
		return
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		r.Form, r.PostForm = nil, nil
		if r.ParseForm() != nil {
			return
		}
		fields := map[string]string{}
		for name := range r.PostForm {
			fields[name] = r.PostForm.Get(name)
		}
		body, _ = json.Marshal(fields) // texts alone
	}
	query := map[string]string{}
	for name := range r.URL.Query() {
		query[name] = r.URL.Query().Get(name)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	key := r.Method + " " + r.URL.Path
	g.asked[key] = golddust{query, body}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, strings.ReplaceAll(string(g.known[key].Example.Answer), "{base}", g.URL)) // the client sees to it
}

// holds compares what was asked with the example.
func (g *golden) holds(t *testing.T, key string) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	got, was := g.asked[key]
	c, known := g.known[key]
	if !was || !known {
		t.Errorf("%s was not asked (%v), or is not documented (%v)", key, was, known)
		return
	}
	delete(g.asked, key)
	if c.Example.Query == nil {
		c.Example.Query = map[string]string{}
	}
	if !reflect.DeepEqual(got.query, c.Example.Query) {
		t.Errorf("%s was asked with\n%v, and the example has\n%v", key, got.query, c.Example.Query)
	}
	var have, want any
	_ = json.Unmarshal(got.body, &have)          // nil where there is none
	_ = json.Unmarshal(c.Example.Request, &want) // nil where there is none
	if !reflect.DeepEqual(have, want) {
		t.Errorf("%s was asked\n%s, and the example has\n%s", key, got.body, c.Example.Request)
	}
}

const (
	postID    = "7080217258529732386"
	commentID = "7100000000000000001"
)

func us(g *golden, more string) network.Conn {
	return network.Conn{Base: g.URL, Account: "723f24d7-e717-40f8-a2b6-cb8464cd23b4", Handle: "hirondelle",
		Keys: secret.Text(`{"access":"act.old"` + more + `}`), App: app()}
}

const withBusiness = `,"business":{"id":"biz-1","access":"act.business"}`

func TestExamplesArePublished(t *testing.T) {
	g, d := open(t)
	conn := us(g, "")
	step := func(part network.Part, name string, state string) (network.Stepped, error) {
		part.Step = network.Step{Name: name, State: json.RawMessage(state), Since: time.Unix(1763900000, 0)}
		return d.Step(t.Context(), conn, part)
	}
	m := networktest.Clip(2000, 5, 720, 1280, "")
	m.Bytes = 50_000_123
	film := network.Part{Text: "A #book a day, says @ami", Media: []network.Media{m}, Options: map[string]string{"privacy": "MUTUAL_FOLLOW_FRIENDS", "comments": "true", "cover": "1", "duet": "true"},
		Disclosure: network.Disclosure{AI: true}}
	did, err := step(film, network.Begun, "")
	if err != nil || did.Step.Name != "prepare" || did.Step.Public {
		t.Fatalf("%+v, %v", did, err)
	}
	g.holds(t, "POST /v2/post/publish/creator_info/query/")
	did, err = step(film, "prepare", `{"no_duet":true,"no_stitch":true}`)
	if err != nil || did.Step.Name != "upload" || did.Step.Public || did.Step.Total != 50_000_123 || !strings.Contains(string(did.Step.State), `"publish":"v_pub_file~v2-1.123456789"`) {
		t.Fatalf("%+v, %v", did, err)
	}
	g.holds(t, "POST /v2/post/publish/video/init/")
	draft := film
	draft.Options, draft.Disclosure = map[string]string{"privacy": "DRAFT"}, network.Disclosure{}
	if did, err = step(draft, "prepare", ""); err != nil || !strings.Contains(string(did.Step.State), `"publish":"v_inbox_file~v2.123456789"`) {
		t.Fatalf("%+v, %v", did, err)
	}
	g.holds(t, "POST /v2/post/publish/inbox/video/init/")
	_, err = step(film, "process", `{"publish":"v_pub_file~v2-1.123456789"}`)
	if text, hint := fault.Shown(err); !fault.Is(err, fault.Invalid) || !strings.Contains(text, "size") || hint == "" {
		t.Errorf("%v", err)
	}
	g.holds(t, "POST /v2/post/publish/status/fetch/")
	at := func(name string) network.Media {
		p := photo()
		p.Address = func() (string, error) { return "https://kith.example.org/files/" + name, nil }
		return p
	}
	two := network.Part{Title: "Two shelves", Text: "Before and #after", Media: []network.Media{at("one"), at("two")},
		Options: map[string]string{"privacy": "PUBLIC_TO_EVERYONE", "music": "true", "own_business": "true", "cover": "2"}}
	if did, err = step(two, "publish", ""); err != nil || did.Step.Name != "process" || !strings.Contains(string(did.Step.State), `"publish":"p_pub_url~v2.123456789"`) {
		t.Fatalf("%+v, %v", did, err)
	}
	g.holds(t, "POST /v2/post/publish/content/init/")
}

func TestExamplesAreReadAndCounted(t *testing.T) {
	g, d := open(t)
	conn := us(g, "")
	look, err := d.Find(t.Context(), conn, network.Part{Text: "A caption", Media: []network.Media{photo()}}, time.Unix(1643332000, 0))
	if err != nil || len(look.Near) != 1 || look.Near[0].ID != postID || look.Near[0].Text != "A caption" || look.Complete || look.Keyed {
		t.Errorf("%+v, %v", look, err)
	}
	g.holds(t, "POST /v2/video/list/")
	counts, err := d.Measure(t.Context(), conn, []network.Ref{{ID: postID}, {ID: "7077642457847991554"}})
	if err != nil || counts[postID][network.Views] != 140 || counts["7077642457847991554"][network.Likes] != 3 {
		t.Errorf("%v, %v", counts, err)
	}
	g.holds(t, "POST /v2/video/query/")
	if c, err := d.Insights(t.Context(), conn, networktest.Start()); err != nil || c[network.Followers] != 240 || c["tiktok:likes"] != 900 {
		t.Errorf("%v, %v", c, err)
	}
	g.holds(t, "GET /v2/user/info/")

	conn = us(g, withBusiness)
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	if c, err := d.Insights(t.Context(), conn, day); err != nil || c[network.Views] != 140 || c[network.Reach] != 120 || c[network.Follows] != 3 || c[network.Unfollows] != 1 || len(c) != 10 {
		t.Errorf("%v, %v", c, err)
	}
	g.holds(t, "GET /open_api/v1.3/business/get/")
	if look, err := d.Find(t.Context(), conn, network.Part{Text: "A caption", Media: []network.Media{photo()}}, time.Unix(1643332000, 0)); err != nil || len(look.Near) != 1 || look.Complete {
		t.Errorf("%+v, %v", look, err)
	}
	g.holds(t, "GET /open_api/v1.3/business/video/list/")
	got, err := d.Read(t.Context(), conn, `{"from":1763890000,"began":1763900000,"posts":["`+postID+`"]}`)
	if err != nil || len(got.Events) != 2 || got.More || got.Lost != nil {
		t.Fatalf("%+v, %v", got, err)
	}
	var kinds []network.EventKind
	for _, raw := range got.Events {
		events, err := d.Decode(conn, raw)
		if err != nil || len(events) != 1 {
			t.Fatalf("%+v, %v", events, err)
		}
		kinds = append(kinds, events[0].Kind)
		if e := events[0]; e.Post != postID || e.Kind == network.Comment && (e.Author.ID != "+ABc1D2/E0f" || e.Author.Handle != "ami" || e.Text != "Lovely!" || e.Parent != postID) ||
			e.Kind == network.Ours && (e.Author.ID != conn.Account || e.Parent != commentID) {
			t.Errorf("%+v", e)
		}
	}
	if !reflect.DeepEqual(kinds, []network.EventKind{network.Comment, network.Ours}) {
		t.Errorf("%v", kinds)
	}
	g.holds(t, "GET /open_api/v1.3/business/comment/list/")
}

func TestExamplesAreAnswered(t *testing.T) {
	g, d := open(t)
	conn := us(g, withBusiness)
	comment := network.Ref{ID: commentID, Extra: json.RawMessage(`{"post":"` + postID + `"}`)}
	reply := func(after network.Ref, text, want string) {
		t.Helper()
		sent, err := d.Reply(t.Context(), conn, network.Part{Text: text, After: &after})
		if err != nil || sent.ID != want || sent.At.Unix() != 1763900100 {
			t.Errorf("%+v, %v", sent, err)
		}
	}
	reply(network.Ref{ID: postID}, "More in our shop.", "7100000000000000003")
	g.holds(t, "POST /open_api/v1.3/business/comment/create/")
	reply(comment, "Thank you", "7100000000000000004")
	g.holds(t, "POST /open_api/v1.3/business/comment/reply/create/")
	// What answers a reply goes below the comment that the reply is below.
	reply(network.Ref{ID: "7100000000000000002", Extra: json.RawMessage(`{"post":"` + postID + `","top":"` + commentID + `"}`)}, "Thank you", "7100000000000000004")
	g.holds(t, "POST /open_api/v1.3/business/comment/reply/create/")
	look, err := d.Find(t.Context(), conn, network.Part{Text: "Thank you", After: &comment}, time.Unix(1763890000, 0))
	if err != nil || !look.Complete || len(look.Near) != 1 || look.Near[0].ID != "7100000000000000002" || look.Near[0].After != commentID {
		t.Errorf("%+v, %v", look, err)
	}
	g.holds(t, "GET /open_api/v1.3/business/comment/reply/list/")
	for path, do := range map[string]func(context.Context, network.Conn, network.Ref, bool) error{"like": d.Like, "hide": d.Hide, "pin": d.Pin} {
		if err := do(t.Context(), conn, comment, true); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		g.holds(t, "POST /open_api/v1.3/business/comment/"+path+"/")
	}
	if err := d.Delete(t.Context(), conn, network.Ref{ID: "7100000000000000004", Extra: json.RawMessage(`{"post":"` + postID + `","top":"` + commentID + `"}`)}); err != nil {
		t.Error(err)
	}
	g.holds(t, "POST /open_api/v1.3/business/comment/delete/")
}

func TestExamplesEndKeys(t *testing.T) {
	g, d := open(t)
	conn := us(g, withBusiness)
	conn.App.ID = "" // the app for posts is not there, that for comments is
	if err := d.Revoke(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	g.holds(t, "POST /open_api/v1.3/tt_user/oauth2/revoke/")
}

func TestExamplesRenewKeys(t *testing.T) {
	g, d := open(t)
	g.known["GET /v2/user/info/"] = calls(t)["GET /v2/user/info/"]
	conn := us(g, `,"refresh":"rft.old","until":"2025-11-23T12:30:00Z","life":7200,"business":{"id":"biz-1","access":"act.business","refresh":"rft.business","until":"2025-11-23T13:00:00Z","life":86400}`)
	health, fresh, err := d.Check(t.Context(), conn)
	if err != nil || health.State != "ok" {
		t.Fatalf("%+v, %v", health, err)
	}
	g.holds(t, "POST /v2/oauth/token/")
	g.holds(t, "POST /open_api/v1.3/tt_user/oauth2/refresh_token/")
	var k struct {
		Access, Refresh string
		Until, Renew    time.Time
		Life            int64
		Business        struct {
			Access, Refresh string
			Life            int64
		}
	}
	if err := json.Unmarshal([]byte(fresh.Reveal()), &k); err != nil {
		t.Fatal(err)
	}
	if k.Access != "act.new" || k.Refresh != "rft.new" || k.Life != 7200 || k.Until.Unix() != 1763900200+7200 || k.Renew.Unix() != 1763900200+15552000 || k.Business.Access != "act.new" || k.Business.Life != 86400 {
		t.Errorf("%+v", k)
	}
}

func TestExamplesOfTheSecondConsent(t *testing.T) {
	g, d := open(t)
	known := g.known["GET /open_api/v1.3/business/get/"]
	known.Example.Query = map[string]string{"business_id": "biz-1", "fields": `["username","display_name"]`}
	known.Example.Answer = json.RawMessage(`{"code":0,"message":"OK","data":{"username":"hirondelle","display_name":"Hirondelle"}}`)
	g.known["GET /open_api/v1.3/business/get/"] = known
	delete(g.known, "GET /v2/user/info/") // the handle of the connection is compared, then
	a, err := d.GrantMore(t.Context(), asking(), us(g, ""), url.Values{"code": {"code.business"}, "state": {"s1"}})
	if err != nil || a.Granted.Alias != "biz-1" || !a.Limits.Comment {
		t.Fatalf("%+v, %v", a, err)
	}
	g.holds(t, "POST /open_api/v1.3/tt_user/oauth2/token/")
	g.holds(t, "POST /open_api/v1.3/tt_user/token_info/get/")
	g.holds(t, "GET /open_api/v1.3/business/get/")
	going, err := d.AuthorizeMore(t.Context(), asking())
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(going.URL)
	// What the portal wrote stays as it is, but for where people come back to.
	if q := u.Query(); err != nil || u.Path != "/v2/auth/authorize/" || q.Get("client_key") != "awbusinesskey" || q.Get("redirect_uri") != "https://kith.example.org/connect/tiktok/" ||
		q.Get("state") != "s1" || q.Get("disable_auto_auth") != "1" || !strings.HasSuffix(q.Get("scope"), "comment.list.manage") {
		t.Errorf("%s, %v", going.URL, err)
	}
}

func TestExamplesOfWebhooks(t *testing.T) {
	g, d := open(t)
	conn := us(g, withBusiness)
	const hook = "https://kith.example.org/hooks/tiktok"
	if stands, err := d.Subscribed(t.Context(), conn, hook); err != nil || stands {
		t.Errorf("%v, %v", stands, err)
	}
	g.holds(t, "GET /open_api/v1.3/business/webhook/list/")
	if stands, err := d.Subscribed(t.Context(), conn, "https://elsewhere.example.org/hook"); err != nil || stands {
		t.Errorf("of one post alone: %v, %v", stands, err)
	}
	// Somebody asked for one post alone: that is undone first.
	if _, err := d.Subscribe(t.Context(), conn, hook); err != nil {
		t.Fatal(err)
	}
	g.holds(t, "GET /open_api/v1.3/business/webhook/list/")
	g.holds(t, "POST /open_api/v1.3/business/webhook/delete/")
	g.holds(t, "POST /open_api/v1.3/business/webhook/update/")
}

// A webhook as the documentation has it comes to what it says.
func TestExamplesOfWhatIsTold(t *testing.T) {
	_, d := open(t)
	for i, want := range []struct {
		kind     network.EventKind
		removed  bool
		id, more string
	}{
		2: {network.Named, false, "7100000000000000001", `{"post":"7412345678901234567"}`},
		3: {network.Named, false, "7100000000000000002", `{"post":"7412345678901234567","top":"7100000000000000001"}`},
		4: {network.Hidden, false, "7100000000000000001", ""},
		5: {network.Hidden, true, "7100000000000000001", ""},
		7: {network.Hidden, false, "7100000000000000002", ""},
		8: {network.Deleted, false, "7100000000000000001", ""},
	} {
		if want.kind == "" {
			continue
		}
		raws, err := d.Split(told()[i])
		if err != nil || len(raws) != 1 || raws[0].Account != "biz-1" || raws[0].Person != "+ABc1D2/E0f" {
			t.Fatalf("%d: %+v, %v", i, raws, err)
		}
		events, err := d.Decode(network.Conn{Account: "-0001"}, raws[0])
		if err != nil || events[0].Kind != want.kind || events[0].ID != want.id || events[0].Removed != want.removed || want.more != "" && string(events[0].Extra) != want.more {
			t.Errorf("%d: %+v, %v", i, events, err)
		}
		// What is public from now on may be in no list before: it is asked for.
		if asked := len(events) == 2 && events[1].Kind == network.Named; want.kind == network.Hidden && asked != want.removed {
			t.Errorf("%d: %+v", i, events)
		}
	}
	for _, other := range []string{`{"event":"comment.update","create_time":1763900000,"user_openid":"biz-1","content":"{\"comment_id\":7,\"video_id\":8,\"comment_action\":\"set_to_gold\"}"}`,
		`{"event":"comment.update","create_time":1763900000,"user_openid":"biz-1","content":"{\"comment_id\":7e3,\"video_id\":8,\"comment_action\":\"insert\"}"}`} {
		if raws, err := d.Split([]byte(other)); err != nil || len(raws) != 0 {
			t.Errorf("%+v, %v", raws, err)
		}
	}
}
