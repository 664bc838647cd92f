package api_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// shared is what belongs to the whole workspace, whatever channels one is limited to.
func shared() []string {
	return []string{"rules", "members", "colleague:members", "network-apps", "rehearsal", "addresses", "accounts"}
}

// tells finds what an answer says of things that are hidden from whoever asked.
func tells(s said, hidden things, mark string) string {
	if strings.Contains(string(s.body), mark) {
		return mark
	}
	for kind, one := range hidden {
		if !slices.Contains(shared(), kind) && strings.Contains(string(s.body), one) {
			return kind + " " + one
		}
	}
	return ""
}

// Who is limited to some channels of a workspace puts the ids of what belongs to the
// others wherever a request takes an id, in its path, its query and its body: it is as if
// these things were not there, and nothing changes. No list tells of them.
func TestWhatBelongsToOtherChannelsDoesNotExist(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		number := p.stocked()
		ada := p.team("ada@example.org")
		hidden, open := p.shelf(ada.by, "Zyxwvut"), p.shelf(ada.by, "Abcdefg")
		p.writesUs(ada.by, open, number, "AbcdefgToo")
		channels := []string{open["mastodon"], open["linkedin"], open["snapchat"], open["whatsapp"], open["x"]}
		colleague := p.joins(ada, "bob@example.org", access.Analyst, []string{hidden["mastodon"]})
		hidden["colleague:members"], open["colleague:members"] = colleague.by.User, colleague.by.User
		roles := []access.Role{access.Contributor, access.Moderator, access.Analyst, access.Manager}
		storetest.View(t, db, func(_ context.Context, tx *store.Tx) error {
			if tx.Postgres() {
				roles = roles[3:] // the widest one will do
			}
			return nil
		})
		all, table := p.endpoints(), known()
		for _, role := range roles {
			mia := p.joins(ada, string(role)+"@example.org", role, channels)
			ours := things{}
			for kind, one := range open {
				ours[kind] = one
			}
			ours["accounts"] = "account-Abcdefg" // may be connected again
			p.do(func(ctx context.Context, tx *store.Tx) error {
				return p.owned(ctx, tx, mia.by, ours, "Own"+string(role))
			})
			cookie := p.signIn(mia)
			before := p.rows()
			for _, e := range all {
				if !slices.Contains([]string{"listenNews", "signOut", "changePassword", "listDevices"}, e.name) && !e.open && !strings.HasPrefix(e.path, "/api/v1/rehearsal") {
					before = p.keptFrom(e, table[e.name], ours, hidden, role, cookie, before)
				}
			}
			if role == access.Manager {
				p.reaches(all, ours, cookie)
			}
		}
	})
}

// keptFrom tries one operation with everything that is hidden.
func (p *place) keptFrom(e endpoint, texts map[string]string, ours, hidden things, role access.Role, cookie string, before []string) []string {
	p.t.Helper()
	g, special := e.goodFor()
	what := fmt.Sprintf("%s: %s %s", role, e.method, e.path)
	kind, has := e.resource()
	if has {
		s := p.try(e, g, ours, hidden, true, "Cookie", cookie)
		if s.StatusCode < 400 || s.StatusCode >= 500 {
			p.t.Errorf("%s: %s %s", what, s.Status, s.body)
		}
		if told := tells(s, hidden, "Zyxwvut"); told != "" {
			p.t.Errorf("%s tells of %s: %s", what, told, s.body)
		}
		if g.of == "" && !slices.Contains(shared(), kind) {
			unknown := things{kind: id.New()}
			if never := p.try(e, g, ours, unknown, true, "Cookie", cookie); never.Status != s.Status || string(never.body) != string(s.body) {
				p.t.Errorf("%s: one sees that it is there: %s %s, and where there is none: %s %s", what, s.Status, s.body, never.Status, never.body)
			}
		}
	}
	for _, at := range e.texts {
		switch texts[at] {
		case "cursor":
			for _, s := range p.elsewhere(e, g, ours, hidden, cookie) {
				if told := tells(s, hidden, "Zyxwvut"); told != "" || s.StatusCode >= 500 {
					p.t.Errorf("%s with %s tells of %s: %s %s", what, at, told, s.Status, s.body)
					break
				}
			}
		case "id", "among":
			other, err := g.another(at)
			p.must(err)
			s := p.try(e, other, ours, hidden, false, "Cookie", cookie)
			if err := denied(s, "Zyxwvut"); err != nil && texts[at] == "id" {
				p.t.Errorf("%s with %s: %v", what, at, err)
			}
			if told := tells(s, hidden, "Zyxwvut"); told != "" {
				p.t.Errorf("%s with %s tells of %s: %s", what, at, told, s.body)
			}
			if texts[at] == "among" {
				before = p.rows()
			}
		}
	}
	if e.method == "GET" && !special {
		path := e.at(ours)
		if e.name == "search" || e.name == "listPeople" || e.name == "listPosts" {
			path += "?q=Zyxwvut"
		}
		s := p.ask("GET", path, nil, "Cookie", cookie)
		if told := tells(s, hidden, "Zyxwvut"); told != "" {
			p.t.Errorf("%s tells of %s: %s", what, told, s.body)
		}
	}
	if e.method != "GET" {
		after := p.rows()
		if !slices.Equal(before, after) {
			p.t.Errorf("%s changed something:\n%s", what, strings.Join(changed(before, after), "\n"))
		}
		before = after
	}
	return before
}

// reaches tries the same with what is not hidden: it is found.
func (p *place) reaches(all []endpoint, ours things, cookie string) {
	p.t.Helper()
	for _, e := range all {
		kind, has := e.resource()
		g, special := e.goodFor()
		team := []string{"members", "invitations", "tokens", "network-apps", "rules", "rehearsal"}
		if e.open || slices.Contains(team, kind) || e.method == "DELETE" || !has && !special || e.name == "getAvatar" || e.name == "invite" {
			continue
		}
		s := p.try(e, g, ours, nil, false, "Cookie", cookie)
		if special && s.StatusCode >= 300 || slices.Contains([]int{401, 403, 404}, s.StatusCode) && !regexp.MustCompile(`such (file|option|template|part)`).Match(s.body) {
			p.t.Errorf("%s %s is refused where it should not be, so this test proves nothing: %s %s", e.method, e.path, s.Status, s.body)
		}
	}
}
