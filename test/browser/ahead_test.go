package browser_test

import (
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/rehearse"
)

// A page names in its head what its address needs, so that nothing of it is found out
// one after the other; who is there is asked once, and by the head already.
func TestAPageNamesItsFiles(t *testing.T) {
	t.Parallel()
	h := open(t, true)
	p := tab(t, browse(t), h)
	p.enter(rehearse.Keeper)
	for _, path := range []string{"/", "/inbox", "/publish", "/people", "/settings/channels"} {
		p.open(path)
		p.settle()
		unnamed := eval[string](p, `(async () => {
			const page = await fetch(location.pathname).then(r => r.text());
			const parts = performance.getEntriesByType('resource').map(e => new URL(e.name).pathname).filter(n => /\.(js|css)$/.test(n));
			return parts.filter(n => !page.includes(n)).join(' ') + '|' + parts.length;
		})()`)
		list, all, _ := strings.Cut(unnamed, "|")
		// What is shown to some alone is not known beforehand.
		if n := len(strings.Fields(list)); n > 4 {
			t.Errorf("%s: %d of %s files are not named: %s", path, n, all, list)
		}
		if n := eval[int](p, "performance.getEntriesByType('resource').filter(e => new URL(e.name).pathname === '/api/v1/me').length"); n != 1 {
			t.Errorf("%s: who is there was asked %d times", path, n)
		}
	}
	p.clean("favicon") // of the address at which one signs in
}
