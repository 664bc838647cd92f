package browser_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
)

// A community of X is searched by its name and picked by the keyboard alone; whether
// followers see the post, too, is asked once there is one. In both languages, and on a
// narrow phone. A community that takes no post of ours is said with what to do.
func TestACommunityIsPickedByKeyboard(t *testing.T) {
	h := open(t, true)
	p := tab(t, browse(t), h)
	h.wrote(samples, sandbox.Filter{Action: sandbox.Publish}) // the sample is out
	p.enter(rehearse.Keeper)
	field := "[...document.querySelectorAll('main [role=combobox]')].find(e => /^(Community|Communauté)/.test(e.labels[0]?.innerText))"
	too := "[...document.querySelectorAll('main [role=checkbox]')].find(e => /Show it to followers|Le montrer aussi/.test(e.closest('label, div')?.innerText ?? ''))"
	listed := "[...document.querySelectorAll('[role=listbox] [role=option]')].map(e => seen.tidy(e.innerText))"
	for language, words := range map[string]string{"en": "What independent bookshops read.", "fr": "Ce que lisent les autres."} {
		w := read(t, language)
		if status := eval[int](p, p.call("PATCH", "me", map[string]any{"locale": language})+".then(r => r.status)"); status != 200 {
			t.Fatalf("the language is not kept: %d", status)
		}
		eval[string](p, "localStorage.setItem('kith.locale', '"+language+"'), ''")
		draft := "/publish/" + eval[string](p, `(async () => {
			const c = (await fetch('/api/v1/channels').then(r => r.json())).items.find(c => c.network === 'x');
			const body = {parts: [{text: `+quoted(words)+`, media: []}], publications: [{channel_id: c.id, parts: null, kind: '', options: {}, hand: {}}]};
			const answer = await fetch('/api/v1/posts', {method: 'POST', headers: {'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()}, body: JSON.stringify(body)});
			return (await answer.json()).id;
		})()`)
		p.open(draft)
		p.until("the draft is there", "document.querySelector('main textarea')?.value === "+quoted(words))
		p.press("tab", "…hirondelle")
		p.until("a community can be named", field)
		if eval[bool](p, "!!"+too) {
			t.Errorf("%s: followers of no community are asked about", language)
		}
		p.size(320, 700)
		eval[bool](p, field+".focus() ?? true")
		p.insert("bookshops")
		p.until("both are found", listed+".length === 2 && "+listed+"[0].startsWith('Independent bookshops')")
		p.shot("community 320 " + language)
		if wide := p.wider(); len(wide) > 0 {
			t.Errorf("%s: wider than a phone: %v", language, wide)
		}
		p.key(kb.ArrowDown)
		pointed := "document.querySelector('[role=option][data-highlighted]')?.innerText"
		p.until("one is pointed at", pointed)
		if !strings.HasPrefix(eval[string](p, pointed), "Independent") { // it may have been pointed at when the list came
			p.key(kb.ArrowUp)
		}
		p.until("the right one is pointed at", pointed+".startsWith('Independent bookshops')")
		p.key(kb.Enter)
		p.until("it is chosen, and the focus stays", field+".value === 'Independent bookshops' && document.activeElement === "+field)
		p.until("followers are asked about", too)
		eval[bool](p, too+".focus() ?? true")
		p.key(" ")
		p.until("they see it, too", too+".getAttribute('aria-checked') === 'true'")
		if wide := p.wider(); len(wide) > 0 {
			t.Errorf("%s: wider than a phone: %v", language, wide)
		}
		p.shot("community chosen 320 " + language)
		p.size(1280, 800)
		p.see(w.say(t, "compose.saved"))
		p.press("button", w.say(t, "compose.now"))
		made := h.wrote(1, sandbox.Filter{Action: sandbox.Publish, Network: "x", Text: words})
		if made[0].Community == "" {
			t.Errorf("%s: it is in no community", language)
		}
		p.see(w.say(t, "post.community", "name", "Independent bookshops"))
	}
	p.clean("favicon") // of the address at which one signs in
	if t.Failed() {
		t.Log(strings.TrimSpace(eval[string](p, "document.querySelector('main').innerText")))
	}
}
