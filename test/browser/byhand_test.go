package browser_test

import (
	"os"
	"path/filepath"
	"testing"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// A post for a network that takes nothing from programs, from the composer to its figures, with a telephone in the hand
// and in French: what a person is given, what they do with it, their word that it is out, and that it is called theirs.
func TestAPostIsPublishedByHandOnATelephone(t *testing.T) {
	t.Parallel()
	h := open(t, true)
	browser := browse(t)
	p := tab(t, browser, h)
	w := read(t, "fr")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	h.wrote(samples, sandbox.Filter{Action: sandbox.Publish}) // the sample is out
	p.enter(rehearse.Keeper)
	if status := eval[int](p, p.call("PATCH", "me", map[string]any{"locale": "fr", "theme": "auto"})+".then(r => r.status)"); status != 200 {
		t.Fatalf("choosing a language: %d", status)
	}
	eval[string](p, "localStorage.setItem('kith.locale', 'fr'), ''")
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.Call(p.ctx, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{Permission: &cdpbrowser.PermissionDescriptor{Name: name},
			Setting: cdpbrowser.PermissionSettingGranted, Origin: h.url, BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID})
		must(t, err)
	}
	telephone := func() {
		t.Helper()
		p.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
		p.theme("light")
	}
	seen := func(name string) {
		t.Helper()
		if wide := p.wider(); len(wide) > 0 {
			t.Errorf("%s: wider than a telephone: %v", name, wide)
		}
		for _, theme := range []string{"light", "dark"} {
			p.theme(theme)
			p.shot("byhand-" + name + "-" + theme)
		}
		p.theme("light")
	}
	to := func(what string) {
		t.Helper()
		p.until(what+" is there", "document.querySelector("+quoted(what)+")")
		eval[chromedp.Void](p, "document.querySelector("+quoted(what)+").scrollIntoView({block: 'start'}); void 0")
	}
	axe, err := os.ReadFile("../../web/node_modules/axe-core/axe.min.js")
	must(t, err)
	judge := viewer{locale: "fr", axe: string(axe)}
	photo := filepath.Join(t.TempDir(), "table.jpg")
	must(t, os.WriteFile(photo, hand.Photo(1600, 1200), 0o600))
	telephone()

	// It is written. What a program cannot do there is said, and what the person will need is asked.
	const words = "Six couvertures, six humeurs : laquelle est la vôtre ?"
	p.open("/publish/new")
	p.press("check", "…librairie.hirondelle Snapchat")
	p.fill(say("compose.text"), words)
	p.do(chromedp.SetUploadFiles(chromedp.CSS("main input[type=file]"), []string{photo}, chromedp.NodeReady))
	p.until("the photo is there", "document.querySelector('main .media img')")
	p.press("tab", "…librairie.hirondelle")
	p.see(say("hand.only", "network", "Snapchat"))
	p.see(say("hand.fits"))
	p.press("check", "Lien sur le Snap")
	p.until("the link will be added there", "[...document.querySelectorAll('.by [role=checkbox]')].some(c => c.getAttribute('aria-checked') === 'true')")
	p.fill(say("hand.forWho"), "Le lien du club de lecture.")
	p.see(say("hand.fits"))
	to(".by")
	judge.accessible(p, "the composer")
	seen("1-composer")
	p.see(say("compose.saved"))
	p.press("button", say("compose.now"))

	// It waits for a person, and the day says so.
	p.see(say("hand.title", "network", "Snapchat"))
	post := eval[string](p, "location.pathname")
	p.open("/")
	p.see(say("today.post_by_hand", "network", "Snapchat"))
	judge.accessible(p, "today")
	seen("2-today")
	p.press("link", "…"+words[:30])
	p.until("it leads to the post", "location.pathname === "+quoted(post))
	p.see(say("hand.title", "network", "Snapchat"))
	p.see("Le lien du club de lecture.")
	to(".hand")
	p.until("the photo has been made to fit", "document.querySelector('.hand .stage img')?.naturalWidth > 0 && !seen.text().includes("+quoted(say("hand.working"))+")")
	p.see(say("hand.becomes", "width", "675", "height", "1 200"))
	judge.accessible(p, "what is to be done")
	seen("3-files")
	p.press("button", say("hand.choosePiece", "n", "1"))
	p.until("the piece is chosen with a slider", "document.querySelector('.hand input[type=range]')")
	seen("4-piece")
	if status := eval[string](p, "fetch(document.querySelector('.hand a[download]').href).then(async r => { const b = await createImageBitmap(await r.blob()); return r.status + ' ' + b.width + 'x' + b.height })"); status != "200 675x1200" {
		t.Errorf("the file is saved: %s", status)
	}
	p.press("button", say("hand.copy"))
	p.see(say("hand.copied"))
	if got := eval[string](p, "navigator.clipboard.readText()"); got != words {
		t.Errorf("copied: %q", got)
	}
	for _, step := range []string{"Ouvrez-le dans Snapchat", "Ajoutez le lien"} {
		p.see(step)
	}
	if door := eval[string](p, "[...document.querySelectorAll('.hand a')].map(a => a.getAttribute('href')).find(h => !h.startsWith('/')) ?? ''"); door != "snapchat://" {
		t.Errorf("a telephone opens %q", door)
	}
	to(".hand ol")
	seen("5-steps")

	// Its word, by an address of that network and of no other.
	p.fill(say("hand.address", "network", "Snapchat"), "https://example.com/elsewhere")
	p.press("button", say("hand.done"))
	p.until("an address elsewhere is refused beside its field", "document.querySelector('.hand input[type=url]').getAttribute('aria-invalid') === 'true'")
	to(".hand form")
	seen("6-elsewhere")
	p.fill(say("hand.address", "network", "Snapchat"), "https://www.snapchat.com/@librairie.hirondelle/spotlight/W7_abc")
	p.press("button", say("hand.done"))
	p.see(say("post.publishedByHand"))
	p.see(say("hand.by.link", "name", "Camille Aubry"))

	// The figures that one reads off are called that.
	p.press("button", say("hand.counts"))
	p.fill(say("count.likes")+"…", "37")
	p.fill(say("count.views")+"…", "1240")
	judge.accessible(p, "the figures")
	seen("7-figures")
	p.press("button", say("hand.keep"))
	p.see(say("hand.counted"))
	judge.accessible(p, "the post that is out")
	eval[chromedp.Void](p, "scrollTo(0, 0)")
	seen("8-published")
	p.open("/measure")
	p.until("the figures of the post are there, and whose they are", `[...document.querySelectorAll('section li')].some(li => li.innerText.includes('Six couvertures') && li.innerText.replace(/\s/g, '').includes('1240') && li.innerText.includes(`+quoted(say("hand.counted"))+`))`)
	to("section:has(#measured-posts)")
	judge.accessible(p, "the measures")
	seen("9-measure")

	// Another one, with a screenshot.
	second := eval[string](p, `(async () => {
		const send = (path, body) => fetch('/api/v1/' + path, {method: 'POST', headers: {'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()}, body: JSON.stringify(body)}).then(r => r.json());
		const c = (await fetch('/api/v1/channels').then(r => r.json())).items.find(c => c.network === 'bereal');
		const post = await send('posts', {parts: [{text: 'Les cartons du matin.', media: []}], publications: [{channel_id: c.id, parts: null}]});
		await send('posts/' + post.id + '/schedule', {due_at: null});
		return post.id;
	})()`)
	p.open("/publish/" + second)
	p.see(say("hand.title", "network", "BeReal"))
	p.press("button", say("hand.done"))
	p.until("neither address nor picture is no proof", "document.querySelector('.hand input[type=url]').getAttribute('aria-invalid') === 'true'")
	p.do(chromedp.SetUploadFiles(chromedp.CSS(".hand form input[type=file]"), []string{photo}, chromedp.NodeReady))
	p.until("the screenshot is there", "document.querySelector('.hand .frame img')?.naturalWidth > 0")
	to(".hand form")
	seen("10-screenshot")
	p.press("button", say("hand.done"))
	p.see(say("hand.by.picture", "name", "Camille Aubry"))
	p.until("the picture proves it", "document.querySelector('section .proof img')?.naturalWidth > 0")
	seen("11-proved")
	p.clean("favicon", "422", "400")
}
