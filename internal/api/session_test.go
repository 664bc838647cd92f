package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/jobs"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/team"
)

func (p *place) signIn(h house) (cookie string) {
	p.t.Helper()
	s := p.ask("POST", "/api/v1/session", map[string]string{"email": h.email, "password": password})
	ok[api.Me](p.t, s)
	return cookieOf(p.t, s)
}

func cookieOf(t *testing.T, s said) string {
	t.Helper()
	for _, c := range s.Cookies() {
		if c.Name == "kith_session" {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
				t.Errorf("a careless cookie: %s", c)
			}
			return c.Name + "=" + c.Value
		}
	}
	t.Fatal("no cookie")
	return ""
}

func TestOneSignsInAndOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		cookie := p.signIn(p.team("ada@example.org"))
		me := ok[api.Me](t, p.ask("GET", "/api/v1/me", nil, "Cookie", cookie))
		if me.User.Email != "ada@example.org" || me.Role != "owner" || len(me.Can) != 9 || me.Channels != nil || me.Version != "test" {
			t.Errorf("%+v", me)
		}
		ok[struct{}](t, p.ask("DELETE", "/api/v1/session", nil, "Cookie", cookie))
		refused(t, p.ask("GET", "/api/v1/me", nil, "Cookie", cookie), 401, "denied")
	})
}

func TestWhoIsHereIsNotTold(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	p.team("ada@example.org")
	var answers []string
	for _, email := range []string{"ada@example.org", "nobody@example.org", "no e-mail at all"} {
		for range 10 {
			s := p.ask("POST", "/api/v1/session", map[string]string{"email": email, "password": "wrong"})
			answers = append(answers, string(s.body))
			refused(t, s, 401, "denied")
		}
		s := p.ask("POST", "/api/v1/session", map[string]string{"email": email, "password": password})
		if told := refused(t, s, 429, "throttled"); told.RetryAfter < 1 || s.Header.Get("Retry-After") == "" {
			t.Errorf("%s", s.body)
		}
		ok[struct{}](t, p.ask("POST", "/api/v1/password/forgot", map[string]string{"email": "nobody@example.org"}))
	}
	for _, a := range answers {
		if a != answers[0] {
			t.Errorf("%s is not %s", a, answers[0])
		}
	}
}

func TestAnotherSiteCannotAct(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	cookie := p.signIn(p.team("ada@example.org"))
	change := map[string]string{"name": "Eve"}
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.test"}, {"Origin", "null"}} {
		refused(t, p.ask("PATCH", "/api/v1/me", change, append(header, "Cookie", cookie)...), 403, "denied")
		refused(t, p.ask("POST", "/api/v1/session", map[string]string{"email": "eve@example.org", "password": "x"}, header...), 403, "denied")
	}
	for _, header := range [][]string{{"Sec-Fetch-Site", "same-origin"}, {"Origin", "http://kith.test"}, {"Origin", p.url}, nil} {
		ok[api.Me](t, p.ask("PATCH", "/api/v1/me", change, append(header, "Cookie", cookie)...))
	}
}

func TestAChangedPasswordEndsOtherSessions(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada := p.team("ada@example.org")
	here, there := p.signIn(ada), p.signIn(ada)
	refused(t, p.ask("POST", "/api/v1/me/password", map[string]string{"current": "wrong", "new": "another long password"}, "Cookie", here), 422, "invalid")
	refused(t, p.ask("POST", "/api/v1/me/password", map[string]string{"current": password, "new": "short"}, "Cookie", here), 422, "invalid")
	refused(t, p.with(ada, "POST", "/me/password", map[string]string{"current": password, "new": "another long password"}), 403, "denied")
	ok[struct{}](t, p.ask("POST", "/api/v1/me/password", map[string]string{"current": password, "new": "another long password"}, "Cookie", here))
	ok[api.Me](t, p.ask("GET", "/api/v1/me", nil, "Cookie", here))
	refused(t, p.ask("GET", "/api/v1/me", nil, "Cookie", there), 401, "denied")
}

var link = regexp.MustCompile(`http://kith\.test/(\w+)\?token=([\w-]+)`)

// letters are the mails on their way, opened.
func (p *place) letters(h house) (all []string) {
	p.t.Helper()
	storetest.View(p.t, p.house.DB, func(ctx context.Context, tx *store.Tx) error {
		found, err := jobs.List(ctx, tx, h.by.Workspace, jobs.Filter{Kind: team.Mails.Name})
		for _, j := range found {
			var l team.Letter
			if err := json.Unmarshal(j.Args, &l); err != nil {
				return err
			}
			text, err := l.Text(p.house.Keys)
			if err != nil {
				return err
			}
			if strings.Contains(string(j.Args), "token=") || link.Match(j.Args) {
				p.t.Errorf("the link lies open in the database: %s", j.Args)
			}
			all = append(all, l.To+"\n"+l.Subject+"\n"+text.Reveal())
		}
		return err
	})
	return all
}

func TestAPasswordIsResetByMail(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada := p.team("ada@example.org")
	cookie := p.signIn(ada)
	ok[struct{}](t, p.ask("POST", "/api/v1/password/forgot", map[string]string{"email": " ADA@example.org "}))
	letters := p.letters(ada)
	if len(letters) != 1 || !strings.HasPrefix(letters[0], "ada@example.org\n") {
		t.Fatalf("%q", letters)
	}
	token := link.FindStringSubmatch(letters[0])[2]
	const fresh = "a fresh long password"
	refused(t, p.ask("POST", "/api/v1/password/reset", map[string]string{"token": "x" + token, "password": fresh}), 404, "not_found")
	ok[struct{}](t, p.ask("POST", "/api/v1/password/reset", map[string]string{"token": token, "password": fresh}))
	refused(t, p.ask("POST", "/api/v1/password/reset", map[string]string{"token": token, "password": fresh}), 404, "not_found")
	refused(t, p.ask("GET", "/api/v1/me", nil, "Cookie", cookie), 401, "denied")
	ok[api.Me](t, p.ask("POST", "/api/v1/session", map[string]string{"email": ada.email, "password": fresh}))

	mute := open(t, storetest.SQLite(t), func(c *api.Config) { c.Mail = false })
	refused(t, mute.ask("POST", "/api/v1/password/forgot", map[string]string{"email": "ada@example.org"}), 503, "unavailable")
}

func TestAPersonIsInvitedAndJoins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		ada := p.team("ada@example.org")
		ids := p.furnish(ada)
		refused(t, p.with(ada, "POST", "/invitations", map[string]any{"email": "ben@example.org", "role": "moderator", "channels": []string{"not-ours"}}), 404, "not_found")
		i := ok[api.Invitation](t, p.with(ada, "POST", "/invitations", map[string]any{"email": "ben@example.org", "role": "moderator", "channels": []string{ids["channels"]}}))
		if !i.Mailed || len(p.letters(ada)) != 1 || !strings.Contains(p.letters(ada)[0], i.Link) {
			t.Fatalf("%+v %q", i, p.letters(ada))
		}
		token := link.FindStringSubmatch(i.Link)[2]
		if got := ok[api.Invited](t, p.ask("GET", "/api/v1/invitations/accept?token="+token, nil)); got.Email != "ben@example.org" || got.Known {
			t.Errorf("%+v", got)
		}
		s := p.ask("POST", "/api/v1/invitations/accept", map[string]string{"token": token, "name": "Ben", "password": password})
		me := ok[api.Me](t, s)
		ben := cookieOf(t, s)
		if me.Role != "moderator" || len(me.Channels) != 1 {
			t.Errorf("%+v", me)
		}
		refused(t, p.ask("POST", "/api/v1/posts", map[string]any{"parts": []any{}, "publications": []any{}}, "Cookie", ben), 403, "denied")
		refused(t, p.ask("GET", "/api/v1/audit", nil, "Cookie", ben), 403, "denied")
		ok[any](t, p.ask("GET", "/api/v1/conversations/"+ids["conversations"], nil, "Cookie", ben))
		ok[api.Member](t, p.with(ada, "PATCH", "/members/"+me.User.ID, map[string]any{"role": "moderator", "channels": []string{}}))
		refused(t, p.ask("GET", "/api/v1/conversations/"+ids["conversations"], nil, "Cookie", ben), 404, "not_found")
		refused(t, p.ask("GET", "/api/v1/posts/"+ids["posts"], nil, "Cookie", ben), 404, "not_found")
		if all := ok[api.Page[api.Channel]](t, p.ask("GET", "/api/v1/channels", nil, "Cookie", ben)); len(all.Items) != 0 {
			t.Errorf("%+v", all)
		}
		refused(t, p.with(ada, "PATCH", "/members/"+ada.by.User, map[string]any{"role": "analyst", "channels": nil}), 409, "conflict")
	})
}

func TestATokenMayOnlyItsScopes(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	ada := p.team("ada@example.org")
	cookie := p.signIn(ada)
	refused(t, p.with(ada, "POST", "/tokens", map[string]any{"name": "child", "scopes": []string{"read"}}), 403, "denied") // a token makes no tokens
	made := ok[api.Token](t, p.ask("POST", "/api/v1/tokens", map[string]any{"name": "news", "scopes": []string{"read"}, "days": 3}, "Cookie", cookie, "Idempotency-Key", "k"))
	if !strings.HasPrefix(made.Token, "kith_") || made.ExpiresAt == nil {
		t.Fatalf("%+v", made)
	}
	// Repeating it gives neither a second token nor the first again.
	refused(t, p.ask("POST", "/api/v1/tokens", map[string]any{"name": "news", "scopes": []string{"read"}, "days": 3}, "Cookie", cookie, "Idempotency-Key", "k"), 409, "conflict")
	narrow := house{token: made.Token}
	ok[any](t, p.with(narrow, "GET", "/posts", nil))
	refused(t, p.with(narrow, "POST", "/posts", map[string]any{"parts": []any{}, "publications": []any{}}), 403, "denied")
	for _, k := range ok[api.Page[api.Token]](t, p.with(ada, "GET", "/tokens", nil)).Items {
		if k.Token != "" {
			t.Error("a key is shown again")
		}
	}
	ok[struct{}](t, p.ask("DELETE", "/api/v1/tokens/"+made.ID, nil, "Cookie", cookie))
	refused(t, p.with(narrow, "GET", "/posts", nil), 401, "denied")
}
