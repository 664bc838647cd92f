package browser_test

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/stream"
)

// garbles lets a network tell something that nobody understands, and waits until so many are set aside.
func (h *house) garbles(network string, n int) {
	h.t.Helper()
	var c channel.Channel
	must(h.t, store.View(h.t.Context(), h.app.DB, func(ctx context.Context, tx *store.Tx) error {
		all, err := channel.Everywhere(ctx, tx)
		for _, one := range all {
			if string(one.Network) == network {
				c = one
			}
		}
		return err
	}))
	must(h.t, h.app.Facts.Append(h.t.Context(), []stream.Fact{{Workspace: c.Workspace, Channel: c.ID, Person: "nobody", Key: "garbled on " + network, At: time.Now(), Body: []byte("{")}}))
	h.aside(n)
}

// aside waits until so many facts are set aside.
func (h *house) aside(n int) {
	h.t.Helper()
	await(h.t, "what fails is set aside", func() bool {
		found := 0
		must(h.t, store.View(h.t.Context(), h.app.DB, func(ctx context.Context, tx *store.Tx) (err error) {
			found, _, err = stream.Waiting(ctx, tx)
			return err
		}))
		return found == n
	})
}

// Something fails to come in. Whoever runs the house sees what it is on the page of today, tries it again with the
// keyboard, finds it in the inbox, and gives up what nobody understands.
func TestWhatWasSetAsideComesIn(t *testing.T) {
	t.Parallel()
	// A network that is read would tell it again, and it would come in by itself.
	h := open(t, true, func(c *config.Config) { c.Read = time.Hour })
	page := h.wrote(samples, sandbox.Filter{Action: sandbox.Publish})
	p := tab(t, browse(t), h)
	p.enter(rehearse.Keeper)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	move := func(from, to string) {
		must(t, store.Do(t.Context(), h.app.DB, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "alter table "+from+" rename to "+to)
			return err
		}))
	}
	const words = "Is there still room on Thursday?"
	move("tally", "tally_away")
	for _, e := range page {
		if e.Network == "facebook" {
			h.acts(sandbox.Act{Network: e.Network, Account: e.Account, Person: h.stage.Cast.Some(sandbox.Fan, "en")[0].ID, Kind: "comment", Target: e.Object, Text: words})
			break
		}
	}
	h.aside(1)
	move("tally_away", "tally")
	h.garbles("mastodon", 2)

	p.open("/")
	p.see(say("alert.set_aside.text"))
	p.shot("aside-1-today")
	p.open("/settings/set-aside")
	p.see(words)
	p.see(say("aside.why.not_kept"))
	p.see(say("aside.unknown"))
	p.shot("aside-2-list")
	p.key("j")
	p.until("j goes to the first", "document.activeElement.matches('li') && document.activeElement.innerText.includes("+quoted(words)+")")
	p.do(chromedp.KeyEvent("\t"))
	p.do(chromedp.KeyEvent("\r"))
	p.see(say("aside.sent"))
	p.until("it has left the list", "!document.querySelector('main').innerText.includes("+quoted(words)+") || !document.querySelector('main')")
	h.aside(1)
	p.press("button", say("aside.try"))
	p.see(say("aside.failed"))
	p.shot("aside-3-failed")
	p.press("button", say("aside.discard"))
	p.see(say("aside.discardTitle"))
	p.do(chromedp.KeyEvent("\x1b"))
	p.gone(say("aside.discardTitle"))
	p.press("button", say("aside.discard"))
	p.see(say("aside.discardTitle"))
	p.until("the question has the focus", "document.querySelector('[role=dialog]')?.contains(document.activeElement)")
	p.shot("aside-4-discard")
	eval[chromedp.Void](p, "[...document.querySelectorAll('[role=dialog] footer button')].at(-1).focus()")
	p.do(chromedp.KeyEvent("\r"))
	p.see(say("aside.none"))
	h.aside(0)
	p.open("/inbox")
	letIn(p, words)
	p.until("it is there once", "[...document.querySelectorAll('a.row')].filter(r => r.innerText.includes("+quoted(words)+")).length === 1")
	p.clean("404") // what has come in is asked for until it is gone
}
