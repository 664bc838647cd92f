package browser_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/rehearse"
)

// A post is dragged to another day and back, moved by keyboard to a day and a time, and a day begins a new post.
func TestAPostMovesInTheCalendar(t *testing.T) {
	h := open(t, true)
	p := tab(t, browse(t), h)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	zone, err := time.LoadLocation("Europe/Paris")
	must(t, err)
	p.enter(rehearse.Keeper)

	// In the middle of the month after next, so that all days of this test are on one sheet.
	now := time.Now().In(zone)
	day := func(n int) time.Time { return time.Date(now.Year(), now.Month()+2, n, 10, 15, 0, 0, zone) }
	const words = "Paper lanterns on the terrace."
	id := eval[string](p, fmt.Sprintf(`(async () => {
		const head = {'Content-Type': 'application/json'}, key = () => ({...head, 'Idempotency-Key': crypto.randomUUID()});
		const channel = (await fetch('/api/v1/channels').then(r => r.json())).items.find(c => c.network === 'bluesky').id;
		const post = await fetch('/api/v1/posts', {method: 'POST', headers: key(), body: JSON.stringify({parts: [{text: %s}], publications: [{channel_id: channel, parts: null}]})}).then(r => r.json());
		await fetch('/api/v1/posts/' + post.id + '/schedule', {method: 'POST', headers: key(), body: JSON.stringify({due_at: %s})});
		return post.id;
	})()`, quoted(words), quoted(day(12).Format(time.RFC3339))))
	due := func(want time.Time) {
		t.Helper()
		p.until("it is due at "+want.String(), fmt.Sprintf("Date.parse((await fetch('/api/v1/posts/%s').then(r => r.json())).due_at) === %d", id, want.UnixMilli()))
	}
	due(day(12))

	p.open("/publish")
	p.press("link", say("publish.calendar"))
	p.open("/publish?view=calendar&month=" + day(1).Format("2006-01"))
	p.see(words)
	cell := func(n int) string {
		return "[...document.querySelectorAll('.sheet > li:not(.other)')].find(li => li.querySelector('h3 [aria-hidden]').innerText === '" + fmt.Sprint(n) + "')"
	}
	drag := func(from, to int) {
		t.Helper()
		eval[bool](p, fmt.Sprintf(`(async () => {
			const data = new DataTransfer(), what = %s.querySelector('.chip a'), where = %s;
			const happens = (el, kind) => el.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
			happens(what, 'dragstart');
			await new Promise(requestAnimationFrame);
			happens(where, 'dragover'); happens(where, 'drop'); happens(what, 'dragend');
			return true;
		})()`, cell(from), cell(to)))
	}
	drag(12, 14)
	p.until("it stands on the 14th", cell(14)+".innerText.includes("+quoted(words)+")")
	due(day(14)) // at the same time of day
	p.press("button", say("toast.undo"))
	due(day(12))
	p.until("it is back", cell(12)+".innerText.includes("+quoted(words)+")")

	// By its button; the day is chosen by keyboard, and the time is understood as people write it.
	p.press("button", say("move.one", "text", words))
	p.see(say("move.title"))
	p.press("button", say("when.date"))
	p.until("the chosen day has the focus", "document.activeElement.closest('[role=grid]') && document.activeElement.innerText === '12'")
	p.key("\u0301") // a week down
	p.until("the 19th has the focus", "document.activeElement.innerText === '19'")
	p.key("\r")
	p.fill(say("when.time"), "18h30")
	p.press("button", say("move.do"))
	evening := time.Date(day(19).Year(), day(19).Month(), 19, 18, 30, 0, 0, zone)
	due(evening)

	// On a phone a day is chosen and read below the sheet; in French the day is said in French, whatever the browser speaks.
	if status := eval[int](p, p.call("PATCH", "me", map[string]any{"locale": "fr"})+".then(r => r.status)"); status != 200 {
		t.Fatalf("speaking French: %d", status)
	}
	p.size(390, 844)
	f := read(t, "fr")
	p.open("/publish?view=calendar&month=" + day(1).Format("2006-01"))
	p.until("the 19th is there", cell(19))
	eval[bool](p, cell(19)+".querySelector('.small-day').click() ?? true")
	p.see(words)
	p.press("button", f.say(t, "move.open"))
	months := []string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
	p.see(fmt.Sprintf("19 %s %d", months[evening.Month()-1], evening.Year()))
	if wide := p.wider(); len(wide) > 0 {
		t.Errorf("wider than a phone: %v", wide)
	}
	p.press("button", f.say(t, "dialog.cancel"))

	// A day begins a post that is to go out on it.
	p.open("/publish/new?on=" + day(20).Format(time.DateOnly))
	p.press("check", "…hirondelle.bsky.test")
	p.fill(f.say(t, "compose.text"), "Des lanternes en papier.")
	p.press("button", f.say(t, "compose.schedule"))
	p.see(fmt.Sprintf("20 %s %d", months[evening.Month()-1], evening.Year()))
	p.clean("favicon.ico") // of the bare page on which this test signed in
}

// Who works on some of the channels is not offered what is for all of them, and reads why.
func TestALimitedManagerIsNotOfferedWhatIsForAll(t *testing.T) {
	h := open(t, true)
	browser := browse(t)
	owner := tab(t, browser, h)
	owner.enter(rehearse.Keeper)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	link := eval[string](owner, `(async () => {
		const two = (await fetch('/api/v1/channels').then(r => r.json())).items.filter(c => ['bluesky', 'mastodon'].includes(c.network)).map(c => c.id);
		const made = await fetch('/api/v1/invitations', {method: 'POST', headers: {'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()},
			body: JSON.stringify({email: 'two@kith.example', role: 'manager', channels: two})}).then(r => r.json());
		return new URL(made.link).pathname + new URL(made.link).search;
	})()`)
	p := tab(t, browser, h)
	p.open(link)
	p.fill(say("invitation.name"), "Noé Cissé")
	p.fill(say("invitation.password"), "trois-mots-au-hasard")
	p.press("button", say("invitation.accept"))
	p.until("accepting leads inside", "location.pathname === '/'")
	p.open("/settings/channels?connect=mastodon")
	p.see(say("channels.limited"))
	if eval[bool](p, "!!document.querySelector('[role=dialog]') || seen.all('button', "+quoted(say("channels.connect"))+").length > 0") {
		t.Error("connecting is offered to who may not")
	}
	p.open("/settings/rules")
	p.see(say("rules.limited"))
	if eval[bool](p, "[...document.querySelectorAll('input[name=mode]')].some(e => !e.disabled) || !!document.querySelector('form input')") {
		t.Error("changing a rule is offered to who may not")
	}
	p.clean("401")
}
