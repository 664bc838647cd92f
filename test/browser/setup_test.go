package browser_test

import "testing"

// The first visit: whatever is opened leads to the setup, a wrong code does not open the house, the right one does, and
// then nobody else can take it.
func TestAFreshHouseIsSetUp(t *testing.T) {
	h := fresh(t)
	browser := browse(t)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }

	owner := tab(t, browser, h)
	owner.open("/publish")
	owner.until("a house without an owner is set up first", "location.pathname === '/setup'")
	owner.see(say("setup.text"))
	begin(owner, say, "not the code")
	owner.until("a wrong code is said beside its field", "document.activeElement.name === 'code' && document.activeElement.getAttribute('aria-invalid') === 'true'")
	owner.fill(say("setup.code"), "abcd efgh jklm npqr")
	owner.key("\r")
	owner.until("the owner is inside", "location.pathname === '/'")
	owner.see(say("today.start"))
	owner.clean("401", "403")

	late := tab(t, browser, h)
	late.open("/setup#" + setupCode)
	late.until("a house that is owned is not set up again", "location.pathname === '/sign-in'")
	late.clean("401")
}
