package browser_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// The other tests rest on what a tab notices, so that is tried on a page that misbehaves.
func TestATabNoticesWhatShouldNotHappen(t *testing.T) {
	h := open(t, false)
	p := tab(t, browse(t), h)
	p.open("/sign-in")
	p.clean()
	for name, trick := range map[string]string{
		"console.error": "console.error('a fault')",
		"exception":     "setTimeout(() => { throw new Error('a fault') })",
		"asks somebody else: http://elsewhere.test/": "new Image().src = 'http://elsewhere.test/face.png'",
		"security policy: script-src":                "document.head.append(Object.assign(document.createElement('script'), {textContent: 'window.inside = true'}))",
		"security policy: style-src":                 "document.body.setAttribute('onclick', 'alert(1)'), document.head.append(Object.assign(document.createElement('link'), {rel: 'stylesheet', href: 'http://elsewhere.test/a.css'}))",
		"404":                                        "fetch('/api/v1/nothing')",
	} {
		p.trouble()
		eval[chromedp.Void](p, trick+"; void 0")
		var heard []string
		await(t, "the tab notices "+name, func() bool {
			heard = append(heard, p.trouble()...)
			return strings.Contains(strings.Join(heard, "\n"), name)
		})
	}
	eval[chromedp.Void](p, `document.querySelector('h1').insertAdjacentHTML('afterend', '<p>signin.wrong</p><img src="/kith.svg"><input>')`)
	if odd := strangers(read(t, "en"), read(t, "fr")).among(eval[[]string](p, "seen.said()")); len(odd) != 1 {
		t.Errorf("the name of a text went unnoticed: %q", odd)
	}
}
