package browser_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
)

// An approved template is chosen, filled in, read and sent from a conversation, on a
// phone too; a picture that somebody sent is seen there.
func TestATemplateIsSentFromAConversation(t *testing.T) {
	h := open(t, true)
	p := tab(t, browse(t), h)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	h.acts(sandbox.Act{Network: "whatsapp", Account: h.account("whatsapp"), Person: "p001", Kind: "message", Text: "Avez-vous le Goncourt ?"})
	n, _ := h.stage.Network("whatsapp")
	who, _ := h.stage.Cast.Person("p001")
	show := n.Actor.(interface {
		Show(p sandbox.Person, account, kind, mime, caption string, data []byte) (string, error)
	})
	_, err := show.Show(who, h.account("whatsapp"), "image", "image/png", "Celui-ci", who.Portrait())
	must(t, err)

	p.enter(rehearse.Keeper)
	p.open("/inbox?kind=direct&state=all")
	p.see("Celui-ci")
	p.press("link", "…"+who.Name)
	p.see("Avez-vous le Goncourt ?")
	p.until("the picture is seen", "[...document.querySelectorAll('article img')].some(i => i.src.includes('/media/') && i.complete && i.naturalWidth === 128)")
	for _, size := range [][2]int64{{1280, 900}, {320, 700}} {
		p.size(size[0], size[1])
		p.press("button", say("template.open"))
		p.see(say("template.title"))
		p.see("order_ready (en)")
		if wide := p.wider(); len(wide) > 0 {
			t.Errorf("at %d pixels it is too wide: %v", size[0], wide)
		}
		p.shot("template")
		p.press("button", say("dialog.cancel"))
	}
	p.size(1280, 900)
	p.press("button", say("template.open"))
	p.fill(say("template.hole", "name", "number"), "17")
	p.fill(say("template.hole", "name", "first_name"), "Ada")
	p.see("Good news, Ada: your order is ready.")
	p.press("button", say("template.send"))
	p.see(say("template.sent"))
	await(t, "the template is with the network", func() bool {
		return len(h.stage.Ledger.Entries(sandbox.Filter{Network: "whatsapp", Action: sandbox.Message, Text: "Good news, Ada"})) == 1
	})
	// How far it came is said in words, with the moment, and reaches an open page by itself.
	p.see(say("state.delivered"))
	h.stage.Clock.Advance(time.Minute)
	p.see(say("state.read"))
	p.until("both moments are told", fmt.Sprintf("[...document.querySelectorAll('article [title]')].some(e => e.title.includes(%q) && e.title.includes(%q))", say("state.delivered")+" · ", say("state.read")+" · "))
	p.clean("favicon.ico")
}
