package browser_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
)

// A place is searched by its name and picked by the keyboard alone; it is there when the
// draft is opened again, in the preview and with the post. On a phone and in French too.
func TestAPlaceIsPickedByKeyboard(t *testing.T) {
	t.Parallel()
	h := open(t, true)
	p := tab(t, browse(t), h)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	h.wrote(samples, sandbox.Filter{Action: sandbox.Publish}) // the sample is out
	p.enter(rehearse.Keeper)
	const words = "Reading aloud under the trees, Sunday at three."
	draft := "/publish/" + eval[string](p, `(async () => {
		const c = (await fetch('/api/v1/channels').then(r => r.json())).items.find(c => c.network === 'facebook');
		const body = {parts: [{text: `+quoted(words)+`, media: []}], publications: [{channel_id: c.id, parts: null, kind: '', options: {}, hand: {}}]};
		const answer = await fetch('/api/v1/posts', {method: 'POST', headers: {'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()}, body: JSON.stringify(body)});
		return (await answer.json()).id;
	})()`)
	field := "[...document.querySelectorAll('main [role=combobox]')].find(e => e.labels[0]?.innerText.startsWith('Place'))"
	choose := func() {
		t.Helper()
		p.until("the draft is there", "document.querySelector('main textarea')?.value === "+quoted(words))
		p.press("tab", "…librairiehirondelle")
		p.until("a place can be named", field)
	}
	p.open(draft)
	choose()
	listed := "[...document.querySelectorAll('[role=listbox] [role=option]')].map(e => seen.tidy(e.innerText))"
	find := func(name, first string) {
		t.Helper()
		eval[bool](p, field+".focus() ?? true")
		p.insert(name)
		p.until(first+" is found", listed+"[0] === "+quoted(first))
	}
	eval[bool](p, field+".focus() ?? true")
	p.insert("c")
	p.see(say("field.type"))
	find("afé de la gare", "Café de la Gare Place de la Gare, Annecy, France")
	if n := eval[int](p, listed+".length"); n != 2 {
		t.Errorf("%d cafés", n)
	}
	if said := eval[string](p, "[...document.querySelectorAll('[role=status]')].map(e => e.innerText).join('|')"); !strings.Contains(said, say("field.found", "n", "2")) {
		t.Errorf("whoever hears is told %q", said)
	}
	p.looks("places")
	p.key(kb.ArrowDown)
	p.until("the first is pointed at", "document.querySelector('[role=option][data-highlighted]')?.id === "+field+".getAttribute('aria-activedescendant')")
	p.key(kb.ArrowDown)
	p.until("the second is pointed at", "document.querySelector('[role=option][data-highlighted]')?.innerText.includes('Morlaix')")
	p.key(kb.Enter)
	p.until("it is chosen, and the focus stays", field+".value === 'Café de la Gare' && document.activeElement === "+field)
	preview := "document.querySelector('aside .place')?.innerText.includes"
	p.until("it is in the preview", preview+"('Café de la Gare')")
	p.see(say("compose.saved"))

	p.open(draft)
	choose()
	p.until("it is kept with its name", field+".value === 'Café de la Gare' && "+preview+"('Café de la Gare')")
	// Half a word keeps what was; nothing takes it away.
	eval[bool](p, field+".focus() ?? true")
	p.insert("Rennes, Fr")
	p.until("towns are found", listed+".length === 1")
	p.key(kb.Escape)
	p.until("what was chosen is there", field+".value === 'Café de la Gare'")
	p.press("button", say("field.take", "name", "Café de la Gare"))
	p.until("it is gone, and the focus is in the field", field+".value === '' && document.activeElement === "+field+" && !document.querySelector('aside .place')")
	find("thabor", "Parc du Thabor Place Sainte-Mélaine, Rennes, France")
	p.key(kb.ArrowDown)
	p.key(kb.Enter)
	p.until("it is chosen", field+".value === 'Parc du Thabor'")
	p.see(say("compose.saved"))
	p.press("button", say("compose.now"))
	made := h.wrote(1, sandbox.Filter{Action: sandbox.Publish, Network: "facebook", Text: words})
	if made[0].Place != "214300987120441" {
		t.Errorf("it is at %q", made[0].Place)
	}
	p.see(say("post.place", "name", "Parc du Thabor"))
	p.until("it is in what went out", preview+"('Parc du Thabor') || [...document.querySelectorAll('article .place')].some(e => e.innerText.includes('Parc du Thabor'))")
	p.clean("favicon") // of the address at which one signs in
}
