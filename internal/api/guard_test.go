package api_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/team"
)

func TestARefusalSaysWhatToDo(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada := p.team("ada@example.org")
	for _, c := range []struct {
		method, path string
		body         any
		status       int
		kind, field  string
		says         string
	}{
		{"PATCH", "/workspace", map[string]any{"nome": "x"}, 422, "invalid", "nome", "There is no field “nome” here."},
		{"PATCH", "/workspace", map[string]any{"zone": "Mars/Olympus"}, 422, "invalid", "zone", "There is no such time zone."},
		{"PATCH", "/workspace", map[string]any{"name": "a\x00b"}, 400, "invalid", "", "The body is not JSON: a text holds U+0000."},
		{"PATCH", "/workspace", `{"name":`, 400, "invalid", "", "The body is not JSON: unexpected end of JSON input."},
		{"GET", "/posts?color=red", nil, 422, "invalid", "color", "There is no parameter “color” here."},
		{"GET", "/posts?limit=0", nil, 422, "invalid", "limit", ""},
		{"GET", "/audit?cursor=x", nil, 422, "invalid", "cursor", "The cursor is not one that this list gave."},
		{"GET", "/posts/" + strings.Repeat("x", 99), nil, 422, "invalid", "id", ""},
		{"GET", "/nothing", nil, 404, "not_found", "", "There is nothing at this address."},
		{"DELETE", "/workspace", nil, 405, "not_found", "", "This cannot be done with DELETE."},
		{"GET", "/posts?q=%00", nil, 400, "invalid", "", ""},
		{"GET", "/posts?q=%ff", nil, 400, "invalid", "", ""},
		{"GET", "/posts/%00", nil, 400, "invalid", "", ""},
		{"GET", "/rehearsal", nil, 404, "not_found", "", "This house does not rehearse."},
	} {
		told := refused(t, p.with(ada, c.method, c.path, c.body), c.status, c.kind)
		if told.Field != c.field || c.says != "" && told.Detail != c.says || told.Hint == "" {
			t.Errorf("%s %s: %+v", c.method, c.path, told)
		}
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	p := open(t, storetest.SQLite(t), func(c *api.Config) { c.PublicURL = "https://kith.test" })
	ada := p.team("ada@example.org")
	for _, s := range []said{p.with(ada, "GET", "/me", nil), p.ask("GET", "/api/v1/nothing", nil), p.ask("GET", "/api/v1/openapi.json", nil)} {
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Strict-Transport-Security": "max-age=31536000",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox"} {
			if got := s.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", s.Request.URL.Path, name, got)
			}
		}
		if s.Header.Get("X-Request-Id") == "" {
			t.Error("no request id")
		}
	}
	s := p.ask("POST", "/api/v1/session", map[string]string{"email": ada.email, "password": password})
	if !s.Cookies()[0].Secure {
		t.Error("the cookie travels openly")
	}
}

func TestLogsHoldNoSecret(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada := p.team("ada@example.org")
	cookie := p.signIn(ada)
	p.ask("GET", "/api/v1/invitations/accept?token=invitation-secret", nil, "Cookie", cookie)
	p.with(ada, "POST", "/me/password", map[string]string{"current": password, "new": "another long password"})
	log := p.log.String()
	for _, secret := range []string{password, "another long password", ada.token, strings.TrimPrefix(cookie, "kith_session="), "invitation-secret"} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
	if !strings.Contains(log, `"path":"/api/v1/invitations/accept","status":404`) {
		t.Error("requests are not logged", log)
	}
}

func TestAnAddressIsBelievedOnlyFromOurProxies(t *testing.T) {
	from := func(forwarded string, proxies ...string) string {
		p := open(t, storetest.SQLite(t), func(c *api.Config) {
			for _, s := range proxies {
				c.Proxies = append(c.Proxies, netip.MustParsePrefix(s))
			}
		})
		p.ask("GET", "/api/v1/me", nil, "X-Forwarded-For", forwarded)
		var line struct{ From string }
		if err := json.Unmarshal(p.log.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		return line.From
	}
	for _, c := range []struct{ want, got string }{
		{"127.0.0.1", from("1.2.3.4")},
		{"1.2.3.4", from("1.2.3.4", "127.0.0.0/8")},
		{"9.9.9.9", from("1.2.3.4, 9.9.9.9", "127.0.0.0/8")}, // what a caller writes before is not believed
		{"1.2.3.4", from("1.2.3.4, 10.0.0.1", "127.0.0.0/8", "10.0.0.0/8")},
		{"127.0.0.1", from("nonsense", "127.0.0.0/8")},
	} {
		if c.want != c.got {
			t.Errorf("want %s, got %s", c.want, c.got)
		}
	}
}

func TestWhoAsksTooFastIsHeldBack(t *testing.T) {
	p := open(t, storetest.SQLite(t), func(c *api.Config) { c.Rate = 0.001 }) // one in a quarter of an hour
	held := 0
	for range 10 {
		if s := p.ask("GET", "/api/v1/me", nil); s.StatusCode == http.StatusTooManyRequests {
			held++
			refused(t, s, 429, "throttled")
		}
	}
	if held != 9 {
		t.Errorf("%d of 10 held back", held)
	}
}

func TestARepeatedWriteHasOneEffect(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		ada := p.team("ada@example.org")
		draft := map[string]any{"parts": []any{map[string]any{"text": "once"}}, "publications": []any{}}
		answers := make(chan said, 8)
		for range cap(answers) {
			go func() { answers <- p.with(ada, "POST", "/posts", draft, "Idempotency-Key", "one") }()
		}
		first := ""
		for range cap(answers) {
			id := ok[api.Post](t, <-answers).ID
			if first == "" {
				first = id
			}
			if id != first {
				t.Errorf("two posts: %s and %s", first, id)
			}
		}
		if all := ok[api.Page[api.Post]](t, p.with(ada, "GET", "/posts", nil)); len(all.Items) != 1 {
			t.Errorf("%d posts", len(all.Items))
		}
		draft["parts"] = []any{map[string]any{"text": "twice"}}
		told := refused(t, p.with(ada, "POST", "/posts", draft, "Idempotency-Key", "one"), 409, "conflict")
		if told.Field != "Idempotency-Key" {
			t.Errorf("%+v", told)
		}
		// A way: its key is taken before it is walked, and given back when it fails.
		when := map[string]any{"due_at": "2099-01-01T00:00:00Z"}
		for range 2 {
			refused(t, p.with(ada, "POST", "/posts/"+first+"/schedule", map[string]any{"due_at": "9999-01-01T00:00:00Z"}, "Idempotency-Key", "two"), 422, "invalid")
		}
		ids := p.furnish(ada)
		p.with(ada, "PUT", "/posts/"+first, map[string]any{"parts": draft["parts"], "publications": []any{map[string]any{"channel_id": ids["channels"], "parts": nil}}, "revision": 1})
		one := ok[api.Post](t, p.with(ada, "POST", "/posts/"+first+"/schedule", when, "Idempotency-Key", "three"))
		ok[api.Post](t, p.with(ada, "POST", "/posts/"+first+"/unschedule", nil))
		two := ok[api.Post](t, p.with(ada, "POST", "/posts/"+first+"/schedule", when, "Idempotency-Key", "three"))
		if one.State != "scheduled" || two.State != "scheduled" {
			t.Error("not the first answer", one.State, two.State)
		}
		if now := ok[api.Post](t, p.with(ada, "GET", "/posts/"+first, nil)); now.State != "draft" {
			t.Errorf("the repeated request had an effect: %s", now.State)
		}
	})
}

func TestListsComeInPages(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada := p.team("ada@example.org")
	p.furnish(ada)
	var all []string
	cursor := ""
	for range 20 {
		page := ok[api.Page[api.Record]](t, p.with(ada, "GET", "/audit?limit=1&cursor="+cursor, nil))
		for _, r := range page.Items {
			all = append(all, r.ID)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	whole := ok[api.Page[api.Record]](t, p.with(ada, "GET", "/audit", nil))
	if len(all) != len(whole.Items) || len(all) < 3 {
		t.Fatalf("%d by pages, %d at once", len(all), len(whole.Items))
	}
	for i, r := range whole.Items {
		if r.ID != all[i] {
			t.Errorf("%d differs", i)
		}
	}
}

// line is an open stream of news.
type line struct {
	*bufio.Reader
	end func()
}

func (p *place) listen(header ...string) line {
	p.t.Helper()
	ctx, end := context.WithTimeout(p.t.Context(), soonEnough)
	r, err := http.NewRequestWithContext(ctx, "GET", p.url+"/api/v1/news", nil)
	p.must(err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	p.must(err)
	p.t.Cleanup(func() { end(); res.Body.Close() })
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" {
		p.t.Fatal(res.Status)
	}
	l := line{bufio.NewReader(res.Body), end}
	l.next(p.t) // the stream is open
	return l
}

// next gives the following event, or nil at the end of the line.
func (l line) next(t *testing.T) []byte {
	t.Helper()
	var data []byte
	for {
		text, err := l.ReadBytes('\n')
		if err != nil {
			return nil
		}
		if d, ok := bytes.CutPrefix(text, []byte("data: ")); ok {
			data = d
		}
		if len(bytes.TrimSpace(text)) == 0 {
			return append([]byte("."), data...)
		}
	}
}

func TestNewsReachWhoMayKnow(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada, eve := p.team("ada@example.org"), p.team("eve@example.org")
	ids := p.furnish(ada)
	narrow := p.member(ada, "ben@example.org", []string{})
	mine, theirs, bens := p.listen("Authorization", "Bearer "+ada.token), p.listen("Authorization", "Bearer "+eve.token), p.listen("Cookie", narrow)
	ok[any](t, p.with(ada, "POST", "/conversations/"+ids["conversations"]+"/done", nil))
	ok[any](t, p.with(ada, "PATCH", "/people/"+ids["people"], map[string]string{"note": "kind"}))
	rules := ok[api.Page[api.Rule]](t, p.with(eve, "GET", "/rules", nil))
	ok[any](t, p.with(eve, "PATCH", "/rules/"+rules.Items[0].ID, map[string]any{"mode": "off"}))
	rules = ok[api.Page[api.Rule]](t, p.with(ada, "GET", "/rules", nil))
	ok[any](t, p.with(ada, "PATCH", "/rules/"+rules.Items[0].ID, map[string]any{"mode": "off"}))
	for who, want := range map[*line]string{&mine: "inbox people rules", &theirs: "rules", &bens: "rules"} {
		var got []string
		for range strings.Fields(want) {
			var n api.News
			if err := json.Unmarshal(who.next(t)[1:], &n); err != nil || n.ID == "" || n.At.IsZero() {
				t.Fatal(err, n)
			}
			got = append(got, n.Topic)
		}
		if fmt.Sprint(got) != fmt.Sprint(strings.Fields(want)) {
			t.Errorf("heard %v, want %s", got, want)
		}
	}
	p.door.Close()
	if rest := mine.next(t); rest != nil {
		t.Errorf("the line goes on after the end: %s", rest)
	}
}

// member adds a manager who sees only some channels, and gives their cookie.
func (p *place) member(h house, email string, channels []string) (cookie string) {
	p.t.Helper()
	p.do(func(ctx context.Context, tx *store.Tx) error {
		_, token, err := team.Invite(ctx, tx, h.by, email, "manager", channels)
		if err == nil {
			cookie, _, err = team.Accept(ctx, tx, token, "Ben", "none", false)
		}
		return err
	})
	return "kith_session=" + cookie
}
