package browser_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// A video gets a cover in the composer, and a document is shown as what it is, with its name.
// On a phone and in the dark too.
func TestACoverAndADocument(t *testing.T) {
	t.Parallel()
	h := open(t, true)
	p := tab(t, browse(t), h)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	file := func(name string, data []byte) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), name)
		must(t, os.WriteFile(path, data, 0o600))
		return path
	}
	attach := func(into, path string) {
		t.Helper()
		p.do(chromedp.SetUploadFiles(chromedp.CSS(into+" input[type=file]"), []string{path}, chromedp.NodeReady))
	}
	h.wrote(samples, sandbox.Filter{Action: sandbox.Publish}) // the sample is out
	p.enter(rehearse.Keeper)
	// Several channels have the same name, so a draft says which is meant.
	begin := func(network, text string) {
		t.Helper()
		p.open("/publish/" + eval[string](p, `(async () => {
			const c = (await fetch('/api/v1/channels').then(r => r.json())).items.find(c => c.network === `+quoted(network)+`);
			const body = {parts: [{text: `+quoted(text)+`, media: []}], publications: [{channel_id: c.id, parts: null, kind: '', options: {}, hand: {}}]};
			const answer = await fetch('/api/v1/posts', {method: 'POST', headers: {'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()}, body: JSON.stringify(body)});
			return (await answer.json()).id;
		})()`))
		p.until("the draft is there", "document.querySelector('main textarea')?.value === "+quoted(text))
	}
	begin("youtube", "Five minutes behind the counter.")
	attach("main", file("counter.mp4", hand.Film(30, 1280, 720, 200_000)))
	p.see(say("cover.choose"))
	attach("section[aria-label="+quoted(say("cover.title"))+"]", file("cover.png", sandbox.Sign(320)))
	p.see(say("cover.remove"))
	p.until("the cover is seen", "document.querySelector('section[aria-label="+say("cover.title")+"] img')?.naturalWidth > 0")
	p.looks("cover")

	begin("linkedin", "Our autumn.")
	attach("main", file("Autumn programme.pdf", []byte("%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")))
	p.see("Autumn programme.pdf")
	p.see(say("compose.documentHint"))
	p.looks("document")
	p.see(say("compose.saved"))
	p.press("button", say("compose.now"))
	h.wrote(1, sandbox.Filter{Action: sandbox.Publish, Network: "linkedin", Text: "Our autumn."})
}
