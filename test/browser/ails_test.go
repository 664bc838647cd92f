package browser_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
)

// A post that waits for a channel that is not connected says so wherever it is seen, with
// the way to mend it; a network that is down is nowhere called connected.
func TestTroubleOfAChannelIsSeen(t *testing.T) {
	h := open(t, true)
	p := tab(t, browse(t), h)
	w := read(t, "en")
	p.enter(rehearse.Keeper)
	day := time.Now().AddDate(0, 0, 1)
	made := eval[[]string](p, fmt.Sprintf(`(async () => {
		const key = () => ({'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()});
		const c = (await fetch('/api/v1/channels').then(r => r.json())).items.find(c => c.network === 'mastodon');
		const post = await fetch('/api/v1/posts', {method: 'POST', headers: key(), body: JSON.stringify({parts: [{text: 'A reading under the lanterns.'}], publications: [{channel_id: c.id, parts: null}]})}).then(r => r.json());
		await fetch('/api/v1/posts/' + post.id + '/schedule', {method: 'POST', headers: key(), body: JSON.stringify({due_at: %s})});
		return [post.id, c.handle];
	})()`, quoted(day.Format(time.RFC3339))))
	h.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.TokenRevoked, Network: "mastodon"})
	h.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.Maintenance, Network: "facebook"})
	for _, name := range []string{"mastodon", "facebook"} {
		eval[int](p, fmt.Sprintf(`(async () => {
			const c = (await fetch('/api/v1/channels').then(r => r.json())).items.find(c => c.network === '%s');
			return (await fetch('/api/v1/channels/' + c.id + '/check', {method: 'POST', headers: {'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()}})).status;
		})()`, name))
	}
	broken := w.say(t, "ail.short.broken", "name", made[1])
	for _, look := range []struct {
		name, path, says string
	}{
		{"list", "/publish", broken},
		{"calendar", "/publish?view=calendar&month=" + day.Format("2006-01"), broken},
		{"post", "/publish/" + made[0], w.say(t, "ail.broken", "name", made[1])},
		{"today", "/", "Reconnect it before then"},
		{"channels", "/settings/channels", w.say(t, "health.silent")},
		{"compose", "/publish/new", w.say(t, "state.silent")},
	} {
		p.open(look.path)
		p.until(look.name+" says it", "document.body.textContent.includes("+quoted(look.says)+")")
		p.shot("ails-" + look.name)
		if look.name == "compose" { // chosen, a channel says what is wrong with it
			eval[bool](p, "[...document.querySelectorAll('.channels label')].filter(l => l.textContent.includes("+quoted(made[1])+")).map(l => l.click()).length > 0")
			p.see(w.say(t, "ail.broken", "name", made[1]))
			p.shot("ails-composed")
		}
		p.size(320, 800)
		p.until(look.name+" fits on a phone", "document.documentElement.scrollWidth <= 320")
		p.shot("ails-" + look.name + "-phone")
		p.size(1280, 900)
	}
}
