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

// A reel of a Page: the composer offers the sorts that the network has, says what a
// sort does not take, shows the post as a phone would, and lets it out. On a phone and
// in the dark too.
func TestAReelIsMadeForAPage(t *testing.T) {
	t.Parallel()
	h := open(t, true)
	p := tab(t, browse(t), h)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	h.wrote(samples, sandbox.Filter{Action: sandbox.Publish}) // the sample is out
	p.enter(rehearse.Keeper)
	p.open("/publish/new")
	p.press("check", "…librairiehirondelle")
	const words = "Thirty seconds behind the counter."
	p.fill(say("compose.text"), words)
	p.press("tab", "…librairiehirondelle")
	p.press("button", say("option.kind")+"…")
	p.press("item", say("kind.reel"))
	p.until("it is said that a reel has a video", "document.querySelector('main').innerText.match(/video/i)")
	film := filepath.Join(t.TempDir(), "counter.mp4")
	must(t, os.WriteFile(film, hand.Film(30, 720, 1280, 200_000), 0o600))
	p.do(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{film}, chromedp.NodeReady))
	p.until("it is shown as a phone shows a reel", "(() => { const s = document.querySelector('aside .screen.reel'); return s && s.innerText.includes("+quoted(words)+") && s.clientHeight > 1.5 * s.clientWidth })()")
	p.shot("reel-preview")
	for _, theme := range []string{"light", "dark"} {
		p.theme(theme)
		p.size(360, 740)
		if wide := p.wider(); len(wide) > 0 {
			t.Errorf("%s, on a phone: %v", theme, wide)
		}
	}
	p.shot("reel-preview-phone")
	p.size(1280, 900)
	p.see(say("compose.saved"))
	p.press("button", say("compose.now"))
	p.see(say("state.published"))
	if made := h.wrote(1, sandbox.Filter{Action: sandbox.Publish, Text: words}); made[0].Network != "facebook" {
		t.Errorf("%+v", made)
	}
	p.clean("favicon") // of the address at which one signs in
}
