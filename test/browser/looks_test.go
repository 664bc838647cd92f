package browser_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
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
		{name: "today", route: "/", path: "/"},
		{name: "inbox", route: "/inbox", path: "/inbox"},
		{name: "inbox-comment", route: "/inbox/[id]", path: "/inbox/" + f.Comment},
		{name: "inbox-held", route: "/inbox/[id]", path: "/inbox/" + f.Held},
		{name: "inbox-chat", route: "/inbox/[id]", path: "/inbox/" + f.Chat},
		{name: "inbox-filters", route: "/inbox", path: "/inbox?state=all&kind=comments&unread=1"},
		{name: "inbox-search", route: "/inbox", path: "/inbox?q=the"},
		{name: "inbox-search-nothing", route: "/inbox", path: "/inbox?q=zzzzzz"},
		{name: "publish", route: "/publish", path: "/publish"},
		{name: "publish-calendar", route: "/publish", path: "/publish?view=calendar"},
		{name: "publish-drafts", route: "/publish", path: "/publish?view=draft"},
		{name: "publish-published", route: "/publish", path: "/publish?view=published"},
		{name: "publish-attention", route: "/publish", path: "/publish?view=attention"},
		{name: "post-new", route: "/publish/[id]", path: "/publish/new"},
		{name: "post-draft", route: "/publish/[id]", path: "/publish/" + f.Draft},
		{name: "post-schedule", route: "/publish/[id]", path: "/publish/" + f.Draft, then: schedule},
		{name: "post-scheduled", route: "/publish/[id]", path: "/publish/" + f.Scheduled},
		{name: "post-published", route: "/publish/[id]", path: "/publish/" + f.Published},
		{name: "post-rate", route: "/publish/[id]", path: "/publish/" + f.Published, then: func(p *page, say say) {
			p.press("button", say("figure.definition", "name", say("post.rate")))
			p.see(say("post.rateText"))
		}},
		{name: "post-delete", route: "/publish/[id]", path: "/publish/" + f.Published, then: func(p *page, say say) {
			p.press("button", say("post.remove"))
			p.see(say("post.removeTitle"))
		}},
		{name: "post-failed", route: "/publish/[id]", path: "/publish/" + f.Failed},
		{name: "people", route: "/people", path: "/people"},
		{name: "person", route: "/people/[id]", path: "/people/" + f.Person},
		{name: "person-ban", route: "/people/[id]", path: "/people/" + f.Person, then: press("button", "person.ban")},
		{name: "verdict-undo", route: "/people/[id]", path: "/people/" + f.Person, then: press("button", "verdict.undo")},
		{name: "measure", route: "/measure", path: "/measure"},
		{name: "settings", route: "/settings", path: "/settings"},
		{name: "channels", route: "/settings/channels", path: "/settings/channels"},
		{name: "channels-choose", route: "/settings/channels", path: "/settings/channels", then: press("button", "channels.connect")},
		{name: "channels-connect", route: "/settings/channels", path: "/settings/channels", then: func(p *page, say say) {
			p.press("button", say("channels.connect"))
			p.press("button", "Bluesky")
			p.see(say("channels.connectTo", "name", "Bluesky"))
		}},
		{name: "channels-mastodon", route: "/settings/channels", path: "/settings/channels?connect=mastodon", then: func(p *page, say say) {
			p.see(say("connect.goOnText", "name", "Mastodon"))
		}},
		{name: "channel", route: "/settings/channels/[id]", path: "/settings/channels/" + f.Channel, then: func(p *page, say say) {
			p.see(say("gap.dismiss"))
		}},
		{name: "app", route: "/settings/channels/app/[id]", path: "/settings/channels/app/facebook"},
		{name: "grant", route: "/settings/channels/grant/[id]", path: "/settings/channels", then: func(p *page, say say) {
			p.returned("account") // an attempt belongs to whoever looks
			p.see(say("grant.title"))
		}},
		{name: "grant-refused", route: "/settings/channels/grant/[id]", path: "/settings/channels/grant/unknown", then: func(p *page, say say) {
			p.returned("deny")
			p.see(say("grant.refused", "name", "Mastodon"))
		}},
		{name: "grant-over", route: "/settings/channels/grant/[id]", path: "/settings/channels/grant/unknown", then: func(p *page, say say) {
			p.see(say("grant.over"))
		}},
		{name: "networks", route: "/settings/networks", path: "/settings/networks"},
		{name: "networks-sources", route: "/settings/networks", path: "/settings/networks", then: func(p *page, say say) {
			eval[int](p, "[...document.querySelectorAll('details')].map(d => d.open = true).length")
		}},
		{name: "inbox-gap", route: "/inbox", path: "/inbox", then: func(p *page, say say) { p.see(say("gap.look")) }},
		{name: "team", route: "/settings/team", path: "/settings/team"},
		{name: "team-invite", route: "/settings/team", path: "/settings/team", then: press("button", "team.invite")},
		{name: "rules", route: "/settings/rules", path: "/settings/rules"},
		{name: "set-aside", route: "/settings/set-aside", path: "/settings/set-aside"},
		{name: "set-aside-discard", route: "/settings/set-aside", path: "/settings/set-aside", then: press("button", "aside.discard")},
		{name: "workspace", route: "/settings/workspace", path: "/settings/workspace"},
		{name: "tokens", route: "/settings/tokens", path: "/settings/tokens"},
		{name: "tokens-make", route: "/settings/tokens", path: "/settings/tokens", then: press("button", "tokens.make")},
		{name: "audit", route: "/settings/audit", path: "/settings/audit"},
		{name: "spending", route: "/settings/spending", path: "/settings/spending"},
		{name: "you", route: "/settings/you", path: "/settings/you"},
		{name: "keyboard", route: "/settings/keyboard", path: "/settings/keyboard"},
		{name: "rehearsal", route: "/rehearsal", path: "/rehearsal"},
		{name: "gallery", route: "/gallery", path: "/gallery"},
		{name: "palette", route: "/", path: "/", then: func(p *page, _ say) {
			p.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
			p.until("the palette is open", "document.activeElement.getAttribute('role') === 'combobox'")
		}},
		{name: "help", route: "/", path: "/", then: func(p *page, say say) { p.key("?"); p.see(say("keys.title")) }},
		{name: "lost", route: "", path: "/nowhere"},
	}
}

// doors are the pages before anybody has signed in.
func doors(f finds) []scene {
	return []scene{
		{name: "sign-in", route: "/sign-in", path: "/sign-in?next=%2Finbox"},
		{name: "forgot", route: "/forgot", path: "/forgot"},
		{name: "reset", route: "/reset", path: "/reset?token=abc"},
		{name: "reset-incomplete", route: "/reset", path: "/reset"},
		{name: "invitation", route: "/invitation", path: "/invitation" + f.Invitation},
		{name: "invitation-broken", route: "/invitation", path: "/invitation?token=nonsense"},
	}
}

// unowned are the pages of a house that nobody owns yet.
func unowned() []scene {
	return []scene{
		{name: "setup", route: "/setup", path: "/setup#" + setupCode},
		{name: "setup-wrong", route: "/setup", path: "/setup", then: func(p *page, say say) {
			begin(p, say, "wrong")
			p.until("what is wrong is said beside its field", "document.activeElement.name === 'code' && document.activeElement.getAttribute('aria-invalid') === 'true'")
		}},
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

// look is how a page is looked at.
type look struct {
	width int64
	theme string
}

// heights are of the screens by their widths: two phones, a tablet, a desk, a large one.
var heights = map[int64]int64{320: 568, 390: 844, 768: 1024, 1280: 800, 1920: 1080}

// looks are how the n-th scene is looked at in a language. A soak looks at it in every width and theme. Otherwise it is
// seen on a phone, on a tablet and on a wide screen; the two languages together see every width, and every kind of screen
// in light and in dark; and every other scene is opened on the phone and not made narrow later.
func looks(n int, locale string) []look {
	if os.Getenv("KITH_SOAK") != "" {
		var all []look
		for _, width := range slices.Sorted(maps.Keys(heights)) {
			all = append(all, look{width, "light"}, look{width, "dark"})
		}
		return all
	}
	other := 0
	if locale == "fr" {
		other = 1
	}
	theme := func(i int) string { return []string{"light", "dark"}[(n/2+other+i)%2] }
	all := []look{{[]int64{320, 390}[(n+other)%2], theme(0)}, {768, theme(1)}, {[]int64{1280, 1920}[(n/4+other)%2], theme(n)}}
	if (n/2)%2 == 1 {
		slices.Reverse(all)
	}
	return all
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
	for n, s := range scenes {
		p.t = t
		t.Run(s.name, func(t *testing.T) {
			p.t = t
			v.one(p, s, looks(n, v.locale), expected...)
		})
	}
	p.t = t
}

func (v viewer) one(p *page, s scene, looks []look, expected ...string) {
	p.t.Helper()
	if s.name == "invitation-broken" || s.name == "lost" || strings.HasPrefix(s.name, "grant-") {
		expected = append(expected, "404", "400")
	}
	if s.then != nil { // its way is the one of a wide screen
		p.size(1280, heights[1280])
	} else {
		p.size(looks[0].width, heights[looks[0].width])
	}
	p.theme(looks[0].theme)
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
	v.narrow(p)
	for _, l := range looks {
		p.size(l.width, heights[l.width])
		p.theme(l.theme)
		v.accessible(p, fmt.Sprintf("%s %d", l.theme, l.width))
		p.shot(fmt.Sprintf("%s %d %s %s", s.name, l.width, l.theme, v.locale))
	}
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
	p.t.Logf("a first visit fetches %.1f kB of script and style", float64(weight)/1000)
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
	for _, width := range []int64{320, 390, 768} {
		p.size(width, heights[width])
		wide := p.wider()
		for late := time.Now().Add(time.Minute); len(wide) > 0 && time.Now().Before(late); wide = p.wider() {
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

// What looks promises of every scene: in the two languages together each width, and each kind of screen in both themes.
func TestNoSceneIsSeenInOneWayOnly(t *testing.T) {
	t.Setenv("KITH_SOAK", "")
	for n := range 16 {
		widths, kinds := map[int64]bool{}, map[string]bool{}
		for _, locale := range []string{"en", "fr"} {
			for _, l := range looks(n, locale) {
				widths[l.width] = true
				kinds[fmt.Sprint(l.width < 400, l.width > 1000, l.theme)] = true
			}
		}
		if len(widths) != len(heights) || len(kinds) != 6 {
			t.Errorf("scene %d: widths %v, screens and themes %v", n, widths, kinds)
		}
	}
	t.Setenv("KITH_SOAK", "1")
	all := map[look]bool{}
	for _, l := range looks(3, "fr") {
		all[l] = true
	}
	if len(all) != 2*len(heights) {
		t.Errorf("a soak looks in %d ways", len(all))
	}
}
