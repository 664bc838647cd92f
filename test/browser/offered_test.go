package browser_test

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/measure"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/store"
)

// writtenAgo lets somebody write to us on Instagram that long ago, and gives the conversation.
func (p *page) writtenAgo(person, word string, ago time.Duration) string {
	p.t.Helper()
	p.house.stage.Clock.Set(time.Now().Add(-ago))
	p.house.acts(sandbox.Act{Network: "instagram", Person: person, Kind: "message", Text: word + ", are you there?"})
	p.house.stage.Clock.Set(time.Now())
	hit := "(await fetch('/api/v1/search?q=" + word + "').then(r => r.json())).items?.[0]?.conversation_id"
	p.until("“"+word+"” has come in", hit)
	return eval[string](p, "(async () => "+hit+")()")
}

// tells makes what a network would have told of its account in four weeks, with days that it did not tell.
func (h *house) tells(name network.Name, followers int64, also func(day int) network.Counts) {
	h.t.Helper()
	must(h.t, store.Do(h.t.Context(), h.app.DB, func(ctx context.Context, tx *store.Tx) error {
		all, err := channel.Everywhere(ctx, tx)
		if err != nil {
			return err
		}
		for _, c := range all {
			for day := 27; day >= 1 && c.Network == name; day-- {
				if day == 12 || day == 13 {
					continue
				}
				counts := network.Counts{}
				if followers > 0 { // where people follow
					counts[network.Followers] = followers + int64((27-day)*(27-day))/4
				}
				for what, n := range also(day) {
					counts[what] = n
				}
				if err := measure.KeepDay(ctx, tx, c.Workspace, c.ID, tx.Now.AddDate(0, 0, -day).Format(time.DateOnly), counts, name); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// looks takes pictures in both sizes and themes.
func (p *page) looks(name string) {
	p.t.Helper()
	for _, width := range []int64{1280, 390} {
		p.size(width, 844)
		for _, theme := range []string{"light", "dark"} {
			p.theme(theme)
			p.shot(name + " " + map[int64]string{1280: "1280", 390: "390"}[width] + " " + theme)
		}
	}
	p.size(390, 844)
	if wide := p.wider(); len(wide) > 0 {
		p.t.Errorf("%s: wider than a phone: %v", name, wide)
	}
	p.size(1280, 800)
	p.theme("light")
}

// asks lets the house ask a network how its channel is, and gives the channel.
func (p *page) asks(network string) (channel string) {
	p.t.Helper()
	return eval[string](p, `(async () => {
		const c = (await fetch('/api/v1/channels').then(r => r.json())).items.find(c => c.network === '`+network+`');
		await fetch('/api/v1/channels/' + c.id + '/check', {method: 'POST', headers: {'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()}});
		return c.id;
	})()`)
}

// What networks can do is offered on the pages where one looks for it, in either
// language: time to write, figures of accounts, changes of what is out, mutes.
func TestWhatNetworksCanIsOffered(t *testing.T) {
	t.Parallel()
	h := open(t, true)
	browser := browse(t)
	p := tab(t, browser, h)
	p.enter(rehearse.Keeper)
	plenty, soon := p.writtenAgo("p001", "Amaryllis", 90*time.Minute), p.writtenAgo("p002", "Begonia", 22*time.Hour+48*time.Minute)
	agent, over := p.writtenAgo("p003", "Camellia", 30*time.Hour), p.writtenAgo("p004", "Dahlia", 8*24*time.Hour)
	h.tells("instagram", 2140, func(day int) network.Counts {
		return network.Counts{network.Follows: int64(day%5 + 2), network.Unfollows: int64(day % 3), network.Reach: int64(400 + 13*day), network.Views: int64(900 + 21*day)}
	})
	h.tells("facebook", 4640, func(int) network.Counts { return nil })
	h.tells("whatsapp", 0, func(day int) network.Counts {
		return network.Counts{"whatsapp:sent": int64(20 + day), "whatsapp:delivered": int64(19 + day), "whatsapp:charged": int64(day % 4)}
	})
	onX, _ := h.stage.Network("x")
	h.stage.X.Subscribe(onX.Accounts()[0].ID)
	p.asks("x")
	post := eval[string](p, `(async () => {
		const send = (path, body) => fetch('/api/v1/' + path, {method: 'POST', headers: {'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()}, body: JSON.stringify(body)}).then(r => r.json());
		const all = (await fetch('/api/v1/channels').then(r => r.json())).items.filter(c => ['x', 'bluesky'].includes(c.network));
		const post = await send('posts', {parts: [{text: 'We open at nine on Sunday.', media: []}], publications: all.map(c => ({channel_id: c.id, parts: null}))});
		await send('posts/' + post.id + '/schedule', {due_at: null});
		return post.id;
	})()`)
	p.until("the post is out", "(await fetch('/api/v1/posts/"+post+"').then(r => r.json())).state === 'published'")
	h.acts(sandbox.Act{Network: "x", Person: "p005", Kind: "comment", Text: "Euphorbia, how lovely"})
	found := "(await fetch('/api/v1/search?q=Euphorbia').then(r => r.json())).items?.[0]?.message.person.id"
	p.until("a comment has come in", found)
	person := eval[string](p, "(async () => "+found+")()")
	h.acts(sandbox.Act{Network: "facebook", Person: "p006", Kind: "comment", Text: "Freesia, and what a scent"})
	found = "(await fetch('/api/v1/search?q=Freesia').then(r => r.json())).items?.[0]?.message.person.id"
	p.until("a comment has come in from the Page", found)
	guest := eval[string](p, "(async () => "+found+")()")

	for _, locale := range []string{"en", "fr"} {
		w := read(t, locale)
		say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
		eval[int](p, p.call("PATCH", "me", map[string]any{"locale": locale, "theme": "auto"})+".then(r => r.status)")
		eval[string](p, "localStorage.setItem('kith.locale', "+quoted(locale)+"), ''")

		p.open("/inbox/" + plenty)
		p.until("the time that is left is said", "/22/.test(document.querySelector('.reply .left')?.innerText)")
		p.looks("window-plenty " + locale)
		p.open("/inbox/" + soon)
		p.until("little time is said to be little", "document.querySelector('.reply .left.soon')?.innerText.match(/1.*(11|12)/s)")
		p.looks("window-soon " + locale)
		p.open("/inbox/" + agent)
		p.until("the second window is named", "document.querySelector('.reply .left')?.innerText.includes('Instagram')")
		p.looks("window-agent " + locale)
		p.open("/inbox/" + over)
		p.until("it is closed, with the reason and the way out", "document.querySelector('.reply .left.over .then') && !document.querySelector('.reply textarea')")
		p.looks("window-over " + locale)

		p.open("/measure")
		p.until("the lines are drawn", "document.querySelectorAll('figure svg').length >= 2")
		sent := map[string]string{"en": "Messages sent", "fr": "Messages envoyés"}[locale]
		p.see(sent)
		p.press("button", say("figure.definition", "name", sent))
		p.see(map[string]string{"en": "as WhatsApp counts them", "fr": "comptés par WhatsApp"}[locale])
		p.press("button", say("figure.definition", "name", sent))
		p.looks("measure " + locale)
		p.press("button", say("chart.table"))
		p.until("the numbers stand behind it", "document.querySelector('figure table')")
		eval[int](p, "[...document.querySelectorAll('details')].map(d => d.open = true).length")
		p.looks("measure-table " + locale)

		p.open("/publish/" + post)
		p.see(say("edit.open"))
		p.looks("post-offered " + locale)
	}

	// A right that was taken away is said where the channel is, and where one would use it.
	_, err := h.stage.Weather.Add(sandbox.Mishap{Network: "facebook", Kind: sandbox.TokenReduced, Scopes: []string{"pages_manage_engagement", "read_insights"}})
	must(t, err)
	page := p.asks("facebook")
	for _, locale := range []string{"en", "fr"} {
		w := read(t, locale)
		eval[int](p, p.call("PATCH", "me", map[string]any{"locale": locale})+".then(r => r.status)")
		eval[string](p, "localStorage.setItem('kith.locale', "+quoted(locale)+"), ''")
		p.open("/settings/channels/" + page)
		p.see(w.say(t, "able.missing"))
		p.see("pages_manage_engagement")
		p.see(map[string]string{"en": "ban people, nor choose", "fr": "ni bannir"}[locale])
		p.looks("rights-missing " + locale)
		// Where one would do it, it is there, switched off, with the reason, before anything is tried.
		shut := func(key string) {
			t.Helper()
			p.until(key+" is switched off", "seen.at('button', "+quoted(w.say(t, key))+").why === 'disabled'")
			p.see(map[string]string{"en": "ban people, nor choose", "fr": "ni bannir"}[locale])
		}
		p.open("/publish/new")
		p.press("check", "…librairiehirondelle")
		p.press("tab", "…librairiehirondelle")
		shut("compose.addComment")
		p.looks("composer-missing " + locale)
		p.press("check", "…librairiehirondelle") // what is chosen is remembered
		p.open("/people/" + guest)
		shut("person.ban")
		p.looks("person-missing " + locale)
	}
	h.stage.Weather.Clear()
	p.asks("facebook")

	// The rest is done once, in French, by the keyboard where one writes.
	w := read(t, "fr")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	p.open("/publish/" + post)
	p.see(say("edit.open"))
	edit := func(network string) {
		t.Helper()
		eval[chromedp.Void](p, `(async () => {
			const all = (await fetch('/api/v1/posts/`+post+`').then(r => r.json())).publications;
			const i = all.findIndex(u => u.network === '`+network+`');
			[...document.querySelectorAll('.page > ul > li')][i].querySelectorAll('button').forEach(b => { if (b.innerText.trim() === `+quoted(say("edit.open"))+`) b.focus(); });
		})()`)
		p.key("\r")
		p.see(say("edit.title", "network", map[string]string{"x": "X", "bluesky": "Bluesky"}[network]))
	}
	edit("bluesky")
	p.until("the reason is said", "document.querySelector('[role=dialog] .why')")
	p.looks("edit-cannot")
	p.press("button", say("dialog.close"))
	edit("x")
	p.looks("edit-open")
	p.fill(say("edit.words"), "Nous ouvrons à dix heures dimanche.")
	p.press("button", say("edit.keep"))
	p.until("the history is there", "document.querySelector('details ol, details:not([open])')")
	// What comes in redraws the list, folded.
	p.until("the edit is done", "([...document.querySelectorAll('details')].forEach(d => d.open = true), seen.text().includes("+quoted(say("edit.state.done"))+"))")
	h.wrote(1, sandbox.Filter{Network: "x", Text: "dix heures"})
	eval[int](p, "[...document.querySelectorAll('details')].map(d => d.open = true).length")
	p.looks("edit-done")

	p.open("/people/" + person)
	p.press("button", say("person.mute"))
	p.see(say("person.isMuted"))
	p.looks("person-muted")
	p.press("button", say("person.unmute"))
	p.gone(say("person.isMuted"))
	p.press("button", say("person.blockMessages"))
	p.see(say("person.areMessagesBlocked"))
	p.looks("person-messages-blocked")
	p.press("button", say("person.takeMessages"))
	p.gone(say("person.areMessagesBlocked"))

	// What was written in time is sent.
	p.open("/inbox/" + soon)
	p.key("r")
	p.until("the answer has the focus", "document.activeElement.matches('textarea')")
	p.insert("Oui, encore un peu.")
	p.do(chromedp.KeyEvent("\r", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	h.wrote(1, sandbox.Filter{Network: "instagram", Text: "encore un peu"})
	p.clean("favicon.ico") // asked for by a page without a name, when signing in
}
