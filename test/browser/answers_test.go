package browser_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// A conversation is answered with files: picked, pasted and dropped; what the network
// takes is said before anything leaves, and what was sent is seen.
func TestFilesInAnswers(t *testing.T) {
	h := open(t, true)
	p := tab(t, browse(t), h)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	axe, err := os.ReadFile("../../web/node_modules/axe-core/axe.min.js")
	must(t, err)
	v := viewer{axe: string(axe)}
	photo, paper := filepath.Join(t.TempDir(), "shelf.jpg"), filepath.Join(t.TempDir(), "programme.pdf")
	must(t, os.WriteFile(photo, hand.Photo(640, 480), 0o600))
	must(t, os.WriteFile(paper, []byte("%PDF-1.7\n%%EOF"), 0o600))
	pick := func(file string) {
		t.Helper()
		p.until("one may attach a file", "document.querySelector('.reply input[type=file]')")
		p.do(chromedp.SetUploadFiles(chromedp.CSS(".reply input[type=file]"), []string{file}, chromedp.NodeReady))
	}
	into := func(text string) {
		t.Helper()
		p.until("the conversation is in the list", "[...document.querySelectorAll('a')].some(a => a.innerText.includes("+quoted(text)+"))")
		eval[chromedp.Void](p, "[...document.querySelectorAll('a')].find(a => a.innerText.includes("+quoted(text)+")).click(); void 0")
		p.until("one may answer", "document.querySelector('.reply textarea')")
	}
	looks := func(name string) {
		t.Helper()
		for _, look := range []struct {
			width int64
			theme string
		}{{1280, "light"}, {390, "light"}, {320, "dark"}} {
			p.theme(look.theme)
			p.size(look.width, 780)
			v.accessible(p, fmt.Sprintf("%s %d %s", name, look.width, look.theme))
			if wide := p.wider(); len(wide) > 0 {
				t.Errorf("%s at %d pixels is too wide: %v", name, look.width, wide)
			}
			p.shot(fmt.Sprintf("answer-%s-%d-%s", name, look.width, look.theme))
		}
		p.theme("light")
		p.size(1280, 800)
	}
	p.enter(rehearse.Keeper)

	// Messenger: a file and words become two messages, which is said.
	h.acts(sandbox.Act{Network: "messenger", Account: h.account("messenger"), Person: "p004", Kind: "message", Text: "May I see the programme?"})
	p.open("/inbox?kind=direct&state=all")
	into("May I see the programme?")
	pick(paper)
	p.see("programme.pdf")
	p.see("up to 26.2 MB")
	eval[chromedp.Void](p, "document.querySelector('.reply textarea').focus(); void 0") // what they are called may come later
	p.insert("Here is all of it.")
	p.see(say("reply.two", "network", "Messenger"))
	looks("messenger")
	p.press("button", say("reply.send"))
	await(t, "both are with the network", func() bool {
		file, words := 0, 0
		for _, e := range h.stage.Ledger.Entries(sandbox.Filter{Network: "messenger", Action: sandbox.Message}) {
			file += e.Files
			if e.Text == "Here is all of it." {
				words++
			}
		}
		return file == 1 && words == 1
	})
	p.until("the document is in the conversation", "[...document.querySelectorAll('article a')].some(a => a.innerText.includes('programme.pdf') && a.href.includes('/api/v1/media/'))")
	p.until("the box is empty again", "!document.querySelector('.reply section') && document.querySelector('.reply textarea').value === ''")

	// A picture is pasted, and taken away by the keyboard; the focus goes on with the words.
	give := func(event, kind string, size int) string {
		return fmt.Sprintf(`(() => {
			const d = new DataTransfer(), bytes = new Uint8Array(%d);
			bytes.set(Uint8Array.from(atob(%s), c => c.charCodeAt(0)).subarray(0, bytes.length));
			d.items.add(new File([bytes], 'pasted.png', {type: %s}));
			const box = document.querySelector('.reply textarea');
			box.dispatchEvent(%s === 'paste' ? new ClipboardEvent('paste', {clipboardData: d, bubbles: true, cancelable: true}) : new DragEvent('drop', {dataTransfer: d, bubbles: true, cancelable: true}));
		})()`, size, quoted(small), quoted(kind), quoted(event))
	}
	eval[chromedp.Void](p, give("paste", "image/png", 70)+"; void 0")
	p.until("it is seen", "(() => { const i = document.querySelector('.reply img'); return i && i.complete && i.naturalWidth > 0 })()")
	eval[chromedp.Void](p, "document.querySelector('.reply section li button').focus(); void 0")
	p.key("\r")
	p.until("it is gone, and one goes on writing", "!document.querySelector('.reply section') && document.activeElement === document.querySelector('.reply textarea')")

	// Two pictures and words are three messages there: that is said, and each leaves once.
	eval[chromedp.Void](p, give("paste", "image/png", 70)+"; void 0")
	eval[chromedp.Void](p, give("paste", "image/png", 70)+"; void 0")
	eval[chromedp.Void](p, "document.querySelector('.reply textarea').focus(); void 0")
	p.insert("And two pictures of it.")
	p.see(say("reply.several", "network", "Messenger", "n", "3"))
	looks("messenger-several")
	p.press("button", say("reply.send"))
	await(t, "all three are with the network", func() bool {
		files, words := 0, 0
		for _, e := range h.stage.Ledger.Entries(sandbox.Filter{Network: "messenger", Action: sandbox.Message}) {
			files += e.Files
			if e.Text == "And two pictures of it." {
				words++
			}
		}
		return files == 3 && words == 1
	})
	p.until("the box is empty after it", "!document.querySelector('.reply section') && document.querySelector('.reply textarea').value === ''")

	// What is too large is said before it is sent.
	eval[chromedp.Void](p, give("drop", "image/png", 27<<20)+"; void 0")
	p.see(say("reply.smaller"))
	if n := eval[int](p, "performance.getEntriesByType('resource').filter(r => r.name.endsWith('/api/v1/media')).length"); n > 4 {
		t.Errorf("it was sent nevertheless: %d uploads", n)
	}
	p.press("button", say("reply.remove", "name", "pasted.png"))

	// Facebook: a photo with its description below a comment, in French too.
	post := h.stage.Ledger.Entries(sandbox.Filter{Network: "facebook", Action: sandbox.Publish})[0]
	h.acts(sandbox.Act{Network: "facebook", Account: h.account("facebook"), Person: "p005", Kind: "comment", Target: post.Object, Text: "What does it look like?"})
	if status := eval[int](p, p.call("PATCH", "me", map[string]any{"locale": "fr"})+".then(r => r.status)"); status != 200 {
		t.Fatalf("choosing a language: %d", status)
	}
	fr := read(t, "fr")
	eval[string](p, "localStorage.setItem('kith.locale', 'fr'), ''")
	p.open("/inbox?kind=comments&state=all")
	into("What does it look like?")
	pick(photo)
	p.see("shelf.jpg")
	p.fill(fr.say(t, "compose.alt"), "Cinq livres sur une étagère")
	looks("facebook-fr")
	p.open(eval[string](p, "location.pathname + location.search")) // nothing is lost when the page is left
	p.see("shelf.jpg")
	p.press("button", fr.say(t, "reply.send"))
	await(t, "the photo is with the network", func() bool {
		for _, e := range h.stage.Ledger.Entries(sandbox.Filter{Network: "facebook", Action: sandbox.Reply}) {
			if e.Files == 1 {
				return true
			}
		}
		return false
	})
	p.until("the photo is in the conversation", "[...document.querySelectorAll('article img')].some(i => i.src.includes('/api/v1/media/') && i.alt === 'Cinq livres sur une étagère' && i.naturalWidth === 640)")
	p.shot("answer-sent")
	for _, bad := range p.trouble() {
		if !strings.Contains(bad, "favicon") && !strings.Contains(bad, nobodysPicture) {
			t.Error(bad)
		}
	}
}

// small is a PNG of one pixel.
const small = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
