package browser_test

import (
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
)

// The main job, from signing in to undoing a verdict, as one person does it in one tab.
func TestACommunityManagersDay(t *testing.T) {
	t.Parallel()
	h := open(t, true)
	p := tab(t, browse(t), h)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	h.wrote(samples, sandbox.Filter{Action: sandbox.Publish}) // the sample is out

	// Sign in.
	p.open("/")
	p.clean("401") // nobody was signed in yet, and the page had to ask
	p.fill(say("signin.email"), rehearse.Keeper)
	p.fill(say("signin.password"), password)
	p.press("button", say("signin.enter"))
	p.see("Camille")
	p.until("today is shown", "location.pathname === '/' && document.querySelector('h1')?.innerText === "+quoted(say("place.today")))
	eval[bool](p, "window.here = true") // lost by any reload

	// Some people follow, so that there is a rate of those who could see a post.
	for _, n := range h.stage.Networks() {
		for _, who := range h.stage.Cast.Some(sandbox.Curious, "")[:8] {
			_, err := h.stage.Scripts.Do(sandbox.Act{Network: n.Name, Person: who.ID, Kind: "follow"})
			if !errors.Is(err, sandbox.ErrCannot) { // not every network tells of those who follow
				must(t, err)
			}
		}
	}

	// Write a post: c opens the composer from anywhere.
	const words = "Tonight we read by candlelight, and there is soup."
	const own = "Tonight we read by candlelight, and there is soup. Bring a neighbour, bring a blanket, and tell us below which page you would read aloud."
	p.key("c")
	p.until("the composer is open", "location.pathname === '/publish/new'")
	const page = "librairiehirondelle"
	for _, handle := range []string{"hirondelle.bsky.test", "hirondelle@mastodon.test", page} {
		p.press("check", "…"+handle)
	}
	p.fill(say("compose.text"), words)
	p.do(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{picture(t)}, chromedp.NodeReady))
	p.fill(say("compose.alt"), "A row of candles on a window sill")
	// A version of its own for Facebook begins as a copy of the common text.
	p.press("tab", "…"+page)
	p.until("the version begins with the common text", "document.querySelector('[role=tabpanel]:not([hidden]) textarea')?.value === "+quoted(words))
	p.fill(say("compose.text"), own)
	p.see(say("compose.ownText", "name", page))
	p.see(say("compose.saved"))
	p.until("the draft has its address", "/^\\/publish\\/[^/]+$/.test(location.pathname) && location.pathname !== '/publish/new'")
	p.shot("day-1-composer")

	// Publish now; each network says so itself, and the page follows without being asked.
	p.press("button", say("compose.now"))
	p.until("all three networks have it", "[...document.querySelectorAll('section .state, section')].filter(s => seen.tidy(s.innerText).includes("+quoted(say("state.published"))+")).length >= 3")
	post := eval[string](p, "location.pathname")
	out := map[string]sandbox.Entry{}
	for _, e := range h.wrote(3, sandbox.Filter{Action: sandbox.Publish, Text: "candlelight"}) {
		if want := map[string]string{"facebook": own}[e.Network]; want != "" && e.Text != want || want == "" && e.Text != words {
			t.Errorf("%s was given “%s”", e.Network, e.Text)
		}
		out[e.Network] = e
	}
	if len(out) != 3 {
		t.Fatalf("not on every network: %v", out)
	}
	if twice := h.stage.Ledger.Duplicates(nil); len(twice) > 0 {
		t.Errorf("published twice: %+v", twice)
	}
	p.shot("day-2-published")
	p.clean()

	// g i leads to the inbox. People react and comment; the comment arrives by itself.
	p.key("gi")
	p.until("the inbox is open", "location.pathname === '/inbox'")
	p.settle()
	fan := h.stage.Cast.Some(sandbox.Fan, "en")
	for network, e := range out {
		for _, who := range fan[1:4] {
			h.acts(sandbox.Act{Network: network, Account: e.Account, Person: who.ID, Kind: "react", Target: e.Object})
		}
	}
	for _, network := range []string{"bluesky", "mastodon", "facebook"} {
		question := "May I bring my grandmother? (" + network + ")"
		h.acts(sandbox.Act{Network: network, Account: out[network].Account, Person: fan[0].ID, Kind: "comment", Target: out[network].Object, Text: question})
		letIn(p, question)
	}
	p.shot("day-3-inbox")

	// j goes through the list; r answers; Ctrl+Enter sends.
	reach(p, "(facebook)")
	p.see(own[:60])
	p.key("r")
	p.until("r puts the cursor into the answer", "document.activeElement.matches('textarea')")
	p.insert("Do bring her! We keep the armchair free.")
	p.do(chromedp.KeyEvent("\r", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	answers := h.wrote(1, sandbox.Filter{Action: sandbox.Reply, Text: "armchair"})
	if answers[0].Network != "facebook" || answers[0].Parent == "" || answers[0].Text != "Do bring her! We keep the armchair free." {
		t.Errorf("answered elsewhere, or something else: %+v", answers[0])
	}
	p.until("the answer is marked as sent", "[...document.querySelectorAll('.said.us')].some(m => m.innerText.includes('armchair') && m.innerText.includes("+quoted(say("thread.sending.sent"))+"))")
	p.shot("day-4-answered")

	// e marks it done, j and k move.
	eval[chromedp.Void](p, "document.activeElement.blur()")
	before := eval[string](p, "location.pathname")
	p.key("e")
	p.see("done")
	p.until("e goes on to the next", "location.pathname !== "+quoted(before))
	here := eval[string](p, "location.pathname")
	up, down := "k", "j"
	if eval[bool](p, "document.querySelector('.list a.row').getAttribute('aria-current') === 'page'") {
		up, down = down, up
	}
	p.key(up)
	p.until(up+" goes to the other", "location.pathname !== "+quoted(here))
	p.key(down)
	p.until(down+" comes back", "location.pathname === "+quoted(here))
	p.key("/")
	p.until("/ puts the cursor into the search", "document.activeElement.type === 'search'")
	p.insert("grandmother mastodon")
	p.until("the search finds it", "document.querySelectorAll('.list ul li').length === 1")
	p.do(chromedp.KeyEvent("\x1b"))
	eval[chromedp.Void](p, "document.activeElement.blur()")
	p.clean()

	// The counts come to the post by themselves, with the rate and what it means.
	p.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	p.until("Ctrl+K opens the palette", "document.activeElement.getAttribute('role') === 'combobox'")
	p.insert("candlelight")
	p.until("the palette finds the post", "seen.all('item', '…candlelight').length > 0")
	p.press("item", "…candlelight")
	p.until("the palette opens the post", "location.pathname === "+quoted(post))
	h.stage.Clock.Advance(6 * time.Minute) // a young post that was counted is counted again after five
	p.until("reactions are counted on all three networks", "[...document.querySelectorAll('.figure')].filter(f => /^(Likes|Reactions)/.test(f.innerText) && /\\b3\\b/.test(f.innerText)).length >= 3")
	p.until("the rates on the page are those of the API, in per cent", `(async () => {
		const post = await fetch('/api/v1/posts/' + location.pathname.split('/').at(-1)).then(r => r.json());
		const meant = post.publications.map(p => p.rate?.denominator ? 100 * p.rate.numerator / p.rate.denominator : -1).filter(n => n >= 0);
		const shown = [...document.querySelectorAll('.figure')].filter(f => f.innerText.startsWith(`+quoted(say("post.rate"))+`)).map(f => f.innerText.match(/([\d.,]+)\s*%/)).filter(Boolean).map(m => Number(m[1].replaceAll(',', '')));
		return meant.length >= 2 && meant.length === shown.length && meant.every((n, i) => n > 0 && Math.abs(n - shown[i]) < 0.01);
	})()`)
	p.press("button", say("figure.definition", "name", say("post.rate")))
	p.see(say("post.rateText"))
	p.see(say("figure.formula"))
	p.shot("day-5-counts")
	p.do(chromedp.KeyEvent("\x1b"))
	p.clean()

	// Somebody floods, and the rule is live: what is beyond the limit is held and hidden.
	p.key("gi")
	p.until("the inbox is open", "location.pathname.startsWith('/inbox')")
	p.settle()
	troll := h.stage.Cast.Some(sandbox.Troll, "en")[0]
	fb := out["facebook"]
	for i := range 9 {
		h.acts(sandbox.Act{Network: "facebook", Account: fb.Account, Person: troll.ID, Kind: "comment", Target: fb.Object, Text: "Boooring " + strings.Repeat("!", i+1)})
	}
	hidden := h.wrote(4, sandbox.Filter{Network: "facebook", Action: sandbox.Hide})
	letIn(p, troll.Name)
	p.see(say("inbox.held", "n", "1"))
	p.press("row", "…"+troll.Name)
	p.see(say("thread.hidden"))
	p.shot("day-6-flood")
	undo := "…" + strings.Split(say("thread.undo", "n", ""), "(")[0]
	p.press("button", undo)
	p.see(say("rules.undone", "name", troll.Name))
	shown := h.wrote(8, sandbox.Filter{Network: "facebook", Action: sandbox.Hide})
	if shown[7].Seq <= hidden[3].Seq {
		t.Error("nothing was shown again on the network")
	}
	p.gone(say("thread.hidden"))
	p.shot("day-7-undone")

	// ? shows the keys, and the page was never loaded anew.
	p.key("?")
	p.see(say("keys.title"))
	p.do(chromedp.KeyEvent("\x1b"))
	if !eval[bool](p, "window.here === true") {
		t.Error("the page was loaded anew on the way")
	}
	p.clean()
}

// letIn waits until the list has this text; what is new waits at its edge until it is asked for.
func letIn(p *page, text string) {
	p.t.Helper()
	p.until(text+" is in the list", "seen.all('button', "+quoted("…"+strings.TrimSpace(read(p.t, "en").say(p.t, "inbox.fresh", "n", "")))+").find(b => b.closest('.list'))?.click(), seen.tidy(document.querySelector('.list')?.innerText).includes("+quoted(text)+")")
}

// reach presses j until the conversation that is open has this text.
func reach(p *page, text string) {
	p.t.Helper()
	for range 30 {
		if eval[bool](p, "seen.tidy(document.querySelector('.thread')?.innerText).includes("+quoted(text)+")") {
			return
		}
		before := eval[string](p, "location.pathname")
		p.key("j")
		p.until("j opens the next conversation", "location.pathname !== "+quoted(before)+" && document.querySelector('.thread .said')")
	}
	p.t.Fatalf("j does not lead to %s", text)
}

// picture is a file as it comes from a phone.
func picture(t *testing.T) string {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 960, 640))
	for y := range 640 {
		for x := range 960 {
			m.Set(x, y, color.RGBA{uint8(40 + y/5), uint8(24 + x/12), 60, 255})
		}
	}
	name := filepath.Join(t.TempDir(), "candles.png")
	f, err := os.Create(name)
	must(t, err)
	must(t, png.Encode(f, m))
	must(t, f.Close())
	return name
}
