package browser_test

import (
	"testing"

	"github.com/kithhq/kith/internal/rehearse"
)

// A second consent is refused, then given: what came of it is said, and said once.
func TestCommentsAreConnectedByASecondConsent(t *testing.T) {
	h := open(t, true)
	p := tab(t, browse(t), h)
	w := read(t, "en")
	p.enter(rehearse.Keeper)
	channel := eval[string](p, `(async () => (await fetch('/api/v1/channels').then(r => r.json())).items.find(c => c.network === 'tiktok').id)()`)
	ask := func() {
		t.Helper()
		p.open("/settings/channels/" + channel)
		p.press("button", "Connect comments again")
		p.until("TikTok asks", "location.origin !== "+quoted(h.url)+" && document.querySelectorAll('a').length > 1")
	}
	ask()
	p.press("link", "Cancel")
	p.see(w.say(t, "grant.refused", "name", "TikTok"))
	p.press("link", w.say(t, "grant.begin"))
	p.until("one is back at the channel", "location.pathname === "+quoted("/settings/channels/"+channel))
	p.clean("asks somebody else: ", "favicon")

	ask()
	p.press("link", "Allow")
	p.until("one is back at the channel", "location.pathname === "+quoted("/settings/channels/"+channel))
	p.see("Comments are connected.")
	if n := eval[int](p, "[...document.querySelectorAll('.toasts *')].filter(e => e.children.length === 0 && e.textContent.includes('Comments are connected.')).length"); n != 1 {
		t.Errorf("it is said %d times", n)
	}
	p.clean("asks somebody else: ", "favicon")
}
