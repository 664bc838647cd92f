package browser_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/kithhq/kith/internal/rehearse"
)

// scene is one thing to look at: an address, and what is opened there.
type scene struct {
	name  string
	route string // as in web/src/routes
	path  string
	then  func(p *page, say say)
	all   bool // look at it in every size, theme and so on; else once in each theme
}

type say func(key string, params ...string) string

// press is a scene's way to something: kind and key of a text, one after the other.
func press(steps ...string) func(*page, say) {
	return func(p *page, say say) {
		p.t.Helper()
		for i := 0; i+1 < len(steps); i += 2 {
			p.press(steps[i], say(steps[i+1]))
		}
	}
}

// routes are the pages of the application, from its sources: a page that is not looked at fails.
func routes(t *testing.T) []string {
	t.Helper()
	const root = "../../web/src/routes"
	found := map[string]bool{}
	must(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && (d.Name() == "+page.svelte" || d.Name() == "+page.ts") {
			rel, err := filepath.Rel(root, filepath.Dir(path))
			if err != nil {
				return err
			}
			var parts []string
			for _, part := range strings.Split(filepath.ToSlash(rel), "/") {
				if part != "." && !strings.HasPrefix(part, "(") {
					parts = append(parts, part)
				}
			}
			found["/"+strings.Join(parts, "/")] = true
		}
		return err
	}))
	var all []string
	for route := range found {
		all = append(all, route)
	}
	slices.Sort(all)
	return all
}

// full are the scenes of a busy house.
func full(f finds) []scene {
	schedule := func(p *page, say say) {
		p.press("button", say("compose.schedule"))
		p.see(say("compose.scheduleTitle"))
	}
	return []scene{
		{name: "today", route: "/", path: "/", all: true},
		{name: "inbox", route: "/inbox", path: "/inbox", all: true},
		{name: "inbox-comment", route: "/inbox/[id]", path: "/inbox/" + f.Comment, all: true},
		{name: "inbox-held", route: "/inbox/[id]", path: "/inbox/" + f.Held, all: true},
		{name: "inbox-chat", route: "/inbox/[id]", path: "/inbox/" + f.Chat, all: true},
		{name: "inbox-filters", route: "/inbox", path: "/inbox?state=all&kind=comments&unread=1"},
		{name: "inbox-search", route: "/inbox", path: "/inbox?q=the"},
		{name: "inbox-search-nothing", route: "/inbox", path: "/inbox?q=zzzzzz"},
		{name: "publish", route: "/publish", path: "/publish", all: true},
		{name: "publish-drafts", route: "/publish", path: "/publish?view=draft"},
		{name: "publish-published", route: "/publish", path: "/publish?view=published", all: true},
		{name: "publish-attention", route: "/publish", path: "/publish?view=attention"},
		{name: "post-new", route: "/publish/[id]", path: "/publish/new", all: true},
		{name: "post-draft", route: "/publish/[id]", path: "/publish/" + f.Draft, all: true},
		{name: "post-schedule", route: "/publish/[id]", path: "/publish/" + f.Draft, then: schedule, all: true},
		{name: "post-scheduled", route: "/publish/[id]", path: "/publish/" + f.Scheduled},
		{name: "post-published", route: "/publish/[id]", path: "/publish/" + f.Published, all: true},
		{name: "post-rate", route: "/publish/[id]", path: "/publish/" + f.Published, then: func(p *page, say say) {
			p.press("button", say("figure.definition", "name", say("post.rate")))
			p.see(say("post.rateText"))
		}},
		{name: "post-delete", route: "/publish/[id]", path: "/publish/" + f.Published, then: func(p *page, say say) {
			p.press("button", say("post.remove"))
			p.see(say("post.removeTitle"))
		}},
		{name: "post-failed", route: "/publish/[id]", path: "/publish/" + f.Failed, all: true},
		{name: "people", route: "/people", path: "/people", all: true},
		{name: "person", route: "/people/[id]", path: "/people/" + f.Person, all: true},
		{name: "person-ban", route: "/people/[id]", path: "/people/" + f.Person, then: press("button", "person.ban")},
		{name: "verdict-undo", route: "/people/[id]", path: "/people/" + f.Person, then: press("button", "verdict.undo")},
		{name: "measure", route: "/measure", path: "/measure", all: true},
		{name: "settings", route: "/settings", path: "/settings"},
		{name: "channels", route: "/settings/channels", path: "/settings/channels", all: true},
		{name: "channels-choose", route: "/settings/channels", path: "/settings/channels", then: press("button", "channels.connect")},
		{name: "channels-connect", route: "/settings/channels", path: "/settings/channels", then: func(p *page, say say) {
			p.press("button", say("channels.connect"))
			p.press("button", "Bluesky")
			p.see(say("channels.connectTo", "name", "Bluesky"))
		}, all: true},
		{name: "channels-mastodon", route: "/settings/channels", path: "/settings/channels?connect=mastodon", then: func(p *page, say say) {
			p.see(say("connect.goOnText", "name", "Mastodon"))
		}, all: true},
		{name: "channel", route: "/settings/channels/[id]", path: "/settings/channels/" + f.Channel, then: func(p *page, say say) {
			p.see(say("gap.dismiss"))
		}, all: true},
		{name: "app", route: "/settings/channels/app/[id]", path: "/settings/channels/app/facebook", all: true},
		{name: "grant", route: "/settings/channels/grant/[id]", path: "/settings/channels", then: func(p *page, say say) {
			p.returned("account") // an attempt belongs to whoever looks
			p.see(say("grant.title"))
		}, all: true},
		{name: "grant-refused", route: "/settings/channels/grant/[id]", path: "/settings/channels/grant/unknown", then: func(p *page, say say) {
			p.returned("deny")
			p.see(say("grant.refused", "name", "Mastodon"))
		}},
		{name: "grant-over", route: "/settings/channels/grant/[id]", path: "/settings/channels/grant/unknown", then: func(p *page, say say) {
			p.see(say("grant.over"))
		}},
		{name: "networks", route: "/settings/networks", path: "/settings/networks", all: true},
		{name: "networks-sources", route: "/settings/networks", path: "/settings/networks", then: func(p *page, say say) {
			eval[int](p, "[...document.querySelectorAll('details')].map(d => d.open = true).length")
		}},
		{name: "inbox-gap", route: "/inbox", path: "/inbox", then: func(p *page, say say) { p.see(say("gap.look")) }},
		{name: "team", route: "/settings/team", path: "/settings/team", all: true},
		{name: "team-invite", route: "/settings/team", path: "/settings/team", then: press("button", "team.invite"), all: true},
		{name: "rules", route: "/settings/rules", path: "/settings/rules", all: true},
		{name: "set-aside", route: "/settings/set-aside", path: "/settings/set-aside", all: true},
		{name: "set-aside-discard", route: "/settings/set-aside", path: "/settings/set-aside", then: press("button", "aside.discard")},
		{name: "workspace", route: "/settings/workspace", path: "/settings/workspace", all: true},
		{name: "tokens", route: "/settings/tokens", path: "/settings/tokens", all: true},
		{name: "tokens-make", route: "/settings/tokens", path: "/settings/tokens", then: press("button", "tokens.make")},
		{name: "audit", route: "/settings/audit", path: "/settings/audit", all: true},
		{name: "you", route: "/settings/you", path: "/settings/you", all: true},
		{name: "keyboard", route: "/settings/keyboard", path: "/settings/keyboard", all: true},
		{name: "rehearsal", route: "/rehearsal", path: "/rehearsal", all: true},
		{name: "gallery", route: "/gallery", path: "/gallery"},
		{name: "palette", route: "/", path: "/", then: func(p *page, _ say) {
			p.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
			p.until("the palette is open", "document.activeElement.getAttribute('role') === 'combobox'")
		}, all: true},
		{name: "help", route: "/", path: "/", then: func(p *page, say say) { p.key("?"); p.see(say("keys.title")) }},
		{name: "lost", route: "", path: "/nowhere"},
	}
}

// doors are the pages before anybody has signed in.
func doors(f finds) []scene {
	return []scene{
		{name: "sign-in", route: "/sign-in", path: "/sign-in?next=%2Finbox", all: true},
		{name: "forgot", route: "/forgot", path: "/forgot"},
		{name: "reset", route: "/reset", path: "/reset?token=abc"},
		{name: "reset-incomplete", route: "/reset", path: "/reset"},
		{name: "invitation", route: "/invitation", path: "/invitation" + f.Invitation, all: true},
		{name: "invitation-broken", route: "/invitation", path: "/invitation?token=nonsense"},
	}
}

// unowned are the pages of a house that nobody owns yet.
func unowned() []scene {
	return []scene{
		{name: "setup", route: "/setup", path: "/setup#" + setupCode, all: true},
		{name: "setup-wrong", route: "/setup", path: "/setup", then: func(p *page, say say) {
			begin(p, say, "wrong")
			p.until("what is wrong is said beside its field", "document.activeElement.name === 'code' && document.activeElement.getAttribute('aria-invalid') === 'true'")
		}, all: true},
	}
}

// begin fills in what makes a house.
func begin(p *page, say say, code string) {
	p.t.Helper()
	for _, f := range [][2]string{{"setup.code", code}, {"setup.workspace", "Radio Mistral"}, {"invitation.name", "Anne-Sophie Delacroix"}, {"signin.email", "anne-sophie@kith.example"}, {"invitation.password", password}} {
		p.fill(say(f[0]), f[1])
	}
	p.press("button", say("setup.begin"))
}

// plain are all pages behind the door as they are without any data.
func plain(t *testing.T, prefix string) []scene {
	var all []scene
	out := map[string]bool{}
	for _, s := range append(doors(finds{}), unowned()...) {
		out[s.route] = true
	}
	for _, route := range routes(t) {
		if !out[route] && route != "/gallery" && route != "/settings" {
			path := strings.ReplaceAll(route, "[id]", "0192f0c0-0000-7000-8000-000000000000")
			all = append(all, scene{name: prefix + strings.ReplaceAll(strings.Trim(route, "/"), "/", "-"), route: route, path: path})
		}
	}
	return append(all, scene{name: prefix + "post-new", path: "/publish/new"})
}

func TestEveryPageInEveryLook(t *testing.T) {
	h := busy(t)
	h.owns(second, "Anne-Sophie Delacroix-Lemaître")
	empty := open(t, false)
	empty.owns(second, "Anne-Sophie Delacroix-Lemaître")
	nobodys := fresh(t)
	browser := browse(t)
	first := tab(t, browser, h)
	first.enter(rehearse.Keeper)
	troubled(first)
	missed(h)
	h.garbles("mastodon", 1)
	f := find(first)
	for name, id := range map[string]string{"chat": f.Chat, "comment": f.Comment, "held": f.Held, "person": f.Person, "published": f.Published, "scheduled": f.Scheduled, "draft": f.Draft, "failed": f.Failed} {
		if id == "" {
			t.Fatalf("the busy house has no %s to look at", name)
		}
	}
	seen := map[string]bool{}
	for _, s := range slices.Concat(full(f), doors(f), unowned()) {
		seen[s.route] = true
	}
	for _, route := range routes(t) {
		if !seen[route] {
			t.Errorf("nobody looks at %s", route)
		}
	}
	axe, err := os.ReadFile("../../web/node_modules/axe-core/axe.min.js")
	must(t, err)
	for _, l := range []struct{ locale, other, user string }{{"en", "fr", rehearse.Keeper}, {"fr", "en", second}} {
		t.Run(l.locale, func(t *testing.T) {
			t.Parallel()
			w := read(t, l.locale)
			v := viewer{locale: l.locale, axe: string(axe), say: func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) },
				odd: strangers(w, read(t, l.other))}
			v.look(t, tab(t, browser, h), "", doors(f))
			v.look(t, tab(t, browser, nobodys), "", unowned(), "403", "404") // the favicon is looked for where no page names one
			p := tab(t, browser, h)
			p.enter(l.user)
			v.look(t, p, l.user, full(f))
			nobody := tab(t, browser, empty)
			nobody.enter(l.user)
			v.look(t, nobody, l.user, plain(t, "empty-"), "404")
			eval[string](p, fmt.Sprintf("document.cookie = '%s=1; path=/'", failCookie))
			v.look(t, p, l.user, plain(t, "error-"), "503")
		})
	}
}

// viewer looks at scenes in one language.
type viewer struct {
	locale, axe string
	say         say
	odd         stranger
}

func (v viewer) look(t *testing.T, p *page, user string, scenes []scene, expected ...string) {
	t.Helper()
	if user != "" {
		if status := eval[int](p, p.call("PATCH", "me", map[string]any{"locale": v.locale, "theme": "auto"})+".then(r => r.status)"); status != 200 {
			t.Fatalf("choosing a language: %d", status)
		}
	} else {
		p.do(chromedp.Navigate(p.house.url + "/healthz"))
	}
	eval[string](p, "localStorage.setItem('kith.locale', "+quoted(v.locale)+"), ''")
	for _, s := range scenes {
		p.t = t
		t.Run(s.name, func(t *testing.T) {
			p.t = t
			v.one(p, s, expected...)
		})
	}
	p.t = t
}

func (v viewer) one(p *page, s scene, expected ...string) {
	p.t.Helper()
	if s.name == "invitation-broken" || s.name == "lost" || strings.HasPrefix(s.name, "grant-") {
		expected = append(expected, "404", "400")
	}
	p.size(1280, 800)
	p.theme("light")
	if s.name == "gallery" { // it shows what loading looks like
		p.do(chromedp.Navigate(p.house.url + s.path))
		p.until("the gallery is there", "document.querySelector('h1') && document.querySelectorAll('.skeleton').length > 1")
	} else {
		p.open(s.path)
	}
	v.light(p)
	if s.then != nil {
		s.then(p, v.say)
	}
	p.until("the language is "+v.locale, "document.documentElement.lang === "+quoted(v.locale))
	if s.name != "gallery" {
		for _, odd := range v.odd.among(eval[[]string](p, "seen.said()")) {
			p.t.Error(odd)
		}
	}
	name := func(size, theme string) string { return fmt.Sprintf("%s %s %s %s", s.name, size, theme, v.locale) }
	for _, theme := range []string{"light", "dark"} {
		p.theme(theme)
		v.accessible(p, theme+" 1280")
		p.shot(name("1280", theme))
	}
	if !s.all {
		p.size(390, 844)
		v.narrow(p)
		p.shot(name("390", "dark"))
		p.clean(expected...)
		return
	}
	p.size(1920, 1080)
	p.shot(name("1920", "dark"))
	p.theme("light")
	p.shot(name("1920", "light"))
	p.size(390, 844)
	v.narrow(p)
	v.accessible(p, "light 390")
	p.shot(name("390", "light"))
	p.theme("dark")
	p.shot(name("390", "dark"))
	p.clean(expected...)
}

// budget is what script and style of a first visit may cost. It is counted as “kith bench page” does: what a browser
// calls the size of a transfer, which is the packed file and 300 bytes for its headers, whether it came now or before.
const budget = 170_000

// light fails when what a page has fetched until it stands is more than a first visit may cost.
func (v viewer) light(p *page) {
	p.t.Helper()
	weight := eval[int](p, `performance.getEntriesByType('resource').filter(e => /\.(js|css)(\?|$)/.test(e.name) || e.initiatorType === 'script')
		.reduce((n, e) => n + e.encodedBodySize + 300, 0)`)
	if weight > budget || weight < budget/4 { // less than the framework alone: it was not counted
		p.t.Errorf("a first visit fetches %.1f kB of script and style; at most %d", float64(weight)/1000, budget/1000)
	}
}

// narrow fails when a phone would have to be pushed sideways. What floats finds
// its new place a moment after the screen has changed, so it is asked again.
func (v viewer) narrow(p *page) {
	p.t.Helper()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for _, width := range []int64{320, 390} {
		p.size(width, 844)
		wide := p.wider()
		for late := time.Now().Add(30 * time.Second); len(wide) > 0 && time.Now().Before(late); wide = p.wider() {
			<-ticker.C
		}
		if len(wide) > 0 {
			p.t.Errorf("at %d px the page is wider than the screen: %s", width, strings.Join(wide, "\n\t"))
		}
	}
}

// wider tells what reaches out of the screen on the right.
func (p *page) wider() []string {
	p.t.Helper()
	return eval[[]string](p, `(() => {
		const room = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= room && document.body.scrollWidth <= room) return [];
		return [document.documentElement.scrollWidth + ' px'].concat([...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > room + 1).slice(0, 4).map(e => e.outerHTML.slice(0, 120)));
	})()`)
}

// accessible lets axe judge the page.
func (v viewer) accessible(p *page, how string) {
	p.t.Helper()
	if !eval[bool](p, "!!window.axe") {
		eval[chromedp.Void](p, v.axe+"; void 0")
	}
	type violation struct {
		ID, Impact, Help string
		Nodes            []struct {
			HTML    string `json:"html"`
			Failure string `json:"failureSummary"`
		} `json:"nodes"`
	}
	said := eval[string](p, `axe.run({resultTypes: ['violations']}).then(r => JSON.stringify(r.violations))`)
	var found []violation
	must(p.t, json.Unmarshal([]byte(said), &found))
	for _, f := range found {
		if f.Impact != "minor" {
			p.t.Errorf("axe, %s: %s (%s): %s\n\t%d times, as %.300s\n\t%.300s", how, f.ID, f.Impact, f.Help, len(f.Nodes), f.Nodes[0].HTML, f.Nodes[0].Failure)
		}
	}
}
