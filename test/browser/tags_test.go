package browser_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// People are tagged in a picture: a press on it says where, and so do the arrow keys; the list
// says the same. On a phone and in the dark too.
func TestPeopleAreTaggedInAPicture(t *testing.T) {
	t.Parallel()
	h := open(t, true)
	p := tab(t, browse(t), h)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	h.wrote(samples, sandbox.Filter{Action: sandbox.Publish}) // the sample is out
	p.enter(rehearse.Keeper)
	const words = "The three of us, on the first day."
	p.open("/publish/" + eval[string](p, `(async () => {
		const c = (await fetch('/api/v1/channels').then(r => r.json())).items.find(c => c.network === 'instagram');
		const body = {parts: [{text: `+quoted(words)+`, media: []}], publications: [{channel_id: c.id, parts: null, kind: '', options: {}, hand: {}}]};
		const answer = await fetch('/api/v1/posts', {method: 'POST', headers: {'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()}, body: JSON.stringify(body)});
		return (await answer.json()).id;
	})()`))
	p.until("the draft is there", "document.querySelector('main textarea')?.value === "+quoted(words))
	photo := filepath.Join(t.TempDir(), "us.jpg")
	must(t, os.WriteFile(photo, hand.Photo(640, 640), 0o600))
	p.do(chromedp.SetUploadFiles(chromedp.CSS("main input[type=file]"), []string{photo}, chromedp.NodeReady))
	p.see(say("tags.title"))
	p.fill(say("tags.name")+"…", "@lea.martin")
	p.press("button", say("tags.add"))
	spot := func(name string) string { return "document.querySelector('.spot[aria-label^=" + quoted(name) + "]')" }
	p.until("she has a place", spot("lea.martin")+"?.getAttribute('aria-label').includes('50% from the left, 20% from the top')")
	p.until("the picture is there", "document.querySelector('.frame img').naturalWidth > 0")
	eval[bool](p, spot("lea.martin")+".focus() ?? true")
	p.key(kb.ArrowRight)
	p.key(kb.ArrowDown, chromedp.ModifierShift)
	p.until("the keys moved it", spot("lea.martin")+".getAttribute('aria-label').includes('51% from the left, 25% from the top')")
	// A press on the picture is where the next one stands.
	at := eval[[]float64](p, "(() => { const f = document.querySelector('.frame'); f.scrollIntoView({block: 'center'}); const b = f.getBoundingClientRect(); return [b.left + b.width * 0.25, b.top + b.height * 0.75] })()")
	p.do(chromedp.MouseClickXY(at[0], at[1]))
	p.until("the name is asked for", "document.activeElement.matches('.new input')")
	p.insert("ben_k")
	p.key(kb.Enter)
	p.until("he stands there", spot("ben_k")+"?.getAttribute('aria-label').match(/2[45]% from the left, 7[45]% from the top/)")
	p.looks("tags")
	p.see(say("compose.saved"))
	p.press("button", say("compose.now"))
	h.wrote(1, sandbox.Filter{Action: sandbox.Publish, Network: "instagram", Text: words})
	kept := eval[string](p, `(async () => JSON.stringify((await fetch('/api/v1/posts').then(r => r.json())).items.find(p => p.text.startsWith('The three')).parts[0].media[0].tags))()`)
	if !strings.Contains(kept, `"name":"lea.martin","at":{"x":0.51,"y":0.25}`) || !strings.Contains(kept, `"ben_k"`) {
		t.Errorf("kept is %s", kept)
	}
}
