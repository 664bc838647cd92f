package browser_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kithhq/kith/internal/rehearse"
)

// A post for every channel: one press chooses them, the page is no wider than a telephone, and what one channel still
// needs is one press away.
func TestAPostForEveryChannel(t *testing.T) {
	h := open(t, true)
	p := tab(t, browse(t), h)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	p.enter(rehearse.Keeper)
	p.open("/publish/new")
	p.until("letters have their width, so that nothing moves under the pointer", "document.fonts.status === 'loaded' && document.querySelectorAll('.channels input').length > 8")
	p.press("button", say("compose.everyChannel"))
	p.until("all are chosen", "(boxes => boxes.length > 8 && boxes.every(b => b.checked || b.disabled))([...document.querySelectorAll('.channels input')])")
	p.fill(say("compose.text"), "The reading room is open on Sunday: https://librairie.example/sunday")
	p.see("“Board” has not been chosen.")
	for _, width := range []int64{320, 390, 1280} {
		p.size(width, 800)
		p.until("nothing is beside the page", "document.documentElement.scrollWidth <= document.documentElement.clientWidth")
	}
	p.press("button", say("check.goTo", "name", "hirondelle@lemmy.test"))
	p.until("its own version is open", "document.querySelector('[role=tab][aria-selected=true]').innerText.includes('hirondelle@lemmy.test')")
	p.press("button", say("compose.noChannel"))
	p.until("none is chosen", "![...document.querySelectorAll('.channels input')].some(b => b.checked)")
	p.clean("favicon")
}

// A draft that is open when a backup is put back is one that the server does not know: what was written is not lost.
func TestADraftThatIsGoneIsSavedAnew(t *testing.T) {
	h := open(t, true)
	p := tab(t, browse(t), h)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	p.enter(rehearse.Keeper)
	p.open("/publish/new")
	p.fill(say("compose.text"), "Written before")
	p.until("it has an address", "/^\\/publish\\/[0-9a-f-]{36}$/.test(location.pathname)")
	old := p.where()
	if status := eval[int](p, "fetch('/api/v1/posts/'+location.pathname.split('/')[2], {method: 'DELETE'}).then(r => r.status)"); status >= 300 {
		t.Fatalf("deleting: %d", status)
	}
	p.fill(say("compose.text"), "Written after")
	p.see(say("compose.lost"))
	p.clean("404")
	p.press("button", say("compose.anew"))
	p.until("it has another address", "/^\\/publish\\/[0-9a-f-]{36}$/.test(location.pathname) && location.pathname !== "+quoted(old))
	p.see(say("compose.saved"))
	p.do(chromedp.Reload())
	p.settle()
	p.until("it is there", "document.querySelector('textarea')?.value === 'Written after'")
	p.clean("404")
}
