package browser_test

import (
	"testing"

	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
)

// How somebody reacts in private is seen in the conversation that is open, without asking again.
func TestAReactionIsSeenAtOnce(t *testing.T) {
	h := open(t, true)
	p := tab(t, browse(t), h)
	p.enter(rehearse.Keeper)
	act := sandbox.Act{Network: "instagram", Account: h.account("instagram"), Person: "p004", Kind: "message", Text: "Is the courtyard open?"}
	said := h.acts(act)
	p.open("/inbox?kind=direct&state=all")
	p.see(act.Text)
	p.press("row", "…"+act.Text)
	p.until("the conversation is open", "[...document.querySelectorAll('article .text')].some(e => e.innerText === "+quoted(act.Text)+")")
	act.Kind, act.Target, act.Text = "react", said.ID, ""
	h.acts(act)
	p.until("the reaction stands at the message", "[...document.querySelectorAll('article .badge')].some(e => e.textContent.includes('\u2764'))")
}
