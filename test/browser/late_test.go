package browser_test

import (
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"

	"github.com/kithhq/kith/internal/rehearse"
)

// Faces that come after the page was left, where the line is slow, ask nothing of it any more.
func TestFacesThatComeLateAskNothingOfAPageThatWasLeft(t *testing.T) {
	t.Parallel()
	h := open(t, true)
	p := tab(t, browse(t), h)
	w := read(t, "en")
	p.enter(rehearse.Keeper)
	_, err := chromedp.Call(p.ctx, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: "*/avatars/*"}}})
	must(t, err)
	p.open("/publish/new")
	for _, handle := range []string{"hirondelle.bsky.test", "hirondelle@mastodon.test", "librairiehirondelle"} {
		p.press("check", "…"+handle)
	}
	p.fill(w.say(t, "compose.text"), "Doors open at nine.")
	p.see(w.say(t, "compose.saved"))
	p.press("tab", "…librairiehirondelle")
	p.press("button", w.say(t, "compose.now"))
	p.until("the composer was left", "document.querySelectorAll('section header').length >= 3")
	_, err = chromedp.Call(p.ctx, fetch.Disable, cdp.Empty{})
	must(t, err)
	p.until("all faces are there", "performance.getEntriesByType('resource').filter(e => e.name.includes('/avatars/') && e.responseEnd > 0).length >= 3 && document.querySelectorAll('img.loaded').length >= 3")
	p.clean("favicon")
}
