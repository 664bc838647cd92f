package browser_test

import (
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
)

// What happens at the door: wrong passwords, forgotten ones, an invitation that no mail can carry, a colleague with fewer
// rights, and a session that ends while somebody is at work.
func TestTheDoorOpensForThoseWhoBelongHere(t *testing.T) {
	t.Parallel()
	h := open(t, true)
	h.wrote(samples, sandbox.Filter{Action: sandbox.Publish})
	browser := browse(t)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }

	// A wrong password is said beside the field; the right one then enters.
	owner := tab(t, browser, h)
	owner.open("/settings/team")
	owner.until("the way leads to the door, and back", "location.pathname + location.search === '/sign-in?next=%2Fsettings%2Fteam'")
	owner.fill(say("signin.email"), rehearse.Keeper)
	owner.fill(say("signin.password"), "wrong-password-here")
	owner.press("button", say("signin.enter"))
	owner.see(say("signin.wrong"))
	owner.until("the field says that it is wrong, also to who listens", "document.querySelector('input[type=password]').getAttribute('aria-invalid') === 'true'")
	owner.fill(say("signin.password"), password)
	owner.press("button", say("signin.enter"))
	owner.until("signing in leads to where one wanted to go", "location.pathname === '/settings/team'")
	owner.clean("401")

	// A forgotten password, where no mail can be sent: that is said, and the same whether the address is known or not.
	stranger := tab(t, browser, h)
	stranger.open("/sign-in")
	stranger.press("link", say("signin.forgot"))
	for _, email := range []string{rehearse.Keeper, "nobody@kith.example"} {
		stranger.open("/forgot")
		stranger.fill(say("signin.email"), email)
		stranger.press("button", say("forgot.send"))
		stranger.see("This house has no mail server")
	}
	stranger.open("/reset?token=not-a-token")
	stranger.fill(say("reset.password"), "another-password-77")
	stranger.press("button", say("reset.change"))
	stranger.until("a wrong link is said", "document.querySelector('[role=alert]')")
	stranger.clean("503", "400", "401", "403", "404", "410", "422")

	// No mail server: the invitation's link is shown to who invites, and works.
	const guest = "noe@kith.example"
	owner.press("button", say("team.invite"))
	owner.fill(say("signin.email"), guest)
	owner.press("button", say("team.invite"))
	owner.see(say("team.notMailed", "email", guest))
	link := eval[string](owner, "[...document.querySelectorAll('[role=dialog] input, [role=dialog] code')].map(e => e.value ?? e.innerText).find(s => s.includes('/invitation?')) ?? ''")
	path, found := strings.CutPrefix(link, h.url)
	if !found {
		t.Fatalf("the link leads elsewhere: %q", link)
	}
	owner.clean()
	colleague := tab(t, browser, h)
	colleague.open(path)
	colleague.see(guest)
	colleague.fill(say("invitation.name"), "Noé Cissé")
	colleague.fill(say("invitation.password"), "trois-mots-au-hasard")
	colleague.press("button", say("invitation.accept"))
	colleague.until("accepting leads inside", "location.pathname === '/'")

	// A contributor writes, and sees why the post does not go out by their hand.
	colleague.key("c")
	colleague.until("the composer is open", "location.pathname === '/publish/new'")
	colleague.press("check", "…hirondelle.bsky.test")
	colleague.fill(say("compose.text"), "A draft for somebody else to send.")
	colleague.see(say("compose.mayNotSchedule"))
	colleague.see(say("compose.saved"))
	if eval[bool](colleague, "seen.all('button', "+quoted(say("compose.now"))+").length > 0") {
		t.Error("a contributor is offered to publish")
	}

	// The session ends elsewhere: the next thing asked leads to the door, and signing in back to the draft.
	draft := eval[string](colleague, "location.pathname")
	colleague.clean("401") // nobody was signed in at first
	if status := eval[int](colleague, "fetch('/api/v1/session', {method: 'DELETE', headers: {'Idempotency-Key': crypto.randomUUID()}}).then(r => r.status)"); status >= 300 {
		t.Fatalf("ending the session: %d", status)
	}
	// The page may have asked for something by itself meanwhile, and be at the door already.
	eval[bool](colleague, "(seen.all('check', '…hirondelle@mastodon.test')[0]?.click(), true)")
	colleague.until("an ended session leads to the door", "location.pathname === '/sign-in'")
	colleague.see(say("signin.again"))
	colleague.fill(say("signin.email"), guest)
	colleague.fill(say("signin.password"), "trois-mots-au-hasard")
	colleague.press("button", say("signin.enter"))
	colleague.until("signing in leads back to the draft", "location.pathname === "+quoted(draft))
	colleague.until("the words are still there", "[...document.querySelectorAll('textarea')].some(e => e.value === 'A draft for somebody else to send.')")
	colleague.clean("401")
}
