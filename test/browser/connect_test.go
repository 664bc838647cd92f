package browser_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kithhq/kith/internal/rehearse"
)

// nobodysPicture: some pretended networks have no picture of us. Its address answers 404, which the browser notes, and
// initials are shown.
const nobodysPicture = "/api/v1/avatars/"

// An account is connected on the network's own page, in one tab from beginning to end; then the network says no; then our
// app at a network is entered by keyboard.
func TestConnectingOnTheNetworksPage(t *testing.T) {
	h := open(t, true)
	h.stage.Mastodon.Account("fenetre", "À la fenêtre")
	p := tab(t, browse(t), h)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	p.enter(rehearse.Keeper)
	atNetwork := func() {
		t.Helper()
		p.open("/settings/channels")
		p.press("button", say("channels.connect"))
		p.press("button", "Mastodon")
		p.see(say("connect.goOnText", "name", "Mastodon"))
		p.fill(say("setting.mastodon.server"), h.stage.MastodonURL)
		p.press("button", say("connect.goOn", "name", "Mastodon"))
		p.until("the network asks", "location.origin === "+quoted(h.stage.MastodonURL)+" && document.querySelector('button[name=account]')")
	}
	atNetwork()
	p.press("button", "@fenetre")
	p.until("one is back", "location.origin === "+quoted(h.url)+" && location.pathname.startsWith('/settings/channels/grant/')")
	p.see("À la fenêtre")
	if eval[bool](p, "/code=|state=/.test(location.href)") {
		t.Error("the address holds what opens something")
	}
	p.press("button", "Connect 1 account…")
	p.until("the channel's page is open", "/^\\/settings\\/channels\\/[0-9a-f-]+$/.test(location.pathname) && document.querySelector('h1')?.innerText === 'À la fenêtre'")
	p.see(say("health.ok"))
	p.clean("asks somebody else: "+h.stage.MastodonURL, "favicon")

	atNetwork()
	p.press("button", "Deny")
	p.see(say("grant.refused", "name", "Mastodon"))
	p.see("did not allow")
	p.press("button", say("grant.begin"))
	p.until("one begins again", "location.pathname === '/settings/channels'")
	p.clean("asks somebody else: "+h.stage.MastodonURL, "favicon")

	// One is where one was. A server is written as its people write it, and one that is none is said beside the field.
	p.see(say("connect.goOnText", "name", "Mastodon"))
	// The dialog takes the focus a moment after it is there, also from who was quicker.
	p.until("the dialog has the focus", "document.querySelector('[role=dialog]')?.contains(document.activeElement) === true")
	p.fill(say("setting.mastodon.server"), "nowhere.invalid")
	p.press("button", say("connect.goOn", "name", "Mastodon"))
	p.see("nowhere.invalid is outside, and nothing leaves here.")
	p.see("In a rehearsal there are only the networks of the rehearsal.")
	p.clean("403")
	p.fill(say("setting.mastodon.server"), "http://127.0.0.1:1") // nobody listens there
	p.press("button", say("connect.goOn", "name", "Mastodon"))
	p.see(say("problem.unavailable"))
	p.clean("503")
	p.fill(say("setting.mastodon.server"), h.url)
	p.press("button", say("connect.goOn", "name", "Mastodon"))
	p.see("There is no Mastodon at this address.")
	p.clean("422")

	p.open("/settings/channels/app/facebook")
	p.fill(say("app.id"), "123456")
	p.fill(say("app.secret"), "a secret of ours")
	p.do(chromedp.KeyEvent("\r"))
	p.see(say("app.saved"))
	if eval[string](p, "document.querySelector('input[name=secret]').value") != "" {
		t.Error("the secret is still shown")
	}
	p.until("the word that Meta knows already stays", "document.querySelector('input[name=verify]').value === 'rehearsal'")
	p.press("button", say("app.forget"))
	p.see(say("app.forgotten"))
	p.clean()
}

// Bluesky asks for the handle, and the account's own server for the rest; with an app
// password it is the way it was.
func TestConnectingBlueskyByTheAccountsOwnServer(t *testing.T) {
	h := open(t, true)
	us := h.stage.Bluesky.Account("fenetre.bsky.test", "À la fenêtre")
	p := tab(t, browse(t), h)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	p.enter(rehearse.Keeper)
	begin := func(handle string) {
		t.Helper()
		p.open("/settings/channels")
		p.press("button", say("channels.connect"))
		p.press("button", "Bluesky")
		p.see(say("connect.goOnText", "name", "Bluesky"))
		p.fill(say("setting.bluesky.handle"), handle)
	}
	// Said beside the field; the other way is one button away, and back.
	begin("nobody.bsky.test")
	p.press("button", say("connect.goOn", "name", "Bluesky"))
	p.see("Nobody on Bluesky has this handle.")
	p.clean("422", "favicon")
	p.press("button", say("connect.byToken.bluesky"))
	p.see(say("setting.bluesky.password"))
	p.press("button", say("connect.byPage"))

	begin(us.Handle)
	p.press("button", say("connect.goOn", "name", "Bluesky"))
	p.until("the server asks", "location.origin === "+quoted(h.stage.BlueskyURL)+" && document.querySelector('button[name=account]')")
	p.press("button", "@"+us.Handle)
	p.until("one is back", "location.origin === "+quoted(h.url)+" && location.pathname.startsWith('/settings/channels/grant/')")
	p.see("À la fenêtre")
	if eval[bool](p, "/code=|state=/.test(location.href)") {
		t.Error("the address holds what opens something")
	}
	p.press("button", "Connect 1 account…")
	p.until("the channel's page is open", "/^\\/settings\\/channels\\/[0-9a-f-]+$/.test(location.pathname) && document.querySelector('h1')?.innerText === 'À la fenêtre'")
	p.see(say("health.ok"))
	p.clean("asks somebody else: "+h.stage.BlueskyURL, "favicon")
}
