package api_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// good is a request that succeeds in a workspace that is furnished: {kind} stands for
// one of its things, and {own:kind} for a special one where there is.
type good struct {
	of    string // what stands for {id} in the path; "" = what the path is about
	query string
	body  string
}

// goods has one for every operation that takes ids besides the one of its path.
func goods() map[string]good {
	const (
		parts  = `[{"text":"Bonjour","media":[{"id":"{media}","alt":"a","cover":"{media}"}]}]`
		target = `{"channel_id":"{channels}","parts":` + parts + `,"hand":{"chosen":true,"crops":{"{media}":{"x":0.5,"y":0.5}}}}`
		reply  = `{"text":"Bonjour","message_id":"{messages}","media":[{"id":"{media}","alt":"a","cover":"{media}"}]}`
	)
	return map[string]good{
		"listAsides":         {query: "channel={channels}"},
		"listConversations":  {query: "channel={channels}&person={people}&state=all"},
		"listAccountFigures": {query: "channel={channels}"},
		"listMeasures":       {query: "channel={channels}"},
		"listPosts":          {query: "channel={channels}"},
		"search":             {query: "q=bonjour&channel={channels}"},
		"authorizeChannel":   {body: `{"network":"linkedin","channel":"{linkedin}"}`},
		"checkReply":         {body: reply},
		"reply":              {body: reply},
		"listTemplates":      {of: "whatsapp:channels", query: "conversation={whatsapp:conversations}"},
		"replyWithTemplate":  {of: "whatsapp:conversations", body: `{"template":"resume_contact/en","values":{"1":"Ada","2":"books"},"message_id":"{whatsapp:messages}"}`},
		"actOnSeveral":       {body: `{"act":"read","conversations":["{conversations}"],"messages":["{messages}"]}`},
		"chooseAccounts":     {body: `{"accounts":["{accounts}"]}`},
		"invite":             {body: `{"email":"new@example.org","role":"moderator","channels":["{channels}"]}`},
		"changeMember":       {of: "colleague:members", body: `{"role":"moderator","channels":["{channels}"]}`},
		"createPost":         {body: `{"parts":` + parts + `,"publications":[` + target + `]}`},
		"changePost":         {body: `{"revision":0,"parts":` + parts + `,"publications":[` + target + `]}`},
		"checkPost":          {body: `{"parts":` + parts + `,"channels":[` + target + `]}`},
		"setReadingBudget":   {of: "x:channels", body: `{"amount":"5"}`},
		"publishedByHand":    {of: "hand:publications", body: `{"url":"https://www.snapchat.com/spotlight/mine","proof":"{media}"}`},
	}
}

var hole = regexp.MustCompile(`\{(theirs )?([a-z:-]+)\}`)

// fill writes a request: its things are ours, but for those that stand as theirs.
func fill(text string, ours, theirs things) string {
	return hole.ReplaceAllStringFunc(text, func(s string) string {
		m := hole.FindStringSubmatch(s)
		from, kind := ours, m[2]
		if m[1] != "" {
			from = theirs
		}
		if from[kind] == "" {
			_, kind, _ = strings.Cut(kind, ":")
		}
		if from[kind] == "" {
			panic("there is none of " + s)
		}
		return from[kind]
	})
}

// another puts somebody else's thing at one place of a good request.
func (g good) another(at string) (good, error) {
	put := func(s string) string { return strings.Replace(s, "{", "{theirs ", 1) }
	if name, query := strings.CutPrefix(at, "?"); query {
		q, err := url.ParseQuery(g.query)
		if err != nil || !q.Has(name) {
			return g, fmt.Errorf("the good request has no %s", at)
		}
		q.Set(name, put(q.Get(name)))
		g.query, err = url.QueryUnescape(q.Encode())
		return g, err
	}
	var body any
	if err := json.Unmarshal([]byte(g.body), &body); err != nil {
		return g, err
	}
	body, err := bend(body, at, put)
	if err != nil {
		return g, err
	}
	text, err := json.Marshal(body)
	g.body = string(text)
	return g, err
}

// goodFor gives the request of an operation; one without ids of its own is what its
// schema accepts.
func (e endpoint) goodFor() (g good, special bool) {
	g, special = goods()[e.name]
	if g.body == "" {
		g.body = e.body
	}
	return g, special
}

// try sends a request, with ours or theirs in its path.
func (p *place) try(e endpoint, g good, ours, theirs things, pathIsTheirs bool, header ...string) said {
	p.t.Helper()
	in := ours
	if pathIsTheirs {
		in = theirs
	}
	path := e.at(in)
	if strings.Contains(g.body, `"revision":0`) { // as somebody reads it before
		now, _ := json.Marshal(ok[api.Post](p.t, p.ask("GET", e.at(ours), nil, header...)).Revision)
		g.body = strings.Replace(g.body, `"revision":0`, `"revision":`+string(now), 1)
	}
	if g.of != "" {
		from, _ := e.resource()
		path = strings.Replace(path, in[from], fill("{"+g.of+"}", in, nil), 1)
	}
	if g.query != "" {
		path += "?" + fill(g.query, ours, theirs)
	}
	e.body = fill(g.body, ours, theirs)
	return p.send(e, path, header...)
}

// resource is what the id in the path of an operation is of.
func (e endpoint) resource() (kind string, ok bool) {
	kind, _, _ = strings.Cut(strings.TrimPrefix(e.path, "/api/v1/"), "/")
	return kind, strings.Contains(e.path, "{id}")
}

// denied judges the answer to a request with something in it that is not the asker's:
// there is no such thing, or a list without it, and nothing of it is told.
func denied(s said, mark string) error {
	switch {
	case strings.Contains(string(s.body), mark):
		return fmt.Errorf("%s tells of it: %s", s.Status, s.body)
	case s.StatusCode >= 400 && s.StatusCode < 500:
		return nil
	case s.StatusCode >= 300 || s.Request.Method != "GET":
		return fmt.Errorf("%s %s", s.Status, s.body)
	}
	if n, err := listed(s); err != nil || n != 0 {
		return fmt.Errorf("%s %s", s.Status, s.body)
	}
	return nil
}

// listed is how long the list of an answer is.
func listed(s said) (int, error) {
	var list struct {
		Items *[]json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(s.body, &list); err != nil {
		return 0, err
	}
	if list.Items == nil {
		return 0, fmt.Errorf("no list: %s", s.body)
	}
	return len(*list.Items), nil
}

// Somebody puts the ids of another workspace's things wherever a request takes the id of
// one: there is no such thing, and nothing anywhere has changed. With their own in the
// same place the request succeeds.
func TestNothingOfAnotherWorkspaceIsReachedByBodyOrQuery(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		number := p.stocked()
		ada, eve := p.team("ada@example.org"), p.team("eve@example.org")
		theirs, ours := p.shelf(ada.by, "Zyxwvut"), p.shelf(eve.by, "Abcdefg")
		p.writesUs(ada.by, theirs, number, "ZyxwvutToo")
		p.writesUs(eve.by, ours, number, "AbcdefgToo")
		theirs["colleague:members"], ours["colleague:members"] = p.joins(ada, "zoe@example.org", "analyst", nil).by.User, p.joins(eve, "bob@example.org", "analyst", nil).by.User
		cookie := p.signIn(eve)
		before := p.rows()
		same := func(what string) {
			t.Helper()
			if after := p.rows(); !slices.Equal(before, after) {
				t.Errorf("%s changed something:\n%s", what, strings.Join(changed(before, after), "\n"))
				before = after
			}
		}
		table, last := known(), []endpoint{}
		for _, e := range p.endpoints() {
			g, special := e.goodFor()
			for _, at := range e.texts {
				what := e.method + " " + e.path + " with " + at
				switch is := table[e.name][at]; {
				case is == "cursor":
					for _, s := range p.elsewhere(e, g, ours, theirs, cookie) {
						if s.StatusCode >= 500 || strings.Contains(string(s.body), "Zyxwvut") {
							t.Errorf("%s: %s %s", what, s.Status, s.body)
							break
						}
					}
				case is == "words" && e.method == "GET" && at == "?q":
					if s := p.ask("GET", e.at(ours)+"?q=Zyxwvut", nil, "Cookie", cookie); strings.Contains(string(s.body), "Zyxwvut") {
						t.Errorf("%s: %s", what, s.body)
					}
				case is == "among":
					other, err := g.another(at)
					p.must(err)
					if s := p.try(e, other, ours, theirs, false, "Cookie", cookie); s.StatusCode >= 500 || strings.Contains(string(s.body), theirs["media"]) {
						t.Errorf("%s: %s %s", what, s.Status, s.body)
					}
					p.apart(eve, ours, ada, theirs)
					before = p.rows()
				case is == "id":
					other, err := g.another(at)
					if err != nil || !special {
						t.Errorf("%s: there is no good request for it: %v", what, err)
						continue
					}
					if err := denied(p.try(e, other, ours, theirs, false, "Cookie", cookie), "Zyxwvut"); err != nil {
						t.Errorf("%s: %v", what, err)
					}
					same(what)
				}
			}
			if !special {
				continue // paths with another's id have a test of their own
			}
			last = append(last, e)
			if _, has := e.resource(); has {
				if err := denied(p.try(e, g, ours, theirs, true, "Cookie", cookie), "Zyxwvut"); err != nil {
					t.Errorf("%s %s of another: %v", e.method, e.path, err)
				}
				same(e.path)
			}
		}
		for _, e := range last { // the same with what is one's own
			g, _ := e.goodFor()
			s := p.try(e, g, ours, theirs, false, "Cookie", cookie)
			if s.StatusCode >= 300 {
				t.Errorf("%s %s: a good request is refused, so this test proves nothing: %s %s", e.method, e.path, s.Status, s.body)
			}
			if n, err := listed(s); e.method == "GET" && (err != nil || n == 0) {
				t.Errorf("%s %s: nothing is found, so this test proves nothing: %v %s", e.method, e.path, err, s.body)
			}
			delete(table, e.name)
		}
		for name, of := range table {
			if slices.Contains(slices.Collect(maps.Values(of)), "id") {
				t.Errorf("%s was not tried", name)
			}
		}
		p.apart(eve, ours, ada, theirs)
	})
}

// elsewhere goes on in a list where another workspace's list stands.
func (p *place) elsewhere(e endpoint, g good, ours, theirs things, cookie string) (all []said) {
	p.t.Helper()
	for _, at := range []string{`{"a":9000000000000000,"i":%q}`, `{"a":0,"i":%q}`, `{"t":"2200-01-01T00:00:00Z","i":%q}`} {
		q := g
		q.query = strings.TrimPrefix(q.query+"&cursor="+base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, at, theirs["posts"])), "&")
		all = append(all, p.try(e, q, ours, theirs, false, "Cookie", cookie))
	}
	return all
}

// apart looks through the whole database: no row of one workspace names anything of the other.
func (p *place) apart(one house, ours things, other house, theirs things) {
	p.t.Helper()
	for _, r := range p.rows() {
		for kind, id := range theirs {
			if kind != "addresses" && len(id) > 10 && strings.Contains(r, one.by.Workspace) && strings.Contains(r, id) {
				p.t.Errorf("a row of one workspace names %s of another: %s", kind, r)
			}
		}
		for kind, id := range ours {
			if kind != "addresses" && len(id) > 10 && strings.Contains(r, other.by.Workspace) && strings.Contains(r, id) {
				p.t.Errorf("a row of another workspace names our %s: %s", kind, r)
			}
		}
	}
}
