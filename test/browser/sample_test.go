package browser_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/store"
)

// A busy morning: people of both languages talk on every network, somebody floods, one post was refused and of one
// nobody knows what became of it.
func busy(t *testing.T) *house {
	t.Helper()
	h := open(t, true)
	posts := map[string]sandbox.Entry{}
	for _, e := range h.wrote(samples, sandbox.Filter{Action: sandbox.Publish}) {
		posts[e.Network] = e
	}
	for network, e := range posts {
		on := sandbox.Act{Network: network, Account: e.Account, Target: e.Object}
		for _, a := range []sandbox.Act{
			{Kind: "comment", Mood: sandbox.Fan, Lang: "fr"}, {Kind: "comment", Mood: sandbox.Curious, Lang: "en"},
			{Kind: "comment", Mood: sandbox.Complaining, Lang: "fr"}, {Kind: "comment", Mood: sandbox.Fan, Lang: "en"},
			{Kind: "react"}, {Kind: "react"}, {Kind: "react"}, {Kind: "follow"}, {Kind: "follow"}, {Kind: "follow"}, {Kind: "follow"},
		} {
			a.Network, a.Account = on.Network, on.Account
			if a.Kind != "follow" {
				a.Target = on.Target
			}
			h.stage.Scripts.Do(a) //nolint:errcheck // chance may choose somebody who has done it already
		}
	}
	fb := posts["facebook"]
	for range 3 {
		h.acts(sandbox.Act{Network: "facebook", Account: fb.Account, Kind: "message", Mood: sandbox.Curious})
	}
	troll := h.stage.Cast.Some(sandbox.Troll, "en")[0]
	for range 8 {
		h.acts(sandbox.Act{Network: "facebook", Account: fb.Account, Kind: "comment", Person: troll.ID, Target: fb.Object})
	}
	h.wrote(3, sandbox.Filter{Action: sandbox.Hide})
	return h
}

// troubled makes one post that a network refuses.
func troubled(p *page) {
	p.t.Helper()
	p.house.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.TokenReduced, Network: "mastodon", Action: sandbox.Publish, Times: 1})
	made := eval[bool](p, `(async () => {
		const send = (path, body) => fetch('/api/v1/' + path, {method: 'POST', headers: {'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()}, body: JSON.stringify(body)}).then(r => r.json());
		const channel = (await fetch('/api/v1/channels').then(r => r.json())).items.find(c => c.network === 'mastodon');
		const post = await send('posts', {parts: [{text: 'A last reminder: the workshop on bookbinding begins at six.', media: []}], publications: [{channel_id: channel.id, parts: null}]});
		await send('posts/' + post.id + '/schedule', {due_at: null});
		return !!post.id;
	})()`)
	if !made {
		p.t.Fatal("the post was not made")
	}
	p.until("the post has failed", "(await fetch('/api/v1/posts?state=failed').then(r => r.json())).items?.length > 0")
}

// missed makes a time of which something may be missing on one channel, as a network that has lost it would.
func missed(h *house) {
	h.t.Helper()
	must(h.t, store.Do(h.t.Context(), h.app.DB, func(ctx context.Context, tx *store.Tx) error {
		all, err := channel.Everywhere(ctx, tx)
		for _, c := range all {
			if c.Network == "mastodon" {
				return channel.Miss(ctx, tx, c.Workspace, c.ID, channel.Lost, network.Span{From: tx.Now.Add(-26 * time.Hour), To: tx.Now.Add(-25 * time.Hour)})
			}
		}
		return err
	}))
}

// attempt sets out to connect on Mastodon, presses a button there (account, or deny), and gives the page one lands on.
func (p *page) attempt(button string) string {
	p.t.Helper()
	going := eval[string](p, p.call("POST", "channels/authorize", map[string]any{"network": "mastodon", "settings": map[string]string{"server": p.house.stage.MastodonURL}})+".then(r => r.json()).then(a => a.url)")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	u, err := url.Parse(going)
	must(p.t, err)
	form := u.Query()
	form.Set(button, "1")
	if button == "account" {
		form.Set(button, p.house.account("mastodon"))
	}
	sent, err := client.PostForm(p.house.stage.MastodonURL+"/oauth/authorize", form)
	must(p.t, err)
	sent.Body.Close()
	back, err := url.Parse(sent.Header.Get("Location"))
	must(p.t, err)
	return back.RequestURI()
}

// returned opens the page on which an attempt ended, which is made once: a network counts how often it is asked.
func (p *page) returned(button string) {
	p.t.Helper()
	if p.back[button] != "" {
		p.open(p.back[button])
		return
	}
	p.open(p.attempt(button))
	p.until("the attempt has its page", "location.pathname.startsWith('/settings/channels/grant/')")
	p.back[button] = eval[string](p, "location.pathname")
}

// account is the id of ours on a network.
func (h *house) account(network string) string {
	h.t.Helper()
	for _, n := range h.stage.Networks() {
		if n.Name == network && len(n.Accounts()) > 0 {
			return n.Accounts()[0].ID
		}
	}
	h.t.Fatalf("there is no account of ours on %s", network)
	return ""
}

// finds are addresses that depend on what is there.
type finds struct {
	Chat, Comment, Held, Person, Published, Scheduled, Draft, Failed, Invitation, Channel string
}

func find(p *page) finds {
	p.t.Helper()
	return eval[finds](p, `(async () => {
		const ask = (path) => fetch('/api/v1/' + path).then(r => r.json()).then(a => a.items ?? []);
		const first = async (path) => (await ask(path))[0]?.id ?? '';
		const invited = await fetch('/api/v1/invitations', {method: 'POST', headers: {'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()},
			body: JSON.stringify({email: crypto.randomUUID().slice(0, 8) + '@kith.example', role: 'contributor'})}).then(r => r.json());
		const talks = await ask('conversations?state=all&limit=100');
		const held = talks.find(c => c.held > 0);
		return {
			Chat: talks.find(c => c.kind === 'direct')?.id ?? '', Comment: talks.find(c => c.kind === 'comments' && !c.held)?.id ?? '', Held: held?.id ?? '', Person: held?.person?.id ?? '',
			Published: await first('posts?state=published'), Scheduled: await first('posts?state=scheduled'), Draft: await first('posts?state=draft'), Failed: await first('posts?state=failed'),
			Invitation: new URL(invited.link).search,
			Channel: (await ask('channels')).find(c => c.network === 'mastodon')?.id ?? '',
		};
	})()`)
}

// second is another owner, so that each language has its own.
const second = "relai@kith.example"
